// Grad-CAM (Selvaraju and others 2017): where in a layer's maps the evidence for a score lies, on that layer's own
// coarse grid,
//
//   weight[k] = mean over rows and columns of d score / d map[k]       map = max(0, sum over k of weight[k] * map[k])
//
// of the score before softmax. In a network that ends in global average pooling and a dense layer it is CAM (Zhou and
// others 2016) but for a factor. Asked with the difference of two logits it says why this class and not that one.
//
// Where no cell speaks for the score the map is 0 everywhere and says so: stretched to its largest value it would show
// noise as if it were evidence.
//
// A plan of two steps: forward to the layer of the score, backward from there to the input.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/explain/heat_map.h"
#include "engine/explain/target.h"

namespace striate {

struct GradCam {
  int node = 0;
  HeatMap map;                  // the layer's own cells
  HeatMap large;                // the same between them: bilinear, half-pixel centers; a value for each pixel
  std::vector<double> weights;  // per channel of the layer
  double score = 0;
  double against = 0;  // the sum of what max(0, ..) cut off: how much of the maps speaks against it, 0 or below
  std::string note;    // what whoever looks at it must know; empty: nothing
};

// Layers whose cells still lie where they lay in the picture: channels, rows and columns in about the picture's format,
// more than one of each, and no layer before them that mixes places (a flatten, a dense layer, attention). Per node.
std::vector<char> layers_with_places(const OpenNetworkInfo& info);
// The last layer with places before the node, and before pooling makes them coarser still; of a network whose last
// convolution makes a map for each class, as SqueezeNet, the layer that this one weighs. Throws Error: there is none.
int grad_cam_layer(const OpenNetworkInfo& info, int node);

// Nothing where it was canceled. Throws Error: a layer without rows and columns, or not before that of the score.
std::optional<GradCam> grad_cam(OpenNetwork& network, const std::vector<float>& input, const Target& target, int node,
                                const Session::Progress& progress = nullptr);

// Bilinear, half-pixel centers, edges repeated.
HeatMap enlarged(Stream& stream, const HeatMap& map, int64_t rows, int64_t columns);

}  // namespace striate
