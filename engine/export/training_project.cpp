#include "engine/export/training_project.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>
#include <memory>

#include "engine/error.h"
#include "engine/export/keras_script.h"
#include "engine/export/project_scripts.h"
#include "engine/export/python_pictures.h"
#include "engine/export/torch_script.h"
#include "engine/files/atomic_write.h"
#include "engine/files/csv.h"
#include "engine/files/safetensors.h"
#include "engine/files/utf8_names.h"
#include "engine/network/python_values.h"
#include "engine/training/checkpoint.h"
#include "engine/training/data/source_folder.h"
#include "engine/training/starting_weights.h"
#include "engine/training/training_config.h"
#include "engine/transfer/base_network.h"

namespace striate {
namespace {

namespace fs = std::filesystem;

void write_text(const std::string& path, const std::string& text) {
  AtomicFile file(path);
  file.write(text.data(), text.size());
  file.commit();
}

// What a folder is called from anywhere; empty where Python cannot be told its name or that of a picture in it.
std::string readable_folder(const Dataset& data, const std::string& source) {
  if (source_word(source) != "folder") return "";
  std::string folder(folder_of_source(source));
  while (folder.size() > 1 && folder.back() == '/') folder.pop_back();
  std::error_code problem;
  folder = fs::absolute(folder, problem).lexically_normal().string();
  if (problem || utf8_name(folder) != folder) return "";
  for (int64_t i = 0; i < data.size(); ++i) {
    if (!fs::exists(folder + "/" + data.describe(i), problem)) return "";
  }
  return folder;
}

// Of a picture that is left out the label is -1.
void write_split(const std::string& path, const TrainingLabels& data, const Split& parts, bool files) {
  std::vector<const char*> part(static_cast<size_t>(data.size()), "");
  for (const int64_t i : parts.training) part[static_cast<size_t>(i)] = "training";
  for (const int64_t i : parts.validation) part[static_cast<size_t>(i)] = "validation";
  for (const int64_t i : parts.test) part[static_cast<size_t>(i)] = "test";
  std::string text = files ? "part,label,class,file\n" : "part,label,class\n";
  for (int64_t i = 0; i < data.size(); ++i) {
    const auto label = static_cast<size_t>(data.label(i));
    const std::string name = label < data.classes().size() ? data.classes()[label] : "";
    const bool out = data.is_left_out(i);
    text += fmt::format("{},{},{}", part[static_cast<size_t>(i)], out ? "-1" : std::to_string(label),
                        out ? std::string(kLeftOutWords) : quoted_csv(name));
    text += files ? "," + quoted_csv(data.describe(i)) + "\n" : "\n";
  }
  write_text(path, text);
}

// Bytes, where all pictures are such; else floats. Returns whether they are bytes.
bool write_pictures(const std::string& path, const Dataset& data) {
  const int64_t each = data.shape().count(), count = data.size();
  std::vector<float> values(static_cast<size_t>(each));
  std::vector<uint8_t> bytes(static_cast<size_t>(each));
  const auto to_bytes = [&](int64_t i) {
    data.read(i, values.data());
    bool same = true;
    for (size_t k = 0; k < values.size(); ++k) {
      const float scaled = std::round(values[k] * 255);
      same = same && scaled >= 0 && scaled <= 255 && std::abs(scaled - values[k] * 255) < 1e-3f;
      if (same) bytes[k] = static_cast<uint8_t>(scaled);
    }
    return same;
  };
  bool all_bytes = true;
  for (int64_t i = 0; all_bytes && i < count; ++i) all_bytes = to_bytes(i);
  const int64_t size = count * each * (all_bytes ? 1 : 4);
  if (size > kLargestProject) {
    throw Error(fmt::format("{} pictures of {} are {} MiB, more than the {} MiB that a project brings along", count,
                            data.shape().text(), size >> 20, kLargestProject >> 20),
                "train with fewer, or with a folder of pictures: they are read where they lie");
  }
  std::string header = fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': ({}, {}), }}",
                                   all_bytes ? "|u1" : "<f4", count, fmt::join(data.shape().sizes(), ", "));
  header += std::string(63 - (10 + header.size()) % 64, ' ') + "\n";
  const auto length = static_cast<uint16_t>(header.size());
  const std::string begin = std::string("\x93NUMPY\x01", 7) + '\0' + static_cast<char>(length & 255) +
                            static_cast<char>(length >> 8) + header;
  AtomicFile file(path);
  file.write(begin.data(), begin.size());
  for (int64_t i = 0; i < count; ++i) {
    if (all_bytes) {
      to_bytes(i);
      file.write(bytes.data(), bytes.size());
    } else {
      data.read(i, values.data());
      file.write(values.data(), values.size() * sizeof(float));
    }
  }
  file.commit();
  return all_bytes;
}

bool has_layer(const Architecture& architecture, const std::string& kind) {
  return std::any_of(architecture.nodes().begin(), architecture.nodes().end(),
                     [&](const Node& node) { return node.layer && node.layer->kind() == kind; });
}

// Layers of a Keras script whose weights stand among zeros that Keras would train, too. Throws Error.
void check_trainable_in_keras(const std::string& script) {
  for (const char* word : {"linked(", ", groups=", ", dilation=", ".repeat("}) {
    size_t begin = 0;
    while ((begin = script.find(".set_weights([", begin)) != std::string::npos) {
      const size_t end = script.find('\n', begin);
      if (script.substr(begin, end - begin).find(word) != std::string::npos) {
        throw Error(
            "in Keras this network would have more to learn than here: weights of groups, dilations, connection "
            "tables or sums stand among zeros there, or several times",
            "write it for PyTorch: --to pytorch");
      }
      begin = end;
    }
  }
}

// The name of the layer that a Keras script puts an array into.
std::string keras_layer_of(const std::string& script, const std::string& array) {
  const std::string before = "get_layer(\"";
  const size_t at = script.find("arrays[" + python_text(array) + "]");
  const size_t begin = at == std::string::npos ? at : script.rfind(before, at);
  check(begin != std::string::npos, "no layer takes {}", array);
  const size_t name = begin + before.size();
  return script.substr(name, script.find('"', name) - name);
}

// A folder beside the one that is asked for, renamed at the end, gone if anything fails.
class NewFolder {
 public:
  explicit NewFolder(const std::string& folder) : folder_(folder), made_(folder + ".partial") {
    while (folder_.size() > 1 && folder_.back() == '/') folder_.pop_back();
    made_ = folder_ + ".partial";
    std::error_code problem;
    if (!fs::create_directory(made_, problem)) {
      throw Error(fmt::format("{}: this folder cannot be made ({})", made_,
                              problem ? problem.message() : "there is one of that name"),
                  "choose a folder in one that is there and that you may write to");
    }
  }
  ~NewFolder() {
    std::error_code ignored;
    if (!made_.empty()) fs::remove_all(made_, ignored);
  }
  NewFolder(const NewFolder&) = delete;
  NewFolder& operator=(const NewFolder&) = delete;
  std::string path(const std::string& name) const { return made_ + "/" + name; }
  void commit() {
    std::error_code problem;
    fs::rename(made_, folder_, problem);
    if (problem) {
      throw Error(fmt::format("{}: this folder cannot be made ({})", folder_, problem.message()),
                  "choose another name");
    }
    made_.clear();
  }

 private:
  std::string folder_, made_;
};

}  // namespace

TrainingProject read_training_project(const std::string& file, const std::string& data) {
  TrainingProject project;
  project.file = file;
  const SafeTensors saved = SafeTensors::read(file);
  project.settings = read_training_settings(saved, file);
  project.model = read_model_file(file);
  project.steps = project.model.info.step;
  const auto kept = [&](const char* key, const std::string& otherwise) {
    const auto found = saved.metadata().find(key);
    return found == saved.metadata().end() ? otherwise : found->second;
  };
  TrainingConfig& config = project.config;
  config.data = data.empty() ? kept("run.data", kept("run.pictures", "")) : data;
  if (config.data.empty()) {
    throw Error(fmt::format("{} does not say which pictures it was trained with", file),
                "name them: --data folder:DIR");
  }
  config.split = kept("run.split", config.split);
  config.augment = kept("run.augment", "");
  config.initializer = kept("run.initializer", config.initializer);
  config.model = project.model.info.architecture.text();
  config.optimizer = project.settings.optimizer.text();
  config.rate = project.settings.rate;
  config.schedule = project.settings.schedule.text();
  config.loss = loss_name(project.settings.loss);
  config.l1 = project.settings.l1;
  config.label_smoothing = project.settings.label_smoothing;
  config.clip_norm = project.settings.clip_norm;
  config.batch = project.settings.batch;
  config.seed = project.settings.seed;
  read_transfer(saved, file, config);
  check_config(config);
  project.settings.initializer = parse_initializer(config.initializer);
  const Shape picture = project.model.info.architecture.input();
  project.source.seed = config.seed;
  if (picture.rank() == 3 && (picture[0] == 1 || picture[0] == 3)) {
    project.source.channels = static_cast<int>(picture[0]);
    project.source.height = static_cast<int>(picture[1]);
    project.source.width = static_cast<int>(picture[2]);
  }
  return project;
}

void check_project_folder(const std::string& folder, ExportFormat format) {
  check(format == ExportFormat::pytorch || format == ExportFormat::keras, "a project is for PyTorch or Keras");
  std::error_code problem;
  const fs::file_status status = fs::status(folder, problem);
  if (!fs::exists(status)) return;
  if (!fs::is_directory(status)) {
    throw Error(fmt::format("{} is a file, and a training is written into a folder", folder), "name a new folder");
  }
  if (!fs::is_empty(folder, problem) || problem) {
    throw Error(fmt::format("{}: this folder is not empty", folder), "name a new folder, or empty this one");
  }
}

ProjectWritten write_training_project(Stream& stream, const TrainingProject& project,
                                      const std::shared_ptr<const Dataset>& opened, const std::string& folder,
                                      ExportFormat format) {
  check_project_folder(folder, format);
  const bool keras = format == ExportFormat::keras;
  const ModelInfo& info = project.model.info;
  const TrainingConfig& config = project.config;
  const bool base = !config.base.empty();
  const std::shared_ptr<const Dataset> fitted =
      base ? fitted_to(info.architecture.input(), project.model.preprocessing, opened) : opened;
  const Dataset& data = *fitted;
  const Split parts = project.parts ? *project.parts : config_split(config, data);
  const Normalization normalization = config_normalization(config, data, parts);
  if (info.classes != data.classes() || info.architecture.input() != data.shape() ||
      info.normalization.mean != normalization.mean || info.normalization.stddev != normalization.stddev) {
    throw Error(fmt::format("{}: it was trained with other pictures than {} has now", project.file, data.name()),
                "put the pictures back where they were, or name them: --data folder:DIR");
  }

  ProjectFacts facts;
  const std::string model = info.model.empty() ? "a network" : info.model;
  facts.title = fmt::format("{} on {}", model, utf8_name(config.data));
  std::replace_if(
      facts.title.begin(), facts.title.end(),
      [](char c) { return c == '"' || c == '\\' || static_cast<unsigned char>(c) < 32; }, ' ');
  facts.picture = data.shape();
  facts.outputs = static_cast<int>(info.architecture.shapes(1).back().count());
  facts.classes = info.classes;
  facts.normalization = normalization;
  facts.augmentation = Augmentation::parse(config.augment);
  facts.settings = project.settings;
  facts.steps = project.steps;
  facts.training = static_cast<int64_t>(parts.training.size());
  facts.validation = static_cast<int64_t>(parts.validation.size());
  facts.test = static_cast<int64_t>(parts.test.size());
  facts.random_layers = has_layer(info.architecture, "dropout");
  facts.batch_statistics = has_layer(info.architecture, "batchnorm");

  Network network(stream, info.architecture);
  if (config.weights.empty()) {
    network.initialize(stream, project.settings.initializer, config.seed);
    if (base) BaseNetwork::open(config.base).load(stream, network);
  } else {
    load_starting_weights(stream, network, {config.weights, config.partial, config.head > 0}, project.settings);
  }
  const ExportInfo about = export_info(project.model);
  const std::string script =
      keras ? keras_script(network, about, "model.py") : torch_script(network, about, "model.py");
  if (keras) check_trainable_in_keras(script);
  for (const NamedTensor& tensor : network.tensors()) {
    const bool statistics = tensor.name.ends_with("running_mean") || tensor.name.ends_with("running_var");
    if (tensor.kind != TensorKind::buffer || statistics) continue;
    facts.fixed.push_back(keras ? keras_layer_of(script, tensor.name) : tensor.name);
  }
  facts.frozen = script.find("\ndef freeze(") != std::string::npos;
  if (python_takes_pictures(about)) facts.folder = readable_folder(data, config.data);

  const std::shared_ptr<const TrainingLabels> labels = config_labels(config, fitted, parts);
  facts.left_out = !labels->left_out().empty();

  NewFolder made(folder);
  facts.blue_first = fitted != opened && project.model.preprocessing.order == Preprocessing::Order::bgr;
  facts.fitted = opened->shape() == data.shape() || !python_takes_pictures(about);
  const Dataset& stored = facts.fitted ? data : *opened;
  facts.stored = facts.folder.empty() || data.size() * stored.shape().count() <= kLargestProject;
  if (facts.stored) {
    std::error_code ignored;
    fs::create_directory(made.path("data"), ignored);
    facts.bytes = write_pictures(made.path("data/pictures.npy"), stored);
  }
  write_split(made.path("split.csv"), *labels, parts, !facts.folder.empty());
  ModelInfo start = info;
  start.step = 0;
  std::map<std::string, std::string> more = {{"loss", config.loss}};
  if (!project.parts) more["run.split"] = config.split;
  if (!about.preprocessing.empty()) more["preprocessing"] = about.preprocessing;
  if (!about.frozen.empty()) more["freeze"] = about.frozen.numbers();
  if (config.examples > 0) more["run.examples"] = std::to_string(config.examples);
  if (!config.split_by.empty()) more["run.split_by"] = config.split_by;
  save_model(made.path("start.safetensors"), stream, start, network, more);
  write_text(made.path("model.py"), script);
  write_text(made.path("data.py"), project_data(facts));
  write_text(made.path("train.py"), keras ? project_keras(facts) : project_torch(facts));
  write_text(made.path("README.md"), project_readme(facts, keras));
  made.commit();
  return {facts.stored};
}

}  // namespace striate
