#include "engine/network/layer_settings.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "engine/error.h"
#include "engine/nearest_word.h"
#include "engine/network/layer_words.h"

namespace striate {
namespace {

using Type = LayerField::Type;

const LayerKind& known_kind(std::string_view word) {
  if (const LayerKind* kind = find_layer_kind(word)) return *kind;
  std::vector<std::string> words;
  for (const LayerKind* kind : kinds_to_add()) words.emplace_back(kind->word);
  throw Error(fmt::format("unknown layer \"{}\"", word), nearest_hint(word, words));
}

std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> words;
  for (PlacedWord& word : placed_words(text)) words.push_back(std::move(word.text));
  return words;
}

// The values that the words give, per setting; none where they don't.
struct Read {
  const LayerKind* kind;
  std::vector<std::optional<std::string>> values;
  std::vector<std::string> rest;  // what is not understood
};

Read read(std::string_view text) {
  const std::vector<std::string> words = split(text);
  const LayerKind& kind = known_kind(words.empty() ? "" : words[0]);
  const auto fields = kind.fields;
  Read read{&kind, {}, {}};
  read.values.resize(fields.size());
  for (size_t i = 1; i < words.size(); ++i) {
    bool understood = false;
    for (size_t k = 0; k < fields.size() && !understood; ++k) {
      const LayerField& field = fields[k];
      if (field.keyword == nullptr) continue;
      const std::vector<std::string> keyword = split(field.keyword);
      understood = i + keyword.size() <= words.size();
      for (size_t w = 0; w < keyword.size() && understood; ++w) understood = words[i + w] == keyword[w];
      if (!understood) continue;
      i += keyword.size() - 1;
      if (field.type == Type::on_off) {
        read.values[k] = layer_fallback(kind, field) == "on" ? "off" : "on";
      } else if (i + 1 < words.size()) {
        read.values[k] = words[++i];
      }
    }
    if (understood) continue;
    size_t place = 0;  // the next setting with a place of its own
    while (place < fields.size() && (fields[place].keyword != nullptr || read.values[place])) ++place;
    if (place < fields.size()) {
      read.values[place] = words[i];
    } else {
      read.rest.push_back(words[i]);
    }
  }
  return read;
}

size_t index_of(const LayerKind& kind, std::string_view name) {
  std::vector<std::string> names;
  for (size_t i = 0; i < kind.fields.size(); ++i) {
    if (name == kind.fields[i].name) return i;
    names.emplace_back(kind.fields[i].name);
  }
  if (names.empty()) throw Error(fmt::format("{} has no settings", kind.word), "there is nothing to set");
  throw Error(fmt::format("{} has no setting \"{}\"", kind.word, name), nearest_hint(name, names));
}

std::string told(std::initializer_list<std::pair<const char*, const char*>> names) {
  std::string text;
  for (const auto& [program, name] : names) {
    if (name == nullptr || std::string_view(name) == kNoName) continue;
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", program, name);
  }
  return text;
}

}  // namespace

std::span<const LayerField> layer_settings(const std::string& kind) { return known_kind(kind).fields; }

std::vector<const LayerKind*> kinds_to_add() {
  std::vector<const LayerKind*> kinds;
  for (const LayerKind& kind : layer_kinds()) {
    if (*kind.first != '\0') kinds.push_back(&kind);
  }
  return kinds;
}

std::vector<std::string> layer_setting_names() {
  std::vector<std::string> names;
  for (const LayerKind& kind : layer_kinds()) {
    for (const LayerField& field : kind.fields) {
      if (std::find(names.begin(), names.end(), field.name) == names.end()) names.emplace_back(field.name);
    }
  }
  return names;
}

std::string layer_fallback(const LayerKind& kind, const LayerField& field) {
  return field.needed || field.follows != nullptr ? "" : field.text(*kind.make());
}

std::string layer_setting(std::string_view words, std::string_view name) {
  const Read found = read(words);
  const size_t at = index_of(*found.kind, name);
  return found.values[at].value_or(layer_fallback(*found.kind, found.kind->fields[at]));
}

std::string with_layer_setting(std::string_view words, std::string_view name, const std::string& value) {
  Read found = read(words);
  const LayerKind& kind = *found.kind;
  const size_t at = index_of(kind, name);
  const LayerField& changed = kind.fields[at];
  const bool plain = value.find_first_of(" \t\r\n|#:") == std::string::npos;
  const bool missing = value.empty() && changed.needed && changed.is_read == nullptr;
  if (!plain || missing || (changed.type == Type::on_off && value != "on" && value != "off")) {
    throw Error(fmt::format("invalid {1} \"{0}\" for {2}", value, name, kind.word), changed.help);
  }
  found.values[at] = value;
  // What it stands instead of is then not said.
  for (size_t i = 0; i < kind.fields.size(); ++i) {
    const LayerField& other = kind.fields[i];
    const bool exclude = (changed.instead_of != nullptr && std::string_view(changed.instead_of) == other.name) ||
                         (other.instead_of != nullptr && std::string_view(other.instead_of) == changed.name);
    if (exclude && value != layer_fallback(kind, changed)) found.values[i].reset();
  }
  const auto is_said = [&](size_t i) {
    const LayerField& field = kind.fields[i];
    const auto& said = found.values[i];
    return said && !said->empty() && (field.needed || *said != layer_fallback(kind, field));
  };
  // Places that may be left out are left out together.
  bool some_place = false;
  for (size_t i = 0; i < kind.fields.size(); ++i) {
    some_place = some_place || (kind.fields[i].keyword == nullptr && !kind.fields[i].needed && is_said(i));
  }
  std::string text = kind.word;
  for (size_t i = 0; i < kind.fields.size(); ++i) {
    const LayerField& field = kind.fields[i];
    const bool beside = field.keyword == nullptr && !field.needed && some_place;
    if (!is_said(i) && !beside) continue;
    if (field.keyword != nullptr) text += std::string(" ") + field.keyword;
    if (field.type != Type::on_off) {
      text += ' ' + (found.values[i] ? *found.values[i] : layer_fallback(kind, field));
    }
  }
  for (const std::string& word : found.rest) text += ' ' + word;
  return text;
}

std::string names_elsewhere(const NamesElsewhere& names) {
  return told({{"PyTorch", names.torch}, {"Keras", names.keras}, {"ONNX", names.onnx}});
}
std::string names_elsewhere(const LayerKind& kind) {
  return told({{"PyTorch", kind.torch.name}, {"Keras", kind.keras.name}, {"ONNX", kind.onnx.name}});
}

}  // namespace striate
