#include "app/glossary/glossary.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <map>

#include "app/command/registry.h"
#include "app/embedded.h"
#include "app/words/languages.h"
#include "engine/error.h"
#include "engine/lower_case.h"
#include "engine/trimmed.h"

namespace striate {
namespace {

constexpr const char* kFile = "assets/glossary.md";
constexpr size_t kMostWords = 4;  // of a term

struct Word {
  size_t begin = 0, end = 0;
};

// Letters, digits, and whatever is not ASCII.
bool in_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) || (static_cast<unsigned char>(c) & 0x80); }

std::vector<Word> words_of(std::string_view text) {
  std::vector<Word> words;
  for (size_t i = 0; i < text.size();) {
    if (!in_word(text[i])) {
      ++i;
      continue;
    }
    const size_t begin = i;
    while (i < text.size() && in_word(text[i])) ++i;
    words.push_back({begin, i});
  }
  return words;
}

// Words of one term have a space or a hyphen between them.
bool joined(std::string_view between) {
  return !between.empty() && between.size() <= 2 &&
         std::all_of(between.begin(), between.end(), [](char c) { return c == ' ' || c == '-' || c == '\n'; });
}

std::string phrase_of(std::string_view text) {
  std::string phrase;
  for (const Word& word : words_of(text)) {
    phrase += (phrase.empty() ? "" : " ") + lower_case(text.substr(word.begin, word.end - word.begin));
  }
  return phrase;
}

std::vector<std::string> list_of(std::string_view text) {
  std::vector<std::string> list;
  while (!text.empty()) {
    const size_t comma = std::min(text.find(','), text.size());
    const std::string_view each = trimmed(text.substr(0, comma));
    if (!each.empty()) list.emplace_back(each);
    text.remove_prefix(std::min(text.size(), comma + 1));
  }
  return list;
}

bool means_it(const GlossaryEntry& entry, std::string_view page) {
  return entry.on.empty() || std::find(entry.on.begin(), entry.on.end(), page) != entry.on.end();
}

}  // namespace

std::string GlossaryEntry::first_sentence() const {
  for (size_t i = 0; i + 1 < text.size(); ++i) {
    if ((text[i] == '.' || text[i] == ':') && text[i + 1] == ' ' && i > 24) {
      return text.substr(0, i) + ".";
    }
  }
  return text;
}

const Glossary& Glossary::built_in() {
  static std::map<std::string, Glossary> glossaries;  // by language; one stays where it is
  if (const auto found = glossaries.find(language()); found != glossaries.end()) return found->second;
  const std::string own = "assets/locale/" + language() + "/glossary.md";
  const std::string file = embedded_file(own).empty() ? kFile : own;
  return glossaries.emplace(language(), parse(embedded_file(file), file)).first->second;
}

Glossary Glossary::parse(std::string_view text, const std::string& file) {
  Glossary glossary;
  std::vector<int> lines;
  int number = 0;
  bool keys = false;
  const auto fail = [&](int line, const std::string& what, const std::string& hint) {
    throw Error(fmt::format("{}, line {}: {}", file, line, what), hint);
  };
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    const bool at_margin = text.front() == '#';  // what is indented is an example
    const std::string_view line = trimmed(text.substr(0, end));
    text.remove_prefix(std::min(text.size(), end + 1));
    ++number;
    if (at_margin && line.starts_with("## ")) {
      GlossaryEntry entry;
      entry.term = trimmed(line.substr(3));
      glossary.entries_.push_back(std::move(entry));
      lines.push_back(number);
      keys = true;
      continue;
    }
    if (glossary.entries_.empty()) continue;
    GlossaryEntry& entry = glossary.entries_.back();
    if (line.empty()) {
      keys = false;
    } else if (keys) {
      const size_t colon = line.find(':');
      const std::string_view key = line.substr(0, std::min(colon, line.size()));
      const std::string_view value = colon == std::string_view::npos ? "" : trimmed(line.substr(colon + 1));
      if (key == "forms") {
        entry.forms = list_of(value);
      } else if (key == "on") {
        entry.on = list_of(value);
      } else if (key == "see") {
        entry.see = list_of(value);
      } else if (key == "page") {
        entry.page = value;
      } else if (key == "figure") {
        entry.figure = value;
      } else {
        fail(number, fmt::format("'{}' says nothing about a term", shown(key)),
             "the lines are forms, on, see, page, figure");
      }
    } else {
      entry.text += (entry.text.empty() ? "" : " ") + std::string(line);
    }
  }
  for (size_t i = 0; i < glossary.entries_.size(); ++i) {
    if (glossary.entries_[i].text.empty()) {
      fail(lines[i], fmt::format("'{}' has no words", glossary.entries_[i].term),
           "explain it in one to three sentences");
    }
  }
  std::sort(glossary.entries_.begin(), glossary.entries_.end(),
            [](const auto& a, const auto& b) { return lower_case(a.term) < lower_case(b.term); });
  for (size_t i = 0; i < glossary.entries_.size(); ++i) {
    const GlossaryEntry& entry = glossary.entries_[i];
    glossary.index(i, entry.term, file);
    for (const std::string& form : entry.forms) glossary.index(i, form, file);
  }
  for (const GlossaryEntry& entry : glossary.entries_) {
    for (const std::string& other : entry.see) {
      if (glossary.find(other) == nullptr) {
        throw Error(fmt::format("{}: '{}' leads to '{}', which is no term", file, entry.term, other),
                    "add that term, or take it out of the line");
      }
    }
  }
  return glossary;
}

void Glossary::index(size_t entry, const std::string& words, const std::string& where) {
  std::vector<size_t>& with = phrases_[phrase_of(words)];
  for (const size_t other : with) {
    const GlossaryEntry &a = entries_[entry], &b = entries_[other];
    const bool apart = !a.on.empty() && !b.on.empty() &&
                       std::none_of(a.on.begin(), a.on.end(), [&](const auto& page) { return means_it(b, page); });
    if (!apart && other != entry) {
      throw Error(fmt::format("{}: '{}' belongs to '{}' and to '{}'", where, words, b.term, a.term),
                  "a word means one term on a page");
    }
  }
  if (std::find(with.begin(), with.end(), entry) == with.end()) with.push_back(entry);
}

// `page` "*": wherever it is meant.
const GlossaryEntry* Glossary::lookup(std::string phrase, std::string_view page) const {
  const auto known = [&]() -> const GlossaryEntry* {
    const auto found = phrases_.find(phrase);
    if (found == phrases_.end()) return nullptr;
    for (const size_t i : found->second) {
      if (page == "*" || means_it(entries_[i], page)) return &entries_[i];
    }
    return nullptr;
  };
  if (const GlossaryEntry* entry = known()) return entry;
  if (phrase.size() < 3 || phrase.back() != 's') return nullptr;
  phrase.pop_back();
  if (const GlossaryEntry* entry = known()) return entry;
  if (phrase.ends_with("e")) {
    phrase.pop_back();
    return known();
  }
  return nullptr;
}

const GlossaryEntry* Glossary::find(std::string_view word) const { return lookup(phrase_of(word), "*"); }

const GlossaryEntry& Glossary::entry(std::string_view word) const {
  if (const GlossaryEntry* found = find(word)) return *found;
  std::vector<std::string> terms;
  for (const GlossaryEntry& each : entries_) terms.push_back(lower_case(each.term));
  const std::string nearest = nearest_name(lower_case(word), terms);
  throw Error(fmt::format("the glossary has no term '{}'", shown(word)),
              nearest.empty() ? "glossary without a term lists them all" : fmt::format("did you mean '{}'?", nearest));
}

std::vector<Glossary::Match> Glossary::matches(std::string_view text, std::string_view page) const {
  std::vector<Match> found;
  const std::vector<Word> words = words_of(text);
  for (size_t i = 0; i < words.size();) {
    size_t taken = 0;
    std::string phrase;
    for (size_t n = 0; n < kMostWords && i + n < words.size(); ++n) {
      const Word& word = words[i + n];
      if (n > 0) {
        const size_t before = words[i + n - 1].end;
        if (!joined(text.substr(before, word.begin - before))) break;
        phrase += ' ';
      }
      phrase += lower_case(text.substr(word.begin, word.end - word.begin));
      const GlossaryEntry* entry = lookup(phrase, page);
      if (entry == nullptr) continue;
      if (taken > 0) found.pop_back();  // a longer one is meant
      found.push_back({words[i].begin, word.end, entry});
      taken = n + 1;
    }
    i += std::max<size_t>(taken, 1);
  }
  return found;
}

std::optional<Glossary::Match> Glossary::at(std::string_view text, size_t place, std::string_view page) const {
  for (const Match& match : matches(text, page)) {
    if (match.begin <= place && place < match.end) return match;
  }
  return std::nullopt;
}

std::vector<const GlossaryEntry*> Glossary::in(std::string_view text, std::string_view page) const {
  std::vector<const GlossaryEntry*> all;
  for (const Match& match : matches(text, page)) {
    if (std::find(all.begin(), all.end(), match.entry) == all.end()) all.push_back(match.entry);
  }
  return all;
}

}  // namespace striate
