#include "app/widgets/line_edit.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <tuple>
#include <utility>
#include <vector>

#include "engine/utf8.h"

namespace striate {
namespace {

// ---- characters -----------------------------------------------------------------------------------------------------

// A byte that is not part of UTF-8 (names of files need not be) is kept as one character and written as it was.
constexpr char32_t kByte = 0xDC00;

std::u32string characters(std::string_view text) {
  std::u32string out;
  for (size_t i = 0; i < text.size();) {
    const auto first = static_cast<uint8_t>(text[i]);
    const int more = first < 0x80 ? 0 : first >= 0xF0 && first < 0xF5 ? 3 : first >= 0xE0 ? 2 : 1;
    char32_t code = more == 0 ? first : first & (0x3F >> more);
    bool whole = first < 0x80 || (first >= 0xC2 && first < 0xF5 && i + static_cast<size_t>(more) < text.size());
    for (int k = 1; whole && k <= more; ++k) {
      const auto next = static_cast<uint8_t>(text[i + static_cast<size_t>(k)]);
      whole = continues_character(static_cast<char>(next));
      code = code << 6 | (next & 0x3F);
    }
    constexpr std::array<char32_t, 4> kLeast = {0, 0x80, 0x800, 0x10000};
    whole = whole && code >= kLeast[static_cast<size_t>(more)] && code < 0x110000 && (code < 0xD800 || code > 0xDFFF);
    out += whole ? code : kByte + first;
    i += whole ? static_cast<size_t>(more) + 1 : 1;
  }
  return out;
}

void append(std::string& out, char32_t code) {
  if (code >= kByte && code < kByte + 0x100) {
    out += static_cast<char>(static_cast<uint8_t>(code - kByte));
  } else {
    append_utf8(out, code);
  }
}

std::string bytes(std::u32string_view text) {
  std::string out;
  for (const char32_t code : text) append(out, code);
  return out;
}

// ---- words ----------------------------------------------------------------------------------------------------------

bool is_digit(char32_t c) { return c >= '0' && c <= '9'; }

// Letters, digits and every sign of other scripts. The point and the sign of a number belong to it.
bool in_word(const std::u32string& text, size_t at) {
  const char32_t c = text[at];
  const char32_t before = at > 0 ? text[at - 1] : U' ', after = at + 1 < text.size() ? text[at + 1] : U' ';
  if (c == '.' || c == ',') return is_digit(before) && is_digit(after);
  if (c == '-' || c == '+') return is_digit(after) && (before == ' ' || before == ';' || before == '(' || at == 0);
  if (c < 0x80) return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  return c != 0xA0 && c != 0x3000 && !(c >= 0x2000 && c <= 0x206F);
}

// Where the word before `at` begins: over what is no word, then over the word.
int word_before(const std::u32string& text, int at) {
  auto i = static_cast<size_t>(std::max(0, at));
  while (i > 0 && !in_word(text, i - 1)) --i;
  while (i > 0 && in_word(text, i - 1)) --i;
  return static_cast<int>(i);
}

// Where the next word begins, or the text ends.
int word_after(const std::u32string& text, int at) {
  auto i = static_cast<size_t>(std::max(0, at));
  while (i < text.size() && in_word(text, i)) ++i;
  while (i < text.size() && !in_word(text, i)) ++i;
  return static_cast<int>(i);
}

// The word around a character, or what stands between two words.
std::pair<int, int> word_around(const std::u32string& text, int at) {
  if (text.empty()) return {0, 0};
  const auto middle = static_cast<size_t>(std::clamp(at, 0, static_cast<int>(text.size()) - 1));
  const bool kind = in_word(text, middle);
  size_t from = middle, to = middle;
  while (from > 0 && in_word(text, from - 1) == kind) --from;
  while (to < text.size() && in_word(text, to) == kind) ++to;
  return {static_cast<int>(from), static_cast<int>(to)};
}

// ---- stb_textedit ---------------------------------------------------------------------------------------------------

struct Line {
  std::u32string text;
  const LineEdit::Width* width = nullptr;  // while the mouse is asked about

  float width_of(int at) const {
    std::string one;
    append(one, text[static_cast<size_t>(at)]);
    return width ? (*width)(one) : 0;
  }
};

enum Key {
  kLeft = 0x110000,
  kRight,
  kUp,
  kDown,
  kPageUp,
  kPageDown,
  kLineStart,
  kLineEnd,
  kTextStart,
  kTextEnd,
  kDelete,
  kBackspace,
  kUndo,
  kRedo,
  kWordLeft,
  kWordRight,
  kShift = 0x400000
};

#define STB_TEXTEDIT_CHARTYPE char32_t
#define STB_TEXTEDIT_STRING Line
#define STB_TEXTEDIT_UNDOSTATECOUNT 200
#define STB_TEXTEDIT_UNDOCHARCOUNT 32768
#include <stb/stb_textedit.h>

#define STB_TEXTEDIT_STRINGLEN(line) static_cast<int>((line)->text.size())
#define STB_TEXTEDIT_LAYOUTROW(row, line, first) lay_out(row, *(line), first)
#define STB_TEXTEDIT_GETWIDTH(line, first, at) (line)->width_of((first) + (at))
#define STB_TEXTEDIT_KEYTOTEXT(key) ((key) < kLeft ? (key) : -1)
#define STB_TEXTEDIT_GETCHAR(line, at) (line)->text[static_cast<size_t>(at)]
#define STB_TEXTEDIT_NEWLINE U'\n'
#define STB_TEXTEDIT_DELETECHARS(line, at, count) \
  (line)->text.erase(static_cast<size_t>(at), static_cast<size_t>(count))
#define STB_TEXTEDIT_INSERTCHARS(line, at, from, count) \
  ((line)->text.insert(static_cast<size_t>(at), from, static_cast<size_t>(count)), true)
#define STB_TEXTEDIT_MOVEWORDLEFT(line, at) word_before((line)->text, at)
#define STB_TEXTEDIT_MOVEWORDRIGHT(line, at) word_after((line)->text, at)
#define STB_TEXTEDIT_K_SHIFT kShift
#define STB_TEXTEDIT_K_LEFT kLeft
#define STB_TEXTEDIT_K_RIGHT kRight
#define STB_TEXTEDIT_K_UP kUp
#define STB_TEXTEDIT_K_DOWN kDown
#define STB_TEXTEDIT_K_PGUP kPageUp
#define STB_TEXTEDIT_K_PGDOWN kPageDown
#define STB_TEXTEDIT_K_LINESTART kLineStart
#define STB_TEXTEDIT_K_LINEEND kLineEnd
#define STB_TEXTEDIT_K_TEXTSTART kTextStart
#define STB_TEXTEDIT_K_TEXTEND kTextEnd
#define STB_TEXTEDIT_K_DELETE kDelete
#define STB_TEXTEDIT_K_BACKSPACE kBackspace
#define STB_TEXTEDIT_K_UNDO kUndo
#define STB_TEXTEDIT_K_REDO kRedo
#define STB_TEXTEDIT_K_WORDLEFT kWordLeft
#define STB_TEXTEDIT_K_WORDRIGHT kWordRight

void lay_out(StbTexteditRow* row, const Line& line, int first) {
  *row = {};
  row->num_chars = static_cast<int>(line.text.size()) - first;
  for (int i = 0; i < row->num_chars; ++i) row->x1 += line.width_of(first + i);
  row->baseline_y_delta = row->ymax = 1;
}

#define STB_TEXTEDIT_IMPLEMENTATION
#include <stb/stb_textedit.h>

#include "engine/utf8.h"

}  // namespace

struct LineEdit::State {
  Line line;
  STB_TexteditState stb{};
  std::string text;                // the line's, in bytes
  bool typing = false;             // the last record of undo is of letters that were typed, and may grow
  int word_from = 0, word_to = 0;  // that press_word() selected
  bool by_words = false;

  size_t offset(int at) const {
    return bytes(std::u32string_view(line.text).substr(0, static_cast<size_t>(at))).size();
  }
  void changed() { text = bytes(line.text); }
  void select(int from, int to) {
    stb.select_start = from;
    stb.select_end = stb.cursor = to;
  }
  void press(int key) {
    typing = false;
    stb_textedit_key(&line, &stb, key);
    changed();
  }
  // The last record of undo becomes part of the one before it: both are taken back at once.
  void join_records() {
    StbUndoState& undo = stb.undostate;
    if (undo.undo_point < 2) return;
    undo.undo_rec[undo.undo_point - 2].delete_length += undo.undo_rec[undo.undo_point - 1].delete_length;
    --undo.undo_point;
  }
  // stb_textedit 1.14 has one store for what undo and redo need. Where it is full it goes on without a part of it, and
  // what is done again or taken back then is wrong: here the steps are forgotten instead.
  void forget_redo() {
    stb.undostate.redo_point = STB_TEXTEDIT_UNDOSTATECOUNT;
    stb.undostate.redo_char_point = STB_TEXTEDIT_UNDOCHARCOUNT;
  }
  void undo() {
    StbUndoState& undo = stb.undostate;
    if (undo.undo_point == 0) return;
    const int length = undo.undo_rec[undo.undo_point - 1].delete_length;
    const bool has_no_room = undo.undo_char_point + length >= STB_TEXTEDIT_UNDOCHARCOUNT;
    if (undo.undo_char_point + length > undo.redo_char_point || undo.redo_point <= undo.undo_point) forget_redo();
    press(kUndo);
    if (has_no_room) forget_redo();
    select(stb.cursor, stb.cursor);
  }
  void redo() {
    StbUndoState& undo = stb.undostate;
    if (undo.redo_point >= STB_TEXTEDIT_UNDOSTATECOUNT) return;
    if (undo.undo_char_point + undo.undo_rec[undo.redo_point].delete_length > undo.redo_char_point) {
      undo.undo_point = 0;
      undo.undo_char_point = 0;
    }
    press(kRedo);
    select(stb.cursor, stb.cursor);
  }
};

LineEdit::LineEdit() : state_(std::make_unique<State>()) { begin("", false); }
LineEdit::~LineEdit() = default;
LineEdit::LineEdit(LineEdit&&) noexcept = default;
LineEdit& LineEdit::operator=(LineEdit&&) noexcept = default;

void LineEdit::begin(std::string_view text, bool select_all) {
  State& s = *state_;
  s.line.text = characters(text);
  stb_textedit_initialize_state(&s.stb, 1);
  const int end = static_cast<int>(s.line.text.size());
  s.select(select_all ? 0 : end, end);
  s.typing = s.by_words = false;
  s.changed();
}

void LineEdit::replace(std::string_view text) {
  press_all();
  insert(text, false);
}

const std::string& LineEdit::text() const { return state_->text; }
size_t LineEdit::caret() const { return state_->offset(state_->stb.cursor); }
size_t LineEdit::selection_begin() const {
  const STB_TexteditState& stb = state_->stb;
  return state_->offset(stb.select_start == stb.select_end ? stb.cursor : std::min(stb.select_start, stb.select_end));
}
size_t LineEdit::selection_end() const {
  const STB_TexteditState& stb = state_->stb;
  return state_->offset(stb.select_start == stb.select_end ? stb.cursor : std::max(stb.select_start, stb.select_end));
}

std::string LineEdit::selected() const {
  const size_t from = selection_begin();
  return text().substr(from, selection_end() - from);
}

bool LineEdit::key(const std::string& name) {
  State& s = *state_;
  if (name == "Ctrl+Z") return s.undo(), true;
  if (name == "Ctrl+Shift+Z" || name == "Ctrl+Y") return s.redo(), true;
  if (name == "Ctrl+A") return press_all(), true;
  std::string bare = name;
  int shift = 0;
  if (const size_t at = bare.find("Shift+"); at != std::string::npos) bare.erase(at, 6), shift = kShift;
  struct Bound {
    const char* name;
    int key;
  };
  static constexpr std::array<Bound, 10> kBound = {{{"Left", kLeft},
                                                    {"Right", kRight},
                                                    {"Ctrl+Left", kWordLeft},
                                                    {"Ctrl+Right", kWordRight},
                                                    {"Home", kLineStart},
                                                    {"End", kLineEnd},
                                                    {"Ctrl+Home", kLineStart},
                                                    {"Ctrl+End", kLineEnd},
                                                    {"Backspace", kBackspace},
                                                    {"Delete", kDelete}}};
  for (const Bound& bound : kBound) {
    if (bare == bound.name) return s.press(bound.key | shift), true;
  }
  if (bare == "Ctrl+Backspace" || bare == "Ctrl+Delete") {
    const bool back = bare == "Ctrl+Backspace";
    if (!has_selection()) {
      const int from = s.stb.cursor;
      s.select(from, back ? word_before(s.line.text, from) : word_after(s.line.text, from));
    }
    erase_selection();
    return true;
  }
  return false;
}

void LineEdit::insert(std::string_view words, bool typed) {
  State& s = *state_;
  std::u32string line;
  for (const char32_t c : characters(words)) {
    if (c == '\n' || c == '\t') {
      if (!line.empty() && line.back() != ' ') line += ' ';  // two lines that are pasted stay two words
    } else if (c >= 32 && c != 127) {
      line += c;
    }
  }
  if (!words.empty() && (words.back() == '\n' || words.back() == '\t') && !line.empty()) line.pop_back();
  if (line.empty()) return;
  const bool replaces = s.stb.select_start != s.stb.select_end;
  const int at = s.stb.cursor;
  // A word that is typed is one step of undo; a space belongs to the word before it.
  const bool goes_on =
      typed && s.typing && !replaces && at > 0 && (line[0] == ' ' || s.line.text[static_cast<size_t>(at) - 1] != ' ');
  stb_textedit_paste(&s.line, &s.stb, line.data(), static_cast<int>(line.size()));
  if (replaces || goes_on) s.join_records();
  s.select(s.stb.cursor, s.stb.cursor);
  s.typing = typed;
  s.changed();
}

void LineEdit::erase_selection() {
  state_->typing = false;
  stb_textedit_cut(&state_->line, &state_->stb);
  state_->changed();
}

void LineEdit::press(float x, bool extend, const Width& width) {
  State& s = *state_;
  s.line.width = &width;
  if (extend) {
    stb_textedit_drag(&s.line, &s.stb, x, 0);
  } else {
    stb_textedit_click(&s.line, &s.stb, x, 0);
  }
  s.line.width = nullptr;
  s.typing = s.by_words = false;
}

void LineEdit::press_word(float x, const Width& width) {
  State& s = *state_;
  // The character that is there, not the gap that is nearest.
  int at = 0;
  s.line.width = &width;
  const int count = static_cast<int>(s.line.text.size());
  for (float right = 0; at < count; ++at) {
    right += s.line.width_of(at);
    if (x < right) break;
  }
  s.line.width = nullptr;
  std::tie(s.word_from, s.word_to) = word_around(s.line.text, at);
  s.select(s.word_from, s.word_to);
  s.typing = false;
  s.by_words = true;
}

void LineEdit::press_all() {
  State& s = *state_;
  s.select(0, static_cast<int>(s.line.text.size()));
  s.typing = s.by_words = false;
}

void LineEdit::drag(float x, const Width& width) {
  State& s = *state_;
  if (!s.by_words) {
    s.line.width = &width;
    stb_textedit_drag(&s.line, &s.stb, x, 0);
    s.line.width = nullptr;
    return;
  }
  const int from = s.word_from, to = s.word_to;
  press_word(x, width);
  const int here_from = s.word_from, here_to = s.word_to;
  s.word_from = from, s.word_to = to;
  if (here_from < from) {
    s.select(to, here_from);
  } else {
    s.select(from, std::max(to, here_to));
  }
}

}  // namespace striate
