// Resizing along one axis: against ONNX's rules written out value by value, and against the numbers that its
// specification prints.
#include <algorithm>

#include "kernels/resample.h"

#include <gtest/gtest.h>

#include "tests/kernels/network_reference.h"

namespace striate {
namespace {

// Where output q lies among the inputs, as the specification's table has it.
double place_of(const ResampleAxis& axis, int64_t q) {
  const double n = static_cast<double>(axis.in), length = axis.scale * n, at = static_cast<double>(q);
  switch (axis.coordinates) {
    case Coordinates::half_pixel:
      return (at + 0.5) / axis.scale - 0.5;
    case Coordinates::half_pixel_symmetric: {
      const double adjustment = static_cast<double>(axis.out) / length, center = n / 2;
      return center * (1 - adjustment) + (at + 0.5) / axis.scale - 0.5;
    }
    case Coordinates::pytorch_half_pixel:
      return axis.out > 1 ? (at + 0.5) / axis.scale - 0.5 : 0;
    case Coordinates::asymmetric:
      return at / axis.scale;
    case Coordinates::align_corners:
      return axis.out > 1 ? at * (n - 1) / (length - 1) : 0;
    case Coordinates::tf_crop_and_resize:
      return axis.out > 1
                 ? axis.region_begin * (n - 1) + at * (axis.region_end - axis.region_begin) * (n - 1) / (length - 1)
                 : 0.5 * (axis.region_begin + axis.region_end) * (n - 1);
  }
  return 0;
}

// The weights of all inputs for output q; `outside` is set where there are none.
Doubles weights_of(const ResampleAxis& axis, int64_t q, bool& outside) {
  Doubles weights(static_cast<size_t>(axis.in));
  const double x = place_of(axis, q), last = static_cast<double>(axis.in - 1);
  outside = axis.coordinates == Coordinates::tf_crop_and_resize && (x < 0 || x > last);
  if (outside) return weights;
  const auto border = [&](double i) { return static_cast<size_t>(std::clamp(i, 0.0, last)); };
  if (!axis.linear) {
    double i = x;
    if (x != std::floor(x)) {
      const double part = x - std::floor(x);
      switch (axis.rounding) {
        case NearestRounding::round_prefer_floor:
          i = part <= 0.5 ? std::floor(x) : std::ceil(x);
          break;
        case NearestRounding::round_prefer_ceil:
          i = part < 0.5 ? std::floor(x) : std::ceil(x);
          break;
        case NearestRounding::floor:
          i = std::floor(x);
          break;
        case NearestRounding::ceil:
          i = std::ceil(x);
          break;
      }
    }
    weights[border(i)] = 1;
    return weights;
  }
  const double width = axis.antialias ? std::max(1.0, 1 / axis.scale) : 1;
  double sum = 0;
  for (double i = std::floor(x - width) - 1; i <= x + width + 1; ++i) {
    const double weight = std::max(0.0, 1 - std::fabs(i - x) / width);
    if (axis.exclude_outside && (i < 0 || i > last)) continue;
    weights[border(i)] += weight;
    sum += weight;
  }
  for (double& weight : weights) weight /= sum;
  return weights;
}

ResampleAxis axis_of(int64_t in, int64_t out, double scale = 0) {
  ResampleAxis axis;
  axis.in = in, axis.out = out;
  axis.scale = scale > 0 ? scale : static_cast<double>(out) / static_cast<double>(in);
  return axis;
}

Floats resampled(Stream& stream, const ResampleAxis& axis, const Floats& x) {
  const auto values = on_device(stream, x);
  Guarded<float> table(stream, resample_table_size(axis)), y(stream, axis.out);
  resample_table(stream, axis, false, table.data());
  resample_forward(stream, axis, 1, 1, table.data(), values.data(), y.data());
  return y.read(stream);
}

}  // namespace

void exercise_resample(Stream& stream) {
  const ResampleAxis axis = axis_of(4, 6);
  const auto x = on_device(stream, random_floats(6, 1));
  Guarded<float> table(stream, resample_table_size(axis)), y(stream, 6), dx(stream, 4);
  resample_table(stream, axis, true, table.data());
  resample_forward(stream, axis, 1, 1, table.data(), x.data(), y.data());
  resample_backward(stream, axis, 1, 1, table.data(), x.data(), dx.data(), Result::overwrite);
}

TEST(Resample, every_way_forward_and_backward) {
  std::vector<ResampleAxis> cases;
  const Coordinates all[] = {Coordinates::half_pixel,         Coordinates::half_pixel_symmetric,
                             Coordinates::pytorch_half_pixel, Coordinates::asymmetric,
                             Coordinates::align_corners,      Coordinates::tf_crop_and_resize};
  for (const Coordinates coordinates : all) {
    for (ResampleAxis axis : {axis_of(4, 7), axis_of(7, 4), axis_of(1, 3), axis_of(5, 1), axis_of(6, 6),
                              axis_of(5, 6, 1.3), axis_of(9, 3, 0.4), axis_of(12, 2)}) {
      axis.coordinates = coordinates;
      if (coordinates == Coordinates::tf_crop_and_resize) {
        axis.region_begin = -0.2, axis.region_end = 0.9;
        axis.outside = 7;
      }
      for (const NearestRounding rounding : {NearestRounding::round_prefer_floor, NearestRounding::round_prefer_ceil,
                                             NearestRounding::floor, NearestRounding::ceil}) {
        axis.rounding = rounding;
        cases.push_back(axis);
      }
      axis.linear = true;
      for (const bool antialias : {false, true}) {
        for (const bool exclude : {false, true}) {
          axis.antialias = antialias, axis.exclude_outside = exclude;
          cases.push_back(axis);
        }
      }
    }
  }
  const int64_t outer = 2, inner = 3;
  for (const ResampleAxis& axis : cases) {
    SCOPED_TRACE(std::to_string(axis.in) + " to " + std::to_string(axis.out) + ", coordinates " +
                 std::to_string(static_cast<int>(axis.coordinates)) + (axis.linear ? ", linear" : ", nearest") +
                 (axis.antialias ? ", antialias" : "") + (axis.exclude_outside ? ", exclude outside" : ""));
    const Floats x = random_floats(outer * axis.in * inner, 1), dy = random_floats(outer * axis.out * inner, 2);
    Doubles y(dy.size()), dx(x.size());
    for (int64_t q = 0; q < axis.out; ++q) {
      bool outside = false;
      const Doubles weights = weights_of(axis, q, outside);
      for (int64_t o = 0; o < outer; ++o) {
        for (int64_t i = 0; i < inner; ++i) {
          const int64_t to = (o * axis.out + q) * inner + i;
          if (outside) y[to] = 7;
          for (int64_t p = 0; p < axis.in; ++p) {
            y[to] += weights[p] * x[(o * axis.in + p) * inner + i];
            dx[(o * axis.in + p) * inner + i] += weights[p] * dy[to];
          }
        }
      }
    }
    on_every_device([&](Stream& stream) {
      const auto dev_x = on_device(stream, x), dev_dy = on_device(stream, dy);
      Guarded<float> table(stream, resample_table_size(axis)), got(stream, static_cast<int64_t>(y.size())),
          gradient(stream, static_cast<int64_t>(x.size()));
      resample_table(stream, axis, true, table.data());
      resample_forward(stream, axis, outer, inner, table.data(), dev_x.data(), got.data());
      expect_close(got.read(stream), y, 1e-6, "y");
      resample_backward(stream, axis, outer, inner, table.data(), dev_dy.data(), gradient.data(), Result::overwrite);
      expect_close(gradient.read(stream), dx, 2e-6, "dx");
      Doubles twice = dx;
      for (double& v : twice) v *= 2;
      resample_backward(stream, axis, outer, inner, table.data(), dev_dy.data(), gradient.data(), Result::accumulate);
      expect_close(gradient.read(stream), twice, 2e-6, "dx added");
      table.read(stream);
    });
  }
}

// One axis of the examples in the specification of Resize.
TEST(Resample, the_numbers_of_the_specification) {
  on_every_device([&](Stream& stream) {
    ResampleAxis axis = axis_of(2, 4, 2);
    axis.linear = true;
    expect_close(resampled(stream, axis, {1, 2}), {1, 1.25, 1.75, 2}, 1e-6, "half_pixel");
    axis.coordinates = Coordinates::align_corners;
    expect_close(resampled(stream, axis, {1, 2}), {1, 1 + 1 / 3.0, 1 + 2 / 3.0, 2}, 1e-6, "align_corners");
    axis.coordinates = Coordinates::asymmetric;
    expect_close(resampled(stream, axis, {1, 2}), {1, 1.5, 2, 2}, 1e-6, "asymmetric");
    axis = axis_of(4, 2, 0.6);
    axis.linear = true;
    expect_close(resampled(stream, axis, {1, 2, 3, 4}), {1 + 1 / 3.0, 3}, 1e-6, "smaller");
    axis.coordinates = Coordinates::align_corners;
    expect_close(resampled(stream, axis, {1, 2, 3, 4}), {1, 1 + 3 / 1.4}, 1e-6, "smaller, by the length as it is said");
    axis.coordinates = Coordinates::half_pixel;
    axis.antialias = true;
    expect_close(resampled(stream, axis, {1, 2, 3, 4}), {1.375, 3}, 1e-6, "antialias");
  });
}

TEST(Resample, a_scale_that_leads_far_away_ends_at_the_border) {
  for (const Coordinates coordinates : {Coordinates::half_pixel, Coordinates::align_corners}) {
    for (const bool linear : {false, true}) {
      ResampleAxis axis = axis_of(4, 3, 1e-9);
      axis.coordinates = coordinates;
      axis.linear = linear;
      if (coordinates == Coordinates::align_corners) axis.scale = 0.25 * (1 + 1e-15);  // a length of hardly more than 1
      on_every_device([&](Stream& stream) {
        const Floats got = resampled(stream, axis, {1, 2, 3, 4});
        EXPECT_EQ(got[1], 4);
        EXPECT_EQ(got[2], 4);
      });
    }
  }
}

TEST(Resample, an_infinity_that_has_no_weight_stays_out) {
  ResampleAxis axis = axis_of(3, 3);
  axis.linear = true;
  on_every_device([&](Stream& stream) {
    const Floats got = resampled(stream, axis, {INFINITY, 1, 2});
    EXPECT_EQ(got[0], INFINITY);
    EXPECT_EQ(got[1], 1);
    EXPECT_EQ(got[2], 2);
  });
}

}  // namespace striate
