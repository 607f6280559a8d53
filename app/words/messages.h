// What errors say, in the reader's language. An Error comes in English, its values in it: the engine and the kernels
// know no language, and the command line, scripts and recordings show and compare English. Here its words are found
// again among the texts of messages.pot (and of every other template with placeholders), by what stands between the
// values.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace striate {

// The translation of one of the two lines of an Error: as tr() has it, else by the text whose fixed words it holds, the
// longest if there are several; values of several words are looked for in turn (an error that tells of another).
// `english` itself where there is none, and in English. Quick: what was found is remembered.
std::string tr_message(std::string_view english);

// The fixed words of a text with placeholders and what stands between them. Public for the tests.
class MessagePattern {
 public:
  // "{}", "{1}" and "{:.3g}" are placeholders, "{{" and "}}" braces.
  explicit MessagePattern(std::string_view english);
  int letters() const { return letters_; }  // of the fixed words
  bool has_values() const { return pieces_.size() > 1; }
  // Whether `message` is this text with values; they come in the order of their numbers. A value is as short as it can
  // be, the last one as long as it must.
  bool matches(std::string_view message, std::vector<std::string>* values) const;

 private:
  std::vector<std::string> pieces_;  // what stands before the first value, between each and the next, behind the last
  std::vector<int> numbers_;         // of the values between them
  int letters_ = 0;
};

// `text` with its placeholders replaced by values that are written already; a placeholder without one stays.
std::string fill_placeholders(std::string_view text, const std::vector<std::string>& values);

}  // namespace striate
