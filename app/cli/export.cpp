// striate export: a network for other programs: ONNX, a PyTorch or Keras script, safetensors.
#include <algorithm>
#include <filesystem>
#include <memory>

#include "app/cli/training.h"
#include "engine/export/export_file.h"
#include "engine/export/training_project.h"
#include "engine/files/carried_weights.h"
#include "engine/files/labels.h"
#include "engine/files/read_file.h"
#include "engine/network/models.h"

namespace striate {
namespace {

struct ExportOptions {
  ModelOptions model;
  std::string out, to, data;
  bool check = false, force = false, training = false;
};

ExportFormat format_of(const ExportOptions& options) {
  const std::string ending = std::filesystem::path(options.out).extension().string();
  if (ending != ".py" && !options.to.empty())
    throw UsageError(fmt::format("--to {} is for scripts", options.to), "give a name that ends in .py");
  if (ending == ".onnx") return ExportFormat::onnx;
  if (ending == ".safetensors") return ExportFormat::safetensors;
  if (ending == ".py") return options.to == "keras" ? ExportFormat::keras : ExportFormat::pytorch;
  throw UsageError(fmt::format("{}: the ending says the format, and \"{}\" is none", options.out, ending),
                   "give a name that ends in .onnx, .py or .safetensors");
}

// A name or a text instead of a file: the network with its starting weights, unless the program has trained ones.
bool is_file(const std::string& model) {
  std::error_code ignored;
  return std::filesystem::exists(model, ignored) || !std::filesystem::path(model).extension().empty() ||
         !carried_weights(model).empty();
}

OpenedModelFile opened(Stream& stream, const ExportOptions& options, const CommandLine& line) {
  const std::string& model = options.model.file;
  const bool text = model.find_first_of(" |\n") != std::string::npos;
  if (!text && is_file(model)) {
    ModelFile file = read_model(options.model);
    for (const std::string& note : file.notes) print_note(fmt::format("{}: {}", file_name(model), note));
    Network network(stream, file.info.architecture);
    file.load(stream, network);
    return {std::move(file), std::move(network)};
  }
  ModelFile file;
  file.path = model;
  file.info.architecture = architecture_of(model, Shape(), 0);
  if (!file.info.architecture.has_input())
    throw UsageError(fmt::format("\"{}\" does not say what it takes", model), "begin it with: input 3x64x64");
  if (find_model(model) != nullptr) file.info.model = model;
  file.info.seed = static_cast<uint64_t>(line.seed);
  Network network(stream, file.info.architecture);
  network.initialize(stream, Initializer::pytorch, file.info.seed);
  print_note(fmt::format("{} has learned nothing: its weights are those that a training with seed {} starts with",
                         text ? "the network" : model, line.seed));
  return {std::move(file), std::move(network)};
}

ExportInfo info_of(const ExportOptions& options, ModelFile& file) {
  if (!options.model.labels.empty()) {
    file.info.classes = read_labels(options.model.labels).names;
    const int64_t classes = class_count(file);
    if (static_cast<int64_t>(file.info.classes.size()) != classes)
      throw Error(fmt::format("{} names {} classes, {} has {}", options.model.labels, file.info.classes.size(),
                              options.model.file, classes),
                  "one name on each line, in the order of the network's outputs");
  }
  ExportInfo info = export_info(file);
  if (info.classes.empty() && info.picture.rank() > 0) info.labels = imagenet_classes(class_count(file));
  return info;
}

// What the network gives for the values of a formula, as the scripts print it.
void print_check(Stream& stream, Network& network) {
  const NamedTensor& input = network.activation(0);
  std::vector<float> values;
  for (int64_t i = 0; i < input.shape.count(); ++i)
    values.push_back(static_cast<float>(static_cast<double>(i * 7919 % 1000) / 500 - 1));
  network.write_tensor(stream, input, values);
  network.forward(stream, Mode::evaluation);
  for (const float value : network.read_tensor(stream, network.output())) print_out(fmt::format("{:.9g}\n", value));
}

// The whole training instead of its network.
void export_training(const ExportOptions& options, const CommandLine& line) {
  if (options.check) throw UsageError("--check is for a network alone", "leave --training or --check out");
  const ExportFormat format = options.to == "keras" ? ExportFormat::keras : ExportFormat::pytorch;
  check_project_folder(options.out, format);
  const std::string& model = options.model.file;
  std::error_code ignored;
  if (!std::filesystem::exists(model, ignored) && (find_model(model) != nullptr || !carried_weights(model).empty()))
    throw Error(fmt::format("{} is a model, and no training", model),
                fmt::format("train it first, and export what is saved: striate train --data SOURCE {} {} --save "
                            "new.safetensors",
                            carried_weights(model).empty() ? "--model" : "--base", model));
  const TrainingProject project = read_training_project(options.model.file, options.data);
  Stream stream(line.device());
  const StopOnSignal signals;
  ProgressLine progress(false);
  const std::shared_ptr<const Dataset> data = open_data(project.config.data, project.source, "", progress);
  const ProjectWritten written = write_training_project(stream, project, data, options.out, format);
  print_note(
      fmt::format("{} written; {}", options.out,
                  written.copied ? "its pictures are in it" : "its pictures are read where they lie: they are many"));
  print_note(fmt::format("run it: python {}", (std::filesystem::path(options.out) / "train.py").string()));
}

void export_model(const ExportOptions& options, const CommandLine& line) {
  if (options.training) return export_training(options, line);
  if (!options.data.empty()) throw UsageError("--data is for --training", "leave it out, or add --training");
  const ExportTarget target{format_of(options),
                            options.out,
                            {options.model.file, options.model.model, options.model.labels},
                            options.force,
                            true};
  check_export(target);
  Stream stream(line.device());
  OpenedModelFile model = opened(stream, options, line);
  const ExportInfo info = info_of(options, model.file);
  const OnnxWritten written = write_export(stream, model.file, model.network, info, target);
  if (target.format == ExportFormat::onnx) {
    print_note(fmt::format("{} written, ONNX opset {}{}", options.out, written.opset,
                           written.because_of.empty() ? "" : ", which " + written.because_of + " asks for"));
    if (!written.data.empty()) print_note(fmt::format("its weights are in {}: keep both together", written.data));
  } else {
    const std::string weights = weights_beside(target);
    print_note(fmt::format("weights written to {}", weights));
    if (weights != options.out) print_note(fmt::format("{} written", options.out));
  }
  if (options.check) print_check(stream, model.network);
}

}  // namespace

void add_export(CLI::App& parent, CommandLine& line) {
  auto options = std::make_shared<ExportOptions>();
  CLI::App* command = add_command(
      parent, line, "export", "Write a network for other programs",
      "The ending of OUT says the format:\n"
      "  OUT.onnx         ONNX, for nearly every other program. The opset is the lowest that has all operators, 13 or\n"
      "                   later; names of layers and weights are kept, the batch is open; names of classes and the\n"
      "                   preprocessing of pictures stand in its metadata.\n"
      "  OUT.py           a script for PyTorch, or for Keras 3 with --to keras, that builds the network; its weights "
      "are\n"
      "                   in OUT.safetensors beside it. `python OUT.py --check` prints what it gives for the values "
      "of\n"
      "                   a formula, as does --check here. `python OUT.py photo.jpg` answers as striate classify "
      "does.\n"
      "  OUT.safetensors  weights under their names, with the network in the metadata: what striate itself saves.\n"
      "With --training OUT is a new folder, and MODEL what striate train --save wrote: the folder gets a project in\n"
      "which the same training begins anew, with the same split, starting weights and order of pictures, in PyTorch "
      "or,\n"
      "with --to keras, in Keras. `python OUT/train.py` trains.\n"
      "Without --training MODEL may also be a model's name or a text: then the weights are those before any "
      "training.\n\n"
      "Examples:\n"
      "  striate export digits.safetensors digits.onnx\n"
      "  striate export squeezenet.onnx squeezenet.py --check\n"
      "  striate export digits.safetensors digits_keras.py --to keras\n"
      "  striate export digits.safetensors digits_training --to pytorch --training\n"
      "  striate export resnet50.safetensors resnet50.onnx --model resnet50");
  add_model_options(*command, options->model);
  add_text(*command, "OUT", options->out, "The file to write: .onnx, .py or .safetensors; with --training a folder")
      ->required()
      ->type_name("");
  add_choice(*command, "--to", options->to, "For .py and --training (pytorch)", {"pytorch", "keras"});
  command->add_flag("--training", options->training, "The whole training, as a project in a folder");
  add_text(*command, "--data", options->data, "With --training: where its pictures are now")->type_name("SOURCE");
  command->add_flag("--check", options->check, "Print what the network gives for the values of a formula");
  add_force(*command, options->force);
  command->callback([options, &line] { line.run = [options, &line] { export_model(*options, line); }; });
}

}  // namespace striate
