// The course's hands-on: tiles of a satellite picture are looked at, split, learned from, judged, and a whole scene is
// classified with what was learned. The trap: a random split has neighbors of the test tiles in its training part.
//
// satellite.cpp: state, update.  satellite_commands.cpp: commands and readouts.  satellite_looks.cpp: those for the
// eye. satellite_stage.cpp: the views. satellite_map.cpp: what is drawn on the flat world.  satellite_globe.cpp: the
// confusion matrix beside the globe. satellite_inspector.cpp.  satellite_work.h: what is computed.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/command/setting.h"
#include "app/pages/page.h"
#include "app/pages/satellite/satellite_work.h"
#include "app/widgets/hover_note.h"
#include "app/widgets/picture.h"
#include "app/worker/latest.h"
#include "engine/error.h"

namespace striate {

class SatellitePage : public Page {
 public:
  explicit SatellitePage(const PageContext& context);

  const PageInfo& info() const override { return info_; }
  void declare(Registry& registry) override;
  std::vector<std::string> state() const override;
  bool update(double now) override;
  bool busy() const override;
  bool goes_on() const override;
  size_t held() const override;
  void release() override;
  void draw_stage(Ui& ui, const Rect& area) const override;
  void draw_inspector(Ui& ui) const override;
  std::vector<Key> keys() const override;

 protected:
  void hidden() override;

 private:
  struct State {
    std::string view = "data";
    SatelliteSetup setup;
    std::string split = "random";
    int epochs = 60;
    std::string scene = "world";
    int overlap = 50;  // percent of a tile's side
    bool blend = true;
    double photo = 0.5;                                // how much of the photo is seen through the map
    View look;                                         // at the map; zoom 0: the whole
    double globe_longitude = 20, globe_latitude = 15;  // in its middle
    std::optional<std::pair<int, int>> confused;       // (is, taken for): shown alone; none: all
  };
  static size_t split_index(const std::string& word) { return word == "random" ? 0 : 1; }
  void commit(State next);
  const SatelliteLearningPtr& learning() const { return learnings_[split_index(state_.split)]; }
  std::shared_ptr<const SatelliteLearning::Now> moment() const { return learning() ? learning()->now() : nullptr; }
  bool runs() const { return learning_work_.busy() || train_asked_; }
  SatelliteMapPtr map() const { return scene_ ? scene_->map() : nullptr; }
  bool map_is_whole() const;
  bool map_takes_long() const;
  bool map_is_wanted() const {
    return map_asked_ || (is_shown() && (state_.view == "map" || state_.view == "training"));
  }
  void ask_tiles();
  bool take_all();
  bool ask_for_more();

  // satellite_commands.cpp
  void declare_settings();
  void declare_commands(Registry& registry);
  void declare_readouts(Registry& registry);
  void train(bool again);
  void pause();
  void save(const std::string& path);
  std::string exported_base() const;
  void export_project(const std::string& folder);
  // Throw NotReady where they are not there yet, and ask for them.
  const SatelliteTiles& need_tiles();
  double need_accuracy(size_t split, bool reversed);
  const SatelliteMap& need_map(int x, int y);
  const SatelliteCell& need_cell();

  // satellite_looks.cpp
  void declare_looks(Registry& registry);
  void choose_cell(int x, int y);
  void move_cell(int x, int y);
  std::string look_text() const;

  // satellite_stage.cpp
  void draw_numbers(Ui& ui, const Rect& area) const;
  void draw_missing(Ui& ui, const Rect& area) const;
  void draw_data(Ui& ui, const Rect& area, HoverNote& note) const;
  void draw_training(Ui& ui, Rect area, HoverNote& note) const;
  bool draw_untrained(Ui& ui, const Rect& area) const;

  // satellite_map.cpp
  PictureSource world_source() const;
  PictureSource map_source(const SatelliteMap& of) const;
  void draw_split(Ui& ui, Rect area, HoverNote& note) const;
  void draw_errors(Ui& ui, Rect area, HoverNote& note) const;
  void draw_map(Ui& ui, Rect area, HoverNote& note) const;
  void draw_places(Ui& ui, const Rect& world, bool errors, HoverNote& note) const;
  float legend_column(const Ui& ui, const std::vector<int64_t>& counts) const;
  void draw_legend(Ui& ui, Rect area, const std::vector<int64_t>& counts) const;

  // satellite_globe.cpp
  void turn_globe(double longitude, double latitude);
  void choose_confused(int truth, int said);
  bool is_shown_error(int truth, int said) const;
  void draw_confusion_view(Ui& ui, const Rect& area, HoverNote& note) const;
  PictureSource globe_source(int size) const;
  void draw_globe(Ui& ui, Rect area, HoverNote& note) const;
  void draw_said_tile(Ui& ui, Vec middle, float side, int64_t tile, int said, HoverNote& note) const;

  // satellite_inspector.cpp
  void draw_files(Ui& ui) const;
  void draw_cell(Ui& ui) const;

  PageInfo info_;
  PageContext context_;
  State state_;
  SettingsOf<State> settings_;
  SatelliteTilesPtr tiles_;
  std::optional<Error> tiles_why_, learning_why_, scene_why_;
  std::array<SatelliteLearningPtr, 2> learnings_;  // random, geographic
  std::array<std::optional<double>, kSatelliteSplits> accuracies_;
  struct Learned {
    SatelliteTilesPtr tiles;
    std::array<SatelliteLearningPtr, 2> learnings;
    std::array<std::optional<double>, kSatelliteSplits> accuracies;
  };
  Learned before_;  // of the tiles before these
  std::shared_ptr<SatelliteScene> scene_;
  std::optional<std::pair<int, int>> chosen_;  // cell
  std::optional<SatelliteCell> cell_;
  std::shared_ptr<const TileHead> cell_head_;
  uint64_t shown_epoch_ = 0, shown_map_ = 0;
  bool train_asked_ = false, tiles_asked_ = false, map_asked_ = false;
  std::string saved_;

  Latest<SatelliteTilesPtr> tiles_work_;
  Latest<bool> learning_work_;
  Latest<bool> scene_work_;
  Latest<SatelliteCell> cell_work_;
  Latest<std::string> writer_;
};

// Of class `label`; told apart with every kind of color vision, up to ten.
uint32_t satellite_color(const SatelliteTiles& tiles, int label);

PageKind satellite_page();

}  // namespace striate
