// Whether two moments of the open network are of the same network with the same weights, lesions and blocks without a
// side, whatever it looks at: what was computed from its weights is then still true.
#pragma once

#include <optional>
#include <string>

#include "app/network/network_moment.h"

namespace striate {

// The network itself, whatever its weights are at the moment: two of one key have the same layers.
inline std::string network_key(const NetworkRequest& of) {
  if (!of.state.opened && of.training) return "training " + std::to_string(of.training->run);
  return of.state.opened_text() + "|" + of.state.stamp;
}

inline bool same_weights(const NetworkRequest& a, const NetworkRequest& b) {
  const NetworkState &s = a.state, &t = b.state;
  if (s.opened != t.opened || s.random != t.random || s.seed != t.seed) return false;
  if (s.lesions != t.lesions || s.blocks != t.blocks) return false;
  if (s.opened) return s.file == t.file && s.model == t.model && s.stamp == t.stamp;
  if (!a.training || !b.training) return a.training == b.training;
  return a.training->run == b.training->run && a.training->step == b.training->step &&
         a.training->weights == b.training->weights;
}

// What was computed at another step of the same training, and is still worth looking at while that moves on.
inline bool same_moving_training(const NetworkRequest& then, const NetworkRequest& now) {
  return !then.state.opened && !now.state.opened && then.training && now.training &&
         then.training->run == now.training->run && now.training->moving;
}
// Whether what was made of `then` can be shown for `now`: of the same weights, or of a training that moves on.
inline bool still_shown(const std::optional<NetworkRequest>& then, const NetworkRequest& now) {
  return then && (same_weights(*then, now) || same_moving_training(*then, now));
}
inline bool same_training(const NetworkRequest& then, const NetworkRequest& now) {
  return !then.state.opened && !now.state.opened && then.training && now.training &&
         then.training->run == now.training->run;
}

}  // namespace striate
