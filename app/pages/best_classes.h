// The five best classes of an answer with their logits, and their probabilities as bars: of the open network, and of
// one beside it.
#pragma once

#include <functional>
#include <string>

#include "app/network/network_moment.h"
#include "app/widgets/geometry.h"
#include "app/words/words.h"

namespace striate {

class Ui;

struct BestClasses {
  std::string key;  // unique on the page: bars grow by it
  const NetworkMoment* moment = nullptr;
  const char* share = N_("probability");               // what they are called
  std::function<std::string(int)> on_click = nullptr;  // the command that a click sends; null: none
  const char* tooltip = "";                            // of a click
  std::string title = {};                              // instead of "best classes": whose they are
};

// What beside logits and probabilities is left for the title.
inline float best_title_width(float width) { return width - (width < 330 ? 100 : 190); }
constexpr float kBestClasses = 22 + 5 * 21;  // the least height that all five have room in
void draw_best_classes(Ui& ui, Rect area, const BestClasses& best);

}  // namespace striate
