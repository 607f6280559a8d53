// Sums in tiles of shared memory have the bits of the flat kernel's, in every order of the threads, whatever of a tile
// is missing.
#include "kernels/tiled_gemm.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>

#include "kernels/conv2d.h"
#include "kernels/implicit_gemm_kernel.h"
#include "kernels/summation.h"
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

}  // namespace striate
