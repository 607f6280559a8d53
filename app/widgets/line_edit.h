// One line of text while it is edited: caret, selection, undo and words, by stb_textedit on whole characters. What a
// key does is decided here, where a field stands and how it looks in ui_edit.cpp; the clipboard is the caller's.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace striate {

class LineEdit {
 public:
  // How wide a character is drawn.
  using Width = std::function<float(std::string_view character)>;

  LineEdit();
  ~LineEdit();
  LineEdit(LineEdit&&) noexcept;
  LineEdit& operator=(LineEdit&&) noexcept;

  // Another text, with nothing to take back.
  void begin(std::string_view text, bool select_all);
  // Another text in place of this one; undo brings this one back.
  void replace(std::string_view text);
  const std::string& text() const;  // UTF-8, or whatever bytes it began with
  // Offsets in bytes, always between two characters.
  size_t caret() const;
  size_t selection_begin() const;
  size_t selection_end() const;
  bool has_selection() const { return selection_begin() != selection_end(); }
  std::string selected() const;

  // A key that moves, selects, erases, undoes or does again, by its name in input.h; false for every other.
  bool key(const std::string& name);
  // In place of the selection. Line breaks and control characters become nothing, or a space between two words.
  // `typed`: letters typed one after the other are taken back together, word by word.
  void insert(std::string_view words, bool typed);
  void erase_selection();

  // The mouse at `x` from where the text begins.
  void press(float x, bool extend, const Width& width);  // puts the caret there, or extends the selection to there
  void press_word(float x, const Width& width);          // selects the word that is there
  void press_all();
  void drag(float x, const Width& width);  // by words after press_word()

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace striate
