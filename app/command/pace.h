// How fast lines follow each other where somebody watches: `pause SECONDS`, and in a film (`striate render`) a rest
// behind every line, as long as it takes to read what it brought.
#pragma once

#include <algorithm>
#include <string_view>

namespace striate {

struct Pace {
  bool watched = false;  // somebody sees every frame: pauses are made, and lines are done one a moment
  double rest = 0;       // seconds behind every command
  double words = 0;      // a minute that are read of a lesson; 0: nothing waits for a reader
};

// Seconds to read `text`; to find it and to look at what it is about is in them.
inline double reading_time(std::string_view text, double words_a_minute) {
  constexpr double kLook = 1.5, kLongest = 60;
  int words = 0;
  bool in_word = false;
  for (const char c : text) {
    const bool space = c == ' ' || c == '\n' || c == '\t';
    words += !space && !in_word;
    in_word = !space;
  }
  if (words == 0 || words_a_minute <= 0) return 0;
  return std::min(kLook + 60 * words / words_a_minute, kLongest);
}

}  // namespace striate
