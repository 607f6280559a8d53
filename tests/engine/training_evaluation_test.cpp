// Judging a network: the batch and the memory it is done in change nothing, neither the result nor a training under
// way.
#include <gtest/gtest.h>

#include "engine/error.h"
#include "engine/training/metrics.h"
#include "engine/training/test_round.h"
#include "engine/training/trainer.h"
#include "tests/engine/training_data.h"

namespace striate {
namespace {

constexpr const char* kNetwork =
    "input 1x12x12 | conv 8 3x3 pad 1 | batchnorm | relu | maxpool 2 | dropout 0.3 | conv 12 3x3 | relu | flatten "
    "| "
    "dense 17 | relu | dense 4";

TrainerSettings settings_for(int batch) {
  TrainerSettings settings;
  settings.batch = batch;
  settings.keyframes = false;
  return settings;
}

TEST(Evaluation, has_the_same_bits_for_every_batch_and_in_any_memory) {
  for (const Device& device : Device::all_for_tests()) {
    Stream stream(device);
    const auto data = bars(61, 12, 4);
    const Normalization normalization = Normalization::measure(*data, all_of(*data));
    Network network(stream, Architecture::parse(kNetwork));
    Trainer trainer(stream, network, *data, all_of(*data), normalization, settings_for(9));
    for (int i = 0; i < 12; ++i) trainer.step();
    Evaluator usual(stream, network.architecture(), 61);
    const Evaluation expected = usual.evaluate(stream, network, *data, all_of(*data), normalization);
    EXPECT_GT(expected.correct, 0);
    const auto same = [&](const Evaluation& other, const std::string& how) {
      EXPECT_EQ(other.samples, expected.samples) << how;
      EXPECT_EQ(other.correct, expected.correct) << how;
      EXPECT_EQ(other.loss, expected.loss) << how;
      EXPECT_EQ(other.confusion, expected.confusion) << how;
      EXPECT_EQ(other.predicted, expected.predicted) << how;
      EXPECT_EQ(other.probability, expected.probability) << how;
    };
    for (const int batch : {1, 2, 7, 32, 60, 64, 250}) {
      Evaluator evaluator(stream, network.architecture(), batch);
      same(evaluator.evaluate(stream, network, *data, all_of(*data), normalization),
           fmt::format("batch {} on {}", batch, device.id()));
    }
    Evaluator in_place(stream, network);
    same(in_place.evaluate(stream, network, *data, all_of(*data), normalization), "in place on " + device.id());
    TestRound round(stream, network.architecture(), Loss::cross_entropy);
    round.begin(stream, network, 12);
    while (!round.advance(stream, *data, all_of(*data), normalization)) {
    }
    same(round.result(), "a round on " + device.id());
  }
}

TEST(Evaluation, in_the_memory_of_a_training_changes_no_bit_of_it) {
  for (const Device& device : Device::all_for_tests()) {
    Stream stream(device);
    const auto data = bars(61, 12, 4);
    const Normalization normalization = Normalization::measure(*data, all_of(*data));
    Network judged(stream, Architecture::parse(kNetwork)), alone(stream, Architecture::parse(kNetwork));
    Trainer one(stream, judged, *data, all_of(*data), normalization, settings_for(9));
    Trainer other(stream, alone, *data, all_of(*data), normalization, settings_for(9));
    Evaluator evaluator(stream, judged);
    for (int i = 0; i < 10; ++i) {
      one.step();
      other.step();
      EXPECT_EQ(one.loss(), other.loss()) << "step " << i + 1;
      evaluator.evaluate(stream, judged, *data, all_of(*data), normalization);
    }
    for (const TensorKind kind : {TensorKind::weight, TensorKind::buffer, TensorKind::optimizer_state}) {
      for (const NamedTensor& tensor : judged.tensors()) {
        if (tensor.kind == kind) {
          EXPECT_EQ(judged.read_tensor(stream, tensor), alone.read_tensor(stream, tensor)) << tensor.name;
        }
      }
    }
    EXPECT_EQ(one.state().counters, other.state().counters);
  }
}

}  // namespace
}  // namespace striate
