// What a readout throws while the work for it is under way, having asked for that work: scripts and lessons wait and
// read it again, words on the screen show an ellipsis. So no readout ever holds up the window.
#pragma once

#include <string>
#include <utility>

#include "engine/error.h"

namespace striate {

struct NotReady : Error {
  explicit NotReady(std::string what) : Error(std::move(what), "read it a moment later") {}
};

}  // namespace striate
