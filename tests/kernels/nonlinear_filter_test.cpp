// Median, erosion, dilation, bilateral, unsharp masking and Canny's edges against their plain definitions, on every
// device. Beside OpenCV they stand in tests/cli/filter_opencv.sh.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "kernels/canny.h"
#include "kernels/error.h"
#include "kernels/window_filter.h"
#include "tests/kernels/on_every_device.h"

namespace striate {
namespace {

struct Shape {
  int width, height, channels;
  bool alpha;
  int filtered() const { return channels - (alpha ? 1 : 0); }
  size_t count() const { return static_cast<size_t>(width) * height * channels; }
};

// A picture in the host's memory as the references read it: by walking to the pixel, not by a formula.
struct Plain {
  std::vector<double> values;
  Shape shape;
  Border border;

  static int walked(int i, int size, Border border) {
    if (border == Border::zero) return i >= 0 && i < size ? i : -1;
    if (border == Border::replicate) return std::min(std::max(i, 0), size - 1);
    while (border == Border::wrap && i < 0) i += size;
    while (border == Border::wrap && i >= size) i -= size;
    while (i < 0 || i >= size) i = size == 1 ? 0 : i < 0 ? -i : 2 * (size - 1) - i;
    return i;
  }
  double at(int x, int y, int c) const {
    x = walked(x, shape.width, border);
    y = walked(y, shape.height, border);
    return x < 0 || y < 0 ? 0 : values[(static_cast<size_t>(y) * shape.width + x) * shape.channels + c];
  }
};

template <typename T>
Picture<const T> picture_on(const Buffer<T>& buffer, Shape shape) {
  return {buffer.data(), static_cast<int64_t>(shape.width) * shape.channels, shape.width, shape.height, shape.channels,
          shape.alpha};
}

double reference(const WindowFilter& filter, const Plain& in, int x, int y, int c) {
  const FilterKernel& k = filter.window;
  std::vector<double> values, weights;
  double weighted = 0, all = 0;
  for (int r = 0; r < k.height; ++r) {
    for (int s = 0; s < k.width; ++s) {
      const double w = k.taps[static_cast<size_t>(r) * k.width + s];
      if (w == 0) continue;
      const int xx = x + s - k.width / 2, yy = y + r - k.height / 2;
      const double value = in.at(xx, yy, c);
      double weight = w;
      if (filter.rule == WindowRule::bilateral) {
        double distance = 0;
        for (int i = 0; i < in.shape.filtered(); ++i) distance += std::fabs(in.at(xx, yy, i) - in.at(x, y, i));
        weight *= std::exp(-distance * distance / (2 * filter.range * filter.range));
      }
      values.push_back(value);
      weighted += weight * value;
      all += weight;
    }
  }
  const double mean = weighted / all, own = in.at(x, y, c);
  std::sort(values.begin(), values.end());
  switch (filter.rule) {
    case WindowRule::median:
      return values[values.size() / 2];
    case WindowRule::minimum:
      return values.front();
    case WindowRule::maximum:
      return values.back();
    case WindowRule::bilateral:
      return mean;
    case WindowRule::unsharp:
      return std::fabs(own - mean) < filter.threshold ? own : own + filter.amount * (own - mean);
  }
  return NAN;
}

FilterKernel window_of(int width, int height, const std::function<double(int x, int y)>& weight) {
  FilterKernel window;
  window.width = width;
  window.height = height;
  window.taps.clear();
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) window.taps.push_back(weight(x - width / 2, y - height / 2));
  }
  return window;
}

std::vector<WindowFilter> filters() {
  const auto whole = [](int, int) { return 1.0; };
  const auto cross = [](int x, int y) { return x == 0 || y == 0 ? 1.0 : 0.0; };
  const auto bell = [](int x, int y) { return std::exp(-(x * x + y * y) / 4.0); };
  std::vector<WindowFilter> list;
  for (const WindowRule rule : {WindowRule::median, WindowRule::minimum, WindowRule::maximum}) {
    for (const FilterKernel& window : {window_of(1, 1, whole), window_of(3, 3, whole), window_of(5, 5, cross),
                                       window_of(2, 4, whole), window_of(15, 15, whole)})
      list.push_back({rule, window, 30, 1, 0});
  }
  for (const double range : {5.0, 40.0, 1000.0})
    list.push_back({WindowRule::bilateral, window_of(7, 7, bell), range, 1, 0});
  list.push_back({WindowRule::unsharp, window_of(5, 5, bell), 30, 1.5, 0});
  list.push_back({WindowRule::unsharp, window_of(3, 3, bell), 30, -0.5, 20});
  return list;
}

bool exact(WindowRule rule) {
  return rule == WindowRule::median || rule == WindowRule::minimum || rule == WindowRule::maximum;
}

template <typename T>
void expect_reference(Stream& stream, const WindowFilter& filter, Border border, Shape shape, Region region,
                      const std::vector<T>& in) {
  const Buffer<T> input = on_device(stream, in);
  const int64_t row = static_cast<int64_t>(region.width) * shape.channels;
  Guarded<float> output(stream, row * region.height);
  window_filter(stream, filter, border, picture_on(input, shape), region, output.data(), row);
  const std::vector<float> out = output.read(stream);
  const Plain plain{{in.begin(), in.end()}, shape, border};
  for (int y = 0; y < region.height; ++y) {
    for (int x = 0; x < region.width; ++x) {
      for (int c = 0; c < shape.channels; ++c) {
        const bool alpha = shape.alpha && c == shape.channels - 1;
        const double expected =
            alpha ? plain.at(region.x + x, region.y + y, c) : reference(filter, plain, region.x + x, region.y + y, c);
        const float got = out[static_cast<size_t>(y * row + x * shape.channels + c)];
        ASSERT_NEAR(got, expected, alpha || exact(filter.rule) ? 0 : 3e-5 * 255)
            << "at " << x << "," << y << " channel " << c << ", rule " << static_cast<int>(filter.rule) << ", window "
            << filter.window.width << "x" << filter.window.height << ", border " << static_cast<int>(border);
      }
    }
  }
}

constexpr Border kBorders[] = {Border::zero, Border::replicate, Border::reflect, Border::wrap};

// Squares, noise and ramps: edges of all directions, weak ones and clear ones.
std::vector<uint8_t> drawn(Shape shape, unsigned seed) {
  const std::vector<uint8_t> noise = random_bytes(shape.count(), seed);
  std::vector<uint8_t> bytes(shape.count());
  for (int y = 0; y < shape.height; ++y) {
    for (int x = 0; x < shape.width; ++x) {
      for (int c = 0; c < shape.channels; ++c) {
        const size_t i = (static_cast<size_t>(y) * shape.width + x) * shape.channels + c;
        const int wave = static_cast<int>(90 * std::sin(0.13 * x * (1 + c) + 0.002 * seed) * std::cos(0.11 * y));
        bytes[i] =
            static_cast<uint8_t>(std::clamp(110 + wave + ((x / 9 + y / 7) % 3 == 0 ? 60 : 0) + noise[i] % 16, 0, 255));
      }
    }
  }
  return bytes;
}

// By the definition, in whole numbers, with hysteresis by sweeps until nothing changes.
std::vector<uint8_t> canny_reference(const CannyOptions& options, const Plain& in) {
  const int width = in.shape.width, height = in.shape.height;
  const auto at = [&](int x, int y) { return static_cast<size_t>(y) * width + x; };
  std::vector<int> dx(at(0, height)), dy(dx.size()), squared(dx.size(), -1);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      for (int c = 0; c < in.shape.filtered(); ++c) {
        int across = 0, down = 0;
        for (int k = -1; k <= 1; ++k) {
          across += static_cast<int>((2 - std::abs(k)) * (in.at(x + 1, y + k, c) - in.at(x - 1, y + k, c)));
          down += static_cast<int>((2 - std::abs(k)) * (in.at(x + k, y + 1, c) - in.at(x + k, y - 1, c)));
        }
        if (across * across + down * down <= squared[at(x, y)]) continue;
        squared[at(x, y)] = across * across + down * down;
        dx[at(x, y)] = across;
        dy[at(x, y)] = down;
      }
    }
  }
  const auto square = [&](int x, int y) { return x < 0 || y < 0 || x >= width || y >= height ? 0 : squared[at(x, y)]; };
  std::vector<uint8_t> state(dx.size());
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const int64_t a = std::abs(dx[at(x, y)]), b = static_cast<int64_t>(std::abs(dy[at(x, y)])) << 15;
      const int m = square(x, y);
      if (m <= std::floor(options.low * options.low)) continue;
      bool stays = false;
      if (b < a * 13573) {
        stays = m > square(x - 1, y) && m >= square(x + 1, y);
      } else if (b > a * 13573 + (a << 16)) {
        stays = m > square(x, y - 1) && m >= square(x, y + 1);
      } else {
        const int s = (dx[at(x, y)] ^ dy[at(x, y)]) < 0 ? -1 : 1;
        stays = m > square(x - s, y - 1) && m > square(x + s, y + 1);
      }
      if (stays) state[at(x, y)] = m > std::floor(options.high * options.high) ? 2 : 1;
    }
  }
  for (bool changed = true; changed;) {
    changed = false;
    for (int y = 0; y < height; ++y) {
      for (int x = 0; x < width; ++x) {
        if (state[at(x, y)] != 1) continue;
        for (int r = std::max(0, y - 1); r <= std::min(height - 1, y + 1); ++r) {
          for (int s = std::max(0, x - 1); s <= std::min(width - 1, x + 1); ++s) {
            if (state[at(s, r)] == 2 && state[at(x, y)] == 1) state[at(x, y)] = 2, changed = true;
          }
        }
      }
    }
  }
  return state;
}

template <typename T>
std::vector<CannyState> canny_on(Stream& stream, const CannyOptions& options, Shape shape, const std::vector<T>& in) {
  const Buffer<T> input = on_device(stream, in);
  const int64_t pixels = static_cast<int64_t>(shape.width) * shape.height;
  Buffer<CannyState> states(stream.device(), pixels, "a test's states");
  canny_states(stream, options, picture_on(input, shape), states.data());
  canny_follow(stream, shape.width, shape.height, states.data());
  std::vector<CannyState> out(static_cast<size_t>(pixels));
  download(stream, out.data(), states, pixels);
  return out;
}

std::string message(const WindowFilter& filter) {
  Stream stream(Device::cpu());
  const std::vector<uint8_t> in(4);
  std::vector<float> out(4);
  try {
    window_filter(stream, filter, Border::zero, Picture<const uint8_t>{in.data(), 2, 2, 2, 1, false}, {0, 0, 2, 2},
                  out.data(), 2);
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace

TEST(WindowFilter, every_rule_is_its_definition_for_bytes_and_floats) {
  on_every_device([](Stream& stream) {
    for (const Shape shape : {Shape{1, 1, 1, false}, Shape{37, 21, 3, false}, Shape{33, 17, 4, true}}) {
      const std::vector<uint8_t> bytes = random_bytes(shape.count(), 5);
      std::vector<float> floats;
      for (const uint8_t byte : bytes) floats.push_back(static_cast<float>(byte) * 1.37f - 80);
      for (const Border border : kBorders) {
        for (const WindowFilter& filter : filters()) {
          expect_reference(stream, filter, border, shape, {0, 0, shape.width, shape.height}, bytes);
          expect_reference(stream, filter, border, shape, {0, 0, shape.width, shape.height}, floats);
          if (::testing::Test::HasFatalFailure()) return;
        }
      }
    }
  });
}

TEST(WindowFilter, a_region_is_a_part_of_the_whole) {
  on_every_device([](Stream& stream) {
    const Shape shape{70, 40, 3, false};
    const std::vector<uint8_t> bytes = random_bytes(shape.count(), 6);
    for (const WindowFilter& filter : filters())
      expect_reference(stream, filter, Border::reflect, shape, {31, 15, 35, 19}, bytes);
  });
}

TEST(WindowFilter, what_is_out_of_range_is_an_error_that_says_so) {
  const FilterKernel whole = window_of(3, 3, [](int, int) { return 1.0; });
  const FilterKernel ring = window_of(3, 3, [](int x, int y) { return x == 0 && y == 0 ? 0.0 : 1.0; });
  EXPECT_EQ(message({WindowRule::median, whole, 30, 1, 0}), "no error");
  EXPECT_EQ(message({WindowRule::median, ring, 30, 1, 0}), "no error");
  EXPECT_EQ(message({WindowRule::median, window_of(16, 1, [](int, int) { return 1.0; }), 30, 1, 0}),
            "a kernel of 16 x 1 is out of range");
  EXPECT_EQ(message({WindowRule::median, window_of(3, 3, [](int, int) { return 0.0; }), 30, 1, 0}),
            "no number of the window is above 0");
  EXPECT_EQ(message({WindowRule::maximum, window_of(1, 1, [](int, int) { return -1.0; }), 30, 1, 0}),
            "a number of the window is negative");
  EXPECT_EQ(message({WindowRule::bilateral, whole, 0, 1, 0}), "the range of a bilateral filter is not above 0");
  EXPECT_EQ(message({WindowRule::bilateral, ring, 30, 1, 0}), "the window's middle is 0");
  EXPECT_EQ(message({WindowRule::unsharp, whole, 30, NAN, 0}), "the amount is not finite");
  EXPECT_EQ(message({WindowRule::unsharp, whole, 30, 1, -1}), "the threshold is below 0 or not finite");
}

TEST(Canny, edges_are_those_of_the_definition) {
  on_every_device([](Stream& stream) {
    for (const Shape shape : {Shape{1, 1, 1, false}, Shape{2, 3, 1, false}, Shape{67, 45, 1, false},
                              Shape{64, 40, 3, false}, Shape{35, 33, 4, true}}) {
      const std::vector<uint8_t> bytes = drawn(shape, 40);
      for (const Border border : kBorders) {
        for (const auto& [low, high] : std::vector<std::pair<double, double>>{{0, 0}, {60, 180.5}, {100, 100}}) {
          const CannyOptions options{low, high, border};
          const std::vector<uint8_t> expected = canny_reference(options, {{bytes.begin(), bytes.end()}, shape, border});
          const std::vector<CannyState> got = canny_on(stream, options, shape, bytes);
          const std::vector<CannyState> of_floats =
              canny_on(stream, options, shape, std::vector<float>(bytes.begin(), bytes.end()));
          for (size_t i = 0; i < got.size(); ++i) {
            ASSERT_EQ(static_cast<int>(got[i]), expected[i]) << i << " of " << shape.width << "x" << shape.height;
            ASSERT_EQ(static_cast<int>(of_floats[i]), expected[i]);
          }
        }
      }
    }
  });
}

TEST(Canny, the_picture_that_tells_thresholds_apart_has_all_three_states) {
  Stream stream(Device::cpu());
  const Shape shape{67, 45, 1, false};
  const std::vector<uint8_t> bytes = drawn(shape, 40);
  const std::vector<uint8_t> states =
      canny_reference({60, 180.5, Border::replicate}, {{bytes.begin(), bytes.end()}, shape, Border::replicate});
  for (const int state : {0, 1, 2}) EXPECT_GT(std::count(states.begin(), states.end(), state), 30) << state;
}

// A path that turns through many tiles: strong at its beginning, weak for the rest.
TEST(Canny, a_long_path_is_followed_to_its_end) {
  on_every_device([](Stream& stream) {
    constexpr int kWidth = 101, kHeight = 75;
    std::vector<CannyState> states(kWidth * kHeight, CannyState::none);
    for (int y = 0; y < kHeight; y += 2) {
      for (int x = 1; x < kWidth - 1; ++x) states[y * kWidth + x] = CannyState::weak;
      if (y + 1 < kHeight) states[(y + 1) * kWidth + (y % 4 == 0 ? kWidth - 1 : 0)] = CannyState::weak;
    }
    std::vector<CannyState> expected = states;
    for (CannyState& state : expected) state = state == CannyState::weak ? CannyState::strong : state;
    states[1] = CannyState::strong;
    // A gap in the last row, which is entered from the right: what lies behind it stays weak.
    for (int x = 1; x <= 40; ++x) expected[74 * kWidth + x] = x == 40 ? CannyState::none : CannyState::weak;
    states[74 * kWidth + 40] = CannyState::none;
    Buffer<CannyState> on = on_device(stream, states);
    canny_follow(stream, kWidth, kHeight, on.data());
    download(stream, states.data(), on, static_cast<int64_t>(states.size()));
    for (size_t i = 0; i < states.size(); ++i) ASSERT_EQ(states[i], expected[i]) << i % kWidth << "," << i / kWidth;
  });
}

TEST(Canny, edges_are_written_white_with_the_alpha_of_the_picture) {
  on_every_device([](Stream& stream) {
    const Shape shape{4, 3, 4, true};
    const std::vector<uint8_t> bytes = random_bytes(shape.count(), 3);
    std::vector<CannyState> states(12, CannyState::weak);
    states[6] = CannyState::strong;
    const Buffer<uint8_t> input = on_device(stream, bytes);
    const Buffer<CannyState> on = on_device(stream, states);
    Guarded<float> output(stream, 2 * 2 * 4);
    canny_write(stream, on.data(), picture_on(input, shape), {1, 1, 2, 2}, output.data(), 8);
    const std::vector<float> out = output.read(stream);
    for (int i = 0; i < 4; ++i) {
      const int pixel = (1 + i / 2) * 4 + 1 + i % 2;
      for (int c = 0; c < 3; ++c) EXPECT_EQ(out[static_cast<size_t>(4 * i + c)], pixel == 6 ? 255 : 0);
      EXPECT_EQ(out[static_cast<size_t>(4 * i + 3)], bytes[static_cast<size_t>(4 * pixel + 3)]);
    }
  });
}

TEST(Canny, thresholds_out_of_order_are_an_error) {
  Stream stream(Device::cpu());
  const Shape shape{2, 2, 1, false};
  for (const auto& [low, high] : std::vector<std::pair<double, double>>{{2, 1}, {-1, 3}, {NAN, 3}, {1, INFINITY}})
    EXPECT_THROW(canny_on(stream, {low, high, Border::zero}, shape, std::vector<uint8_t>(4)), Error)
        << low << " " << high;
}

void exercise_nonlinear_filters(Stream& stream) {
  const Shape shape{20, 20, 1, false};
  const std::vector<uint8_t> bytes = random_bytes(400, 1);
  const Buffer<uint8_t> byte_input = on_device(stream, bytes);
  const Buffer<float> float_input = on_device(stream, std::vector<float>(bytes.begin(), bytes.end()));
  Guarded<float> out(stream, 400);
  const Region all{0, 0, 20, 20};
  window_filter(stream, filters()[1], Border::zero, picture_on(byte_input, shape), all, out.data(), 20);
  window_filter(stream, filters()[1], Border::zero, picture_on(float_input, shape), all, out.data(), 20);
  Buffer<CannyState> states(stream.device(), 400, "a test's states");
  canny_states(stream, {}, picture_on(byte_input, shape), states.data());
  canny_states(stream, {}, picture_on(float_input, shape), states.data());
  canny_follow(stream, 20, 20, states.data());
  canny_write(stream, states.data(), picture_on(byte_input, shape), all, out.data(), 20);
  canny_write(stream, states.data(), picture_on(float_input, shape), all, out.data(), 20);
}

}  // namespace striate
