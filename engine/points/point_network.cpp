#include "engine/points/point_network.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <sstream>

#include "engine/error.h"
#include "engine/nearest_word.h"
#include "kernels/random.h"

namespace striate {
namespace {

constexpr uint64_t kWeights = 110;  // sequence of the seed
constexpr double kKerasEpsilon = 1e-7;

template <typename Value>
Value parse(const std::string& name, const std::vector<std::string>& names, const char* what) {
  const auto at = std::find(names.begin(), names.end(), name);
  if (at == names.end()) throw Error(fmt::format("there is no {} called {}", what, name), nearest_hint(name, names));
  return static_cast<Value>(at - names.begin());
}

double clamped_log(double x) { return std::max(-100.0, std::log(x)); }

double sigmoid(double x) {
  const double e = std::exp(-std::abs(x));
  return (x >= 0 ? 1 : e) / (1 + e);
}
double softplus(double x) { return std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x))); }

// Which targets two classes have: what the activation can reach.
bool goes_below_zero(PointActivation activation) {
  return activation == PointActivation::tanh || activation == PointActivation::linear ||
         activation == PointActivation::elu;
}

// Of a loss that looks at each output alone.
double each_loss(PointLoss loss, double difference) {
  const double size = std::abs(difference);
  switch (loss) {
    case PointLoss::mae:
      return size;
    case PointLoss::huber:
      return size <= 1 ? difference * difference / 2 : size - 0.5;
    default:
      return difference * difference;
  }
}
double each_slope(PointLoss loss, double difference) {
  switch (loss) {
    case PointLoss::mae:
      return difference > 0 ? 1 : difference < 0 ? -1 : 0;
    case PointLoss::huber:
      return std::clamp(difference, -1.0, 1.0);
    default:
      return 2 * difference;
  }
}

double probability_of(PointActivation activation, double output) {
  switch (activation) {
    case PointActivation::sigmoid:
    case PointActivation::softmax:
      return output;
    case PointActivation::tanh:
      return (1 + output) / 2;
    case PointActivation::linear:
      return sigmoid(output);
    default:
      return std::clamp(output, kKerasEpsilon, 1 - kKerasEpsilon);
  }
}

}  // namespace

const std::vector<std::string>& point_feature_names() {
  static const std::vector<std::string> names{"x", "y", "xx", "yy", "xy", "sinx", "siny"};
  return names;
}
const std::vector<std::string>& point_activation_names() {
  static const std::vector<std::string> names{"linear", "relu", "tanh", "sigmoid", "elu", "softplus", "silu"};
  return names;
}
const std::vector<std::string>& point_loss_names() {
  static const std::vector<std::string> names{"mse", "mae", "huber", "cross-entropy"};
  return names;
}
const char* name_of(PointFeature feature) { return point_feature_names()[static_cast<size_t>(feature)].c_str(); }
const char* name_of(PointActivation activation) {
  return activation == PointActivation::softmax ? "softmax"
                                                : point_activation_names()[static_cast<size_t>(activation)].c_str();
}
const char* name_of(PointLoss loss) { return point_loss_names()[static_cast<size_t>(loss)].c_str(); }
PointActivation parse_point_activation(const std::string& name) {
  return parse<PointActivation>(name, point_activation_names(), "activation");
}
PointLoss parse_point_loss(const std::string& name) { return parse<PointLoss>(name, point_loss_names(), "loss"); }
std::vector<PointFeature> parse_point_features(const std::string& list) {
  std::vector<PointFeature> features;
  std::istringstream words(list);
  for (std::string word; words >> word;) {
    const auto feature = parse<PointFeature>(word, point_feature_names(), "feature");
    if (std::find(features.begin(), features.end(), feature) == features.end()) features.push_back(feature);
  }
  if (features.empty()) throw Error("a network needs at least one feature", "the coordinates: neuron.features x y");
  return features;
}
double point_feature(PointFeature feature, double x, double y) {
  switch (feature) {
    case PointFeature::x:
      return x;
    case PointFeature::y:
      return y;
    case PointFeature::xx:
      return x * x;
    case PointFeature::yy:
      return y * y;
    case PointFeature::xy:
      return x * y;
    case PointFeature::sinx:
      return std::sin(x);
    default:
      return std::sin(y);
  }
}

double activation_value(PointActivation activation, double sum) {
  switch (activation) {
    case PointActivation::relu:
      return std::max(0.0, sum);
    case PointActivation::tanh:
      return std::tanh(sum);
    case PointActivation::sigmoid:
      return sigmoid(sum);
    case PointActivation::elu:
      return sum > 0 ? sum : std::expm1(sum);
    case PointActivation::softplus:
      return softplus(sum);
    case PointActivation::silu:
      return sum * sigmoid(sum);
    default:
      return sum;
  }
}
double activation_slope(PointActivation activation, double sum) {
  switch (activation) {
    case PointActivation::relu:
      return sum > 0 ? 1 : 0;
    case PointActivation::tanh: {
      const double y = std::tanh(sum);
      return 1 - y * y;
    }
    case PointActivation::sigmoid: {
      const double y = sigmoid(sum);
      return y * (1 - y);
    }
    case PointActivation::elu:
      return sum > 0 ? 1 : std::exp(sum);
    case PointActivation::softplus:
      return sigmoid(sum);
    case PointActivation::silu: {
      const double y = sigmoid(sum);
      return y * (1 + sum * (1 - y));
    }
    default:
      return 1;
  }
}

PointNetwork::PointNetwork(const PointModel& model, const PointData& data)
    : model_(model), classes_(data.classes), pictures_(data.pictures()) {
  int inputs = pictures_ ? data.width : static_cast<int>(model_.features.size());
  const int outputs = classes_ > 2 ? classes_ : 1;
  model_.activations.resize(model_.hidden.size() + 1, PointActivation::tanh);
  for (size_t i = 0; i <= model_.hidden.size(); ++i) {
    const bool last = i == model_.hidden.size();
    PointLayer layer;
    layer.inputs = inputs;
    layer.units = last ? outputs : model_.hidden[i];
    layer.activation = last && classes_ > 2 ? PointActivation::softmax : model_.activations[i];
    layer.weights = parameters_;
    layer.biases = layer.weights + static_cast<size_t>(inputs) * static_cast<size_t>(layer.units);
    parameters_ = layer.biases + static_cast<size_t>(layer.units);
    layer.values = static_cast<size_t>(neurons_);
    neurons_ += layer.units;
    inputs = layer.units;
    layers_.push_back(layer);
  }
  high_ = 1;
  low_ = goes_below_zero(output().activation) ? -1 : 0;
}

std::vector<double> PointNetwork::initial(uint64_t seed) const {
  std::vector<double> parameters(parameters_);
  Random random(seed, kWeights);
  for (const PointLayer& layer : layers_) {
    for (size_t i = layer.weights; i < layer.biases; ++i) parameters[i] = random.unit() - 0.5;
    for (int i = 0; i < layer.units; ++i) parameters[layer.biases + static_cast<size_t>(i)] = 0.1;
  }
  return parameters;
}

void PointNetwork::inputs_of(const double* sample, double* inputs) const {
  if (pictures_) {
    std::copy_n(sample, this->inputs(), inputs);
    return;
  }
  for (size_t i = 0; i < model_.features.size(); ++i) {
    inputs[i] = point_feature(model_.features[i], sample[0], sample[1]);
  }
}

void PointNetwork::forward(const double* parameters, const double* sample, PointPass& pass) const {
  pass.input.resize(static_cast<size_t>(inputs()));
  pass.sums.resize(static_cast<size_t>(neurons_));
  pass.values.resize(static_cast<size_t>(neurons_));
  inputs_of(sample, pass.input.data());
  const double* from = pass.input.data();
  for (const PointLayer& layer : layers_) {
    double* const sums = pass.sums.data() + layer.values;
    double* const values = pass.values.data() + layer.values;
    std::copy_n(parameters + layer.biases, layer.units, sums);
    const double* weight = parameters + layer.weights;
    for (int i = 0; i < layer.inputs; ++i, weight += layer.units) {
      const double x = from[i];
      for (int j = 0; j < layer.units; ++j) sums[j] += x * weight[j];
    }
    if (layer.activation == PointActivation::softmax) {
      const double most = *std::max_element(sums, sums + layer.units);
      double total = 0;
      for (int j = 0; j < layer.units; ++j) total += values[j] = std::exp(sums[j] - most);
      for (int j = 0; j < layer.units; ++j) values[j] /= total;
    } else {
      for (int j = 0; j < layer.units; ++j) values[j] = activation_value(layer.activation, sums[j]);
    }
    from = values;
  }
}

double PointNetwork::target_of(double target, int unit) const {
  if (classes_ == 0) return target;
  if (classes_ == 2) return target > 0.5 ? high_ : low_;
  return static_cast<int>(target) == unit ? 1 : 0;
}
double PointNetwork::probability_of_one(double output) const {
  return probability_of(this->output().activation, output);
}

double loss_value(PointLoss loss, PointActivation activation, double output, double target) {
  if (loss != PointLoss::cross_entropy) return each_loss(loss, output - target);
  const bool one = target > 0.5;
  if (activation == PointActivation::linear) return std::min(100.0, softplus(one ? -output : output));
  const double p = probability_of(activation, output);
  return -clamped_log(one ? p : 1 - p);
}

double PointNetwork::loss(PointLoss by, const PointPass& pass, double target) const {
  const std::span<const double> out = output_of(pass);
  if (by == PointLoss::cross_entropy) {
    if (classes_ > 2) return -clamped_log(out[static_cast<size_t>(target)]);
    return loss_value(by, output().activation, out[0], target > 0.5 ? 1 : 0);
  }
  double sum = 0;
  for (int j = 0; j < outputs(); ++j) {
    sum += each_loss(by, out[static_cast<size_t>(j)] - target_of(target, j));
  }
  return sum / outputs();
}

double PointNetwork::loss_at(PointLoss by, const PointPass& pass, double target, double value) const {
  PointPass other;
  other.values = pass.values;
  double* const out = other.values.data() + output().values;
  const int right = classes_ > 2 ? static_cast<int>(target) : 0;
  const double rest = 1 - out[right];
  for (int j = 0; j < outputs(); ++j) {
    if (j == right) continue;
    out[j] = (1 - value) * (rest > 0 ? out[j] / rest : 1.0 / (outputs() - 1));
  }
  out[right] = value;
  return loss(by, other, target);
}

void PointNetwork::backward(const double* parameters, double target, PointPass& pass, double share,
                            double* gradient) const {
  pass.value_gradients.assign(static_cast<size_t>(neurons_), 0);
  pass.sum_gradients.assign(static_cast<size_t>(neurons_), 0);
  const std::span<const double> out = output_of(pass);
  const PointLayer& last = output();
  double* const dy = pass.value_gradients.data() + last.values;
  double* const dz = pass.sum_gradients.data() + last.values;
  const double* const z = pass.sums.data() + last.values;
  if (model_.loss == PointLoss::cross_entropy) {
    if (classes_ > 2) {
      for (int j = 0; j < outputs(); ++j) dz[j] = out[static_cast<size_t>(j)] - (static_cast<int>(target) == j ? 1 : 0);
      const auto right = static_cast<size_t>(target);
      dy[right] = -1 / std::max(out[right], 1e-12);
    } else {
      const double t = target > 0.5 ? 1 : 0, o = out[0];
      const double p = probability_of_one(o), slope = std::max(p * (1 - p), 1e-12);
      switch (last.activation) {
        case PointActivation::linear:
          dy[0] = p - t;
          dz[0] = p - t;
          break;
        case PointActivation::tanh:
          dy[0] = (p - t) / slope / 2;
          dz[0] = dy[0] * (1 - o * o);
          break;
        case PointActivation::sigmoid:
          dy[0] = (p - t) / slope;
          dz[0] = dy[0] * (p * (1 - p));
          break;
        default:
          dy[0] = o == p ? (p - t) / slope : 0;
          dz[0] = dy[0] * activation_slope(last.activation, z[0]);
      }
    }
  } else {
    for (int j = 0; j < outputs(); ++j) {
      dy[j] = each_slope(model_.loss, out[static_cast<size_t>(j)] - target_of(target, j)) / outputs();
    }
    if (last.activation == PointActivation::softmax) {
      double mean = 0;
      for (int j = 0; j < outputs(); ++j) mean += dy[j] * out[static_cast<size_t>(j)];
      for (int j = 0; j < outputs(); ++j) dz[j] = out[static_cast<size_t>(j)] * (dy[j] - mean);
    } else {
      for (int j = 0; j < outputs(); ++j) dz[j] = dy[j] * activation_slope(last.activation, z[j]);
    }
  }
  for (size_t l = layers_.size(); l-- > 0;) {
    const PointLayer& layer = layers_[l];
    const double* const from = l > 0 ? pass.values.data() + layers_[l - 1].values : pass.input.data();
    const double* const dsum = pass.sum_gradients.data() + layer.values;
    double* dweight = gradient + layer.weights;
    for (int i = 0; i < layer.inputs; ++i, dweight += layer.units) {
      const double x = from[i] * share;
      for (int j = 0; j < layer.units; ++j) dweight[j] += x * dsum[j];
    }
    for (int j = 0; j < layer.units; ++j) gradient[layer.biases + static_cast<size_t>(j)] += share * dsum[j];
    if (l == 0) break;
    const PointLayer& before = layers_[l - 1];
    const double* weight = parameters + layer.weights;
    for (int i = 0; i < layer.inputs; ++i, weight += layer.units) {
      double sum = 0;
      for (int j = 0; j < layer.units; ++j) sum += weight[j] * dsum[j];
      const size_t at = before.values + static_cast<size_t>(i);
      pass.value_gradients[at] = sum;
      pass.sum_gradients[at] = sum * activation_slope(before.activation, pass.sums[at]);
    }
  }
}

int PointNetwork::predicted(const PointPass& pass) const {
  const std::span<const double> out = output_of(pass);
  if (classes_ > 2) return static_cast<int>(std::max_element(out.begin(), out.end()) - out.begin());
  return out[0] > (low_ + high_) / 2 ? 1 : 0;
}
double PointNetwork::probability(const PointPass& pass, int of) const {
  const std::span<const double> out = output_of(pass);
  if (classes_ > 2) return out[static_cast<size_t>(of)];
  const double one = std::clamp(probability_of_one(out[0]), 0.0, 1.0);
  return of == 1 ? one : 1 - one;
}

PointScore score(const PointNetwork& network, const double* parameters, const PointData& data,
                 std::span<const int> samples) {
  PointScore score;
  PointPass pass;
  int right = 0;
  for (const int i : samples) {
    const double target = data.targets[static_cast<size_t>(i)];
    network.forward(parameters, data.sample(i), pass);
    score.loss += network.loss(pass, target);
    // An output that is no number is no answer.
    const auto out = network.output_of(pass);
    const bool answered = std::all_of(out.begin(), out.end(), [](double value) { return std::isfinite(value); });
    if (!data.regression() && answered && network.predicted(pass) == data.label(i)) ++right;
  }
  const auto count = static_cast<double>(samples.size());
  score.loss /= count;
  score.accuracy = data.regression() ? std::numeric_limits<double>::quiet_NaN() : right / count;
  return score;
}

}  // namespace striate
