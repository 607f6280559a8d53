// striate summary: what a network is made of, as Keras prints it, with the formulas of its numbers.
#include <algorithm>
#include <map>
#include <memory>

#include "app/cli/training.h"
#include "app/command/registry.h"
#include "app/scene/network_plan.h"
#include "engine/files/read_file.h"
#include "engine/files/torch_file.h"
#include "engine/network/batch_size.h"
#include "engine/network/models.h"
#include "engine/session/layer_times.h"
#include "engine/shorten.h"

namespace striate {
namespace {

struct SummaryOptions {
  std::string model, weights_of, input, optimizer;  // optimizer empty, batch 0: as it was trained, else the usual ones
  int64_t classes = 0, batch = 0;
  bool measure = false;
  std::string plan;  // where its plan is written to; empty: nowhere
  int64_t plan_width = 2400;
  bool force = false;
};

// Values of one picture's answer.
int64_t output_count(const Architecture& architecture) { return architecture.shapes(1).back().count(); }

// A file with a network in it, or what train --model takes.
ModelFile read_file(const SummaryOptions& options) {
  const std::string& name = options.model;
  const Shape input = parse_input(options.input);
  if (name.ends_with(".onnx") || is_tensors_file(name)) {
    bool own = options.weights_of.empty() && !name.ends_with(".onnx");
    if ((own && input.rank() > 0) || options.classes > 0)
      throw UsageError("--input and --classes are for models by name", "a saved model brings its own");
    ModelFile file = read_model_file(name, {options.weights_of, input});
    own = file.kind == ModelFile::Kind::striate;
    if (file.info.classes.empty() && !own) file.info.classes = imagenet_classes(output_count(file.info.architecture));
    if (const Model* found = find_model(file.info.model)) file.info.model = found->title;
    return file;
  }
  if (!options.weights_of.empty())
    throw UsageError("--model is for weights (.safetensors, .pt)",
                     fmt::format("say: striate summary {}", options.weights_of));
  ModelFile file;
  file.info.architecture = architecture_of(name, input, static_cast<int>(options.classes));
  if (!file.info.architecture.has_input())
    throw UsageError(fmt::format("\"{}\" does not say what it takes", name), "give --input 3x64x64");
  if (const Model* found = find_model(name)) file.info.model = found->title;
  return file;
}

std::string with_formula(const Counted& counted) {
  return counted.formula.empty() || counted.value == 0 ? "" : counted.formula;
}

constexpr size_t kColumns = 8;
constexpr size_t kMaxNames = 4, kLongestText = 72;  // a table that fits the screen, whatever the network

// "a, b, c, d and 56 more"
std::string some_of(const std::vector<std::string>& names, const char* between) {
  const size_t shown = std::min(names.size(), kMaxNames);
  std::string text;
  for (size_t i = 0; i < shown; ++i) text += (i > 0 ? between : "") + names[i];
  return names.size() > shown ? fmt::format("{} and {} more", text, names.size() - shown) : text;
}

// "(N, 6, 28, 28)"; without an N where the batch makes no difference: a constant, a network of one whole input.
std::string shape_cell(const Shape& shape, const Shape& of_two) {
  const bool batched = shape.rank() > 0 && shape[0] != of_two[0];
  std::string text = batched ? "(N" : "(";
  for (int i = batched ? 1 : 0; i < shape.rank(); ++i)
    text += fmt::format("{}{}", text.size() > 1 ? ", " : "", shape[i]);
  return text + ")";
}

// For each layer, who reads it; empty where that is the next one alone.
std::vector<std::string> fed_by(const Architecture& architecture) {
  std::vector<std::vector<int>> readers(static_cast<size_t>(architecture.size()));
  for (int n = 1; n < architecture.size(); ++n)
    for (const int input : architecture.nodes()[static_cast<size_t>(n)].inputs)
      readers[static_cast<size_t>(input)].push_back(n);
  std::vector<std::string> texts;
  for (int n = 0; n < architecture.size(); ++n) {
    const std::vector<int>& of = readers[static_cast<size_t>(n)];
    texts.emplace_back();
    if (of == std::vector<int>{n + 1}) continue;
    std::vector<std::string> names;
    for (const int reader : of)
      names.push_back(shortened(architecture.nodes()[static_cast<size_t>(reader)].name, kLongestText));
    texts.back() = some_of(names, ", ");
    if (of.empty() && n + 1 < architecture.size()) texts.back() = "nothing";
  }
  return texts;
}

// What a file that `train --save` or the window wrote says of its training; nothing for other files.
struct SavedTraining {
  std::map<std::string, std::string> keys;
  bool goes_on = false;  // with its state
  std::string of(const char* key) const {
    const auto found = keys.find(key);
    return found == keys.end() ? "" : shortened(found->second, 200);
  }
};

SavedTraining saved_training(const ModelFile& file) {
  if (file.kind != ModelFile::Kind::striate || !file.path.ends_with(".safetensors")) return {};
  const SafeTensors saved = SafeTensors::open(file.path);
  return {saved.metadata(), has_training_state(saved)};
}

// ", frozen layers conv1 to layer1.0.relu"; empty: none.
std::string frozen_words(const SavedTraining& training, const Architecture& architecture) {
  int64_t first = 0;
  const bool counted = parse_integer(training.of("frozen"), &first);  // files of before any set could be frozen
  const LayerSet frozen = counted ? LayerSet(static_cast<int>(first)) : LayerSet::from_numbers(training.of("freeze"));
  return frozen.empty() ? "" : ", frozen layers " + shortened(frozen.names(architecture), 200);
}

void print_training(const SavedTraining& training, const ModelFile& file) {
  const ModelInfo& info = file.info;
  const auto named = [](const char* name, const std::string& value) {
    return value.empty() ? std::string() : fmt::format(", {} {}", name, value);
  };
  if (info.step > 0) print_out(fmt::format("Trained for {} steps on {}, seed {}\n", info.step, info.data, info.seed));
  if (!training.of("run.split").empty() || !training.of("run.data").empty()) {
    const std::string source = training.of("run.data");
    print_out(fmt::format("Data: {}{}{}\n", source.empty() ? info.data : source,
                          named("split", training.of("run.split")), named("augment", training.of("run.augment"))));
  }
  if (!training.goes_on) return;
  print_out(fmt::format("Training: {}, batch {}, rate {}, loss {}{}{}{}\n", training.of("optimizer"),
                        training.of("batch"), training.of("rate"), training.of("loss"),
                        named("schedule", training.of("schedule")), frozen_words(training, info.architecture),
                        named("starting weights", training.of("run.initializer"))));
  print_out(fmt::format("Pictures seen: {}\n", training.of("samples")));
  print_out("Its training can go on: striate train --resume, with the same --data\n");
}

// Per node, as text; nothing where nobody asked. The values make no difference: those of the file, else random ones.
std::vector<std::string> measured(const ModelFile& file, const SummaryOptions& options, const CommandLine& line) {
  if (!options.measure) return {};
  Stream stream(line.device());
  Network network(stream, file.info.architecture, Plan::inference(1));
  if (file.load) {
    file.load(stream, network);
  } else {
    network.initialize(stream, Initializer::pytorch, 0);
  }
  const std::vector<float> input(static_cast<size_t>(network.activation(0).shape.count()), 0.5f);
  const LayerTimes times = *measure_layers(stream, network, input);
  std::vector<std::string> texts;
  for (const double each : times.milliseconds) texts.push_back(fmt::format("{:.3f}", each));
  texts[0] = fmt::format("{:.3f}", times.total());
  return texts;
}

void save_plan(const SummaryOptions& options, const SavePlanOptions& how, const ModelFile& file) {
  OpenNetworkInfo info = describe_layers(file.info.architecture);
  const bool own = options.model.find_first_of(" |\n") != std::string::npos;
  info.name = own ? "own layers" : file_name(options.model);
  info.title = file.info.model;
  save_network_plan(options.plan, info, how);
}

void print_summary(SummaryOptions options, const CommandLine& line) {
  SavePlanOptions saving;
  saving.picture.width = static_cast<int>(options.plan_width);
  saving.inputs = {options.model, options.weights_of};
  saving.force = options.force, saving.has_force = true;
  if (!options.plan.empty()) check_plan_path(options.plan, saving);
  const ModelFile file = read_file(options);
  const std::vector<std::string> times = measured(file, options, line);
  const auto time_of = [&times](int n) { return times.empty() || n == 0 ? "" : times[static_cast<size_t>(n)]; };
  const SavedTraining training_of_file = saved_training(file);
  if (options.optimizer.empty()) options.optimizer = given_or(training_of_file.of("optimizer"), "", "adam");
  if (options.batch == 0 && !parse_integer(training_of_file.of("batch"), &options.batch)) options.batch = 64;
  const OptimizerSettings optimizer =
      as_usage("--optimizer", [&] { return OptimizerSettings::parse(options.optimizer); });
  for (const std::string& note : file.notes) print_note(fmt::format("{}: {}", options.model, note));
  const ModelInfo& info = file.info;
  const Architecture& architecture = info.architecture;
  const std::vector<Shape> shapes = architecture.shapes(1);
  const std::vector<Shape> of_two = architecture.whole() ? shapes : architecture.shapes(2);

  struct Row {
    std::string cells[kColumns];
  };
  const std::vector<std::string> feeds = fed_by(architecture);
  const bool joined = std::any_of(feeds.begin(), feeds.end(), [](const std::string& text) { return !text.empty(); });
  std::vector<Row> rows = {{{"Layer (type)", "Output shape", "Param #", "= formula", "Multiply-adds", "= formula",
                             times.empty() ? "" : "ms", joined ? "Feeds" : ""}}};
  int64_t running = 0;
  for (int n = 0; n < architecture.size(); ++n) {
    const Node& node = architecture.nodes()[static_cast<size_t>(n)];
    const std::string shape = shape_cell(shapes[static_cast<size_t>(n)], of_two[static_cast<size_t>(n)]);
    if (!node.layer) {
      rows.push_back({{"input", shape, "0", "", "0", "", time_of(0), feeds[0]}});
      continue;
    }
    const std::vector<Shape> inputs = architecture.input_shapes(n, shapes);
    const Counted parameters = node.layer->parameter_count(inputs), work = node.layer->multiply_adds(inputs);
    for (const BufferSpec& each : node.layer->buffers(inputs)) running += each.shape.count();
    // Its number, from 0 without the input; the name beside it where somebody gave one.
    const std::string number = std::to_string(n - 1);
    std::string name = fmt::format("{}{} ({})", number == node.name ? "" : number + " ",
                                   shortened(node.name, kLongestText), shortened(node.layer->text(), kLongestText));
    if (node.inputs.size() > 1 || (node.inputs.size() == 1 && node.inputs[0] != n - 1)) {
      std::vector<std::string> names;
      for (const int input : node.inputs)
        names.push_back(shortened(architecture.nodes()[static_cast<size_t>(input)].name, kLongestText));
      name += " from " + some_of(names, " ");
    }
    rows.push_back({{name, shape, with_commas(parameters.value), with_formula(parameters), with_commas(work.value),
                     with_formula(work), time_of(n), feeds[static_cast<size_t>(n)]}});
  }
  size_t width[kColumns] = {};
  for (const Row& row : rows)
    for (size_t c = 0; c < kColumns; ++c) width[c] = std::max(width[c], row.cells[c].size());
  size_t all = 1;
  for (size_t c = 0; c < kColumns; ++c) {
    if (c != 6 || !times.empty()) all += width[c] + 2;
  }

  print_out(fmt::format("Model: {}\n{}\n", shortened(info.model.empty() ? options.model : info.model, 120),
                        std::string(all, '_')));
  for (size_t r = 0; r < rows.size(); ++r) {
    const std::string* c = rows[r].cells;
    std::string text = fmt::format(" {:<{}}  {:<{}}  {:>{}}  {:<{}}  {:>{}}  {:<{}}  ", c[0], width[0], c[1], width[1],
                                   c[2], width[2], c[3], width[3], c[4], width[4], c[5], width[5]);
    if (!times.empty()) text += fmt::format("{:>{}}  ", c[6], width[6]);
    text += c[7];
    text.erase(text.find_last_not_of(' ') + 1);
    print_out(text + "\n");
    if (r == 0) print_out(std::string(all, '=') + "\n");
  }
  const Architecture::Totals totals = architecture.totals();
  const uint64_t bytes = static_cast<uint64_t>(totals.parameters) * 4;
  const auto memory = [&](const Plan& plan) {
    return bytes_in_words(static_cast<uint64_t>(
        plan_tensors(architecture, plan, plan.training ? optimizer.states() : std::vector<std::string>{}).bytes()));
  };
  print_out(std::string(all, '=') + "\n");
  print_out(fmt::format("Total params: {} ({})\n", with_commas(totals.parameters), bytes_in_words(bytes)));
  print_out(fmt::format("Running statistics, not trained: {}\n", with_commas(running)));
  print_out(fmt::format("Multiply-adds for one picture: {}\n", with_commas(totals.multiply_adds)));
  if (!times.empty()) {
    print_out(fmt::format("Milliseconds for one picture, measured layer by layer on {}: {}\n", line.device().name(),
                          times[0]));
  }
  Plan one, training;
  training.batch = architecture.whole() ? 1 : static_cast<int>(options.batch);
  training.training = true;
  const int64_t activations = plan_tensors(architecture, one).arena[static_cast<size_t>(TensorKind::activation)];
  print_out(fmt::format("Activations of one picture: {} values ({})\n", with_commas(activations),
                        bytes_in_words(static_cast<uint64_t>(activations) * 4)));
  if (architecture.whole()) {
    print_out(fmt::format("Memory: {} for its one input\n", memory(one)));
  } else {
    // As `evaluate` chooses it; training judges in the memory that it has.
    Plan judged = Plan::inference(1);
    judged.batch = batch_within(architecture, judged, kEvaluationBudget, kMaxEvaluated);
    print_out(
        fmt::format("Memory: {} for one picture; {} to train with batches of {} and {}; {} to evaluate with batches "
                    "of {}\n",
                    memory(one), memory(training), options.batch, optimizer.text(), memory(judged), judged.batch));
  }
  Plan keeping = training;
  keeping.training = false;
  print_out(fmt::format("Inference with batches of {}: {} reusing memory, {} keeping every activation\n", keeping.batch,
                        memory(Plan::inference(keeping.batch)), memory(keeping)));
  if (file.picture().rank() == 3 && !file.path.empty()) {
    print_out(fmt::format("Pictures: {} ({})\n", file.preprocessing.text(file.picture()[0]),
                          file.prepared_as.empty() ? "a guess: the file does not say it" : "from " + file.prepared_as));
  }
  if (!file.style.empty()) print_out(fmt::format("Weights under the names of {}\n", file.style));
  if (!file.producer.empty()) print_out(fmt::format("Written by {}\n", file.producer));
  constexpr size_t kMaxClasses = 20;
  if (!info.classes.empty())
    print_out(fmt::format(
        "Classes: {}{}\n",
        fmt::join(info.classes.begin(),
                  info.classes.begin() + static_cast<std::ptrdiff_t>(std::min(kMaxClasses, info.classes.size())), ", "),
        info.classes.size() > kMaxClasses ? fmt::format(" and {} more", info.classes.size() - kMaxClasses) : ""));
  print_training(training_of_file, file);
  if (!options.plan.empty()) {
    save_plan(options, saving, file);
    print_out(fmt::format("Plan: {}\n", options.plan));
  }
  print_out(std::string(all, '_') + "\n");
}

}  // namespace

void add_summary(CLI::App& parent, CommandLine& line) {
  auto options = std::make_shared<SummaryOptions>();
  std::string names;
  for (const std::vector<Model>* list : {&models(), &large_models()})
    for (const Model& each : *list) names += fmt::format("  {:<16} {}\n", each.name, each.title);
  CLI::App* command = add_command(
      parent, line, "summary", "Layers, shapes and costs of a network",
      fmt::format(
          "MODEL is a saved model (.safetensors), weights (.safetensors, .pt), an ONNX model (.onnx), a text such as "
          "\"conv 6 5x5 | relu\", a file "
          "with one, or one "
          "of\n{}"
          "N in a shape is the batch. Multiply-adds are those of one picture, those of batch normalization counted. "
          "Feeds:\nwho reads a layer, where that is not the next one alone. Inference: the memory of everything, with "
          "activations\nwhose places are used again as soon as nobody needs them (as evaluate, classify and verify run "
          "a "
          "network), and\nwith every activation kept (as it is looked at).\n\n"
          "Examples:\n"
          "  striate summary lenet5\n"
          "  striate summary tinyvgg --input 3x96x96 --classes 7\n"
          "  striate summary digits.safetensors --batch 256\n"
          "  striate summary squeezenet.onnx\n"
          "  striate summary weights.safetensors --model resnet50\n"
          "  striate summary resnet50 --plan resnet50.svg",
          names));
  add_text(*command, "MODEL", options->model, "A name, a text or a file")->required()->type_name("");
  add_text(*command, "--model", options->weights_of, "For a file with weights only: the network that they belong to")
      ->type_name("NAME|FILE");
  add_text(*command, "--input", options->input, "What it takes, for a name or a text")->type_name("CxHxW");
  add_integer(*command, "--classes", options->classes, "How many it tells apart, for a name", 1, 1'000'000);
  add_integer(*command, "--batch", options->batch,
              "For the memory that training and inference take (as it was trained, or 64)", 1, 65536);
  add_text(*command, "--optimizer", options->optimizer,
           "For the memory that training takes (as it was trained, or adam)")
      ->type_name("NAME");
  command->add_flag("--measure", options->measure,
                    "Run each layer by itself, several times, and print its median time");
  add_text(*command, "--plan", options->plan, "Draw the graph of its layers into this file")
      ->type_name("OUT.svg|OUT.png");
  add_integer(*command, "--plan-width", options->plan_width, "Of a plan as PNG, in pixels (2400)", 320, 16384);
  add_force(*command, options->force);
  command->callback([options, &line] { line.run = [options, &line] { print_summary(*options, line); }; });
}

}  // namespace striate
