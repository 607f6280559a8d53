// Every optimizer that there is, and what changes most in one: tests that hold for all of them go through this list, so
// that nobody who adds one has to find them.
#pragma once

#include <string>
#include <vector>

#include "engine/training/optimizer_settings.h"
#include "engine/training/optimizers/optimizer_kind.h"

namespace striate {

// Their texts, each with these settings behind it: " decay 0.1".
inline std::vector<std::string> test_optimizers(const std::string& settings = "") {
  std::vector<std::string> texts = {"sgd momentum 0.9" + settings};
  for (const std::string& name : optimizer_names()) texts.push_back(name + settings);
  return texts;
}

// Their texts with no setting at its default: switches on, numbers 0.1 or a tenth less than usual.
inline std::vector<std::string> test_optimizers_with_all_settings() {
  std::vector<std::string> texts;
  for (const OptimizerKind* kind : optimizer_kinds()) {
    OptimizerSettings settings = OptimizerSettings::parse(kind->name);
    for (const OptimizerField& field : kind->fields) {
      const bool is_switch = field.widget == OptimizerField::Widget::toggle;
      settings.set(field.word, static_cast<float>(is_switch ? 1 : field.usual == 0 ? 0.1 : 0.9 * field.usual));
    }
    texts.push_back(settings.text());
  }
  return texts;
}

}  // namespace striate
