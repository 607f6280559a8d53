// What stands beside the stage of page `satellite`.
#include <algorithm>

#include "app/pages/network_words.h"
#include "app/pages/satellite/satellite.h"
#include "app/widgets/curves.h"
#include "app/widgets/sample_grid.h"
#include "app/widgets/ui.h"
#include "app/words/words.h"

namespace striate {

void SatellitePage::draw_inspector(Ui& ui) const {
  const auto now = moment();
  // Whoever looks at the map and clicks sees the answer, and not the end of a long panel.
  const bool cell_first = state_.view == "map" && chosen_ && map();
  if (cell_first) {
    ui.section("CELL");
    ui.begin_reserved("cell");
    draw_cell(ui);
    ui.end_reserved(84 + (3 + kSatelliteNearest) * 44);
    ui.hairline();
  }
  ui.section("TRAINING");
  ui.setting("satellite.split");
  ui.begin_flow();
  if (learning_work_.busy()) {
    ui.button("Pause", "satellite.pause", {.icon = Icon::pause});
  } else if (now && now->done && learning()->epochs() == state_.epochs) {
    ui.button("Train again", "satellite.train again", {.icon = Icon::reset});
  } else {
    ui.button("Train", "satellite.train", {.style = ButtonStyle::primary, .icon = Icon::play});
  }
  ui.end_flow();
  ui.error_beside("satellite.train");
  ui.begin_reserved("training numbers");
  ui.row("epoch", now ? fmt::format("{} / {}", now->epoch, learning()->epochs()) : std::string("\u2013"));
  if (now && now->epoch > 0) {
    ui.row("training tiles", share_text(now->training.back().second));
    ui.row("test tiles", share_text(now->accuracy()));
  }
  ui.end_reserved(72);
  ui.setting("satellite.epochs");
  ui.setting("satellite.seed", {.field = true});
  ui.hairline();

  ui.section("TILES");
  static const Choice data[] = {{N_("The world"), "world"}, {N_("Drawn"), "drawn"}};
  ui.segmented("tiles of", data, state_.setup.data, "satellite.data");
  ui.setting("satellite.data", {.label = N_("or a folder"), .placeholder = "folder:DIR"});
  static const Choice bases[] = {{N_("Colors"), "color"}, {"SqueezeNet", "squeezenet1_1"}};
  ui.segmented("what is learned from", bases, state_.setup.base, "satellite.base");
  ui.setting("satellite.base", {.label = N_("or a network")});
  ui.number_field("size", state_.setup.tile,
                  {.minimum = 4, .maximum = 256, .reset = 16, .step = 1, .decimals = 0, .unit = "px"},
                  fmt::format("satellite.tile {{}} {}", state_.overlap));
  ui.number_field("overlap", state_.overlap,
                  {.minimum = 0, .maximum = 90, .reset = 50, .step = 5, .decimals = 0, .unit = "%"},
                  fmt::format("satellite.tile {} {{}}", state_.setup.tile));
  ui.error_beside("satellite.tile");
  if (tiles_) {
    ui.row("tiles", grouped(tiles_->size()));
    ui.row("numbers of a tile", grouped(tiles_->features->count()));
  }
  ui.hairline();

  ui.section("SCENE");
  ui.setting("satellite.scene");
  ui.setting("satellite.blend");
  ui.setting("satellite.photo");
  const SatelliteMapPtr is = map();
  ui.row("classified", is ? share_text(is->share()) : std::string("\u2013"));
  ui.row("way", !is                        ? std::string("\u2013")
                : is->why_by_tiles.empty() ? tr("one convolutional run")
                                           : tr("tile by tile"));
  if (is && !is->why_by_tiles.empty() && tiles_->of.base != TileFeatures::kColor) {
    ui.note(format_tr("Not in one convolutional run: {}.", is->why_by_tiles));
  }
  if (is && !is->keeps_all) {
    ui.note("More features than are kept: those of the finest tiles are computed again for each finished training.");
  }
  ui.hairline();
  draw_files(ui);
  if (cell_first) return;
  ui.section("CELL");
  draw_cell(ui);
}

void SatellitePage::draw_files(Ui& ui) const {
  ui.section("FILES");
  const bool browser = ui.registry().find_command("browse.save") != nullptr;
  ui.begin_flow(6);
  ui.button("Save map", "browse.save satellite.save map.png",
            {.enabled = browser && map() != nullptr, .tooltip = N_("The map as a picture, a pixel for each cell")});
  ui.button("Export as PyTorch project", "browse.save satellite.export satellite-training",
            {.enabled = browser && tiles_ != nullptr,
             .tooltip = N_("A folder with these tiles, this split and a script that trains a head on the same base")});
  ui.end_flow();
  ui.error_beside("satellite.save");
  ui.error_beside("satellite.export");
  if (writer_.busy()) {
    ui.progress("Writing", -1, {});
  } else if (!saved_.empty()) {
    ui.note(format_tr("Written: {}", saved_));
  }
  if (state_.setup.base == TileFeatures::kColor) {
    ui.note("Colors alone are no network: the project trains on SqueezeNet's features of the same tiles.");
  }
  ui.hairline();
}

void SatellitePage::draw_cell(Ui& ui) const {
  if (!chosen_ || !map()) {
    ui.note("Click a cell of the map: its tile, the answer and the nearest training tiles.");
    return;
  }
  ui.row("cell", fmt::format("{}, {}", chosen_->first, chosen_->second));
  if (!cell_ || !tiles_) {
    ui.note("It is being looked at.");
    return;
  }
  const std::vector<std::string>& classes = tiles_->classes();
  const SatelliteMapPtr is = map();
  const Shape shape{tiles_->channels, is->tile, is->tile};
  Rect line = ui.take(84);
  const auto picture = [&](const Rect& place, const std::string& key, uint64_t version, const Shape& of,
                           const std::vector<float>& pixels) {
    draw_sample_picture(ui, place, key, version, of, [&](float* out) { std::copy(pixels.begin(), pixels.end(), out); });
  };
  if (static_cast<int64_t>(cell_->pixels.size()) == shape.count()) {
    picture(line.cut_left(80).centered(80, 80), "satellite.cell",
            static_cast<uint64_t>(cell_->top) * 100'000 + static_cast<uint64_t>(cell_->left) +
                tiles_->serial * 1'000'000'007,
            shape, cell_->pixels);
  }
  const auto best =
      std::max_element(cell_->probabilities.begin(), cell_->probabilities.end()) - cell_->probabilities.begin();
  ui.row("its tile alone",
         fmt::format("{} {}", classes[static_cast<size_t>(best)],
                     share_text(static_cast<double>(cell_->probabilities[static_cast<size_t>(best)]))));
  if (!cell_->truth.empty()) ui.row("land cover", cell_->truth);
  ui.note("The nearest training tiles, in feature space:");
  for (size_t i = 0; i < cell_->nearest.size(); ++i) {
    const SatelliteCell::Near& near = cell_->nearest[i];
    Rect row = ui.take(44);
    picture(row.cut_left(40).centered(40, 40), fmt::format("satellite.near.{}", i),
            tiles_->serial * 1'000'003 + static_cast<uint64_t>(near.tile), tiles_->data->shape(),
            tiles_->pixels(near.tile));
    row.cut_left(10);
    const std::string& name = classes[static_cast<size_t>(tiles_->data->label(near.tile))];
    Rect words = row.cut_top(22);
    ui.label(words, name, Font::caption, ui.theme().text);
    const std::string place = tiles_->world ? tiles_->places[static_cast<size_t>(near.tile)].place() : std::string();
    ui.label(row, format_tr("distance {}", fmt::format("{:.2f}", near.distance)) + (place.empty() ? "" : "  " + place),
             Font::caption, ui.theme().secondary);
  }
}

}  // namespace striate
