#include "engine/explain/receptive_field.h"

#include <algorithm>
#include <cmath>

#include "engine/error.h"
#include "engine/explain/part_network.h"
#include "engine/network/layer_kind.h"

namespace striate {
namespace {

using Span = CellRange;
void join(Span& span, const Span& other) {
  span = {std::min(span.first, other.first), std::max(span.last, other.last)};
}

// What of a node's output the unit depends on.
struct Seen {
  bool any = false;
  Span channels, rows, columns;
  void join(const Seen& other) {
    if (!any) {
      *this = other;
      return;
    }
    striate::join(channels, other.channels), striate::join(rows, other.rows), striate::join(columns, other.columns);
  }
};

// One picture's cells of what a node gives for a batch of one.
Shape cells(const Architecture& architecture, const Shape& batch_of_one) {
  std::vector<int64_t> sizes = batch_of_one.sizes();
  if (!architecture.whole() && !sizes.empty()) sizes.erase(sizes.begin());
  return cells_of(Shape(sizes));
}

Span all_of(int64_t count) { return {0, std::max<int64_t>(count, 1) - 1}; }
Seen everything(const Shape& cells) { return {true, all_of(cells[0]), all_of(cells[1]), all_of(cells[2])}; }
bool one_cell(const Shape& cells) { return cells[1] == 1 && cells[2] == 1; }

Span window(const Span& of, int stride, int pad, int dilation, int size) {
  return {of.first * stride - pad, of.last * stride - pad + int64_t{dilation} * (size - 1)};
}

class Trace {
 public:
  explicit Trace(const Architecture& architecture) : architecture_(architecture), shapes_(architecture.shapes(1)) {}

  FieldBox of(int node, int64_t channel, int64_t row, int64_t column) {
    seen_.assign(shapes_.size(), {});
    whole_ = false;
    const Shape here = at(node);
    Seen& unit = seen_[static_cast<size_t>(node)];
    unit = {true, channel < 0 ? all_of(here[0]) : Span{channel, channel}, {row, row}, {column, column}};
    for (int n = node; n > 0 && !whole_; --n) {
      if (seen_[static_cast<size_t>(n)].any) step_back(n, seen_[static_cast<size_t>(n)]);
    }
    const Shape picture = at(0);
    const Seen& input = seen_[0];
    FieldBox box;
    if (whole_ || architecture_.input().rank() == 1) {
      box.whole = true;
      box.height = picture[1], box.width = picture[2];
    } else if (input.any) {
      box.row = input.rows.first, box.column = input.columns.first;
      box.height = input.rows.last - input.rows.first + 1;
      box.width = input.columns.last - input.columns.first + 1;
    } else {
      box.height = box.width = 0;  // behind a constant: it sees nothing
    }
    return box;
  }

 private:
  Shape at(int node) const { return cells(architecture_, shapes_[static_cast<size_t>(node)]); }
  void give(int node, const Seen& what) { seen_[static_cast<size_t>(node)].join(what); }

  void step_back(int node, const Seen& seen) {
    const Node& here = architecture_.nodes()[static_cast<size_t>(node)];
    const Layer& layer = *here.layer;
    const LayerGeometry geometry = layer.geometry(architecture_.input_shapes(node, shapes_));
    switch (layer.info().follow) {
      case Follow::convolution: {
        const Conv2dShape& c = geometry.convolution;
        if (shapes_[static_cast<size_t>(node)].rank() > 4) break;
        give(here.inputs[0],
             {true, all_of(at(here.inputs[0])[0]), window(seen.rows, c.stride_y, c.pad_top, c.dilation_y, c.r),
              window(seen.columns, c.stride_x, c.pad_left, c.dilation_x, c.s)});
        return;
      }
      case Follow::maximum:
      case Follow::average:
      case Follow::places: {
        const Pool2dShape& p = geometry.pooling;
        if (shapes_[static_cast<size_t>(node)].rank() > 4) break;
        give(here.inputs[0], {true, seen.channels, window(seen.rows, p.stride_y, p.pad_top, p.dilation_y, p.r),
                              window(seen.columns, p.stride_x, p.pad_left, p.dilation_x, p.s)});
        return;
      }
      case Follow::function:
      case Follow::copied:
      case Follow::dropped:
      case Follow::normalized:
        give(here.inputs[0], seen);
        return;
      case Follow::shares:
      case Follow::added:
        if (added(node, here, seen)) return;
        break;
      case Follow::joined:
        if (joined(node, here, seen)) return;
        break;
      case Follow::flattened:
        if (flattened(here, seen)) return;
        break;
      default:
        if (shapes_[static_cast<size_t>(node)].rank() == 4 && here.inputs.size() == 1) {
          const auto behind =
              layer.cells_behind(architecture_.input_shapes(node, shapes_), {seen.channels, seen.rows, seen.columns});
          if (!behind) break;
          const auto some = [](const Span& span) { return span.first <= span.last; };
          if (some(behind->channels) && some(behind->rows) && some(behind->columns)) {
            give(here.inputs[0], {true, behind->channels, behind->rows, behind->columns});
          }
          return;
        }
        break;
    }
    anything(here);
  }

  // Value by value; one that is repeated over the whole map, as a gate of a channel is, has been seen whole.
  bool added(int node, const Node& here, const Seen& seen) {
    const Shape out = at(node);
    for (const int input : here.inputs) {
      const Shape in = at(input);
      const bool same = in[1] == out[1] && in[2] == out[2];
      if (!same && !one_cell(in)) return false;
      Seen there = same ? seen : everything(in);
      if (in[0] != out[0] || here.layer->info().follow == Follow::shares) there.channels = all_of(in[0]);
      give(input, there);
    }
    return true;
  }

  bool joined(int node, const Node& here, const Seen& seen) {
    const auto axis = std::get<int64_t>(setting_of(*here.layer, "axis"));
    if (axis != (architecture_.whole() && shapes_[static_cast<size_t>(node)].rank() == 3 ? 0 : 1)) return false;
    int64_t begin = 0;
    for (const int input : here.inputs) {
      const int64_t count = at(input)[0];
      const Span own{std::max(seen.channels.first - begin, int64_t{0}),
                     std::min(seen.channels.last - begin, count - 1)};
      if (own.first <= own.last) give(input, {true, own, seen.rows, seen.columns});
      begin += count;
    }
    return true;
  }

  // One value of it is one cell.
  bool flattened(const Node& here, const Seen& seen) {
    const Shape in = at(here.inputs[0]);
    if (seen.channels.first != seen.channels.last && !one_cell(in)) return false;
    const int64_t place = seen.channels.first % (in[1] * in[2]), channel = seen.channels.first / (in[1] * in[2]);
    if (one_cell(in)) {
      give(here.inputs[0], {true, seen.channels, {0, 0}, {0, 0}});
    } else {
      give(here.inputs[0], {true, {channel, channel}, {place / in[2], place / in[2]}, {place % in[2], place % in[2]}});
    }
    return true;
  }

  // All of what it reads; where that is a map of several cells, all of the picture.
  void anything(const Node& here) {
    for (const int input : here.inputs) {
      const Shape in = at(input);
      if (!one_cell(in)) whole_ = true;
      give(input, everything(in));
    }
  }

  const Architecture& architecture_;
  std::vector<Shape> shapes_;
  std::vector<Seen> seen_;
  bool whole_ = false;
};

}  // namespace

FieldBox receptive_field(const Architecture& architecture, int node, int64_t channel, int64_t row, int64_t column) {
  return Trace(architecture).of(node, channel, row, column);
}

FieldOfLayer layer_field(const Architecture& architecture, int node) {
  Trace trace(architecture);
  FieldOfLayer field;
  field.first = trace.of(node, -1, 0, 0);
  const FieldBox next = trace.of(node, -1, 1, 1);
  field.jump_rows = next.row - field.first.row;
  field.jump_columns = next.column - field.first.column;
  return field;
}

std::optional<FieldGradient> field_gradient(OpenNetwork& network, int node, int64_t channel, int64_t row,
                                            int64_t column, const std::vector<float>& input,
                                            const Session::Progress& progress) {
  const OpenNetworkInfo& info = *network.info();
  const int64_t at = index_of(info, node, channel, row, column);
  if (info.picture.rank() != 3) {
    throw Error(fmt::format("{} takes {}, not pictures", info.name, info.architecture.input().text()),
                "choose a model for pictures of 1 or 3 channels");
  }
  PartNetwork part(network, node, {}, Plan{1, false, true});
  if (progress && !progress(0, 2)) return std::nullopt;
  part.forward(input);
  if (progress && !progress(1, 2)) return std::nullopt;
  std::vector<float> gradient(static_cast<size_t>(part.values()));
  gradient[static_cast<size_t>(at)] = 1;
  const std::vector<float> by_input = part.backward(gradient);
  FieldGradient result;
  const int64_t channels = info.picture[0];
  result.height = info.picture[1], result.width = info.picture[2];
  const int64_t plane = result.height * result.width;
  result.magnitude.resize(static_cast<size_t>(plane));
  Span rows{plane, -1}, columns{plane, -1};
  for (int64_t i = 0; i < plane; ++i) {
    float sum = 0;
    for (int64_t c = 0; c < channels; ++c) {
      sum += std::fabs(by_input[static_cast<size_t>(info.channels_last ? i * channels + c : c * plane + i)]);
    }
    result.magnitude[static_cast<size_t>(i)] = sum;
    if (sum == 0) continue;
    join(rows, {i / result.width, i / result.width});
    join(columns, {i % result.width, i % result.width});
  }
  if (rows.last >= 0) {
    result.box =
        FieldBox{rows.first, columns.first, rows.last - rows.first + 1, columns.last - columns.first + 1, false};
  }
  if (progress) progress(2, 2);
  return result;
}

}  // namespace striate
