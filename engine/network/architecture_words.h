// The one place that cuts an architecture's text (architecture.h) into words, for the parser and for the list of layers
// that is written by hand (layer_list.h).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/network/layer_words.h"

namespace striate {

// Statements between | and line breaks, each of one word or more; comments are gone. "name:" is a word of its own, also
// where a layer follows at once.
std::vector<std::vector<PlacedWord>> architecture_words(std::string_view text);

// Behind the names that a layer joins its settings begin, with this word: concat a b axis 2.
inline constexpr std::string_view kSettingsBegin = "axis";
template <typename Iterator>
Iterator names_end(Iterator begin, Iterator end) {
  while (begin != end && begin->text != kSettingsBegin) ++begin;
  return begin;
}

// A name that Architecture::add() takes: letters, digits, _ . - and /, not digits alone, not "input" or "axis".
bool is_layer_name(std::string_view name);

}  // namespace striate
