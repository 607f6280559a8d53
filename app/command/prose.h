// Words with marks, of lessons and of the notes on pages: `**bold**`, `` `code` ``, `[words](target)`, and in lessons
// `{readout}` and `{=readout}`. This is the only reader of such marks; what draws gets the spans, never the marks.
// Marks may stand in one another: a link in bold words, code in a link. In code nothing is a mark.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace striate {

// A piece in one style.
struct ProseSpan {
  std::string text;  // its words; of a readout empty until LessonSession::prose() reads it
  bool bold = false;
  bool code = false;
  std::string link;      // what the words light: a concept (kConcepts), or a command whose widget it is; may be empty
  std::string readout;   // what is read, with its values: "pixels.gray", "convolution.output 2 3"; may be empty
  bool frozen = false;   // {=name}: the readout's value of when the step began; else as it is now
  bool percent = false;  // {name %}: a share, written as on the pages: 0.124 is 12.4 %

  bool is_live() const { return !readout.empty() && !frozen; }
};

// Of a lesson: a line break is a space, a backslash makes a sign plain. A mark that is opened and not closed is an
// Error; a bracket or a brace that begins neither link nor readout is itself.
std::vector<ProseSpan> parse_prose(std::string_view text);

// Of a page's own words and of messages, which may hold anything: an unclosed mark is plain text, and so are braces and
// backslashes.
std::vector<ProseSpan> parse_marks(std::string_view text);

// a-z, 0-9, dot, dash, underscore; first a letter.
bool is_readout_name(std::string_view text);

}  // namespace striate
