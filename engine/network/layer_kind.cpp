#include "engine/network/layer_kind.h"

#include <utility>

#include "engine/error.h"
#include "engine/network/layer_words.h"
#include "engine/old_names.h"

namespace striate {
namespace {

constexpr auto npos = static_cast<size_t>(-1);

bool is_place(const LayerField& field) { return field.keyword == nullptr; }

// The next words are this setting's keyword, of one word or two.
bool take_keyword(LayerWords& words, const LayerField& field) {
  const std::string_view keyword = field.keyword;
  const size_t space = keyword.find(' ');
  if (space == std::string_view::npos) return words.take(keyword);
  return words.take(keyword.substr(0, space), keyword.substr(space + 1));
}

size_t index_of(const LayerKind& kind, std::string_view setting) {
  for (size_t i = 0; i < kind.fields.size(); ++i) {
    if (setting == kind.fields[i].name) return i;
  }
  return npos;
}

// Settings from here on may be said in any order: none of them must be, or has a place.
size_t first_free(const LayerKind& kind) {
  size_t first = 0;
  for (size_t i = 0; i < kind.fields.size(); ++i) {
    if (is_place(kind.fields[i]) || kind.fields[i].needed) first = i + 1;
  }
  return first;
}

std::vector<std::string> keywords(const LayerKind& kind, size_t from) {
  std::vector<std::string> list;
  for (const LayerField& field : kind.fields.subspan(from)) list.emplace_back(field.keyword);
  return list;
}

// "FILTERS", "axis A", "no bias"
std::string shown(const LayerField& field) {
  if (is_place(field)) return field.shown;
  return *field.shown == '\0' ? field.keyword : std::string(field.keyword) + ' ' + field.shown;
}

}  // namespace

const LayerField* LayerKind::find(std::string_view setting) const {
  const size_t at = index_of(*this, setting);
  return at == npos ? nullptr : &fields[at];
}

std::string syntax_of(const LayerKind& kind) {
  std::string text = kind.word;
  if (*kind.joins != '\0') text += std::string(" ") + kind.joins;
  for (size_t i = 0; i < kind.fields.size(); ++i) {
    const LayerField& field = kind.fields[i];
    const LayerField* next = i + 1 < kind.fields.size() ? &kind.fields[i + 1] : nullptr;
    const LayerField* before = i > 0 ? &kind.fields[i - 1] : nullptr;
    if (field.needed) {
      text += ' ' + shown(field);
      continue;
    }
    // Places that may be left out stand together, as do settings of which one is said.
    const auto goes_on = [](const LayerField* one, const LayerField* other) {
      if (one == nullptr || other == nullptr || one->needed || other->needed) return false;
      return (is_place(*one) && is_place(*other)) || other->instead_of != nullptr;
    };
    const bool begun = goes_on(before, &field);
    text += (begun ? field.instead_of != nullptr ? " | " : " " : " [") + shown(field);
    if (!goes_on(&field, next)) text += ']';
  }
  if (*kind.example != '\0') text += std::string(", as in ") + kind.example;
  return text;
}

SettingsSaid::SettingsSaid(const LayerKind& kind, const LayerWords& words)
    : kind_(kind), words_(words), places_(kind.fields.size(), 0) {}

size_t SettingsSaid::place(std::string_view setting) const {
  const size_t at = index_of(kind_, setting);
  check(at != npos, "{} has no setting {}", kind_.word, setting);
  return places_[at];
}
bool SettingsSaid::said(std::string_view setting) const { return place(setting) > 0; }
void SettingsSaid::fail(std::string_view setting, const std::string& what, const std::string& hint) const {
  words_.fail_at(place(setting), what, hint);
}

std::shared_ptr<Layer> make_layer(const LayerKind& kind) {
  std::shared_ptr<Layer> layer = kind.make();
  layer->kind_ = &kind;
  return layer;
}

std::shared_ptr<const Layer> read_layer(const LayerKind& kind, LayerWords& words) {
  const std::shared_ptr<Layer> layer = make_layer(kind);
  SettingsSaid said(kind, words);
  const auto read = [&](size_t i) {
    said.note(i, words.place());
    kind.fields[i].read(words, kind.fields[i], *layer);
  };
  const size_t free = first_free(kind);
  bool places_end = false;  // one that may be left out was; where one is given, those beside it must be, too
  for (size_t i = 0; i < free; ++i) {
    const LayerField& field = kind.fields[i];
    if (field.is_read != nullptr && !field.is_read(*layer)) continue;
    if (is_place(field)) {
      const bool first = i == 0 || !is_place(kind.fields[i - 1]) || kind.fields[i - 1].needed;
      if (!field.needed && first) places_end = !words.more();
      if (field.needed || !places_end) read(i);
    } else if (take_keyword(words, field)) {
      read(i);
    } else if (field.needed) {
      if (words.more()) words.unknown({field.keyword});
      words.fail(fmt::format("{} needs its \"{}\"", kind.word, field.keyword), "write " + syntax_of(kind));
    }
  }
  while (words.more()) {
    size_t i = free;
    const auto beside_other = [&](const LayerField& field) {
      for (size_t k = free; k < kind.fields.size(); ++k) {
        const LayerField& other = kind.fields[k];
        const bool exclude = (field.instead_of != nullptr && std::string_view(field.instead_of) == other.name) ||
                             (other.instead_of != nullptr && std::string_view(other.instead_of) == field.name);
        if (exclude && said.said(other.name)) return true;
      }
      return false;
    };
    while (i < kind.fields.size() && (beside_other(kind.fields[i]) || !take_keyword(words, kind.fields[i]))) ++i;
    if (i == kind.fields.size()) words.unknown(keywords(kind, free));
    read(i);
  }
  if (kind.settle != nullptr) kind.settle(*layer, said);
  return layer;
}

std::string Layer::kind() const { return info().word; }
Takes Layer::takes() const { return info().takes; }

std::string Layer::text() const {
  const LayerKind& kind = info();
  const std::shared_ptr<const Layer> plain = kind.make();
  std::string text = kind.word;
  const auto put = [&](const LayerField& field) {
    if (!is_place(field)) text += std::string(" ") + field.keyword;
    if (field.type == LayerField::Type::on_off) return;
    const std::string value = field.text(*this);
    if (!value.empty()) text += ' ' + value;
  };
  bool some_place = false;
  for (const LayerField& field : kind.fields) {
    some_place = some_place || (is_place(field) && !field.needed && !field.same(*this, *plain));
  }
  for (const LayerField& field : kind.fields) {
    if (field.needed || (is_place(field) ? some_place : !field.same(*this, *plain))) put(field);
  }
  return text;
}

Counted Layer::parameter_count(const std::vector<Shape>& inputs) const {
  Counted counted;
  for (const WeightSpec& p : parameters(inputs)) {
    counted.value += p.shape.count();
    if (!counted.formula.empty()) counted.formula += " + ";
    counted.formula += std::to_string(p.shape.count());
  }
  return counted;
}

Counted Layer::multiply_adds(const std::vector<Shape>&) const { return {}; }

SettingValue setting_of(const Layer& layer, std::string_view setting) {
  const LayerField* field = layer.info().find(setting);
  check(field != nullptr, "{} has no setting {}", layer.kind(), setting);
  return field->value(layer);
}

const LayerKind& layer_kind(std::string_view word) {
  const LayerKind* kind = find_layer_kind(word);
  check(kind != nullptr, "no kind of layer is called {}", word);
  return *kind;
}

const LayerKind* find_layer_kind(std::string_view word) {
  for (const LayerKind& kind : layer_kinds()) {
    if (word == kind.word) return &kind;
  }
  const std::string now = current_name(NameOf::layer, word);
  return now == word ? nullptr : find_layer_kind(now);
}

}  // namespace striate
