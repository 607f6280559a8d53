// The moment of a training that tests of views are drawn from is a real one.
#include "train_scene.h"

#include <gtest/gtest.h>

#include <cmath>

namespace striate {
namespace {

TEST(TrainScene, is_a_real_training_with_everything_in_it) {
  const TrainSnapshotPtr now = train_scene();
  EXPECT_EQ(now->step, 60);
  EXPECT_EQ(now->curves.size, 60);
  EXPECT_EQ(now->curves.at(0).step, 1);
  EXPECT_LT(now->curves.at(59).loss, now->curves.at(0).loss);
  EXPECT_TRUE(std::isfinite(now->curves.at(59).weight_norm));
  ASSERT_NE(now->tensor(TensorKind::weight, "0.weight"), nullptr);
  EXPECT_EQ(now->tensor(TensorKind::weight, "0.weight")->tensor.shape, (Shape{8, 1, 3, 3}));
  ASSERT_NE(now->tensor(TensorKind::weight_gradient, "0.weight"), nullptr);
  ASSERT_NE(now->tensor(TensorKind::activation, "0"), nullptr);
  EXPECT_EQ(now->tensor(TensorKind::activation, "0")->tensor.shape[0], 16);
  ASSERT_EQ(now->probe->activations.size(), static_cast<size_t>(now->architecture->size()));
  EXPECT_NE(now->probe->gradients[0], nullptr);
  EXPECT_EQ(now->probe->probabilities.size(), 10u);
  EXPECT_EQ(now->batch->probabilities.size(), 160u);
  EXPECT_EQ(now->batch->labels[3], now->data->label(now->batch->indices[3]));
  EXPECT_NE(now->batch->original, now->batch->augmented);
  EXPECT_EQ(now->test->evaluation.samples, static_cast<int64_t>(now->test->indices.size()));
  EXPECT_EQ(static_cast<int64_t>(now->test->mistakes.size()),
            now->test->evaluation.samples - now->test->evaluation.correct);
  EXPECT_EQ(now->dead_units.size(), 2u);
  EXPECT_FALSE(now->norms.empty());
  EXPECT_EQ(train_scene(), now);
}

TEST(TrainScene, shows_an_earlier_step_of_the_same_run) {
  const TrainSnapshotPtr now = scrubbed_scene();
  EXPECT_EQ(now->step, 20);
  EXPECT_EQ(now->newest_step, 60);
  EXPECT_EQ(now->loss, now->curves.at(19).loss);
}

}  // namespace
}  // namespace striate
