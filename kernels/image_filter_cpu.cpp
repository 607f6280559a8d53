// The CPU's special forms of image filtering for 8-bit pictures, beside the shared form of image_filter.cu. Tests hold
// them to the shared form and to the double reference. They are here because they are far more than 1.3 times as fast:
// about 100 times for 3 x 3 and 70 times for 7 x 7 on two threads (6 megapixels RGB, Zen 4, on a busy machine).
// Expected was the time of the memory, 3.2 ms for 24 megapixels on two threads; one thread takes 11.3 to 12.2 ms of its
// processor for 5 taps and 13.9 to 15.8 ms for 9, and copying the picture takes it 4.8 ms.
//
// The picture is cut into bands of rows, bands into strips, and a strip's rows stay in the cache. A row is computed
// from pointers to the input's rows; only where the kernel hangs over the border are rows copied, so that no loop has a
// test for it, and strips are narrow there. Finished rows go to memory past the cache. Three ways to compute a row, all
// with the same, exact result:
//
//   whole     the taps are whole numbers times one unit (edge, sharpen, box, binomial, Sobel ...): sums of 16 or 32-bit
//             integers are exact. There are few possible sums, so every one of them is checked beforehand against the
//             double formula, and the first finish that gets all of them right is taken. Taps that fit a byte go by
//             twos (byte_pairs.h).
//   floats    any kernel: float sums with a known bound, by columns and rows where the kernel separates. Values that
//             come within the bound of a tie are made again in double precision.
//   doubles   the sum as the double formula has it, one value at a time.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "kernels/image_filter_cpu.h"
#include "kernels/image_filter_strip_cpu.h"
#include "kernels/memory.h"
#include "kernels/threads.h"

namespace striate {
namespace filtering {
namespace {

constexpr int kBandRows = 32;
constexpr int64_t kSmallPicture = 16384;  // values; below it a plan costs more than it saves

// Where strips begin and end, in columns of the picture. Those where the kernel hangs over the border are narrow: their
// rows have to be copied.
std::vector<int> strip_cuts(const Job& job) {
  const Arguments& a = job.a;
  const int begin = job.region.x, end = begin + job.region.width;
  const int narrow = (kChunk + job.input.channels - 1) / job.input.channels;
  const bool left = begin<a.anchor_x, right = end> job.input.width - (a.width - 1 - a.anchor_x);
  const int edge = std::max(narrow, a.width);
  std::vector<int> cuts{begin};
  if (job.region.width > 4 * edge) {  // what lies between the edges is wider than a chunk, too
    if (left) cuts.push_back(begin + edge);
    const int inner_end = right ? end - edge : end;
    while (inner_end - cuts.back() > job.strip_pixels) {
      // A rest narrower than a chunk would be copied, too.
      cuts.push_back(std::min(cuts.back() + job.strip_pixels, inner_end - edge));
    }
    cuts.push_back(inner_end);
    if (right) cuts.push_back(end);
  } else {
    while (end - cuts.back() > job.strip_pixels) cuts.push_back(cuts.back() + job.strip_pixels);
    cuts.push_back(end);
  }
  return cuts;
}

// Strip after strip of every band; the bands are shared out to the threads.
void run(Job job, std::vector<Range>* ranges) {
  const Region region = job.region;
  const int bands = (region.height + kBandRows - 1) / kBandRows;
  const std::vector<int> cuts = strip_cuts(job);
  if (ranges) ranges->assign(bands, Range{INFINITY, -INFINITY});
  parallel_for(bands, [&](int64_t first, int64_t last) {
    Workspace space;
    for (int64_t band = first; band < last; ++band) {
      const int y = static_cast<int>(band) * kBandRows;
      const int rows = std::min(kBandRows, region.height - y);
      Job mine = job;
      if (ranges) mine.range = &(*ranges)[band];
      for (size_t i = 0; i + 1 < cuts.size(); ++i) {
        Strip(mine, space, cuts[i], region.y + y, cuts[i + 1] - cuts[i], rows).run();
      }
    }
    finish_copies();
  });
}

}  // namespace

bool filter_on_cpu(const Arguments& a, Picture<const uint8_t> input, Region region, uint8_t* output, int64_t stride) {
  Job job{a, input, region, output, stride, nullptr, nullptr};
  job.strip_pixels = std::max(1, kStripValues / input.channels);
  const int64_t values = static_cast<int64_t>(region.width) * region.height * input.channels;
  WholePlan whole;
  FloatPlan floats;
  if (values > kSmallPicture) {
    if (make_whole_plan(a, &whole)) {
      job.whole = &whole;
      if (by_pairs(job)) job.strip_pixels = kPairStripValues / input.channels;
    } else {
      floats = make_float_plan(a);
      if (floats.bound < 0.25f) {
        job.floats = &floats;
        job.strip_pixels = std::max(1, 768 / input.channels);
      }
    }
  }
  run(job, nullptr);
  return true;
}

bool range_on_cpu(const Arguments& a, Picture<const uint8_t> input, Region region, Range* range) {
  Job job{a, input, region, nullptr, 0, nullptr, nullptr};
  job.strip_pixels = std::max(1, kStripValues / input.channels);
  std::vector<Range> ranges;
  run(job, &ranges);
  *range = ranges[0];
  for (const Range& r : ranges) *range = {std::min(range->low, r.low), std::max(range->high, r.high)};
  return true;
}

}  // namespace filtering
}  // namespace striate
