// What the page `hardware` computes behind the window: the picture as the kernels read it, the observed run, and the
// result beside the right one.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "app/worker/latest.h"
#include "engine/hardware/observation.h"
#include "engine/image.h"
#include "kernels/teach.h"

namespace striate {

const std::vector<std::string>& hardware_tasks();  // words, in the order of TeachTask
// What it is called, to be translated: "matrix product".
const char* title_of(TeachTask task);
inline const std::string& word_of(TeachTask task) { return hardware_tasks()[static_cast<size_t>(task)]; }

struct HardwareRequest {
  TeachTask task = TeachTask::copy;
  std::string version = "strided";
  TeachSettings settings;
  int warp = 0;
  bool barrier = true;
  uint64_t image = 0;  // Document::image_version
  bool operator==(const HardwareRequest& o) const {
    return task == o.task && version == o.version && settings.n == o.settings.n && settings.width == o.settings.width &&
           settings.height == o.settings.height && settings.stride == o.settings.stride && warp == o.warp &&
           barrier == o.barrier && image == o.image;
  }
};

// All of one observed run; immutable.
struct HardwareMoment {
  HardwareRequest of;
  Observation seen;
  std::shared_ptr<const std::vector<float>> a;
  std::vector<float> b;
  std::vector<float> right;    // the result with every barrier; empty where none is missing: then seen.result is it
  std::vector<uint8_t> shown;  // the result as n x n bytes, of the channel that the warp's block computes
  std::vector<uint8_t> wrong;  // for each of them; empty: all are right
  int64_t wrong_values = 0;    // of the whole result
  double low = 0, high = 0;    // what 0 and 255 stand for
  int channel = 0;
  int first_step = 0;  // the first that touches global memory
  uint64_t serial = 0;
};
using HardwareMomentPtr = std::shared_ptr<const HardwareMoment>;

// The middle square of the picture in gray, n x n whole numbers from 0 to 255; for a convolution red, green and blue
// follow.
std::vector<float> hardware_a(const Image& image, TeachTask task, int n);
// A blur for the filter; a matrix that blurs along rows; small whole numbers for the convolution.
std::vector<float> hardware_b(TeachTask task, int n);

// In which phases threads of a warp did not agree, and why.
std::string divergence_words(const HardwareMoment& moment);

// Remembers the picture between two runs.
class HardwareWork {
 public:
  HardwareMomentPtr observe(const HardwareRequest& request, const ImagePtr& image, Progress& progress);

 private:
  std::shared_ptr<const std::vector<float>> a_;
  uint64_t image_ = 0;
  int n_ = 0;
  TeachTask task_ = TeachTask::copy;
  uint64_t serial_ = 0;
};

}  // namespace striate
