// Large letters without the system's locale: of Latin, Greek and Cyrillic, one for one (the German sharp s stays).
#pragma once

#include <string>
#include <string_view>

namespace striate {

std::string in_capitals(std::string_view text);  // UTF-8

}  // namespace striate
