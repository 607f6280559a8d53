// The terms of the field, each in a few sentences (assets/glossary.md says how one is written), and where in a text one
// of them stands: so that any word on the screen can be asked for. Pure; figures are in figure.h.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace striate {

struct GlossaryEntry {
  std::string term;                // "Learning rate"
  std::vector<std::string> forms;  // other words for it
  std::vector<std::string> on;     // pages where its forms mean it; empty: all
  std::vector<std::string> see;    // terms that belong to it
  std::string page;                // where it is seen at work; may be empty
  std::string figure;              // of figure.h; may be empty
  std::string text;                // one to three sentences, marked as lessons are
  std::string first_sentence() const;
};

class Glossary {
 public:
  static const Glossary& built_in();
  // Throws Error with the line: a key that nobody knows, an entry without words, a term or form that stands twice where
  // both mean it, a `see` that leads nowhere.
  static Glossary parse(std::string_view text, const std::string& file);

  const std::vector<GlossaryEntry>& entries() const { return entries_; }  // by term
  const GlossaryEntry* find(std::string_view word) const;                 // term, form or plural; null: none
  const GlossaryEntry& entry(std::string_view word) const;  // throws Error for an unknown one, with the nearest

  struct Match {
    size_t begin = 0, end = 0;  // bytes of the text
    const GlossaryEntry* entry = nullptr;
  };
  // The longest term that covers byte `place` of the text, as it is meant on a page.
  std::optional<Match> at(std::string_view text, size_t place, std::string_view page) const;
  // All of them, in the order in which they stand; each entry once.
  std::vector<const GlossaryEntry*> in(std::string_view text, std::string_view page) const;

 private:
  std::vector<Match> matches(std::string_view text, std::string_view page) const;
  const GlossaryEntry* lookup(std::string phrase, std::string_view page) const;
  void index(size_t entry, const std::string& words, const std::string& where);

  std::vector<GlossaryEntry> entries_;
  std::map<std::string, std::vector<size_t>, std::less<>> phrases_;  // lower case, hyphens as spaces
};

}  // namespace striate
