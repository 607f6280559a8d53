// The detector that is made by hand, and what learned kernels are held against.
#include "engine/explain/hand_detector.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "kernels/device.h"

namespace striate {
namespace {

// A bright rectangle, columns 4 to 9 and rows 3 to 8, in the dark.
std::vector<float> rectangle(int width, int height) {
  std::vector<float> gray(static_cast<size_t>(width) * static_cast<size_t>(height), 0.2f);
  for (int y = 3; y <= 8; ++y) {
    for (int x = 4; x <= 9; ++x) gray[static_cast<size_t>(y * width + x)] = 1;
  }
  return gray;
}

}  // namespace

TEST(HandDetector, each_corner_of_a_rectangle_is_found_by_its_map_alone) {
  constexpr int kWidth = 14, kHeight = 12;
  for (const Device& device : Device::all_for_tests()) {
    Stream stream(device);
    const HandMaps maps = detect_by_hand(stream, rectangle(kWidth, kHeight), kWidth, kHeight);
    // Upper left, upper right, lower left, lower right.
    const int x[] = {4, 9, 4, 9}, y[] = {3, 3, 8, 8};
    for (int k = 0; k < kHandMaps; ++k) {
      const float* map = maps.corners.data() + static_cast<size_t>(k) * kWidth * kHeight;
      const auto most = std::max_element(map, map + kWidth * kHeight) - map;
      EXPECT_GT(map[most], 0) << hand_corners()[static_cast<size_t>(k)].name;
      EXPECT_NEAR(static_cast<double>(most % kWidth), x[k], 1) << k;
      EXPECT_NEAR(static_cast<double>(most / kWidth), y[k], 1) << k;
      for (int i = 0; i < kWidth * kHeight; ++i) {
        const bool near = std::abs(i % kWidth - x[k]) <= 1 && std::abs(i / kWidth - y[k]) <= 1;
        if (near) continue;
        EXPECT_EQ(map[i], 0) << "map " << k << " at " << i % kWidth << "," << i / kWidth;
      }
    }
  }
}

TEST(HandDetector, an_edge_alone_is_no_corner_and_a_frame_is_no_edge) {
  constexpr int kSize = 10;
  Stream stream(Device::cpu());
  std::vector<float> step(kSize * kSize, 0);
  for (int i = 0; i < kSize * kSize; ++i) step[static_cast<size_t>(i)] = i % kSize >= 5 ? 1 : 0;
  const HandMaps maps = detect_by_hand(stream, step, kSize, kSize);
  for (const float corner : maps.corners) EXPECT_EQ(corner, 0);
  EXPECT_EQ(maps.edges[4 * kSize + 4], 1);  // map "right", beside the step
  EXPECT_EQ(maps.edges[4 * kSize + 0], 0);
  const HandMaps even = detect_by_hand(stream, std::vector<float>(kSize * kSize, 0.7f), kSize, kSize);
  for (const float edge : even.edges) EXPECT_NEAR(edge, 0, 1e-6);
}

TEST(HandDetector, edges_are_the_plain_sums) {
  constexpr int kWidth = 7, kHeight = 5;
  Stream stream(Device::cpu());
  std::vector<float> gray(kWidth * kHeight);
  for (size_t i = 0; i < gray.size(); ++i) gray[i] = static_cast<float>(i * 37 % 29) / 29;
  const HandMaps maps = detect_by_hand(stream, gray, kWidth, kHeight);
  for (int k = 0; k < kHandMaps; ++k) {
    for (int y = 0; y < kHeight; ++y) {
      for (int x = 0; x < kWidth; ++x) {
        double sum = 0;
        for (int i = 0; i < 9; ++i) {
          const int row = std::clamp(y + i / 3 - 1, 0, kHeight - 1), column = std::clamp(x + i % 3 - 1, 0, kWidth - 1);
          sum += hand_edges()[static_cast<size_t>(k)].taps[static_cast<size_t>(i)] *
                 gray[static_cast<size_t>(row * kWidth + column)];
        }
        EXPECT_NEAR(maps.edges[static_cast<size_t>((k * kHeight + y) * kWidth + x)], std::max(sum, 0.0), 1e-6);
      }
    }
  }
}

TEST(HandKernels, each_is_most_like_itself) {
  for (const int size : {3, 5, 7, 11}) {
    const std::vector<HandKernel> kernels = hand_made_kernels(size, size);
    for (size_t k = 0; k < kernels.size(); ++k) {
      double sum = 0, squares = 0;
      std::vector<float> taps;
      for (const int channel : {0, 1, 2}) {
        for (const double tap : kernels[k].taps) {
          taps.push_back(static_cast<float>(3 * tap));
          if (channel == 0) sum += tap, squares += tap * tap;
        }
      }
      EXPECT_NEAR(squares, 1, 1e-12);
      EXPECT_NEAR(sum, 0, kernels[k].name == "blur" ? size : 1e-9) << kernels[k].name;
      for (const int channels : {1, 3}) {
        const Resemblance alike = most_alike(kernels, taps.data(), channels, size, size);
        EXPECT_EQ(kernels[alike.kernel].name, kernels[k].name) << size;
        EXPECT_NEAR(alike.cosine, 1, 1e-6);
      }
    }
  }
}

TEST(HandKernels, a_cosine_is_by_its_definition) {
  const std::vector<HandKernel> kernels = hand_made_kernels(3, 3);
  // Sobel's kernel: an edge that is brighter at the right, near the Gaussian's derivative but not the same.
  const float sobel[] = {-1, 0, 1, -2, 0, 2, -1, 0, 1};
  const Resemblance alike = most_alike(kernels, sobel, 1, 3, 3);
  EXPECT_EQ(kernels[alike.kernel].name, "edge right");
  double product = 0;
  for (size_t i = 0; i < 9; ++i) product += kernels[alike.kernel].taps[i] * double{sobel[i]};
  EXPECT_NEAR(alike.cosine, product / std::sqrt(12.0), 1e-12);
  EXPECT_GT(alike.cosine, 0.9);
  const float nothing[9] = {};
  EXPECT_EQ(most_alike(kernels, nothing, 1, 3, 3).cosine, 0);
}

}  // namespace striate
