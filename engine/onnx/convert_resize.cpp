// Resize, whose meaning changed in opsets 11, 13, 18 and 19, and its forerunner Upsample.
#include <algorithm>
#include <cmath>

#include "engine/error.h"
#include "engine/network/layer_words.h"
#include "engine/onnx/converter.h"

namespace striate {
namespace {

const char* const kBroken = "the file breaks ONNX's rules: export the model again";

struct Resizing {
  std::string mode = "nearest", coordinates = "asymmetric", rounding = "floor";
  std::vector<int> axes;       // those that are named, in their order
  std::vector<double> scales;  // per named axis, empty: sizes
  Dims sizes;                  // per named axis
  std::string policy = "stretch";
  std::vector<double> roi;  // starts, then ends, per named axis
  double outside = 0;
  bool antialias = false, exclude_outside = false;
};

std::vector<double> numbers(const Constant& values, const char* what) {
  if (!values.real() || values.count() > 64) {
    throw Error(fmt::format("its {} are {} of {}", what, onnx_type_name(values.type()), dims_text(values.dims())),
                kBroken);
  }
  return values.value().reals;
}

void emit(Converter& c, Resizing r) {
  const Dims in = c.dims(0);
  const size_t rank = in.size(), named = r.axes.size();
  if (r.scales.empty() == r.sizes.empty()) throw Error("it has neither or both of scales and sizes", kBroken);
  if ((r.scales.empty() ? r.sizes.size() : r.scales.size()) != named) {
    throw Error(fmt::format("it has {} scales or sizes for {} axes",
                            r.scales.empty() ? r.sizes.size() : r.scales.size(), named),
                kBroken);
  }
  if (r.mode != "nearest" && r.mode != "linear") {
    throw Error(fmt::format("its mode is \"{}\", which is not supported", r.mode),
                "striate resizes by nearest and linear");
  }
  std::vector<double> scales(rank, 1), roi(2 * rank, 0);
  std::fill(roi.begin() + static_cast<int64_t>(rank), roi.end(), 1);
  Dims out = in;
  // One scale for all where the proportions are to be kept.
  double kept = 0;
  for (size_t i = 0; i < named && r.policy != "stretch" && !r.sizes.empty(); ++i) {
    const double scale = static_cast<double>(r.sizes[i]) / static_cast<double>(in[static_cast<size_t>(r.axes[i])]);
    kept = i == 0 ? scale : r.policy == "not_larger" ? std::min(kept, scale) : std::max(kept, scale);
  }
  for (size_t i = 0; i < named; ++i) {
    const size_t axis = static_cast<size_t>(r.axes[i]);
    const double size = static_cast<double>(in[axis]);
    if (!r.sizes.empty() && kept > 0) {
      scales[axis] = kept;
      out[axis] = static_cast<int64_t>(std::floor(std::min(kept * size, 1e9) + 0.5));
    } else if (!r.sizes.empty()) {
      out[axis] = r.sizes[i];
      scales[axis] = size > 0 ? static_cast<double>(r.sizes[i]) / size : 1;
    } else {
      scales[axis] = r.scales[i];
    }
    if (!r.roi.empty()) {
      if (r.roi.size() != 2 * named) throw Error(fmt::format("its roi has {} values", r.roi.size()), kBroken);
      roi[axis] = r.roi[i];
      roi[rank + axis] = r.roi[named + i];
    }
    if (r.sizes.empty()) {
      const double part = r.coordinates == "tf_crop_and_resize" ? roi[rank + axis] - roi[axis] : 1;
      const double wanted = std::floor(static_cast<double>(static_cast<float>(size * part * scales[axis])));
      out[axis] = std::isfinite(wanted) && wanted >= 0 && wanted < 1e9 ? static_cast<int64_t>(wanted) : 0;
    }
    if (!(scales[axis] > 0) || !std::isfinite(scales[axis]) || out[axis] < 1 || in[axis] < 1) {
      throw Error(fmt::format("it makes {} of {} with a scale of {}", out[axis], in[axis], scales[axis]), kBroken);
    }
  }
  const int x = c.node(0);
  if (out[0] != in[0] || scales[0] != 1) c.keep_batch(x, 0, kMixes);
  std::string sizes = list_text(out);
  if (c.batched(x))
    sizes = "batch" + sizes.substr(sizes.find(',') == std::string::npos ? sizes.size() : sizes.find(','));
  // All digits: half a pixel is decided by the last one.
  std::string text = fmt::format("resize {} {}", r.mode, sizes);
  if (r.sizes.empty() || kept > 0) text += fmt::format(" scales {}", fmt::join(scales, ","));
  text += " coordinates " + r.coordinates;
  if (r.mode == "nearest") text += " rounding " + r.rounding;
  if (r.coordinates == "tf_crop_and_resize") {
    text += fmt::format(" roi {}", fmt::join(roi, ","));
    if (r.outside != 0) text += " outside " + number_text(r.outside);
  }
  if (r.antialias && r.mode == "linear") text += " antialias";
  if (r.exclude_outside && r.antialias && r.mode == "linear") text += " exclude outside";
  c.give(0, c.emit(text, {x}));
}

void resize(Converter& c) {
  const NodeView& op = c.op();
  Resizing r;
  r.mode = op.text("mode", "nearest");
  const size_t rank = c.rank(0);
  for (size_t i = 0; i < rank; ++i) r.axes.push_back(static_cast<int>(i));
  if (c.opset() < 11) {
    r.scales = numbers(c.constant(1, "its scale"), "scales");
    return emit(c, std::move(r));
  }
  r.coordinates = op.text("coordinate_transformation_mode", "half_pixel");
  r.rounding = op.text("nearest_mode", "round_prefer_floor");
  if (r.coordinates == "tf_half_pixel_for_nn") {
    // (i + 0.5) / scale without the other half: striate has no such coordinates.
    throw Error("its coordinates are tf_half_pixel_for_nn, which is not supported", "use half_pixel or asymmetric");
  }
  const auto axes = c.opset() >= 18 ? op.integers("axes") : std::nullopt;
  if (axes && !axes->empty()) r.axes = normal_axes(*axes, rank);
  r.policy = c.opset() >= 18 ? op.text("keep_aspect_ratio_policy", "stretch") : "stretch";
  if (r.policy != "stretch" && r.policy != "not_larger" && r.policy != "not_smaller") {
    throw Error(fmt::format("its policy is \"{}\"", r.policy), "ONNX knows stretch, not_larger and not_smaller");
  }
  r.outside = op.real("extrapolation_value", 0);
  r.antialias = c.opset() >= 18 && op.flag("antialias", false);
  r.exclude_outside = op.flag("exclude_outside", false);
  if (r.coordinates == "tf_crop_and_resize") r.roi = numbers(c.constant(1, "its roi"), "roi");
  if (c.has(2)) {
    const Constant& scales = c.constant(2, "its scale");
    if (scales.count() > 0) r.scales = numbers(scales, "scales");
  }
  if (c.has(3)) {
    const Constant& sizes = c.constant(3, "its size");
    if (sizes.count() > 0) r.sizes = sizes.integers("its sizes", 64);
  }
  for (const int64_t size : r.sizes) {
    if (size < 1 || size > (1 << 30)) throw Error(fmt::format("it resizes to {}", size), kBroken);
  }
  emit(c, std::move(r));
}

void upsample(Converter& c) {
  Resizing r;
  r.mode = c.op().text("mode", "nearest");
  if (r.mode == "bilinear") r.mode = "linear";
  for (size_t i = 0; i < c.rank(0); ++i) r.axes.push_back(static_cast<int>(i));
  if (c.opset() < 9) {
    const auto scales = c.op().reals("scales");
    if (!scales) throw Error("its scales are missing", kBroken);
    r.scales.assign(scales->begin(), scales->end());
  } else {
    r.scales = numbers(c.constant(1, "its scale"), "scales");
  }
  emit(c, std::move(r));
}

}  // namespace

const OnnxOperators& resize_operators() {
  static const OnnxOperators list = {{"Resize", resize}, {"Upsample", upsample}};
  return list;
}

}  // namespace striate
