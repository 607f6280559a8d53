// striate export: a network for other programs: ONNX, a PyTorch or Keras script, safetensors.
#include <algorithm>
#include <filesystem>
#include <memory>

#include "app/cli/training.h"
#include "engine/export/export_info.h"
#include "engine/export/keras_script.h"
#include "engine/export/onnx_writer.h"
#include "engine/export/python_pictures.h"
#include "engine/export/torch_script.h"
#include "engine/files/atomic_write.h"
#include "engine/files/labels.h"
#include "engine/files/overwrite.h"
#include "engine/files/read_file.h"
#include "engine/network/models.h"

namespace striate {
namespace {

struct ExportOptions {
  ModelOptions model;
  std::string out, to;
  bool check = false, force = false;
};

enum class Format { onnx, pytorch, keras, safetensors };

Format format_of(const ExportOptions& options) {
  const std::string ending = std::filesystem::path(options.out).extension().string();
  if (ending != ".py" && !options.to.empty())
    throw UsageError(fmt::format("--to {} is for scripts", options.to), "give a name that ends in .py");
  if (ending == ".onnx") return Format::onnx;
  if (ending == ".safetensors") return Format::safetensors;
  if (ending == ".py") return options.to == "keras" ? Format::keras : Format::pytorch;
  throw UsageError(fmt::format("{}: the ending says the format, and \"{}\" is none", options.out, ending),
                   "give a name that ends in .onnx, .py or .safetensors");
}

// A name or a text instead of a file: the network with its starting weights.
bool is_file(const std::string& model) {
  std::error_code ignored;
  for (const char* ending : {".safetensors", ".onnx"}) {
    if (model.ends_with(ending)) return true;
  }
  return std::filesystem::exists(model, ignored) || !std::filesystem::path(model).extension().empty();
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

// Asked before anything is computed; the weights of a script lie beside it under its name.
void check_places(const ExportOptions& options, Format format, const std::string& weights) {
  Overwrite out{options.out,
                FileKind::python,
                {options.model.file, options.model.model, options.model.labels},
                options.force,
                true};
  if (format == Format::onnx) out.kind = FileKind::onnx;
  if (format == Format::safetensors) out.kind = FileKind::weights;
  check_overwrite(out);
  if (weights == options.out) return;
  Overwrite beside = out;
  beside.path = weights;
  beside.kind = FileKind::weights;
  check_overwrite_beside(beside, options.out);
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

void write_text(const std::string& path, const std::string& text) {
  AtomicFile file(path);
  file.write(text.data(), text.size());
  file.commit();
}

// What the network gives for the values of a formula, as the scripts print it.
void print_check(Stream& stream, Network& network) {
  const Slot& input = network.activation(0);
  std::vector<float> values;
  for (int64_t i = 0; i < input.shape.count(); ++i)
    values.push_back(static_cast<float>(static_cast<double>(i * 7919 % 1000) / 500 - 1));
  network.write_slot(stream, input, values);
  network.forward(stream, Mode::evaluation);
  for (const float value : network.read_slot(stream, network.output())) print_out(fmt::format("{:.9g}\n", value));
}

void export_model(const ExportOptions& options, const CommandLine& line) {
  const Format format = format_of(options);
  const bool script = format == Format::pytorch || format == Format::keras;
  if (script) check_script_name(options.out);
  const std::string weights =
      script ? std::filesystem::path(options.out).replace_extension(".safetensors").string() : options.out;
  check_places(options, format, weights);
  Stream stream(line.device());
  OpenedModelFile model = opened(stream, options, line);
  ModelFile& file = model.file;
  const ExportInfo info = info_of(options, file);
  std::map<std::string, std::string> more;
  if (!info.preparation.empty()) more["preparation"] = info.preparation;
  if (script) more[kWrittenForKey] = file_name(options.out);
  const auto save_weights = [&](const std::string& path) {
    save_model(path, stream, file.info, model.network, more);
    print_note(fmt::format("weights written to {}", path));
  };
  switch (format) {
    case Format::safetensors:
      save_weights(options.out);
      break;
    case Format::onnx: {
      const auto check_data = [&](const std::string& data) {
        check_overwrite_beside({data, FileKind::onnx, {options.model.file}, options.force, true}, options.out);
      };
      const OnnxWritten written = write_onnx(stream, model.network, info, options.out, kLargestOnnx, check_data);
      print_note(fmt::format("{} written, ONNX opset {}{}", options.out, written.opset,
                             written.because_of.empty() ? "" : ", which " + written.because_of + " asks for"));
      if (!written.data.empty()) print_note(fmt::format("its weights are in {}: keep both together", written.data));
      break;
    }
    case Format::pytorch:
    case Format::keras: {
      const std::string name = std::filesystem::path(options.out).filename().string();
      const std::string text =
          format == Format::keras ? keras_script(model.network, info, name) : torch_script(model.network, info, name);
      save_weights(weights);
      write_text(options.out, text);
      print_note(fmt::format("{} written", options.out));
      break;
    }
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
      "                   preparation of pictures stand in its metadata.\n"
      "  OUT.py           a script for PyTorch, or for Keras 3 with --to keras, that builds the network; its weights "
      "are\n"
      "                   in OUT.safetensors beside it. `python OUT.py --check` prints what it gives for the values "
      "of\n"
      "                   a formula, as does --check here. `python OUT.py photo.jpg` answers as striate classify "
      "does.\n"
      "  OUT.safetensors  weights under their names, with the network in the metadata: what striate itself saves.\n"
      "MODEL may also be a model's name or a text: then the weights are those before any training.\n\n"
      "Examples:\n"
      "  striate export digits.safetensors digits.onnx\n"
      "  striate export squeezenet.onnx squeezenet.py --check\n"
      "  striate export digits.safetensors digits_keras.py --to keras\n"
      "  striate export resnet50.safetensors resnet50.onnx --model resnet50");
  add_model_options(*command, options->model);
  add_text(*command, "OUT", options->out, "The file to write: .onnx, .py or .safetensors")->required()->type_name("");
  add_choice(*command, "--to", options->to, "For .py (pytorch)", {"pytorch", "keras"});
  command->add_flag("--check", options->check, "Print what the network gives for the values of a formula");
  add_force(*command, options->force);
  command->callback([options, &line] { line.run = [options, &line] { export_model(*options, line); }; });
}

}  // namespace striate
