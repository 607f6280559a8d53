#include "app/pages/train/train_files.h"

#include <filesystem>
#include <memory>
#include <string_view>

#include "app/pages/train/network_draft.h"
#include "app/pages/train/train_export.h"
#include "app/widgets/ui.h"
#include "app/words/words.h"
#include "engine/export/overwrite.h"
#include "engine/files/atomic_write.h"
#include "engine/files/image_file.h"
#include "engine/files/read_file.h"
#include "engine/network/layer_words.h"
#include "engine/training/data/sources.h"

namespace striate {
namespace {

void write_text(const std::string& path, const std::string& text) {
  AtomicFile file(path);
  file.write(text.data(), text.size());
  file.commit();
}

std::string ending_of(const std::string& path) {
  std::string ending = std::filesystem::path(path).extension().string();
  for (char& c : ending) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return ending;
}

// "curves.png 1600x900": a size at the end is taken off.
bool take_size(std::string* text, CurvePictureOptions* options) {
  const size_t blank = text->rfind(' ');
  if (blank == std::string::npos) return true;
  const std::string_view word = std::string_view(*text).substr(blank + 1);
  const size_t cross = word.find('x');
  int64_t width = 0, height = 0;
  if (cross == std::string::npos || !read_whole(word.substr(0, cross), width) ||
      !read_whole(word.substr(cross + 1), height)) {
    return true;  // part of the name
  }
  text->resize(blank);
  options->width = static_cast<int>(width), options->height = static_cast<int>(height);
  return width >= 320 && height >= 240 && width <= 7680 && height <= 4320;
}

std::string_view path_before_size(std::string_view value) {
  std::string path(value);
  CurvePictureOptions ignored;
  take_size(&path, &ignored);
  return value.substr(0, path.size());
}

}  // namespace

TrainFiles::TrainFiles(const TrainScene& scene) : scene_(scene), writer_(scene.context.wake, JobPriority::behind) {}

std::string TrainFiles::base_name() const {
  const TrainingConfig& config = scene_.config();
  const bool own = config.model.find_first_of(" |\n/.") != std::string::npos;
  return (own ? std::string("network") : config.model) + "-" + source_word(config.data);
}

void TrainFiles::export_curves(const std::string& text) {
  std::string path = text;
  CurvePictureOptions options;
  const bool size_fits = take_size(&path, &options);
  const std::string ending = ending_of(path);
  if (ending != ".csv" && ending != ".png") {
    throw Error(fmt::format("'{}' is no name for exported curves", path),
                "end it in .csv for numbers or in .png for a picture");
  }
  if (!size_fits) {
    throw Error(fmt::format("a picture of {} x {} pixels is not made", options.width, options.height),
                "from 320x240 to 7680x4320: train.export curves.png 1600x900");
  }
  const TrainSnapshotPtr now = scene_.snapshot();
  if (now->curves.size == 0) {
    throw Error("there are no curves yet", "train a few steps first: train.step batch");
  }
  check_overwrite({path, ending == ".csv" ? FileKind::curves : FileKind::picture, {}, scene_.context.document.force});
  written_.clear();
  if (ending == ".csv") {
    writer_.request([now, path](Progress&) {
      write_text(path, curves_csv(*now));
      return path;
    });
    return;
  }
  const auto picture = std::make_shared<const Image>(curves_picture(*now, options));
  writer_.request([picture, path](Progress&) {
    write_image(path, *picture);
    return path;
  });
}

void TrainFiles::declare(Registry& registry) {
  registry_ = &registry;
  registry.add(Command{"train.export",
                       N_("Writes the curves: numbers into a .csv file, a picture into a .png file"),
                       {Parameter::file_to_write("FILE",
                                                 "path ending in .csv or .png; a picture's size may follow: "
                                                 "curves.png 1600x900",
                                                 path_before_size)},
                       [this](const Arguments& arguments) { export_curves(arguments.text(0)); }});
  registry.add(
      Command{"train.layers.save",
              N_("Writes the network's text, a line for each layer, to a file"),
              {Parameter::file_to_write("FILE", "path of a text file")},
              [this](const Arguments& arguments) {
                check_overwrite({arguments.text(0), FileKind::network_text, {}, scene_.context.document.force});
                const TrainSnapshotPtr now = scene_.snapshot();
                Shape shape;
                int classes = 0;
                if (now->data && now->config && now->config->data == scene_.config().data) {
                  shape = now->data->shape();
                  classes = static_cast<int>(now->data->classes().size());
                }
                const LayerList list = LayerList::parse(model_text(scene_.config().model, shape, classes));
                write_text(arguments.text(0), list.text("\n") + "\n");
                written_ = arguments.text(0);
              }});
  registry.add(Command{"train.layers.open",
                       N_("Reads the network's text from a file"),
                       {Parameter::file_to_read("FILE", "path of a text file")},
                       [this](const Arguments& arguments) {
                         const std::string& path = arguments.text(0);
                         const InputFile file(path);
                         constexpr uint64_t kMax = 1 << 20;
                         if (file.size() > kMax) {
                           throw Error(fmt::format("{} has {} bytes, too many for a network's text", path, file.size()),
                                       "open a text file like: conv 6 5x5 | relu | flatten | dense 10");
                         }
                         std::string text(file.size(), '\0');
                         file.read(0, file.size(), reinterpret_cast<uint8_t*>(text.data()));
                         // Comments and line breaks stay in the file: a command is one line.
                         registry_->run("train.layers " + quoted(Architecture::parse(text).text()));
                       },
                       Undo::edit});
  registry.add(Readout{"train.save.name", "the file name that saving begins with",
                       [this] { return ReadoutValue(base_name() + ".safetensors"); }});
}

std::shared_ptr<std::atomic<bool>> TrainFiles::wait_for(const std::string& path) {
  written_.clear();
  awaited_ = path;
  done_ = std::make_shared<std::atomic<bool>>(false);
  return done_;
}

bool TrainFiles::update() {
  if (done_ && *done_) {
    written_ = std::move(awaited_);
    done_ = nullptr;
    return true;
  }
  if (std::optional<std::string> path = writer_.take()) {
    written_ = std::move(*path);
    return true;
  }
  return false;
}

void TrainFiles::draw(Ui& ui, const TrainSnapshot& now) const {
  const Registry& registry = ui.registry();
  const bool browser = registry.find_command("browse.save") != nullptr;
  ui.push_id("files");
  ui.section("FILES");
  ui.begin_flow(6);
  const bool run = now.config != nullptr;
  ui.button(
      "Save model", "browse.save train.save " + base_name() + ".safetensors",
      {.enabled = browser && run, .tooltip = N_("The network with the state of its training: it can go on later")});
  ui.button("Open model", "browse.file train.open .safetensors",
            {.enabled = browser && registry.find_command("train.open") != nullptr,
             .tooltip = N_("A network that was saved, to look at or to go on with")});
  // Weights of a script lie beside it under its name: not under that of the saved model.
  ui.button(
      "Export ONNX", "browse.save train.export.onnx " + base_name() + ".onnx",
      {.enabled = browser && run, .tooltip = N_("One file with the network and its weights, for other programs")});
  ui.button(
      "Export PyTorch", "browse.save train.export.pytorch " + base_name() + "-pytorch.py",
      {.enabled = browser && run, .tooltip = N_("A Python script that builds the network, and its weights beside it")});
  ui.button("Export Keras", "browse.save train.export.keras " + base_name() + "-keras.py",
            {.enabled = browser && run, .tooltip = N_("A Python script for Keras 3, and its weights beside it")});
  ui.button(
      "Export training", "browse.save train.export.training " + base_name() + "-training",
      {.enabled = browser && run, .tooltip = N_("A folder with a PyTorch project in which this training begins anew")});
  ui.button("Curves as numbers", "browse.save train.export " + base_name() + ".csv",
            {.enabled = browser && now.curves.size > 0, .tooltip = N_("Every step's loss, accuracy and rate, as CSV")});
  ui.button("Curves as picture", "browse.save train.export " + base_name() + ".png",
            {.enabled = browser && now.curves.size > 0, .tooltip = N_("Loss and accuracy over the steps, as PNG")});
  ui.button("Save network text", "browse.save train.layers.save " + base_name() + ".txt",
            {.enabled = browser, .tooltip = N_("The layers alone, without weights")});
  ui.button("Open network text", "browse.file train.layers.open .txt .net",
            {.enabled = browser, .tooltip = N_("A text like conv 6 5x5 | relu | flatten | dense 10")});
  ui.end_flow();
  for (const char* command :
       {"train.save", "train.open", "train.export", "train.export.onnx", "train.export.pytorch", "train.export.keras",
        "train.export.training", "train.layers.save", "train.layers.open"}) {
    ui.error_beside(command);
  }
  if (writer_.busy()) {
    ui.progress("Writing the file", -1, {});
  } else if (!written_.empty()) {
    ui.note(format_tr("Written: {}", written_));
  }
  ui.hairline();
  ui.pop_id();
}

}  // namespace striate
