// What reading a plain script, a lesson and a course share.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "app/command/script.h"

namespace striate {

// One line as an action; its words are checked, its command is not looked up. Throws Error without file and line.
Action parse_action(std::string_view text, int line);

// Throws Error where a text is too long, is not UTF-8, or holds control characters.
void check_text(std::string_view text, const std::string& file);

// The lines of a text without their ends (LF or CRLF) and without a byte order mark.
std::vector<std::string_view> lines_of(std::string_view text);

// The texts of the program's own lessons and courses, by their names; empty: there is none of that name.
std::string_view own_lesson(std::string_view name);
std::string_view own_course(std::string_view name);

// A file's text; throws Error where it can't be read or is larger than kLargestScript.
std::string text_of_file(const std::string& path);

}  // namespace striate
