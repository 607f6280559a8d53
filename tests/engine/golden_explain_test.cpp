// Heat maps beside the golden results, on every device.
#include "engine/explain/grad_cam.h"
#include "engine/explain/integrated_gradients.h"
#include "engine/explain/occlusion.h"
#include "engine/explain/saliency.h"
#include "tests/engine/explain_golden.h"

namespace striate {
namespace {

constexpr double kTolerance = 1e-4;  // of the largest value

// Of the best class and of the unit, by one rule.
void check_rule(BackwardRule rule) {
  const ExplainGolden golden;
  const std::string name = rule_name(rule);
  on_all_devices([&](Stream& stream) {
    OpenNetwork network = golden.open(stream);
    const Saliency of_class = *saliency(network, golden.input(), golden.best_class(network), rule);
    expect_golden(of_class.values, golden.floats(name + ".class"), name + ".class", kTolerance);
    EXPECT_EQ(of_class.shape, (Shape{3, 32, 32}));
    EXPECT_EQ(of_class.note, "");
    const Saliency of_unit = *saliency(network, golden.input(), golden.unit(network), rule);
    expect_golden(of_unit.values, golden.floats(name + ".unit"), name + ".unit", kTolerance);
  });
}

}  // namespace

TEST(Golden, explain_logits) {
  STRIATE_NEEDS_REFERENCE("golden/explain.safetensors");
  const ExplainGolden golden;
  on_all_devices([&](Stream& stream) {
    OpenNetwork network = golden.open(stream);
    const NetworkAnswer answer = *network.run(golden.input());
    expect_golden(answer.logits, golden.floats("logits"), "logits", kTolerance);
    EXPECT_EQ(answer.order[0], golden.best());
    EXPECT_EQ(answer.order[1], golden.second());
  });
}

TEST(Golden, explain_gradient) {
  STRIATE_NEEDS_REFERENCE("golden/explain.safetensors");
  check_rule(BackwardRule::gradient);
}

TEST(Golden, explain_deconvnet) {
  STRIATE_NEEDS_REFERENCE("golden/explain.safetensors");
  check_rule(BackwardRule::deconvnet);
}

TEST(Golden, explain_guided) {
  STRIATE_NEEDS_REFERENCE("golden/explain.safetensors");
  check_rule(BackwardRule::guided);
}

TEST(Golden, explain_grad_cam) {
  STRIATE_NEEDS_REFERENCE("golden/explain.safetensors");
  const ExplainGolden golden;
  on_all_devices([&](Stream& stream) {
    OpenNetwork network = golden.open(stream);
    const int node = grad_cam_layer(*network.info(), network.info()->logits);
    EXPECT_EQ(network.info()->layers[static_cast<size_t>(node)].name, "7");
    const GradCam best = *grad_cam(network, golden.input(), golden.best_class(network), node);
    expect_golden(best.map.values, golden.floats("grad_cam.map"), "map", kTolerance);
    expect_golden(best.large.values, golden.floats("grad_cam.large"), "large", kTolerance);
    const GradCam contrast = *grad_cam(network, golden.input(), golden.contrast(network), node);
    expect_golden(contrast.map.values, golden.floats("grad_cam.contrast"), "contrast", kTolerance);
  });
}

TEST(Golden, explain_integrated_gradients) {
  STRIATE_NEEDS_REFERENCE("golden/explain.safetensors");
  const ExplainGolden golden;
  on_all_devices([&](Stream& stream) {
    OpenNetwork network = golden.open(stream);
    const IntegratedSettings settings{IntegratedSettings::Baseline::zeros, 50};
    const IntegratedGradients made =
        *integrated_gradients(network, golden.input(), golden.best_class(network), settings);
    expect_golden(made.values, golden.floats("integrated_gradients"), "integrated gradients", kTolerance);
    EXPECT_LT(made.error, 0.01);
  });
}

TEST(Golden, explain_occlusion) {
  STRIATE_NEEDS_REFERENCE("golden/explain.safetensors");
  const ExplainGolden golden;
  on_all_devices([&](Stream& stream) {
    OpenNetwork network = golden.open(stream);
    const Occlusion made = *occlusion(network, golden.input(), golden.best_class(network), {8, 4, 0});
    expect_golden(made.score.values, golden.floats("occlusion.logit"), "logit", kTolerance);
    expect_golden(made.softmax.values, golden.floats("occlusion.softmax"), "softmax", kTolerance);
    EXPECT_EQ(made.score.rows, 7);
    EXPECT_EQ(made.done, 49);
  });
}

}  // namespace striate
