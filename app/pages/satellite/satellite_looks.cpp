// How page `satellite` is looked at: the part of the map that is seen, its chosen cell, the side of the globe, and
// which errors are shown.
#include <algorithm>

#include "app/pages/satellite/satellite.h"
#include "app/widgets/ui.h"
#include "app/words/words.h"

namespace striate {

void SatellitePage::choose_cell(int x, int y) {
  if (const SatelliteMapPtr now = map(); now && (x >= now->columns || y >= now->rows)) {
    throw Error(fmt::format("satellite.cell: {}, {} is no cell of the map of {} x {}", x, y, now->columns, now->rows),
                fmt::format("up to {} and {}", now->columns - 1, now->rows - 1));
  }
  if (chosen_ && chosen_->first == x && chosen_->second == y) return;
  chosen_ = {x, y};
  cell_head_.reset();
}

void SatellitePage::move_cell(int x, int y) {
  const SatelliteMapPtr now = map();
  if (!now) throw Error("there is no map yet", "train first: satellite.train, then satellite.view map");
  const auto [from_x, from_y] = chosen_ ? *chosen_ : std::pair{now->columns / 2, now->rows / 3};
  choose_cell(std::clamp(from_x + x, 0, now->columns - 1), std::clamp(from_y + y, 0, now->rows - 1));
}

void SatellitePage::declare_looks(Registry& registry) {
  const auto step = [](const char* name, const char* help) { return Parameter::integer(name, help, -1e6, 1e6); };
  registry.add(
      Command{"satellite.cell",
              N_("Looks at one cell of the map: its tile, the answer, the nearest training tiles"),
              {Parameter::integer("X", "column, from 0", 0, 1e6), Parameter::integer("Y", "row, from 0", 0, 1e6)},
              [this](const Arguments& arguments) {
                choose_cell(static_cast<int>(arguments.integer(0)), static_cast<int>(arguments.integer(1)));
              }});
  registry.add(Command{"satellite.move",
                       N_("Looks at the cell beside the chosen one"),
                       {step("DX", "columns to the right"), step("DY", "rows down")},
                       [this](const Arguments& arguments) {
                         move_cell(static_cast<int>(arguments.integer(0)), static_cast<int>(arguments.integer(1)));
                       }});
  registry.add(Command{"satellite.look",
                       N_("Shows a part of the map, larger"),
                       {Parameter::number("X", "column in the middle", -1e6, 1e6),
                        Parameter::number("Y", "row in the middle", -1e6, 1e6),
                        Parameter::number("ZOOM", "size of a cell on the screen", 0.001, 256)},
                       [this](const Arguments& arguments) {
                         state_.look = {
                             {static_cast<float>(arguments.number(0)), static_cast<float>(arguments.number(1))},
                             static_cast<float>(arguments.number(2))};
                       }});
  registry.add(Command{
      "satellite.fit", N_("Shows the whole map; a double-click on it does the same"), {}, [this](const Arguments&) {
        state_.look = View{};
      }});
  registry.add(Readout{"satellite.look", "column, row and size of a cell where a part of the map is seen; whole",
                       [this] { return ReadoutValue(look_text()); }});
  registry.add(Command{"satellite.globe",
                       N_("Turns the globe to a place"),
                       {Parameter::number("LON", "degrees east of its middle", -360, 360),
                        Parameter::number("LAT", "degrees north", -90, 90)},
                       [this](const Arguments& arguments) { turn_globe(arguments.number(0), arguments.number(1)); }});
  registry.add(Readout{
      "satellite.globe", "degrees east and north of the globe's middle",
      [this] { return ReadoutValue(fmt::format("{:.2f} {:.2f}", state_.globe_longitude, state_.globe_latitude)); }});
  registry.add(Command{"satellite.confused",
                       N_("Shows only the test tiles of one class that are taken for one; again, or alone: all"),
                       {Parameter::integer("TRUE", "what they are, from 0", 0, 1e4).or_none(),
                        Parameter::integer("PREDICTED", "what they are taken for, from 0", 0, 1e4).or_none()},
                       [this](const Arguments& arguments) {
                         if (!arguments.has(0)) {
                           state_.confused.reset();
                         } else if (!arguments.has(1)) {
                           throw Error("satellite.confused: one class alone", "two classes: satellite.confused 1 3");
                         } else {
                           choose_confused(static_cast<int>(arguments.integer(0)),
                                           static_cast<int>(arguments.integer(1)));
                         }
                       }});
  registry.add(Readout{"satellite.confused", "the two classes whose tiles are shown alone, or all", [this] {
                         return ReadoutValue(state_.confused
                                                 ? fmt::format("{} {}", state_.confused->first, state_.confused->second)
                                                 : std::string("all"));
                       }});
  registry.add(Readout{"satellite.shown", "how many test tiles are shown on the globe's both sides", [this] {
                         const auto now = moment();
                         int64_t count = 0;
                         for (size_t i = 0; now && i < now->said.size(); ++i) {
                           const int truth = tiles_->data->label(learning()->parts().test[i]);
                           count += is_shown_error(truth, now->said[i]);
                         }
                         return ReadoutValue(static_cast<double>(count));
                       }});
}

std::string SatellitePage::look_text() const {
  if (state_.look.zoom <= 0) return "whole";
  return fmt::format("{} {} {}", shortest_text(state_.look.center.x), shortest_text(state_.look.center.y),
                     shortest_text(state_.look.zoom));
}

}  // namespace striate
