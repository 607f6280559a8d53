#include "app/words/po.h"

#include <fmt/format.h>

#include <cctype>
#include <optional>
#include <utility>

#include "engine/error.h"

namespace striate {
namespace {

class Reader {
 public:
  Reader(std::string_view text, std::string_view name) : text_(text), name_(name) {}

  Po read() {
    while (!text_.empty()) {
      const size_t end = text_.find('\n');
      std::string_view line = text_.substr(0, end);
      text_ = end == std::string_view::npos ? std::string_view() : text_.substr(end + 1);
      ++line_;
      while (!line.empty() && std::isspace(static_cast<unsigned char>(line.back()))) line.remove_suffix(1);
      while (!line.empty() && std::isspace(static_cast<unsigned char>(line.front()))) line.remove_prefix(1);
      take(line);
    }
    finish();
    return std::move(po_);
  }

 private:
  [[noreturn]] void fail(const char* why) const {
    throw Error(fmt::format("{}:{}: {}", name_, line_, why), "msgfmt --check says more about it");
  }

  void take(std::string_view line) {
    if (line.empty()) return;
    if (line.front() == '#') {
      if (!entry_.strings.empty()) finish();  // a comment stands above its entry
      if (line.starts_with("#,") && line.find("fuzzy") != std::string_view::npos) fuzzy_ = true;
      return;
    }
    if (line.front() == '"') {
      if (target_ == nullptr) fail("a text that belongs to nothing");
      *target_ += unquoted(line);
      return;
    }
    const size_t space = line.find_first_of(" \t");
    if (space == std::string_view::npos) fail("a line that is neither a comment, a keyword with a text, nor a text");
    const std::string_view word = line.substr(0, space);
    std::string_view value = line.substr(space);
    while (!value.empty() && value.front() != '"') value.remove_prefix(1);
    begin(word);
    *target_ += unquoted(value);
  }

  void begin(std::string_view word) {
    if (word == "msgctxt") {
      finish();
      target_ = &entry_.context;
      has_context_ = true;
    } else if (word == "msgid") {
      if (!has_context_) finish();
      has_context_ = false;
      has_id_ = true;
      target_ = &entry_.text;
    } else if (word == "msgid_plural") {
      target_ = &entry_.plural;
    } else if (word.starts_with("msgstr")) {
      if (!has_id_) fail("msgstr without msgid");
      entry_.strings.emplace_back();
      target_ = &entry_.strings.back();
    } else {
      fail("an unknown keyword");
    }
  }

  std::string unquoted(std::string_view value) const {
    if (value.size() < 2 || value.front() != '"' || value.back() != '"') fail("a text without its quotes");
    value = value.substr(1, value.size() - 2);
    std::string out;
    for (size_t i = 0; i < value.size(); ++i) {
      if (value[i] == '"') fail("a quote within a text");
      if (value[i] != '\\') {
        out += value[i];
        continue;
      }
      if (++i == value.size()) fail("a text that ends within an escape");
      const char c = value[i];
      if (c == 'n') {
        out += '\n';
      } else if (c == 't') {
        out += '\t';
      } else if (c == '"' || c == '\\') {
        out += c;
      } else {
        fail("an unknown escape: \\n, \\t, \\\" and \\\\ are known");
      }
    }
    return out;
  }

  void finish() {
    target_ = nullptr;
    const bool fuzzy = std::exchange(fuzzy_, false);
    if (!std::exchange(has_id_, false)) {
      fuzzy_ = fuzzy;  // said above the entry that follows
      return;
    }
    PoEntry entry = std::exchange(entry_, {});
    if (entry.text.empty()) {
      if (!entry.strings.empty()) header(entry.strings.front());
    } else if (!fuzzy) {
      po_.entries.push_back(std::move(entry));
    }
  }

  // "Plural-Forms: nplurals=2; plural=n != 1;"
  void header(std::string_view fields) {
    const size_t count = fields.find("nplurals="), rule = fields.find(" plural=");
    if (count == std::string_view::npos || rule == std::string_view::npos) return;
    po_.plural_forms = 0;
    for (size_t i = count + 9; i < fields.size() && std::isdigit(static_cast<unsigned char>(fields[i])); ++i) {
      po_.plural_forms = po_.plural_forms * 10 + static_cast<size_t>(fields[i] - '0');
    }
    if (po_.plural_forms < 1 || po_.plural_forms > 6) fail("nplurals is 1 to 6");
    po_.plural_rule = fields.substr(rule + 8, fields.find_first_of(";\n", rule + 8) - rule - 8);
  }

  std::string_view text_, name_;
  int line_ = 0;
  Po po_;
  PoEntry entry_;
  bool fuzzy_ = false, has_context_ = false, has_id_ = false;
  std::string* target_ = nullptr;
};

// C's expressions of n, by recursive descent: ?: || && == != < > <= >= + - * / % ! ( ).
class Rule {
 public:
  Rule(std::string_view text, uint64_t n) : text_(text), n_(n) {}

  std::optional<uint64_t> value() {
    const uint64_t result = choice();
    skip();
    return wrong_ || !text_.empty() ? std::nullopt : std::optional(result);
  }

 private:
  struct Operator {
    std::string_view sign;
    int rank;
  };
  static constexpr Operator kOperators[] = {{"||", 1}, {"&&", 2}, {"==", 3}, {"!=", 3}, {"<=", 4}, {">=", 4}, {"<", 4},
                                            {">", 4},  {"+", 5},  {"-", 5},  {"*", 6},  {"/", 6},  {"%", 6}};

  void skip() {
    while (!text_.empty() && std::isspace(static_cast<unsigned char>(text_.front()))) text_.remove_prefix(1);
  }
  bool take(std::string_view sign) {
    skip();
    if (!text_.starts_with(sign)) return false;
    text_.remove_prefix(sign.size());
    return true;
  }

  uint64_t choice() {
    if (++depth_ > 40) wrong_ = true;
    if (wrong_) return 0;
    const uint64_t condition = binary(1);
    uint64_t result = condition;
    if (take("?")) {
      const uint64_t yes = choice();
      if (!take(":")) wrong_ = true;
      const uint64_t no = choice();
      result = condition != 0 ? yes : no;
    }
    --depth_;
    return result;
  }

  uint64_t binary(int least) {
    uint64_t left = unary();
    while (!wrong_) {
      skip();
      const Operator* found = nullptr;
      for (const Operator& each : kOperators) {
        if (!found && each.rank >= least && text_.starts_with(each.sign)) found = &each;
      }
      if (!found) return left;
      text_.remove_prefix(found->sign.size());
      const uint64_t right = binary(found->rank + 1);
      left = applied(found->sign, left, right);
    }
    return 0;
  }

  uint64_t applied(std::string_view sign, uint64_t a, uint64_t b) {
    if ((sign == "/" || sign == "%") && b == 0) {
      wrong_ = true;
      return 0;
    }
    if (sign == "||") return a != 0 || b != 0 ? 1 : 0;
    if (sign == "&&") return a != 0 && b != 0 ? 1 : 0;
    if (sign == "==") return a == b ? 1 : 0;
    if (sign == "!=") return a != b ? 1 : 0;
    if (sign == "<=") return a <= b ? 1 : 0;
    if (sign == ">=") return a >= b ? 1 : 0;
    if (sign == "<") return a < b ? 1 : 0;
    if (sign == ">") return a > b ? 1 : 0;
    if (sign == "+") return a + b;
    if (sign == "-") return a - b;
    if (sign == "*") return a * b;
    return sign == "/" ? a / b : a % b;
  }

  uint64_t unary() {
    if (++depth_ > 40) wrong_ = true;
    uint64_t result = 0;
    if (wrong_) {
      return 0;
    } else if (take("!")) {
      result = unary() == 0 ? 1 : 0;
    } else if (take("(")) {
      result = choice();
      if (!take(")")) wrong_ = true;
    } else if (take("n")) {
      result = n_;
    } else {
      skip();
      if (text_.empty() || !std::isdigit(static_cast<unsigned char>(text_.front()))) wrong_ = true;
      while (!text_.empty() && std::isdigit(static_cast<unsigned char>(text_.front()))) {
        result = result * 10 + static_cast<uint64_t>(text_.front() - '0');
        text_.remove_prefix(1);
      }
    }
    --depth_;
    return result;
  }

  std::string_view text_;
  uint64_t n_;
  int depth_ = 0;
  bool wrong_ = false;
};

}  // namespace

Po parse_po(std::string_view text, std::string_view name) { return Reader(text, name).read(); }

size_t plural_form(std::string_view rule, uint64_t n) { return static_cast<size_t>(Rule(rule, n).value().value_or(0)); }

}  // namespace striate
