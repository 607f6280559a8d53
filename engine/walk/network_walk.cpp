// One short function for each way in which a kind of layer says that its values are followed (Follow, layer_kind.h),
// side by side: longer than most files.
#include "engine/walk/network_walk.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/error.h"
#include "engine/network/layer_kind.h"
#include "engine/walk/followed_layer.h"
#include "kernels/dense.h"

namespace striate {
namespace {

// Larger inputs would be gone through for every unit that is looked at.
constexpr int64_t kMaxFollowed = int64_t{1} << 24;

[[noreturn]] void fail_mixed(const NetworkValues& values, int node) {
  throw Error(fmt::format("{} mixes the pictures of a batch: it has no units of one picture",
                          values.architecture->describe(node)),
              "choose a layer whose first size is the batch");
}

struct Walker {
  const NetworkValues& values;
  Followed followed_to;
  UnitWalk walk;
  const Layer* layer = nullptr;
  std::vector<int> inputs;       // nodes
  std::vector<Shape> in_shapes;  // of the whole batch

  std::vector<UnitSizes> in_sizes;
  std::vector<const float*> in_values;  // of the sample; null: not available

  const float* sample_of(int input) const {
    const int node = inputs[static_cast<size_t>(input)];
    const float* x = in_values[static_cast<size_t>(input)];
    if (x == nullptr) {
      throw Error(fmt::format("the values of {} are not available", values.architecture->describe(node)),
                  "they come with the next moment of the training that is shown");
    }
    return x;
  }
  UnitSizes sizes_of(int input) const { return in_sizes[static_cast<size_t>(input)]; }
  const float* array(TensorKind kind, const std::string& name) const {
    const std::string full = values.array_name(walk.place.node, name);
    const float* a = values.array ? values.array(kind, full) : nullptr;
    if (a == nullptr) {
      throw Error(fmt::format("the {} {} is not available", tensor_kind_name(kind), full),
                  "it comes with the next moment of the training that is shown");
    }
    return a;
  }

  void term(int input, int channel, int row, int column) {
    const UnitSizes s = sizes_of(input);
    UnitTerm t;
    t.input = input, t.channel = channel, t.row = row, t.column = column;
    t.padding = row < 0 || column < 0 || row >= s.rows || column >= s.columns;
    if (!t.padding) t.x = sample_of(input)[(int64_t{1} * channel * s.rows + row) * s.columns + column];
    walk.terms.push_back(t);
  }

  void convolution() {
    const Conv2dShape g = layer->geometry(in_shapes).convolution;
    const float* w = array(TensorKind::weight, "weight");
    const int per_group = g.c / g.groups;
    const UnitPlace& at = walk.place;
    walk.form = UnitForm::products;
    walk.channels = per_group;
    walk.first_channel = at.channel / (g.k / g.groups) * per_group;
    for (int c = 0; c < per_group; ++c) {
      for (int r = 0; r < g.r; ++r) {
        for (int s = 0; s < g.s; ++s) {
          term(0, walk.first_channel + c, at.row * g.stride_y - g.pad_top + r * g.dilation_y,
               at.column * g.stride_x - g.pad_left + s * g.dilation_x);
          UnitTerm& t = walk.terms.back();
          t.kernel_row = r, t.kernel_column = s;
          t.weight = ((int64_t{1} * at.channel * per_group + c) * g.r + r) * g.s + s;
          t.w = w[t.weight];
        }
      }
    }
    take_bias();
    walk.value = running_value(values, walk, static_cast<int>(walk.terms.size()));
  }

  void dense() {
    const float* w = array(TensorKind::weight, "weight");
    const int count = sizes_of(0).channels;
    walk.form = UnitForm::products;
    for (int i = 0; i < count; ++i) {
      term(0, i, 0, 0);
      UnitTerm& t = walk.terms.back();
      t.weight = int64_t{1} * walk.place.channel * count + i;
      t.w = w[t.weight];
    }
    take_bias();
    const auto pair = [&](int64_t i) {
      const UnitTerm& t = walk.terms[static_cast<size_t>(i)];
      return std::pair<float, float>(t.x, t.w);
    };
    const int outputs = unit_sizes(values, walk.place.node).channels;
    const int piece = values.order.threads > 1 ? dense_forward_piece(count, outputs) : 0;
    const auto apart = [&](int64_t, int64_t, int64_t i) { return pair(i); };
    walk.value = piece > 0 ? sum_of_pieces(values.order, count, count, piece, pair)
                           : dot_product(values.order, 1, 1, count, apart);
    walk.value += walk.bias;
  }

  void take_bias() {
    const std::vector<WeightSpec> list = layer->parameters(in_shapes);
    walk.has_bias = list.size() > 1;
    if (walk.has_bias) walk.bias = array(TensorKind::weight, list[1].name)[walk.place.channel];
  }

  void pooling(bool maximum) {
    const Pool2dShape g = layer->geometry(in_shapes).pooling;
    const UnitPlace& at = walk.place;
    walk.form = maximum ? UnitForm::maximum : UnitForm::average;
    const int top = at.row * g.stride_y - g.pad_top, left = at.column * g.stride_x - g.pad_left;
    int inside = 0, counted = 0;
    float sum = 0, best = -std::numeric_limits<float>::infinity();  // of a window that holds nothing
    for (int r = 0; r < g.r; ++r) {
      for (int s = 0; s < g.s; ++s) {
        // Places beyond the padded picture, which only `ceil` reaches, don't exist.
        const int row = top + r * g.dilation_y, column = left + s * g.dilation_x;
        if (row >= g.h + g.pad_bottom || column >= g.w + g.pad_right) continue;
        term(0, at.channel, row, column);
        ++counted;
        const UnitTerm& t = walk.terms.back();
        if (t.padding) continue;
        if (inside == 0 || t.x > best || (std::isnan(t.x) && !std::isnan(best))) {
          best = t.x;
          walk.winner = static_cast<int>(walk.terms.size()) - 1;
        }
        ++inside;
        sum += t.x;
      }
    }
    walk.divisor = g.count_include_pad ? counted : inside;
    walk.value = maximum ? best : walk.divisor > 0 ? sum / static_cast<float>(walk.divisor) : 0.0f;
    if (maximum) walk.divisor = 1;
  }

  // Where the host runs the layer's own operator in the order of adding of the device that the values are from.
  Device host_device() const { return values.order.threads > 1 ? Device::emulated() : Device::cpu(); }

  // The layer's own operator on the smallest batch that holds the unit.
  void run_layer(const Shape& x_shape, const float* x, const Shape& y_shape, int64_t at) {
    Stream stream(host_device());
    std::vector<float> in(x, x + x_shape.count()), out(static_cast<size_t>(y_shape.count()));
    LayerCall call;
    call.mode = Mode::evaluation;
    call.x = {{in.data(), x_shape, stream.device()}};
    call.y = {out.data(), y_shape, stream.device()};
    layer->forward(stream, call);
    walk.value = out[static_cast<size_t>(at)];
  }

  void global_average() {
    const UnitSizes s = sizes_of(0);
    const int c = walk.place.channel;
    walk.form = UnitForm::average;
    walk.divisor = s.rows * s.columns;
    for (int row = 0; row < s.rows; ++row) {
      for (int column = 0; column < s.columns; ++column) term(0, c, row, column);
    }
    run_layer({1, 1, s.rows, s.columns}, sample_of(0) + int64_t{1} * c * walk.divisor, {1, 1}, 0);
  }

  void normalization() {
    const UnitPlace& at = walk.place;
    term(0, at.channel, at.row, at.column);
    const auto c = static_cast<size_t>(at.channel);
    walk.form = UnitForm::normalized;
    walk.scale = array(TensorKind::weight, "weight")[c];
    walk.shift = array(TensorKind::weight, "bias")[c];
    if (values.mode == Mode::training) {
      walk.mean = array(TensorKind::saved, "mean")[c];
      walk.rstd = array(TensorKind::saved, "rstd")[c];
      walk.value = (walk.terms[0].x - walk.mean) * (walk.rstd * walk.scale) + walk.shift;
      return;
    }
    walk.mean = array(TensorKind::buffer, "running_mean")[c];
    float variance = array(TensorKind::buffer, "running_var")[c];
    // The operator on one value; the factor it uses, on another.
    Stream stream(host_device());
    float x = walk.terms[0].x;
    LayerCall call;
    call.mode = Mode::evaluation;
    call.x = {{&x, Shape{1, 1}, stream.device()}};
    call.y = {&walk.value, Shape{1, 1}, stream.device()};
    call.weights = {&walk.scale, &walk.shift};
    call.buffers = {&walk.mean, &variance};
    layer->forward(stream, call);
    float one = 1, zero = 0, unit = 1;
    call.x[0].data = &one;
    call.y.data = &walk.rstd;
    call.weights = {&unit, &zero};
    call.buffers = {&zero, &variance};
    layer->forward(stream, call);
  }

  void function() {
    const UnitPlace& at = walk.place;
    term(0, at.channel, at.row, at.column);
    walk.form = UnitForm::function;
    run_layer(Shape{1, 1}, &walk.terms[0].x, Shape{1, 1}, 0);
  }

  void softmax() {
    const UnitSizes s = sizes_of(0);
    const UnitPlace& at = walk.place;
    walk.form = UnitForm::softmax;
    std::vector<float> row;
    for (int c = 0; c < s.channels; ++c) {
      term(0, c, at.row, at.column);
      row.push_back(walk.terms.back().x);
    }
    run_layer(Shape{1, s.channels}, row.data(), Shape{1, s.channels}, at.channel);
  }

  void dropout() {
    const UnitPlace& at = walk.place;
    term(0, at.channel, at.row, at.column);
    if (values.mode == Mode::evaluation) {
      walk.form = UnitForm::copied;
      walk.value = walk.terms[0].x;
      return;
    }
    const UnitSizes s = unit_sizes(values.shapes[static_cast<size_t>(at.node)]);
    const int64_t index = s.count() * at.sample + (int64_t{1} * at.channel * s.rows + at.row) * s.columns + at.column;
    walk.form = UnitForm::products;
    walk.terms[0].w = array(TensorKind::saved, "mask")[index];
    walk.value = walk.terms[0].x * walk.terms[0].w;
  }

  bool every_input_is_of_the_picture() const {
    return std::none_of(inputs.begin(), inputs.end(),
                        [&](int node) { return is_constant(*values.architecture, node); });
  }
  // No value of an input is repeated, and each input has one set of values per picture.
  bool one_shape() const {
    const Shape& out = values.shapes[static_cast<size_t>(walk.place.node)];
    return every_input_is_of_the_picture() &&
           std::all_of(in_shapes.begin(), in_shapes.end(), [&](const Shape& in) { return in == out; });
  }

  void add() {
    const UnitPlace& at = walk.place;
    walk.form = UnitForm::sum;
    for (int i = 0; i < static_cast<int>(inputs.size()); ++i) {
      term(i, at.channel, at.row, at.column);
      walk.value = i == 0 ? walk.terms[0].x : walk.value + walk.terms.back().x;
    }
  }

  void copied(int input, int channel, int row, int column) {
    walk.form = UnitForm::copied;
    term(input, channel, row, column);
    walk.value = walk.terms[0].x;
  }

  void flatten() {
    const UnitSizes s = sizes_of(0);
    const int i = walk.place.channel, plane = s.rows * s.columns;
    copied(0, i / plane, i % plane / s.columns, i % s.columns);
  }

  void concat() {
    int channel = walk.place.channel;
    for (int i = 0; i < static_cast<int>(inputs.size()); ++i) {
      if (channel < sizes_of(i).channels) return copied(i, channel, walk.place.row, walk.place.column);
      channel -= sizes_of(i).channels;
    }
  }

  void subsample() {
    const UnitSizes from = sizes_of(0), to = unit_sizes(values.shapes[static_cast<size_t>(walk.place.node)]);
    const int stride = static_cast<int>(std::get<int64_t>(setting_of(*layer, "stride")));
    const int channel = walk.place.channel - (to.channels - from.channels) / 2;
    walk.form = UnitForm::copied;
    if (channel < 0 || channel >= from.channels) return;  // a channel of zeros
    copied(0, channel, walk.place.row * stride, walk.place.column * stride);
  }

  void global_maximum() {
    const UnitSizes s = sizes_of(0);
    walk.form = UnitForm::maximum;
    for (int i = 0; i < s.rows * s.columns; ++i) term(0, walk.place.channel, i / s.columns, i % s.columns);
    find_winner();
    walk.value = walk.terms[static_cast<size_t>(walk.winner)].x;
  }
  void find_winner() {
    for (int i = 0; i < static_cast<int>(walk.terms.size()); ++i) {
      const float x = walk.terms[static_cast<size_t>(i)].x;
      const float best = walk.winner < 0 ? x : walk.terms[static_cast<size_t>(walk.winner)].x;
      if (walk.winner < 0 || x > best || (std::isnan(x) && !std::isnan(best))) walk.winner = i;
    }
  }

  // By the layer's own operators on this picture alone: kinds without a function here.
  FollowedValue follow(const Layer& which, FollowedAs as) {
    LayerInputs of;
    int64_t count = 0;
    for (size_t i = 0; i < inputs.size(); ++i) {
      Shape shape = in_shapes[i];
      if (!is_constant(*values.architecture, inputs[i])) shape = of_one_picture(shape, inputs[i]);
      count += shape.count();
      of.shapes.push_back(shape);
      of.values.push_back(sample_of(static_cast<int>(i)));
    }
    if (count > kMaxFollowed) {
      throw Error(fmt::format("{} reads {} values, too many to follow one unit",
                              values.architecture->describe(walk.place.node), count),
                  fmt::format("layers that read up to {} can be followed", kMaxFollowed));
    }
    for (const WeightSpec& w : which.parameters(of.shapes)) of.weights.push_back(array(TensorKind::weight, w.name));
    for (const BufferSpec& r : which.buffers(of.shapes)) of.buffers.push_back(array(TensorKind::buffer, r.name));
    const UnitPlace& at = walk.place;
    const UnitSizes s = unit_sizes(values, at.node);
    const Shape out = which.output(of.shapes);
    if (out.count() != s.count()) fail_mixed(values, at.node);
    return follow_value(host_device(), which, of, (int64_t{1} * at.channel * s.rows + at.row) * s.columns + at.column,
                        as);
  }
  Shape of_one_picture(const Shape& shape, int node) const {
    if (shape.rank() == 0) fail_mixed(values, node);
    std::vector<int64_t> sizes;
    for (int i = 0; i < shape.rank(); ++i) sizes.push_back(i == 0 ? 1 : shape[i]);
    return Shape(sizes);
  }
  void take(const FollowedValue& followed) {
    for (const FollowedCell& cell : followed.cells) {
      const UnitSizes s = sizes_of(cell.input);
      const auto plane = static_cast<int64_t>(s.rows) * s.columns;
      term(cell.input, static_cast<int>(cell.index / plane), static_cast<int>(cell.index % plane / s.columns),
           static_cast<int>(cell.index % s.columns));
      walk.terms.back().slope = cell.slope;
    }
    walk.value = followed.value;
  }

  FollowedAs computed_as() const { return followed_to == Followed::moving ? FollowedAs::moving : FollowedAs::computed; }

  void linear() {
    const bool known = followed_to == Followed::moving && walk.stored.has_value();
    FollowedValue followed = follow(*layer, known ? FollowedAs::slopes : FollowedAs::linear);
    if (known) followed.value = *walk.stored;
    if (layer->info().follow == Follow::resampled) drop_rounding(followed);
    take(followed);
    bool plain = followed.rest == 0;
    for (size_t i = 0; i < walk.terms.size(); ++i) {
      walk.terms[i].w = followed.cells[i].slope;
      plain = plain && walk.terms[i].w == 1;
    }
    walk.form = walk.terms.empty() || (plain && walk.terms.size() == 1) ? UnitForm::copied
                : plain                                                 ? UnitForm::sum
                                                                        : UnitForm::products;
    walk.has_bias = walk.form == UnitForm::products && followed.rest != 0;
    if (walk.has_bias) walk.bias = followed.rest;
  }

  // Where a filter of a resize ends on a value, that has a weight of 1e-9 or none, as it is rounded.
  static void drop_rounding(FollowedValue& followed) {
    float most = 0;
    for (const FollowedCell& cell : followed.cells) most = std::max(most, std::abs(cell.slope));
    std::erase_if(followed.cells, [&](const FollowedCell& cell) { return std::abs(cell.slope) < 1e-6f * most; });
  }

  void computed(bool maximum) {
    take(follow(*layer, computed_as()));
    const bool alone = walk.terms.size() == 1 && followed_to == Followed::all;
    walk.form = maximum ? UnitForm::maximum : alone ? UnitForm::function : UnitForm::computed;
    if (maximum) find_winner();
  }

  // The places of a pooling's argmax: its windows are those of the pooling with the same words.
  void argmax_places() {
    const std::shared_ptr<const Layer> pooling = layer->winners_of();
    take(follow(*pooling, computed_as()));
    walk.form = UnitForm::computed;
    find_winner();
    // Places are counted through the whole batch.
    walk.value = follow(*layer, FollowedAs::linear).value + static_cast<float>(sizes_of(0).count() * walk.place.sample);
  }

  void run() {
    const Follow how = layer->info().follow;
    const bool adds_and_moves = how == Follow::linear || how == Follow::resampled || how == Follow::added ||
                                how == Follow::joined || how == Follow::flattened;
    if (is_constant(*values.architecture, walk.place.node)) return adds_and_moves ? linear() : computed(false);
    const bool along_channels = layer->text() == layer->kind();  // and not another axis
    switch (how) {
      case Follow::convolution:
        return convolution();
      case Follow::dense:
        return dense();
      case Follow::maximum:
      case Follow::average:
        return pooling(how == Follow::maximum);
      case Follow::whole_average:
        return global_average();
      case Follow::whole_maximum:
        return global_maximum();
      case Follow::normalized:
        return normalization();
      case Follow::dropped:
        return dropout();
      case Follow::subsampled:
        return subsample();
      case Follow::copied:
        return copied(0, walk.place.channel, walk.place.row, walk.place.column);
      case Follow::function:
        return function();
      case Follow::places:
        return argmax_places();
      case Follow::added:
        return one_shape() ? add() : linear();
      case Follow::joined:
        return along_channels && every_input_is_of_the_picture() ? concat() : linear();
      case Follow::flattened:
        return along_channels ? flatten() : linear();
      case Follow::shares:
        return along_channels ? softmax() : computed(false);
      case Follow::linear:
      case Follow::resampled:
        return linear();
      case Follow::boxes:
        return computed(true);
      case Follow::computed:
        return computed(false);
    }
  }
};

}  // namespace

bool is_pointwise(Follow how) {
  return how == Follow::function || how == Follow::normalized || how == Follow::dropped || how == Follow::copied;
}

UnitSizes unit_sizes(const Shape& shape) {
  UnitSizes s;
  if (shape.rank() > 1) s.channels = static_cast<int>(shape[1]);
  if (shape.rank() > 2) s.columns = static_cast<int>(shape[shape.rank() - 1]);
  for (int i = 2; i + 1 < shape.rank(); ++i) s.rows *= static_cast<int>(shape[i]);
  return s;
}

bool is_constant(const Architecture& architecture, int node) {
  std::vector<char> constant(static_cast<size_t>(node) + 1);
  for (int i = 1; i <= node; ++i) {
    const std::vector<int>& inputs = architecture.nodes()[static_cast<size_t>(i)].inputs;
    constant[static_cast<size_t>(i)] =
        std::all_of(inputs.begin(), inputs.end(), [&](int input) { return constant[static_cast<size_t>(input)] != 0; });
  }
  return constant[static_cast<size_t>(node)] != 0;
}

UnitSizes unit_sizes(const NetworkValues& values, int node) {
  const Shape& shape = values.shapes[static_cast<size_t>(node)];
  if (!is_constant(*values.architecture, node)) return unit_sizes(shape);
  UnitSizes s;  // the same, without a batch
  if (shape.rank() > 0) s.channels = static_cast<int>(shape[0]);
  if (shape.rank() > 1) s.columns = static_cast<int>(shape[shape.rank() - 1]);
  for (int i = 1; i + 1 < shape.rank(); ++i) s.rows *= static_cast<int>(shape[i]);
  return s;
}

const float* sample_values(const NetworkValues& values, int node, int sample) {
  const float* x = values.activation ? values.activation(node) : nullptr;
  if (x == nullptr || is_constant(*values.architecture, node)) return x;
  return x + unit_sizes(values.shapes[static_cast<size_t>(node)]).count() * sample;
}

bool UnitWalk::agrees() const { return !stored || *stored == value || (std::isnan(*stored) && std::isnan(value)); }

UnitWalk walk_unit(const NetworkValues& values, const UnitPlace& place, Followed followed) {
  const Architecture& architecture = *values.architecture;
  if (place.node < 0 || place.node >= architecture.size()) {
    throw Error(fmt::format("there is no layer {}", place.node),
                fmt::format("0 is the input, {} the output", architecture.size() - 1));
  }
  const Shape& shape = values.shapes[static_cast<size_t>(place.node)];
  if (!is_constant(architecture, place.node) && (shape.rank() == 0 || shape[0] != values.samples())) {
    fail_mixed(values, place.node);
  }
  const UnitSizes sizes = unit_sizes(values, place.node);
  if (place.channel < 0 || place.channel >= sizes.channels || place.row < 0 || place.row >= sizes.rows ||
      place.column < 0 || place.column >= sizes.columns) {
    throw Error(fmt::format("{} has no unit {} at column {}, row {}", architecture.describe(place.node), place.channel,
                            place.column, place.row),
                fmt::format("units are 0 to {}, columns 0 to {}, rows 0 to {}", sizes.channels - 1, sizes.columns - 1,
                            sizes.rows - 1));
  }
  if (place.sample < 0 || place.sample >= values.samples()) {
    throw Error(fmt::format("there is no sample {}", place.sample),
                fmt::format("samples are 0 to {}", values.samples() - 1));
  }
  Walker walker{values, followed, {}, nullptr, {}, {}, {}, {}};
  walker.walk.place = place;
  const float* stored = sample_values(values, place.node, place.sample);
  if (stored != nullptr) {
    walker.walk.stored = stored[(int64_t{1} * place.channel * sizes.rows + place.row) * sizes.columns + place.column];
  }
  if (place.node == 0) {
    walker.walk.kind = "input";
    if (!walker.walk.stored) {
      throw Error("the values of the input are not available", "they come with the next moment that is shown");
    }
    walker.walk.value = *walker.walk.stored;
    return walker.walk;
  }
  walker.layer = &values.layer(place.node);
  walker.walk.kind = walker.layer->kind();
  walker.inputs = architecture.nodes()[static_cast<size_t>(place.node)].inputs;
  walker.in_shapes = values.input_shapes(place.node);
  for (const int input : walker.inputs) {
    const Shape& from = values.shapes[static_cast<size_t>(input)];
    if (!is_constant(architecture, input) && (from.rank() == 0 || from[0] != values.samples())) {
      fail_mixed(values, input);
    }
    walker.in_sizes.push_back(unit_sizes(values, input));
    walker.in_values.push_back(sample_values(values, input, place.sample));
  }
  walker.run();
  return walker.walk;
}

float running_value(const NetworkValues& values, const UnitWalk& walk, int counted) {
  float sum = walk.bias;
  for (int i = 0; i < counted; ++i) {
    const UnitTerm& t = walk.terms[static_cast<size_t>(i)];
    sum = multiply_add(values.order, t.w, t.x, sum);
  }
  return sum;
}

std::vector<int> readers_of(const Architecture& architecture, int node) {
  std::vector<int> readers;
  for (int i = 1; i < architecture.size(); ++i) {
    const std::vector<int>& inputs = architecture.nodes()[static_cast<size_t>(i)].inputs;
    if (std::find(inputs.begin(), inputs.end(), node) != inputs.end()) readers.push_back(i);
  }
  return readers;
}

std::vector<int> pointwise_after(const Architecture& architecture, int node) {
  std::vector<int> chain;
  for (int at = node;;) {
    const std::vector<int> readers = readers_of(architecture, at);
    if (readers.size() != 1 ||
        !is_pointwise(architecture.nodes()[static_cast<size_t>(readers[0])].layer->info().follow)) {
      return chain;
    }
    at = readers[0];
    chain.push_back(at);
  }
}

}  // namespace striate
