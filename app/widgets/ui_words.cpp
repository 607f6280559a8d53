// Words: sections, rows, paragraphs with linked words, notes, errors, empty states, progress.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <utility>

#include "app/widgets/ui.h"
#include "app/widgets/wanted_item.h"
#include "app/words/capitals.h"
#include "app/words/messages.h"
#include "app/words/words.h"
#include "engine/utf8.h"

namespace striate {
namespace {
constexpr float kBesideErrors = 24 + 20.0f;  // the mark of an error_note, and its edges
}

std::vector<Ui::Run> Ui::runs_of(std::span<const ProseSpan> spans, Font font) const {
  std::vector<Run> runs;
  for (const ProseSpan& span : spans) {
    Run run;
    run.words = span.text;
    run.font = span.code || !span.readout.empty() ? Font::number : span.bold ? Font::strong : font;
    if (span.is_live()) run.live = span.readout;
    if (!span.link.empty()) {
      run.target = span.link;
      run.tone = concept_of(run.target);
      run.plain = false;
      if (run.font == Font::body) run.font = Font::strong;
    }
    runs.push_back(std::move(run));
  }
  return runs;
}

// Numbers and code are a little smaller than the words around them. In a body text they have the size that the face
// with all letters is made in: others hold what stands in cells alone, and draw nothing for a `zero`.
static float size_of_numbers(const Ui& ui, Font around) {
  return around == Font::body || around == Font::number ? ui.text_size(Font::number) : ui.text_size(around) * 0.92f;
}

namespace {

// A piece of a line that is not broken, as long as it fits on one: it may cross runs ("**bold**," keeps its comma).
struct Piece {
  std::string text;
  int run;
  float width;
};

uint32_t code_at(std::string_view text, size_t at) {
  const auto first = static_cast<uint8_t>(text[at]);
  const size_t end = next_character(text, at);
  uint32_t code = first < 0x80 ? first : first & (0x7Fu >> (end - at));
  for (size_t i = at + 1; i < end; ++i) code = code << 6 | (static_cast<uint8_t>(text[i]) & 0x3F);
  return code;
}

// Chinese, Japanese and Korean lines end after any character, but none begins with what closes a sentence.
bool is_wide(uint32_t code) {
  return (code >= 0x2E80 && code <= 0x9FFF) || (code >= 0xAC00 && code <= 0xD7AF) ||
         (code >= 0xF900 && code <= 0xFAFF) || (code >= 0xFF00 && code <= 0xFFEF) || code >= 0x20000;
}
bool closes(uint32_t code) {
  return code == 0x3001 || code == 0x3002 || code == 0xFF0C || code == 0xFF0E || code == 0xFF01 || code == 0xFF1F ||
         code == 0xFF1A || code == 0xFF1B || code == 0xFF09 || code == 0x300D || code == 0x300F || code == 0x3011;
}

// Where a word that begins at `at` ends: before a space, or after a wide character.
size_t word_end(std::string_view text, size_t at) {
  size_t end = at;
  while (end < text.size() && text[end] != ' ') {
    const bool wide = is_wide(code_at(text, end));
    end = next_character(text, end);
    if (end < text.size() && text[end] != ' ' && (wide || is_wide(code_at(text, end))) && !closes(code_at(text, end))) {
      break;
    }
  }
  return end;
}

bool separates(char c) { return c == '/' || c == '\\' || c == '-' || c == '_' || c == '.' || c == ',' || c == ';'; }

}  // namespace

// Breaks at spaces; a word that is wider than a line after one of its separators, or anywhere. Returns the height;
// `out`, where given, gets each word's place from (0, 0).
float Ui::wrap(const std::vector<Run>& runs, float width, Font font, std::vector<Words>* out) const {
  const float size = text_size(font), space = measure(font, " ").x;
  const float line_height = std::round(size * 1.36f);
  float x = 0, y = 0;
  bool need_space = false;
  std::vector<Piece> chunk;
  const auto size_of = [&](const Piece& piece) {
    const Run& run = runs[static_cast<size_t>(piece.run)];
    return run.font == Font::number ? size_of_numbers(*this, font) : size;
  };
  const auto put = [&](Piece piece) {
    const float wide = piece.width;
    if (out) out->push_back({std::move(piece.text), piece.run, {x, y + (size - size_of(piece)) * 0.5f}, wide});
    x += wide;
  };
  const auto new_line = [&] { x = 0, y += line_height; };
  // Character by character, at least one on a line.
  const auto put_broken = [&](const Piece& piece) {
    const Font face = runs[static_cast<size_t>(piece.run)].font;
    const float letters = size_of(piece);
    size_t from = 0, to = 0, separator = 0;  // of what stands on this line; after its last separator
    float wide = 0, wide_there = 0;
    while (to < piece.text.size()) {
      const size_t end = next_character(piece.text, to);
      const float next = measure(face, std::string_view(piece.text).substr(to, end - to), letters).x;
      if (x + wide + next > width && (x > 0 || to > from)) {
        // A separator in the line's second half is the better end.
        if (separator > from && x + wide_there > width / 2) to = separator, wide = wide_there;
        if (to > from) put({piece.text.substr(from, to - from), piece.run, wide});
        new_line();
        from = separator = to;
        wide = wide_there = 0;
        continue;
      }
      wide += next;
      if (separates(piece.text[to])) separator = end, wide_there = wide;
      to = end;
    }
    if (to > from) put({piece.text.substr(from), piece.run, wide});
  };
  const auto place = [&] {
    if (chunk.empty()) return;
    float wide = 0;
    for (const Piece& piece : chunk) wide += piece.width;
    const float gap = need_space && x > 0 ? space : 0;
    if (x > 0 && x + gap + wide > width) {
      new_line();
    } else {
      x += gap;
    }
    const bool breaks = wide > width && width > 2 * size;
    for (Piece& piece : chunk) {
      if (breaks) {
        put_broken(piece);
      } else {
        put(std::move(piece));
      }
    }
    chunk.clear();
    need_space = false;
  };
  for (size_t r = 0; r < runs.size(); ++r) {
    const std::string& words = runs[r].words;
    for (size_t i = 0; i < words.size();) {
      if (words[i] == ' ') {
        place();
        need_space = true;
        ++i;
        continue;
      }
      const size_t end = word_end(words, i);
      Piece piece{words.substr(i, end - i), static_cast<int>(r), 0};
      piece.width = measure(runs[r].font, piece.text, size_of(piece)).x;
      chunk.push_back(std::move(piece));
      i = end;
      if (i < words.size() && words[i] != ' ') place();  // between two wide characters
    }
  }
  place();
  return y + line_height;
}

float Ui::paragraph_height(std::string_view marked, float width, Font font) {
  return paragraph_height(parse_marks(tr(marked)), width, font);
}

float Ui::paragraph_height(std::span<const ProseSpan> spans, float width, Font font) {
  return wrap(runs_of(spans, font), width, font, nullptr);
}

void Ui::paragraph(std::string_view marked, Font font) { paragraph(parse_marks(tr(marked)), font); }

void Ui::paragraph(std::span<const ProseSpan> spans, Font font) {
  std::vector<Run> runs = runs_of(spans, font);
  std::vector<Words> words;
  float height = wrap(runs, width(), font, &words);
  Rect rect = take(height);
  Color plain = font == Font::caption ? theme().secondary : theme().text;
  float size = text_size(font);
  int live = 0;
  if (glossary_) look_for_term(rect, words, size);
  if (whole_texts_) {
    std::string whole;
    for (const ProseSpan& span : spans) {
      if (!span.code) whole += span.text;
    }
    keep_whole(std::move(whole), font, rect, false);
  }
  const bool outer = std::exchange(in_words_, true), part = std::exchange(in_whole_, true);
  for (const Words& word : words) {
    const Run& run = runs[static_cast<size_t>(word.run)];
    Vec at = rect.min() + word.at;
    if (!run.live.empty()) live_number({at.x, at.y - 1, word.width, size * 1.3f}, run.live, ++live);
    if (run.plain) {
      label(at, word.text, run.font, plain, run.font == Font::number ? size_of_numbers(*this, font) : size);
      continue;
    }
    Rect place{at.x - 1, at.y - 1, word.width + 2, size * 1.3f};
    bool over = place.contains(input_.mouse) && intersection(place, clips_.back()).contains(input_.mouse) &&
                !blocked(input_.mouse, layer_);
    auto index = static_cast<size_t>(run.tone);
    if (over && run.tone != Concept::none) building_words_[index] = 1;
    if (over && run.tone == Concept::none) ring_ = run.target;
    Color tone = run.tone == Concept::none ? theme().accent : theme().of(run.tone);
    float glow = run.tone == Concept::none ? (over ? 1.0f : 0.0f) : std::max(lights_[index], over ? 1.0f : 0.0f);
    if (glow > 0) fill(place.inset(-2, 0), faded(tone, 0.2f * glow), 4);
    label(at, word.text, run.font, tone, size);
  }
  in_words_ = outer;
  in_whole_ = part;
}

// Under words that change as one acts: dots, and a tooltip that says so.
void Ui::live_number(const Rect& place, std::string_view readout, int number) {
  interact(place, {.label = fmt::format("{} now {}", readout, number),
                   .kind = "live number",
                   .focusable = false,
                   .tooltip = N_("Changes as you act"),
                   .takes_press = false});
  const float dot = std::max(1.0f, 1.5f);
  for (float x = place.x; x + dot <= place.right(); x += 2 * dot) {
    fill({x, place.bottom() - dot, dot, dot}, theme().accent);
  }
}

void Ui::note(std::string_view marked) { paragraph(marked, Font::caption); }

void Ui::section(std::string_view english) {
  const std::string_view plain = tr(english);
  const std::string title = in_capitals(plain);  // as many bytes for each letter
  if (!layouts_.empty() && layouts_.back().y > layouts_.back().area.y + 1) space(8);
  float size = text_size(Font::label);
  Rect rect = take(20);
  float x = rect.x;
  float y = std::round(rect.y + (rect.h - size) / 2 - 1);
  std::vector<Words> letters;  // for the glossary: which of them is under the mouse
  keep_whole(title, Font::label, {x, y, measure(Font::label, title, size).x, size}, false);
  const bool outer = std::exchange(in_words_, true), part = std::exchange(in_whole_, true);
  // Letter by letter: small capitals want a little air.
  for (size_t i = 0; i < title.size();) {
    const size_t length = next_character(title, i) - i;
    const std::string letter = title.substr(i, length);
    label(Vec{x, y}, letter, Font::label, theme().secondary, size);
    const float advance = measure(Font::label, letter, size).x + size * 0.07f;
    letters.push_back({std::string(plain.substr(i, length)), 0, {x - rect.x, y - rect.y}, advance});
    x += advance;
    i += length;
  }
  in_words_ = outer;
  in_whole_ = part;
  if (glossary_) look_for_term(rect, letters, size);
}

float Ui::more_lines(std::string_view marked, float width, Font font) {
  return paragraph_height(marked, width, font) - paragraph_height("-", width, font);
}

void Ui::row(std::string_view english, std::string_view value, Concept tone) {
  const std::string_view name = tr(english);
  Rect rect = take(26);
  const Color ink = tone == Concept::none ? theme().text : theme().of(tone);
  Vec extent = measure(Font::number, value);
  Vec words = measure(Font::control, name);
  if (words.x + extent.x + 12 > rect.w && !layouts_.empty() && !value.empty()) {
    // Too long for one line: the value gets its own, or as many as it needs; so does the name.
    float more = 0;
    if (words.x > rect.w) {
      more = more_lines(name, rect.w, Font::control);
      next({rect.x, rect.y + 3.0f, rect.w, rect.h + more});
      paragraph(name, Font::control);
    } else {
      label(rect, name, Font::control, theme().secondary);
    }
    if (extent.x > rect.w) {
      ProseSpan whole;
      whole.text = value;
      std::vector<Run> runs = runs_of({&whole, 1}, Font::number);
      std::vector<Words> pieces;
      Rect lines = take(wrap(runs, rect.w, Font::number, &pieces) + more);
      lines.cut_top(more);
      for (const Words& piece : pieces) label(lines.min() + piece.at, piece.text, Font::number, ink);
      return;
    }
    rect = take(22.0f + more);
    rect.cut_top(more);
  } else {
    Rect left = rect;
    left.w = std::max(0.0f, rect.w - extent.x - 12);
    label(left, name, Font::control, theme().secondary);
  }
  label(rect, value, Font::number, ink, Align::right);
}

void Ui::big_row(std::string_view english, std::string_view value, Concept tone) {
  const std::string_view name = tr(english);
  Rect rect = take(44);
  float size = text_size(Font::big_number);
  Rect words = rect;
  words.y += 6.0f;
  label(words, name, Font::control, theme().secondary);
  float room = rect.w - measure(Font::control, name).x - 12;
  float wide = measure(Font::big_number, value, size).x;
  if (wide > room) size = std::max(text_size(Font::number), size * room / wide);
  label(rect, value, Font::big_number, tone == Concept::none ? theme().text : theme().of(tone), Align::right, size);
}

void Ui::hairline() {
  Rect rect = take(9);
  fill({rect.x, rect.y + 4, rect.w, 1}, theme().line);
}

float Ui::error_note_height(std::string_view what, std::string_view hint, float width) {
  const float inner = width - kBesideErrors;
  return 20 + paragraph_height(tr_message(what), inner, Font::control) +
         (hint.empty() ? 0 : paragraph_height(tr_message(hint), inner, Font::caption));
}

void Ui::error_note(std::string_view english_what, std::string_view english_hint) {
  const std::string what = tr_message(english_what), hint = tr_message(english_hint);
  const float inner = width() - kBesideErrors, h1 = paragraph_height(what, inner, Font::control),
              h2 = hint.empty() ? 0 : paragraph_height(hint, inner, Font::caption);
  Rect rect = take(h1 + h2 + 20);
  if (const Rect seen = intersection(rect, clips_.back()); !seen.empty()) building_errors_.push_back(seen);
  fill(rect, theme().raised, 6);
  fill({rect.x, rect.y + 6, 3, rect.h - 12}, theme().warning, 1.5f);
  label(Rect{rect.x + 8, rect.y + 8, 18.0f, 20.0f}, "!", Font::strong, theme().warning, Align::center);
  next({rect.x + 12 + 16.0f, rect.y + 9, inner, h1});
  paragraph(what, Font::control);
  if (!hint.empty()) {
    next({rect.x + 12 + 16.0f, rect.y + 10 + h1, inner, h2});
    paragraph(hint, Font::caption);
  }
}

void Ui::error_beside(std::string_view command) {
  for (const CommandError& error : errors_) {
    if (error.command != command) continue;
    const float before = layouts_.empty() ? 0 : layouts_.back().y;
    error_note(error.what, error.hint);
    const Rect& clip = clips_.back();
    if (before < clip.bottom() && (layouts_.empty() || layouts_.back().y > clip.y)) {
      errors_beside_.emplace_back(command);
    }
    return;
  }
}

bool Ui::shown_beside(std::string_view command) const {
  return std::find(errors_beside_.begin(), errors_beside_.end(), command) != errors_beside_.end();
}

void Ui::empty_state(const Rect& area, Icon picture, std::string_view title, std::string_view what_to_do) {
  float wide = std::min(area.w - 48, 440.0f);
  float h = paragraph_height(what_to_do, wide, Font::caption);
  float y = area.center().y - (48.0f + 40.0f + h) / 2;
  icon(picture, {area.center().x - 20.0f, y, 40.0f, 40.0f}, theme().secondary);
  label(Rect{area.x, y + 52.0f, area.w, 30.0f}, tr(title), Font::heading, theme().text, Align::center);
  // Centered only where it is one line; a ragged center is hard to read.
  float one = measure(Font::caption, tr(what_to_do)).x;
  float w = std::min(one + 2, wide);
  next({area.center().x - w / 2, y + 90.0f, w, h});
  paragraph(what_to_do, Font::caption);
}

std::string_view Ui::at_the_right() const {
  return frame_.inspector ? tr("at the right") : tr("in the panel at the right (Ctrl+I)");
}

void Ui::progress(std::string_view words, float share, std::string_view cancel_command) {
  Rect rect = take(40);
  Rect line_rect = rect.cut_bottom(12);
  Rect cancel = cancel_command.empty() ? Rect{} : rect.cut_right(64);
  std::string text(tr(words));
  if (share >= 0) text += fmt::format(" {:.0f} %", std::clamp(share, 0.0f, 1.0f) * 100);
  label(rect, text, Font::caption, theme().secondary);
  Rect bar{line_rect.x, line_rect.y + 4, line_rect.w, 4};
  fill(bar, theme().raised, 2);
  if (share >= 0) {
    fill({bar.x, bar.y, bar.w * std::clamp(share, 0.0f, 1.0f), 4}, theme().accent, 2);
  } else {
    // A piece that travels: work is under way, for how long is not known.
    auto t = frame_.motion && !frame_.patient ? static_cast<float>(std::fmod(frame_.now, 1.4) / 1.4) : 0.4f;
    float from = std::max(0.0f, t * 1.3f - 0.3f), to = std::min(1.0f, t * 1.3f);
    fill({bar.x + bar.w * from, bar.y, bar.w * (to - from), 4}, theme().accent, 2);
    if (frame_.motion) wants_frame_ = true;
  }
  if (!cancel.empty()) {
    next(cancel);
    button("Cancel", cancel_command, {.style = ButtonStyle::quiet});
  }
}

// ---- tooltips, rings, focus ---------------------------------------------------------------------------------------

void Ui::draw_tooltip() {
  if (input_.left || frame_.patient) return;
  if (!hot_ || tip_.id != hot_) return draw_term_tip();
  if (frame_.now - tip_.since < 0.6) return;
  const Item* item = nullptr;
  for (const Item& candidate : items_) {
    if (candidate.id == hot_) item = &candidate;
  }
  if (!item || tip_.words == " ") return draw_term_tip();
  std::string help = tip_.words, name;
  if (!item->command.empty()) {
    name = item->command.substr(0, item->command.find(' '));
    const Command* command = registry_.find_command(name);
    if (command && help.empty()) {
      help = tr(std::string_view(command->help));
      if (const Setting* setting = registry_.find_setting(name)) help += ". " + setting_range(*setting);
    }
  }
  if (help.empty() && name.empty()) return;
  draw_note(help, item->key, item->command, item->visible);
}

// Words about something on the screen, the key that belongs to it and its command, beside it.
void Ui::draw_note(std::string_view help, std::string_view key, std::string_view command, const Rect& about) {
  const float inside = std::min(280.0f, frame_.size.x - 56);
  const std::string line = fitted(command, Font::number, inside, 13.0f);
  const float key_width = key.empty() ? 0 : measure(Font::caption, key).x + 16;
  const float beside = key_width > 0 ? key_width + 8 : 0;
  const float one = measure(Font::caption, help).x + 2;
  const float command_width = line.empty() ? 0 : measure(Font::number, line, 13.0f).x + 2;
  const float w = std::min(inside, std::max({one + beside, command_width, 60.0f}));
  const float h1 = help.empty() ? 0 : paragraph_height(help, w - beside, Font::caption);
  const float h = std::max(h1, key_width > 0 ? 18.0f : 0) + (line.empty() ? 0 : 20.0f) + 16;
  const Rect window{0, 0, frame_.size.x, frame_.size.y};
  const Rect box = place_note(about, {w + 20, h}, input_.mouse, window);
  if (box.empty()) return;
  keep_tip(box, about);
  ids_.push_back(hot_ ? hot_ : 1);
  float shown = ease("tip", 1, 0.12f);
  ids_.pop_back();
  const bool outer = std::exchange(in_words_, true);
  fill(box.moved({0, 2}).inset(-1), faded(theme().shadow, shown * 0.6f), 7);
  fill(box, theme().surface, 6);
  stroke(box, theme().line, 6);
  if (!help.empty()) {
    next({box.x + 10, box.y + 8, w - beside, h1});
    clips_.assign(1, window);
    paragraph(help, Font::caption);
  }
  if (key_width > 0) {
    Rect cap{box.right() - 10 - key_width, box.y + 8, key_width, 18.0f};
    fill(cap, theme().raised, 4);
    label(cap, key, Font::caption, theme().text, Align::center);
  }
  if (!line.empty()) {
    label(Vec{box.x + 10, box.bottom() - 6 - 20.0f}, line, Font::number, theme().accent, 13.0f);
  }
  in_words_ = outer;
}

namespace {
constexpr int kOverLayers = 4;  // the channel of tooltips (ui.cpp): over a list that is open
}

// "Touch this": a soft ring that grows once to its place and stays.
void Ui::draw_ring() {
  if (ring_ != ring_found_) ring_found_.clear();
  if (ring_.empty()) return;
  // A command without values, as words link to it, is lit by whatever begins with it.
  const Item* item = wanted_item(items_, ring_);
  if (!item && ring_.find(' ') == std::string::npos) item = find_item(ring_);
  if (!item) return;
  // What is to be touched is brought into view, once: whoever scrolls away meant to. A ring that is taken away and
  // given again brings it there again.
  if (ring_found_.empty()) {
    ring_found_ = ring_;
    if (item->visible.h < item->rect.h - 1) {
      reveal_ = item->id;
      wants_frame_ = true;
    }
  }
  if (item->visible.empty()) return;
  if (item->layer > 0) splitter_.SetCurrentChannel(draw_, kOverLayers);
  Rect at = item->visible;
  ids_.push_back(item->id);
  auto [entry, fresh] = eases_.try_emplace(id_of("ring"));
  (void)entry;
  if (fresh) ease("grow", 0);
  float t = ease("grow", 1, 0.5f);
  ids_.pop_back();
  float grow = 3 + (1 - t) * 14;
  // Whole, also around what stands at the window's edge.
  const Rect window = Rect{0, 0, frame_.size.x, frame_.size.y}.inset(grow + 6);
  at = intersection(at, window);
  stroke(at.inset(-grow), faded(theme().kernel, t), 6 + grow, 2.5f);
  stroke(at.inset(-grow - 4), faded(theme().kernel, 0.25f * t), 10 + grow, 4);
}

// Around it, and where it fills its panel along the panel's edge: a ring that is cut off shows nothing.
void Ui::draw_focus(const Rect& rect, float radius) {
  const Rect seen = clips_.back();
  const Rect ring = rect.overlaps(seen) ? intersection(rect.inset(-3), seen) : rect.inset(-3);
  stroke(ring, theme().accent, radius + 3, 2);
  if (!measuring_) focus_ring_ = intersection(ring, seen);
}

std::string number_text(double value, int decimals) {
  std::string text = fmt::format("{:.{}f}", value, decimals);
  if (text[0] == '-' && text.find_first_of("123456789") == std::string::npos) text.erase(0, 1);
  return text;
}

std::string shortest_text(float value) { return fmt::format("{}", value == 0 ? 0.0f : value); }

void Ui::caption(Vec center, std::string_view name, std::string_view rest, Color color) {
  const Vec first = measure(Font::caption, name), all = measure(Font::caption, std::string(name) + std::string(rest));
  const Rect panel = clip();
  Vec at{center.x - all.x / 2, center.y - all.y / 2};
  at.x = std::max(panel.x + 8, std::min(at.x, panel.right() - 8 - all.x));
  label(at, name, Font::caption, color);
  label(Vec{at.x + first.x, at.y}, rest, Font::caption, theme().secondary);
}

}  // namespace striate
