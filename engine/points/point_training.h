// A training of a PointNetwork as a value: copied, it goes on by itself, and the same settings and the same moves give
// the same numbers, bit for bit. So it can be scrubbed: back to any step, and on from there. Background work takes a
// copy, goes on, and gives it back.
//
// Samples are shuffled anew each epoch by the seed and the epoch's number. A batch never reaches over an epoch's end:
// the last one may be smaller. A step is one update of the weights, of a batch or of a single sample.
//
// What is done by hand at a step (a weight typed, another rate, a single sample) is kept as a line in events(), with
// the state after it, so that scrubbing finds it.
//
// Optimizers, as PyTorch defines them (kernels/optimizer.h): sgd, momentum (0.9), nesterov (0.9), rmsprop, adagrad,
// adam. To add one: a row in the table in the .cpp and its case in step_weights().
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/points/point_network.h"
#include "engine/training/optimizer_settings.h"

namespace striate {

enum class PointOptimizer { sgd, momentum, nesterov, rmsprop, adagrad, adam };
const std::vector<std::string>& point_optimizer_names();
const char* name_of(PointOptimizer optimizer);
const char* title_of(PointOptimizer optimizer);  // "RMSprop"
PointOptimizer parse_point_optimizer(const std::string& name);
OptimizerSettings settings_of(PointOptimizer optimizer);  // the same one of the engine's: its formula, line by line

// Learning settings that may change while it runs.
struct PointLearning {
  PointOptimizer optimizer = PointOptimizer::sgd;
  double rate = 0.03;
  int batch = 10;
  friend bool operator==(const PointLearning&, const PointLearning&) = default;
};

// One step of all weights. first and second: the optimizer's arrays, zero before step 1.
void step_weights(PointOptimizer optimizer, double rate, int64_t step, const std::vector<double>& gradient,
                  std::vector<double>& weights, std::vector<double>& first, std::vector<double>& second);

struct PointState {
  std::vector<double> parameters, first, second;
  int64_t step = 0;   // updates so far
  int64_t epoch = 0;  // whole ones so far
  int position = 0;   // samples of this epoch that were learned from
};

class PointTraining {
 public:
  PointTraining() = default;
  PointTraining(PointDataPtr data, const PointModel& model, const PointLearning& learning, uint64_t seed);

  bool network_ready() const { return network_ != nullptr; }  // false: made by the default constructor
  const PointData& data() const { return *data_; }
  const PointDataPtr& data_ptr() const { return data_; }
  const PointNetwork& network() const { return *network_; }
  const PointLearning& learning() const { return learning_; }
  const PointState& state() const { return state_; }
  const std::vector<double>& parameters() const { return state_.parameters; }
  const std::vector<double>& start() const { return frames_.front()->state.parameters; }  // of step 0, as drawn
  int64_t step() const { return state_.step; }
  int64_t last() const { return last_; }  // the newest step: how far scrubbing goes
  uint64_t seed() const { return seed_; }

  // From the past, these forget what came after it.
  void advance(int64_t steps);                  // batches
  void advance_sample();                        // a single sample, as a batch of one
  void set_parameter(size_t at, double value);  // by hand
  void set_learning(const PointLearning& next);
  // To a step of the past, or on to one that is not there yet.
  void scrub(int64_t step);
  int64_t steps_to_epoch_end() const;

  // Which samples the next step learns from.
  std::vector<int> next_samples(bool single) const;

  // Losses and accuracies so far, at steps that lie at about equal distances: of the training and the test samples.
  struct Point {
    int64_t step = 0;
    PointScore training, test;
  };
  const std::vector<Point>& curve() const { return curve_; }
  Point point() const;  // of now

  // What was done by hand, in order: the step at which it was, and which.
  struct Event {
    enum class Kind { parameter, learning, sample } kind = Kind::sample;
    int64_t step = 0;  // before it
    size_t parameter = 0;
    double value = 0;
    PointLearning learning;
    friend bool operator==(const Event&, const Event&) = default;
  };
  std::vector<Event> events() const;
  // Goes back to before what was done by hand after the first `count`: an edit is taken back.
  void keep_events(size_t count);
  PointLearning first_learning() const { return frames_.front()->learning; }

 private:
  struct Frame {
    PointState state;
    PointLearning learning;
  };
  using FramePtr = std::shared_ptr<const Frame>;
  struct Done {
    Event event;
    FramePtr after;
  };
  void forget_future();
  void one_step(bool single);
  void keep();
  void note(Event event);
  void load(const Frame& frame);

  PointDataPtr data_;
  std::shared_ptr<const PointNetwork> network_;
  uint64_t seed_ = 0;
  PointLearning learning_;
  PointState state_;
  int64_t last_ = 0;
  std::vector<FramePtr> frames_;  // every frame_every_ steps; the first is step 0
  int64_t frame_every_ = 1;
  std::vector<Done> done_;
  std::vector<Point> curve_;
  int64_t curve_every_ = 1;
  // Of the present epoch.
  int64_t shuffled_ = -1;
  std::vector<int> order_;
  std::vector<double> gradient_;
  PointPass pass_;
};

// A batch's mean loss and gradient; the samples' own numbers are not kept.
double batch_gradient(const PointNetwork& network, const std::vector<double>& parameters, const PointData& data,
                      std::span<const int> samples, PointPass& pass, std::vector<double>& gradient);

// The order in which an epoch takes the training samples.
std::vector<int> epoch_order(const PointData& data, uint64_t seed, int64_t epoch);

}  // namespace striate
