// What the adversarial pictures of the page `features` are made of, computed on the pool: the attack with its noise,
// and, where it was asked for, the smallest epsilon.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "app/network/network_moment.h"
#include "app/worker/latest.h"
#include "engine/explain/adversarial.h"

namespace striate {

// Everything that decides what is shown.
struct AttackAsked {
  NetworkMomentPtr moment;
  AttackSettings how;
  // The same question, perhaps about another moment.
  bool same_question(const AttackAsked& other) const;
  bool same(const AttackAsked& other) const;
};

struct AttackView {
  AttackAsked of;
  Attack attack;
  double factor = 1;  // what the change is multiplied with to be shown: then its largest size is half of 0..1
  double noise_factor = 1;
  std::vector<float> change, noise;  // as pixels: 0.5, gray, is no change
  // As pages know answers: of the picture, attacked, with noise. Without the picture's own pixels.
  std::shared_ptr<const NetworkMoment> before, after, with_noise;
  std::optional<SmallestAttack> smallest;  // none: not looked for, or not found yet
};
using AttackViewPtr = std::shared_ptr<const AttackView>;

// Null where it was canceled. Throws Error as attack() does.
AttackViewPtr make_attack_view(OpenNetwork& network, const AttackAsked& asked, Progress& progress);
// The same view with the smallest epsilon.
AttackViewPtr with_smallest(OpenNetwork& network, const AttackView& view, Progress& progress);

}  // namespace striate
