#include "app/network/measured_times.h"

#include <utility>

#include "app/command/not_ready.h"
#include "app/network/same_network.h"

namespace striate {

bool MeasuredTimes::update(const NetworkInUse& network, bool wanted) {
  bool changed = false;
  try {
    if (auto made = work_.take()) {
      if (*made) measured_ = std::move(*made);
      if (!measured_ || measured_->network != asked_) asked_.clear();  // another network came between
      changed = true;
    }
  } catch (const Error&) {
    needed_ = false;
    throw;
  }
  const NetworkMomentPtr& moment = network.moment();
  const std::string key = network_key(moment->of);
  if (measured_ && measured_->network == key) {
    needed_ = false;
    return changed;
  }
  if ((!wanted && !needed_) || asked_ == key) return changed;
  asked_ = key;
  work_.request([worker = network.worker(), moment, key](Progress& progress) -> std::shared_ptr<const Measured> {
    std::optional<LayerTimes> times;
    worker->with(*moment, progress, [&](OpenNetwork& open) {
      times = measure_layers(open, moment->input.values, kTimedRuns, [&](int done, int all) {
        progress.share = static_cast<float>(done) / static_cast<float>(all);
        return !progress.canceled;
      });
    });
    return times ? std::make_shared<const Measured>(Measured{key, std::move(*times)}) : nullptr;
  });
  return changed;
}

const LayerTimes* MeasuredTimes::of(const NetworkMoment& moment) const {
  return measured_ && measured_->network == network_key(moment.of) ? &measured_->times : nullptr;
}

const LayerTimes& MeasuredTimes::need(const NetworkMoment& moment) {
  if (const LayerTimes* times = of(moment)) return *times;
  needed_ = true;
  throw NotReady("the layers have not been measured yet");
}

}  // namespace striate
