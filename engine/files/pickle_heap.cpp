// The values that a pickle makes, each once, and the limits of their number.
#include <utility>

#include "engine/error.h"
#include "engine/files/pickle.h"

namespace striate {

PickleHeap::PickleHeap(std::string file) : file_(std::move(file)) {
  nodes_.resize(4);
  nodes_[1].kind = nodes_[2].kind = PickleKind::boolean;
  nodes_[2].integer = 1;
  nodes_[3].kind = PickleKind::tuple;
  items_.emplace_back();
}

PickleRef PickleHeap::find(PickleRef dictionary, std::string_view key) const {
  const std::vector<PickleRef>& pairs = items(dictionary);
  for (size_t i = pairs.size(); i > 0; i -= 2) {
    if (is(pairs[i - 2], PickleKind::text) && text(pairs[i - 2]) == key) return pairs[i - 1];
  }
  return none();
}

std::string PickleHeap::in_words(PickleRef ref) const {
  switch (kind(ref)) {
    case PickleKind::none:
      return "None";
    case PickleKind::boolean:
      return "a truth value";
    case PickleKind::integer:
    case PickleKind::big_integer:
    case PickleKind::number:
      return "a number";
    case PickleKind::text:
      return "a text";
    case PickleKind::bytes:
      return "bytes";
    case PickleKind::tuple:
      return "a tuple";
    case PickleKind::list:
      return "a list";
    case PickleKind::dictionary:
      return "a dictionary";
    case PickleKind::made:
      break;
  }
  return "something of PyTorch's";
}

PickleRef PickleHeap::add(const Node& node) {
  if (nodes_.size() == kMostValues) fail(fmt::format("it holds more than {} values", kMostValues));
  nodes_.push_back(node);
  return static_cast<PickleRef>(nodes_.size() - 1);
}

PickleRef PickleHeap::add_integer(int64_t value) {
  Node node;
  node.kind = PickleKind::integer;
  node.integer = value;
  return add(node);
}

PickleRef PickleHeap::add_number(double value) {
  Node node;
  node.kind = PickleKind::number;
  node.number = value;
  return add(node);
}

PickleRef PickleHeap::add_text(PickleKind kind, std::string text) {
  Node node;
  node.kind = kind;
  node.index = static_cast<uint32_t>(texts_.size());
  const PickleRef ref = add(node);
  texts_.push_back(std::move(text));
  return ref;
}

PickleRef PickleHeap::add_items(PickleKind kind, std::vector<PickleRef> items) {
  Node node;
  node.kind = kind;
  node.index = static_cast<uint32_t>(items_.size());
  const PickleRef ref = add(node);
  spend(items.size());
  items_.push_back(std::move(items));
  return ref;
}

PickleRef PickleHeap::add_made(uint8_t mark, uint32_t index) {
  Node node;
  node.kind = PickleKind::made;
  node.mark = mark;
  node.index = index;
  return add(node);
}

void PickleHeap::append(PickleRef to, const PickleRef* items, size_t count) {
  spend(count);
  std::vector<PickleRef>& all = items_[nodes_[to].index];
  all.insert(all.end(), items, items + count);
}

void PickleHeap::spend(size_t references) {
  spent_ += references;
  if (spent_ > kMostReferences) fail(fmt::format("it refers to values more than {} times", kMostReferences));
}

void PickleHeap::fail(const std::string& what) const {
  throw Error(fmt::format("{}: not a valid PyTorch file: its pickle is wrong: {}", file_, what),
              "save, copy or download it again");
}

}  // namespace striate
