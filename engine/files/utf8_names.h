// Names of files and folders as text. On Linux a name is any bytes; JSON, the window and a terminal want UTF-8. Bytes
// that are not are written \xNN, and such a text leads back to the bytes.
#pragma once

#include <string>

namespace striate {

// The same where it is UTF-8; else with every byte that is not part of a sign as \xNN.
std::string utf8_name(const std::string& bytes);
// The bytes again: \x80 to \xFF, written so, are one byte each.
std::string name_bytes(const std::string& text);

}  // namespace striate
