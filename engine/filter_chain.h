// Filters one after the other: a chain of stages, run once or several times, on a picture in the host's memory.
//
// Between two stages the numbers stay as they are: 32-bit floats, neither rounded nor clamped, so that the negative
// half of an edge survives until the end. Only the last stage's result is shown: clip, abs, offset 128 or min-max,
// rounded half to even, clamped to 0 .. 255. Each channel is filtered on its own (but for what bilateral and canny look
// at, engine/nonlinear_filter.h); alpha is carried through.
//
// A stage is a kernel, or one of the filters that are no sum of products. Opening and closing run as two applications,
// an erosion and a dilation. Canny's edges hang together over the whole picture: whatever region is asked for, its
// input is computed whole.
//
// Everything computes a region of the whole result: a band of the worker, a tile on the screen and the one pixel under
// the cursor come from the same function. A stage outside the picture continues its own input by the border rule.
// `input` is in the host's memory whatever the stream's device is; what a device needs is sent there. Every function
// throws Error for a stage out of range (kernel size, divisor 0, a number that is not finite).
#pragma once

#include <atomic>
#include <vector>

#include "engine/image.h"
#include "engine/nonlinear_filter.h"
#include "kernels/image_filter.h"
#include "kernels/stream.h"

namespace striate {

struct FilterStage {
  FilterKernel kernel;  // of a filter that is no sum: its window, as nonlinear_stage() makes it
  double divisor = 1;   // not 0
  double offset = 0;    // added after the division
  double strength = 1;  // 0: the stage changes nothing, 1: the whole filter, above 1: exaggerated
  // Of what is no sum there are no divisor, offset and strength: they are 1, 0 and 1.
  FilterKind kind = FilterKind::linear;
  NonlinearSettings own;
  bool is_linear() const { return kind == FilterKind::linear; }
  bool operator==(const FilterStage&) const = default;
};

struct FilterChain {
  std::vector<FilterStage> stages{FilterStage{}};  // at least one
  int repeat = 1;                                  // the whole chain, this many times
  Border border = Border::replicate;
  Show show = Show::clip;

  size_t application_count() const { return stages.size() * static_cast<size_t>(repeat); }
  bool operator==(const FilterChain&) const = default;
};

// A stage of a filter that is no sum of products. Throws what check_nonlinear() throws.
FilterStage nonlinear_stage(FilterKind kind, const NonlinearSettings& settings);

// What runs one after the other: opening and closing as the erosion and the dilation that they are.
FilterChain taken_apart(const FilterChain& chain);
// The chain up to the stage of this number, from 1, at its first turn; the whole chain for 0 and beyond the last one.
FilterChain up_to_stage(const FilterChain& chain, int stage);

// The kernel and offset that do what the stage does with its strength: strength * filter + (1 - strength) * identity.
// The kernel's numbers are mixed, so the printed products are those of this kernel. Itself where strength is 1.
FilterStage with_strength(const FilterStage& stage);

// The sum of a kernel's numbers.
double kernel_sum(const FilterKernel& kernel);

// How many pixels the chain looks beyond the one it computes, at most, in x and y.
struct Reach {
  int x = 0, y = 0;
  bool whole = false;  // the whole picture, for any pixel
};
Reach reach_of(const FilterChain& chain);

// About how many multiplications a region of a picture costs, halos and separable kernels considered. Parts of the
// region that are outside the picture are not counted.
double cost_of(const FilterChain& chain, Picture<const uint8_t> input, Region region);

Picture<const uint8_t> picture_of(const Image& image);

// The shown 8-bit result of `region` (inside the picture). `range` is what min-max maps to 0 and 255; see
// filter_chain_range(). output: region.height rows of region.width * channels values, output_stride values apart.
// `canceled`, when given, is polled between two filters; what is written after it was set means nothing.
void filter_chain(Stream& stream, const FilterChain& chain, Range range, Picture<const uint8_t> input, Region region,
                  uint8_t* output, int64_t output_stride, const std::atomic<bool>* canceled = nullptr);

// The raw values of `region`: the last stage's sum / divisor + offset, or what a filter that is no sum gives, before
// show, rounding and clamping. Rows without gaps; alpha is the input's.
void filter_chain_values(Stream& stream, const FilterChain& chain, Picture<const uint8_t> input, Region region,
                         float* output);

// What the last application reads: the values that all but the last of taken_apart() made of `region` (inside the
// picture), or the picture's own where there is one stage. Rows without gaps.
void filter_chain_input_of_last(Stream& stream, const FilterChain& chain, Picture<const uint8_t> input, Region region,
                                float* output);

// What is shown of a raw value; neither rounded nor clamped. `range`: of the whole result, for Show::minmax alone.
double shown_value(double value, Show show, const Range& range);

// The smallest and largest raw value in `region`, over the filtered channels.
Range filter_chain_range(Stream& stream, const FilterChain& chain, Picture<const uint8_t> input, Region region,
                         const std::atomic<bool>* canceled = nullptr);

}  // namespace striate
