// How long the layers of the open network take, measured behind the window when somebody asks for it, and kept until
// another network is open: its weights and its picture don't matter.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "app/network/network_in_use.h"
#include "app/worker/latest.h"
#include "engine/session/layer_times.h"

namespace striate {

class MeasuredTimes {
 public:
  explicit MeasuredTimes(std::function<void()> wake) : work_(std::move(wake), JobPriority::behind) {}

  // Takes what is there, and asks for it where it is `wanted` or was needed. True: something is there that was not.
  // Throws the Error of the measurement.
  bool update(const NetworkInUse& network, bool wanted);
  // Of the moment's network. Null: not measured yet.
  const LayerTimes* of(const NetworkMoment& moment) const;
  // Throws NotReady where it is not measured yet: then the next update asks for it.
  const LayerTimes& need(const NetworkMoment& moment);
  void forget_need() { needed_ = false; }
  bool busy() const { return needed_ || work_.busy(); }

 private:
  struct Measured {
    std::string network;  // network_key
    LayerTimes times;
  };
  std::shared_ptr<const Measured> measured_;
  std::string asked_;
  bool needed_ = false;
  Latest<std::shared_ptr<const Measured>> work_;
};

}  // namespace striate
