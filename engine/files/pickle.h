// Python's pickles, protocols 2 to 5, read without executing anything.
//
// A pickle (docs.python.org/3/library/pickletools.html) is a program for a small stack machine: it pushes numbers and
// texts, gathers them into lists and dictionaries, and remembers values in a memo. Three of its operations run whatever
// code the file names: that is what makes loading a pickle in Python unsafe. Here they ask a PickleMaker, which knows
// the few names that are data (torch_pickle.h); any other name is an Error, and nothing is ever called by a file's
// word. Text protocols (0 and 1, of before 2003) and out-of-band buffers are errors by name.
//
// What a file can demand is bounded: each value lies once in a PickleHeap and is referred to by number, so lists that
// hold themselves are harmless; the numbers of values, of references and of open lists are limited.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/files/byte_source.h"

namespace striate {

using PickleRef = uint32_t;

enum class PickleKind : uint8_t {
  none,
  boolean,
  integer,
  big_integer,  // more than 64 bits: text() has its bytes, little-endian
  number,       // a float
  text,
  bytes,
  tuple,
  list,
  dictionary,  // items(): key, value, key, value, ...
  made,        // by a PickleMaker: mark() says what, index() which
};

class PickleHeap {
 public:
  static constexpr size_t kMostValues = 4'000'000, kMostReferences = 64'000'000;

  explicit PickleHeap(std::string file);  // its name, for errors

  PickleKind kind(PickleRef ref) const { return nodes_[ref].kind; }
  bool is(PickleRef ref, PickleKind kind) const { return nodes_[ref].kind == kind; }
  int64_t integer(PickleRef ref) const { return nodes_[ref].integer; }  // of a boolean: 0 or 1
  double number(PickleRef ref) const { return nodes_[ref].number; }
  const std::string& text(PickleRef ref) const { return texts_[nodes_[ref].index]; }
  const std::vector<PickleRef>& items(PickleRef ref) const { return items_[nodes_[ref].index]; }
  uint8_t mark(PickleRef ref) const { return nodes_[ref].mark; }
  uint32_t index(PickleRef ref) const { return nodes_[ref].index; }
  // The value under a text in a dictionary, the last where it stands twice; none() where there is none.
  PickleRef find(PickleRef dictionary, std::string_view key) const;
  // "a list", "a number": for errors.
  std::string in_words(PickleRef ref) const;

  PickleRef none() const { return 0; }
  PickleRef boolean(bool value) const { return value ? 2 : 1; }
  PickleRef empty_tuple() const { return 3; }
  PickleRef add_integer(int64_t value);
  PickleRef add_number(double value);
  PickleRef add_text(PickleKind kind, std::string text);
  PickleRef add_items(PickleKind kind, std::vector<PickleRef> items);
  PickleRef add_made(uint8_t mark, uint32_t index);
  void append(PickleRef list_or_dictionary, const PickleRef* items, size_t count);
  void set_index(PickleRef made, uint32_t index) { nodes_[made].index = index; }

  // Counts references that are written; throws Error where a file asks for too many.
  void spend(size_t references);
  [[noreturn]] void fail(const std::string& what) const;  // throws Error: not a valid pickle

 private:
  struct Node {
    PickleKind kind = PickleKind::none;
    uint8_t mark = 0;
    uint32_t index = 0;
    union {
      int64_t integer = 0;
      double number;
    };
  };
  PickleRef add(const Node& node);

  std::string file_;
  std::vector<Node> nodes_;
  std::vector<std::string> texts_;
  std::vector<std::vector<PickleRef>> items_;
  size_t spent_ = 0;
};

// What the names and ids of a pickle stand for. Each throws Error for what is not data.
class PickleMaker {
 public:
  virtual ~PickleMaker() = default;
  // A class or a function by its names: GLOBAL.
  virtual PickleRef find(PickleHeap& heap, const std::string& module, const std::string& name) = 0;
  // What a call of it with a tuple of arguments gives: REDUCE, and NEWOBJ, which calls a class.
  virtual PickleRef call(PickleHeap& heap, PickleRef callable, PickleRef arguments) = 0;
  // Attributes of a value: BUILD.
  virtual void set_state(PickleHeap& heap, PickleRef value, PickleRef state) = 0;
  // What lies outside the pickle under an id: BINPERSID.
  virtual PickleRef stored(PickleHeap& heap, PickleRef id) = 0;
};

struct PickleResult {
  PickleRef value = 0;
  uint64_t end = 0;  // where the pickle ended: others may follow
};

// Reads the pickle that begins at `begin` and ends before `end`.
PickleResult read_pickle(PickleHeap& heap, PickleMaker& maker, const ByteSource& source, uint64_t begin, uint64_t end);

}  // namespace striate
