// A network of a few neurons over points or small pictures, in double precision: forward, loss and backward for one
// sample at a time, with every number between kept, so that a step can be looked at. It has no launches: a batch of ten
// points through a dozen neurons takes less time than one launch of a kernel. The formulas of its losses are those of
// kernels/loss.h, of its optimizers (point_training.h) those of kernels/optimizer.h; tests hold them to PyTorch's.
//
// Layers count from 0, the first hidden one; without hidden layers, layer 0 is the output. The output is one neuron for
// two classes and for numbers, and one for each class, with softmax, for more.
//
//   targets  two classes: 0 and 1, or -1 and 1 where the output's activation goes below 0 (tanh, linear, elu);
//            more: 1 for the class and 0 for the others
//   mse      mean of (o - t)^2            mae  mean of |o - t|
//   huber    mean of (o - t)^2 / 2 where |o - t| <= 1, else |o - t| - 1/2
//   cross-entropy  -log of what the output gives the right class: o itself, (1 + o) / 2 of tanh, 1 / (1 + exp(-o)) of
//            linear; of other activations o kept within 1e-7 and 1 - 1e-7. Each log is at least -100, as in PyTorch:
//            Keras keeps every probability so far from 0 and 1 that its loss ends at 16.1 (point_keras.cpp)
//
// To add an activation or a loss: its word in the enum, its name and its formulas in the .cpp, its name in Keras in
// point_keras.cpp, its row in tests/engine/points_test.cpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "engine/points/point_data.h"

namespace striate {

enum class PointFeature { x, y, xx, yy, xy, sinx, siny };
enum class PointActivation { linear, relu, tanh, sigmoid, elu, softplus, silu, softmax };
enum class PointLoss { mse, mae, huber, cross_entropy };

const std::vector<std::string>& point_feature_names();
const std::vector<std::string>& point_activation_names();  // those that can be chosen: without softmax
const std::vector<std::string>& point_loss_names();
const char* name_of(PointFeature feature);
const char* name_of(PointActivation activation);
const char* name_of(PointLoss loss);
PointActivation parse_point_activation(const std::string& name);  // these throw Error with the nearest name
PointLoss parse_point_loss(const std::string& name);
std::vector<PointFeature> parse_point_features(const std::string& list);  // "x y xx"; at least one, each once
double point_feature(PointFeature feature, double x, double y);

double activation_value(PointActivation activation, double sum);
double activation_slope(PointActivation activation, double sum);  // of one that is no softmax

struct PointModel {
  std::vector<PointFeature> features{PointFeature::x, PointFeature::y};  // what the network is given of a point
  std::vector<int> hidden{4, 2};
  std::vector<PointActivation> activations{PointActivation::tanh, PointActivation::tanh,
                                           PointActivation::tanh};  // of the hidden layers and the output
  PointLoss loss = PointLoss::mse;
  friend bool operator==(const PointModel&, const PointModel&) = default;
};

struct PointLayer {
  int inputs = 0, units = 0;
  PointActivation activation = PointActivation::tanh;
  size_t weights = 0, biases = 0;  // where its parameters begin: weight FROM TO is at weights + FROM * units + TO
  size_t values = 0;               // where its units' numbers begin in a PointPass
};

// The numbers of one sample.
struct PointPass {
  std::vector<double> input;
  std::vector<double> sums, values;                    // of every neuron: before and after its activation
  std::vector<double> value_gradients, sum_gradients;  // d loss / d of them; by backward()
};

class PointNetwork {
 public:
  PointNetwork() = default;
  PointNetwork(const PointModel& model, const PointData& data);

  const PointModel& model() const { return model_; }
  const std::vector<PointLayer>& layers() const { return layers_; }
  const PointLayer& output() const { return layers_.back(); }
  int inputs() const { return layers_.front().inputs; }
  int outputs() const { return output().units; }
  int classes() const { return classes_; }
  int neurons() const { return neurons_; }
  size_t parameters() const { return parameters_; }
  bool pictures() const { return pictures_; }
  double low() const { return low_; }  // the targets of class 0 and 1 of two
  double high() const { return high_; }

  std::vector<double> initial(uint64_t seed) const;  // weights U(-0.5, 0.5), biases 0.1

  // What the network is given of a sample, inputs() numbers.
  void inputs_of(const double* sample, double* inputs) const;
  void forward(const double* parameters, const double* sample, PointPass& pass) const;
  std::span<const double> output_of(const PointPass& pass) const {
    return {pass.values.data() + output().values, static_cast<size_t>(outputs())};
  }
  // `target`: a class or a number.
  double loss(const PointPass& pass, double target) const { return loss(model_.loss, pass, target); }
  // By another loss, with the targets that this network learns.
  double loss(PointLoss by, const PointPass& pass, double target) const;
  // The same, had the output given `value`; of more than two classes, to the right one: the others share the rest as
  // they do in `pass`.
  double loss_at(PointLoss by, const PointPass& pass, double target, double value) const;
  // After forward(): fills the gradients of `pass` with those of this sample's loss, and adds `share` times the
  // parameters' gradients.
  void backward(const double* parameters, double target, PointPass& pass, double share, double* gradient) const;
  int predicted(const PointPass& pass) const;               // a class
  double probability(const PointPass& pass, int of) const;  // what the output gives a class, as cross-entropy reads it

 private:
  double target_of(double target, int unit) const;
  double probability_of_one(double output) const;

  PointModel model_;
  std::vector<PointLayer> layers_;
  int classes_ = 2, neurons_ = 0;
  size_t parameters_ = 0;
  bool pictures_ = false;
  double low_ = -1, high_ = 1;
};

// A loss of one output, and its slope: for curves. `target` as the output has it.
double loss_value(PointLoss loss, PointActivation activation, double output, double target);

// Of some samples.
struct PointScore {
  double loss = 0;
  double accuracy = 0;  // a share; NaN for numbers
};
PointScore score(const PointNetwork& network, const double* parameters, const PointData& data,
                 std::span<const int> samples);

}  // namespace striate
