#include "engine/points/point_surface.h"

#include <algorithm>
#include <cmath>

#include "kernels/exponential.h"

namespace striate {
namespace {

void activate(PointActivation activation, const float* sums, float* values, int count) {
  switch (activation) {
    case PointActivation::relu:
      for (int i = 0; i < count; ++i) values[i] = sums[i] > 0 ? sums[i] : 0;
      break;
    case PointActivation::tanh:
      for (int i = 0; i < count; ++i) values[i] = tanh_of(sums[i]);
      break;
    case PointActivation::sigmoid:
    case PointActivation::silu:
      for (int i = 0; i < count; ++i) {
        const float e = exp_of_negative(-std::fabs(sums[i]));
        values[i] = (sums[i] >= 0 ? 1.0f : e) / (1.0f + e);
      }
      if (activation == PointActivation::silu) {
        for (int i = 0; i < count; ++i) values[i] *= sums[i];
      }
      break;
    case PointActivation::elu:
      for (int i = 0; i < count; ++i) {
        const float below = exp_minus_1_of_negative(sums[i] < 0 ? sums[i] : 0);
        values[i] = sums[i] > 0 ? sums[i] : below;
      }
      break;
    case PointActivation::softplus:
      for (int i = 0; i < count; ++i) {
        values[i] = (sums[i] > 0 ? sums[i] : 0) + log_of_1_plus(exp_of_negative(-std::fabs(sums[i])));
      }
      break;
    default:
      std::copy_n(sums, count, values);
  }
}

}  // namespace

double surface_x(int column, int side) { return -kPointRange + 2 * kPointRange * (column + 0.5) / side; }
double surface_y(int row, int side) { return kPointRange - 2 * kPointRange * (row + 0.5) / side; }

PointSurface make_surface(const PointNetwork& network, const std::vector<double>& parameters, int side) {
  PointSurface surface;
  surface.side = side;
  if (network.pictures()) return surface;
  const auto across = static_cast<size_t>(side), plane = across * across;
  surface.values.resize(static_cast<size_t>(network.neurons()) * plane);
  std::vector<float> weights(parameters.begin(), parameters.end());
  std::vector<float> features(static_cast<size_t>(network.inputs()) * across), sums(across);
  for (int row = 0; row < side; ++row) {
    for (int i = 0; i < network.inputs(); ++i) {
      for (int column = 0; column < side; ++column) {
        features[static_cast<size_t>(i) * across + static_cast<size_t>(column)] = static_cast<float>(point_feature(
            network.model().features[static_cast<size_t>(i)], surface_x(column, side), surface_y(row, side)));
      }
    }
    const float* from = features.data();
    size_t stride = across;
    for (const PointLayer& layer : network.layers()) {
      float* const values = surface.values.data() + layer.values * plane + static_cast<size_t>(row) * across;
      for (int j = 0; j < layer.units; ++j) {
        const auto unit = static_cast<size_t>(j);
        std::fill(sums.begin(), sums.end(), weights[layer.biases + unit]);
        for (int i = 0; i < layer.inputs; ++i) {
          const float weight =
              weights[layer.weights + static_cast<size_t>(i) * static_cast<size_t>(layer.units) + unit];
          const float* const x = from + static_cast<size_t>(i) * stride;
          for (size_t c = 0; c < across; ++c) sums[c] += weight * x[c];
        }
        activate(layer.activation, sums.data(), values + unit * plane, side);
      }
      if (layer.activation == PointActivation::softmax) {
        for (size_t c = 0; c < across; ++c) {
          float most = values[c], total = 0;
          for (int j = 1; j < layer.units; ++j) most = std::max(most, values[static_cast<size_t>(j) * plane + c]);
          for (int j = 0; j < layer.units; ++j) {
            float& value = values[static_cast<size_t>(j) * plane + c];
            value = exp_of_negative(value - most);
            total += value;
          }
          for (int j = 0; j < layer.units; ++j) values[static_cast<size_t>(j) * plane + c] /= total;
        }
      }
      from = values, stride = plane;
    }
  }
  return surface;
}

}  // namespace striate
