#include "engine/network/layer_list.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "engine/nearest_word.h"
#include "engine/network/architecture_words.h"
#include "engine/network/layer_kind.h"
#include "engine/network/layer_words.h"
#include "engine/network/per_picture.h"

namespace striate {
namespace {

constexpr int64_t kMaxValues = std::numeric_limits<int32_t>::max();

using Words = std::vector<PlacedWord>;

Takes takes_of(std::string_view kind) {
  const LayerKind* found = find_layer_kind(kind);
  return found == nullptr ? Takes::one : found->takes;
}

// The names among the words of a layer that joins others (words[kind] is its kind), taken out of them: they stand
// before its settings.
std::vector<std::string> take_names(Words& words, size_t kind = 0) {
  if (words.size() <= kind || takes_of(words[kind].text) != Takes::many) return {};
  const auto begin = words.begin() + static_cast<std::ptrdiff_t>(kind) + 1, end = names_end(begin, words.end());
  std::vector<std::string> names;
  for (auto word = begin; word != end; ++word) names.push_back(word->text);
  words.erase(begin, end);
  return names;
}

std::string joined(const Words& words, size_t from = 0) {
  std::string text;
  for (size_t i = from; i < words.size(); ++i) text += (i > from ? " " : "") + words[i].text;
  return text;
}

// "line 1, column 5: WHAT" stands beside its line already.
Error without_place(const Error& error) {
  const std::string what = error.what();
  const size_t colon = what.rfind("line ", 0) == 0 ? what.find(": ") : std::string::npos;
  return Error(colon == std::string::npos ? what : what.substr(colon + 2), error.hint());
}

Error wrong_kind(const std::string& kind) {
  if (kind.empty()) return Error("a name without a layer", "write a layer behind it: name: relu");
  if (kind == "from") return Error("a branch without a layer", "write from NAME, and a layer behind it");
  if (kind == "input") {
    return Error("an input between layers",
                 "write it once, before all layers, without a name: input CHANNELSxHEIGHTxWIDTH");
  }
  std::vector<std::string> words;
  for (const LayerKind& k : layer_kinds()) words.emplace_back(k.word);
  return Error(fmt::format("unknown layer \"{}\"", kind), nearest_hint(kind, words));
}

// The names that one written layer joins, "a: add b c".
std::vector<std::string> names_in(std::string_view text, const std::string& kind) {
  Words words = architecture_words(text).back();
  size_t at = 0;
  while (at < words.size() && words[at].text != kind) ++at;
  return take_names(words, at);
}

}  // namespace

std::string LayerLine::kind() const { return words.substr(0, words.find(' ')); }

int LayerList::Checked::wrong() const {
  for (size_t i = 0; i < rows.size(); ++i) {
    if (rows[i].error) return static_cast<int>(i);
  }
  return -1;
}

// ------------------------------------------------------------------------------------------------- reading and writing

LayerList LayerList::parse(std::string_view text) {
  LayerList list;
  struct Names {
    std::string source;
    std::vector<std::string> joins;
  };
  std::vector<Names> names;  // per line, as written: a line may be named below where it is read
  std::string source;
  const auto add = [&](std::string name, std::string words, std::vector<std::string> joins) {
    if (name == std::to_string(list.size())) name.clear();
    list.lines_.push_back({std::move(name), std::move(words), std::nullopt, {}});
    names.push_back({std::exchange(source, {}), std::move(joins)});
  };
  for (Words& words : architecture_words(text)) {
    if (words[0].text == "input" && words.size() > 1 && list.lines_.empty() && list.input_.empty() && source.empty()) {
      list.input_ = joined(words, 1);
      continue;
    }
    if (words[0].text == "from" && words.size() == 2) {
      if (!source.empty()) add({}, "from " + std::exchange(source, {}), {});
      source = words[1].text;
      continue;
    }
    std::string name;
    if (words[0].text.back() == ':') {
      name = words[0].text.substr(0, words[0].text.size() - 1);
      words.erase(words.begin());
    }
    std::vector<std::string> joins = take_names(words);
    add(std::move(name), joined(words), std::move(joins));
  }
  if (!source.empty()) add({}, "from " + std::exchange(source, {}), {});
  for (size_t i = 0; i < names.size(); ++i) {
    if (!names[i].source.empty()) list.lines_[i].source = list.reference(names[i].source);
    for (const std::string& join : names[i].joins) list.lines_[i].joins.push_back(list.reference(join));
  }
  return list;
}

std::string LayerList::text(const std::string& separator) const {
  std::vector<std::string> parts;
  if (!input_.empty()) parts.push_back("input " + input_);
  for (const LayerLine& line : lines_) {
    if (line.source) parts.push_back("from " + word_of(*line.source));
    const size_t kind_end = std::min(line.words.find(' '), line.words.size());
    std::string part = (line.name.empty() ? "" : line.name + ": ") + line.words.substr(0, kind_end);
    for (const LayerReference& join : line.joins) part += ' ' + word_of(join);
    parts.push_back(part + line.words.substr(kind_end));
  }
  return fmt::format("{}", fmt::join(parts, separator));
}

std::string LayerList::name_of(int line) const {
  if (line < 0) return "input";
  const std::string& name = lines_[static_cast<size_t>(line)].name;
  return name.empty() ? std::to_string(line) : name;
}

LayerReference LayerList::reference(std::string_view word) const {
  if (word == "input") return {LayerReference::kInput, {}};
  for (int i = 0; i < size(); ++i) {
    if (name_of(i) == word) return {i, {}};
  }
  return {LayerReference::kUnknown, std::string(word)};
}

std::string LayerList::word_of(const LayerReference& reference) const {
  return reference.line == LayerReference::kUnknown ? reference.word : name_of(reference.line);
}

// ------------------------------------------------------------------------------------------------------------ changing

void LayerList::need_line(int line) const {
  if (line >= 0 && line < size()) return;
  throw Error(fmt::format("there is no layer number {}", line), lines_.empty()
                                                                    ? "the network has no layers yet: add one"
                                                                    : fmt::format("they go from 0 to {}", size() - 1));
}

void LayerList::renumber(const std::vector<int>& where, const LayerReference& instead) {
  const auto follow = [&](LayerReference& reference) {
    if (reference.line < 0) return;
    const int to = where[static_cast<size_t>(reference.line)];
    reference = to >= 0 ? LayerReference{to, {}} : instead;
  };
  for (LayerLine& line : lines_) {
    if (line.source) follow(*line.source);
    for (LayerReference& join : line.joins) follow(join);
  }
  resolve();
}

// What named no layer names one where the text, read again, would.
void LayerList::resolve() {
  const auto again = [&](LayerReference& of) {
    if (of.line == LayerReference::kUnknown && !of.word.empty()) of = reference(std::string(of.word));
  };
  for (LayerLine& line : lines_) {
    if (line.source) again(*line.source);
    for (LayerReference& join : line.joins) again(join);
  }
}

namespace {

// One layer out of a text. Throws Error where it is none, or several.
LayerList one_layer(std::string_view words) {
  LayerList list = LayerList::parse(words);
  if (list.size() != 1 || !list.input().empty()) {
    throw Error(fmt::format("\"{}\" is not one layer", words), "write one layer, as in conv 6 5x5 or relu");
  }
  return list;
}

}  // namespace

int LayerList::insert(int at, std::string_view words) {
  if (at < 0 || at > size()) need_line(at);
  const LayerLine made = one_layer(words).lines_[0];
  if (!made.name.empty() && reference(made.name).line != LayerReference::kUnknown) {
    throw Error(fmt::format("two layers would be called \"{}\"", made.name), "give each its own name");
  }
  // What it joins is meant as the list stands now.
  LayerLine line{made.name, made.words, std::nullopt, {}};
  for (const std::string& join : names_in(words, made.kind())) line.joins.push_back(reference(join));
  if (made.source) line.source = reference(architecture_words(words)[0][1].text);
  std::vector<int> where(lines_.size());
  for (int i = 0; i < size(); ++i) where[static_cast<size_t>(i)] = i < at ? i : i + 1;
  lines_.insert(lines_.begin() + at, std::move(line));
  where.push_back(size() - 1);
  // The new line's own references count lines as they were, like all others.
  renumber(where, {});
  return at;
}

void LayerList::remove(int line) {
  need_line(line);
  const LayerLine gone = lines_[static_cast<size_t>(line)];
  const LayerReference before = gone.source.value_or(LayerReference{line - 1, {}});
  // The line behind read this one because it stood before it.
  if (line + 1 < size() && !lines_[static_cast<size_t>(line) + 1].source && gone.source) {
    lines_[static_cast<size_t>(line) + 1].source = before;
  }
  std::vector<int> where(lines_.size());
  for (int i = 0; i < size(); ++i) where[static_cast<size_t>(i)] = i < line ? i : i - 1;
  where[static_cast<size_t>(line)] = -1;
  LayerReference instead = before;
  if (instead.line > line) --instead.line;
  if (instead.line == line) instead = {LayerReference::kUnknown, name_of(line)};  // it read itself
  lines_.erase(lines_.begin() + line);
  renumber(where, instead);
  // "from the line before" need not be said.
  for (int i = 0; i < size(); ++i) {
    LayerLine& now = lines_[static_cast<size_t>(i)];
    if (now.source && now.source->line == i - 1) now.source.reset();
  }
}

void LayerList::move(int line, int to) {
  need_line(line);
  need_line(to);
  if (line == to) return;
  std::vector<int> order;
  for (int i = 0; i < size(); ++i) order.push_back(i);
  order.erase(order.begin() + line);
  order.insert(order.begin() + to, line);
  std::vector<LayerLine> moved;
  std::vector<int> where(lines_.size());
  for (int i = 0; i < size(); ++i) {
    const int old = order[static_cast<size_t>(i)];
    where[static_cast<size_t>(old)] = i;
    moved.push_back(std::move(lines_[static_cast<size_t>(old)]));
  }
  lines_ = std::move(moved);
  renumber(where, {});
}

void LayerList::replace(int line, std::string_view words) {
  need_line(line);
  const LayerLine made = one_layer(words).lines_[0];
  LayerLine& now = lines_[static_cast<size_t>(line)];
  if (!made.name.empty() && made.name != name_of(line)) rename(line, made.name);
  std::vector<LayerReference> joins;
  for (const std::string& join : names_in(words, made.kind())) joins.push_back(reference(join));
  if (joins.empty() && takes_of(made.kind()) == Takes::many) joins = now.joins;
  now.words = made.words;
  now.joins = std::move(joins);
}

void LayerList::rename(int line, const std::string& name) {
  need_line(line);
  LayerLine& now = lines_[static_cast<size_t>(line)];
  if (name.empty() || name == std::to_string(line)) {
    now.name.clear();
    resolve();
    return;
  }
  if (!is_layer_name(name)) {
    throw Error(fmt::format("\"{}\" can't be a layer's name", name),
                "use letters, digits, _ . - and /, not digits alone, and not \"input\"");
  }
  const LayerReference same = reference(name);
  if (same.line >= 0 && same.line != line) {
    throw Error(fmt::format("layer {} is called \"{}\" already", same.line, name), "give each its own name");
  }
  now.name = name;
  resolve();
}

void LayerList::set_source(int line, const std::string& name) {
  need_line(line);
  LayerLine& now = lines_[static_cast<size_t>(line)];
  if (name.empty()) {
    now.source.reset();
    return;
  }
  const bool number = name.find_first_not_of("0123456789") == std::string::npos;
  if (!number && name != "input" && !is_layer_name(name)) {
    throw Error(fmt::format("\"{}\" can't be a layer's name", name), "write the name of a layer before this one");
  }
  now.source = reference(name);
}

// ------------------------------------------------------------------------------------------------------------ checking

namespace {

// Gives the architecture the input that both the text and the data set say, none where neither does. Throws Error.
void set_input(Architecture& architecture, const std::string& own, const Shape& given) {
  if (own.empty()) {
    if (given.rank() > 0) architecture.set_input(given);
    return;
  }
  Architecture said;
  try {
    said = Architecture::parse("input " + own + " | identity");
  } catch (const Error& error) {
    throw without_place(error);
  }
  if (given.rank() > 0 && (said.whole() || said.input() != given)) {
    throw Error(fmt::format("the network takes {}, the data set has {}", own, sizes_text(given.sizes())),
                "change its input, or leave it out");
  }
  said.whole() ? architecture.set_whole_input(said.input()) : architecture.set_input(said.input());
}

// Says beside the layer what is wrong with it for pictures: a network that is built here is trained on batches and
// shown picture by picture.
void check_batches(const Architecture& architecture, LayerList::Checked& checked) {
  if (architecture.whole()) {
    checked.error =
        Error("an input that is whole can't be trained in batches", "leave \"whole\" out: input CHANNELSxHEIGHTxWIDTH");
    return;
  }
  std::optional<PictureMistake> mistake;
  try {
    mistake = picture_mistake(architecture);
  } catch (const Error& error) {  // weights that can't be counted
    mistake = PictureMistake{-1, error};
  }
  if (!mistake) return;
  if (mistake->node < 1) {
    checked.error = mistake->error;
  } else {
    checked.rows[static_cast<size_t>(mistake->node) - 1].error = mistake->error;
  }
}

std::string output_text(const Shape& shape) {
  std::string text;
  for (int i = 1; i < shape.rank(); ++i) text += (i > 1 ? " x " : "") + std::to_string(shape[i]);
  return text;
}

}  // namespace

LayerList::Checked LayerList::check(const Shape& input, int classes) const {
  Checked checked;
  checked.rows.resize(lines_.size());
  Architecture architecture;
  std::vector<std::optional<Shape>> shapes(1);  // per node
  try {
    set_input(architecture, input_, input);
    if (architecture.has_input()) shapes[0] = architecture.shapes(1)[0];
  } catch (const Error& error) {
    checked.error = error;
  }
  if (lines_.empty()) {
    checked.error =
        Error("an architecture without layers", "add one, or write: conv 6 5x5 | relu | flatten | dense 10");
    return checked;
  }
  bool whole = true;  // the architecture has all lines so far
  std::vector<char> read(lines_.size() + 1, 0);
  for (int i = 0; i < size(); ++i) {
    const LayerLine& line = lines_[static_cast<size_t>(i)];
    Row& row = checked.rows[static_cast<size_t>(i)];
    shapes.emplace_back();
    try {
      const LayerKind* kind = find_layer_kind(line.kind());
      if (kind == nullptr || line.words.empty()) throw wrong_kind(line.kind());
      std::vector<int> inputs;
      const auto add_input = [&](const LayerReference& reference) {
        if (reference.line == LayerReference::kUnknown || reference.line >= i) {
          std::vector<std::string> names;
          for (int k = -1; k < i; ++k) names.push_back(name_of(k));
          throw Error(fmt::format("no layer before this one is called \"{}\"", word_of(reference)),
                      nearest_hint(word_of(reference), names));
        }
        inputs.push_back(reference.line + 1);
        read[static_cast<size_t>(reference.line + 1)] = 1;
      };
      if (kind->takes != Takes::none) {
        add_input(line.source.value_or(LayerReference{i - 1, {}}));
      } else if (line.source) {
        throw Error(fmt::format("{} reads no layer", kind->word), "leave out what it reads");
      }
      for (const LayerReference& join : line.joins) add_input(join);
      LayerWords words(placed_words(line.words), syntax_of(*kind));
      const std::shared_ptr<const Layer> layer = read_layer(*kind, words);
      if (kind->takes == Takes::many && inputs.size() < 2) {
        throw Error(fmt::format("{} needs the name of another layer", kind->word),
                    fmt::format("say which layer to join: {} NAME", kind->word));
      }
      if (whole) {
        architecture.add(layer, line.name, inputs);  // names
      } else if (!line.name.empty() && !is_layer_name(line.name)) {
        throw Error(fmt::format("\"{}\" can't be a layer's name", line.name), "use letters, digits, _ . - and /");
      }
      std::vector<Shape> in;
      for (const int k : inputs) {
        if (shapes[static_cast<size_t>(k)]) in.push_back(*shapes[static_cast<size_t>(k)]);
      }
      if (in.size() != inputs.size()) continue;
      const Shape out = layer->output(in);
      if (out.count() > kMaxValues) {
        throw Error(fmt::format("gives {} values, more than 2 billion for each picture", output_text(out)),
                    "use a smaller input or fewer channels");
      }
      row.output = shapes.back() = out;
      row.parameters = layer->parameter_count(in);
      row.multiply_adds = layer->multiply_adds(in);
    } catch (const Error& error) {
      row.error = without_place(error);
      whole = false;
    }
  }
  for (int i = 0; i + 1 < size(); ++i) {
    checked.rows[static_cast<size_t>(i)].unread = read[static_cast<size_t>(i) + 1] == 0;
  }
  Row& last = checked.rows.back();
  if (last.output && classes > 0 && !last.error) {
    const Shape& out = *last.output;
    if (out.rank() < 2) {
      last.error = Error(fmt::format("the last layer gives {} in all, not a row of {} values for each picture",
                                     out.rank() == 0 ? "one value" : out.text() + " values", classes),
                         "keep the first axis for the pictures of a batch: write batch for its size in a reshape");
      whole = false;
    } else if (out.rank() > 2 && out.count() == classes * out[0]) {
      last.error = Error(
          fmt::format("the last layer gives {} values for each picture, not a row of {}", output_text(out), classes),
          "end the network with flatten");
      whole = false;
    } else if (out.rank() != 2 || (out[1] != classes && (out[1] != 1 || classes != 2))) {
      last.error =
          Error(fmt::format("the last layer gives {} values, the data set has {} classes", output_text(out), classes),
                fmt::format("end the network with {}dense {}", out.rank() > 2 ? "flatten | " : "", classes));
      whole = false;
    }
  }
  if (whole && !checked.error && architecture.has_input()) {
    check_batches(architecture, checked);
    whole = checked.wrong() < 0;
  }
  if (whole && !checked.error) checked.good = std::move(architecture);
  return checked;
}

}  // namespace striate
