#include "engine/training/data/world_tiles.h"

#include <charconv>

#include "engine/error.h"

namespace striate {
namespace {

ByteDataset::Content content_of(const World& world, const WorldSampling& sampling,
                                const std::vector<WorldTile>& tiles) {
  ByteDataset::Content content;
  content.name = "world";
  if (sampling.size != WorldSampling().size || sampling.number > 0) content.name += fmt::format(":{}", sampling.size);
  if (sampling.number > 0) content.name += fmt::format(":{}", sampling.number);
  content.shape = Shape{3, sampling.size, sampling.size};
  content.pixels.resize(tiles.size() * static_cast<size_t>(content.shape.count()));
  content.training_size = static_cast<int64_t>(tiles.size());
  content.classes.assign(kWorldClasses.begin(), kWorldClasses.end());
  content.regions = {"west", "east"};
  content.learned_regions = 1;
  uint8_t* to = content.pixels.data();
  for (const WorldTile& tile : tiles) {
    content.labels.push_back(tile.label);
    content.region.push_back(tile.longitude() < sampling.boundary ? 0 : 1);
    content.descriptions.push_back(fmt::format("{}, {}", kWorldClasses[static_cast<size_t>(tile.label)], tile.place()));
    for (int channel = 0; channel < 3; ++channel) {
      for (int y = 0; y < tile.size; ++y) {
        const uint8_t* from = world.picture()->at(tile.x, tile.y + y) + channel;
        for (int x = 0; x < tile.size; ++x) *to++ = from[3 * x];
      }
    }
  }
  return content;
}

}  // namespace

WorldTiles::WorldTiles(const World& world, const WorldSampling& sampling)
    : WorldTiles(world, sampling, world.sample(sampling)) {}

WorldTiles::WorldTiles(const World& world, const WorldSampling& sampling, std::vector<WorldTile> tiles)
    : ByteDataset(content_of(world, sampling, tiles)), sampling_(sampling), tiles_(std::move(tiles)) {}

WorldSampling parse_world(const std::string& argument) {
  WorldSampling sampling;
  const auto number = [&](std::string_view text, auto& value) {
    const auto [stop, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || problem != std::errc() || stop != text.data() + text.size())
      throw Error(fmt::format("data set \"world:{}\": \"{}\" is not a number", argument, text),
                  "world:16 cuts tiles of 16 x 16 pixels, world:16:200 two hundred of each class");
  };
  if (argument.empty()) return sampling;
  const size_t colon = argument.find(':');
  number(std::string_view(argument).substr(0, colon), sampling.size);
  if (colon == std::string::npos) return sampling;
  number(std::string_view(argument).substr(colon + 1), sampling.number);
  if (sampling.number < 2)
    throw Error(
        fmt::format("data set \"world:{}\": {} tiles of each class are not possible", argument, sampling.number),
        "2 at least: one from the west, one from the east");
  return sampling;
}

std::unique_ptr<WorldTiles> open_world(const std::string& argument, const SourceOptions& options) {
  WorldSampling sampling = parse_world(argument);
  sampling.seed = options.seed;
  const auto go_on = [&](int64_t done) {
    if (options.progress && !options.progress(done, 2))
      throw Error("reading the pictures was stopped", "open the data set again to read them all");
  };
  go_on(0);
  const std::shared_ptr<const World> world = World::open();
  go_on(1);
  std::unique_ptr<WorldTiles> tiles = std::make_unique<WorldTiles>(*world, sampling);
  go_on(2);
  return tiles;
}

}  // namespace striate
