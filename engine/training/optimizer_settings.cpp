#include "engine/training/optimizer_settings.h"

#include <algorithm>
#include <cctype>
#include <cmath>

#include "engine/nearest_word.h"
#include "engine/network/layer_words.h"
#include "engine/training/optimizers/optimizer_kind.h"

namespace striate {
namespace {

OptimizerSettings defaults(const OptimizerKind& kind) {
  OptimizerSettings settings;
  settings.kind = &kind;
  settings.values.clear();
  for (const OptimizerField& field : kind.fields) settings.values.push_back(static_cast<float>(field.usual));
  return settings;
}

bool is_switch(const OptimizerField& field) { return field.widget == OptimizerField::Widget::toggle; }

// "sgd [momentum M] [nesterov] [decay D]"
std::string syntax_of(const OptimizerKind& kind) {
  std::string syntax = kind.name;
  for (const OptimizerField& field : kind.fields) {
    const char initial = static_cast<char>(std::toupper(static_cast<unsigned char>(field.word[0])));
    syntax += is_switch(field) ? fmt::format(" [{}]", field.word) : fmt::format(" [{} {}]", field.word, initial);
  }
  return syntax;
}

// Its place among the fields, which has it.
size_t place_of(const OptimizerKind& kind, std::string_view word) {
  const auto found = std::find_if(kind.fields.begin(), kind.fields.end(),
                                  [&](const OptimizerField& field) { return field.word == word; });
  check(found != kind.fields.end(), "{} has no setting '{}'", kind.name, word);
  return static_cast<size_t>(found - kind.fields.begin());
}

}  // namespace

const std::vector<std::string>& optimizer_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all;
    for (const OptimizerKind* kind : optimizer_kinds()) all.emplace_back(kind->name);
    return all;
  }();
  return names;
}

OptimizerSettings::OptimizerSettings() : kind(&kAdam) {
  for (const OptimizerField& field : kAdam.fields) values.push_back(static_cast<float>(field.usual));
}

float OptimizerSettings::operator[](std::string_view word) const { return values[place_of(*kind, word)]; }

double OptimizerSettings::meant(std::string_view word) const {
  return std::round(static_cast<double>((*this)[word]) * 1e7) / 1e7;
}

bool OptimizerSettings::has(std::string_view word) const {
  return std::any_of(kind->fields.begin(), kind->fields.end(),
                     [&](const OptimizerField& field) { return field.word == word; });
}

void OptimizerSettings::set(std::string_view word, float value) { values[place_of(*kind, word)] = value; }

OptimizerSettings OptimizerSettings::parse(const std::string& text) {
  std::vector<PlacedWord> list = placed_words(text);
  if (list.empty()) throw Error("no optimizer", fmt::format("use one of {}", fmt::join(optimizer_names(), ", ")));
  const OptimizerKind& kind = find_optimizer(list[0].text);
  LayerWords words(std::move(list), syntax_of(kind));
  OptimizerSettings s = defaults(kind);
  while (words.more()) {
    const auto field = std::find_if(kind.fields.begin(), kind.fields.end(),
                                    [&](const OptimizerField& each) { return words.take(each.word); });
    if (field == kind.fields.end()) {
      std::vector<std::string> options;
      for (const OptimizerField& each : kind.fields) options.emplace_back(each.word);
      words.unknown(options);
    }
    const char* what =
        *field->label != 0 && field->widget == OptimizerField::Widget::field ? field->label : field->word;
    s.set(field->word,
          is_switch(*field) ? 1.0f : static_cast<float>(words.number(what, field->minimum, field->maximum)));
  }
  for (const OptimizerField& field : kind.fields) {
    if (field.needs == nullptr || s[field.word] == 0 || s[field.needs] != 0) continue;
    const double usual = kind.fields[place_of(kind, field.needs)].reset;
    throw Error(fmt::format("{} without {}", field.word, field.needs),
                fmt::format("write {} {} {} {}", kind.name, field.needs, usual, field.word));
  }
  return s;
}

std::string OptimizerSettings::text() const {
  const OptimizerSettings plain = defaults(*kind);
  std::string text = kind->name;
  for (size_t i = 0; i < values.size(); ++i) {
    const OptimizerField& field = kind->fields[i];
    if (values[i] == plain.values[i]) continue;
    text +=
        is_switch(field) ? fmt::format(" {}", field.word) : fmt::format(" {} {}", field.word, number_text(values[i]));
  }
  return text;
}

std::vector<std::string> OptimizerSettings::states() const { return kind->states(*this); }

float OptimizerSettings::usual_rate() const { return kind->usual_rate(*this); }

void begin_update(Stream& stream, const OptimizerSettings& settings, StepState* state) {
  if (settings.has("beta1") && settings.has("beta2")) {
    next_step(stream, state, settings["beta1"], settings["beta2"]);
  } else {
    next_step(stream, state);
  }
}

const std::vector<std::string>& loss_names() {
  static const std::vector<std::string> names{"cross-entropy", "nll", "mse", "bce", "bce-logits", "map"};
  return names;
}
const char* loss_name(Loss loss) { return loss_names()[static_cast<size_t>(loss)].c_str(); }
Loss parse_loss(const std::string& name) {
  for (size_t i = 0; i < loss_names().size(); ++i) {
    if (loss_names()[i] == name) return static_cast<Loss>(i);
  }
  throw Error(fmt::format("unknown loss \"{}\"", name), nearest_hint(name, loss_names()));
}

}  // namespace striate
