// The options of every command that opens a network: which file, how pictures are prepared, what the classes are
// called.
#include <algorithm>
#include <charconv>
#include <filesystem>

#include "app/cli/training.h"
#include "app/command/registry.h"
#include "engine/files/carried_weights.h"
#include "engine/files/labels.h"
#include "engine/files/read_file.h"
#include "engine/network/models.h"

namespace striate {
namespace {

std::vector<float> parse_list(const std::string& option, const std::string& text) {
  std::vector<float> values;
  size_t begin = 0;
  while (!text.empty() && begin <= text.size()) {
    const size_t end = std::min(text.find(',', begin), text.size());
    float value = 0;
    const auto [stop, problem] = std::from_chars(text.data() + begin, text.data() + end, value);
    if (problem != std::errc() || stop != text.data() + end)
      throw UsageError(fmt::format("{}: \"{}\" is not a list of numbers", option, text),
                       "one number for each channel, with commas between: 0.485,0.456,0.406");
    values.push_back(value);
    begin = end + 1;
  }
  return values;
}

// "224" or "320x240" as (height, width).
Shape parse_crop(const std::string& text) {
  int64_t width = 0, height = 0;
  const size_t cross = text.find('x');
  const bool two = cross != std::string::npos;
  if (!parse_integer(text.substr(0, cross), &width) || (two && !parse_integer(text.substr(cross + 1), &height)) ||
      width < 1 || width > 65536 || (two && (height < 1 || height > 65536)))
    throw UsageError(fmt::format("--crop: '{}' is not possible", text), "what the network receives: 224 or 320x240");
  return {two ? height : width, width};
}

// What a network takes where --crop asks for another size than its own: models by name are made anew.
Shape wanted_input(const ModelOptions& options) {
  const Model* named = find_model(options.model.empty() ? options.file : options.model);
  if (options.crop.empty() || (named == nullptr && !options.model.empty())) return {};
  const Shape crop = parse_crop(options.crop);
  return Shape{named != nullptr ? named->channels : 0, crop[0], crop[1]};
}

void check_crop(const ModelOptions& options, const ModelFile& file) {
  if (options.crop.empty()) return;
  const Shape crop = parse_crop(options.crop), picture = file.picture();
  if (picture.rank() == 3 && (crop[0] != picture[1] || crop[1] != picture[2]))
    throw Error(
        fmt::format("--crop {}: {} takes pictures of {} x {} and no others", options.crop, options.file, picture[2],
                    picture[1]),
        fmt::format("leave --crop out: pictures of any size are resized and cut to {} x {}", picture[2], picture[1]));
}

void take_resize(const std::string& text, Preprocessing& preprocessing) {
  int64_t side = 0;
  if (text == "stretch") {
    preprocessing.fit = Preprocessing::Fit::stretch;
  } else if (text == "middle") {
    preprocessing.fit = Preprocessing::Fit::middle;
  } else if (parse_integer(text, &side) && side >= 1 && side <= 65536) {
    preprocessing.fit = Preprocessing::Fit::shorter;
    preprocessing.shorter = static_cast<int>(side);
  } else {
    throw UsageError(fmt::format("--resize: '{}' is not possible", text),
                     "pixels of the shorter side (256), stretch, or middle");
  }
}

// Options overrule what the file says; mistakes that explain themselves are told before anything is computed.
void take_preprocessing(const ModelOptions& options, ModelFile& file) {
  Preprocessing& preprocessing = file.preprocessing;
  if (!options.order.empty())
    preprocessing.order = options.order == "bgr" ? Preprocessing::Order::bgr : Preprocessing::Order::rgb;
  if (!options.scale.empty() && !parse_scale(options.scale, preprocessing.scale))
    throw UsageError(fmt::format("--scale: '{}' is not possible", options.scale),
                     "1/255 turns the stored 0..255 into 0..1; 1 leaves them");
  if (!options.mean.empty()) preprocessing.mean = parse_list("--mean", options.mean);
  if (!options.stddev.empty()) preprocessing.stddev = parse_list("--std", options.stddev);
  for (const float stddev : preprocessing.stddev)
    if (!(stddev > 0)) throw UsageError(fmt::format("--std: {} is not possible", stddev), "numbers above 0");
  if (!options.resize.empty()) {
    take_resize(options.resize, preprocessing);
    preprocessing.asked = true;
  }
  const Shape picture = file.picture();
  const size_t channels = static_cast<size_t>(picture.rank() == 3 ? picture[0] : file.info.architecture.input()[0]);
  for (const char* option : {"--mean", "--std"}) {
    const auto& values = option[2] == 'm' ? preprocessing.mean : preprocessing.stddev;
    if (!values.empty() && values.size() != channels)
      throw UsageError(fmt::format("{}: {} numbers for {} channels", option, values.size(), channels),
                       "one number for each channel");
  }
  const bool large = std::any_of(preprocessing.mean.begin(), preprocessing.mean.end(), [](float m) { return m > 2; });
  if (!options.mean.empty() && large && preprocessing.scale == 1.0 / 255)
    throw UsageError(fmt::format("--mean {}: taken from pictures of 0..1, that leaves nothing of them", options.mean),
                     "such means belong to the stored 0..255: add --scale 1");
  if (!(options.order + options.scale + options.mean + options.stddev + options.resize).empty())
    file.prepared_as = "the options";
  file.info.normalization = preprocessing.normalization(static_cast<int>(channels));
}

// A model's name without the weights to it, and no file is called that.
bool is_only_a_name(const std::string& file) {
  std::error_code ignored;
  return find_model(file) != nullptr && carried_weights(file).empty() && !std::filesystem::exists(file, ignored);
}

}  // namespace

void add_model_options(CLI::App& command, ModelOptions& options) {
  add_text(command, "MODEL", options.file,
           "A saved model (.safetensors), weights (.safetensors, .pt, .pth), an ONNX model (.onnx), or squeezenet1_1")
      ->required()
      ->type_name("");
  const std::string group = "How pictures are prepared, where the file doesn't say it";
  add_text(command, "--model", options.model, "For a file with weights only: the network that they belong to")
      ->type_name("NAME|FILE");
  add_text(command, "--labels", options.labels, "Names of the classes: a text file with one on each line")
      ->type_name("FILE");
  add_text(command, "--resize", options.resize, "Pixels of the shorter side, stretch, or middle")
      ->type_name("N|WORD")
      ->group(group);
  add_text(command, "--crop", options.crop, "What the network receives, where it takes several sizes")
      ->type_name("N|WxH")
      ->group(group);
  add_choice(command, "--order", options.order, "Of the channels", {"rgb", "bgr"})->group(group);
  add_text(command, "--scale", options.scale, "What the stored 0..255 are multiplied with: 1/255 or 1")
      ->type_name("A/B")
      ->group(group);
  add_text(command, "--mean", options.mean, "What is then taken from each channel, in the network's order")
      ->type_name("R,G,B")
      ->group(group);
  add_text(command, "--std,--deviation", options.stddev, "And what it is then divided by (--deviation: its old name)")
      ->type_name("R,G,B")
      ->group(group);
}

ModelFile read_model(const ModelOptions& options) {
  ModelFileOptions how;
  how.model = options.model;
  how.input = wanted_input(options);
  if (!options.model.empty()) architecture_of(options.model, how.input, 0);  // a wrong name: exit status 2
  if (is_only_a_name(options.file))
    throw Error(
        fmt::format("{} is known by its name, but its trained weights are not part of this program", options.file),
        fmt::format("give a file with them and --model {}: striate models says where they are published",
                    options.file));
  ModelFile file;
  try {
    file = read_model_file(options.file, how);
  } catch (const Error&) {
    // A size that the file does not leave open: the reader's words are about the file, the user's mistake is --crop.
    if (how.input.rank() == 0 || !options.model.empty()) throw;
    how.input = {};
    file = read_model_file(options.file, how);
  }
  check_crop(options, file);
  take_preprocessing(options, file);
  return file;
}

void take_labels(const ModelOptions& options, ModelFile& file) {
  if (options.labels.empty()) return;
  const int64_t classes = class_count(file);
  file.info.classes = read_labels(options.labels).names;
  const size_t names = file.info.classes.size();
  if (static_cast<int64_t>(names) != classes)
    throw Error(fmt::format("{} names {} classes, {} has {}", options.labels, names, options.file, classes),
                "one name on each line, in the order of the network's outputs");
}

OpenedModel open_model(Stream& stream, const ModelOptions& options) {
  ModelFile file = read_model(options);
  for (const std::string& note : file.notes) print_note(fmt::format("{}: {}", file_name(options.file), note));
  const int64_t classes = class_count(file);
  std::vector<std::string>& names = file.info.classes;
  take_labels(options, file);
  if (names.empty()) names = imagenet_classes(classes);
  const bool named = !names.empty();
  if (!named)
    for (int64_t c = 0; c < classes; ++c) names.push_back(std::to_string(c));
  return {Session(stream, std::move(file)), named};
}

OpenNetwork open_network(Stream& stream, const ModelOptions& options, uint64_t seed) {
  OpenNetwork::Opening how;
  how.usual = imagenet_classes;
  how.seed = seed;
  if (options.model.empty() && is_only_a_name(options.file)) {
    print_note(
        fmt::format("{} is known by its name, without weights: they are drawn from seed {}", options.file, seed));
    return OpenNetwork::open(stream, options.file, how);
  }
  ModelFile file = read_model(options);
  for (const std::string& note : file.notes) print_note(fmt::format("{}: {}", file_name(options.file), note));
  take_labels(options, file);
  return OpenNetwork::open(stream, std::move(file), how);
}

}  // namespace striate
