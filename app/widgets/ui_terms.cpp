// Terms of the glossary in whatever is written: the one under the mouse is underlined, explained in a sentence where
// nothing else is, and opened by a right-click. Nothing is looked for where the mouse is not.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <optional>
#include <string>
#include <utility>

#include "app/glossary/glossary.h"
#include "app/widgets/ui.h"
#include "app/words/words.h"

namespace striate {
namespace {

constexpr double kTermTipSeconds = 0.6;

bool has_letters(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0; });
}

}  // namespace

bool Ui::mouse_in(const Rect& place) const {
  return place.contains(input_.mouse) && clips_.back().contains(input_.mouse) && !blocked(input_.mouse, layer_);
}

// One line of text.
void Ui::look_for_term(Vec at, std::string_view text, Font font, float size) {
  const Vec mouse = input_.mouse;
  if (mouse.y < at.y || mouse.y > at.y + size * 1.3f || mouse.x < at.x || !has_letters(text)) return;
  const float width = measure(font, text, size).x;
  if (!mouse_in({at.x, at.y, width, size * 1.3f})) return;
  const auto x_of = [&](size_t bytes) { return at.x + measure(font, text.substr(0, bytes), size).x; };
  size_t low = 0, high = text.size() - 1;  // the byte under the mouse
  while (low < high) {
    const size_t middle = (low + high) / 2;
    if (x_of(middle + 1) > mouse.x) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  const auto match = glossary_->at(text, low, glossary_page_);
  if (!match) return;
  const float from = x_of(match->begin), to = x_of(match->end);
  mark_term({from, at.y, to - from, size * 1.2f}, match->entry);
}

// The words of a paragraph, by their places in it: a term may go over the end of a line.
void Ui::look_for_term(const Rect& place, const std::vector<Words>& words, float size) {
  if (measuring_ || in_words_ || !mouse_in(place)) return;
  std::string text;
  std::vector<std::pair<size_t, size_t>> bytes;  // of each word
  size_t under = words.size();
  for (size_t i = 0; i < words.size(); ++i) {
    const bool apart = i > 0 && (words[i].at.y > words[i - 1].at.y + size ||
                                 words[i].at.x > words[i - 1].at.x + words[i - 1].width + 1);
    if (apart) text += ' ';
    bytes.emplace_back(text.size(), text.size() + words[i].text.size());
    text += words[i].text;
    const Vec at = place.min() + words[i].at;
    if (Rect{at.x, at.y, words[i].width, size * 1.3f}.contains(input_.mouse)) under = i;
  }
  if (under == words.size()) return;
  // Where in the word does not matter, except for a bracket or a hyphen in it.
  std::optional<Glossary::Match> match;
  for (size_t byte = bytes[under].first; byte < bytes[under].second && !match; ++byte) {
    match = glossary_->at(text, byte, glossary_page_);
  }
  if (!match) return;
  for (size_t i = 0; i < words.size(); ++i) {
    if (bytes[i].second <= match->begin || bytes[i].first >= match->end) continue;
    const Vec at = place.min() + words[i].at;
    mark_term({at.x, at.y, words[i].width, size * 1.2f}, match->entry);
  }
}

void Ui::mark_term(const Rect& place, const GlossaryEntry* entry) {
  const float dot = std::max(1.0f, std::round(1.5f));
  for (float x = place.x; x + dot <= place.right() + 0.5f; x += 2 * dot) {
    fill({x, place.bottom(), dot, dot}, theme().accent);
  }
  if (building_term_.entry != entry || place.contains(input_.mouse)) building_term_.place = place;
  building_term_.entry = entry;
}

// What is under the mouse now; a right-click asks for it.
void Ui::end_terms() {
  if (building_term_.entry != term_.entry) wants_frame_ = true;
  const bool same = building_term_.entry == term_.entry && building_term_.place == term_.place;
  building_term_.since = same ? term_.since : frame_.now;
  term_ = std::exchange(building_term_, {});
  if (!term_.entry) return;
  if (frame_.now - term_.since < kTermTipSeconds && !frame_.patient) wants_frame_ = true;
  if (input_.right && !before_.right) send("glossary " + term_.entry->term);
}

// In one sentence, where the mouse rests on a word that is no control of its own.
void Ui::draw_term_tip() {
  if (!term_.entry || frame_.now - term_.since < kTermTipSeconds) return;
  draw_note(fmt::format("**{}**: {}", term_.entry->term, term_.entry->first_sentence()), "Shift+F1", {}, term_.place);
}

std::string Ui::words_of_item() const {
  const uint64_t wanted = keyboard_ && focus_ ? focus_ : hot_;
  for (const Item& item : items_) {
    if (item.id != wanted) continue;
    std::string words(tr(std::string_view(item.label)));
    if (const Command* command = registry_.find_command(item.command.substr(0, item.command.find(' ')))) {
      words += fmt::format(". {}", tr(std::string_view(command->help)));
    }
    return words;
  }
  return {};
}

}  // namespace striate
