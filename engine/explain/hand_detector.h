// A network of two layers whose kernels somebody wrote down: edges, then corners. And how much a learned kernel is like
// kernels that were made by hand.
#pragma once

#include <string>
#include <vector>

#include "kernels/stream.h"

namespace striate {

// One channel, row by row.
struct HandKernel {
  std::string name;          // as readouts say it: "edge right"
  std::string title;         // as people read it
  std::vector<double> taps;  // (size, size)
};

// ---- the detector ---------------------------------------------------------------------------------------------------

constexpr int kHandMaps = 4;  // of each layer

// Layer 1, 3 x 3: Sobel's kernels / 4 in four directions: brighter at the right, at the left, below, above.
const std::vector<HandKernel>& hand_edges();
// Layer 2, 3 x 3 over the four maps of layer 1: the upper left, upper right, lower left and lower right corner of
// something bright: where an upright edge and a level one end. An edge counts on the side of the pixel where a corner's
// goes on, and is taken away on the other, so that an edge that goes through comes to nothing; the bias leaves out the
// faint.
struct HandCorner {
  std::string name, title;
  std::vector<double> taps;  // (4, 3, 3)
  double bias;
};
const std::vector<HandCorner>& hand_corners();

struct HandMaps {
  int width = 0, height = 0;
  std::vector<float> gray;     // (height, width), 0 .. 1
  std::vector<float> edges;    // (4, height, width), 0 .. 1
  std::vector<float> corners;  // (4, height, width), 0 or more
};

// Both layers with a ReLU each, by the convolution of networks (kernels/conv2d.h). `gray`: height x width values from 0
// to
// 1. Outside the picture stands its edge again, in both layers: its frame is no edge, and no edge ends there.
HandMaps detect_by_hand(Stream& stream, std::vector<float> gray, int width, int height);

// ---- what a learned kernel is like
// ------------------------------------------------------------------------------------

// Kernels of any size of 2 and more: edges in eight directions (a Gaussian's derivative), lines in four (its negative
// second derivative across), a spot and its opposite (the negative Laplacian of a Gaussian), and a blur (a Gaussian).
// Each has length 1; all but the blur sum to 0 before that.
std::vector<HandKernel> hand_made_kernels(int rows, int columns);

struct Resemblance {
  size_t kernel = 0;  // of hand_made_kernels()
  double cosine = 0;  // 1: the same but for a factor above 0; 0: nothing in common
};
// The hand-made kernel that is most alike. `taps`: (channels, rows, columns); each channel is compared with the same
// hand-made one. Cosine 0 for a kernel of zeros.
Resemblance most_alike(const std::vector<HandKernel>& kernels, const float* taps, int channels, int rows, int columns);

}  // namespace striate
