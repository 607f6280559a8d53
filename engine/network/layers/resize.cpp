#include <algorithm>
#include <array>
#include <cmath>

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

  std::string kind() const override { return kResize.word; }
  std::string text() const override {
    std::string text =
        fmt::format("{} {} {}", kResize.word, settings.linear ? "linear" : "nearest", layers::sizes_with_batch(sizes));
    if (!scales.empty()) text += " scales " + fmt::format("{}", fmt::join(scales, ","));
    if (settings.coordinates != Coordinates::half_pixel) {
      text += std::string(" coordinates ") + kCoordinates[static_cast<size_t>(settings.coordinates)];
    }
    if (settings.rounding != NearestRounding::round_prefer_floor) {
      text += std::string(" rounding ") + kRoundings[static_cast<size_t>(settings.rounding)];
    }
    if (!roi.empty()) text += " roi " + fmt::format("{}", fmt::join(roi, ","));
    if (outside != 0) text += " outside " + number_text(outside);
    if (settings.antialias) text += " antialias";
    if (settings.exclude_outside) text += " exclude outside";
    return text;
  }
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

template <size_t count>
size_t one_of(LayerWords& words, const std::array<const char*, count>& names) {
  for (size_t i = 0; i < count; ++i) {
    if (words.take(names[i])) return i;
  }
  if (!words.more()) words.fail("resize needs a word here", fmt::format("{}", fmt::join(names, ", ")));
  words.unknown({names.begin(), names.end()});
}

std::shared_ptr<const Layer> parse(LayerWords& words) {
  auto layer = std::make_shared<Resize>();
  constexpr std::array<const char*, 2> kMethods = {"nearest", "linear"};
  layer->settings.linear = one_of(words, kMethods) == 1;
  layer->sizes = layers::parse_sizes_with_batch(words, false);
  const auto list = [&](const char* what, size_t count, bool positive) {
    const LayerWords before = words;
    std::vector<double> values = words.numbers(what, 2 * Shape::kMaxRank);
    if (values.size() != count) {
      before.fail(fmt::format("{} {} for {} axes", values.size(), what, layer->sizes.size()),
                  fmt::format("give {}", count));
    }
    for (const double value : values) {
      if (positive && !(value > 1e-9 && value < 1e9)) {
        before.fail(fmt::format("a scale of {}", value), "scales are above 0");
      }
    }
    return values;
  };
  while (words.more()) {
    if (words.take("scales")) {
      layer->scales = list("scales", layer->sizes.size(), true);
    } else if (words.take("coordinates")) {
      layer->settings.coordinates = static_cast<Coordinates>(one_of(words, kCoordinates));
    } else if (words.take("rounding")) {
      layer->settings.rounding = static_cast<NearestRounding>(one_of(words, kRoundings));
    } else if (words.take("roi")) {
      layer->roi = list("ends of the region", 2 * layer->sizes.size(), false);
    } else if (words.take("outside")) {
      layer->outside = words.value("value outside");
    } else if (words.take("antialias")) {
      layer->settings.antialias = true;
    } else if (words.take("exclude", "outside")) {
      layer->settings.exclude_outside = true;
    } else {
      words.unknown({"scales", "coordinates", "rounding", "roi", "outside", "antialias", "exclude outside"});
    }
  }
  return layer;
}

}  // namespace

const LayerKind kResize{"resize", "Resize",
                        "resize nearest|linear SIZES [scales S,...] [coordinates C] [rounding R] [roi B,...,E,...] "
                        "[outside V] [antialias] [exclude outside]",
                        "Makes pictures larger or smaller inside a network. nearest repeats or leaves out pixels; "
                        "linear mixes the two around each place along every axis, which is smooth. Where pixel centers "
                        "are taken to lie is said by coordinates: libraries differ, and half a pixel is enough to "
                        "change an answer. Without antialias a much smaller picture skips pixels and shows patterns "
                        "that were not there.",
                        parse};

}  // namespace striate
