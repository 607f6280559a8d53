// Every optimizer that there is, and what changes most in one: tests that hold for all of them go through this list, so
// that nobody who adds one has to find them.
#pragma once

#include <string>
#include <vector>

#include "engine/training/optimizer_settings.h"

namespace striate {

// Their texts, each with these settings behind it: " decay 0.1".
inline std::vector<std::string> test_optimizers(const std::string& settings = "") {
  std::vector<std::string> texts = {"sgd momentum 0.9" + settings};
  for (const std::string& name : optimizer_names()) texts.push_back(name + settings);
  return texts;
}

}  // namespace striate
