// A few pictures learned twice: what a study's runs are, what they say, and how long they take.
#include "engine/transfer/transfer_study.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "engine/error.h"
#include "engine/session/model_file.h"
#include "engine/steady_seconds.h"
#include "engine/training/checkpoint.h"
#include "engine/training/data/sources.h"
#include "tests/failure.h"
#include "tests/reference.h"
#include "tests/test_folder.h"

namespace striate {
namespace {

// Digits told apart by a network that has learned other digits: small, and quick to learn.
class TransferStudyTest : public testing::Test {
 protected:
  Stream stream;
  std::shared_ptr<StudyMaterial> material = StudyMaterial::open("lenet5-digits", "shapes:72");
  TransferStudy study{stream, material};

  void run(const StudySettings& settings) {
    study.set(settings);
    while (study.advance()) {
    }
    EXPECT_TRUE(study.done());
  }
  static const StudyLayer& layer(const TransferStudy& of, const std::string& name) {
    for (const StudyLayer& each : of.facts().layers) {
      if (each.name == name) return each;
    }
    throw Error("no layer " + name, "");
  }
};

}  // namespace

TEST(PrincipalPlane, shows_the_two_directions_in_which_samples_differ_most) {
  // Points of an ellipse in a plane of five dimensions, with a little of a third direction.
  std::vector<float> values;
  const int64_t n = 40;
  for (int64_t i = 0; i < n; ++i) {
    const double angle = 2 * 3.141592653589793 * static_cast<double>(i) / static_cast<double>(n);
    const double a = 3 * std::cos(angle), b = std::sin(angle), c = i % 2 == 0 ? 0.01 : -0.01;
    for (const double v : {7 + 0.6 * a, -0.8 * b, 0.8 * a, 0.6 * b, c}) values.push_back(static_cast<float>(v));
  }
  const PrincipalPlane plane = principal_plane(values, n);
  EXPECT_NEAR(plane.explained, 1, 1e-4);
  EXPECT_LT(plane.explained, 1);
  double x = 0, y = 0, across = 0, mean = 0;
  for (size_t i = 0; i < plane.x.size(); ++i) {
    const auto px = static_cast<double>(plane.x[i]), py = static_cast<double>(plane.y[i]);
    x += px * px, y += py * py, across += px * py, mean += px;
    EXPECT_NEAR(px * px / 9 + py * py, 1, 1e-4);
  }
  EXPECT_NEAR(x, 9.0 * n / 2, 1e-3);
  EXPECT_NEAR(y, 1.0 * n / 2, 1e-3);
  EXPECT_NEAR(across, 0, 1e-3);
  EXPECT_NEAR(mean, 0, 1e-4);
  const PrincipalPlane alike = principal_plane(std::vector<float>(12, 5.0f), 4);
  EXPECT_EQ(alike.x, std::vector<float>(4));
  EXPECT_EQ(alike.explained, 0);
}

TEST_F(TransferStudyTest, counts_what_stays_and_what_is_trained) {
  study.set({.examples = 2, .seeds = 1});
  const StudyFacts& facts = study.facts();
  // LeNet-5: 156 + 2,416 + 48,120 + 10,164 stay, and a dense layer from 84 to 6 is new.
  EXPECT_EQ(facts.frozen_parameters, 156 + 2'416 + 48'120 + 10'164);
  EXPECT_EQ(facts.trained_parameters, 84 * 6 + 6);
  EXPECT_EQ(facts.head, "dense 6");
  EXPECT_FALSE(facts.tuned);
  EXPECT_EQ(facts.cached_multiply_adds + 84 * 6, facts.multiply_adds);
  EXPECT_EQ(facts.most, 11);
  EXPECT_EQ(study.sizes(), (std::vector<int64_t>{1, 2, 5, 10}));
  const std::string last = facts.layers[static_cast<size_t>(facts.base_layers - 2)].name;
  study.set({.examples = 2, .seeds = 1, .locks = {{false, last}}});
  EXPECT_EQ(study.facts().trained_parameters, 84 * 6 + 6 + 10'164);
  EXPECT_TRUE(study.facts().tuned);
  EXPECT_FALSE(layer(study, last).frozen);
  study.set({.examples = 2, .seeds = 1, .locks = {{false, "all"}, {true, "0"}}});
  EXPECT_EQ(study.facts().frozen_parameters, 156);
}

TEST_F(TransferStudyTest, what_does_not_fit_says_why_and_changes_nothing) {
  const StudySettings good{.examples = 2, .seeds = 1};
  study.set(good);
  for (const StudySettings& bad :
       {StudySettings{.examples = 12}, StudySettings{.head = "dense 7"}, StudySettings{.head = "dense"},
        StudySettings{.locks = {{false, "nowhere"}}}, StudySettings{.locks = {{true, "99"}}}}) {
    EXPECT_NE(failure([&] { study.set(bad); }), "no error");
    EXPECT_EQ(study.settings(), good);
  }
  EXPECT_NE(failure([] { StudyMaterial::open("lenet5-digits", "shaps"); }), "no error");
  EXPECT_NE(failure([] { StudyMaterial::open("lenet6", "shapes:60"); }), "no error");
  EXPECT_NE(failure([&] { study.save("never.safetensors"); }).find("nothing has been learned"), std::string::npos);
}

TEST_F(TransferStudyTest, same_settings_are_the_same_bits_however_often_it_pauses) {
  const StudySettings settings{.examples = 3, .seeds = 2};
  run(settings);
  TransferStudy other(stream, StudyMaterial::open("lenet5-digits", "shapes:72"));
  other.set(settings);
  for (int stop = 1; other.advance(); ++stop) {
    // A stop in the middle of an evaluation or of the features loses that piece alone.
    if (stop % 7 == 0) other.advance([](int64_t, int64_t) { return false; });
  }
  ASSERT_EQ(study.runs().size(), other.runs().size());
  EXPECT_EQ(study.runs().size(), 2u + 3u + 1u);
  for (size_t i = 0; i < study.runs().size(); ++i) {
    const StudyRun &a = study.runs()[i], &b = other.runs()[i];
    EXPECT_EQ(a.accuracy, b.accuracy);
    ASSERT_EQ(a.epochs.size(), static_cast<size_t>(kStudyEpochs));
    for (size_t k = 0; k < a.epochs.size(); ++k) EXPECT_EQ(a.epochs[k].loss, b.epochs[k].loss) << i << " " << k;
  }
  ASSERT_TRUE(study.before() && other.before() && study.after());
  EXPECT_EQ(study.before()->plane.x, other.before()->plane.x);
  EXPECT_EQ(study.after()->plane.y, other.after()->plane.y);
  EXPECT_EQ(study.after()->values, 6);
  EXPECT_EQ(study.before()->values, 84);
}

TEST_F(TransferStudyTest, its_result_is_the_mean_of_the_seeds_and_scratch_has_its_best_rate) {
  run({.examples = 4, .seeds = 3});
  for (const StudySide side : {StudySide::transfer, StudySide::scratch}) {
    const StudyResult result = study.result(side, 4);
    const std::vector<const StudyRun*> runs = study.runs_of(side, 4);
    ASSERT_EQ(runs.size(), 3u);
    double mean = 0, squares = 0;
    for (const StudyRun* each : runs) {
      mean += each->accuracy / 3, squares += each->accuracy * each->accuracy;
      EXPECT_EQ(each->rate, result.rate);
      EXPECT_EQ(each->tested, 72 - 4 * 6);
      EXPECT_FLOAT_EQ(each->epochs.back().test, static_cast<float>(each->accuracy));
    }
    EXPECT_NEAR(result.mean, mean, 1e-12);
    EXPECT_NEAR(result.spread, std::sqrt((squares - 3 * mean * mean) / 2), 1e-9);
  }
  const double best = study.result(StudySide::scratch, 4).rate;
  double first = 0;
  for (const StudyRun* each : study.runs_of(StudySide::scratch, 4)) {
    if (each->seed == 1) first = each->accuracy;
  }
  for (const StudyRun& each : study.runs()) {
    if (each.side != StudySide::scratch || each.seed != 1) continue;
    EXPECT_LE(each.accuracy, first) << best;
  }
  EXPECT_EQ(study.result(StudySide::transfer, 10).seeds, 0);
  // More seeds go on from those that are there.
  const size_t before = study.runs().size();
  run({.examples = 4, .seeds = 4});
  EXPECT_EQ(study.runs().size(), before + 2);
}

TEST_F(TransferStudyTest, the_curve_has_every_size_and_rises) {
  TransferStudy digits(stream, StudyMaterial::open("lenet5-digits", "digits:200"));
  digits.set({.examples = 2, .seeds = 2, .curve = true});
  while (!digits.complete(StudySide::transfer, 10)) digits.advance();
  EXPECT_EQ(digits.sizes(), (std::vector<int64_t>{1, 2, 5, 10}));
  for (const int64_t size : digits.sizes()) EXPECT_TRUE(digits.complete(StudySide::transfer, size)) << size;
  EXPECT_GT(digits.result(StudySide::transfer, 10).mean, digits.result(StudySide::transfer, 1).mean + 0.05);
  EXPECT_EQ(digits.cached(), 200);
  EXPECT_GT(digits.cached_seconds(), 0);
  // Every epoch's pictures and every evaluation's, but for the one pass that was made.
  EXPECT_EQ(digits.saved_passes(), int64_t{4} * 2 * kStudyEpochs * 200 - 200);
}

TEST_F(TransferStudyTest, unfrozen_layers_go_on_behind_the_head_and_frozen_ones_stay) {
  const TestFolder folder;
  const StudySettings tuned{.examples = 3, .seeds = 1, .locks = {{false, "all"}, {true, "0"}}};
  study.set(tuned);
  while (!study.complete(StudySide::transfer, 3)) study.advance();
  const std::vector<const StudyRun*> runs = study.runs_of(StudySide::transfer, 3);
  ASSERT_EQ(runs.size(), 1u);
  EXPECT_EQ(runs[0]->epochs.size(), static_cast<size_t>(kStudyEpochs + kTunedEpochs));
  ASSERT_TRUE(study.after());
  EXPECT_EQ(study.after()->values, 84);
  study.save(folder / "tuned.safetensors");
  const SafeTensors saved = SafeTensors::read(folder / "tuned.safetensors");
  Stream own;
  const OpenedModelFile given = open_model_file(own, "lenet5-digits");
  for (const NamedTensor& tensor : given.network.tensors()) {
    if (tensor.kind != TensorKind::weight || tensor.node > study.facts().base_layers) continue;
    const bool same = given.network.read_tensor(own, tensor) == saved.floats(tensor.name);
    EXPECT_EQ(same, tensor.node == 1) << tensor.name;
  }
}

// A base with batch normalization, everything unfrozen: what it has counted stays bit for bit, its other weights move,
// and no further than a hundredth of the head's rate allows.
TEST_F(TransferStudyTest, batch_normalization_stays_in_inference_and_unfrozen_layers_learn_at_a_lower_rate) {
  const TestFolder folder;
  Network given(stream, Architecture::parse("input 1x28x28 | c1: conv 6 5x5 stride 2 | bn: batchnorm | relu | c2: conv "
                                            "8 3x3 stride 2 | relu | globalavgpool | flatten | dense 10"));
  given.initialize(stream, Initializer::pytorch, 3);
  for (const NamedTensor& tensor : given.tensors()) {
    // Statistics of nobody's pictures: where they were counted anew they would change at once.
    if (tensor.name == "bn.running_mean") given.write_tensor(stream, tensor, {0.1f, 0.2f, -0.3f, 0.4f, 0.5f, -0.6f});
    if (tensor.name == "bn.running_var") given.write_tensor(stream, tensor, {1, 2, 0.5f, 3, 0.25f, 1.5f});
  }
  ModelInfo info;
  info.architecture = given.architecture();
  save_model(folder / "base.safetensors", stream, info, given);
  TransferStudy tuned(stream, StudyMaterial::open(folder / "base.safetensors", "shapes:72"));
  tuned.set({.examples = 4, .seeds = 1, .locks = {{false, "all"}}});
  EXPECT_TRUE(layer(tuned, "bn").frozen);
  EXPECT_TRUE(layer(tuned, "bn").counts);
  EXPECT_FALSE(layer(tuned, "c1").frozen);
  while (!tuned.complete(StudySide::transfer, 4)) tuned.advance();
  tuned.save(folder / "tuned.safetensors");
  const SafeTensors saved = SafeTensors::read(folder / "tuned.safetensors");
  const SafeTensors begun = SafeTensors::read(folder / "base.safetensors");
  for (const char* name : {"bn.running_mean", "bn.running_var", "bn.weight", "bn.bias"}) {
    EXPECT_EQ(saved.floats(name), begun.floats(name)) << name;
  }
  const int64_t steps = tuned.runs_of(StudySide::transfer, 4)[0]->steps;
  EXPECT_EQ(kTunedRate, kHeadRate / 100);
  // Adam moves a weight by no more than about its rate in a step.
  const double most = kTunedRate * static_cast<double>(steps) * kTunedEpochs / (kStudyEpochs + kTunedEpochs);
  for (const char* name : {"c1.weight", "c2.weight", "c2.bias"}) {
    const std::vector<float> now = saved.floats(name), before = begun.floats(name);
    double moved = 0;
    for (size_t i = 0; i < now.size(); ++i) moved = std::max(moved, static_cast<double>(std::abs(now[i] - before[i])));
    EXPECT_GT(moved, 0) << name;
    EXPECT_LE(moved, 2 * most) << name;
  }
}

TEST_F(TransferStudyTest, what_it_saves_is_opened_again_and_answers_as_it_was_measured) {
  const TestFolder folder;
  study.set({.examples = 5, .seeds = 1});
  while (!study.complete(StudySide::transfer, 5)) study.advance();
  study.save(folder / "shapes.safetensors");
  const BaseNetwork again = BaseNetwork::open(folder / "shapes.safetensors");  // which can be a base itself
  EXPECT_EQ(again.features(), (Shape{84}));
  Stream own;
  OpenedModelFile opened = open_model_file(own, folder / "shapes.safetensors");
  EXPECT_EQ(opened.file.info.classes, material->tiles->classes());
  Evaluator evaluator(own, opened.file.info.architecture, 8);
  const Split split = split_few(*material->tiles, 5, {}, 1);
  const Evaluation result =
      evaluator.evaluate(own, opened.network, *material->fitted, split.test, opened.file.info.normalization);
  EXPECT_EQ(result.accuracy(), study.runs_of(StudySide::transfer, 5)[0]->accuracy);
}

// Satellite tiles, six sizes and five seeds: the head learns within a minute.
TEST(TransferStudy, the_curve_over_examples_of_satellite_tiles_takes_less_than_a_minute) {
  STRIATE_NEEDS_REFERENCE("data/satellite/Forest");
  Stream stream;
  TransferStudy study(stream, StudyMaterial::open("squeezenet1_1", "folder:" + reference_path("data/satellite")));
  study.set({.examples = 10, .seeds = 5, .curve = true});
  study.advance();
  EXPECT_EQ(study.cached(), 1050);
  const double begin = steady_seconds();
  for (const int64_t size : study.sizes()) {
    while (!study.complete(StudySide::transfer, size)) study.advance();
  }
  RecordProperty("features_seconds", fmt::format("{:.2f}", study.cached_seconds()));
  RecordProperty("curve_seconds", fmt::format("{:.2f}", steady_seconds() - begin));
  EXPECT_EQ(study.sizes().size(), 6u);
  double heads = 0;
  for (const StudyRun& run : study.runs()) {
    if (run.side == StudySide::transfer) heads = std::max(heads, run.seconds);
  }
  RecordProperty("longest_head_seconds", fmt::format("{:.2f}", heads));
  EXPECT_GE(study.result(StudySide::transfer, 10).mean, 0.62);
  EXPECT_GE(study.result(StudySide::transfer, 50).mean, 0.75);
}

}  // namespace striate
