// The word of a list that somebody may have meant: for the hints of errors.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace striate {

// Of `words`, the one with the smallest edit distance (a swap of two neighbors counts as one) to `word`, without
// regard to case; a beginning of three letters or more counts as near. Empty where nothing is near.
std::string nearest_word(std::string_view word, const std::vector<std::string>& words);

// "did you mean X?" or, where nothing is near, "use one of a, b, c" (the first 60).
std::string nearest_hint(std::string_view word, const std::vector<std::string>& words);

}  // namespace striate
