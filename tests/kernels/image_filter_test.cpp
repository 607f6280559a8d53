// Image filtering against the plain double-precision sum, on every device.
#include "kernels/image_filter.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "kernels/error.h"
#include "tests/kernels/on_every_device.h"

namespace striate {
namespace {

struct Shape {
  int width, height, channels;
  bool alpha;
};

// Where the reference reads: by walking, not by a formula.
int walk_border(int i, int size, Border border) {
  if (border == Border::zero) return i >= 0 && i < size ? i : -1;
  if (border == Border::replicate) return std::min(std::max(i, 0), size - 1);
  if (border == Border::wrap) {
    while (i < 0) i += size;
    while (i >= size) i -= size;
    return i;
  }
  if (size == 1) return 0;
  while (i < 0 || i >= size) i = i < 0 ? -i : 2 * (size - 1) - i;
  return i;
}

template <typename T>
double sum_reference(const FilterKernel& k, Border border, const std::vector<T>& in, Shape shape, int x, int y, int c) {
  double sum = 0;
  for (int r = 0; r < k.height; ++r) {
    for (int s = 0; s < k.width; ++s) {
      const int yy = walk_border(y + r - k.anchor_row(), shape.height, border);
      const int xx = walk_border(x + s - k.anchor_column(), shape.width, border);
      const double value = yy < 0 || xx < 0 ? 0 : in[(static_cast<size_t>(yy) * shape.width + xx) * shape.channels + c];
      const double product = k.taps[r * k.width + s] * value;
      sum += product;
    }
  }
  return sum;
}

double show_reference(const FilterOptions& o, double sum) {
  const double value = sum / o.divisor + o.offset;
  if (o.show == Show::absolute) return value < 0 ? -value : value;
  if (o.show == Show::offset128) return value + 128;
  if (o.show == Show::minmax) return o.high > o.low ? (value - o.low) * 255 / (o.high - o.low) : 0;
  return value;
}

template <typename T>
Picture<const T> picture_on(const Buffer<T>& buffer, Shape shape) {
  return {buffer.data(), static_cast<int64_t>(shape.width) * shape.channels, shape.width, shape.height, shape.channels,
          shape.alpha};
}

void expect_exact(Stream& stream, const FilterKernel& kernel, const FilterOptions& options, Shape shape, Region region,
                  const std::vector<uint8_t>& in) {
  const Buffer<uint8_t> input = on_device(stream, in);
  const int64_t row = static_cast<int64_t>(region.width) * shape.channels;
  Guarded<uint8_t> output(stream, row * region.height);
  filter(stream, kernel, options, picture_on(input, shape), region, output.data(), row);
  const std::vector<uint8_t> out = output.read(stream);
  int64_t wrong = 0;
  for (int y = 0; y < region.height; ++y) {
    for (int x = 0; x < region.width; ++x) {
      for (int c = 0; c < shape.channels; ++c) {
        const int px = region.x + x, py = region.y + y;
        const int expected =
            shape.alpha && c == shape.channels - 1
                ? in[(static_cast<size_t>(py) * shape.width + px) * shape.channels + c]
                : byte_reference(show_reference(options, sum_reference(kernel, options.border, in, shape, px, py, c)));
        const int got = out[y * row + x * shape.channels + c];
        if (got != expected && ++wrong <= 3) {
          ADD_FAILURE() << "at " << px << "," << py << " channel " << c << ": " << got << ", reference " << expected
                        << "; kernel " << kernel.width << "x" << kernel.height << ", picture " << shape.width << "x"
                        << shape.height << "x" << shape.channels << ", border " << static_cast<int>(options.border)
                        << ", show " << static_cast<int>(options.show);
        }
      }
    }
  }
  EXPECT_EQ(wrong, 0);
}

FilterKernel make(int width, int height, std::vector<double> taps) {
  FilterKernel kernel;
  kernel.width = width;
  kernel.height = height;
  kernel.taps = std::move(taps);
  return kernel;
}

FilterKernel random_kernel(int width, int height, double size, unsigned seed) {
  std::mt19937 random(seed);
  std::vector<double> taps(width * height);
  for (double& tap : taps) tap = size * (static_cast<double>(random()) / 4294967296.0 - 0.4);
  return make(width, height, taps);
}

FilterKernel gaussian(int size, double sigma) {
  std::vector<double> one(size), taps;
  double sum = 0;
  for (int i = 0; i < size; ++i) sum += one[i] = std::exp(-std::pow(i - (size - 1) / 2.0, 2) / (2 * sigma * sigma));
  for (double a : one) {
    for (double b : one) taps.push_back(a * b / (sum * sum));
  }
  return make(size, size, taps);
}

// One of each kind that the fast forms treat differently.
std::vector<FilterKernel> kernels() {
  std::vector<double> column{0.5, -1.25, 2};
  return {
      make(3, 3, {-1, -1, -1, -1, 8, -1, -1, -1, -1}),
      make(3, 3, {0, -1, 0, -1, 5, -1, 0, -1, 0}),
      make(3, 3, std::vector<double>(9, 1.0 / 9)),
      make(3, 3, std::vector<double>(9, static_cast<float>(1.0 / 9))),
      make(3, 3, {1 / 16., 2 / 16., 1 / 16., 2 / 16., 4 / 16., 2 / 16., 1 / 16., 2 / 16., 1 / 16.}),
      make(3, 3, {-1, 0, 1, -2, 0, 2, -1, 0, 1}),
      make(1, 1, {0.5}),                     // ties everywhere
      make(2, 2, {0.25, 0.25, 0.25, 0.25}),  // even: ties, and the anchor
      make(1, 3, column),
      make(15, 1, std::vector<double>(15, 1.0 / 15)),
      make(4, 2, {1, 2, 3, 4, -4, -3, -2, -1}),
      make(5, 5, std::vector<double>(25, 40)),  // sums need 32 bits
      make(3, 3, {0.1, 0.2, 0.3, 0.4, 0.5, 0.1, 0.1, 0.1, 0.2}),
      make(3, 3, std::vector<double>(9, 0)),
      make(3, 3, {1e-30, 0, 1, 0, 3e4, 0, 0, 0, -3e4}),  // cancels: floats are of no use
      gaussian(7, 1.5),
      gaussian(15, 3),
      random_kernel(15, 15, 0.1, 3),
      random_kernel(7, 3, 1, 4),
  };
}

FilterOptions with(Border border, Show show) {
  FilterOptions options;
  options.border = border;
  options.show = show;
  options.low = -97.5;
  options.high = 411.25;
  return options;
}

constexpr Border kBorders[] = {Border::zero, Border::replicate, Border::reflect, Border::wrap};
constexpr Show kShows[] = {Show::clip, Show::absolute, Show::offset128, Show::minmax};

}  // namespace

TEST(ImageFilter, bytes_equal_the_rounded_double_sum_for_every_kernel_and_border) {
  on_every_device([](Stream& stream) {
    unsigned seed = 1;
    for (const FilterKernel& kernel : kernels()) {
      for (const Border border : kBorders) {
        for (const Shape shape : {Shape{1, 1, 1, false}, Shape{5, 7, 3, false}, Shape{33, 17, 4, true}}) {
          const std::vector<uint8_t> in = random_bytes(shape.width * shape.height * shape.channels, ++seed);
          expect_exact(stream, kernel, with(border, Show::clip), shape, {0, 0, shape.width, shape.height}, in);
        }
      }
    }
  });
}

TEST(ImageFilter, large_pictures_take_the_fast_forms_and_stay_exact) {
  on_every_device([](Stream& stream) {
    unsigned seed = 100;
    for (const FilterKernel& kernel : kernels()) {
      for (const Show show : kShows) {
        // Larger than the size below which no plan is made, wider than a chunk, with an odd rest. GPUs make no plans.
        const bool gpu = stream.device().is_gpu();
        const Shape shape{gpu ? 67 : 211, gpu ? 35 : 83, ++seed % 2 ? 3 : 1, false};
        const std::vector<uint8_t> in = random_bytes(shape.width * shape.height * shape.channels, seed);
        FilterOptions options = with(kBorders[seed % 4], show);
        expect_exact(stream, kernel, options, shape, {0, 0, shape.width, shape.height}, in);
        options.divisor = seed % 3 ? 1 : -3.7;
        options.offset = 10.5;
        expect_exact(stream, kernel, options, shape, {0, 0, shape.width, shape.height}, in);
      }
    }
  });
}

TEST(ImageFilter, strips_and_tiles_meet_without_a_seam) {
  on_every_device([](Stream& stream) {
    for (const int width : {31, 32, 33, 2047, 2048, 2049, 6145}) {
      for (const int height : {15, 16, 17, 33}) {
        const Shape shape{width, height, 3, false};
        const std::vector<uint8_t> in = random_bytes(static_cast<size_t>(width) * height * 3, width + height);
        const FilterKernel kernel = height % 2 ? make(3, 3, {-1, -1, -1, -1, 8, -1, -1, -1, -1}) : gaussian(5, 1.1);
        expect_exact(stream, kernel, with(Border::reflect, Show::clip), shape, {0, 0, width, height}, in);
      }
    }
  });
}

TEST(ImageFilter, a_region_is_a_part_of_the_whole) {
  on_every_device([](Stream& stream) {
    const Shape shape{200, 150, 4, true};
    const std::vector<uint8_t> in = random_bytes(200 * 150 * 4, 8);
    for (const Region region : {Region{0, 0, 1, 1}, Region{199, 149, 1, 1}, Region{57, 31, 1, 1},
                                Region{3, 5, 190, 120}, Region{0, 149, 200, 1}, Region{10, 10, 0, 5}}) {
      expect_exact(stream, gaussian(7, 1.5), with(Border::wrap, Show::clip), shape, region, in);
      expect_exact(stream, kernels()[0], with(Border::zero, Show::absolute), shape, region, in);
    }
  });
}

TEST(ImageFilter, ties_in_every_pixel_go_to_the_even_side) {
  on_every_device([](Stream& stream) {
    const Shape shape{300, 100, 1, false};
    std::vector<uint8_t> odd(300 * 100);
    for (size_t i = 0; i < odd.size(); ++i) odd[i] = static_cast<uint8_t>(i % 127 * 2 + 1);
    expect_exact(stream, make(1, 1, {0.5}), {}, shape, {0, 0, 300, 100}, odd);
    // A kernel that no unit fits, whose sums are ties as well: 0.3 * 5 = 1.5 in decimal, not in binary.
    const std::vector<uint8_t> fives(300 * 100, 5);
    expect_exact(stream, make(3, 1, {0.1234567, 0.0531247, 0.3 - 0.1234567 - 0.0531247}), {}, shape, {0, 0, 300, 100},
                 fives);
  });
}

TEST(ImageFilter, sums_at_the_end_of_16_bits_stay_exact) {
  on_every_device([](Stream& stream) {
    const Shape shape{300, 100, 1, false};
    FilterOptions options;
    options.show = Show::absolute;
    options.offset = -128;  // -128 * 255 - 128 is the one 16-bit number without an absolute value
    expect_exact(stream, make(1, 1, {-128}), options, shape, {0, 0, 300, 100}, std::vector<uint8_t>(300 * 100, 255));
    options = {};
    options.offset = 127;
    expect_exact(stream, make(2, 1, {127, 1}), options, shape, {0, 0, 300, 100}, random_bytes(300 * 100, 10));
    expect_exact(stream, make(2, 1, {-127, -1}), options, shape, {0, 0, 300, 100}, random_bytes(300 * 100, 11));
  });
}

TEST(ImageFilter, the_anchor_moves_the_kernel) {
  on_every_device([](Stream& stream) {
    const Shape shape{40, 30, 1, false};
    const std::vector<uint8_t> in = random_bytes(40 * 30, 9);
    for (const auto& [x, y] : std::vector<std::pair<int, int>>{{0, 0}, {3, 1}, {-1, -1}, {1, -1}}) {
      FilterKernel kernel = make(4, 2, {1, 0, 2, 0, 0, -1, 0, 1});
      kernel.anchor_x = x;
      kernel.anchor_y = y;
      expect_exact(stream, kernel, with(Border::reflect, Show::clip), shape, {0, 0, 40, 30}, in);
    }
  });
}

TEST(ImageFilter, the_special_forms_of_the_cpu_agree_with_the_form_for_gpus) {
  Stream stream(Device::cpu()), emulated(Device::emulated());
  const std::vector<uint8_t> in = random_bytes(700 * 90 * 3, 21);
  const Picture<const uint8_t> input{in.data(), 2100, 700, 90, 3, false};
  for (const FilterKernel& kernel : kernels()) {
    for (const Show show : kShows) {
      std::vector<uint8_t> special(in.size()), shared(in.size());
      const FilterOptions options = with(Border::replicate, show);
      filter(stream, kernel, options, input, {0, 0, 700, 90}, special.data(), 2100);
      const Range special_range = filter_range(stream, kernel, options, input, {0, 0, 700, 90});
      // What the host has an emulated GPU can read.
      filter(emulated, kernel, options, input, {0, 0, 700, 90}, shared.data(), 2100);
      const Range shared_range = filter_range(emulated, kernel, options, input, {0, 0, 700, 90});
      EXPECT_EQ(special, shared) << kernel.width << "x" << kernel.height;
      EXPECT_EQ(special_range.low, shared_range.low);
      EXPECT_EQ(special_range.high, shared_range.high);
    }
  }
}

TEST(ImageFilter, the_special_form_for_floats_has_the_bits_of_the_form_for_gpus) {
  const std::vector<uint8_t> bytes = random_bytes(700 * 90 * 4, 31);
  std::vector<float> floats(bytes.size());
  for (size_t i = 0; i < bytes.size(); ++i) floats[i] = static_cast<float>(bytes[i]) * 1.37f - 60;
  const Picture<const uint8_t> byte_input{bytes.data(), 2800, 700, 90, 4, true};
  const Picture<const float> input{floats.data(), 2800, 700, 90, 4, true};
  const Region region{1, 2, 698, 85};
  unsigned turn = 0;
  for (const FilterKernel& kernel : kernels()) {
    for (const Show show : kShows) {
      const FilterOptions options = with(kBorders[++turn % 4], show);
      std::vector<std::vector<float>> results;
      for (const Device& device : {Device::cpu(), Device::emulated()}) {
        Stream stream(device);
        results.emplace_back(3 * bytes.size(), NAN);
        float* to = results.back().data();
        filter(stream, kernel, options, input, region, to, 2800);
        filter_values(stream, kernel, options, input, region, to + bytes.size(), 2800);
        filter_values(stream, kernel, options, byte_input, region, to + 2 * bytes.size(), 2800);
      }
      EXPECT_EQ(std::memcmp(results[0].data(), results[1].data(), results[0].size() * sizeof(float)), 0)
          << kernel.width << "x" << kernel.height << " show " << static_cast<int>(show);
    }
  }
}

TEST(ImageFilter, results_do_not_depend_on_the_number_of_threads) {
  Stream stream(Device::cpu());
  const std::vector<uint8_t> in = random_bytes(500 * 300 * 3, 22);
  const Picture<const uint8_t> input{in.data(), 1500, 500, 300, 3, false};
  for (const FilterKernel& kernel : kernels()) {
    std::vector<std::vector<uint8_t>> results;
    for (const int threads : {1, 2, 5}) {
      set_thread_count(threads);
      results.emplace_back(in.size());
      filter(stream, kernel, {}, input, {0, 0, 500, 300}, results.back().data(), 1500);
    }
    set_thread_count(0);
    EXPECT_EQ(results[0], results[1]);
    EXPECT_EQ(results[0], results[2]);
  }
}

TEST(ImageFilter, values_and_floats_are_the_double_sum) {
  on_every_device([](Stream& stream) {
    for (const FilterKernel& kernel : kernels()) {
      const Shape shape{37, 21, 4, true};
      const std::vector<uint8_t> bytes = random_bytes(37 * 21 * 4, 5);
      std::vector<float> floats(bytes.size());
      for (size_t i = 0; i < bytes.size(); ++i) floats[i] = static_cast<float>(bytes[i]) * 1.37f - 60;
      const Buffer<uint8_t> byte_input = on_device(stream, bytes);
      const Buffer<float> float_input = on_device(stream, floats);
      FilterOptions options = with(Border::reflect, Show::absolute);
      options.divisor = 2;
      options.offset = -3;
      const Region region{1, 2, 35, 18};
      const int64_t row = 35 * 4, count = row * 18;
      Guarded<float> values(stream, count), float_values(stream, count), shown(stream, count);
      filter_values(stream, kernel, options, picture_on(byte_input, shape), region, values.data(), row);
      filter_values(stream, kernel, options, picture_on(float_input, shape), region, float_values.data(), row);
      filter(stream, kernel, options, picture_on(float_input, shape), region, shown.data(), row);
      const std::vector<float> a = values.read(stream), b = float_values.read(stream), d = shown.read(stream);
      for (int64_t i = 0; i < count; ++i) {
        const int x = static_cast<int>(i % row / 4) + 1, y = static_cast<int>(i / row) + 2, c = static_cast<int>(i % 4);
        if (c == 3) {
          const size_t at = (static_cast<size_t>(y) * 37 + x) * 4 + 3;
          ASSERT_EQ(a[i], bytes[at]);
          ASSERT_EQ(b[i], floats[at]);
          ASSERT_EQ(d[i], floats[at]);
          continue;
        }
        const double byte_sum = sum_reference(kernel, options.border, bytes, shape, x, y, c);
        const double float_sum = sum_reference(kernel, options.border, floats, shape, x, y, c);
        ASSERT_EQ(a[i], static_cast<float>(byte_sum / 2 - 3));
        ASSERT_EQ(b[i], static_cast<float>(float_sum / 2 - 3));
        ASSERT_EQ(d[i], static_cast<float>(std::fabs(float_sum / 2 - 3)));
      }
    }
  });
}

TEST(ImageFilter, the_range_is_that_of_the_filtered_channels) {
  on_every_device([](Stream& stream) {
    const Shape shape{101, 67, 4, true};
    const std::vector<uint8_t> in = random_bytes(101 * 67 * 4, 6);
    const Buffer<uint8_t> input = on_device(stream, in);
    for (const FilterKernel& kernel : {kernels()[0], kernels()[15], kernels()[10]}) {
      double low = INFINITY, high = -INFINITY;
      for (int y = 3; y < 60; ++y) {
        for (int x = 2; x < 99; ++x) {
          for (int c = 0; c < 3; ++c) {
            const double v = sum_reference(kernel, Border::wrap, in, shape, x, y, c) / 3 + 1;
            low = std::min(low, v);
            high = std::max(high, v);
          }
        }
      }
      FilterOptions options = with(Border::wrap, Show::minmax);
      options.divisor = 3;
      options.offset = 1;
      const Range range = filter_range(stream, kernel, options, picture_on(input, shape), {2, 3, 97, 57});
      EXPECT_EQ(range.low, low);
      EXPECT_EQ(range.high, high);
    }
  });
}

// A grid has at most 65535 rows of blocks of 16.
TEST(ImageFilter, the_range_of_a_picture_taller_than_a_grid) {
  constexpr int kRows = 65535 * 16 + 1;
  std::vector<float> values(kRows, 2);
  values.front() = -7;
  values.back() = 9;
  for (const Device& device : Device::all_for_tests()) {
    Stream stream(device);
    const Buffer<float> input = on_device(stream, values);
    Picture<const float> picture;
    picture.data = input.data();
    picture.width = picture.channels = 1;
    picture.height = kRows;
    picture.row_stride = 1;
    FilterKernel identity;
    identity.width = identity.height = 1;
    identity.taps = {1};
    const Range range = filter_range(stream, identity, {}, picture, {0, 0, 1, kRows});
    EXPECT_EQ(range.low, -7);
    EXPECT_EQ(range.high, 9);
  }
}

TEST(ImageFilter, what_is_out_of_range_is_an_error_that_says_so) {
  Stream stream(Device::cpu());
  const std::vector<uint8_t> in(12);
  std::vector<uint8_t> out(12);
  const Picture<const uint8_t> input{in.data(), 6, 2, 2, 3, false};
  const auto message = [&](const FilterKernel& kernel, const FilterOptions& options, Region region) -> std::string {
    try {
      filter(stream, kernel, options, input, region, out.data(), 6);
    } catch (const Error& error) {
      return error.what();
    }
    return "no error";
  };
  const Region all{0, 0, 2, 2};
  FilterOptions zero;
  zero.divisor = 0;
  EXPECT_EQ(message(make(16, 1, std::vector<double>(16, 1)), {}, all), "a kernel of 16 x 1 is out of range");
  EXPECT_EQ(message(make(2, 2, {1, 2, 3}), {}, all), "a kernel of 2 x 2 came with 3 numbers");
  EXPECT_EQ(message(make(2, 1, {1, NAN}), {}, all), "the kernel's number in row 1, column 2 is not finite");
  EXPECT_EQ(message(make(1, 1, {1}), zero, all), "the divisor is 0");
  EXPECT_EQ(message(make(1, 1, {1}), {}, {1, 0, 2, 2}), "the region 1,0,2,2 is not inside the picture");
}

TEST(ImageFilter, separable_kernels_are_found) {
  std::vector<double> column, row;
  EXPECT_TRUE(separate(gaussian(7, 1.5), &column, &row));
  EXPECT_TRUE(separate(make(3, 3, {-1, 0, 1, -2, 0, 2, -1, 0, 1}), &column, &row));
  EXPECT_FALSE(separate(make(3, 3, {-1, -1, -1, -1, 8, -1, -1, -1, -1}), &column, &row));
  EXPECT_FALSE(separate(make(2, 2, {0, 0, 0, 0}), &column, &row));
}

void exercise_filters(Stream& stream) {
  const Shape shape{20, 20, 1, false};
  const Buffer<uint8_t> bytes = on_device(stream, random_bytes(400, 1));
  const Buffer<float> floats = on_device(stream, std::vector<float>(400, 2));
  Guarded<uint8_t> byte_out(stream, 400);
  Guarded<float> float_out(stream, 400);
  const Region all{0, 0, 20, 20};
  filter(stream, kernels()[0], {}, picture_on(bytes, shape), all, byte_out.data(), 20);
  filter(stream, kernels()[0], {}, picture_on(floats, shape), all, float_out.data(), 20);
  filter_values(stream, kernels()[0], {}, picture_on(bytes, shape), all, float_out.data(), 20);
  filter_values(stream, kernels()[0], {}, picture_on(floats, shape), all, float_out.data(), 20);
  filter_range(stream, kernels()[0], {}, picture_on(bytes, shape), all);
  filter_range(stream, kernels()[0], {}, picture_on(floats, shape), all);
}

}  // namespace striate
