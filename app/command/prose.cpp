#include "app/command/prose.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <utility>

#include "app/command/registry.h"
#include "engine/error.h"
#include "engine/trimmed.h"

namespace striate {
namespace {

constexpr size_t kNone = std::string_view::npos;

std::string on_one_line(std::string_view text) {
  std::string line(text);
  std::replace(line.begin(), line.end(), '\n', ' ');
  return line;
}

class Reader {
 public:
  explicit Reader(bool lesson) : lesson_(lesson) {}

  std::vector<ProseSpan> read(std::string_view text) {
    words(text, {});
    return std::move(spans_);
  }

 private:
  // `style` is what the marks around `text` ask for.
  void words(std::string_view text, const ProseSpan& style) {
    while (!text.empty()) {
      text.remove_prefix(text.substr(0, 2) == "**"   ? bold(text, style)
                         : text.front() == '`'       ? code(text, style)
                         : text.front() == '['       ? link(text, style)
                         : text.front() == '{'       ? readout(text, style)
                         : text.substr(0, 2) == "](" ? stray_link(text)
                         : escapes(text)             ? 1 + sign(text.substr(1))
                                                     : sign(text));
    }
    flush(style);
  }

  void flush(const ProseSpan& style) {
    if (plain_.empty()) return;
    spans_.push_back(style);
    spans_.back().text = std::exchange(plain_, {});
  }

  bool escapes(std::string_view text) const {
    return lesson_ && text.front() == '\\' && text.size() > 1 && std::ispunct(static_cast<unsigned char>(text[1]));
  }

  size_t sign(std::string_view text) {
    plain_ += text.front() == '\n' ? ' ' : text.front();
    return 1;
  }

  // Where the mark that `text` begins with is closed; code between is stepped over, and so is what is escaped.
  size_t closing(std::string_view text, std::string_view mark) const {
    for (size_t i = mark.size(); i < text.size(); ++i) {
      if (text.substr(i, mark.size()) == mark) return i;
      if (mark == "`") continue;
      if (escapes(text.substr(i))) {
        ++i;
      } else if (text[i] == '`') {
        const size_t end = text.find('`', i + 1);
        if (end != kNone) i = end;
      }
    }
    return kNone;
  }

  size_t unclosed(std::string_view text, std::string_view mark) {
    if (lesson_)
      throw Error(fmt::format("the {} in front of '{}' is not closed", mark, shown(text.substr(mark.size()))),
                  fmt::format("write a second {0} after the word, or \\{1} for the sign itself", mark, mark.front()));
    plain_ += mark;
    return mark.size();
  }

  size_t bold(std::string_view text, const ProseSpan& style) {
    const size_t end = closing(text, "**");
    if (end == kNone || end == 2) return unclosed(text, "**");
    flush(style);
    ProseSpan inner = style;
    inner.bold = true;
    words(text.substr(2, end - 2), inner);
    return end + 2;
  }

  size_t code(std::string_view text, const ProseSpan& style) {
    const size_t end = closing(text, "`");
    if (end == kNone || end == 1) return unclosed(text, "`");
    flush(style);
    spans_.push_back(style);
    spans_.back().code = true;
    spans_.back().text = on_one_line(text.substr(1, end - 1));
    return end + 1;
  }

  // [words](target), or a plain bracket.
  size_t link(std::string_view text, const ProseSpan& style) {
    const size_t middle = text.find(']');
    const size_t end = text.substr(std::min(middle, text.size()), 2) == "](" ? text.find(')', middle) : kNone;
    if (end == kNone || !style.link.empty()) return sign(text);
    const std::string_view inside = text.substr(1, middle - 1);
    const std::string target = on_one_line(trimmed(text.substr(middle + 2, end - middle - 2)));
    if (inside.empty() || target.empty()) {
      if (!lesson_) return sign(text);
      throw Error(
          fmt::format("the link [{}]({}) has no {}", shown(inside), shown(target), inside.empty() ? "words" : "target"),
          "write [words](target), the target a concept or a command");
    }
    flush(style);
    ProseSpan inner = style;
    inner.link = target;
    words(inside, inner);
    return end + 1;
  }

  // The middle of a link that no bracket began, or that ends nowhere: its marks would be drawn.
  size_t stray_link(std::string_view text) {
    if (lesson_)
      throw Error(fmt::format("'{}' belongs to no link", shown(text)),
                  "write [words](target) within one mark: **[words](target)**; or \\] for the sign itself");
    return sign(text);
  }

  // {name}, {=name}, each also with " %" behind it, or a plain brace. With values behind the name, as in
  // {convolution.output 2 3}, only where the name has a page.
  size_t readout(std::string_view text, const ProseSpan& style) {
    const size_t end = lesson_ ? text.find('}') : kNone;
    const std::string inside = end == kNone ? std::string() : on_one_line(text.substr(1, end - 1));
    std::string_view name = inside;
    const bool frozen = !name.empty() && name.front() == '=';
    if (frozen) name.remove_prefix(1);
    const bool percent = name.size() > 2 && name.substr(name.size() - 2) == " %";
    if (percent) name.remove_suffix(2);
    const std::string_view first = name.substr(0, name.find(' '));
    const bool has_values = first.size() < name.size();
    if (!is_readout_name(first) || (has_values && first.find('.') == kNone)) return sign(text);
    flush(style);
    spans_.push_back(style);
    spans_.back().readout = std::string(name);
    spans_.back().frozen = frozen;
    spans_.back().percent = percent;
    return end + 1;
  }

  const bool lesson_;
  std::string plain_;
  std::vector<ProseSpan> spans_;
};

}  // namespace

std::vector<ProseSpan> parse_prose(std::string_view text) { return Reader(true).read(text); }

std::vector<ProseSpan> parse_marks(std::string_view text) { return Reader(false).read(text); }

bool is_readout_name(std::string_view text) {
  return !text.empty() && text.front() >= 'a' && text.front() <= 'z' &&
         std::all_of(text.begin(), text.end(), [](unsigned char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
         });
}

}  // namespace striate
