#include "engine/training/recipe_file.h"

#include <charconv>

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
  std::map<std::string, std::string> keys = {{"run.data", recipe.data},
                                             {"run.split", recipe.split},
                                             {"run.augment", recipe.augment},
                                             {"run.initializer", recipe.initializer}};
  // These only where they say something.
  const auto put = [&](const char* key, const std::string& value) {
    if (!value.empty()) keys[key] = value;
  };
  put("run.weights", recipe.weights);
  put("run.partial", recipe.partial ? "1" : "");
  put("run.head", recipe.head > 0 ? std::to_string(recipe.head) : "");
  put("run.freeze", recipe.freeze);
  put("run.normalization", recipe.normalization);
  put("run.split_by", recipe.split_by);
  return keys;
}

void read_transfer(const SafeTensors& file, const std::string& path, RunRecipe& recipe) {
  const auto text = [&](const char* key) {
    const auto found = file.metadata().find(key);
    return found == file.metadata().end() ? std::string() : found->second;
  };
  recipe.weights = text("run.weights");
  recipe.partial = text("run.partial") == "1";
  recipe.freeze = text("run.freeze");
  recipe.normalization = text("run.normalization");
  recipe.split_by = text("run.split_by");
  const std::string head = text("run.head");
  const auto [end, problem] = std::from_chars(head.data(), head.data() + head.size(), recipe.head);
  if (!head.empty() && (problem != std::errc() || end != head.data() + head.size() || recipe.head < 1)) {
    throw Error(fmt::format("{}: \"run.head\" in its metadata is \"{}\", not a number", path, head),
                "the file was not written by Striate, or was changed since");
  }
  if (recipe.freeze.empty()) recipe.freeze = read_training_settings(file, path).frozen.numbers();
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
  read_transfer(file, path, recipe);
  check_recipe(recipe);
  return recipe;
}

}  // namespace striate
