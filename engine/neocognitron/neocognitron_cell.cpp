#include "engine/neocognitron/neocognitron_cell.h"

#include <algorithm>

namespace striate {
namespace {

float inside(const NeocognitronMaps::Map& map, int plane, int row, int column) {
  const bool there = row >= 0 && column >= 0 && row < map.rows && column < map.columns;
  return there ? map.at(plane, row, column) : 0.0f;
}

}  // namespace

NeocognitronCell explain_s_cell(const NeocognitronMaps::Map& before, const NeocognitronMaps::Map& v,
                                const NeocognitronStage& stage, const std::vector<float>& a, float b, int row,
                                int column, NeocognitronFormula formula) {
  NeocognitronCell cell;
  cell.planes = before.planes, cell.window = stage.s_window;
  for (int j = 0; j < before.planes; ++j) {
    for (int r = 0; r < stage.s_window; ++r) {
      for (int c = 0; c < stage.s_window; ++c) {
        const float u = inside(before, j, row - stage.s_pad + r, column - stage.s_pad + c);
        cell.seen.push_back(formula == NeocognitronFormula::squares ? u * u : u);
        cell.sum += static_cast<double>(a[cell.seen.size() - 1]) * static_cast<double>(cell.seen.back());
      }
    }
  }
  const auto r = static_cast<double>(stage.selectivity), weight = static_cast<double>(b);
  cell.inhibits = static_cast<double>(v.at(0, row, column));
  cell.factor = formula == NeocognitronFormula::parentheses ? 4 : 2 * r / (1 + r);
  cell.threshold = formula == NeocognitronFormula::quotient ? 0 : cell.factor / 2;
  if (cell.inhibits * weight > 0) cell.cosine = cell.sum / (2 * weight * cell.inhibits);
  const double holds = cell.factor * weight * cell.inhibits;
  if (formula == NeocognitronFormula::quotient) {
    cell.value = holds > 0 ? r * std::max(0.0, cell.sum / holds) : 0.0;
  } else {
    cell.value = r * std::max(0.0, (1 + cell.sum) / (1 + holds) - 1);
  }
  return cell;
}

NeocognitronCell explain_c_cell(const NeocognitronMaps::Map& s, const NeocognitronStage& stage,
                                const std::vector<float>& d, int plane, int row, int column) {
  NeocognitronCell cell;
  cell.planes = 1, cell.window = stage.c_window;
  const int top = row * stage.c_stride - stage.c_before, left = column * stage.c_stride - stage.c_before;
  for (int k = 0; k < s.planes; ++k) {
    double sum = 0;
    for (int i = 0; i < stage.c_window * stage.c_window; ++i) {
      const float seen = inside(s, k, top + i / stage.c_window, left + i % stage.c_window);
      if (k == plane) cell.seen.push_back(seen);
      sum += static_cast<double>(d[static_cast<size_t>(i)]) * static_cast<double>(seen);
    }
    if (k == plane) cell.sum = sum;
    cell.inhibits += sum / s.planes;
  }
  const double x = std::max(0.0, (1 + cell.sum) / (1 + cell.inhibits) - 1);
  cell.value = x / (static_cast<double>(stage.alpha) + x);
  return cell;
}

}  // namespace striate
