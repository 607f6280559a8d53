// Long texts in messages: a network of 3,000 columns in an error is a wall in which nobody finds what is wrong.
#pragma once

#include <string>
#include <string_view>

namespace striate {

// At most `most` bytes: what is longer loses its middle to " ... ", UTF-8 kept whole. Line breaks become spaces.
std::string shortened(std::string_view text, size_t most);

// A message or a hint as one line that can be read: what stands in quotes is shortened, and then the whole.
std::string readable_line(std::string_view message);

}  // namespace striate
