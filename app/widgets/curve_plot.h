// Curves over steps: several series over one x, dense ones (a value per step) and sparse ones (evaluations, with a dot
// each). The wheel zooms about the mouse, dragging moves, a double-click shows everything again; a click asks for that
// step. While hovered it shows the exact values of all series there. A million steps cost what a few hundred do.
//
//   CurvePlot plot;
//   plot.series = {{.name = "training", .color = theme.input, .dense = &losses}, {.name = "test", .points = &tests}};
//   plot.last = 1240, plot.shown = 1240;
//   plot.window_command = "train.curves.window", plot.pick_command = "train.scrub";
//   CurveAnswer answer = draw_curve_plot(ui, "loss", rect, plot);
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/shell/theme.h"
#include "app/widgets/curves.h"
#include "app/widgets/drawn.h"
#include "app/widgets/geometry.h"
#include "app/widgets/hover_note.h"
#include "engine/marked.h"

namespace striate {

class Ui;

struct CurveSeries {
  std::string name;  // stands at the curve's end, and says the split: "training"
  Color color = 0;
  const CurveValues* dense = nullptr;  // value i belongs to x = first + i
  double first = 1;
  const std::vector<std::pair<double, double>>* points = nullptr;  // (x, y), x ascending: drawn with a dot each
  bool dashed = false;                                             // of another run
  bool unnamed = false;  // no words at its end: the lines over the plot say what it is
};

// A click that waits until it cannot become a double-click any more. Drawing leaves it for the next frame, one for each
// plot; the view keeps it.
struct PendingPick {
  double step = -1;     // negative: none
  double since = 0;     // the frame's time
  bool second = false;  // the press that is held now made a double-click
};

struct CurvePlot {
  std::vector<CurveSeries> series;
  double begin = 0, last = 0;  // of x, when everything is shown
  CurveWindow window;
  double shown = -1;  // the step that is shown: a mark; negative: none
  bool log = false;
  bool percent = false;    // values 0 to 1 that read as per cent; the axis reaches 100 %
  bool from_zero = true;   // a linear axis begins at 0 where values are not below
  int smoothing = 1;       // dense values are drawn as the mean of so many up to each; 1: as they are
  double hovered_at = -1;  // a step that is hovered in another plot: a line there; negative: none
  std::string x_name = N_("step");
  std::string window_command;            // "train.curves.window": sent with "FROM TO", or "all"
  std::string pick_command;              // "train.scrub": sent with the step; empty: clicks do nothing
  std::string pick_hint;                 // "click: show this step"
  std::string pick_keys;                 // keys that do the same: "Left, Right"; stand beside the command
  const PendingPick* pending = nullptr;  // null: a click is sent at once, also the first of a double-click
  std::string tooltip = " ";
};

struct CurveAnswer {
  bool hovered = false;
  double at = -1;  // the step under the mouse
  HoverNote note;
};

PendingPick pick_of(const Drawn& frame, std::string_view label);  // what the plot left
CurveAnswer draw_curve_plot(Ui& ui, std::string_view label, const Rect& area, const CurvePlot& plot);

// Where the names of `count` curves stand: at their ends, in a column of this width; else (0) in lines over the plot.
float end_column(float widest, float width);
// The y axis that shows these series within a window: what is between the extremes, with some air.
std::pair<double, double> curve_range(const CurvePlot& plot, const CurveWindow& window);
// "0.2311", "87.5 %": a value as curves' ends have it.
std::string curve_text(const CurvePlot& plot, double value);

}  // namespace striate
