#include "engine/explain/map_correlation.h"

#include <vector>

#include "engine/explain/rank_correlation.h"
#include "engine/explain/receptive_field.h"

namespace striate {
namespace {

FieldBox field_of(const OpenNetworkInfo& info, const Target& target) {
  const Shape picture = picture_shape(info);
  const FieldBox all{0, 0, picture[1], picture[2], true};
  if (target.node == 0 || target.node == info.logits || target.terms.size() != 1) return all;
  const Shape cells = cells_of(info.layers[static_cast<size_t>(target.node)].shape);
  const int64_t at = target.terms[0].at, plane = cells[1] * cells[2];
  return receptive_field(info.architecture, target.node, at / plane, at % plane / cells[2], at % cells[2]);
}

}  // namespace

std::optional<double> map_correlation(const OpenNetworkInfo& info, const Target& target, const HeatMap& one,
                                      const HeatMap& other) {
  const FieldBox field = field_of(info, target);
  const auto in = [](double from, double size, int64_t first, int64_t count) {
    return from + size > static_cast<double>(first) && from < static_cast<double>(first + count);
  };
  std::vector<float> a, b;
  for (int64_t row = 0; row < one.rows; ++row) {
    if (!in(static_cast<double>(row) * one.step_y, one.size_y, field.row, field.height)) continue;
    for (int64_t column = 0; column < one.columns; ++column) {
      if (!in(static_cast<double>(column) * one.step_x, one.size_x, field.column, field.width)) continue;
      a.push_back(one.at(row, column));
      b.push_back(other.at(row, column));
    }
  }
  return rank_correlation(a, b);
}

}  // namespace striate
