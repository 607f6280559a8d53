// striate features: what all units of a layer respond to, as one sheet of pictures.
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <memory>
#include <optional>

#include "app/cli/training.h"
#include "app/command/registry.h"
#include "app/shell/samples.h"
#include "app/shell/xdg_folder.h"
#include "engine/explain/filter_pictures.h"
#include "engine/explain/maximize.h"
#include "engine/explain/patches.h"
#include "engine/explain/unit_sheet.h"
#include "engine/export/overwrite.h"
#include "engine/files/atomic_write.h"
#include "engine/files/image_file.h"
#include "engine/lower_case.h"
#include "engine/network/find_layer.h"

namespace striate {
namespace {

constexpr int64_t kMostUnits = 4096;

struct FeaturesOptions {
  ModelOptions model;
  std::string layer, out, method = "maximize", source = "samples", image, units, values;
  int64_t steps = 0, size = 0;
  std::vector<std::string> without;
  bool force = false;
};

// A file that is there, somewhere below the folder.
bool lies_in(const std::string& file, const std::string& folder) {
  namespace fs = std::filesystem;
  std::error_code problem;
  if (file.empty() || !fs::is_directory(folder, problem) || !fs::exists(file, problem)) return false;
  const fs::path below = fs::weakly_canonical(file, problem).lexically_relative(fs::weakly_canonical(folder, problem));
  return !problem && !below.empty() && *below.begin() != "..";
}

struct Units {
  int64_t first = 0, last = 0;
};

void check_options(const FeaturesOptions& options) {
  if (options.method == "maps" && options.image.empty()) {
    throw UsageError("--method maps shows what a picture gives", "name it: --image photo.jpg");
  }
  // Before minutes are spent on it.
  const std::string ending = lower_case(std::filesystem::path(options.out).extension().string());
  if (ending != ".png" && ending != ".jpg" && ending != ".jpeg") {
    throw Error(fmt::format("{}: pictures are written as PNG or JPEG", options.out), "end the name in .png or .jpg");
  }
  std::vector<std::string> inputs{options.model.file, options.model.model, options.model.labels, options.image};
  // What lies in the folder of pictures is read as well.
  for (const std::string& each : {options.out, options.values}) {
    if (options.method == "patches" && lies_in(each, options.source)) inputs.push_back(each);
  }
  check_overwrite({options.out, FileKind::picture, inputs, options.force, true});
  if (options.values.empty()) return;
  if (same_place(options.values, options.out)) {
    throw UsageError("OUT and --values both name " + options.out, "give two names");
  }
  check_overwrite({options.values, FileKind::units, inputs, options.force, true});
}

// "3" or "0-15".
Units parse_units(const std::string& text, int64_t channels) {
  Units units{0, channels - 1};
  if (text.empty()) {
    if (channels > kMostUnits) {
      throw Error(fmt::format("a layer of {} units is too much for one sheet", channels),
                  fmt::format("choose some: --units 0-{}", kMostUnits - 1));
    }
    return units;
  }
  const size_t dash = text.find('-');
  const bool right = parse_integer(text.substr(0, dash), &units.first) &&
                     (dash == std::string::npos || parse_integer(text.substr(dash + 1), &units.last));
  if (!right) throw UsageError(fmt::format("--units: '{}' is not possible", text), "one (3), or a range (0-15)");
  if (dash == std::string::npos) units.last = units.first;
  if (units.first < 0 || units.last < units.first || units.last >= channels) {
    throw Error(fmt::format("--units {}: the layer has {}", text, channels),
                fmt::format("they count from 0 to {}", channels - 1));
  }
  if (units.last - units.first >= kMostUnits) {
    throw Error(fmt::format("--units {}: that is too much for one sheet", text), fmt::format("{} at most", kMostUnits));
  }
  return units;
}

std::unique_ptr<PatchSource> source_of(const std::string& text) {
  if (text == "samples") {
    std::vector<ImagePtr> pictures;
    for (const SamplePicture& each : samples()) pictures.push_back(sample_image(each.name));
    return patches_of(std::move(pictures));
  }
  std::error_code ignored;
  if (std::filesystem::is_directory(text, ignored)) return patches_in(text);
  if (find_source(text) == nullptr) {
    throw Error(fmt::format("{}: there is no such folder, and no data set of this name", text),
                "samples, a folder with pictures, or a data set as train --data takes it");
  }
  std::shared_ptr<const Dataset> data = open_dataset(text);
  std::vector<int64_t> all(static_cast<size_t>(data->size()));
  for (size_t i = 0; i < all.size(); ++i) all[i] = static_cast<int64_t>(i);
  return patches_of(std::move(data), std::move(all));
}

struct Made {
  UnitSheet sheet;
  std::string values;  // of the CSV
  std::string report;  // "name value" lines
};

Made maximized(const FeaturesOptions& options, OpenNetwork& network, int node, const Units& units, uint64_t seed,
               ProgressLine& progress) {
  MaximizeOptions how;
  if (options.steps > 0) how.steps = static_cast<int>(options.steps);
  how.size = static_cast<int>(options.size);
  how.seed = seed;
  for (const std::string& each : options.without) {
    (each == "waves"    ? how.waves
     : each == "colors" ? how.colors
     : each == "jitter" ? how.jitter
     : each == "scale"  ? how.scale
                        : how.rotation) = false;
  }
  Made made;
  made.values = "unit,score,steps\n";
  const OpenNetworkInfo& info = *network.info();
  Maximizer maximizer(network, channel_objective(info, node, units.first), how);
  double sum = 0;
  for (int64_t unit = units.first; unit <= units.last; ++unit) {
    maximizer.begin(channel_objective(info, node, unit), seed);
    while (maximizer.done() < how.steps) {
      maximizer.step();
      if (progress.due()) {
        progress.show(fmt::format("unit {} of {} to {}, step {} of {}", unit, units.first, units.last, maximizer.done(),
                                  how.steps));
      }
      if (StopOnSignal::asked()) throw Stopped{StopOnSignal::signal()};
    }
    const MaximizedPicture picture = maximizer.picture();
    made.sheet.add(picture.shape, picture.pixels);
    made.values += fmt::format("{},{:.9g},{}\n", unit, picture.score, picture.steps);
    sum += picture.score;
  }
  made.report = fmt::format("steps {}\nsize {}\nscore {:.6g}\n", how.steps, made.sheet.shape()[2],
                            sum / static_cast<double>(units.last - units.first + 1));
  return made;
}

Made patches(const FeaturesOptions& options, OpenNetwork& network, int node, const Units& units,
             ProgressLine& progress) {
  const std::unique_ptr<PatchSource> source = source_of(options.source);
  PatchOptions how;
  if (options.size > 0) how.small = static_cast<int>(options.size);
  how.keep = 9;
  how.cache_folder = (xdg_folder("XDG_CACHE_HOME", ".cache") / "striate").string();
  const Patches found = find_patches(network, node, *source, how, [&](const Patches& now) {
    if (progress.due()) progress.show(fmt::format("picture {} of {}", now.seen, now.all));
    if (StopOnSignal::asked()) throw Stopped{StopOnSignal::signal()};
    return true;
  });
  progress.clear();
  for (const std::string& each : found.problems) print_note(each);
  Made made;
  made.values = "unit,rank,value,picture,row,column\n";
  for (int64_t unit = units.first; unit <= units.last; ++unit) {
    const std::vector<Patch>& best = found.best[static_cast<size_t>(unit)];
    std::vector<std::vector<float>> pictures;
    for (size_t n = 0; n < best.size(); ++n) {
      pictures.push_back(found.thumbnail(unit, static_cast<int64_t>(n)));
      made.values += fmt::format("{},{},{:.9g},{},{},{}\n", unit, n, best[n].value, csv_field(best[n].name),
                                 best[n].row, best[n].column);
    }
    made.sheet.add_nine(found.small, pictures);
  }
  made.report =
      fmt::format("pictures {}\nunreadable {}\ncached {}\n", found.seen, found.unreadable, found.from_cache ? 1 : 0);
  return made;
}

Made filters(OpenNetwork& network, int node, const Units& units) {
  const FilterPictures found = filter_pictures(network, node);
  if (found.node < 0) {
    throw Error(fmt::format("layer {} has no filters", network.info()->layers[static_cast<size_t>(node)].name),
                "name a convolution or a dense layer");
  }
  Made made;
  made.values = "unit,norm\n";
  for (int64_t unit = units.first; unit <= std::min(units.last, found.shape[0] - 1); ++unit) {
    made.sheet.add(found.unit, found.picture(unit));
    made.values += fmt::format("{},{:.9g}\n", unit, found.norm(unit));
  }
  made.report = fmt::format("filters {}\nkind {}\n", found.shape[0], found.kind());
  return made;
}

Made maps(const FeaturesOptions& options, OpenNetwork& network, int node, const Units& units) {
  NetworkPicture picture;
  picture.image = read_image(options.image);
  picture.name = picture.image->name;
  print_notes(*picture.image);
  const NetworkAnswer answer = *network.run(network.look_at(picture).values);
  const std::vector<float>& values = answer.activations[static_cast<size_t>(node)].values;
  if (values.empty())
    throw Error("the activations of this network are too many to be kept", "choose a smaller network");
  const OpenNetworkInfo& info = *network.info();
  const Shape cells = cells_of(info.layers[static_cast<size_t>(node)].shape);
  const auto plane = static_cast<size_t>(cells[1] * cells[2]);
  Made made;
  made.values = "unit,largest,row,column,mean\n";
  for (int64_t unit = units.first; unit <= units.last; ++unit) {
    const float* map = values.data() + static_cast<size_t>(unit) * plane;
    const auto [least, most] = std::minmax_element(map, map + plane);
    double sum = 0;
    std::vector<float> gray(plane);
    for (size_t i = 0; i < plane; ++i) {
      sum += static_cast<double>(map[i]);
      gray[i] = *most > *least ? (map[i] - *least) / (*most - *least) : 0;
    }
    made.sheet.add(Shape{1, cells[1], cells[2]}, gray);
    made.values += fmt::format("{},{:.9g},{},{},{:.9g}\n", unit, *most, (most - map) / cells[2],
                               (most - map) % cells[2], sum / static_cast<double>(plane));
  }
  return made;
}

void features(const FeaturesOptions& options, const CommandLine& line) {
  check_options(options);
  StopOnSignal stop;
  Stream stream(line.device());
  OpenNetwork network = open_network(stream, options.model, static_cast<uint64_t>(line.seed));
  const OpenNetworkInfo& info = *network.info();
  const int node = need_layer(info.architecture, options.layer);
  if (node == 0) throw Error("the input has no units", "name a layer: --layer 0");
  const Units units = parse_units(options.units, cells_of(info.layers[static_cast<size_t>(node)].shape)[0]);
  ProgressLine progress(false);
  const Made made = options.method == "maximize"
                        ? maximized(options, network, node, units, static_cast<uint64_t>(line.seed), progress)
                    : options.method == "patches" ? patches(options, network, node, units, progress)
                    : options.method == "filters" ? filters(network, node, units)
                                                  : maps(options, network, node, units);
  progress.clear();
  write_image(options.out, *made.sheet.image());
  if (!options.values.empty()) {
    AtomicFile file(options.values);
    file.write(made.values.data(), made.values.size());
    file.commit();
  }
  print_out(fmt::format("network {}\nlayer {}\nmethod {}\nunits {}\n{}", info.name,
                        info.layers[static_cast<size_t>(node)].name, options.method, units.last - units.first + 1,
                        made.report));
}

}  // namespace

void add_features(CLI::App& parent, CommandLine& line) {
  auto options = std::make_shared<FeaturesOptions>();
  CLI::App* command = add_command(
      parent, line, "features", "What all units of a layer respond to, as a sheet of pictures",
      "Writes a sheet with a picture for each unit, in their order, and prints what was done. maximize makes a "
      "picture\n"
      "that excites the unit's channel most, from the seed; --without shows why its parts are there. patches shows "
      "the\n"
      "nine strongest places among the pictures of --source, each cut to what the unit can see; what was found is "
      "kept\n"
      "in the user's cache folder. filters shows weights, maps what --image gives. --values writes the numbers behind\n"
      "the sheet.\n\n"
      "Examples:\n"
      "  striate features squeezenet1_1 --layer 0 filters.png --method filters\n"
      "  striate features squeezenet1_1 --layer 24 units.png --units 0-15\n"
      "  striate features squeezenet1_1 --layer 24 places.png --method patches --source photos --values places.csv\n"
      "  striate features digits.safetensors --layer 1 noise.png --without waves --without jitter");
  add_model_options(*command, options->model);
  add_text(*command, "OUT", options->out, "What to write: .png or .jpg")->required()->type_name("");
  add_text(*command, "--layer", options->layer, "The layer: its number, from 0 without the input, or its name")
      ->required()
      ->type_name("L");
  add_choice(*command, "--method", options->method, "How a unit is shown (maximize)",
             {"maximize", "patches", "filters", "maps"});
  add_text(*command, "--units", options->units, "Only these of the layer (all)")->type_name("A-B");
  add_text(*command, "--source", options->source, "Where patches are looked for (samples)")
      ->type_name("samples|DIR|DATA");
  add_text(*command, "--image", options->image, "The picture for maps")->type_name("FILE");
  add_integer(*command, "--steps", options->steps, "Of maximize (256)", 1, 4096);
  add_integer(*command, "--size", options->size, "Sides of a unit's picture (as large as the layer asks for)", 8, 512);
  command->add_option("--without", options->without, "A part that maximize leaves out; as often as wanted")
      ->type_name("waves|colors|jitter|scale|rotation")
      ->check(CLI::IsMember({"waves", "colors", "jitter", "scale", "rotation"}))
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  add_text(*command, "--values", options->values, "Write the numbers behind the sheet")->type_name("FILE.csv");
  add_force(*command, options->force);
  command->callback([options, &line] { line.run = [options, &line] { features(*options, line); }; });
}

}  // namespace striate
