// Every heat map by its name: what the command line and the page `features` ask for, so that both show the same
// numbers.
//
//   HeatSettings how;
//   how.method = parse_heat_method("gradcam");
//   const Heat map = *heat(network, input, target, how);
//
// To add a method: its file in this folder, its name below, its row in the table and its case in heat.cpp.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/explain/heat_map.h"
#include "engine/explain/integrated_gradients.h"
#include "engine/explain/occlusion.h"
#include "engine/explain/target.h"

namespace striate {

enum class HeatMethod { gradient, deconvnet, guided, integrated, occlusion, gradcam };
const char* heat_method_name(HeatMethod method);
const std::vector<HeatMethod>& heat_methods();
HeatMethod parse_heat_method(const std::string& name);  // throws Error with the nearest name

struct HeatSettings {
  HeatMethod method = HeatMethod::gradient;
  OverChannels over = OverChannels::largest;  // gradient, deconvnet, guided: how channels become one map
  IntegratedSettings integrated;
  OcclusionSettings occlusion;
  bool softmax = false;  // occlusion: the drop of the probability instead of the score's
  int layer = -1;        // gradcam: the node; -1: grad_cam_layer()
};

struct Heat {
  HeatMap map;            // on the method's own grid
  HeatMap large;          // gradcam: the same with a value for each pixel; else without cells
  bool has_sign = false;  // it may say that something speaks against the score: 0 is in the middle of its colors
  double score = 0;
  double sum = 0;                                     // of the map
  int steps = 0;                                      // integrated: that were taken
  int layer = -1;                                     // gradcam: the node that it took
  std::vector<std::pair<std::string, double>> facts;  // further numbers of the method, each by a name in small letters
  std::string note;                                   // what whoever looks at it must know; empty: nothing
};

// Parts done of all; `so_far` has the map where it fills in as it goes, with NaN where it is not done, else no cells.
// False cancels.
using HeatProgress = std::function<bool(const Heat& so_far, int64_t done, int64_t all)>;

// Nothing where it was canceled. Throws Error as the methods do.
std::optional<Heat> heat(OpenNetwork& network, const std::vector<float>& input, const Target& target,
                         const HeatSettings& settings, const HeatProgress& progress = nullptr);

// How the control of a map is asked: as the map was, with as many steps.
HeatSettings as_asked(const HeatSettings& settings, const Heat& map);

// Where a channel is strongest on this picture: among the values of the node's activation.
struct StrongestPlace {
  int64_t row = 0, column = 0;
  float value = 0;
};
StrongestPlace strongest_place(const OpenNetworkInfo& info, const std::vector<float>& activation, int node,
                               int64_t channel);  // throws Error: no such channel

}  // namespace striate
