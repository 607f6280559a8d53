#include "engine/explain/hand_detector.h"

#include <algorithm>
#include <cmath>
#include <functional>

#include "engine/error.h"
#include "engine/marked.h"
#include "kernels/activation.h"
#include "kernels/conv2d.h"
#include "kernels/memory.h"

namespace striate {
namespace {

constexpr int kTaps = 9;

// Maps with their edge repeated once around them.
std::vector<float> framed(const std::vector<float>& maps, int count, int width, int height) {
  std::vector<float> out;
  out.reserve(static_cast<size_t>(count) * static_cast<size_t>(width + 2) * static_cast<size_t>(height + 2));
  for (int map = 0; map < count; ++map) {
    for (int y = -1; y <= height; ++y) {
      const int row = map * height + std::clamp(y, 0, height - 1);
      for (int x = -1; x <= width; ++x)
        out.push_back(maps[static_cast<size_t>(row) * static_cast<size_t>(width) +
                           static_cast<size_t>(std::clamp(x, 0, width - 1))]);
    }
  }
  return out;
}

// One layer: a convolution without padding and a ReLU.
std::vector<float> layer(Stream& stream, const Conv2dShape& shape, const std::vector<float>& x,
                         const std::vector<float>& weights, const std::vector<float>& bias) {
  const Device device = stream.device();
  const auto on = [&](const std::vector<float>& values) {
    Buffer<float> buffer(device, static_cast<int64_t>(values.size()), "a layer made by hand");
    upload(stream, buffer, values.data(), static_cast<int64_t>(values.size()));
    return buffer;
  };
  const Buffer<float> from = on(x), w = on(weights), b = on(bias);
  Buffer<float> to(device, shape.y_size(), "a layer made by hand");
  Buffer<float> scratch(device, std::max<int64_t>(1, conv2d_scratch(shape)), "a layer made by hand");
  conv2d_forward(stream, shape, from.data(), w.data(), b.data(), to.data(), scratch.data());
  relu_forward(stream, shape.y_size(), to.data(), to.data());
  std::vector<float> values(static_cast<size_t>(shape.y_size()));
  download(stream, values.data(), to, shape.y_size());
  return values;
}

}  // namespace

const std::vector<HandKernel>& hand_edges() {
  static const std::vector<HandKernel> list = [] {
    const std::vector<double> right{-1, 0, 1, -2, 0, 2, -1, 0, 1}, below{-1, -2, -1, 0, 0, 0, 1, 2, 1};
    std::vector<HandKernel> kernels = {{"right", N_("brighter right"), right},
                                       {"left", N_("brighter left"), right},
                                       {"below", N_("brighter below"), below},
                                       {"above", N_("brighter above"), below}};
    for (size_t k = 0; k < kernels.size(); ++k) {
      for (double& tap : kernels[k].taps) tap = (k % 2 == 0 ? tap : -tap) / 4 + 0.0;
    }
    return kernels;
  }();
  return list;
}

const std::vector<HandCorner>& hand_corners() {
  static const std::vector<HandCorner> list = [] {
    std::vector<HandCorner> corners = {{"upper-left", N_("upper left"), {}, -0.3},
                                       {"upper-right", N_("upper right"), {}, -0.3},
                                       {"lower-left", N_("lower left"), {}, -0.3},
                                       {"lower-right", N_("lower right"), {}, -0.3}};
    for (size_t k = 0; k < corners.size(); ++k) {
      const bool right = k % 2 == 1, lower = k >= 2;
      corners[k].taps.assign(static_cast<size_t>(kHandMaps) * kTaps, 0);
      // The upright edge goes on below an upper corner and above a lower one, the level edge toward the other side.
      const size_t upright = right ? 1 : 0, level = lower ? 3 : 2;
      const size_t row = lower ? 0 : 2, column = right ? 0 : 2;
      corners[k].taps[upright * kTaps + row * 3 + 1] = 1;
      corners[k].taps[upright * kTaps + (2 - row) * 3 + 1] = -1;
      corners[k].taps[level * kTaps + 3 + column] = 1;
      corners[k].taps[level * kTaps + 3 + (2 - column)] = -1;
    }
    return corners;
  }();
  return list;
}

HandMaps detect_by_hand(Stream& stream, std::vector<float> gray, int width, int height) {
  check(width > 0 && height > 0 && gray.size() == static_cast<size_t>(width) * static_cast<size_t>(height),
        "{} values of a picture of {} x {}", gray.size(), width, height);
  HandMaps maps;
  maps.width = width;
  maps.height = height;
  maps.gray = std::move(gray);
  Conv2dShape first;
  first.h = height + 2;
  first.w = width + 2;
  first.k = kHandMaps;
  first.r = first.s = 3;
  std::vector<float> weights;
  for (const HandKernel& kernel : hand_edges()) weights.insert(weights.end(), kernel.taps.begin(), kernel.taps.end());
  maps.edges = layer(stream, first, framed(maps.gray, 1, width, height), weights, std::vector<float>(kHandMaps, 0));
  Conv2dShape second;
  second.c = second.k = kHandMaps;
  second.h = height + 2;
  second.w = width + 2;
  second.r = second.s = 3;
  weights.clear();
  std::vector<float> bias;
  for (const HandCorner& corner : hand_corners()) {
    weights.insert(weights.end(), corner.taps.begin(), corner.taps.end());
    bias.push_back(static_cast<float>(corner.bias));
  }
  maps.corners = layer(stream, second, framed(maps.edges, kHandMaps, width, height), weights, bias);
  return maps;
}

std::vector<HandKernel> hand_made_kernels(int rows, int columns) {
  check(rows >= 1 && columns >= 1, "a kernel of {} x {}", columns, rows);
  const double sigma = std::max(0.6, std::min(rows, columns) / 4.0);
  std::vector<HandKernel> kernels;
  const auto add = [&](const char* name, const char* title, bool sums_to_0,
                       const std::function<double(double x, double y)>& value) {
    HandKernel kernel{name, title, {}};
    double sum = 0, squares = 0;
    for (int r = 0; r < rows; ++r) {
      for (int s = 0; s < columns; ++s) {
        const double x = (s - (columns - 1) / 2.0) / sigma, y = (r - (rows - 1) / 2.0) / sigma;
        kernel.taps.push_back(value(x, y) * std::exp(-(x * x + y * y) / 2));
        sum += kernel.taps.back();
      }
    }
    for (double& tap : kernel.taps) {
      if (sums_to_0) tap -= sum / static_cast<double>(rows * columns);
      squares += tap * tap;
    }
    for (double& tap : kernel.taps) tap = squares > 1e-20 ? tap / std::sqrt(squares) : 0;
    kernels.push_back(std::move(kernel));
  };
  constexpr double kHalf = 0.70710678118654752;
  const auto edge = [&](const char* name, const char* title, double dx, double dy) {
    add(name, title, true, [=](double x, double y) { return dx * x + dy * y; });
  };
  edge("edge right", N_("an edge, brighter at the right"), 1, 0);
  edge("edge lower right", N_("an edge, brighter at the lower right"), kHalf, kHalf);
  edge("edge below", N_("an edge, brighter below"), 0, 1);
  edge("edge lower left", N_("an edge, brighter at the lower left"), -kHalf, kHalf);
  edge("edge left", N_("an edge, brighter at the left"), -1, 0);
  edge("edge upper left", N_("an edge, brighter at the upper left"), -kHalf, -kHalf);
  edge("edge above", N_("an edge, brighter above"), 0, -1);
  edge("edge upper right", N_("an edge, brighter at the upper right"), kHalf, -kHalf);
  const auto line = [&](const char* name, const char* title, double dx, double dy) {
    add(name, title, true, [=](double x, double y) { return 1 - (dx * x + dy * y) * (dx * x + dy * y); });
  };
  line("line upright", N_("a bright upright line"), 1, 0);
  line("line level", N_("a bright level line"), 0, 1);
  line("line rising", N_("a bright rising line"), kHalf, kHalf);
  line("line falling", N_("a bright falling line"), kHalf, -kHalf);
  add("spot bright", N_("a bright spot"), true, [](double x, double y) { return 2 - x * x - y * y; });
  add("spot dark", N_("a dark spot"), true, [](double x, double y) { return x * x + y * y - 2; });
  add("blur", N_("a blur"), false, [](double, double) { return 1; });
  return kernels;
}

Resemblance most_alike(const std::vector<HandKernel>& kernels, const float* taps, int channels, int rows, int columns) {
  const size_t size = static_cast<size_t>(rows) * static_cast<size_t>(columns);
  double squares = 0;
  for (size_t i = 0; i < size * static_cast<size_t>(channels); ++i) squares += double{taps[i]} * taps[i];
  Resemblance best;
  if (squares <= 0) return best;
  best.cosine = -2;
  for (size_t k = 0; k < kernels.size(); ++k) {
    double product = 0;
    for (int c = 0; c < channels; ++c) {
      for (size_t i = 0; i < size; ++i) product += kernels[k].taps[i] * taps[static_cast<size_t>(c) * size + i];
    }
    // The hand-made one stands in every channel: its length is the root of their number.
    const double cosine = product / std::sqrt(squares * channels);
    if (cosine > best.cosine) best = {k, cosine};
  }
  return best;
}

}  // namespace striate
