// What the heat maps of the page `features` are made of, computed on the pool: the map, the three rules beside each
// other, the same map of random weights, the picture's edges, and how alike they are. What is there is shown as it
// comes; what is not finished says so.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/network/network_moment.h"
#include "app/worker/latest.h"
#include "engine/explain/compare_rules.h"
#include "engine/explain/heat.h"

namespace striate {

// Everything that decides what is shown.
struct HeatAsked {
  NetworkMomentPtr moment;
  Target target;
  HeatSettings how;
  int relu = -1;      // whose numbers are shown; -1: the one that shows most
  int drawn = -1;     // the control: the layer down to which weights are drawn, 0 all; -1: there is none
  uint64_t seed = 1;  // of them
  // The same question, perhaps about another moment.
  bool same_question(const HeatAsked& other) const;
  bool same(const HeatAsked& other) const;
};

// A part of the picture, in pixels.
struct HeatWindow {
  int64_t row = 0, column = 0, rows = 0, columns = 0;
};

struct HeatView {
  HeatAsked of;
  std::optional<Heat> map, twin;                  // the map's cells may be NaN: not there yet
  std::optional<RuleComparison> rules;            // of gradient, deconvnet and guided
  std::array<HeatMap, 3> rule_maps;               // of them, one value for each pixel
  HeatMap edges;                                  // Sobel of the picture, a value for each pixel
  uint64_t drawn_seed = 0;                        // of the twin's weights: the one asked for, or the next that will do
  std::optional<double> correlation, with_edges;  // none: not there yet, or not defined
  int64_t done = 0, all = 1;                      // of the map's parts, or the twin's where the map is done
  bool finished = false;

  // What is drawn: of a unit that sees only a small part of the picture that part, of all else the whole.
  HeatWindow window;
  struct Shown {
    HeatMap map;
    float limit = 1;  // where its colors end (heat_limit)
  };
  Shown shown, shown_twin, shown_edges;
  std::array<Shown, 3> shown_rules;
};
using HeatViewPtr = std::shared_ptr<const HeatView>;

// Whether the method's map depends on the rules of the backward pass.
bool goes_by_rules(HeatMethod method);

// Null where it was canceled. `show` is given what there is so far. Throws Error as the methods do.
HeatViewPtr make_heat_view(OpenNetwork& network, const HeatAsked& asked, Progress& progress,
                           const std::function<void(HeatViewPtr)>& show);

// The map's value at a place of the picture, as it is drawn over it.
std::optional<float> heat_value_at(const Heat& heat, double y, double x);

// The picture in gray under the map, of the window, (3, rows, columns), 0..1: where the map is not there yet the
// picture alone.
std::vector<float> heat_over_picture(const HeatView& view, float opacity);

}  // namespace striate
