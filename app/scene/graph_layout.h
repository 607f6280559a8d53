// Where the tensors of a network stand: a layout of any graph of boxes, from the left to the right and folded into
// lines like text. Pure: no ImGui, no OpenGL, and units are the caller's; the scene in three dimensions and the plan in
// two both stand on it.
//
// A box that is tight and alone reads its input forms one group with it, which is never torn apart. Groups stand in
// columns, by the longest path from the input. Branches run side by side in lanes: 0 is the main path, odd lanes are
// above it, even ones below. A link that passes other boxes by runs as an arc above all of them. Between a line's
// columns, and between lines, there is nothing but links.
#pragma once

#include <utility>
#include <vector>

namespace striate {

struct GraphBox {
  float along = 1;             // its size along the flow
  float above = 1, below = 1;  // and to both sides of the line's axis
  std::vector<int> inputs;     // smaller indices
  bool tight = false;          // stands close behind its only input, as a ReLU behind its convolution
};

struct GraphLayoutOptions {
  float gap = 1;           // between columns
  float tight_gap = 0.2f;  // before a box that is tight
  float lane_gap = 0.6f, line_gap = 1.5f;
  float aspect = 1.6f;  // width over height of the place that is to be filled
  int lines = 0;        // 0: as many as fill it best
};

struct GraphPlace {
  float x = 0;                         // of its center
  float y = 0;                         // of its axis; grows downwards
  int line = 0, lane = 0, column = 0;  // columns count on from line to line
};

// The corners of a path of horizontal and vertical pieces, from the right side of a box to the left side of another.
// Whoever draws it rounds them.
struct GraphLink {
  int from = 0, to = 0;
  std::vector<std::pair<float, float>> points;
  bool jump = false;           // passes other boxes by
  bool between_lines = false;  // ends in another line
};

struct GraphLayout {
  std::vector<GraphPlace> places;  // per box
  std::vector<GraphLink> links;    // by the boxes that they lead to, each in the order of its inputs
  float width = 0, height = 0;     // everything lies within, links too
  int lines = 1;
};

// Boxes are in running order; box 0 is the input, others without inputs stand before their first reader.
GraphLayout lay_out(const std::vector<GraphBox>& boxes, const GraphLayoutOptions& options);

}  // namespace striate
