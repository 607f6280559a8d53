#include "app/cli/training.h"

#include <unistd.h>

#include <atomic>
#include <charconv>
#include <csignal>
#include <filesystem>

#include "app/command/registry.h"
#include "engine/network/models.h"

namespace striate {
namespace {

std::atomic<bool> stop_asked{false};
struct sigaction before_interrupt;

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

}  // namespace

ProgressLine::ProgressLine(bool quiet) : quiet_(quiet), terminal_(isatty(STDERR_FILENO) == 1) {}

bool ProgressLine::due() const {
  return !quiet_ && terminal_ && std::chrono::steady_clock::now() - last_ > std::chrono::milliseconds(100);
}

void ProgressLine::show(const std::string& text) {
  if (!due()) return;
  last_ = std::chrono::steady_clock::now();
  fmt::print(stderr, "\r\033[K{}", text);
  std::fflush(stderr);
  shown_ = true;
}

void ProgressLine::line(const std::string& text) {
  clear();
  if (!quiet_) fmt::print(stderr, "{}\n", text);
}

void ProgressLine::clear() {
  if (shown_) fmt::print(stderr, "\r\033[K");
  shown_ = false;
}

StopOnInterrupt::StopOnInterrupt() {
  stop_asked = false;
  struct sigaction action = {};
  action.sa_handler = [](int) { stop_asked = true; };
  action.sa_flags = static_cast<int>(SA_RESETHAND);  // the second time it does what it always does
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, &before_interrupt);
}

StopOnInterrupt::~StopOnInterrupt() { sigaction(SIGINT, &before_interrupt, nullptr); }

bool StopOnInterrupt::asked() { return stop_asked; }

std::unique_ptr<Dataset> open_data(const std::string& source, SourceOptions options, const std::string& size,
                                   ProgressLine& progress) {
  const std::string word = source_word(source);
  bool known = false;
  for (const DataSource& each : data_sources()) known = known || word == each.word;
  if (!size.empty()) {
    const size_t cross = size.find('x');
    int64_t width = 0, height = 0;
    if (cross == std::string::npos || !parse_integer(size.substr(0, cross), &width) ||
        !parse_integer(size.substr(cross + 1), &height) || width < 1 || height < 1 || width > 4096 || height > 4096)
      throw UsageError(fmt::format("--size: '{}' is not possible", size), "width x height in pixels: 64x64");
    options.width = static_cast<int>(width);
    options.height = static_cast<int>(height);
  }
  options.progress = [&](int64_t done, int64_t all) {
    if (progress.due()) progress.show(fmt::format("reading pictures: {} %", 100 * done / std::max<int64_t>(1, all)));
    return !StopOnInterrupt::asked();
  };
  std::unique_ptr<Dataset> data =
      known ? open_dataset(source, options) : as_usage("--data", [&] { return open_dataset(source, options); });
  progress.clear();
  if (const auto* bytes = dynamic_cast<const ByteDataset*>(data.get()))
    for (const std::string& note : bytes->notes()) print_note(fmt::format("{}: {}", source, note));
  return data;
}

Architecture architecture_of(const std::string& name, const Shape& input, int classes) {
  std::error_code ignored;
  if (name.find_first_of(" |\n") != std::string::npos) {
    as_usage("", [&] { return Architecture::parse(name); });
  } else if (!std::filesystem::exists(name, ignored)) {
    as_usage("", [&] { return model(name).name; });
  }
  return architecture_from(name, input, classes);
}

void add_model_options(CLI::App& command, ModelOptions& options) {
  add_text(command, "MODEL", options.file, "A model that train has saved, or weights (.safetensors)")
      ->required()
      ->type_name("");
  add_text(command, "--model", options.model, "For a file with weights only: the network that they belong to")
      ->type_name("NAME|FILE");
  add_text(command, "--mean", options.mean, "For a file with weights only: what is taken from each channel (0..1)")
      ->type_name("R,G,B");
  add_text(command, "--deviation", options.deviation, "And what it is then divided by")->type_name("R,G,B");
}

OpenedModel open_model(Stream& stream, const ModelOptions& options) {
  const SafeTensors file = SafeTensors::read(options.file);
  ModelInfo info;
  if (options.model.empty()) {
    info = read_model_info(file, options.file);
  } else {
    info.architecture = architecture_of(options.model, Shape(), 0);
    info.model = options.model;
    if (info.architecture.input().rank() == 0)
      throw Error(fmt::format("{}: the network does not say what it takes", options.model),
                  "begin it with a line like: input 3x64x64");
  }
  if (!options.mean.empty() || !options.deviation.empty()) {
    info.normalisation.mean = parse_list("--mean", options.mean);
    info.normalisation.deviation = parse_list("--deviation", options.deviation);
    const size_t channels = static_cast<size_t>(info.architecture.input()[0]);
    if (info.normalisation.mean.size() != channels || info.normalisation.deviation.size() != channels)
      throw UsageError(fmt::format("--mean and --deviation: {} and {} numbers for {} channels",
                                   info.normalisation.mean.size(), info.normalisation.deviation.size(), channels),
                       "one number for each channel in both");
    for (const float deviation : info.normalisation.deviation)
      if (!(deviation > 0))
        throw UsageError(fmt::format("--deviation: {} is not possible", deviation), "numbers above 0");
  }
  Network network(stream, info.architecture);
  load_weights(stream, file, options.file, network);
  const int64_t outputs = network.output().shape.count();
  const int64_t classes = outputs == 1 ? 2 : outputs;
  if (!info.classes.empty() && static_cast<int64_t>(info.classes.size()) != classes)
    throw Error(fmt::format("{}: it names {} classes, its network has {}", options.file, info.classes.size(), classes),
                "the file was not written by Striate, or was changed since");
  if (info.classes.empty())
    for (int64_t c = 0; c < classes; ++c) info.classes.push_back(std::to_string(c));
  const auto word = [&](const char* key) {
    const auto found = file.metadata().find(key);
    return found == file.metadata().end() ? std::string() : found->second;
  };
  return {std::move(info), std::move(network), word("run.split"), word("loss")};
}

std::string shape_words(const Shape& shape) {
  std::string text;
  for (int i = 0; i < shape.rank(); ++i) text += fmt::format("{}{}", i > 0 ? "x" : "", shape[i]);
  return text;
}

std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"\n\r") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

std::string format_duration(double seconds) {
  const int64_t whole = static_cast<int64_t>(seconds + 0.5);
  return whole >= 3600 ? fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60)
                       : fmt::format("{}:{:02}", whole / 60, whole % 60);
}

}  // namespace striate
