#include "engine/training/training_config.h"

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

std::map<std::string, std::string> config_keys(const TrainingConfig& config) {
  std::map<std::string, std::string> keys = {{"run.data", config.data},
                                             {"run.split", config.split},
                                             {"run.augment", config.augment},
                                             {"run.initializer", config.initializer}};
  // These only where they say something.
  const auto put = [&](const char* key, const std::string& value) {
    if (!value.empty()) keys[key] = value;
  };
  put("run.weights", config.weights);
  put("run.partial", config.partial ? "1" : "");
  put("run.head", config.head > 0 ? std::to_string(config.head) : "");
  put("run.freeze", config.freeze);
  put("run.normalization", config.normalization);
  put("run.split_by", config.split_by);
  put("run.base", config.base);
  put("run.wrong_labels", config.wrong_labels > 0 ? fmt::format("{}", config.wrong_labels) : "");
  put("run.labels", config.labels);
  put("run.examples", config.examples > 0 ? std::to_string(config.examples) : "");
  return keys;
}

void read_transfer(const SafeTensors& file, const std::string& path, TrainingConfig& config) {
  const auto text = [&](const char* key) {
    const auto found = file.metadata().find(key);
    return found == file.metadata().end() ? std::string() : found->second;
  };
  config.weights = text("run.weights");
  config.partial = text("run.partial") == "1";
  config.freeze = text("run.freeze");
  config.normalization = text("run.normalization");
  config.split_by = text("run.split_by");
  config.base = text("run.base");
  const auto number = [&](const char* key, auto& value) {
    const std::string written = text(key);
    const auto [end, problem] = std::from_chars(written.data(), written.data() + written.size(), value);
    if (!written.empty() && (problem != std::errc() || end != written.data() + written.size() || value < 1)) {
      throw Error(fmt::format("{}: \"{}\" in its metadata is \"{}\", not a number", path, key, written),
                  "the file was not written by Striate, or was changed since");
    }
  };
  number("run.head", config.head);
  number("run.examples", config.examples);
  config.labels = text("run.labels");
  if (const std::string share = text("run.wrong_labels"); !share.empty()) {
    const auto [end, problem] = std::from_chars(share.data(), share.data() + share.size(), config.wrong_labels);
    if (problem != std::errc() || end != share.data() + share.size()) {
      throw Error(fmt::format("{}: \"run.wrong_labels\" in its metadata is \"{}\", not a number", path, share),
                  "the file was not written by Striate, or was changed since");
    }
  }
  if (config.freeze.empty()) config.freeze = read_training_settings(file, path).frozen.numbers();
}

TrainingConfig read_config(const SafeTensors& file, const std::string& path) {
  const TrainerSettings settings = read_training_settings(file, path);
  const auto text = [&](const char* key) -> const std::string& {
    const auto found = file.metadata().find(key);
    if (found == file.metadata().end()) {
      throw Error(fmt::format("{} does not say which pictures it was trained with", path),
                  "it was saved by the command line: go on with striate train --resume");
    }
    return found->second;
  };
  TrainingConfig config;
  config.data = text("run.data");
  config.split = text("run.split");
  config.augment = text("run.augment");
  config.initializer = text("run.initializer");
  config.optimizer = settings.optimizer.text();
  config.loss = loss_name(settings.loss);
  config.l1 = settings.l1;
  config.label_smoothing = settings.label_smoothing;
  config.clip_norm = settings.clip_norm;
  config.batch = settings.batch;
  config.seed = settings.seed;
  read_transfer(file, path, config);
  check_config(config);
  return config;
}

}  // namespace striate
