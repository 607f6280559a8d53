// Fields of comma-separated values (RFC 4180).
#pragma once

#include <string>

namespace striate {

// In quotes where it must be: a comma, a quote or the end of a line is in it.
std::string csv_field(const std::string& text);

}  // namespace striate
