// The transport of anything that moves in steps: play and pause, one step, a track to scrub, where it is, how fast.
//   PREFIX.play  PREFIX.pause  PREFIX.step  PREFIX.scrub N (from 0)  PREFIX.speed S (steps a second)
#pragma once

#include <string>

#include "app/widgets/ui.h"

namespace striate {

struct PlayerBar {
  std::string prefix;  // "convolution"
  bool playing = false;
  int position = 0;  // from 0
  int count = 1;
  std::string unit;      // "cell": shown as "cell 15 of 36"
  double speed = 4;      // steps a second
  bool compact = false;  // no words and no speed: something else stands beside it
};

void player_bar(Ui& ui, const Rect& area, const PlayerBar& bar);

}  // namespace striate
