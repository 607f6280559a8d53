// A training as a person runs it: begun from a recipe, changed while it runs, looked at in any earlier step, branched.
// Everything is a function of the recipe and of the changes, each of which belongs to a step: the same ones give the
// same bits, whenever and however fast it runs. No threads of its own.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace striate {

// What a run begins with, as texts that commands, saved files and the command line use.
struct RunRecipe {
  std::string data = "digits";     // engine/training/data/sources.h
  std::string model = "tiny";      // a name of engine/network/models.h or an architecture's text
  std::string optimizer = "adam";  // engine/training/optimizer_settings.h
  double rate = 0;                 // 0: the optimizer's usual one
  std::string schedule;            // engine/training/schedule.h; empty: the usual one
  std::string loss = "cross-entropy";
  int batch = 64;
  uint64_t seed = 1;
  std::string split = "0.8,0.1,0.1";
  std::string augment;  // engine/training/data/augment.h; empty: none
  std::string initializer = "pytorch";
  friend bool operator==(const RunRecipe&, const RunRecipe&) = default;
};

}  // namespace striate
