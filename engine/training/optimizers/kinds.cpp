// The one list of all optimizers, in the order in which they are offered; each is declared in a file of this folder as
// optimizer_kind.h says. To add one: its file, and its name here.
#include <algorithm>

#include "engine/error.h"
#include "engine/nearest_word.h"
#include "engine/training/optimizer_settings.h"
#include "engine/training/optimizers/optimizer_kind.h"

// clang-format off
#define STRIATE_OPTIMIZER_KINDS(kind) \
  kind(kSgd) \
  kind(kAdagrad) \
  kind(kRmsProp) \
  kind(kAdam) \
  kind(kAdamW)

// clang-format on

namespace striate {

#define STRIATE_DECLARED(kind) extern const OptimizerKind kind;
STRIATE_OPTIMIZER_KINDS(STRIATE_DECLARED)

const std::vector<const OptimizerKind*>& optimizer_kinds() {
#define STRIATE_LISTED(kind) &kind,
  static const std::vector<const OptimizerKind*> kinds = {STRIATE_OPTIMIZER_KINDS(STRIATE_LISTED)};
  return kinds;
}

const OptimizerKind& find_optimizer(std::string_view name) {
  for (const OptimizerKind* kind : optimizer_kinds()) {
    if (kind->name == name) return *kind;
  }
  throw Error(fmt::format("unknown optimizer \"{}\"", name), nearest_hint(name, optimizer_names()));
}

std::vector<std::string> optimizer_words() {
  std::vector<std::string> words;
  for (const OptimizerKind* kind : optimizer_kinds()) {
    for (const OptimizerField& field : kind->fields) {
      if (std::find(words.begin(), words.end(), field.word) == words.end()) words.emplace_back(field.word);
    }
  }
  return words;
}

void UpdateNumbers::line_of_weight(double by) {
  line("weight", "weight \u2212 step", fmt::format("{} \u2212 {}", text(weight), text(by)), weight_after, true);
}

UpdateNumbers::Slope UpdateNumbers::decayed(double decay) {
  if (decay <= 0) return {gradient_name, gradient};
  const double d = gradient + decay * weight;
  line("d", gradient_name + " + decay \u00b7 weight",
       fmt::format("{} + {} \u00b7 {}", text(gradient), text(decay), text(weight)), d);
  return {"d", d};
}

}  // namespace striate
