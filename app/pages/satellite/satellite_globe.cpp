// The confusion matrix of page `satellite`, and beside it where on the globe the network is right and where it errs.
#include <algorithm>
#include <cmath>

#include "app/pages/satellite/satellite.h"
#include "app/widgets/confusion_grid.h"
#include "app/widgets/curves.h"
#include "app/widgets/ui.h"
#include "app/words/words.h"
#include "engine/world/globe.h"

namespace striate {
namespace {

constexpr float kCaption = 22, kBeside = 620, kRim = 8;

const Color kBright = rgb(0xFFFFFF), kDark = rgb(0x14161A);  // on the world, which is dark in both themes

double wrapped(double longitude) { return std::remainder(longitude, 360); }

}  // namespace

void SatellitePage::turn_globe(double longitude, double latitude) {
  state_.globe_longitude = wrapped(longitude);
  state_.globe_latitude = std::clamp(latitude, -90.0, 90.0);
}

void SatellitePage::choose_confused(int truth, int said) {
  if (tiles_ && std::max(truth, said) >= static_cast<int>(tiles_->classes().size())) {
    throw Error(fmt::format("satellite.confused: there is no class {}", std::max(truth, said)),
                fmt::format("classes count from 0 to {}", tiles_->classes().size() - 1));
  }
  const std::pair<int, int> cell{truth, said};
  if (state_.confused == cell) {
    state_.confused.reset();
  } else {
    state_.confused = cell;
  }
}

bool SatellitePage::is_shown_error(int truth, int said) const {
  return !state_.confused || *state_.confused == std::pair{truth, said};
}

void SatellitePage::draw_confusion_view(Ui& ui, const Rect& area, HoverNote& note) const {
  const auto now = moment();
  Rect rest = area;
  if (tiles_->world) {
    const bool beside = area.w >= kBeside;
    const float room = beside ? std::floor(area.w * 0.5f) : std::floor(area.h * 0.45f);
    Rect globe = beside ? rest.cut_right(room) : rest.cut_bottom(room);
    if (beside) globe.cut_left(16);
    draw_globe(ui, globe, note);
  }
  ui.label(rest.cut_top(kCaption), tr("row: is, column: taken for; test tiles"), Font::caption, ui.theme().secondary);
  ConfusionGrid grid;
  grid.classes = static_cast<int>(tiles_->classes().size());
  grid.counts = now->confusion;
  grid.names = tiles_->classes();
  grid.totals = rest.w >= 300.0f;
  if (tiles_->world) {
    grid.command = "satellite.confused";
    grid.hint = tr("click: these tiles alone on the globe");
    grid.tooltip = N_("Shows the tiles of a cell alone on the globe; a second click shows all");
    if (state_.confused) grid.true_class = state_.confused->first, grid.predicted = state_.confused->second;
  }
  const ConfusionAnswer answer = draw_confusion(ui, "confusion", rest, grid);
  if (answer.hovered) note = answer.note;
}

// Sharp at rest; a hand that turns it gets every picture at once, less sharp.
PictureSource SatellitePage::globe_source(int size) const {
  PictureSource source;
  source.key = fmt::format("satellite.globe {:.3f} {:.3f}", state_.globe_longitude, state_.globe_latitude);
  source.version = static_cast<uint64_t>(size);
  source.width = source.height = size;
  source.levels = 1;
  while ((size >> (source.levels - 1)) > 256) ++source.levels;
  const Globe globe(state_.globe_longitude, state_.globe_latitude);
  source.pixels = [picture = tiles_->world->picture(), globe, size](int level, CellRect rect) {
    static constexpr uint8_t ground[3] = {0x30, 0x34, 0x3C};
    TilePixels tile;
    tile.bytes = globe.draw(*picture, (size + (1 << level) - 1) >> level, rect.x, rect.y, rect.w, rect.h, ground, 0.6);
    return tile;
  };
  return source;
}

void SatellitePage::draw_globe(Ui& ui, Rect area, HoverNote& note) const {
  const auto now = moment();
  const std::vector<int64_t>& test = learning()->parts().test;
  Rect words = area.cut_top(kCaption);
  const float side = std::floor(std::min(area.w, area.h - kCaption)) - 2 * kRim;
  if (side < 60) return;
  const Rect disk = Rect{area.x, area.y, area.w, side + 2 * kRim}.centered(side, side);
  const Response r = ui.interact(disk, {.label = "globe",
                                        .command = "satellite.globe",
                                        .kind = "globe",
                                        .tooltip = N_("Drag to turn the world; arrow keys turn it, too")});
  const float radius = side / 2;
  ui.thumbnail(disk, globe_source(r.held ? 256 : static_cast<int>(std::ceil(side * ui.frame().scale))));
  const Globe globe(state_.globe_longitude, state_.globe_latitude);
  const auto on_screen = [&](const Globe::Point& point) {
    return Vec{disk.center().x + static_cast<float>(point.x) * radius,
               disk.center().y + static_cast<float>(point.y) * radius};
  };
  if (state_.split == "geographic") {
    std::optional<Globe::Point> before;
    for (int latitude = -90; latitude <= 90; latitude += 5) {
      const auto here = globe.at({kSatelliteBoundary, static_cast<double>(latitude)});
      if (before && here) ui.line(on_screen(*before), on_screen(*here), kBright, 1.5f);
      before = here;
    }
  }
  const float tile = std::max(6.0f, static_cast<float>(tiles_->of.tile) / 15 * 3.14159265f / 180 * radius);
  int64_t shown = 0, hidden = 0;
  for (const bool wrong : {false, true}) {
    for (size_t i = 0; i < test.size() && i < now->said.size(); ++i) {
      const int truth = tiles_->data->label(test[i]), said = now->said[i];
      if ((truth != said) != wrong || !is_shown_error(truth, said)) continue;
      const WorldTile& place = tiles_->places[static_cast<size_t>(test[i])];
      const auto point = globe.at({place.longitude(), place.latitude()});
      ++(point ? shown : hidden);
      if (point) draw_said_tile(ui, on_screen(*point), tile, test[i], said, note);
    }
  }
  const std::vector<std::string>& classes = tiles_->classes();
  const std::string what =
      !state_.confused ? tr("test tiles; errors have bright frames")
      : state_.confused->first == state_.confused->second
          ? format_tr("{} taken for what it is", classes[static_cast<size_t>(state_.confused->first)])
          : format_tr("{} taken for {}", classes[static_cast<size_t>(state_.confused->first)],
                      classes[static_cast<size_t>(state_.confused->second)]);
  ui.label(words, ui.fitted(what, Font::caption, words.w), Font::caption, ui.theme().text);
  ui.label(Rect{area.x, disk.bottom() + kRim, area.w, kCaption},
           ui.fitted(format_tr("{} on this side, {} on the other: drag to turn", grouped(shown), grouped(hidden)),
                     Font::caption, area.w),
           Font::caption, ui.theme().secondary, Align::center);
  const auto turn = [&](double east, double north) {
    ui.send(fmt::format("satellite.globe {:.2f} {:.2f}", wrapped(state_.globe_longitude + east),
                        std::clamp(state_.globe_latitude + north, -90.0, 90.0)));
  };
  const double degrees = 57.29578 / static_cast<double>(radius);
  if (r.held && (r.drag.x != 0 || r.drag.y != 0)) {
    turn(-static_cast<double>(r.drag.x) * degrees, static_cast<double>(r.drag.y) * degrees);
  }
  if (r.keyboard) {
    ui.draw_focus(disk);
    if (ui.take_key("Left")) turn(-15, 0);
    if (ui.take_key("Right")) turn(15, 0);
    if (ui.take_key("Up")) turn(0, 15);
    if (ui.take_key("Down")) turn(0, -15);
  }
}

// A tile that was tested, at a place of the screen.
void SatellitePage::draw_said_tile(Ui& ui, Vec middle, float side, int64_t tile, int said, HoverNote& note) const {
  const Rect at = Rect{middle.x, middle.y, 0, 0}.centered(side, side);
  const int truth = tiles_->data->label(tile);
  ui.fill(at.inset(-1), said != truth ? kBright : kDark, 1);
  ui.fill(at, satellite_color(*tiles_, said), 1);
  if (!at.inset(-2).contains(ui.input().mouse)) return;
  note = {};
  note.title = tiles_->classes()[static_cast<size_t>(truth)];
  note.lines = {{tiles_->places[static_cast<size_t>(tile)].place(), "", 0},
                {N_("is taken for"), tiles_->classes()[static_cast<size_t>(said)], satellite_color(*tiles_, said)}};
}

}  // namespace striate
