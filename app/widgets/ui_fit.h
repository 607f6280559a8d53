// What gives way where room is short: a text that is cut in its middle, a note that looks for a free place.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace striate {

// Paths and names of files: their end says most. Anything else is cut at its end.
bool gives_way_in_its_middle(std::string_view text);

// A name of at most `most` characters: its middle gives way. For a title whose width is not ours to measure.
std::string short_name(std::string_view name, size_t most = 60);

}  // namespace striate
