// A network that slides over a row: its answers are those of single windows, bit for bit.
#include "engine/network/sliding_network.h"

#include <gtest/gtest.h>

#include "engine/error.h"
#include "engine/network/models.h"
#include "kernels/random.h"
#include "tests/engine/golden.h"

namespace striate {
namespace {

std::vector<float> row_of_noise(int width) {
  Random random(3, 1);
  std::vector<float> pixels(static_cast<size_t>(32 * width));
  for (float& v : pixels) v = random.between(-1, 1);
  return pixels;
}

TEST(SlidingNetwork, columns_equal_single_windows_bit_for_bit) {
  for (const char* model : {"lenet5", "lenet5-tanh", "lenet5-1998"}) {
    on_all_devices([&](Stream& stream) {
      SCOPED_TRACE(std::string(model) + " on " + stream.device().id());
      Network single(stream, build_model(model));
      single.initialize(stream, Initializer::pytorch, 5);
      SlidingNetwork network(stream, single);
      EXPECT_EQ(network.step(), 4);
      for (const int width : {32, 36, 48, 63, 96, 140, 200}) {
        const std::vector<float> row = row_of_noise(width);
        const SlidingNetwork::Answers all = network.slide(stream, row, width);
        const SlidingNetwork::Answers each = network.one_by_one(stream, row, width);
        EXPECT_EQ(all.columns, (width - 32) / 4 + 1);
        EXPECT_EQ(all.columns, each.columns);
        EXPECT_EQ(all.values, each.values) << width;
        EXPECT_EQ(all.hidden, each.hidden) << width;
      }
    });
  }
}

TEST(SlidingNetwork, counts_the_work_that_it_saves) {
  Stream stream;
  const Network single(stream, build_model("lenet5"));
  const SlidingNetwork network(stream, single);
  // Convolutions of 5x5 over 28 and 10 rows; the dense layers' 48120 - 120 and so on.
  const auto front = [](int64_t width) {
    const int64_t first = width - 4, second = first / 2 - 4;
    return 25 * 6 * 28 * first + 150 * 16 * 10 * second;
  };
  const int64_t back = 400 * 120 + 120 * 84 + 84 * 10;
  EXPECT_EQ(network.work_of_sliding(32), front(32) + back);
  EXPECT_EQ(network.work_of_windows(32), network.work_of_sliding(32));
  EXPECT_EQ(network.work_of_sliding(96), front(96) + 17 * back);
  EXPECT_EQ(network.work_of_windows(96), 17 * (front(32) + back));
}

TEST(SlidingNetwork, says_why_a_network_cant_slide) {
  Stream stream;
  const auto why = [&](const std::string& text) -> std::string {
    try {
      const Network network(stream, Architecture::parse(text));
      SlidingNetwork sliding(stream, network);
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  };
  EXPECT_NE(why("input 3x32x32 | conv 2 3x3 | flatten | dense 10").find("it takes 3 x 32 x 32"), std::string::npos);
  EXPECT_NE(why("input 1x28x28 | conv 2 3x3 | globalavgpool").find("no flatten"), std::string::npos);
  EXPECT_NE(why("input 1x28x28 | conv 2 3x3 | conv 2 3x3 pad 1 | flatten | dense 10").find("has padding"),
            std::string::npos);
  EXPECT_NE(why("input 1x28x28 | a: conv 2 3x3 pad 1 | tanh | add a | flatten | dense 10").find("no chain"),
            std::string::npos);
  const Network of1989(stream, build_model("lenet1989"));
  EXPECT_THROW(SlidingNetwork(stream, of1989), Error);
}

}  // namespace
}  // namespace striate
