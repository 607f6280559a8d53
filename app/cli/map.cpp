// striate map: a large picture, classified tile by tile.
#include <array>
#include <filesystem>
#include <memory>

#include "app/cli/training.h"
#include "engine/export/overwrite.h"
#include "engine/files/atomic_write.h"
#include "engine/files/image_file.h"
#include "engine/lower_case.h"
#include "engine/session/scene_map.h"
#include "engine/world/world.h"

namespace striate {
namespace {

struct MapOptions {
  ModelOptions model;
  std::string scene, out;
  int64_t tile = 0;
  double overlap = 50;
  bool csv = false, quiet = false, force = false;
};

// Twelve colors that are told apart; more classes get shades of them.
std::array<uint8_t, 3> color_of(int label) {
  static constexpr std::array<std::array<uint8_t, 3>, 12> colors = {{{214, 178, 120},
                                                                     {232, 205, 60},
                                                                     {28, 110, 52},
                                                                     {140, 200, 80},
                                                                     {178, 132, 40},
                                                                     {160, 110, 140},
                                                                     {240, 244, 250},
                                                                     {36, 84, 160},
                                                                     {200, 60, 50},
                                                                     {120, 120, 120},
                                                                     {80, 180, 180},
                                                                     {230, 130, 190}}};
  std::array<uint8_t, 3> color = colors[static_cast<size_t>(label) % colors.size()];
  for (uint8_t& value : color) value = static_cast<uint8_t>(value >> (static_cast<size_t>(label) / colors.size()) % 3);
  return color;
}

ImagePtr scene_of(const std::string& name) { return name == "world" ? World::open()->picture() : read_image(name); }

Image drawn(const SceneMap& map) {
  Image image;
  image.width = map.columns();
  image.height = map.rows();
  image.channels = 3;
  image.bytes.resize(image.value_count());
  uint8_t* to = image.bytes.data();
  for (int row = 0; row < map.rows(); ++row) {
    for (int column = 0; column < map.columns(); ++column) {
      for (const uint8_t value : color_of(map.label(column, row))) *to++ = value;
    }
  }
  return image;
}

void print_cells(const SceneMap& map) {
  print_out("x,y,class,probability\n");
  for (int row = 0; row < map.rows(); ++row) {
    std::string lines;
    for (int column = 0; column < map.columns(); ++column) {
      const auto label = static_cast<size_t>(map.label(column, row));
      lines += fmt::format("{},{},{},{:.6f}\n", column * map.stride(), row * map.stride(),
                           csv_field(map.classes()[label]), map.probabilities(column, row)[label]);
    }
    print_out(lines);
  }
}

void print_shares(const SceneMap& map) {
  std::vector<int64_t> counts(map.classes().size());
  for (int row = 0; row < map.rows(); ++row) {
    for (int column = 0; column < map.columns(); ++column) ++counts[static_cast<size_t>(map.label(column, row))];
  }
  print_out(fmt::format("tiles {}\ntile {}\nstep {}\nnetwork.side {}\nmap {} {}\n", map.all(), map.tile(), map.stride(),
                        map.side(), map.columns(), map.rows()));
  print_out(map.why_by_tiles().empty() ? std::string("way one convolutional run\n")
                                       : fmt::format("way tile by tile: {}\n", map.why_by_tiles()));
  const double all = static_cast<double>(map.columns()) * map.rows();
  for (size_t c = 0; c < counts.size(); ++c) {
    if (counts[c] > 0)
      print_out(fmt::format("share {:.4f} {}\n", static_cast<double>(counts[c]) / all, map.classes()[c]));
  }
}

// Told before the work.
void check_place(const MapOptions& options) {
  const std::string ending = lower_case(std::filesystem::path(options.out).extension().string());
  if (ending != ".png" && ending != ".jpg" && ending != ".jpeg")
    throw Error(fmt::format("{}: pictures are written as PNG or JPEG", options.out), "end the name in .png or .jpg");
  check_overwrite(
      {options.out, FileKind::picture, {options.scene, options.model.file, options.model.labels}, options.force, true});
  const AtomicFile probe(options.out);
}

void make_map(const MapOptions& options, const CommandLine& line) {
  check_place(options);
  Stream stream(line.device());
  const StopOnSignal signals;
  ProgressLine progress(options.quiet);
  // The session only says how the file is to be read: the map's own may have a smaller input.
  ModelFile file = std::move(open_model(stream, options.model).session.file());
  SceneMap map(stream, std::move(file), scene_of(options.scene),
               {.tile = static_cast<int>(options.tile), .overlap = options.overlap / 100});
  while (map.step()) {
    if (progress.due()) progress.show(fmt::format("{} of {} tiles", map.done(), map.all()));
    if (!StopOnSignal::asked()) continue;
    progress.clear();
    print_note(fmt::format("stopped after {} of {} tiles: nothing was written", map.done(), map.all()));
    throw Stopped{StopOnSignal::signal()};
  }
  progress.clear();
  write_image(options.out, drawn(map));
  options.csv ? print_cells(map) : print_shares(map);
}

}  // namespace

void add_map(CLI::App& parent, CommandLine& line) {
  auto options = std::make_shared<MapOptions>();
  CLI::App* command = add_command(
      parent, line, "map", "A large picture, classified tile by tile",
      "Cuts a scene into tiles that overlap, asks the network about each, and writes a picture with one pixel for "
      "each\n"
      "step of the tiles, in the color of its most probable class. Where tiles overlap their probabilities are "
      "blended:\n"
      "each says most about its middle (a Hann window). Tiles are scaled to the network's size, but made at most\n"
      "twice as large. A network without padding runs once over large parts of the scene, where tiles have its size\n"
      "and move by whole steps of it: \"way\" says which way it went. SCENE is a picture of up to 16384 x 16384\n"
      "pixels, or world for the one that the program carries.\n"
      "Prints the share of each class; with --csv a line x,y,class,probability for each pixel of the map.\n\n"
      "Examples:\n"
      "  striate train --data world --model tinyvgg --epochs 20 --save world.safetensors\n"
      "  striate map world.safetensors world map.png --tile 16 --overlap 50");
  add_model_options(*command, options->model);
  add_text(*command, "SCENE", options->scene, "The picture, or world")->required()->type_name("");
  add_text(*command, "OUT", options->out, "Where the map goes: a PNG or JPEG")->required()->type_name("");
  add_integer(*command, "--tile", options->tile, "Pixels of a tile's side (the network's)", 1, 16384);
  add_number(*command, "--overlap", options->overlap, "Of neighboring tiles, in percent (50)", 0, 90);
  command->add_flag("--csv", options->csv, "Print the map's pixels as numbers");
  add_force(*command, options->force);
  command->add_flag("--quiet", options->quiet, "No progress on standard error");
  command->callback([options, &line] { line.run = [options, &line] { make_map(*options, line); }; });
}

}  // namespace striate
