// striate explain: where in a picture the evidence lies, as a map beside the picture and its controls.
#include <algorithm>
#include <cmath>
#include <memory>
#include <optional>

#include "app/cli/training.h"
#include "app/command/registry.h"
#include "app/network/class_names.h"
#include "app/widgets/heat_picture.h"
#include "engine/explain/heat.h"
#include "engine/explain/map_correlation.h"
#include "engine/explain/randomize.h"
#include "engine/explain/sobel.h"
#include "engine/export/overwrite.h"
#include "engine/files/atomic_write.h"
#include "engine/files/image_file.h"
#include "engine/network/find_layer.h"

namespace striate {
namespace {

struct ExplainOptions {
  ModelOptions model;
  std::string image, out, method = "gradient", layer, unit, of, against, randomize, values;
  std::string baseline = "black", over = "largest", drop = "score";
  int64_t size = 16, stride = 8, steps = 0;
  double value = 0;
  bool control = false, force = false;
};

void check_options(const ExplainOptions& options) {
  as_usage("--method", [&] { return parse_heat_method(options.method); });
  if (!options.unit.empty() && options.layer.empty())
    throw UsageError("--unit without --layer", "say whose unit it is: --layer conv1 --unit 3");
  if (!options.unit.empty() && !(options.of + options.against).empty())
    throw UsageError("--unit and --class both say what is explained", "give one of them");
  if (!options.layer.empty() && options.unit.empty() && options.method != "gradcam")
    throw UsageError("--layer without --unit", "a unit is a channel of it: --unit 3, or a place of it: --unit 3,10,12");
  std::vector<std::string> inputs{options.image, options.model.file, options.model.model, options.model.labels};
  check_overwrite({options.out, FileKind::picture, inputs, options.force, true});
  if (options.values.empty()) return;
  if (same_place(options.values, options.out))
    throw UsageError("OUT and --values both name " + options.out, "give two names");
  check_overwrite({options.values, FileKind::grid, inputs, options.force, true});
}

// "C" or "C,ROW,COLUMN".
std::vector<int64_t> parse_unit(const std::string& text) {
  std::vector<int64_t> numbers;
  bool right = true;
  for (size_t begin = 0; begin <= text.size();) {
    const size_t end = std::min(text.find(',', begin), text.size());
    int64_t number = 0;
    right = right && parse_integer(text.substr(begin, end - begin), &number);
    numbers.push_back(number);
    begin = end + 1;
  }
  if (!right || (numbers.size() != 1 && numbers.size() != 3))
    throw UsageError(fmt::format("--unit: '{}' is not possible", text),
                     "a channel (3), or a channel with its row and column (3,10,12)");
  return numbers;
}

struct Asked {
  Target target;
  HeatSettings how;
  std::string text;  // what is explained, in lines
};

Asked ask(const ExplainOptions& options, OpenNetwork& network, const LookedAt& input) {
  const OpenNetworkInfo& info = *network.info();
  Asked asked;
  asked.how.method = parse_heat_method(options.method);
  asked.how.over = options.over == "sum" ? OverChannels::sum : OverChannels::largest;
  asked.how.softmax = options.drop == "probability";
  asked.how.occlusion = {static_cast<int>(options.size), static_cast<int>(options.stride),
                         static_cast<float>(options.value)};
  asked.how.integrated.steps = static_cast<int>(options.steps);
  asked.how.integrated.baseline =
      options.baseline == "zeros" ? IntegratedSettings::Baseline::zeros : IntegratedSettings::Baseline::black;
  const int layer = options.layer.empty() ? -1 : need_layer(info.architecture, options.layer);
  asked.text = fmt::format("method {}\nprepared {}\n", options.method, input.words);
  const NetworkAnswer answer = *network.run(input.values);
  if (!options.unit.empty()) {
    std::vector<int64_t> unit = parse_unit(options.unit);
    const std::string& name = info.layers[static_cast<size_t>(layer)].name;
    if (unit.size() == 1) {
      if (answer.activations[static_cast<size_t>(layer)].values.empty())
        throw Error("the activations of this network are too many to look for the strongest place",
                    "name the place: --unit CHANNEL,ROW,COLUMN");
      const StrongestPlace place =
          strongest_place(info, answer.activations[static_cast<size_t>(layer)].values, layer, unit[0]);
      unit.insert(unit.end(), {place.row, place.column});
    }
    asked.target = unit_target(info, layer, unit[0], unit[1], unit[2]);
    asked.text += fmt::format("layer {}\nunit {} {} {}\n", name, unit[0], unit[1], unit[2]);
  } else if (info.class_count == 0) {
    throw Error(fmt::format("{} does not name what a picture shows", info.name),
                "ask about one unit of a layer: --layer conv1 --unit 3");
  } else {
    const int of = options.of.empty() && !answer.order.empty() ? answer.order[0] : need_class(info, options.of);
    std::optional<int> against;
    if (!options.against.empty()) against = need_class(info, options.against);
    asked.target = class_target(info, of, against);
    asked.how.layer = layer;
    const auto line = [&](const char* what, int c) {
      const auto index = static_cast<size_t>(c);
      return fmt::format("{} {}\n{}.index {}\n{}.probability {:.6g}\n", what, info.classes[index], what, c, what,
                         answer.probabilities[index]);
    };
    asked.text += line("class", of);
    if (against) asked.text += line("against", *against);
  }
  return asked;
}

void write_values(const std::string& path, const HeatMap& map) {
  std::string text = "row,column,value\n";
  for (int64_t row = 0; row < map.rows; ++row) {
    for (int64_t column = 0; column < map.columns; ++column)
      text += fmt::format("{},{},{:.9g}\n", row, column, map.at(row, column));
  }
  AtomicFile file(path);
  file.write(text.data(), text.size());
  file.commit();
}

// The layers whose weights the control draws anew.
std::optional<LayerSet> control_layers(const ExplainOptions& options, const OpenNetworkInfo& info) {
  if (options.randomize == "none" || (options.randomize.empty() && !options.control)) return std::nullopt;
  if (options.randomize.empty() || options.randomize == "all") return cascade(info, 0);
  return cascade(info, need_layer(info.architecture, options.randomize));
}

void explain(const ExplainOptions& options, const CommandLine& line) {
  check_options(options);
  Stream stream(line.device());
  OpenNetwork network = open_network(stream, options.model, static_cast<uint64_t>(line.seed));
  const OpenNetworkInfoPtr info = network.info();
  const std::optional<LayerSet> drawn = control_layers(options, *info);
  const ImagePtr image = read_image(options.image);
  print_notes(*image);
  NetworkPicture picture;
  picture.name = image->name;
  picture.image = image;
  const LookedAt input = network.look_at(picture);
  const Asked asked = ask(options, network, input);
  ProgressLine progress(false);
  const auto compute = [&](const char* what, const HeatSettings& how) {
    std::optional<Heat> made =
        heat(network, input.values, asked.target, how, [&](const Heat&, int64_t done, int64_t all) {
          progress.show(fmt::format("{} {} of {}", what, done, all));
          return true;
        });
    progress.clear();
    return std::move(*made);
  };
  const Heat map = compute("map", asked.how);
  std::string text = asked.text;
  text += fmt::format("score {:.9g}\ngrid {} {}\nsum {:.9g}\nlargest {:.9g}\n", map.score, map.map.rows,
                      map.map.columns, map.sum, map.map.largest());
  for (const auto& [name, value] : map.facts) text += fmt::format("{} {:.9g}\n", name, value);
  if (map.layer >= 0) text += fmt::format("layer {}\n", info->layers[static_cast<size_t>(map.layer)].name);
  if (!map.note.empty()) text += fmt::format("note {}\n", map.note);

  const int scale = shown_scale(info->picture);
  std::vector<Image> panels{shown_picture(info->picture, input.pixels, scale)};
  const auto add = [&](const Heat& from) {
    panels.push_back(shown_heat(from.map, from.has_sign, info->picture, scale));
  };
  add(map);
  if (map.large.rows > 0)
    panels.push_back(heat_over(panels[0], shown_heat(map.large, map.has_sign, info->picture, scale), 0.6f));
  if (options.control || drawn) {
    const auto correlation = [&](const HeatMap& other) {
      const std::optional<double> found = map_correlation(*info, asked.target, map.map, other);
      return found ? fmt::format("{:.6f}", *found) : "none";
    };
    if (drawn) {
      RandomizedWeights control(network, *drawn, static_cast<uint64_t>(line.seed));
      control.go_on_while_off(input.values, asked.target);
      const Heat twin = compute("control", as_asked(asked.how, map));
      add(twin);
      text += fmt::format(
          "control.layers {}\ncontrol.seed {}\ncontrol.score {:.9g}\ncontrol.largest {:.9g}\ncorrelation {}\n",
          drawn->names(info->architecture), control.seed(), twin.score, twin.map.largest(), correlation(twin.map));
      if (!twin.note.empty()) text += fmt::format("control.note {}\n", twin.note);
    }
    const HeatMap edges = sobel(stream, info->picture, input.pixels);
    panels.push_back(shown_heat(edges, false, info->picture, scale));
    text += fmt::format("sobel.correlation {}\n", correlation(mean_over_cells(edges, map.map)));
  }
  write_image(options.out, beside(panels, 8));
  if (!options.values.empty()) write_values(options.values, map.map);
  print_out(text);
}

}  // namespace

void add_explain(CLI::App& parent, CommandLine& line) {
  auto options = std::make_shared<ExplainOptions>();
  CLI::App* command = add_command(
      parent, line, "explain", "Where in a picture the evidence for a class, or a unit, lies",
      "Writes the prepared picture and the map beside each other, for gradcam also the map between its cells over the\n"
      "picture. With --control the same map of the network with random weights follows, and the picture's plain edges\n"
      "(Sobel): a map that hardly differs from these says little. Each map has its own colors up to its largest "
      "value.\n"
      "correlation is Spearman's rank correlation of absolute values with the random network, 1 for the same order.\n"
      "Prints `name value` lines. What is explained is the best class unless said otherwise, before softmax.\n\n"
      "  gradient    how much each value changes the score        guided     gradient, where ReLUs pass back only "
      "what\n"
      "  deconvnet   the same, ReLUs pass back what is positive               both rules let through\n"
      "  integrated  what each value adds on the way from black   occlusion  what the score loses behind a square\n"
      "  gradcam     which cells of a layer speak for the score\n\n"
      "Examples:\n"
      "  striate explain squeezenet1_1 cat.jpg why.png --method gradcam\n"
      "  striate explain squeezenet1_1 cat.jpg why.png --method guided --control\n"
      "  striate explain squeezenet1_1 dog.jpg why.png --method gradcam --class beagle --against basset\n"
      "  striate explain digits.safetensors 7.png why.png --method gradient --layer conv1 --unit 3\n"
      "  striate explain squeezenet1_1 cat.jpg why.png --method occlusion --size 32 --values why.csv");
  add_model_options(*command, options->model);
  add_text(*command, "IMAGE", options->image, "The picture")->required()->type_name("");
  add_text(*command, "OUT", options->out, "What to write: .png or .jpg")->required()->type_name("");
  std::vector<std::string> methods;
  for (const HeatMethod method : heat_methods()) methods.emplace_back(heat_method_name(method));
  add_choice(*command, "--method", options->method, "How it is asked (gradient)", methods);
  add_text(*command, "--class", options->of,
           "The class that is explained: its index, from 0, or its name (the best one)")
      ->type_name("N|NAME");
  add_text(*command, "--against", options->against, "Another one: why that class and not this")->type_name("N|NAME");
  add_text(*command, "--layer", options->layer, "The layer of --unit; for gradcam the layer whose cells are asked")
      ->type_name("LAYER");
  add_text(*command, "--unit", options->unit, "A channel of it, at its strongest place, or at a row and column")
      ->type_name("C[,R,K]");
  command->add_flag("--control", options->control, "Add the map of random weights, and Sobel");
  add_text(*command, "--randomize", options->randomize,
           "The control's random weights: all, none, or from the end down to a layer (all)")
      ->type_name("none|all|LAYER");
  add_integer(*command, "--size", options->size, "Occlusion: pixels of the square's side (16)", 1, 65536);
  add_integer(*command, "--stride", options->stride, "Occlusion: pixels from one place to the next (8)", 1, 65536);
  add_number(*command, "--value", options->value, "Occlusion: what the square shows, as the network receives it (0)",
             -1e6, 1e6);
  add_choice(*command, "--drop", options->drop, "Occlusion: of the score, or of the probability (score)",
             {"score", "probability"});
  add_integer(*command, "--steps", options->steps,
              "Integrated: steps from the baseline to the picture (as many as miss less than 1 %)", 1, 10000);
  add_choice(*command, "--baseline", options->baseline,
             "Integrated: a black picture, or zeros in what the network receives (black)", {"black", "zeros"});
  add_choice(*command, "--channels", options->over,
             "gradient, deconvnet, guided: of the channels the largest magnitude, or the sum (largest)",
             {"largest", "sum"});
  add_text(*command, "--values", options->values, "Write the map's values: row,column,value")->type_name("FILE.csv");
  add_force(*command, options->force);
  command->callback([options, command, &line] {
    for (const char* name : {"--class", "--against"}) {
      if (command->count(name) > 0 && command->get_option(name)->as<std::string>().empty())
        throw UsageError(fmt::format("{}: no class is called ''", name), "its index, from 0, or its name");
    }
    line.run = [options, &line] { explain(*options, line); };
  });
}

}  // namespace striate
