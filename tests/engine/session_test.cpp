// An open network: its values are the network's own, its gradients those of finite differences, and whoever cancels can
// go on with it.
#include "engine/session/session.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "engine/error.h"
#include "engine/network/models.h"
#include "tests/engine/golden.h"
#include "tests/failure.h"
#include "tests/test_folder.h"

namespace striate {
namespace {

const char* kNet =
    "input 1x6x6 | c1: conv 3 3x3 pad 1 | bn: batchnorm | t1: tanh | c2: conv 3 3x3 pad 1 | add t1 | t2: tanh | "
    "avgpool 2 | flatten | fc: dense 4";

std::vector<float> waves(int64_t count, float step = 0.37f) {
  std::vector<float> values;
  for (int64_t i = 0; i < count; ++i) values.push_back(std::sin(step * static_cast<float>(i + 1)));
  return values;
}

Session drawn(Stream& stream, const std::string& text = kNet) {
  Session session(stream, Architecture::parse(text));
  session.draw_weights(LayerSet(1000), 3);
  return session;
}

}  // namespace

TEST(Session, gives_what_the_network_gives) {
  on_all_devices([](Stream& stream) {
    Session session = drawn(stream);
    Network network(stream, session.architecture(), Plan{2});
    network.copy_weights(stream, session.network());
    network.write_tensor(stream, network.activation(0), waves(72));
    network.forward(stream, Mode::evaluation);
    SessionRequest request;
    request.batch = 2;
    request.input = waves(72);
    request.all_activations = true;
    const SessionResult result = *session.run(request);
    EXPECT_EQ(result.activations.size(), 10u);
    for (int node = 0; node < session.architecture().size(); ++node) {
      const std::string& name = session.architecture().nodes()[static_cast<size_t>(node)].name;
      EXPECT_EQ(result.activations.at(name).values, network.read_tensor(stream, network.activation(node))) << name;
      EXPECT_EQ(result.activations.at(name).shape, network.activation(node).shape);
    }
    EXPECT_EQ(result.output.values, network.read_tensor(stream, network.output()));
    // Only what is asked for, in little memory.
    request.all_activations = false;
    request.activations = {"bn", "input"};
    const SessionResult some = *session.run(request);
    EXPECT_EQ(some.activations.size(), 2u);
    EXPECT_EQ(some.activations.at("bn").values, result.activations.at("bn").values);
    EXPECT_LT(session.network().bytes(), network.bytes());
    // A number is that of a layer, from 0 without the input.
    request.activations = {"0", "8"};
    const SessionResult numbered = *session.run(request);
    EXPECT_EQ(numbered.activations.at("c1").values, result.activations.at("c1").values);
    EXPECT_EQ(numbered.activations.at("fc").values, result.output.values);
  });
}

TEST(Session, gradients_agree_with_finite_differences) {
  on_all_devices([](Stream& stream) {
    Session session = drawn(stream);
    SessionRequest request;
    request.input = waves(36);
    request.gradient = {1, 0, -0.5f, 0};  // of class 0 against class 2
    request.gradients = {"input", "t1"};
    request.weight_gradients = true;
    const SessionResult result = *session.run(request);
    EXPECT_EQ(result.gradients.size(), 2u);
    const auto score = [&](const SessionRequest& asked) {
      const std::vector<float> y = session.run(asked)->output.values;
      return double{y[0]} - 0.5 * double{y[2]};
    };
    SessionRequest forward;
    forward.input = request.input;
    constexpr float kStep = 5e-3f;
    for (size_t i = 0; i < 36; i += 5) {
      SessionRequest up = forward, down = forward;
      up.input[i] += kStep;
      down.input[i] -= kStep;
      EXPECT_NEAR(result.gradients.at("input").values[i], (score(up) - score(down)) / (2 * double{kStep}), 5e-3);
      // A value in the middle, changed as it passes by.
      const auto moved = [&](float by) {
        SessionRequest changed = forward;
        changed.changes["t1"] = [&, by](const Shape& shape, std::vector<float>& values) {
          EXPECT_EQ(shape, (Shape{1, 3, 6, 6}));
          values[i] += by;
        };
        return score(changed);
      };
      EXPECT_NEAR(result.gradients.at("t1").values[i], (moved(kStep) - moved(-kStep)) / (2 * double{kStep}), 5e-3);
    }
    EXPECT_EQ(result.weight_gradients.at("fc.bias").values, request.gradient);
  });
}

TEST(Session, gradients_of_a_loss_are_those_of_training) {
  Stream stream;
  Session session = drawn(stream);
  SessionRequest request;
  request.batch = 2;
  request.input = waves(72);
  request.loss = Loss::cross_entropy;
  request.labels = {1, 3};
  request.gradients = {"fc"};
  const SessionResult result = *session.run(request);
  for (size_t n = 0; n < 2; ++n) {
    const std::vector<float> logits(result.output.values.begin() + static_cast<std::ptrdiff_t>(4 * n),
                                    result.output.values.begin() + static_cast<std::ptrdiff_t>(4 * n + 4));
    const std::vector<float> p = session.probabilities(logits, Loss::cross_entropy);
    for (size_t k = 0; k < 4; ++k) {
      const float truth = static_cast<size_t>(request.labels[n]) == k ? 1.0f : 0.0f;
      EXPECT_NEAR(result.gradients.at("fc").values[4 * n + k], (p[k] - truth) / 2, 1e-6);
    }
  }
}

TEST(Session, a_channel_that_is_cut_out_is_zero_for_all_behind_it) {
  Stream stream;
  Session session = drawn(stream);
  SessionRequest request;
  request.input = waves(36);
  request.activations = {"c1", "fc"};
  const SessionResult whole = *session.run(request);
  request.changes["c1"] = [](const Shape& shape, std::vector<float>& values) {
    std::fill_n(values.begin() + shape[2] * shape[3], shape[2] * shape[3], 0.0f);
  };
  const SessionResult cut = *session.run(request);
  for (size_t i = 0; i < 108; ++i) {
    EXPECT_EQ(cut.activations.at("c1").values[i], i / 36 == 1 ? 0 : whole.activations.at("c1").values[i]);
  }
  EXPECT_NE(cut.output.values, whole.output.values);
  request.changes.clear();
  EXPECT_EQ(session.run(request)->output.values, whole.output.values);
}

TEST(Session, no_gradient_passes_through_values_that_are_cut_out) {
  on_all_devices([](Stream& stream) {
    Session session = drawn(stream);
    SessionRequest request;
    request.input = waves(36);
    // Before a normalization that moves them away from 0, and where a branch meets.
    for (const std::string cut : {"c1", "t1", "c2"}) {
      request.changes.clear();
      request.changes[cut] = SessionChange::cut_out([](const Shape& shape, std::vector<float>& values) {
        std::fill_n(values.begin() + shape[2] * shape[3], shape[2] * shape[3], 0.0f);
      });
      SessionRequest backward = request;
      backward.gradient = {1, 0, -0.5f, 0};
      backward.gradients = {"input", cut};
      const SessionResult result = *session.run(backward);
      for (size_t i = 0; i < 108; ++i) {
        if (i / 36 == 1) {
          EXPECT_EQ(result.gradients.at(cut).values[i], 0);
        } else {
          EXPECT_NE(result.gradients.at(cut).values[i], 0);
        }
      }
      const auto score = [&](size_t at, float by) {
        SessionRequest moved = request;
        moved.input[at] += by;
        const std::vector<float> y = session.run(moved)->output.values;
        return double{y[0]} - 0.5 * double{y[2]};
      };
      constexpr float kStep = 5e-3f;
      for (size_t i = 0; i < 36; i += 5) {
        const double slope = (score(i, kStep) - score(i, -kStep)) / (2 * double{kStep});
        EXPECT_NEAR(result.gradients.at("input").values[i], slope, 5e-3) << cut;
      }
    }
  });
}

TEST(Session, computes_no_layer_behind_what_is_asked_for) {
  on_all_devices([](Stream& stream) {
    Session session = drawn(stream);
    SessionRequest request;
    request.input = waves(36);
    request.activations = {"c2"};
    request.from = "t1";
    request.gradient = waves(108, 0.2f);
    request.gradients = {"input"};
    const SessionResult whole = *session.run(request);
    request.output = false;
    int steps = 0;
    const auto count = [&](int, int all) {
      EXPECT_EQ(all, 4 + 4);
      return ++steps > 0;
    };
    const SessionResult part = *session.run(request, count);
    EXPECT_EQ(steps, 9);
    EXPECT_TRUE(part.output.values.empty());
    EXPECT_EQ(part.activations.at("c2").values, whole.activations.at("c2").values);
    EXPECT_EQ(part.gradients.at("input").values, whole.gradients.at("input").values);
    // And in little memory, before and after a whole run.
    request.gradient.clear();
    request.gradients.clear();
    EXPECT_EQ(session.run(request)->activations.at("c2").values, whole.activations.at("c2").values);
    request.output = true;
    EXPECT_EQ(session.run(request)->output.values, whole.output.values);
  });
}

TEST(Session, relu_passes_back_by_the_rule) {
  on_all_devices([](Stream& stream) {
    for (const char* bend : {"relu", "clip 0 0.2", "clip 0 none"}) {
      Session session = drawn(stream, std::string("input 1x6x6 | conv 3 3x3 pad 1 | ") + bend + " | flatten");
      SessionRequest request;
      request.input = waves(36);
      request.from = "1";
      request.gradient = waves(108, 0.3f);
      request.activations = request.gradients = {"0"};
      const std::vector<float> x = session.run(request)->activations.at("0").values;
      const float high = std::string(bend) == "clip 0 0.2" ? 0.2f : 1e9f;
      for (const BackwardRule rule : {BackwardRule::gradient, BackwardRule::deconvnet, BackwardRule::guided}) {
        request.rule = rule;
        const std::vector<float> passed = session.run(request)->gradients.at("0").values;
        for (size_t i = 0; i < passed.size(); ++i) {
          const bool within = x[i] > 0 && x[i] <= high, up = request.gradient[i] > 0;
          const bool passes = (rule == BackwardRule::deconvnet || within) && (rule == BackwardRule::gradient || up);
          EXPECT_EQ(passed[i], passes ? request.gradient[i] : 0) << bend << " " << i;
        }
      }
    }
    // What lets something through below 0 keeps its own derivative.
    Session session = drawn(stream, "input 1x6x6 | conv 3 3x3 pad 1 | leakyrelu 0.1 | clip -1 1 | flatten");
    SessionRequest request;
    request.input = waves(36);
    request.gradient = waves(108, 0.3f);
    request.gradients = {"input"};
    const std::vector<float> gradient = session.run(request)->gradients.at("input").values;
    request.rule = BackwardRule::guided;
    EXPECT_EQ(session.run(request)->gradients.at("input").values, gradient);
  });
}

TEST(Session, can_be_canceled_anywhere_and_used_again) {
  Stream stream;
  Session session = drawn(stream);
  SessionRequest request;
  request.input = waves(36);
  request.gradient = {1, 0, 0, 0};
  request.all_gradients = request.all_activations = true;
  int steps = 0;
  const SessionResult whole = *session.run(request, [&](int done, int all) {
    EXPECT_EQ(done, steps++);
    EXPECT_EQ(all, 9 + 10);
    return true;
  });
  EXPECT_EQ(steps, 20);  // and one that says that it is done
  for (int stop = 0; stop < 19; ++stop) {
    EXPECT_FALSE(session.run(request, [&](int done, int) { return done < stop; }).has_value()) << stop;
    const std::optional<SessionResult> again = session.run(request);
    EXPECT_EQ(again->output.values, whole.output.values) << stop;
    EXPECT_EQ(again->gradients.at("input").values, whole.gradients.at("input").values) << stop;
  }
}

TEST(Session, weights_can_be_drawn_anew_and_come_back) {
  const TestFolder folder;
  const std::string path = folder / "model.safetensors";
  Stream stream;
  {
    Session session = drawn(stream);
    ModelInfo info;
    info.architecture = session.architecture();
    info.classes = {"a", "b", "c", "d"};
    save_model(path, stream, info, session.network());
  }
  Session session = Session::open(stream, path);
  EXPECT_EQ(session.file().info.classes.size(), 4u);
  SessionRequest request;
  request.input = waves(36);
  request.activations = {"c1", "fc"};
  const SessionResult given = *session.run(request);
  session.draw_weights(LayerSet::parse("fc", session.architecture()), 9);
  const SessionResult last = *session.run(request);
  EXPECT_EQ(last.activations.at("c1").values, given.activations.at("c1").values);
  EXPECT_NE(last.output.values, given.output.values);
  session.restore_weights();
  EXPECT_EQ(session.run(request)->output.values, given.output.values);
  EXPECT_NE(failure([&] { drawn(stream).restore_weights(); }).find("no file"), std::string::npos);
}

TEST(Session, says_what_is_wrong_with_a_request) {
  Stream stream;
  Session session = drawn(stream);
  const auto wrong = [&](const std::function<void(SessionRequest&)>& change) {
    SessionRequest request;
    request.input = waves(36);
    change(request);
    return failure([&] { session.run(request); });
  };
  EXPECT_EQ(wrong([](SessionRequest& r) { r.input.pop_back(); }), "35 values for the network's input");
  EXPECT_EQ(wrong([](SessionRequest& r) { r.batch = 2; }), "36 values for the network's input");
  EXPECT_EQ(wrong([](SessionRequest& r) { r.activations = {"c9"}; }), "unknown layer \"c9\"");
  EXPECT_EQ(wrong([](SessionRequest& r) { r.activations = {"9"}; }), "unknown layer 9");
  EXPECT_EQ(wrong([](SessionRequest& r) { r.changes["x"] = {}; }), "unknown layer \"x\"");
  EXPECT_EQ(wrong([](SessionRequest& r) { r.gradient = {1, 2}; }), "2 values for a gradient");
  EXPECT_EQ(wrong([](SessionRequest& r) { r.from = "c1", r.gradient = {1}; }), "1 values for a gradient");
  EXPECT_EQ(wrong([](SessionRequest& r) { r.loss = Loss::cross_entropy; }), "0 values for labels");
  EXPECT_EQ(wrong([](SessionRequest& r) { r.loss = Loss::cross_entropy, r.labels = {7}; }), "a label 7 for 4 classes");
  EXPECT_NE(wrong([](SessionRequest& r) { r.batch = 0; }).find("batch"), std::string::npos);
  SessionRequest right;
  right.input = waves(36);
  EXPECT_TRUE(session.run(right).has_value());
}

}  // namespace striate
