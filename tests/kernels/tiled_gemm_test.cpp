// Sums in tiles of shared memory have the bits of the flat kernel's, in every order of the threads, whatever of a tile
// is missing.
#include "kernels/tiled_gemm.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <functional>
#include <limits>

#include "kernels/conv2d.h"
#include "kernels/dense.h"
#include "kernels/implicit_gemm_kernel.h"
#include "kernels/summation.h"
#include "kernels/tf32.h"
#include "tests/kernels/network_reference.h"

namespace striate {
namespace {

struct Problem {
  int images, groups, k, j;
  int64_t rows, pitch, valid;  // of positions; of a row those that are stored
  int column = 1;              // places between two of them
  bool bias = true, add = false;
};
const Problem kProblems[] = {
    {1, 1, 24, 16, 1, 65, 65},                 // the least that fits: one tile of 32 outputs, half its positions
    {1, 1, 64, 16, 1, 128, 128},               // one tile of 64, whole
    {1, 1, 64, 17, 1, 129, 129},               // a term and a position more
    {1, 1, 63, 15 + 16, 2, 64, 63},            // an output and a term less
    {1, 1, 65, 24, 9, 17, 15},                 // an output more: tiles of 32, the last with one
    {2, 1, 128, 40, 14, 16, 14},               // two tiles of 64, pictures
    {3, 2, 33, 27, 11, 13, 11},                // groups: their tiles begin anew
    {2, 3, 57, 18, 7, 30, 27, 1, false},       // no bias
    {2, 1, 40, 19, 9, 20, 18, 1, true, true},  // added to what is there
    {1, 2, 60, 33, 9, 20, 18, 3},              // every third column
    {1, 1, 129, 16, 9, 9, 1, 2, true, true},   // one of nine
};

struct Sums {
  ImplicitGemmArguments a;
  int64_t x = 0, weights = 0, out = 0;  // sizes
  std::vector<int32_t> offsets;
};

Sums sums_of(const Problem& p) {
  Sums s;
  s.a.images = p.images, s.a.groups = p.groups, s.a.k = p.k, s.a.j = p.j;
  s.a.length = (p.rows - 1) * p.pitch + p.valid, s.a.pitch = p.pitch, s.a.valid = p.valid, s.a.add = p.add;
  for (int j = 0; j < p.j; ++j) s.offsets.push_back(j * 37 % 101);  // of all remainders by 32
  s.a.x_group = 100 + s.a.length, s.a.x_image = p.groups * s.a.x_group + 3;
  s.a.out_column = p.column, s.a.out_row = p.valid * p.column;
  s.a.out_plane = p.rows * s.a.out_row, s.a.out_image = p.groups * p.k * s.a.out_plane;
  s.x = (p.images - 1) * s.a.x_image + p.groups * s.a.x_group;
  s.weights = int64_t{p.groups} * up(p.k, 8) * 8 * p.j;
  s.out = p.images * s.a.out_image;
  return s;
}

// Which NaN it is depends on the order of a product's factors, which the compiler chooses.
std::vector<uint32_t> bits(Floats values) {
  for (float& value : values) {
    if (std::isnan(value)) value = std::numeric_limits<float>::quiet_NaN();
  }
  std::vector<uint32_t> result(values.size());
  std::memcpy(result.data(), values.data(), values.size() * sizeof(float));
  return result;
}

void expect_the_bits_of_the_flat_kernel(Stream& stream, const Problem& problem, const Epilogue& epilogue = {}) {
  Sums s = sums_of(problem);
  Floats values = random_floats(s.x, 1);
  for (size_t i = 0; i < values.size(); i += 7) values[i] = -0.0f;
  const auto x = on_device(stream, values), bias = on_device(stream, random_floats(problem.groups * problem.k, 3));
  Floats factors = random_floats(s.weights, 2);
  factors[0] = std::numeric_limits<float>::infinity();  // also times 0
  const auto weights = on_device(stream, factors);
  const auto offsets = on_device(stream, s.offsets);
  s.a.x = x.data(), s.a.weights = weights.data(), s.a.offsets = offsets.data(), s.a.epilogue = epilogue;
  if (problem.bias) s.a.bias = bias.data();
  ASSERT_TRUE(tiled_gemm_fits(s.a));
  const Floats before = random_floats(s.out, 4);
  const auto run = [&](const auto& sum) {
    Guarded<float> out(stream, s.out);
    copy_bytes(stream, out.data(), stream.device(), before.data(), Device::cpu(), before.size() * sizeof(float));
    s.a.out = out.data();
    sum();
    return bits(out.read(stream));
  };
  const auto flat = run([&] {
    const auto kernel = ImplicitGemm<Plain, 1, 32, 8, 4>::of(s.a);
    for_each(stream, "flat", kernel.tiles, kernel);
  });
  EXPECT_NE(flat, bits(before));
  EXPECT_EQ(run([&] { tiled_gemm(stream, "tiled", s.a); }), flat);
  EXPECT_EQ(run([&] { implicit_gemm(stream, "chosen", s.a); }), flat);
}

// The flat kernel is compiled here, with this file's instructions; the tiled one lies in the library, which may have
// others (tests/isa).
bool rounds_as_the_library() {
#ifdef __FMA__
  constexpr bool fused = true;
#else
  constexpr bool fused = false;
#endif
  return summation_order(Device::emulated()).fused == fused;
}

void on_every_gpu(const std::function<void(Stream&)>& test) {
  on_every_device([&](Stream& stream) {
    if (stream.device().is_gpu()) test(stream);
  });
}

}  // namespace

TEST(TiledGemm, has_the_bits_of_the_flat_kernel) {
  if (!rounds_as_the_library()) GTEST_SKIP() << "the library has other instructions than this test";
  on_every_gpu([](Stream& stream) {
    for (const Problem& problem : kProblems) {
      SCOPED_TRACE(testing::Message() << "k" << problem.k << " j" << problem.j << " pitch " << problem.pitch);
      expect_the_bits_of_the_flat_kernel(stream, problem);
    }
  });
}

TEST(TiledGemm, has_the_flat_kernels_epilogue) {
  if (!rounds_as_the_library()) GTEST_SKIP() << "the library has other instructions than this test";
  on_every_gpu([](Stream& stream) {
    for (const Problem& problem : kProblems) {
      if (problem.column != 1 || problem.add) continue;
      SCOPED_TRACE(testing::Message() << "k" << problem.k << " j" << problem.j << " pitch " << problem.pitch);
      const int channels = problem.groups * problem.k;
      const auto mean = on_device(stream, random_floats(channels, 5)),
                 beta = on_device(stream, random_floats(channels, 6));
      const auto variance = on_device(stream, random_floats(channels, 7, 0.1f, 2));
      const auto addend = on_device(stream, random_floats(sums_of(problem).out, 8));
      for (const bool normalizes : {false, true}) {
        for (const bool adds : {false, true}) {
          for (const Bend bend : {Bend::none, Bend::relu, Bend::clip}) {
            Epilogue epilogue;
            if (normalizes)
              epilogue.mean = mean.data(), epilogue.variance = variance.data(), epilogue.beta = beta.data();
            if (adds) epilogue.addend = addend.data();
            epilogue.bend = bend, epilogue.low = -0.5f, epilogue.high = 0.75f, epilogue.epsilon = 1e-3f;
            expect_the_bits_of_the_flat_kernel(stream, problem, epilogue);
          }
        }
      }
    }
  });
}

// The emulated GPU gives the bits of the float32 sums of rounded numbers; tensor cores add in an order of their own.
TEST(TiledGemm, with_tf32_sums_rounded_numbers) {
  struct On {
    On() { set_tf32(true); }
    ~On() { set_tf32(false); }
  };
  on_every_gpu([](Stream& stream) {
    for (const Problem& problem : kProblems) {
      SCOPED_TRACE(testing::Message() << "k" << problem.k << " j" << problem.j << " pitch " << problem.pitch);
      Sums s = sums_of(problem);
      const Floats x = random_floats(s.x, 1), weights = random_floats(s.weights, 2);
      Floats small_x = x, small_weights = weights;
      for (Floats* each : {&small_x, &small_weights}) {
        for (float& value : *each) value = to_tf32(value);
      }
      EXPECT_NE(small_x, x);
      const int channels = problem.groups * problem.k;
      const auto bias = on_device(stream, random_floats(channels, 3)),
                 mean = on_device(stream, random_floats(channels, 5));
      const auto beta = on_device(stream, random_floats(channels, 6));
      const auto variance = on_device(stream, random_floats(channels, 7, 0.1f, 2));
      const auto addend = on_device(stream, random_floats(s.out, 8));
      const auto offsets = on_device(stream, s.offsets);
      s.a.offsets = offsets.data();
      if (problem.bias) s.a.bias = bias.data();
      if (problem.column == 1 && !problem.add) {
        s.a.epilogue.mean = mean.data(), s.a.epilogue.variance = variance.data(), s.a.epilogue.beta = beta.data();
        s.a.epilogue.addend = addend.data(), s.a.epilogue.bend = Bend::relu, s.a.epilogue.epsilon = 1e-3f;
      }
      const Floats before = random_floats(s.out, 4);
      const auto run = [&](const Floats& values, const Floats& factors) {
        const auto dev_x = on_device(stream, values), dev_weights = on_device(stream, factors);
        s.a.x = dev_x.data(), s.a.weights = dev_weights.data();
        Guarded<float> out(stream, s.out);
        copy_bytes(stream, out.data(), stream.device(), before.data(), Device::cpu(), before.size() * sizeof(float));
        s.a.out = out.data();
        tiled_gemm(stream, "tiled", s.a);
        return out.read(stream);
      };
      const Floats want = run(small_x, small_weights);
      const On on;
      if (stream.device().is_emulated()) {
        EXPECT_EQ(bits(run(x, weights)), bits(want));
      } else {
        expect_close(run(x, weights), doubles(want), 1e-5, "sums");
      }
    }
  });
}

TEST(TiledGemm, takes_convolutions_large_enough_and_leaves_the_others) {
  on_every_gpu([](Stream& stream) {
    const auto launched = [&](int c, int k, int side) {
      Conv2dShape s;
      s.c = c, s.k = k, s.h = s.w = side, s.r = s.s = 3;
      s.pad_top = s.pad_bottom = s.pad_left = s.pad_right = 1;
      const Floats values = random_floats(s.x_size(), 1), weights = random_floats(s.w_size(), 2);
      const auto x = on_device(stream, values), w = on_device(stream, weights);
      Guarded<float> y(stream, s.y_size());
      Buffer<float> scratch(stream.device(), conv2d_scratch(s), "scratch");
      LaunchLog log;
      stream.set_log(&log);
      conv2d_forward(stream, s, x.data(), w.data(), nullptr, y.data(), scratch.data());
      stream.set_log(nullptr);
      expect_close(y.read(stream), conv2d_reference(s, doubles(values), doubles(weights), nullptr), 1e-5, "y");
      return log.rows().back().shape;
    };
    const LaunchShape large = launched(16, 64, 20);
    EXPECT_EQ(large.block, 128);
    EXPECT_EQ(large.shared_bytes, 2 * 4 * (8 * 72 + 8 * 128));
    EXPECT_EQ(large.grid[0], up(19 * 22 + 20, 128));
    EXPECT_EQ(launched(16, 32, 20).shared_bytes, 2 * 4 * (4 * 136 + 16 * 128));
    EXPECT_EQ(launched(16, 16, 20).block, kFlatThreads) << "few outputs";
    EXPECT_EQ(launched(1, 64, 20).block, kFlatThreads) << "few terms";
    EXPECT_EQ(launched(16, 64, 7).block, kFlatThreads) << "few positions";
  });
}

// By the input of a convolution, with a stride in as many launches as it has remainders; of a dense layer by both.
TEST(TiledGemm, takes_gradients) {
  on_every_gpu([](Stream& stream) {
    const auto shapes = [&](const char* name, const std::function<void()>& run) {
      LaunchLog log;
      stream.set_log(&log);
      run();
      stream.set_log(nullptr);
      int64_t tiled = 0;
      for (const LaunchLog::Row& row : log.rows()) {
        if (row.name == name) tiled += row.shape.shared_bytes > 0 ? row.launches : 0;
      }
      return tiled;
    };
    for (const int stride : {1, 2}) {
      Conv2dShape s;
      s.c = 32, s.k = 24, s.h = s.w = 21, s.r = s.s = 3, s.stride_y = s.stride_x = stride;
      s.pad_top = s.pad_bottom = s.pad_left = s.pad_right = 1;
      const Floats dy = random_floats(s.y_size(), 1), w = random_floats(s.w_size(), 2);
      const auto dev_dy = on_device(stream, dy), dev_w = on_device(stream, w);
      Guarded<float> dx(stream, s.x_size()), scratch(stream, conv2d_scratch(s));
      EXPECT_EQ(shapes("convolution_data_gradient",
                       [&] {
                         conv2d_backward_input(stream, s, dev_dy.data(), dev_w.data(), dx.data(), Result::overwrite,
                                               scratch.data());
                       }),
                stride * stride);
      expect_close(dx.read(stream), conv2d_by_input_reference(s, doubles(dy), doubles(w)), 1e-5, "dx");
    }
    const int n = 32, c = 100, k = 40;
    const auto x = on_device(stream, random_floats(n * c, 3)), dy = on_device(stream, random_floats(n * k, 4)),
               w = on_device(stream, random_floats(k * c, 5));
    Guarded<float> dx(stream, n * c), dw(stream, k * c), scratch(stream, dense_scratch(n, c, k));
    EXPECT_EQ(shapes("dense_data_gradient",
                     [&] {
                       dense_backward_input(stream, n, c, k, dy.data(), w.data(), dx.data(), Result::overwrite,
                                            scratch.data());
                     }),
              1);
    EXPECT_EQ(shapes("dense_weight_gradient",
                     [&] {
                       dense_backward_weights(stream, n, c, k, x.data(), dy.data(), dw.data(), nullptr,
                                              Result::overwrite, scratch.data());
                     }),
              1);
  });
}

}  // namespace striate
