// Longer than other files: three programs have three ways to resize, and none says all that the others can.
#include <algorithm>
#include <array>
#include <cmath>

#include "engine/network/layers/rows.h"
#include "engine/network/layers/tensors.h"
#include "kernels/elementwise.h"
#include "kernels/resample.h"

namespace striate {
namespace {

constexpr std::array<const char*, 6> kCoordinates = {"half_pixel", "half_pixel_symmetric", "pytorch_half_pixel",
                                                     "asymmetric", "align_corners",        "tf_crop_and_resize"};
constexpr std::array<const char*, 4> kRoundings = {"round_prefer_floor", "round_prefer_ceil", "floor", "ceil"};
constexpr int64_t kMaxTaps = 65536;

class Resize : public Layer {
 public:
  ResampleAxis settings;       // what all axes share
  std::vector<int64_t> sizes;  // of all axes; layers::kBatch for axis 0's own
  std::vector<double> scales;  // empty: those of the sizes
  std::vector<double> roi;     // begins, then ends; empty: all
  double outside = 0;

  Shape output(const std::vector<Shape>& inputs) const override {
    const Shape& x = inputs[0];
    if (static_cast<size_t>(x.rank()) != sizes.size()) {
      throw Error(fmt::format("got {}, which has {} axes, needs {}", x.text(), x.rank(), sizes.size()),
                  "give a size for every axis; batch stands for that of axis 0");
    }
    std::vector<int64_t> result = sizes;
    for (size_t i = 0; i < result.size(); ++i) {
      const int64_t in = x[static_cast<int>(i)];
      if (result[i] == layers::kBatch) result[i] = x[0];
      if (in == 0 && result[i] > 0) {
        throw Error(fmt::format("got {}, nothing along axis {}", x.text(), i), "an axis without values stays empty");
      }
      if (result[i] > 0 && resample_taps(axis_of(i, in, result[i])) > kMaxTaps) {
        throw Error(fmt::format("got {}, each value of axis {} would be a mean of more than {}", x.text(), i, kMaxTaps),
                    "use a larger scale, or leave out antialias");
      }
    }
    return Shape(result);
  }
  std::optional<CellBox> cells_behind(const std::vector<Shape>& inputs, const CellBox& of) const override {
    const Shape &x = inputs[0], y = output(inputs);
    if (x.rank() != 4 || x[1] != y[1]) return std::nullopt;
    const auto along = [&](int axis, const CellRange& range) {
      const ResampleAxis settled = axis_of(static_cast<size_t>(axis), x[axis], y[axis]);
      CellRange read{x[axis], -1};
      // What lies between reads what lies between, only backwards where the region is turned around.
      for (const int64_t q : {range.first, range.last}) {
        const auto [first, last] = resample_reads(settled, std::clamp<int64_t>(q, 0, y[axis] - 1));
        read = {std::min(read.first, first), std::max(read.last, last)};
      }
      return read;
    };
    return CellBox{of.channels, along(2, of.rows), along(3, of.columns)};
  }
  Counted multiply_adds(const std::vector<Shape>& inputs) const override {
    Counted counted;
    for (const Pass& pass : passes(inputs[0], output(inputs))) {
      if (!settings.linear) break;
      const int64_t taps = resample_taps(pass.axis), values = pass.outer * pass.axis.out * pass.inner;
      counted.value += taps * values;
      counted.formula += fmt::format("{}{}*{}", counted.formula.empty() ? "" : " + ", taps, values);
    }
    return counted;
  }
  std::string across_pictures(const std::vector<Shape>& inputs) const override {
    for (const Pass& pass : passes(inputs[0], output(inputs))) {
      if (pass.first) return "it resizes axis 0";
    }
    return "";
  }
  int64_t scratch(const std::vector<Shape>& inputs) const override {
    const Shape y = output(inputs);
    const std::vector<Pass> all = passes(inputs[0], y);
    int64_t table = 0;
    for (const Pass& pass : all) table = std::max(table, resample_table_size(pass.axis));
    return table + rooms(all) * between(all);
  }

  void forward(Stream& stream, const LayerCall& call) const override { run(stream, call, false); }
  void backward(Stream& stream, const LayerCall& call) const override {
    if (call.dx[0] != nullptr) run(stream, call, true);
  }

 private:
  struct Pass {
    ResampleAxis axis;
    int64_t outer, inner;
    bool first;  // along axis 0
  };
  ResampleAxis axis_of(size_t i, int64_t in, int64_t out) const {
    ResampleAxis axis = settings;
    axis.in = in, axis.out = out;
    axis.scale = scales.empty() ? static_cast<double>(out) / static_cast<double>(in) : scales[i];
    if (!roi.empty()) axis.region_begin = roi[i], axis.region_end = roi[i + sizes.size()];
    axis.outside = static_cast<float>(outside);
    return axis;
  }
  // One after the other along each axis that changes, the first axis first.
  std::vector<Pass> passes(const Shape& x, const Shape& y) const {
    std::vector<Pass> all;
    if (y.count() == 0) return all;
    std::vector<int64_t> now = x.sizes();
    for (size_t i = 0; i < now.size(); ++i) {
      const ResampleAxis axis = axis_of(i, now[i], y[static_cast<int>(i)]);
      now[i] = axis.out;
      const bool whole =
          axis.coordinates != Coordinates::tf_crop_and_resize || (axis.region_begin == 0 && axis.region_end == 1);
      if (axis.in == axis.out && axis.scale == 1 && whole) continue;
      Pass pass{axis, 1, 1, i == 0};
      for (size_t k = 0; k < now.size(); ++k) {
        if (k != i) (k < i ? pass.outer : pass.inner) *= k < i ? now[k] : x[static_cast<int>(k)];
      }
      all.push_back(pass);
    }
    return all;
  }
  // Values of the largest array between two passes.
  static int64_t between(const std::vector<Pass>& all) {
    int64_t most = 0;
    for (size_t i = 1; i < all.size(); ++i) most = std::max(most, all[i].outer * all[i].axis.in * all[i].inner);
    return (most + 15) / 16 * 16;
  }
  // How many such arrays: each pass reads one and writes another.
  static int64_t rooms(const std::vector<Pass>& all) {
    return all.empty() ? 0 : std::min<int64_t>(2, static_cast<int64_t>(all.size()) - 1);
  }
  void run(Stream& stream, const LayerCall& call, bool back) const {
    const std::vector<Pass> all = passes(call.x[0].shape, call.y.shape);
    const Result result = back ? call.dx_result[0] : Result::overwrite;
    const float* from = back ? call.dy : call.x[0].data;
    float* to = back ? call.dx[0] : call.y.data;
    if (all.empty() && call.y.count() == 0) {
      if (back && result == Result::overwrite) fill(stream, call.x[0].count(), 0, to);
      return;
    }
    if (all.empty()) return copy(stream, call.y.count(), from, to, result);
    float* room[2] = {call.scratch, call.scratch + between(all)};
    float* table = call.scratch + rooms(all) * between(all);
    for (size_t step = 0; step < all.size(); ++step) {
      const Pass& pass = all[back ? all.size() - 1 - step : step];
      const bool last = step + 1 == all.size();
      float* target = last ? to : room[step % 2];
      resample_table(stream, pass.axis, back, table);
      if (back) {
        resample_backward(stream, pass.axis, pass.outer, pass.inner, table, from, target,
                          last ? result : Result::overwrite);
      } else {
        resample_forward(stream, pass.axis, pass.outer, pass.inner, table, from, target);
      }
      from = target;
    }
  }
};

constexpr std::array<const char*, 2> kMethods = {"nearest", "linear"};

const char* method_of(const Resize& r) { return kMethods[r.settings.linear ? 1 : 0]; }
const char* coordinates_of(const Resize& r) { return kCoordinates[static_cast<size_t>(r.settings.coordinates)]; }
const char* rounding_of(const Resize& r) { return kRoundings[static_cast<size_t>(r.settings.rounding)]; }

// Factors and ends as they are written: no float could hold them all.
struct Doubles {
  static constexpr auto kType = LayerField::Type::list;
  static void read(LayerWords& words, const LayerField& f, std::vector<double>& value) {
    value = words.numbers(layers::spoken(f), 2 * Shape::kMaxRank);
  }
  static std::string text(const std::vector<double>& value) { return fmt::format("{}", fmt::join(value, ",")); }
};

constexpr LayerField kFields[] = {
    layers::place_as<layers::OneOf<kMethods>, &Resize::settings, &ResampleAxis::linear>("method", "nearest|linear")
        .must()
        .called("mode", kNoName, "mode")
        .explained("Repeat and leave out values, or mix the two around each place"),
    layers::place_as<layers::BatchSizes<false>, &Resize::sizes>("sizes", "SIZES")
        .must()
        .called("size", kNoName, "sizes")
        .explained("The new size along each axis: batch for the first one's own"),
    layers::after_as<Doubles, &Resize::scales>("scales", "scales", "S,...")
        .called("scale_factor", kNoName, "scales")
        .explained("By how much each axis grows, where that is not what the sizes say"),
    layers::after_as<layers::OneOf<kCoordinates>, &Resize::settings, &ResampleAxis::coordinates>("coordinates",
                                                                                                 "coordinates", "C")
        .called("align_corners", kNoName, "coordinate_transformation_mode")
        .explained("Where the centers of the pixels are taken to lie"),
    layers::after_as<layers::OneOf<kRoundings>, &Resize::settings, &ResampleAxis::rounding>("rounding", "rounding", "R")
        .called(kNoName, kNoName, "nearest_mode")
        .explained("Which of two values is the nearest"),
    layers::after_as<Doubles, &Resize::roi>("roi", "roi", "B,...,E,...")
        .said_as("ends of the region")
        .called(kNoName, kNoName, "roi")
        .explained("The part that is looked at, from 0 to 1: where it begins on each axis, then where it ends"),
    layers::after_as<layers::AnyNumber, &Resize::outside>("outside", "outside", "V")
        .said_as("value outside")
        .usually(-1, 1)
        .called(kNoName, kNoName, "extrapolation_value")
        .explained("What stands where nothing was looked at"),
    layers::turned_on<&Resize::settings, &ResampleAxis::antialias>("antialias", "antialias")
        .called("antialias", kNoName, "antialias")
        .explained("Wider means where it shrinks, so that no patterns appear"),
    layers::turned_on<&Resize::settings, &ResampleAxis::exclude_outside>("exclude-outside", "exclude outside")
        .called(kNoName, kNoName, "exclude_outside")
        .explained("Whether values beyond the border have no weight")};

void settle(Layer& layer, const SettingsSaid& said) {
  const Resize& resize = static_cast<const Resize&>(layer);
  const auto count = [&](const char* setting, const char* what, const std::vector<double>& values, size_t needed) {
    if (!said.said(setting) || values.size() == needed) return;
    said.fail(setting, fmt::format("{} {} for {} axes", values.size(), what, resize.sizes.size()),
              fmt::format("give {}", needed));
  };
  count("scales", "scales", resize.scales, resize.sizes.size());
  count("roi", "ends of the region", resize.roi, 2 * resize.sizes.size());
  for (const double scale : resize.scales) {
    if (!(scale > 1e-9 && scale < 1e9)) said.fail("scales", fmt::format("a scale of {}", scale), "scales are above 0");
  }
}

// resize_matrix() of the scripts, for an axis that changes.
struct PythonAxis {
  int axis = 0;
  std::string call;
};
std::vector<PythonAxis> python_axes(const ExportNode& n) {
  const Resize& r = n.as<Resize>();
  std::vector<PythonAxis> axes;
  for (int i = 0; i < n.out.rank(); ++i) {
    const auto at = static_cast<size_t>(i);
    const int64_t in = n.in[0][i], out = n.out[i];
    const double scale = r.scales.empty() ? static_cast<double>(out) / static_cast<double>(in) : r.scales[at];
    const double begin = r.roi.empty() ? 0 : r.roi[at], end = r.roi.empty() ? 1 : r.roi[at + r.sizes.size()];
    const bool all = r.settings.coordinates != Coordinates::tf_crop_and_resize || (begin == 0 && end == 1);
    if (in == out && scale == 1 && all) continue;
    std::string call = fmt::format("resize_matrix({}, {}, {}, {}, {}", in, out, scale, python_text(method_of(r)),
                                   python_text(coordinates_of(r)));
    if (r.settings.rounding != NearestRounding::round_prefer_floor) call += ", rounding=" + python_text(rounding_of(r));
    if (!r.roi.empty()) call += fmt::format(", region=({}, {})", begin, end);
    if (r.settings.antialias) call += ", antialias=True";
    if (r.settings.exclude_outside) call += ", exclude_outside=True";
    axes.push_back({i, call + ")"});
  }
  return axes;
}
// What stands behind the call where the region may reach beyond the picture.
std::string python_outside(const Resize& r) {
  return r.settings.coordinates == Coordinates::tf_crop_and_resize ? ", " + python_number(r.outside) : "";
}

// PyTorch's own interpolation where it is surely the same; else a matrix for each axis.
bool interpolates(const ExportNode& n, std::string& how) {
  const Resize& r = n.as<Resize>();
  const ResampleAxis& s = r.settings;
  const int rank = n.in[0].rank();
  if (rank < 3 || rank > 5 || s.antialias || s.exclude_outside || !r.scales.empty()) return false;
  if (n.in[0][1] != n.out[1] || (!n.batched && n.in[0][0] != n.out[0])) return false;
  std::vector<int64_t> sizes;
  bool multiple = true;
  for (int i = 2; i < rank; ++i) {
    sizes.push_back(n.out[i]);
    multiple = multiple && n.out[i] % n.in[0][i] == 0;
  }
  const char* const linear[] = {"linear", "bilinear", "trilinear"};
  how = "size=" + python_list(sizes) + ", mode=";
  if (!s.linear) {
    how += "\"nearest\"";
    return multiple && s.coordinates == Coordinates::asymmetric && s.rounding == NearestRounding::floor;
  }
  const bool corners = s.coordinates == Coordinates::align_corners;
  how += python_text(linear[rank - 3]) + (corners ? ", align_corners=True" : "");
  return corners || s.coordinates == Coordinates::half_pixel;
}
void to_torch(TorchPage& to, const ExportNode& n) {
  std::string how;
  if (interpolates(n, how)) return layers::torch_call(to, n, "F.interpolate", how);
  to.helper("resize_axis");
  std::string value = to.x(n);
  for (const PythonAxis& each : python_axes(n)) {
    value = fmt::format("resize_axis({}, {}, {}{})", value, each.axis, each.call, python_outside(n.as<Resize>()));
  }
  to.line(n, value);
}
void to_keras(KerasPage& to, const ExportNode& n) {
  to.helper("resize_axis");
  std::string value = to.x(n);
  for (const PythonAxis& each : python_axes(n)) {
    value = fmt::format("resize_axis({}, {}, {}{})", value, layers::keras_axis(to, n, each.axis), each.call,
                        python_outside(n.as<Resize>()));
  }
  layers::keras_pointwise(to, n, value);
}

// How ONNX' Resize says what each axis becomes: by scales where rounding down gives the sizes, by sizes where the
// scales are their quotients. Else one scale holds for several axes and the sizes are rounded: opset 18 has that as "as
// large as fits into these sizes", where an axis that fits exactly gives the scale.
struct OnnxTarget {
  bool by_scales = false, fits = false;
  std::vector<int64_t> axes, sizes;  // where fits
};
OnnxTarget onnx_target(const ExportNode& n) {
  const Resize& r = n.as<Resize>();
  OnnxTarget target;
  bool quotients = true, floors = !r.scales.empty();
  double common = 0;
  bool exact = false, one = true;
  for (size_t i = 0; i < r.scales.size(); ++i) {
    const double in = static_cast<double>(n.in[0][static_cast<int>(i)]), scale = r.scales[i];
    const auto out = n.out[static_cast<int>(i)];
    const double part = r.roi.empty() ? 1 : r.roi[i + r.scales.size()] - r.roi[i];
    const double quotient = static_cast<double>(out) / in;
    floors = floors && static_cast<int64_t>(std::floor(in * part * double{static_cast<float>(scale)})) == out;
    const bool same = std::abs(scale - quotient) <= 1e-6 * quotient;
    quotients = quotients && same;
    if (scale == 1 && same) continue;
    one = one && (common == 0 || scale == common) && out == static_cast<int64_t>(std::floor(scale * in + 0.5));
    common = scale;
    exact = exact || same;
    target.axes.push_back(static_cast<int64_t>(i));
    target.sizes.push_back(same ? out : out + 1);
  }
  target.by_scales = floors;
  if (floors || quotients) return target;
  target.fits = one && exact;
  if (target.fits) return target;
  throw Error(fmt::format("layer {} (resize): ONNX can't say its scales together with its sizes", n.name),
              "give its sizes without scales");
}
void to_onnx(OnnxPage& to, const ExportNode& n) {
  const Resize& r = n.as<Resize>();
  const ResampleAxis& s = r.settings;
  if (s.coordinates == Coordinates::half_pixel_symmetric) to.need(19, "Resize with half_pixel_symmetric");
  if (s.antialias) to.need(18, "Resize with antialias");
  const OnnxTarget target = onnx_target(n);
  if (target.fits) to.need(18, "Resize with one scale for several axes");
  std::vector<std::string> inputs{to.input(n), "", ""};
  if (!r.roi.empty()) inputs[1] = to.reals(n, "roi", std::vector<float>(r.roi.begin(), r.roi.end()), false);
  if (target.by_scales) {
    inputs[2] = to.reals(n, "scales", std::vector<float>(r.scales.begin(), r.scales.end()), false);
  } else if (target.fits) {
    inputs.push_back(to.integers(n, "sizes", target.sizes));
  } else {
    inputs.push_back(to.sizes(n, "sizes", r.sizes));
  }
  WrittenNode& node = to.op("Resize", n, inputs);
  node.with_text("mode", method_of(r)).with_text("coordinate_transformation_mode", coordinates_of(r));
  if (target.fits) node.with("axes", target.axes).with_text("keep_aspect_ratio_policy", "not_larger");
  if (!s.linear) node.with_text("nearest_mode", rounding_of(r));
  if (s.coordinates == Coordinates::tf_crop_and_resize) node.with_real("extrapolation_value", r.outside);
  if (s.antialias) node.with("antialias", int64_t{1});
  if (s.exclude_outside) node.with("exclude_outside", int64_t{1});
}

}  // namespace

extern const LayerKind kResize{
    .word = "resize",
    .title = N_("Resize"),
    .explanation = N_(
        "Makes pictures larger or smaller inside a network. nearest repeats or leaves out pixels; linear mixes the two "
        "around each place along every axis, which is smooth. Where pixel centers are taken to lie is said by "
        "coordinates: libraries differ, and half a pixel is enough to change an answer. Without antialias a much "
        "smaller picture skips pixels and shows patterns that were not there."),
    .make = layers::made<Resize>,
    .fields = kFields,
    .settle = settle,
    .follow = Follow::resampled,
    .torch = {"F.interpolate", to_torch},
    .keras = {"ops.image.resize", to_keras},
    .onnx = {.name = "Resize", .write = to_onnx},
};

}  // namespace striate
