// The strokes of curve_plot.h: where values stand on the screen, and how lines of many or few values are drawn there.
// Its only user is curve_plot.cpp.
#pragma once

#include "app/widgets/curve_plot.h"

namespace striate {

// Where values stand on the screen.
struct CurveFrame {
  Rect rect;
  CurveWindow window;
  double low = 0, high = 1;
  bool log = false;
  float x(double at) const;
  float y(double value) const;
  bool drawable(double value) const;  // a finite number that the axis has
};

// Values as they are: a column of the screen that holds several becomes a stroke from the least to the largest.
void draw_dense_curve(Ui& ui, const CurveFrame& frame, const CurveSeries& series, Color color, float thickness);
// The mean of the last `smoothing` values at every column.
void draw_smoothed_curve(Ui& ui, const CurveFrame& frame, const CurveSeries& series, int smoothing);
// Evaluations: a line with a dot each, where there is room for dots.
void draw_curve_points(Ui& ui, const CurveFrame& frame, const CurveSeries& series);

}  // namespace striate
