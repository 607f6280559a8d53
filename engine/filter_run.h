// A filter chain over a whole picture, for the screen: the result and halves of it, down to one pixel. The largest
// level is computed band by band and averaged at once. The largest ones are kept only where asked, since tiles of them
// can be computed when they are seen (engine/filter_chain.h): the first two are 15/16 of the result's bytes.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "engine/filter_chain.h"
#include "engine/image.h"

namespace striate {

struct FilteredPicture {
  struct Level {
    int width = 0, height = 0;
    std::vector<uint8_t> bytes;  // channels interleaved; empty: not kept
  };
  int channels = 0;
  std::vector<Level> levels;  // level l has ceil(size / 2^l) columns and rows; means of up to 2 x 2 of the level before
  Range range;                // of the raw values, over the whole picture; measured for min-max only
  bool has_range = false;
  double milliseconds = 0;  // spent filtering: the pass that measures the range included, the smaller levels not
  std::string device;       // Device::name() of where it ran
};

// Keeps level `finest` and all smaller ones, the smallest in any case. Polls `canceled` between bands and then returns
// null. `share` goes from 0 to 1.
std::shared_ptr<FilteredPicture> run_filter_chain(Stream& stream, const FilterChain& chain, const Image& image,
                                                  int finest, const std::atomic<bool>& canceled,
                                                  std::atomic<float>& share);

// The result at full size as a picture of its own, to be saved. The same about canceling.
ImagePtr filtered_image(Stream& stream, const FilterChain& chain, const Image& image, const std::atomic<bool>& canceled,
                        std::atomic<float>& share);

}  // namespace striate
