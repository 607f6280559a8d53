#include "engine/training/recipe_file.h"

#include "engine/error.h"
#include "engine/nearest_word.h"
#include "engine/training/checkpoint.h"

namespace striate {
namespace {

constexpr struct {
  const char* name;
  Initializer how;
} kInitializers[] = {{"pytorch", Initializer::pytorch},
                     {"he-normal", Initializer::he_normal},
                     {"he-uniform", Initializer::he_uniform},
                     {"glorot-normal", Initializer::glorot_normal},
                     {"glorot-uniform", Initializer::glorot_uniform}};

}  // namespace

Initializer parse_initializer(const std::string& name) {
  std::vector<std::string> names;
  for (const auto& each : kInitializers) {
    if (name == each.name) return each.how;
    names.push_back(each.name);
  }
  throw Error(fmt::format("there are no starting weights \"{}\"", name), nearest_hint(name, names));
}

std::map<std::string, std::string> recipe_keys(const RunRecipe& recipe) {
  return {{"run.data", recipe.data},
          {"run.split", recipe.split},
          {"run.augment", recipe.augment},
          {"run.initializer", recipe.initializer}};
}

RunRecipe read_recipe(const SafeTensors& file, const std::string& path) {
  const TrainerSettings settings = read_training_settings(file, path);
  const auto text = [&](const char* key) -> const std::string& {
    const auto found = file.metadata().find(key);
    if (found == file.metadata().end()) {
      throw Error(fmt::format("{} does not say which pictures it was trained with", path),
                  "it was saved by the command line: go on with striate train --resume");
    }
    return found->second;
  };
  RunRecipe recipe;
  recipe.data = text("run.data");
  recipe.split = text("run.split");
  recipe.augment = text("run.augment");
  recipe.initializer = text("run.initializer");
  recipe.optimizer = settings.optimizer.text();
  recipe.loss = loss_name(settings.loss);
  recipe.batch = settings.batch;
  recipe.seed = settings.seed;
  check_recipe(recipe);
  return recipe;
}

}  // namespace striate
