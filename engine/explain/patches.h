// The strongest places in a set of pictures: what the units of a layer respond to most, shown by examples. One sweep
// finds them for all channels at once:
//
//   per picture    every channel's largest value and where it stands (the first of equal ones)
//   per channel    the ten strongest of these, the strongest first; of equal ones the earlier picture
//   each           cut out of the prepared picture to the unit's receptive field, 0 where that lies outside
//
// Pictures are read and prepared on threads of their own while the network computes on batches; one that can't be read
// is counted and passed over. What was found is kept in a file, by the weights' hash, the layer, lesions, preparation
// and the set's own key (a folder's names, sizes and times), so that asking again costs nothing.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "engine/explain/patch_source.h"
#include "engine/explain/receptive_field.h"
#include "engine/session/open_network.h"

namespace striate {

struct Patch {
  float value = 0;
  int64_t picture = -1;         // in the source
  int64_t row = 0, column = 0;  // in the layer's map
  std::string name;             // of the picture
};

struct Patches {
  int node = 0;
  std::vector<std::vector<Patch>> best;  // per channel, the strongest first; fewer where fewer pictures were seen
  // A small copy of each, 0..1 (C, H, W), `keep` of them for every channel; 0 where there is none.
  Shape small;
  int keep = 0;
  std::vector<uint8_t> thumbnails;
  int64_t seen = 0, all = 0, unreadable = 0;  // pictures; seen: with those that can't be read
  std::vector<std::string> problems;          // the first few of those, with the reason
  bool finished = false;                      // all of them were seen
  bool from_cache = false;
  // Values 0..1.
  std::vector<float> thumbnail(int64_t channel, int64_t n) const;
};

struct PatchOptions {
  int keep = 10;
  int batch = 8;
  int small = 32;            // sides of the small copies, at most
  std::string cache_folder;  // empty: nothing is kept
};

// After each batch; false ends it: what was seen so far comes back, not finished.
using PatchProgress = std::function<bool(const Patches& so_far)>;

// Throws Error: a network that takes no pictures, no pictures that can be read.
Patches find_patches(OpenNetwork& network, int node, const PatchSource& source, const PatchOptions& options,
                     const PatchProgress& progress = nullptr);

// One of them at the size of its receptive field. Throws Error: a picture that is gone.
struct CutPatch {
  Shape shape;                // (C, H, W)
  std::vector<float> pixels;  // 0..1
  FieldBox box;
};
CutPatch cut_patch(const OpenNetwork& network, int node, int64_t channel, const Patch& patch,
                   const PatchSource& source);

// The box of a picture (C, H, W), 0 outside of it.
std::vector<float> cut_box(const Shape& picture, const std::vector<float>& pixels, const FieldBox& box);

}  // namespace striate
