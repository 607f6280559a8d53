#include "engine/training/checkpoint.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>

#include "engine/error.h"
#include "engine/network/per_picture.h"
#include "engine/old_names.h"

namespace striate {
namespace {

using Json = nlohmann::json;
constexpr const char* kState = "optimizer.";  // before the names of optimizer arrays

std::string list_text(const std::vector<float>& values) {
  std::string text = "[";
  for (size_t i = 0; i < values.size(); ++i) text += fmt::format("{}{}", i > 0 ? ", " : "", values[i]);
  return text + "]";
}

[[noreturn]] void broken(const std::string& path, const std::string& what) {
  throw Error(fmt::format("{}: {}", path, what), "the file was not written by Striate, or was changed since");
}

// The keys of __metadata__, with errors that name the file.
class Keys {
 public:
  Keys(const SafeTensors& file, const std::string& path) : keys_(file.metadata()), path_(path) {}

  bool has(const std::string& key) const { return find_named(NameOf::metadata, keys_, key) != keys_.end(); }
  const std::string& text(const std::string& key) const {
    const auto found = find_named(NameOf::metadata, keys_, key);
    if (found == keys_.end()) broken(path_, fmt::format("its metadata has no \"{}\"", key));
    return found->second;
  }
  template <typename T>
  T number(const std::string& key) const {
    const std::string& value = text(key);
    T result{};
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), result);
    if (error != std::errc() || end != value.data() + value.size()) {
      broken(path_, fmt::format("\"{}\" in its metadata is \"{}\", not a number", key, value));
    }
    return result;
  }
  template <typename T>
  std::vector<T> list(const std::string& key, const char* of) const {
    try {
      return Json::parse(text(key)).get<std::vector<T>>();
    } catch (const Json::exception&) {
      broken(path_, fmt::format("\"{}\" in its metadata is not a list of {}", key, of));
    }
  }
  template <typename F>
  auto parsed(const std::string& key, const F& parse) const {
    try {
      return parse(text(key));
    } catch (const Error& error) {
      throw Error(fmt::format("{}: \"{}\" in its metadata: {}", path_, key, error.what()), error.hint());
    }
  }

 private:
  const std::map<std::string, std::string>& keys_;
  const std::string& path_;
};

void add_tensors(SafeTensorsWriter& writer, Stream& stream, const Network& network, TensorKind kind,
                 const char* before) {
  for (const NamedTensor& tensor : network.tensors()) {
    if (tensor.kind != kind) continue;
    const std::vector<float> values = network.read_tensor(stream, tensor);
    writer.add(before + tensor.name, tensor.shape.sizes(), values.data(), values.size());
  }
}

SafeTensorsWriter writer_for(Stream& stream, const ModelInfo& info, const Network& network) {
  SafeTensorsWriter writer;
  add_tensors(writer, stream, network, TensorKind::weight, "");
  add_tensors(writer, stream, network, TensorKind::buffer, "");
  writer.metadata["striate"] = "1";
  writer.metadata["architecture"] = network.architecture().text();
  writer.metadata["model"] = info.model;
  writer.metadata["data"] = info.data;
  writer.metadata["classes"] = Json(info.classes).dump(-1, ' ', false, Json::error_handler_t::replace);
  writer.metadata["mean"] = list_text(info.normalization.mean);
  writer.metadata["std"] = list_text(info.normalization.stddev);
  writer.metadata["seed"] = std::to_string(info.seed);
  writer.metadata["step"] = std::to_string(info.step);
  return writer;
}

void read_tensors(Stream& stream, const SafeTensors& file, Network& network, TensorKind kind,
                  const std::string& before) {
  for (const NamedTensor& tensor : network.tensors()) {
    if (tensor.kind == kind) network.write_tensor(stream, tensor, file.floats(before + tensor.name));
  }
}

}  // namespace

void save_model(const std::string& path, Stream& stream, const ModelInfo& info, const Network& network,
                const std::map<std::string, std::string>& more) {
  SafeTensorsWriter writer = writer_for(stream, info, network);
  for (const auto& [key, value] : more) writer.metadata[key] = value;
  writer.write(path);
}

void save_training(const std::string& path, const ModelInfo& info, Trainer& trainer,
                   const std::map<std::string, std::string>& more, const std::function<void(SafeTensorsWriter&)>& add) {
  const Trainer::State state = trainer.state();
  const TrainerSettings& s = trainer.settings();
  ModelInfo now = info;
  now.step = state.step;
  now.seed = s.seed;
  // What it reads may be features of pictures that were normalized: then `info` says how.
  if (trainer.network().plan().from == 0) now.normalization = trainer.normalization();
  SafeTensorsWriter writer = writer_for(trainer.stream(), now, trainer.network());
  add_tensors(writer, trainer.stream(), trainer.network(), TensorKind::optimizer_state, kState);
  std::map<std::string, std::string>& keys = writer.metadata;
  keys.insert(more.begin(), more.end());
  keys["training"] = "1";
  keys["batch"] = std::to_string(s.batch);
  keys["loss"] = loss_name(s.loss);
  keys["optimizer"] = s.optimizer.text();
  keys["rate"] = fmt::format("{}", s.rate);
  keys["schedule"] = s.schedule.text();
  if (s.l1 > 0) keys["l1"] = fmt::format("{}", s.l1);
  if (s.label_smoothing > 0) keys["label_smoothing"] = fmt::format("{}", s.label_smoothing);
  if (s.clip_norm > 0) keys["clip_norm"] = fmt::format("{}", s.clip_norm);
  keys["freeze"] = s.frozen.numbers();
  keys["samples"] = std::to_string(state.samples);
  keys["optimizer_steps"] = std::to_string(state.optimizer_steps);
  keys["counters"] = fmt::format("[{}]", fmt::join(state.counters, ", "));
  if (add) add(writer);
  writer.write(path);
}

ModelInfo read_model_info(const SafeTensors& file, const std::string& path) {
  const Keys keys(file, path);
  if (!keys.has("architecture")) {
    throw Error(fmt::format("{} holds weights but not the network that they belong to", path),
                "name the model as well: --model NAME");
  }
  ModelInfo info;
  info.architecture = keys.parsed("architecture", Architecture::parse);
  if (info.architecture.input().rank() == 0) broken(path, "its architecture does not say its input");
  keys.parsed("architecture", [&](const std::string&) {
    check_pictures(info.architecture);
    return true;
  });
  info.model = keys.has("model") ? keys.text("model") : "";
  info.data = keys.has("data") ? keys.text("data") : "";
  info.classes = keys.list<std::string>("classes", "names");
  info.normalization.mean = keys.list<float>("mean", "numbers");
  info.normalization.stddev = keys.list<float>("std", "numbers");
  const size_t channels = static_cast<size_t>(info.architecture.input()[0]);
  const Normalization& n = info.normalization;
  if (n.mean.size() != n.stddev.size() || (!n.empty() && n.mean.size() != channels)) {
    broken(path, fmt::format("its normalization has {} means and {} standard deviations for {} channels", n.mean.size(),
                             n.stddev.size(), channels));
  }
  for (const float stddev : n.stddev) {
    if (!(stddev > 0)) broken(path, fmt::format("a standard deviation of {} in its normalization", stddev));
  }
  info.seed = keys.number<uint64_t>("seed");
  info.step = keys.number<int64_t>("step");
  return info;
}

TrainerSettings read_training_settings(const SafeTensors& file, const std::string& path) {
  if (!has_training_state(file)) {
    throw Error(fmt::format("{} holds a network but not the state of its training", path),
                "save it with the training state, or begin a new training from its weights");
  }
  const Keys keys(file, path);
  TrainerSettings s;
  s.seed = keys.number<uint64_t>("seed");
  s.batch = keys.number<int>("batch");
  s.loss = keys.parsed("loss", parse_loss);
  s.optimizer = keys.parsed("optimizer", OptimizerSettings::parse);
  s.rate = keys.number<double>("rate");
  s.schedule = keys.parsed("schedule", Schedule::parse);
  const auto where_it_is = [&](const char* key) { return keys.has(key) ? keys.number<double>(key) : 0.0; };
  s.l1 = where_it_is("l1");
  s.label_smoothing = where_it_is("label_smoothing");
  s.clip_norm = where_it_is("clip_norm");
  try {
    check_regularization(s.loss, s.l1, s.label_smoothing, s.clip_norm);
  } catch (const Error& error) {
    broken(path, error.what());
  }
  // Before any set of layers could be frozen it was how many from the first.
  s.frozen = keys.has("freeze") ? keys.parsed("freeze", LayerSet::from_numbers) : LayerSet(keys.number<int>("frozen"));
  return s;
}

void resume_training(const SafeTensors& file, const std::string& path, Trainer& trainer) {
  read_training_settings(file, path);
  const Keys keys(file, path);
  WeightsFit fit;
  for (const NamedTensor& tensor : trainer.network().tensors()) {
    if (tensor.kind != TensorKind::optimizer_state) continue;
    const std::string name = kState + tensor.name;
    if (!file.has(name)) {
      fit.missing.push_back(name);
    } else if (file.at(name).shape != tensor.shape.sizes()) {
      fit.mismatched.push_back({tensor.name, name, file.at(name).shape, tensor.shape.sizes()});
    }
  }
  if (!fit.fits()) throw_do_not_fit(path, fit, "use the architecture that these weights were made with");
  Trainer::State state;
  state.step = keys.number<int64_t>("step");
  state.samples = keys.number<int64_t>("samples");
  state.optimizer_steps = keys.number<int32_t>("optimizer_steps");
  state.counters = keys.list<uint64_t>("counters", "numbers");
  if (state.step < 0 || state.samples < 0 || state.optimizer_steps < 0) broken(path, "a step below 0");
  read_tensors(trainer.stream(), file, trainer.network(), TensorKind::optimizer_state, kState);
  trainer.restore(state);
}

}  // namespace striate
