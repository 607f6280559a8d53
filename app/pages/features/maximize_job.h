// What the method `maximize` has behind the window: whole pictures, and the one that is being made.
#pragma once

#include <atomic>
#include <cstdint>
#include <vector>

#include "app/pages/features/live_job.h"
#include "engine/explain/maximize.h"

namespace striate {

struct MaximizeRequest {
  std::vector<NetworkRequest> moments;  // one, or those of a film
  int node = 0;
  std::vector<int64_t> channels;  // one after the other; of a film one
  Objective::Over over = Objective::Over::map;
  MaximizeOptions options;
};

struct MaximizeResult {
  size_t moment = 0;  // in the request
  int64_t channel = 0;
  MaximizedPicture picture;
};

struct MaximizeLive : LiveResults<MaximizeResult> {  // the last one may be of a picture that is being made
  std::atomic<float> share{0};
  void put(MaximizeResult result);
};

class MaximizeJob : public LiveJob<MaximizeLive> {
 public:
  using LiveJob::LiveJob;
  void start(MaximizeRequest request);
  float share() const;  // of all that was asked for, 0 to 1
};

}  // namespace striate
