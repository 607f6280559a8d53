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
    const FilterKernel& kernel = chain.stages[(k - 1) % chain.stages.size()].kernel;
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

// Runs the first `count` applications for a region and hands the last one's input to `first` (when it reads the
// picture's bytes) or `later` (when it reads what a stage made).
class Run {
 public:
  Run(Stream& stream, const FilterChain& chain, Picture<const uint8_t> input, Region region,
      const std::atomic<bool>* canceled = nullptr)
      : stream_(stream), chain_(chain), input_(input), canceled_(canceled) {
    check(chain.repeat >= 1 && !chain.stages.empty(), "a chain of {} stages, {} times", chain.stages.size(),
          chain.repeat);
    check(region.x >= 0 && region.y >= 0 && region.width >= 1 && region.height >= 1 &&
              region.x + region.width <= input.width && region.y + region.height <= input.height,
          "region {},{} {}x{} of a picture of {}x{}", region.x, region.y, region.width, region.height, input.width,
          input.height);
    for (const FilterStage& stage : chain.stages) stages_.push_back(with_strength(stage));
    areas_ = plan(chain, chain.application_count(), input.width, input.height, region);
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
    filter_values(stream_, stage(1).kernel, options(1), from_picture.picture, from_picture.region, made.data(),
                  row_stride(1));
    stream_.synchronize();  // what the queued kernel reads is about to be released
    uploaded_ = {};
    for (size_t k = 2; k < count; ++k) {
      if (canceled_ && *canceled_) return;
      Buffer<float> next(stream_.device(), value_count(k), "a filter's intermediate result");
      const Prepared<float> from = prepare(made, k);
      filter_values(stream_, stage(k).kernel, options(k), from.picture, from.region, next.data(), row_stride(k));
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
  const FilterChain& chain_;
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

double kernel_sum(const FilterKernel& kernel) {
  double sum = 0;
  for (double tap : kernel.taps) sum += tap;
  return sum;
}

FilterStage with_strength(const FilterStage& stage) {
  if (stage.strength == 1) return stage;
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
  for (const FilterStage& stage : chain.stages) {
    reach.x += margin_of(stage.kernel.width, stage.kernel.anchor_column());
    reach.y += margin_of(stage.kernel.height, stage.kernel.anchor_row());
  }
  return {reach.x * chain.repeat, reach.y * chain.repeat};
}

double cost_of(const FilterChain& chain, int channels, Region region) {
  double cost = 0;
  Reach left = reach_of(chain);
  for (int turn = 0; turn < chain.repeat; ++turn) {
    for (const FilterStage& stage : chain.stages) {
      const FilterKernel& kernel = stage.kernel;
      left.x -= margin_of(kernel.width, kernel.anchor_column());
      left.y -= margin_of(kernel.height, kernel.anchor_row());
      std::vector<double> column, row;
      const bool split = kernel.width > 1 && kernel.height > 1 && separate(kernel, &column, &row);
      const double taps = split ? kernel.width + kernel.height : static_cast<double>(kernel.taps.size());
      cost += taps * channels * (region.width + 2.0 * left.x) * (region.height + 2.0 * left.y);
    }
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
  run.last(
      [&](const FilterStage& stage, const Prepared<uint8_t>& from) {
        to_host(stream, row, region.height, output, output_stride, [&](uint8_t* to, int64_t stride) {
          filter(stream, stage.kernel, options, from.picture, from.region, to, stride);
        });
      },
      [&](const FilterStage& stage, const Prepared<float>& from) {
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
    to_host(stream, row, region.height, output, row, [&](float* to, int64_t stride) {
      filter_values(stream, stage.kernel, options, from.picture, from.region, to, stride);
    });
  };
  run.last(values, values);
}

void filter_chain_input_of_last(Stream& stream, const FilterChain& chain, Picture<const uint8_t> input, Region region,
                                float* output) {
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
    range = filter_range(stream, stage.kernel, options, from.picture, from.region);
  };
  run.last(measure, measure);
  return range;
}

}  // namespace striate
