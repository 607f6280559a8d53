// Which kernels run, and what is the same whichever run. tests/isa starts this with each of a package's libraries.
#include "kernels/isa.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "kernels/image_filter.h"
#include "kernels/summation.h"
#include "tests/kernels/network_reference.h"

namespace striate {
namespace {

template <typename T>
void print_bits(const char* name, const std::vector<T>& values) {
  uint64_t hash = 14695981039346656037u;
  const auto* bytes = reinterpret_cast<const unsigned char*>(values.data());
  for (size_t i = 0; i < values.size() * sizeof(T); ++i) hash = (hash ^ bytes[i]) * 1099511628211u;
  std::printf("bits %s %016llx\n", name, static_cast<unsigned long long>(hash));
}

}  // namespace

TEST(Isa, the_kernels_that_run_are_those_that_were_asked_for) {
  if (const char* wanted = std::getenv("STRIATE_EXPECT_ISA")) {
    EXPECT_STREQ(kernel_isa(), wanted);
    EXPECT_NE(kernel_file().find(std::string("x86-64-") + wanted), std::string::npos) << kernel_file();
  }
  const std::string isa = kernel_isa(), instructions = kernel_isa_instructions();
  const int width = summation_order(Device::cpu()).lanes;
  EXPECT_NE(instructions.find(std::to_string(width) + " floats"), std::string::npos) << instructions;
  const int expected = isa == "v2" ? 4 : isa == "v3" ? 8 : isa == "v4" ? 16 : width;
  EXPECT_EQ(width, expected) << isa;
}

// A filtered picture is the same on every processor. A convolution's sums are those of any width, in one order; with
// fused multiply-adds (v3, v4) they are rounded less often than without. Read by tests/isa/chosen.sh.
TEST(Isa, bits_are_told) {
  Stream stream;
  const std::vector<uint8_t> picture = random_bytes(37 * 41 * 3, 1);
  FilterKernel kernel;
  kernel.width = kernel.height = 5;
  kernel.taps.assign(25, 1.0);
  kernel.taps[7] = -3.7;
  FilterOptions options;
  options.divisor = 17;
  Guarded<uint8_t> filtered(stream, 37 * 41 * 3);
  Picture<const uint8_t> input;
  input.data = picture.data(), input.row_stride = 3 * 37, input.width = 37, input.height = 41, input.channels = 3;
  filter(stream, kernel, options, input, {0, 0, 37, 41}, filtered.data(), 3 * 37);
  print_bits("filter", filtered.read(stream));

  Conv2dShape s;
  s.n = 2, s.c = 13, s.h = 19, s.w = 23, s.k = 21, s.r = s.s = 3;
  s.pad_top = s.pad_bottom = s.pad_left = s.pad_right = 1;
  const Floats x = random_floats(s.x_size(), 1), w = random_floats(s.w_size(), 2);
  Guarded<float> y(stream, s.y_size()), scratch = scratch_for(stream, conv2d_scratch(s));
  conv2d_forward(stream, s, x.data(), w.data(), nullptr, y.data(), scratch.data());
  expect_close(y.read(stream), conv2d_reference(s, doubles(x), doubles(w), nullptr), 1e-5, "y");
  print_bits("convolution", y.read(stream));
}

}  // namespace striate
