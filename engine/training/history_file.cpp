#include "engine/training/history_file.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>
#include <vector>

#include "engine/error.h"

namespace striate {
namespace {

using Json = nlohmann::json;
constexpr int64_t kScalars = 5;

[[noreturn]] void broken(const std::string& path, const std::string& what) {
  throw Error(fmt::format("{}: {}", path, what), "the file was not written by Striate, or was changed since");
}

// A tensor (n, 5): n. -1: there is none.
int64_t rows_of(const SafeTensors& file, const std::string& path, const std::string& name) {
  if (!file.has(name)) return -1;
  const std::vector<int64_t>& shape = file.at(name).shape;
  if (shape.size() != 2 || shape[1] != kScalars) broken(path, fmt::format("{} has no rows of {}", name, kScalars));
  return shape[0];
}

template <typename T>
T from_json(const SafeTensors& file, const std::string& path, const std::string& key, const char* member = nullptr) {
  const auto found = file.metadata().find(key);
  if (found == file.metadata().end()) broken(path, fmt::format("its metadata has no \"{}\"", key));
  try {
    const Json json = Json::parse(found->second);
    return member != nullptr ? json.at(member).get<T>() : json.get<T>();
  } catch (const Json::exception&) {
    broken(path, fmt::format("\"{}\" in its metadata cannot be read", key));
  }
}

}  // namespace

void add_history(SafeTensorsWriter& writer, const std::string& prefix, const History& history) {
  std::vector<float> steps;
  steps.reserve(history.steps().size() * kScalars);
  for (const StepRecord& r : history.steps()) {
    steps.insert(steps.end(), {r.loss, r.accuracy, r.rate, r.gradient_norm, r.weight_norm});
  }
  const auto count = static_cast<int64_t>(history.steps().size());
  if (count > 0) writer.add(prefix + ".steps", {count, kScalars}, steps.data(), steps.size());
  std::vector<std::string> splits;
  std::vector<double> measured;
  for (const EvaluationRecord& r : history.evaluations()) {
    const auto place = std::find(splits.begin(), splits.end(), r.split);
    measured.insert(measured.end(), {static_cast<double>(r.step), r.loss, r.accuracy, static_cast<double>(r.samples),
                                     static_cast<double>(place - splits.begin())});
    if (place == splits.end()) splits.push_back(r.split);
  }
  if (measured.empty()) return;
  writer.add(prefix + ".evaluations", Dtype::F64, {static_cast<int64_t>(measured.size()) / kScalars, kScalars},
             measured.data(), measured.size() * sizeof(double));
  writer.metadata[prefix + ".splits"] = Json(splits).dump(-1, ' ', false, Json::error_handler_t::replace);
}

void read_history(const SafeTensors& file, const std::string& path, const std::string& prefix, int64_t last,
                  History* history) {
  std::vector<StepRecord> steps;
  if (const int64_t count = rows_of(file, path, prefix + ".steps"); count > 0) {
    if (count > last) broken(path, fmt::format("it has the curves of {} steps and did {}", count, last));
    const std::vector<float> values = file.floats(prefix + ".steps");
    for (int64_t i = 0; i < count; ++i) {
      const float* row = values.data() + i * kScalars;
      steps.push_back({last - count + 1 + i, row[0], row[1], row[2], row[3], row[4]});
    }
  }
  history->set_steps(std::move(steps));
  const int64_t count = rows_of(file, path, prefix + ".evaluations");
  if (count <= 0) return;
  const auto splits = from_json<std::vector<std::string>>(file, path, prefix + ".splits");
  const std::vector<double> values = file.doubles(prefix + ".evaluations");
  const auto whole = [&](double value, double most) {
    if (!(value >= 0 && value <= most) || value != std::floor(value)) {
      broken(path, fmt::format("a measurement with {} where a whole number belongs", value));
    }
    return static_cast<int64_t>(value);
  };
  for (int64_t i = 0; i < count; ++i) {
    const double* row = values.data() + i * kScalars;
    const int64_t split = whole(row[4], static_cast<double>(splits.size()) - 1);
    history->add(EvaluationRecord{whole(row[0], static_cast<double>(last)), splits[static_cast<size_t>(split)], row[1],
                                  row[2], whole(row[3], 1e15)});
  }
}

void add_keyframe(SafeTensorsWriter& writer, const std::string& prefix, const Keyframe& keyframe) {
  const auto add = [&](const char* name, const std::vector<float>& values) {
    if (!values.empty()) writer.add(prefix + name, {static_cast<int64_t>(values.size())}, values.data(), values.size());
  };
  add(".weights", keyframe.weights);
  add(".running", keyframe.running);
  add(".optimizer", keyframe.optimizer);
  writer.metadata[prefix + ".state"] = Json{
      {"step", keyframe.step},
      {"samples", keyframe.samples},
      {"optimizer_steps", keyframe.optimizer_steps},
      {"counters", keyframe.counters}}.dump();
}

Keyframe read_keyframe(const SafeTensors& file, const std::string& path, const std::string& prefix,
                       const Keyframe& like) {
  Keyframe keyframe;
  const auto read = [&](const char* name, const std::vector<float>& sizes, std::vector<float>* values) {
    if (file.has(prefix + name)) *values = file.floats(prefix + name);
    if (values->size() != sizes.size()) {
      broken(path, fmt::format("{}{} has {} values instead of {}", prefix, name, values->size(), sizes.size()));
    }
  };
  read(".weights", like.weights, &keyframe.weights);
  read(".running", like.running, &keyframe.running);
  read(".optimizer", like.optimizer, &keyframe.optimizer);
  const std::string key = prefix + ".state";
  keyframe.step = from_json<int64_t>(file, path, key, "step");
  keyframe.samples = from_json<int64_t>(file, path, key, "samples");
  keyframe.optimizer_steps = from_json<int32_t>(file, path, key, "optimizer_steps");
  keyframe.counters = from_json<std::vector<uint64_t>>(file, path, key, "counters");
  if (keyframe.step < 0 || keyframe.samples < 0 || keyframe.optimizer_steps < 0) broken(path, "a step below 0");
  if (keyframe.counters.size() != like.counters.size()) {
    broken(path, fmt::format("{} random counters instead of {}", keyframe.counters.size(), like.counters.size()));
  }
  return keyframe;
}

}  // namespace striate
