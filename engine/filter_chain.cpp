#include "engine/filter_chain.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "engine/error.h"
#include "kernels/memory.h"
#include "kernels/threads.h"

namespace striate {
namespace {

// Columns or rows from `begin` to before `end`, in coordinates of the whole picture. With wrap they may lie outside.
struct Span {
  int begin = 0, end = 0;
  int size() const { return end - begin; }
  bool inside(int whole) const { return begin >= 0 && end <= whole; }
};

struct Area {
  Span x, y;
};

int margin_of(int size, int anchor) { return std::max(anchor, size - 1 - anchor); }

// What must be known of a stage's input to compute `output` of it. The same margin on both sides, so that a mirrored
// pixel is always among them.
Span needed(Span output, int margin, int whole, Border border) {
  Span input{output.begin - margin, output.end + margin};
  if (border != Border::wrap) return {std::max(input.begin, 0), std::min(input.end, whole)};
  return input.size() >= whole ? Span{0, whole} : input;
}

// areas[k] is what is computed by the k-th application, areas[0] what is read of the picture. Where an area covers the
// picture or ends at its edge the filter's own border rule is right; elsewhere it is never asked.
std::vector<Area> plan(const FilterChain& chain, size_t applications, int width, int height, Region region) {
  std::vector<Area> areas(applications + 1);
  areas[applications] = {{region.x, region.x + region.width}, {region.y, region.y + region.height}};
  for (size_t k = applications; k > 0; --k) {
    const FilterStage& stage = chain.stages[(k - 1) % chain.stages.size()];
    const FilterKernel& kernel = stage.kernel;
    if (stage.kind == FilterKind::canny) {
      areas[k - 1] = {{0, width}, {0, height}};
      continue;
    }
    areas[k - 1] = {
        needed(areas[k].x, margin_of(kernel.width, kernel.anchor_column()), width, chain.border),
        needed(areas[k].y, margin_of(kernel.height, kernel.anchor_row()), height, chain.border),
    };
  }
  // A wrapped span that was cut to the whole picture has no room for columns outside it: compute them all.
  for (size_t k = 1; k <= applications; ++k) {
    if (areas[k - 1].x.inside(width) && !areas[k].x.inside(width)) areas[k].x = {0, width};
    if (areas[k - 1].y.inside(height) && !areas[k].y.inside(height)) areas[k].y = {0, height};
  }
  return areas;
}

// A rectangle of the picture, rows without gaps; coordinates outside come from the other side.
std::vector<uint8_t> gathered(Picture<const uint8_t> input, const Area& area) {
  const size_t channels = static_cast<size_t>(input.channels);
  std::vector<uint8_t> bytes(static_cast<size_t>(area.x.size()) * area.y.size() * channels);
  uint8_t* to = bytes.data();
  for (int y = area.y.begin; y < area.y.end; ++y) {
    const uint8_t* row = input.data + border_index(y, input.height, Border::wrap) * input.row_stride;
    if (area.x.inside(input.width)) {
      std::memcpy(to, row + area.x.begin * channels, area.x.size() * channels);
      to += area.x.size() * channels;
      continue;
    }
    for (int x = area.x.begin; x < area.x.end; ++x) {
      std::memcpy(to, row + border_index(x, input.width, Border::wrap) * channels, channels);
      to += channels;
    }
  }
  return bytes;
}

// The input of one application on the stream's device, and how the region lies in it.
template <typename T>
struct Prepared {
  Picture<const T> picture;
  Region region;
};

Region within(const Area& area, const Area& input) {
  return {area.x.begin - input.x.begin, area.y.begin - input.y.begin, area.x.size(), area.y.size()};
}

// About how many multiplications of a linear filter one value of a stage takes the time of: as `striate bench kernels`
// has them on a processor, at the third of a nanosecond for one that the page's limits were chosen by.
double cost_of_value(const FilterStage& stage) {
  const FilterKernel& kernel = stage.kernel;
  const double taps = static_cast<double>(kernel.taps.size());
  switch (stage.kind) {
    case FilterKind::linear: {
      std::vector<double> column, row;
      const bool split = kernel.width > 1 && kernel.height > 1 && separate(kernel, &column, &row);
      return split ? kernel.width + kernel.height : taps;
    }
    case FilterKind::median:
      return 6 * taps;
    case FilterKind::canny:
      return 30;
    case FilterKind::bilateral:
      return 3 * taps;
    default:
      return 2.5 * taps;
  }
}

// What a stage makes of its input: the raw values of a region.
template <typename T>
void values_of(Stream& stream, const FilterStage& stage, const FilterOptions& options, const Prepared<T>& from,
               float* output, int64_t stride) {
  if (stage.is_linear()) {
    filter_values(stream, stage.kernel, options, from.picture, from.region, output, stride);
    return;
  }
  if (stage.kind != FilterKind::canny) {
    window_filter(stream, window_filter_of(stage.kind, stage.own), options.border, from.picture, from.region, output,
                  stride);
    return;
  }
  const Picture<const T>& whole = from.picture;
  Buffer<CannyState> states(stream.device(), static_cast<int64_t>(whole.width) * whole.height, "a picture's edges");
  canny_states(stream, {stage.own.low, stage.own.high, options.border}, whole, states.data());
  canny_follow(stream, whole.width, whole.height, states.data());
  canny_write(stream, states.data(), whole, from.region, output, stride);
  stream.synchronize();  // the states are about to be released
}

// Runs the first `count` applications for a region and hands the last one's input to `first` (when it reads the
// picture's bytes) or `later` (when it reads what a stage made).
class Run {
 public:
  Run(Stream& stream, const FilterChain& chain, Picture<const uint8_t> input, Region region,
      const std::atomic<bool>* canceled = nullptr)
      : stream_(stream), chain_(taken_apart(chain)), input_(input), canceled_(canceled) {
    check(chain.repeat >= 1 && !chain.stages.empty(), "a chain of {} stages, {} times", chain.stages.size(),
          chain.repeat);
    check(region.x >= 0 && region.y >= 0 && region.width >= 1 && region.height >= 1 &&
              region.x + region.width <= input.width && region.y + region.height <= input.height,
          "region {},{} {}x{} of a picture of {}x{}", region.x, region.y, region.width, region.height, input.width,
          input.height);
    for (const FilterStage& stage : chain_.stages) {
      if (!stage.is_linear()) check_nonlinear(stage.kind, stage.own);
      stages_.push_back(with_strength(stage));
    }
    areas_ = plan(chain_, chain_.application_count(), input.width, input.height, region);
  }

  // Computes everything before the last application.
  template <typename First, typename Later>
  void last(const First& first, const Later& later) {
    const size_t count = chain_.application_count();
    Prepared<uint8_t> from_picture = prepare();
    if (count == 1) {
      first(stage(1), from_picture);
      return;
    }
    Buffer<float> made(stream_.device(), value_count(1), "a filter's intermediate result");
    values_of(stream_, stage(1), options(1), from_picture, made.data(), row_stride(1));
    stream_.synchronize();  // what the queued kernel reads is about to be released
    uploaded_ = {};
    for (size_t k = 2; k < count; ++k) {
      if (canceled_ && *canceled_) return;
      Buffer<float> next(stream_.device(), value_count(k), "a filter's intermediate result");
      const Prepared<float> from = prepare(made, k);
      values_of(stream_, stage(k), options(k), from, next.data(), row_stride(k));
      stream_.synchronize();  // `made` is about to be released
      made = std::move(next);
    }
    later(stage(count), prepare(made, count));
  }

  FilterOptions options(size_t k) const {
    FilterOptions options;
    options.border = chain_.border;
    options.divisor = stage(k).divisor;
    options.offset = stage(k).offset;
    return options;
  }
  FilterOptions last_options() const { return options(chain_.application_count()); }
  int64_t row_stride(size_t k) const { return static_cast<int64_t>(areas_[k].x.size()) * input_.channels; }
  int64_t value_count(size_t k) const { return row_stride(k) * areas_[k].y.size(); }
  // What the application before the last one made: for those who want to see the last one's input.
  const Area& area(size_t k) const { return areas_[k]; }

 private:
  const FilterStage& stage(size_t k) const { return stages_[(k - 1) % stages_.size()]; }

  Prepared<uint8_t> prepare() {
    const bool inside = areas_[1].x.inside(input_.width) && areas_[1].y.inside(input_.height);
    if (stream_.device().is_cpu() && inside) return {input_, within(areas_[1], {{0, 0}, {0, 0}})};
    const Area& area = areas_[0];
    Picture<const uint8_t> part = input_;
    part.width = area.x.size();
    part.height = area.y.size();
    part.row_stride = row_stride(0);
    const bool rows_as_they_are = area.x.begin == 0 && area.x.end == input_.width && area.y.inside(input_.height) &&
                                  input_.row_stride == part.row_stride;
    if (rows_as_they_are) {
      part.data = input_.data + area.y.begin * input_.row_stride;
    } else {
      gathered_ = gathered(input_, area);
      part.data = gathered_.data();
    }
    if (stream_.device().is_gpu()) {
      uploaded_ = Buffer<uint8_t>(stream_.device(), value_count(0), "a part of the picture");
      upload(stream_, uploaded_, part.data, value_count(0));
      part.data = uploaded_.data();
    }
    return {part, within(areas_[1], area)};
  }

  Prepared<float> prepare(const Buffer<float>& made, size_t k) const {
    Picture<const float> picture;
    picture.data = made.data();
    picture.width = areas_[k - 1].x.size();
    picture.height = areas_[k - 1].y.size();
    picture.row_stride = row_stride(k - 1);
    picture.channels = input_.channels;
    picture.alpha = input_.alpha;
    return {picture, within(areas_[k], areas_[k - 1])};
  }

  Stream& stream_;
  const FilterChain chain_;  // taken apart
  Picture<const uint8_t> input_;
  const std::atomic<bool>* canceled_;
  std::vector<FilterStage> stages_;  // strength mixed in
  std::vector<Area> areas_;
  std::vector<uint8_t> gathered_;
  Buffer<uint8_t> uploaded_;
};

// Nearest, half to even, then 0 .. 255. Adding 1.5 * 2^23 leaves no room for a fraction, so the processor rounds.
uint8_t rounded(float value) {
  const float low = value > 0 ? value : 0;  // also for NaN
  const float clamped = low < 255 ? low : 255;
  constexpr float kRound = 12582912.0f;
  return static_cast<uint8_t>((clamped + kRound) - kRound);
}

void round_rows(const float* from, int64_t row, int rows, uint8_t* to, int64_t to_stride) {
  parallel_for(rows, [=](int64_t begin, int64_t end) {
    for (int64_t y = begin; y < end; ++y) {
      for (int64_t i = 0; i < row; ++i) to[y * to_stride + i] = rounded(from[y * row + i]);
    }
  });
}

// Raw values of filters that are no sum as bytes; alpha as it is.
void show_rows(const float* from, const Picture<const uint8_t>& input, int width, int rows, Show show, Range range,
               uint8_t* to, int64_t to_stride) {
  const int channels = input.channels, filtered = input.filtered_channels();
  parallel_for(rows, [=](int64_t begin, int64_t end) {
    for (int64_t y = begin; y < end; ++y) {
      const float* values = from + y * width * channels;
      uint8_t* bytes = to + y * to_stride;
      for (int64_t x = 0; x < width; ++x, values += channels, bytes += channels) {
        for (int c = 0; c < filtered; ++c) bytes[c] = rounded(static_cast<float>(shown_value(values[c], show, range)));
        if (filtered < channels) bytes[filtered] = rounded(values[filtered]);
      }
    }
  });
}

// Runs `compute(memory)` on the stream's device and brings rows * row values to the host.
template <typename T, typename F>
void to_host(Stream& stream, int64_t row, int rows, T* output, int64_t stride, const F& compute) {
  if (stream.device().is_cpu()) {
    compute(output, stride);
    return;
  }
  Buffer<T> result(stream.device(), row * rows, "a filter's result");
  compute(result.data(), row);
  if (stride == row) {
    download(stream, output, result, row * rows);
    return;
  }
  std::vector<T> host(static_cast<size_t>(row) * rows);
  download(stream, host.data(), result, row * rows);
  for (int y = 0; y < rows; ++y) std::memcpy(output + y * stride, host.data() + y * row, row * sizeof(T));
}

}  // namespace

double shown_value(double value, Show show, const Range& range) {
  switch (show) {
    case Show::clip:
      return value;
    case Show::absolute:
      return std::fabs(value);
    case Show::offset128:
      return value + 128;
    case Show::minmax:
      return range.high > range.low ? (value - range.low) * 255 / (range.high - range.low) : 0;
  }
  return value;
}

double kernel_sum(const FilterKernel& kernel) {
  double sum = 0;
  for (double tap : kernel.taps) sum += tap;
  return sum;
}

FilterStage nonlinear_stage(FilterKind kind, const NonlinearSettings& settings) {
  check_nonlinear(kind, settings);
  FilterStage stage;
  stage.kind = kind;
  stage.own = settings;
  stage.kernel = window_of(kind, settings);
  return stage;
}

FilterChain taken_apart(const FilterChain& chain) {
  FilterChain apart = chain;
  apart.stages.clear();
  for (const FilterStage& stage : chain.stages) {
    apart.stages.push_back(stage);
    if (stage.kind != FilterKind::opening && stage.kind != FilterKind::closing) continue;
    const bool opening = stage.kind == FilterKind::opening;
    apart.stages.back().kind = opening ? FilterKind::erosion : FilterKind::dilation;
    apart.stages.push_back(stage);
    apart.stages.back().kind = opening ? FilterKind::dilation : FilterKind::erosion;
  }
  return apart;
}

FilterChain up_to_stage(const FilterChain& chain, int stage) {
  if (stage <= 0 || static_cast<size_t>(stage) > chain.stages.size()) return chain;
  FilterChain part = chain;
  part.stages.resize(static_cast<size_t>(stage));
  part.repeat = 1;
  return part;
}

FilterStage with_strength(const FilterStage& stage) {
  if (stage.strength == 1 || !stage.is_linear()) return stage;
  FilterStage mixed = stage;
  mixed.strength = 1;
  for (double& tap : mixed.kernel.taps) tap *= stage.strength;
  const size_t middle =
      static_cast<size_t>(stage.kernel.anchor_row()) * stage.kernel.width + stage.kernel.anchor_column();
  mixed.kernel.taps[middle] += (1 - stage.strength) * stage.divisor;
  mixed.offset = stage.offset * stage.strength;
  return mixed;
}

Reach reach_of(const FilterChain& chain) {
  Reach reach;
  for (const FilterStage& stage : taken_apart(chain).stages) {
    reach.x += margin_of(stage.kernel.width, stage.kernel.anchor_column());
    reach.y += margin_of(stage.kernel.height, stage.kernel.anchor_row());
    reach.whole |= stage.kind == FilterKind::canny;
  }
  return {reach.x * chain.repeat, reach.y * chain.repeat, reach.whole};
}

double cost_of(const FilterChain& chain, Picture<const uint8_t> input, Region region) {
  const FilterChain apart = taken_apart(chain);
  const int right = std::clamp(region.x + region.width, 1, input.width);
  const int bottom = std::clamp(region.y + region.height, 1, input.height);
  const int left = std::clamp(region.x, 0, right - 1), top = std::clamp(region.y, 0, bottom - 1);
  const std::vector<Area> areas =
      plan(apart, apart.application_count(), input.width, input.height, {left, top, right - left, bottom - top});
  double cost = 0;
  for (size_t k = 1; k < areas.size(); ++k) {
    const FilterStage& stage = apart.stages[(k - 1) % apart.stages.size()];
    const Area& area = stage.kind == FilterKind::canny ? areas[k - 1] : areas[k];
    cost += cost_of_value(stage) * input.channels * area.x.size() * area.y.size();
  }
  return cost;
}

Picture<const uint8_t> picture_of(const Image& image) {
  Picture<const uint8_t> picture;
  picture.data = image.bytes.data();
  picture.row_stride = static_cast<int64_t>(image.width) * image.channels;
  picture.width = image.width;
  picture.height = image.height;
  picture.channels = image.channels;
  picture.alpha = image.has_alpha();
  return picture;
}

void filter_chain(Stream& stream, const FilterChain& chain, Range range, Picture<const uint8_t> input, Region region,
                  uint8_t* output, int64_t output_stride, const std::atomic<bool>* canceled) {
  Run run(stream, chain, input, region, canceled);
  FilterOptions options = run.last_options();
  options.show = chain.show;
  options.low = range.low;
  options.high = range.high;
  const int64_t row = static_cast<int64_t>(region.width) * input.channels;
  const auto values = [&](const FilterStage& stage, const auto& from) {
    std::vector<float> raw(static_cast<size_t>(row) * region.height);
    to_host(stream, row, region.height, raw.data(), row,
            [&](float* to, int64_t stride) { values_of(stream, stage, options, from, to, stride); });
    show_rows(raw.data(), input, region.width, region.height, chain.show, range, output, output_stride);
  };
  run.last(
      [&](const FilterStage& stage, const Prepared<uint8_t>& from) {
        if (!stage.is_linear()) return values(stage, from);
        to_host(stream, row, region.height, output, output_stride, [&](uint8_t* to, int64_t stride) {
          filter(stream, stage.kernel, options, from.picture, from.region, to, stride);
        });
      },
      [&](const FilterStage& stage, const Prepared<float>& from) {
        if (!stage.is_linear()) return values(stage, from);
        std::vector<float> shown(static_cast<size_t>(row) * region.height);
        to_host(stream, row, region.height, shown.data(), row, [&](float* to, int64_t stride) {
          filter(stream, stage.kernel, options, from.picture, from.region, to, stride);
        });
        round_rows(shown.data(), row, region.height, output, output_stride);
      });
}

void filter_chain_values(Stream& stream, const FilterChain& chain, Picture<const uint8_t> input, Region region,
                         float* output) {
  Run run(stream, chain, input, region);
  const FilterOptions options = run.last_options();
  const int64_t row = static_cast<int64_t>(region.width) * input.channels;
  const auto values = [&](const FilterStage& stage, const auto& from) {
    to_host(stream, row, region.height, output, row,
            [&](float* to, int64_t stride) { values_of(stream, stage, options, from, to, stride); });
  };
  run.last(values, values);
}

void filter_chain_input_of_last(Stream& stream, const FilterChain& whole_chain, Picture<const uint8_t> input,
                                Region region, float* output) {
  const FilterChain chain = taken_apart(whole_chain);
  if (chain.application_count() > 1) {
    // The chain without its last application, as one turn of all the others.
    FilterChain before = chain;
    before.repeat = 1;
    before.stages.clear();
    for (size_t k = 0; k + 1 < chain.application_count(); ++k)
      before.stages.push_back(chain.stages[k % chain.stages.size()]);
    filter_chain_values(stream, before, input, region, output);
    return;
  }
  const Area area{{region.x, region.x + region.width}, {region.y, region.y + region.height}};
  const std::vector<uint8_t> bytes = gathered(input, area);
  std::copy(bytes.begin(), bytes.end(), output);
}

Range filter_chain_range(Stream& stream, const FilterChain& chain, Picture<const uint8_t> input, Region region,
                         const std::atomic<bool>* canceled) {
  Run run(stream, chain, input, region, canceled);
  const FilterOptions options = run.last_options();
  Range range;
  const auto measure = [&](const FilterStage& stage, const auto& from) {
    if (!stage.is_linear()) {
      const int64_t row = static_cast<int64_t>(region.width) * input.channels;
      std::vector<float> values(static_cast<size_t>(row) * region.height);
      to_host(stream, row, region.height, values.data(), row,
              [&](float* to, int64_t stride) { values_of(stream, stage, options, from, to, stride); });
      range = {values[0], values[0]};
      for (size_t i = 0; i < values.size(); ++i) {
        if (input.alpha && i % static_cast<size_t>(input.channels) == static_cast<size_t>(input.channels) - 1) continue;
        range.low = std::min(range.low, static_cast<double>(values[i]));
        range.high = std::max(range.high, static_cast<double>(values[i]));
      }
      return;
    }
    range = filter_range(stream, stage.kernel, options, from.picture, from.region);
  };
  run.last(measure, measure);
  return range;
}

}  // namespace striate
