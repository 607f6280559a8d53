#include "app/words/messages.h"

#include <algorithm>
#include <map>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <utility>

#include "app/embedded.h"
#include "app/words/languages.h"
#include "app/words/po.h"
#include "app/words/words.h"
#include "engine/error.h"

namespace striate {
namespace {

// Fewer letters would be found in anything.
constexpr int kFewestLetters = 5;
// Messages that are remembered: those of a page and of some minutes.
constexpr size_t kRemembered = 512;
constexpr int kDeepest = 3;  // an error that tells of one that tells of one

struct Placeholder {
  size_t begin, end;  // of the braces
  int number;         // -1: the next one
};

// The first placeholder at or after `from`; begin is npos where there is none.
Placeholder placeholder_at(std::string_view text, size_t from) {
  for (size_t at = from; at < text.size(); ++at) {
    if (text[at] != '{') continue;
    if (at + 1 < text.size() && text[at + 1] == '{') {
      ++at;
      continue;
    }
    const size_t end = text.find('}', at);
    if (end == std::string_view::npos) break;
    int number = -1;
    for (size_t i = at + 1; i < end && text[i] >= '0' && text[i] <= '9'; ++i)
      number = std::max(number, 0) * 10 + (text[i] - '0');
    return {at, end + 1, number};
  }
  return {std::string_view::npos, 0, 0};
}

std::string without_doubled_braces(std::string_view text) {
  std::string plain;
  for (size_t i = 0; i < text.size(); ++i) {
    plain += text[i];
    if ((text[i] == '{' || text[i] == '}') && i + 1 < text.size() && text[i + 1] == text[i]) ++i;
  }
  return plain;
}

// Of all languages: the English texts are the same.
const std::vector<std::pair<MessagePattern, std::string>>& patterns() {
  static const std::vector<std::pair<MessagePattern, std::string>> all = [] {
    std::vector<std::pair<MessagePattern, std::string>> found;
    constexpr const char* kTemplate = "assets/locale/messages.pot";
    for (const PoEntry& entry : parse_po(embedded_file(kTemplate), kTemplate).entries) {
      MessagePattern pattern(entry.text);
      if (pattern.has_values() && pattern.letters() >= kFewestLetters)
        found.emplace_back(std::move(pattern), entry.text);
    }
    // The one with the most words is the right one.
    std::stable_sort(found.begin(), found.end(),
                     [](const auto& a, const auto& b) { return a.first.letters() > b.first.letters(); });
    return found;
  }();
  return all;
}

// Empty: there is none.
std::string found_translation(std::string_view english, int depth) {
  if (const std::string_view whole = tr(english); whole.data() != english.data()) return std::string(whole);
  std::vector<std::string> values;
  for (const auto& [pattern, text] : patterns()) {
    if (!pattern.matches(english, &values)) continue;
    const std::string_view translated = tr(std::string_view(text));
    if (translated.data() == text.data()) continue;
    if (depth < kDeepest) {
      for (std::string& value : values) {
        // One word is a name.
        if (value.find(' ') == std::string::npos) continue;
        if (std::string inner = found_translation(value, depth + 1); !inner.empty()) value = std::move(inner);
      }
    }
    return fill_placeholders(translated, values);
  }
  // "lesson.md:12: what is wrong": what stands before the words is a place.
  for (size_t colon = english.find(": "); colon != std::string_view::npos; colon = english.find(": ", colon + 1)) {
    if (depth >= kDeepest) break;
    const std::string rest = found_translation(english.substr(colon + 2), depth + 1);
    if (!rest.empty()) return std::string(english.substr(0, colon + 2)) + rest;
  }
  return {};
}

}  // namespace

MessagePattern::MessagePattern(std::string_view english) {
  size_t at = 0;
  int next = 0;
  for (Placeholder hole = placeholder_at(english, 0); hole.begin != std::string_view::npos;
       hole = placeholder_at(english, at)) {
    pieces_.push_back(without_doubled_braces(english.substr(at, hole.begin - at)));
    numbers_.push_back(hole.number >= 0 ? hole.number : next++);
    at = hole.end;
  }
  pieces_.push_back(without_doubled_braces(english.substr(at)));
  for (const std::string& piece : pieces_) {
    letters_ += static_cast<int>(std::count_if(
        piece.begin(), piece.end(), [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }));
  }
}

bool MessagePattern::matches(std::string_view message, std::vector<std::string>* values) const {
  const std::string &first = pieces_.front(), &last = pieces_.back();
  if (!has_values()) return message == first;
  if (!message.starts_with(first) || !message.ends_with(last) || message.size() < first.size() + last.size())
    return false;
  const std::string_view inside = message.substr(0, message.size() - last.size());
  values->assign(static_cast<size_t>(*std::max_element(numbers_.begin(), numbers_.end())) + 1, "");
  size_t at = first.size();
  for (size_t i = 0; i < numbers_.size(); ++i) {
    // Two values with nothing between them: the first one is empty.
    const size_t end = i + 1 == numbers_.size() ? inside.size() : inside.find(pieces_[i + 1], at);
    if (end == std::string_view::npos) return false;
    std::string value(inside.substr(at, end - at));
    std::string& slot = (*values)[static_cast<size_t>(numbers_[i])];
    if (!slot.empty() && slot != value) return false;  // one value twice is the same value
    slot = std::move(value);
    at = end + (i + 1 == numbers_.size() ? 0 : pieces_[i + 1].size());
  }
  return true;
}

std::string fill_placeholders(std::string_view text, const std::vector<std::string>& values) {
  std::string filled;
  size_t at = 0;
  int next = 0;
  for (Placeholder hole = placeholder_at(text, 0); hole.begin != std::string_view::npos;
       hole = placeholder_at(text, at)) {
    filled += without_doubled_braces(text.substr(at, hole.begin - at));
    const auto number = static_cast<size_t>(hole.number >= 0 ? hole.number : next++);
    filled += number < values.size() ? values[number] : std::string(text.substr(hole.begin, hole.end - hole.begin));
    at = hole.end;
  }
  return filled + without_doubled_braces(text.substr(at));
}

std::string tr_message(std::string_view english) {
  if (language() == "en" || english.empty()) return std::string(english);
  static std::mutex mutex;
  static std::unordered_map<std::string, std::string> remembered;
  static std::string of;
  const std::scoped_lock lock(mutex);
  if (of != language() || remembered.size() >= kRemembered) {
    remembered.clear();
    of = language();
  }
  const auto known = remembered.find(std::string(english));
  if (known != remembered.end()) return known->second;
  std::string found = found_translation(english, 0);
  if (found.empty()) found = english;
  return remembered.emplace(std::string(english), std::move(found)).first->second;
}

}  // namespace striate
