// A film of learning, as far as every method that can be filmed has it alike: the weights of all steps that the
// timeline of page `train` keeps are asked for, come with one of the next frames, and are then one request each. The
// pictures themselves are the method's.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "app/network/network_moment.h"
#include "app/shell/document.h"

namespace striate {

class LearningFilm {
 public:
  explicit LearningFilm(Document& document) : document_(document) {}

  // Asks for the weights. Throws Error where there is no training behind the open network.
  void want(const NetworkRequest& of);
  // The same network at each step, once all of them are there, and once; empty: none are wanted, or they are on their
  // way. It is then being made.
  std::vector<NetworkRequest> begin(const NetworkRequest& of);
  void stop();   // nothing is wanted any more
  void leave();  // what is made next is no film
  // Of another training than now: then there is none any more. Whether that was so.
  bool forget_other(const NetworkRequest& now);

  bool wanted() const { return wanted_; }
  bool is_made() const { return made_; }  // what was begun last is a film
  int64_t step(int frame) const { return steps_[static_cast<size_t>(frame)]; }

 private:
  Document& document_;
  std::optional<NetworkRequest> of_;
  std::vector<int64_t> steps_;
  bool wanted_ = false, made_ = false;
};

}  // namespace striate
