// A network that is being written: its layers as lines that can be added, taken out, moved and changed one by one,
// right or not. An Architecture is always right; this is what comes before it. Knows architecture.h's language, keeps
// what it can't understand, and says beside which line what is wrong.
//
// Lines are counted from 0: line i is node i + 1 of the architecture, and its name is "i" unless it has its own. What a
// line reads by name ("from a", "add a") follows that layer wherever it goes; a line that reads the one before it reads
// whatever stands before it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/error.h"
#include "engine/network/architecture.h"

namespace striate {

// What a line reads: another line, the input, or a word that names neither.
struct LayerReference {
  static constexpr int kInput = -1, kUnknown = -2;
  int line = kInput;
  std::string word;  // kUnknown: as it was written; may be empty
  friend bool operator==(const LayerReference&, const LayerReference&) = default;
};

struct LayerLine {
  std::string name;                      // empty: its number
  std::string words;                     // "conv 6 5x5 pad 2", without what it joins
  std::optional<LayerReference> source;  // what it reads; none: the line before
  std::vector<LayerReference> joins;     // of add, concat and their like: what they read besides
  std::string kind() const;              // the first of its words
  friend bool operator==(const LayerLine&, const LayerLine&) = default;
};

class LayerList {
 public:
  // Any text gives a list; check() says what is wrong with it. Comments are dropped.
  static LayerList parse(std::string_view text);
  // What parses to the same list; where check() finds nothing, also an architecture's text.
  std::string text(const std::string& separator = " | ") const;

  const std::vector<LayerLine>& lines() const { return lines_; }
  int size() const { return static_cast<int>(lines_.size()); }
  const std::string& input() const { return input_; }  // "1x28x28"; empty: the data set says it
  std::string name_of(int line) const;                 // its own or its number; "input" for -1

  // All of these throw Error for a line that isn't there, and change nothing then.
  // One layer's words, "conv 6 5x5", "a: relu" or "add a", before line `at`, 0 to size(). Throws Error for several
  // layers, or none. Returns its line.
  int insert(int at, std::string_view words);
  // What read it reads what it read.
  void remove(int line);
  // It then stands at line `to`; others close up.
  void move(int line, int to);
  // Its words, and, where they have them, its name and what it joins. A name is kept where none is given.
  void replace(int line, std::string_view words);
  // Empty: back to its number. Throws Error for a name that is taken or not allowed.
  void rename(int line, const std::string& name);
  // What it reads, by name; empty: the line before. An unknown name is kept, for check() to tell.
  void set_source(int line, const std::string& name);

  // What the list makes of an input.
  struct Row {
    std::optional<Shape> output;  // for one picture, N = 1; none behind a mistake
    Counted parameters, multiply_adds;
    std::optional<Error> error;  // of this line
    bool unread = false;         // no other line reads it, and it is not the last
  };
  struct Checked {
    std::vector<Row> rows;             // one per line
    std::optional<Error> error;        // of the list as a whole: it is empty, its input is none
    std::optional<Architecture> good;  // where nothing is wrong
    int wrong() const;                 // the first line with an error; -1: none
  };
  // input (C, H, W) or (F): of the data set; where the text has an input, too, they must agree. Rank 0: not known.
  // classes: the last line must give so many values (or one, for two classes); 0: any.
  Checked check(const Shape& input = {}, int classes = 0) const;

  friend bool operator==(const LayerList&, const LayerList&) = default;

 private:
  LayerReference reference(std::string_view word) const;
  std::string word_of(const LayerReference& reference) const;
  void need_line(int line) const;
  // References to line i become references to where[i]; where that is negative, to `instead`.
  void renumber(const std::vector<int>& where, const LayerReference& instead);
  void resolve();

  std::string input_;
  std::vector<LayerLine> lines_;
};

}  // namespace striate
