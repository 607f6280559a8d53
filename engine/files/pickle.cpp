// One case of a switch for each operation, in four families. What is pushed lies in the heap (pickle_heap.cpp).
#include "engine/files/pickle.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "engine/error.h"

namespace striate {
namespace {

constexpr size_t kMostMarks = 1000;
constexpr uint32_t kNoRef = 0xFFFFFFFF;

// The bytes of a pickle from front to back, 64 kB at a time.
class PickleBytes {
 public:
  PickleBytes(const PickleHeap& heap, const ByteSource& source, uint64_t begin, uint64_t end)
      : heap_(heap), source_(source), next_(begin), end_(end) {}

  uint64_t position() const { return next_ - (piece_.size() - at_); }
  uint64_t left() const { return end_ - position(); }
  uint8_t byte() {
    if (at_ == piece_.size()) fill();
    return piece_[at_++];
  }
  uint64_t number(int size) {
    uint8_t bytes[8];
    for (int i = 0; i < size; ++i) bytes[i] = byte();
    return little_endian(bytes, size);
  }
  // A text's length is checked before there is memory for it.
  std::string text(uint64_t length) {
    if (length > left()) heap_.fail(fmt::format("a text of {} bytes, {} are left", length, left()));
    std::string result(length, '\0');
    for (uint64_t done = 0; done < length;) {
      if (at_ == piece_.size()) fill();
      const size_t count = std::min<uint64_t>(piece_.size() - at_, length - done);
      std::memcpy(result.data() + done, piece_.data() + at_, count);
      at_ += count;
      done += count;
    }
    return result;
  }
  std::string line() {
    constexpr size_t kLongest = 1000;
    std::string result;
    for (char c = static_cast<char>(byte()); c != '\n'; c = static_cast<char>(byte())) {
      if (result.size() == kLongest) heap_.fail("a name of more than 1000 bytes");
      result += c;
    }
    return result;
  }

 private:
  void fill() {
    constexpr uint64_t kPiece = 1 << 16;
    const uint64_t count = std::min(kPiece, end_ - next_);
    if (count == 0) heap_.fail("it ends in the middle: it is cut off");
    piece_.resize(count);
    source_.read(next_, count, piece_.data());
    next_ += count;
    at_ = 0;
  }

  const PickleHeap& heap_;
  const ByteSource& source_;
  uint64_t next_, end_;
  std::vector<uint8_t> piece_;
  size_t at_ = 0;
};

class PickleMachine {
 public:
  PickleMachine(PickleHeap& heap, PickleMaker& maker, const ByteSource& source, uint64_t begin, uint64_t end)
      : heap_(heap), maker_(maker), bytes_(heap, source, begin, end) {}

  PickleResult run() {
    while (true) {
      const uint8_t operation = bytes_.byte();
      if (operation == '.') break;
      if (!push_value(operation) && !gather(operation) && !remember(operation) && !make(operation)) refuse(operation);
    }
    if (stack_.size() != 1 || !marks_.empty()) heap_.fail(fmt::format("it ends with {} values", stack_.size()));
    return {stack_[0], bytes_.position()};
  }

 private:
  void push(PickleRef ref) {
    heap_.spend(1);
    stack_.push_back(ref);
  }
  // Values above the last mark only: what lies below belongs to an outer list.
  size_t above_mark() const { return stack_.size() - (marks_.empty() ? 0 : marks_.back()); }
  PickleRef pop() {
    if (above_mark() == 0) heap_.fail("it takes a value where there is none");
    const PickleRef ref = stack_.back();
    stack_.pop_back();
    return ref;
  }
  PickleRef top() {
    if (above_mark() == 0) heap_.fail("it takes a value where there is none");
    return stack_.back();
  }
  std::vector<PickleRef> pop_items(size_t count) {
    if (above_mark() < count) heap_.fail("it takes a value where there is none");
    std::vector<PickleRef> items(stack_.end() - static_cast<std::ptrdiff_t>(count), stack_.end());
    stack_.resize(stack_.size() - count);
    return items;
  }
  std::vector<PickleRef> pop_to_mark() {
    if (marks_.empty()) heap_.fail("it gathers values where none begin");
    std::vector<PickleRef> items = pop_items(above_mark());
    marks_.pop_back();
    return items;
  }
  void push_text(PickleKind kind, uint64_t length) { push(heap_.add_text(kind, bytes_.text(length))); }

  void push_long(uint64_t length) {
    const std::string text = bytes_.text(length);
    if (length > 8) return push(heap_.add_text(PickleKind::big_integer, text));
    uint64_t value = little_endian(reinterpret_cast<const uint8_t*>(text.data()), static_cast<int>(length));
    const bool negative = length > 0 && (text.back() & 0x80) != 0;
    if (negative && length < 8) value |= ~uint64_t{0} << (8 * length);
    push(heap_.add_integer(static_cast<int64_t>(value)));
  }

  void push_number() {  // big-endian, unlike all else
    uint64_t bits = 0;
    for (int i = 0; i < 8; ++i) bits = bits << 8 | bytes_.byte();
    double value;
    std::memcpy(&value, &bits, sizeof value);
    push(heap_.add_number(value));
  }

  bool push_value(uint8_t operation) {
    switch (operation) {
      case 'N':
        push(heap_.none());
        break;
      case 0x88:
        push(heap_.boolean(true));
        break;
      case 0x89:
        push(heap_.boolean(false));
        break;
      case 'J':
        push(heap_.add_integer(static_cast<int32_t>(bytes_.number(4))));
        break;
      case 'K':
        push(heap_.add_integer(bytes_.byte()));
        break;
      case 'M':
        push(heap_.add_integer(static_cast<int64_t>(bytes_.number(2))));
        break;
      case 0x8a:
        push_long(bytes_.byte());
        break;
      case 0x8b:
        push_long(bytes_.number(4));
        break;
      case 'G':
        push_number();
        break;
      case 'U':
      case 0x8c:
        push_text(PickleKind::text, bytes_.byte());
        break;
      case 'T':
      case 'X':
        push_text(PickleKind::text, bytes_.number(4));
        break;
      case 0x8d:
        push_text(PickleKind::text, bytes_.number(8));
        break;
      case 'C':
        push_text(PickleKind::bytes, bytes_.byte());
        break;
      case 'B':
        push_text(PickleKind::bytes, bytes_.number(4));
        break;
      case 0x8e:
      case 0x96:
        push_text(PickleKind::bytes, bytes_.number(8));
        break;
      default:
        return false;
    }
    return true;
  }

  bool gather(uint8_t operation) {
    switch (operation) {
      case '(':
        if (marks_.size() == kMostMarks) heap_.fail(fmt::format("it is nested deeper than {} lists", kMostMarks));
        marks_.push_back(stack_.size());
        break;
      case '0':
        if (above_mark() == 0 && !marks_.empty()) {
          marks_.pop_back();  // POP takes a mark, too
        } else {
          pop();
        }
        break;
      case '1':
        pop_to_mark();
        break;
      case '2':
        push(top());
        break;
      case ')':
        push(heap_.empty_tuple());
        break;
      case 't':
        push(heap_.add_items(PickleKind::tuple, pop_to_mark()));
        break;
      case 0x85:
        push(heap_.add_items(PickleKind::tuple, pop_items(1)));
        break;
      case 0x86:
        push(heap_.add_items(PickleKind::tuple, pop_items(2)));
        break;
      case 0x87:
        push(heap_.add_items(PickleKind::tuple, pop_items(3)));
        break;
      case ']':
        push(heap_.add_items(PickleKind::list, {}));
        break;
      case 'l':
        push(heap_.add_items(PickleKind::list, pop_to_mark()));
        break;
      case '}':
        push(heap_.add_items(PickleKind::dictionary, {}));
        break;
      case 'd':
        push(heap_.add_items(PickleKind::dictionary, pop_pairs()));
        break;
      case 'a':
        extend(PickleKind::list, pop_items(1));
        break;
      case 'e':
        extend(PickleKind::list, pop_to_mark());
        break;
      case 's':
        extend(PickleKind::dictionary, pop_items(2));
        break;
      case 'u':
        extend(PickleKind::dictionary, pop_pairs());
        break;
      default:
        return false;
    }
    return true;
  }

  std::vector<PickleRef> pop_pairs() {
    std::vector<PickleRef> items = pop_to_mark();
    if (items.size() % 2 != 0) heap_.fail("a dictionary with a key but no value");
    return items;
  }

  void extend(PickleKind kind, const std::vector<PickleRef>& items) {
    const PickleRef to = top();
    if (!heap_.is(to, kind)) {
      heap_.fail(fmt::format("it puts values into {} as if it were {}", heap_.in_words(to),
                             kind == PickleKind::list ? "a list" : "a dictionary"));
    }
    heap_.append(to, items.data(), items.size());
  }

  bool remember(uint8_t operation) {
    switch (operation) {
      case 'h':
        recall(bytes_.byte());
        break;
      case 'j':
        recall(bytes_.number(4));
        break;
      case 'q':
        keep(bytes_.byte());
        break;
      case 'r':
        keep(bytes_.number(4));
        break;
      case 0x94:
        keep(memo_.size());
        break;
      case 0x80:
        if (const uint8_t protocol = bytes_.byte(); protocol < 2 || protocol > 5)
          heap_.fail(fmt::format("it is of protocol {}, 2 to 5 are known", protocol));
        break;
      case 0x95:  // how long the next part is: nothing that is needed
        if (const uint64_t length = bytes_.number(8); length > bytes_.left())
          heap_.fail(fmt::format("a part of {} bytes, {} are left", length, bytes_.left()));
        break;
      default:
        return false;
    }
    return true;
  }

  void recall(uint64_t place) {
    if (place >= memo_.size() || memo_[place] == kNoRef)
      heap_.fail(fmt::format("it recalls value {}, which it has not kept", place));
    push(memo_[place]);
  }

  void keep(uint64_t place) {
    if (place >= PickleHeap::kMostValues)
      heap_.fail(fmt::format("it keeps more than {} values", PickleHeap::kMostValues));
    if (place >= memo_.size()) memo_.resize(place + 1, kNoRef);
    memo_[place] = top();
  }

  bool make(uint8_t operation) {
    switch (operation) {
      case 'c': {
        const std::string module = bytes_.line();
        push(maker_.find(heap_, module, bytes_.line()));
        break;
      }
      case 0x93: {
        const PickleRef name = pop(), module = pop();
        if (!heap_.is(name, PickleKind::text) || !heap_.is(module, PickleKind::text))
          heap_.fail("it names something by what is no text");
        const std::string first = heap_.text(module), second = heap_.text(name);
        push(maker_.find(heap_, first, second));
        break;
      }
      case 'R':
      case 0x81: {
        const PickleRef arguments = pop(), callable = pop();
        if (!heap_.is(arguments, PickleKind::tuple) || !heap_.is(callable, PickleKind::made))
          heap_.fail(fmt::format("it calls {} with {}", heap_.in_words(callable), heap_.in_words(arguments)));
        push(maker_.call(heap_, callable, arguments));
        break;
      }
      case 'b': {
        const PickleRef state = pop();
        maker_.set_state(heap_, top(), state);
        break;
      }
      case 'Q': {
        const PickleRef id = pop();
        push(maker_.stored(heap_, id));
        break;
      }
      default:
        return false;
    }
    return true;
  }

  [[noreturn]] void refuse(uint8_t operation) const {
    for (const char text : {'I', 'L', 'F', 'S', 'V', 'g', 'p', 'P', 'i'}) {
      if (operation == text) heap_.fail("it is of protocol 0 or 1, 2 to 5 are known");
    }
    for (const int buffer : {0x97, 0x98}) {
      if (operation == buffer) heap_.fail("its values are in buffers outside of it");
    }
    heap_.fail(
        fmt::format("the operation 0x{:02x} at byte {} is not one that holds data", operation, bytes_.position() - 1));
  }

  PickleHeap& heap_;
  PickleMaker& maker_;
  PickleBytes bytes_;
  std::vector<PickleRef> stack_, memo_;
  std::vector<size_t> marks_;
};

}  // namespace

PickleResult read_pickle(PickleHeap& heap, PickleMaker& maker, const ByteSource& source, uint64_t begin, uint64_t end) {
  return PickleMachine(heap, maker, source, begin, end).run();
}

}  // namespace striate
