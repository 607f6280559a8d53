// Lines drawn into small pictures: what the handwriting-like digits are made of.
//
// Coordinates are pixels, x to the right, y down; the center of the first pixel is at (0.5, 0.5).
#pragma once

#include <string>
#include <vector>

namespace striate {

struct Point {
  float x = 0, y = 0;
};
using Stroke = std::vector<Point>;  // straight pieces from point to point: one movement of the pen

// What a stroke is made from: points that the pen passes, some of them corners.
struct ControlPoint {
  Point at;
  bool corner = false;
};
using ControlStroke = std::vector<ControlPoint>;

// Reads "62 8, 38 2*, 14 18 / 70 0, 66 50": points between commas, strokes between slashes, * for a corner. The texts
// are the program's own: a mistake in one is a programmer's.
std::vector<ControlStroke> parse_strokes(const std::string& text);

// The Catmull-Rom spline (Catmull and Rom 1974) through the points, each stretch cut into `pieces` straight ones.
Stroke spline(const ControlStroke& control, int pieces = 6);

// A point turned clockwise and moved away from another by a factor.
Point turned_and_scaled(Point point, Point around, float degrees, float factor);

// Draws round-ended lines of `radius` pixels over a plane of `height` rows of `width`: each pixel becomes the larger of
// what it was and the line's share of it, which falls from 1 to 0 over `soft` pixels across the edge.
void draw_strokes(const std::vector<Stroke>& strokes, float radius, float soft, int width, int height, float* plane);

}  // namespace striate
