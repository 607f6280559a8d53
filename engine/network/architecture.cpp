#include "engine/network/architecture.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "engine/error.h"
#include "engine/nearest_word.h"
#include "engine/network/layer_words.h"

namespace striate {
namespace {

constexpr int kMostLayers = 20000;

// Statements between | and line breaks, each a list of words with their places; comments are gone.
std::vector<std::vector<PlacedWord>> statements_of(const std::string& text) {
  std::vector<std::vector<PlacedWord>> statements(1);
  int line = 1, column = 1;
  bool comment = false, in_word = false;
  for (const char c : text) {
    const bool blank = c == ' ' || c == '\t' || c == '\r';
    if (c == '\n') {
      comment = in_word = false;
      ++line;
      column = 0;
      statements.emplace_back();
    } else if (c == '#' || comment) {
      comment = true;
      in_word = false;
    } else if (c == '|') {
      in_word = false;
      statements.emplace_back();
    } else if (blank) {
      in_word = false;
    } else {
      if (!in_word) statements.back().push_back({"", line, column});
      statements.back().back().text += c;
      in_word = true;
      if (c == ':') in_word = false;  // "name:conv" is two words, too
    }
    ++column;
  }
  return statements;
}

bool only_digits(const std::string& name) {
  return std::all_of(name.begin(), name.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool allowed_name(const std::string& name) {
  if (name.empty() || name.size() > 200) return false;
  return std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.' ||
           c == '-' || c == '/';
  });
}

std::string shape_text(const Shape& shape) {
  std::string text;
  for (int i = 0; i < shape.rank(); ++i) text += (i > 0 ? "x" : "") + std::to_string(shape[i]);
  return text;
}

Shape parse_input(const std::vector<PlacedWord>& words) {
  const char* hint = "write input CHANNELSxHEIGHTxWIDTH, as in input 1x28x28, or input VALUES";
  if (words.size() != 2) throw placed_error(words[0], "input needs one size", hint);
  std::vector<int64_t> sizes;
  std::string_view rest = words[1].text;
  for (bool more = true; more;) {
    const size_t end = rest.find('x');
    int64_t size = 0;
    if (!read_whole(rest.substr(0, end), size) || size < 1 || size > 65536) {
      throw placed_error(words[1], fmt::format("\"{}\" is no size for the input", words[1].text), hint);
    }
    sizes.push_back(size);
    more = end != std::string_view::npos;
    if (more) rest.remove_prefix(end + 1);
  }
  if (sizes.size() != 3 && sizes.size() != 1) {
    throw placed_error(words[1], fmt::format("an input of {} sizes", sizes.size()), hint);
  }
  return Shape(sizes);
}

std::vector<std::string> kind_words() {
  std::vector<std::string> words;
  for (const LayerKind& kind : layer_kinds()) words.push_back(kind.word);
  words.insert(words.end(), {"from", "input"});
  return words;
}

// Reads an architecture's text, statement by statement.
class Parser {
 public:
  Architecture architecture;

  void statement(std::vector<PlacedWord> words) {
    std::string name;
    PlacedWord name_word;
    if (words[0].text.back() == ':') {
      name_word = words[0];
      name = name_word.text.substr(0, name_word.text.size() - 1);
      words.erase(words.begin());
      if (words.empty()) throw placed_error(name_word, "a name without a layer", "write name: layer");
    }
    const PlacedWord first = words[0];
    if (first.text == "input" || first.text == "from") {
      if (!name.empty()) {
        throw placed_error(name_word, fmt::format("{} can't have a name", first.text), "name the layer behind it");
      }
      return first.text == "input" ? input(words) : from(words);
    }
    const LayerKind* kind = nullptr;
    for (const LayerKind& k : layer_kinds()) {
      if (first.text == k.word) kind = &k;
    }
    if (kind == nullptr) {
      throw placed_error(first, fmt::format("\"{}\" is no layer", first.text), nearest_hint(first.text, kind_words()));
    }
    std::vector<int> inputs{source_ >= 0 ? source_ : architecture.size() - 1};
    const bool joins = kind->word == std::string("add") || kind->word == std::string("concat");
    if (joins) {
      if (words.size() < 2) {
        throw placed_error(first, fmt::format("{} needs the name of another layer", first.text),
                           fmt::format("give that layer a name (a: relu) and write {} a", first.text));
      }
      for (size_t i = 1; i < words.size(); ++i) inputs.push_back(node(words[i]));
      words.resize(1);
    }
    LayerWords layer_words(words, kind->syntax);
    std::shared_ptr<const Layer> layer = kind->parse(layer_words);
    try {
      architecture.add(std::move(layer), name, std::move(inputs));
    } catch (const Error& error) {
      throw placed_error(name.empty() ? first : name_word, error.what(), error.hint());
    }
    source_ = -1;
  }

  void finish() const {
    if (source_ >= 0) throw placed_error(from_word_, "a branch without a layer", "write a layer behind \"from\"");
    if (architecture.size() < 2) {
      throw Error("an architecture without layers", "write layers with | between them: conv 6 5x5 | relu | flatten");
    }
  }

 private:
  int node(const PlacedWord& word) const {
    const int found = architecture.find(word.text);
    if (found >= 0) return found;
    std::vector<std::string> names;
    for (const Node& n : architecture.nodes()) {
      if (!only_digits(n.name)) names.push_back(n.name);
    }
    throw placed_error(word, fmt::format("no layer before this one is called \"{}\"", word.text),
                       nearest_hint(word.text, names));
  }
  void input(const std::vector<PlacedWord>& words) {
    if (architecture.size() > 1 || architecture.input().rank() > 0 || source_ >= 0) {
      throw placed_error(words[0], "the input is not the first", "write it once, before all layers");
    }
    architecture.set_input(parse_input(words));
  }
  void from(const std::vector<PlacedWord>& words) {
    if (words.size() != 2) throw placed_error(words[0], "from needs the name of one layer", "write from NAME");
    if (source_ >= 0) throw placed_error(from_word_, "a branch without a layer", "write a layer behind \"from\"");
    source_ = node(words[1]);
    from_word_ = words[0];
  }

  int source_ = -1;  // what `from` said; -1: the layer before
  PlacedWord from_word_;
};

}  // namespace

Architecture::Architecture() { nodes_.push_back({"input", nullptr, {}}); }

Architecture Architecture::parse(const std::string& text) {
  Parser parser;
  for (std::vector<PlacedWord>& words : statements_of(text)) {
    if (!words.empty()) parser.statement(std::move(words));
  }
  parser.finish();
  return std::move(parser.architecture);
}

std::string Architecture::text(const std::string& separator) const {
  std::vector<std::string> parts;
  if (input_.rank() > 0) parts.push_back("input " + shape_text(input_));
  for (int i = 1; i < size(); ++i) {
    const Node& node = nodes_[static_cast<size_t>(i)];
    const auto name_of = [&](int input) -> const std::string& { return nodes_[static_cast<size_t>(input)].name; };
    if (node.inputs[0] != i - 1) parts.push_back("from " + name_of(node.inputs[0]));
    std::string part = node.name == std::to_string(i - 1) ? "" : node.name + ": ";
    part += node.layer->text();
    for (size_t k = 1; k < node.inputs.size(); ++k) part += ' ' + name_of(node.inputs[k]);
    parts.push_back(part);
  }
  return fmt::format("{}", fmt::join(parts, separator));
}

void Architecture::set_input(const Shape& shape) {
  check(shape.rank() == 3 || shape.rank() == 1, "an input of {} dimensions", shape.rank());
  input_ = shape;
}

int Architecture::find(const std::string& name) const {
  for (size_t i = 0; i < nodes_.size(); ++i) {
    if (nodes_[i].name == name) return static_cast<int>(i);
  }
  return -1;
}

int Architecture::add(std::shared_ptr<const Layer> layer, const std::string& name, std::vector<int> inputs) {
  const int index = size();
  const std::string number = std::to_string(index - 1);
  if (index > kMostLayers)
    throw Error("more layers than a network may have", fmt::format("use {} at most", kMostLayers));
  if (!name.empty() && name != number) {
    if (!allowed_name(name) || only_digits(name) || name == "input") {
      throw Error(fmt::format("\"{}\" can't be a layer's name", name),
                  "use letters, digits, _ . - and /, not digits alone, and not \"input\"");
    }
    if (find(name) >= 0) throw Error(fmt::format("two layers are called \"{}\"", name), "give each its own name");
  }
  if (inputs.empty()) inputs.push_back(index - 1);
  for (const int input : inputs) check(input >= 0 && input < index, "node {} reads node {}", index, input);
  if (layer->joins() != (inputs.size() > 1)) {
    throw Error(fmt::format("{} with {} input{}", layer->kind(), inputs.size(), inputs.size() == 1 ? "" : "s"),
                layer->joins() ? "it joins two or more layers" : "only add and concat join layers");
  }
  nodes_.push_back({name.empty() ? number : name, std::move(layer), std::move(inputs)});
  return index;
}

std::string Architecture::describe(int node) const {
  if (node == 0) return "the input";
  const Node& n = nodes_[static_cast<size_t>(node)];
  return fmt::format("layer {} ({})", n.name, n.layer->text());
}

std::vector<Shape> Architecture::input_shapes(int node, const std::vector<Shape>& shapes) const {
  std::vector<Shape> inputs;
  for (const int input : nodes_[static_cast<size_t>(node)].inputs) inputs.push_back(shapes[static_cast<size_t>(input)]);
  return inputs;
}

std::vector<Shape> Architecture::shapes(int64_t n) const {
  if (input_.rank() == 0) {
    throw Error("the network does not say its input", "begin it with input CHANNELSxHEIGHTxWIDTH, or give a data set");
  }
  std::vector<int64_t> first{n};
  for (int i = 0; i < input_.rank(); ++i) first.push_back(input_[i]);
  std::vector<Shape> shapes{Shape(first)};
  for (int i = 1; i < size(); ++i) {
    try {
      shapes.push_back(nodes_[static_cast<size_t>(i)].layer->output(input_shapes(i, shapes)));
      if (shapes.back().count() / n > std::numeric_limits<int32_t>::max()) {
        throw Error(fmt::format("gives {} values, more than 2 billion for each picture", shapes.back().text()),
                    "use a smaller input or fewer channels");
      }
    } catch (const Error& error) {
      throw Error(fmt::format("{}: {}", describe(i), error.what()), error.hint());
    }
  }
  return shapes;
}

Architecture::Totals Architecture::totals() const {
  const std::vector<Shape> all = shapes(1);
  Totals totals;
  for (int i = 1; i < size(); ++i) {
    const std::vector<Shape> inputs = input_shapes(i, all);
    totals.parameters += nodes_[static_cast<size_t>(i)].layer->parameter_count(inputs).value;
    totals.multiply_adds += nodes_[static_cast<size_t>(i)].layer->multiply_adds(inputs).value;
  }
  return totals;
}

}  // namespace striate
