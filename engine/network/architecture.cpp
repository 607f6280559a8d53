#include "engine/network/architecture.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "engine/error.h"
#include "engine/nearest_word.h"
#include "engine/network/architecture_words.h"
#include "engine/network/layer_kind.h"
#include "engine/network/layer_words.h"
#include "engine/shorten.h"

namespace striate {
namespace {

constexpr int kMaxLayers = 20000;
bool only_digits(const std::string& name) {
  return std::all_of(name.begin(), name.end(), [](char c) { return c >= '0' && c <= '9'; });
}

void parse_input(const std::vector<PlacedWord>& words, Architecture& architecture) {
  const bool whole = words.size() > 1 && words[1].text == "whole";
  const char* hint = whole ? "write input whole SIZES, as in input whole 2x3x4, or input whole scalar"
                           : "write input CHANNELSxHEIGHTxWIDTH, as in input 1x28x28, or input VALUES";
  if (words.size() != (whole ? 3 : 2)) throw placed_error(words[0], "input needs one size", hint);
  const PlacedWord& word = words.back();
  std::vector<int64_t> sizes;
  const int64_t most = whole ? std::numeric_limits<int32_t>::max() : 1 << 24;  // a row may be a recording
  if (!read_sizes(word.text, whole ? 0 : 1, most, sizes) || (!whole && sizes.empty())) {
    throw placed_error(word, fmt::format("invalid size \"{}\" for the input", word.text), hint);
  }
  if (sizes.size() > (whole ? size_t{Shape::kMaxRank} : 4)) {
    throw placed_error(word, fmt::format("an input of {} sizes", sizes.size()), hint);
  }
  try {
    whole ? architecture.set_whole_input(Shape(sizes)) : architecture.set_input(Shape(sizes));
  } catch (const Error& error) {
    throw placed_error(word, error.what(), error.hint());
  }
}

std::vector<std::string> kind_words() {
  std::vector<std::string> words;
  for (const LayerKind& kind : layer_kinds()) words.push_back(kind.word);
  words.insert(words.end(), {"from", "input"});
  return words;
}

const LayerKind& kind_of(const PlacedWord& word) {
  const LayerKind* kind = find_layer_kind(word.text);
  if (kind == nullptr) {
    throw placed_error(word, fmt::format("unknown layer \"{}\"", word.text), nearest_hint(word.text, kind_words()));
  }
  return *kind;
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
      if (!name_word.text.empty()) {
        throw placed_error(name_word, fmt::format("{} can't have a name", first.text), "name the layer behind it");
      }
      return first.text == "input" ? input(words) : from(words);
    }
    const LayerKind& kind = kind_of(first);
    std::vector<int> inputs;
    if (kind.takes != Takes::none) {
      inputs.push_back(source_ >= 0 ? source_ : architecture.size() - 1);
    } else if (source_ >= 0) {
      throw placed_error(from_word_, fmt::format("{} reads no layer", first.text), "leave out \"from\" before it");
    }
    if (kind.takes == Takes::many) {
      const auto names = words.begin() + 1;
      const auto end = names_end(names, words.end());
      if (end == names) {
        throw placed_error(first, fmt::format("{} needs the name of another layer", first.text),
                           fmt::format("give that layer a name (a: relu) and write {} a", first.text));
      }
      for (auto word = names; word != end; ++word) inputs.push_back(node(*word));
      words.erase(names, end);
    }
    LayerWords layer_words(words, syntax_of(kind));
    std::shared_ptr<const Layer> layer = read_layer(kind, layer_words);
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
    if (architecture.size() > 1 || architecture.has_input() || source_ >= 0) {
      throw placed_error(words[0], "the input is not the first", "write it once, before all layers");
    }
    parse_input(words, architecture);
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

std::shared_ptr<const Layer> parse_layer(const std::string& text) {
  const std::vector<std::vector<PlacedWord>> statements = architecture_words(text);
  if (statements.size() != 1) {
    throw Error(fmt::format("\"{}\" is not one layer", text), "write one layer, as in conv 6 5x5 or relu");
  }
  const LayerKind& kind = kind_of(statements[0][0]);
  LayerWords words(statements[0], syntax_of(kind));
  return read_layer(kind, words);
}

Architecture::Architecture() { nodes_.push_back({"input", nullptr, {}}); }

Architecture Architecture::parse(const std::string& text) {
  Parser parser;
  for (std::vector<PlacedWord>& words : architecture_words(text)) parser.statement(std::move(words));
  parser.finish();
  return std::move(parser.architecture);
}

std::string Architecture::text(const std::string& separator) const {
  std::vector<std::string> parts;
  if (has_input_) parts.push_back((whole_ ? "input whole " : "input ") + sizes_text(input_.sizes()));
  for (int i = 1; i < size(); ++i) {
    const Node& node = nodes_[static_cast<size_t>(i)];
    const auto name_of = [&](int input) -> const std::string& { return nodes_[static_cast<size_t>(input)].name; };
    if (!node.inputs.empty() && node.inputs[0] != i - 1) parts.push_back("from " + name_of(node.inputs[0]));
    std::string part = node.name == std::to_string(i - 1) ? "" : node.name + ": ";
    const std::string words = node.layer->text();
    const size_t kind_end = std::min(words.find(' '), words.size());
    part += words.substr(0, kind_end);
    for (size_t k = 1; k < node.inputs.size(); ++k) part += ' ' + name_of(node.inputs[k]);
    parts.push_back(part + words.substr(kind_end));
  }
  return fmt::format("{}", fmt::join(parts, separator));
}

void Architecture::set_input(const Shape& shape) {
  check(shape.rank() >= 1 && shape.rank() <= 4, "an input of {} dimensions", shape.rank());
  input_ = shape;
  has_input_ = true;
  whole_ = false;
}

void Architecture::set_whole_input(const Shape& shape) {
  if (shape.count() > std::numeric_limits<int32_t>::max()) {
    throw Error(fmt::format("an input of {} values", shape.count()), "use 2 billion at most");
  }
  input_ = shape;
  has_input_ = whole_ = true;
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
  if (index > kMaxLayers) throw Error("more layers than a network may have", fmt::format("use {} at most", kMaxLayers));
  if (!name.empty() && name != number) {
    if (!is_layer_name(name)) {
      throw Error(fmt::format("\"{}\" can't be a layer's name", name),
                  "use letters, digits, _ . - and /, not digits alone, and not \"input\" or \"axis\"");
    }
    if (find(name) >= 0) throw Error(fmt::format("two layers are called \"{}\"", name), "give each its own name");
  }
  const Takes takes = layer->takes();
  if (inputs.empty() && takes != Takes::none) inputs.push_back(index - 1);
  for (const int input : inputs) check(input >= 0 && input < index, "node {} reads node {}", index, input);
  if (takes != (inputs.empty() ? Takes::none : inputs.size() == 1 ? Takes::one : Takes::many)) {
    throw Error(fmt::format("{} with {} input{}", layer->kind(), inputs.size(), inputs.size() == 1 ? "" : "s"),
                takes == Takes::many  ? "it joins two or more layers"
                : takes == Takes::one ? "it reads one layer"
                                      : "it reads no layer");
  }
  nodes_.push_back({name.empty() ? number : name, std::move(layer), std::move(inputs)});
  return index;
}

std::string Architecture::describe(int node) const {
  if (node == 0) return "the input";
  const Node& n = nodes_[static_cast<size_t>(node)];
  return fmt::format("layer {} ({})", shortened(n.name, 80), shortened(n.layer->text(), 160));
}

std::vector<Shape> Architecture::input_shapes(int node, const std::vector<Shape>& shapes) const {
  std::vector<Shape> inputs;
  for (const int input : nodes_[static_cast<size_t>(node)].inputs) inputs.push_back(shapes[static_cast<size_t>(input)]);
  return inputs;
}

std::vector<Shape> Architecture::shapes(int64_t n) const {
  if (!has_input_) {
    throw Error("the network does not say its input", "begin it with input CHANNELSxHEIGHTxWIDTH, or give a data set");
  }
  if (whole_ && n != 1) {
    throw Error(fmt::format("a batch of {} for a network whose input is whole", n), "run one at a time");
  }
  std::vector<int64_t> first = input_.sizes();
  if (!whole_) first.insert(first.begin(), n);
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
  constexpr int64_t kMax = std::numeric_limits<int64_t>::max();
  const auto add = [](int64_t& sum, int64_t more) { sum = more > kMax - sum ? kMax : sum + more; };
  for (int i = 1; i < size(); ++i) {
    const std::vector<Shape> inputs = input_shapes(i, all);
    const Layer& layer = *nodes_[static_cast<size_t>(i)].layer;
    add(totals.parameters, layer.parameter_count(inputs).value);
    add(totals.multiply_adds, layer.multiply_adds(inputs).value);
  }
  return totals;
}

}  // namespace striate
