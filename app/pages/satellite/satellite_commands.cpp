// Commands and readouts of page `satellite`.
#include <algorithm>
#include <filesystem>

#include "app/command/not_ready.h"
#include "app/pages/satellite/satellite.h"
#include "app/words/words.h"
#include "engine/export/overwrite.h"
#include "engine/export/tile_project.h"
#include "engine/files/image_file.h"
#include "engine/lower_case.h"
#include "engine/training/data/source_folder.h"

namespace striate {
namespace {

std::string_view folder_in(std::string_view value) {
  return value.starts_with("folder:") ? folder_of_source(value) : std::string_view();
}

// A model that the program carries has no folder and no ending.
std::string_view base_file(std::string_view value) {
  return value.find_first_of("./\\") == std::string_view::npos ? std::string_view() : value;
}

std::string_view scene_file(std::string_view value) { return value == "world" ? std::string_view() : value; }

Error not_trained() { return {"nothing has been trained yet", "press Train, or satellite.train"}; }

}  // namespace

void SatellitePage::declare_settings() {
  Setting& view = settings_.choice(
      "view", "step", "Shows one of the steps from tiles to a map",
      Parameter::choice("STEP", "what the stage shows", {"data", "split", "training", "confusion", "map", "errors"}),
      &State::view);
  view.labels = {N_("Data"), N_("Split"), N_("Training"), N_("Confusion"), N_("Map"), N_("Errors")};
  view.undo = Undo::none;
  settings_.text(
      "data", "tiles", "Takes tiles of the world, those that the program draws, or a folder for each class",
      Parameter::file_to_read("DATA", "world, drawn, or folder:DIR", folder_in),
      [](const State& s) { return s.setup.data; },
      [](State& s, const std::string& text) {
        if (text != "world" && text != "drawn" && !(text.starts_with("folder:") && text.size() > 7)) {
          throw Error(fmt::format("{} are no tiles of this page", striate::shown(text)),
                      "take world, drawn, or folder:DIR with a folder for each class");
        }
        s.setup.data = text;
      });
  settings_.text(
      "base", "features",
      "What a tile is for the network that learns: the mean and the deviation of each color, or what a trained network "
      "computes before its last layer",
      Parameter::file_to_read("BASE", "color, squeezenet1_1, or a file of a trained network", base_file),
      [](const State& s) { return s.setup.base; },
      [](State& s, const std::string& text) {
        if (text.empty()) throw Error("satellite.base: no name", "color, squeezenet1_1, or a file");
        s.setup.base = text;
      });
  settings_
      .choice("split", "split", "Divides the tiles at random, or by where they lie: the Americas learn, the rest tests",
              Parameter::choice("SPLIT", "how tiles are divided", {"random", "geographic"}), &State::split)
      .labels = {N_("Random"), N_("Geographic")};
  settings_
      .integer("epochs", "epochs", "How often the training sees all of its tiles",
               {"N", "passes over the training part", 1, 2000}, &State::epochs)
      .hands = {1, 400};
  settings_.integer(
      "seed", "seed", "Which tiles are taken, how they are divided, and which weights begin",
      {"N", "any number", 1, 1e9}, [](auto& s) -> auto& { return s.setup.seed; });
  settings_.text(
      "scene", "scene", "The picture that is classified tile by tile",
      Parameter::file_to_read("SCENE", "world, or a picture's file", scene_file),
      [](const State& s) { return s.scene; },
      [](State& s, const std::string& text) {
        if (text.empty()) throw Error("satellite.scene: no name", "world, or a picture's file");
        s.scene = text;
      });
  settings_.also([this] {
    return std::vector{fmt::format("satellite.tile {} {}", state_.setup.tile, state_.overlap),
                       fmt::format("satellite.globe {:.2f} {:.2f}", state_.globe_longitude, state_.globe_latitude)};
  });
  Setting& blend = settings_.on_off(
      "blend", "blend overlaps",
      "A cell of the map is what all tiles over it say, the nearest ones most; or what one tile says alone",
      "whether tiles are blended", &State::blend);
  blend.undo = Undo::none;
  Setting& photo = settings_.number("photo", "photo", "How much of the photo is seen through the map",
                                    {"SHARE", "0: the classes alone, 1: the photo alone", 0, 1}, &State::photo);
  photo.decimals = 2;
  photo.undo = Undo::none;
}

void SatellitePage::train(bool again) {
  learning_why_.reset();
  tiles_why_.reset();
  if (learning_work_.busy()) return;
  SatelliteLearningPtr& one = learnings_[split_index(state_.split)];
  if (one && one->epochs() == state_.epochs && one->now()->done) {
    if (!again) return;
    one.reset();
  }
  train_asked_ = true;
}

void SatellitePage::pause() {
  learning_work_.cancel();
  train_asked_ = false;
}

void SatellitePage::save(const std::string& path) {
  const std::string ending = lower_case(std::filesystem::path(path).extension().string());
  if (ending != ".png") {
    throw Error(fmt::format("satellite.save: '{}' is no name of a PNG file", path),
                "let it end in .png: satellite.save map.png");
  }
  const SatelliteMapPtr now = map();
  if (!now) throw Error("there is no map yet", "train first: satellite.train, then satellite.view map");
  check_overwrite({path, FileKind::picture, {state_.scene}, context_.document.force});
  if (writer_.busy()) throw Error("a file is being written", "wait until it is there");
  saved_.clear();
  writer_.request([now, path, tiles = tiles_, blend = state_.blend](Progress&) {
    Image image;
    image.width = now->columns, image.height = now->rows, image.channels = 3;
    image.bytes.resize(image.value_count());
    uint8_t* to = image.bytes.data();
    for (const int16_t label : blend ? now->blended : now->single) {
      const Color color = satellite_color(*tiles, label);
      for (int c = 0; c < 3; ++c) *to++ = static_cast<uint8_t>(color >> (8 * c));
    }
    write_image(path, image);
    return path;
  });
}

// The colors of a tile are no network that PyTorch could go on with.
std::string SatellitePage::exported_base() const {
  return state_.setup.base == TileFeatures::kColor ? "squeezenet1_1" : state_.setup.base;
}

void SatellitePage::export_project(const std::string& folder) {
  const SatelliteTilesPtr tiles = tiles_;
  if (!tiles) {
    if (tiles_why_) throw *tiles_why_;
    throw Error("the tiles are not there yet", "wait until they are: satellite.tiles");
  }
  check_project_folder(folder, ExportFormat::pytorch);
  if (writer_.busy()) throw Error("a file is being written", "wait until it is there");
  saved_.clear();
  TileProject project;
  project.base = exported_base();
  project.tiles = tiles->data, project.data = state_.setup.data;
  project.epochs = state_.epochs, project.seed = state_.setup.seed;
  if (state_.split == "random") {
    const SatelliteParts parts = parts_of(*tiles, SatelliteSplit::random);
    project.parts = Split{parts.training, {}, parts.test};
  }
  writer_.request([project, folder](Progress&) {
    Stream stream(Device::cpu());
    write_training_project(stream, training_project_of(project), project.tiles, folder, ExportFormat::pytorch);
    return folder;
  });
}

void SatellitePage::declare(Registry& registry) {
  settings_.declare(registry);
  declare_commands(registry);
  declare_looks(registry);
  declare_readouts(registry);
}

void SatellitePage::declare_commands(Registry& registry) {
  registry.add(Command{"satellite.train",
                       N_("Trains with the chosen split, or goes on with what was paused; again: from the beginning"),
                       {Parameter::choice("AGAIN", "also what is done", {"again"}).or_none()},
                       [this](const Arguments& arguments) { train(arguments.has(0)); }});
  registry.add(Command{"satellite.pause", N_("Pauses the training"), {}, [this](const Arguments&) { pause(); }});
  registry.add(Command{"satellite.tile",
                       N_("Sets the size of the tiles, and how much neighbors in a scene overlap"),
                       {Parameter::integer("SIZE", "pixels of a side", 4, 256),
                        Parameter::integer("OVERLAP", "percent of the side", 0, 90).or_none()},
                       [this](const Arguments& arguments) {
                         State next = state_;
                         next.setup.tile = static_cast<int>(arguments.integer(0));
                         if (arguments.has(1)) next.overlap = static_cast<int>(arguments.integer(1));
                         commit(std::move(next));
                       },
                       Undo::edit});
  registry.add(Readout{"satellite.tile", "size of the tiles in pixels, and their overlap in percent",
                       [this] { return ReadoutValue(fmt::format("{} {}", state_.setup.tile, state_.overlap)); }});
  registry.add(Command{"satellite.save",
                       N_("Writes the map as a picture, a pixel for each cell"),
                       {Parameter::file_to_write("FILE", "a PNG file")},
                       [this](const Arguments& arguments) { save(arguments.text(0)); }});
  registry.add(Command{"satellite.export",
                       N_("Writes a folder with a PyTorch project: these tiles, this split, a head on the same base; "
                          "SqueezeNet in place of colors"),
                       {Parameter::file_to_write("DIR", "a new folder")},
                       [this](const Arguments& arguments) { export_project(arguments.text(0)); }});
}

const SatelliteTiles& SatellitePage::need_tiles() {
  if (tiles_) return *tiles_;
  if (tiles_why_) throw *tiles_why_;
  tiles_asked_ = true;
  ask_tiles();
  throw NotReady("the tiles are being cut");
}

double SatellitePage::need_accuracy(size_t split, bool reversed) {
  if (tiles_why_) throw *tiles_why_;
  if (learning_why_) throw *learning_why_;
  const bool now = split == split_index(state_.split);
  if (now && runs()) throw NotReady("the training is not done");
  const std::optional<double>& value = accuracies_[reversed ? 2 : split];
  if (!value) throw not_trained();
  return *value;
}

const SatelliteMap& SatellitePage::need_map(int x, int y) {
  if (tiles_why_) throw *tiles_why_;
  if (learning_why_) throw *learning_why_;
  if (scene_why_) throw *scene_why_;
  if (runs()) throw NotReady("the training is not done");
  const auto now = moment();
  if (!now || !now->head) throw not_trained();
  if (const SatelliteMapPtr is = map(); is && map_is_whole()) {
    if (x >= is->columns || y >= is->rows) {
      throw Error(fmt::format("{}, {} is no cell of the map of {} x {}", x, y, is->columns, is->rows),
                  fmt::format("up to {} and {}", is->columns - 1, is->rows - 1));
    }
    return *is;
  }
  map_asked_ = true;
  ask_for_more();
  throw NotReady("the map is not done");
}

const SatelliteCell& SatellitePage::need_cell() {
  if (!chosen_) throw Error("no cell of the map is chosen", "click one, or satellite.cell 100 60");
  need_map(0, 0);
  ask_for_more();
  if (cell_work_.busy() || !cell_) throw NotReady("the cell is not looked at yet");
  return *cell_;
}

void SatellitePage::declare_readouts(Registry& registry) {
  const auto number = [&](const char* name, const char* help, std::function<double()> value) {
    registry.add(
        Readout{std::string("satellite.") + name, help, [value = std::move(value)] { return ReadoutValue(value()); }});
  };
  number("trained", "1 when the training that was asked for is done, 0 before; where it cannot begin, why", [this] {
    if (tiles_why_) throw *tiles_why_;
    if (learning_why_) throw *learning_why_;
    const auto now = moment();
    return now && now->done && !runs() ? 1.0 : 0.0;
  });
  number("accuracy", "share of the test tiles that the last finished training of this split judges right",
         [this] { return need_accuracy(split_index(state_.split), false); });
  number("random.accuracy", "the same of the random split", [this] { return need_accuracy(0, false); });
  number("geographic.accuracy", "the same of the geographic split: learned in the Americas, tested elsewhere",
         [this] { return need_accuracy(1, false); });
  number("reversed.accuracy", "the same the other way round: tested in the Americas",
         [this] { return need_accuracy(1, true); });
  number("tiles", "how many tiles there are", [this] { return static_cast<double>(need_tiles().size()); });
  number("classes", "how many classes there are",
         [this] { return static_cast<double>(need_tiles().classes().size()); });
  number("epoch", "of the training that is shown", [this] {
    const auto now = moment();
    return now ? static_cast<double>(now->epoch) : 0.0;
  });
  number("parts.training", "tiles that are learned from", [this] {
    return static_cast<double>(
        parts_of(need_tiles(), state_.split == "random" ? SatelliteSplit::random : SatelliteSplit::geographic)
            .training.size());
  });
  number("done", "share of the scene that is classified, 0 to 1", [this] {
    const SatelliteMapPtr now = map();
    return now ? now->share() : 0.0;
  });
  number("computed", "of how many tiles of the scene the features were computed, each time counted", [this] {
    const SatelliteMapPtr now = map();
    return now ? static_cast<double>(now->computed) : 0.0;
  });
  registry.add(
      Readout{"satellite.way", "how the scene is asked: one convolutional run, or tile by tile, and why", [this] {
                const SatelliteMapPtr now = map();
                return ReadoutValue(!now                        ? std::string("none")
                                    : now->why_by_tiles.empty() ? std::string("one convolutional run")
                                                                : "tile by tile: " + now->why_by_tiles);
              }});
  registry.add(
      Readout{"satellite.class",
              "the class of a cell of the map",
              {},
              {Parameter::integer("X", "column, from 0", 0, 1e6), Parameter::integer("Y", "row, from 0", 0, 1e6)},
              [this](const Arguments& arguments) {
                const auto x = static_cast<int>(arguments.integer(0)), y = static_cast<int>(arguments.integer(1));
                const SatelliteMap& is = need_map(x, y);
                const size_t at = static_cast<size_t>(y) * static_cast<size_t>(is.columns) + static_cast<size_t>(x);
                const int label = (state_.blend ? is.blended : is.single)[at];
                return ReadoutValue(tiles_->classes()[static_cast<size_t>(label)]);
              }});
  registry.add(Readout{"satellite.cell", "the chosen cell", [this] {
                         return ReadoutValue(chosen_ ? fmt::format("{} {}", chosen_->first, chosen_->second)
                                                     : std::string("none"));
                       }});
  registry.add(Readout{"satellite.cell.class", "what the tile of the chosen cell is taken for, alone", [this] {
                         const std::vector<float>& p = need_cell().probabilities;
                         return ReadoutValue(
                             tiles_->classes()[static_cast<size_t>(std::max_element(p.begin(), p.end()) - p.begin())]);
                       }});
  registry.add(Readout{"satellite.cell.truth", "the land cover that fills most of the tile",
                       [this] { return ReadoutValue(need_cell().truth); }});
  registry.add(Readout{"satellite.nearest",
                       "class of the N-th nearest training tile of the chosen cell, in feature space",
                       {},
                       {Parameter::integer("N", "from 0", 0, kSatelliteNearest - 1)},
                       [this](const Arguments& arguments) {
                         const SatelliteCell& is = need_cell();
                         const auto n = static_cast<size_t>(arguments.integer(0));
                         if (n >= is.nearest.size()) throw Error("there are fewer training tiles", "take a smaller N");
                         return ReadoutValue(
                             tiles_->classes()[static_cast<size_t>(tiles_->data->label(is.nearest[n].tile))]);
                       }});
}

}  // namespace striate
