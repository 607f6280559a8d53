#include "app/pages/satellite/satellite.h"

#include <algorithm>
#include <utility>

#include "app/words/words.h"

namespace striate {

SatellitePage::SatellitePage(const PageContext& context)
    : info_(satellite_page().info),
      context_(context),
      settings_("satellite", state_, [this](State next) { commit(std::move(next)); }),
      tiles_work_(context.wake),
      learning_work_(context.wake, JobPriority::behind),
      scene_work_(context.wake, JobPriority::behind),
      cell_work_(context.wake),
      writer_(context.wake, JobPriority::behind) {
  declare_settings();
}

void SatellitePage::commit(State next) {
  const bool other_tiles = !(next.setup == state_.setup);
  const bool other_training = other_tiles || next.split != state_.split || next.epochs != state_.epochs;
  const bool other_scene = other_tiles || next.scene != state_.scene || next.overlap != state_.overlap;
  state_ = std::move(next);
  if (other_training) {
    learning_work_.cancel();
    train_asked_ = false;
    learning_why_.reset();
    scene_work_.cancel();
    cell_.reset(), cell_head_.reset();
  }
  if (other_tiles) {
    tiles_work_.cancel();
    tiles_why_.reset();
    state_.confused.reset();
    // What was learned before a folder that cannot be read is there again when one goes back.
    if (tiles_ && (accuracies_[0] || accuracies_[1])) before_ = {tiles_, learnings_, accuracies_};
    tiles_.reset();
    learnings_ = {}, accuracies_ = {};
    if (before_.tiles && before_.tiles->of == state_.setup) {
      tiles_ = before_.tiles;
      learnings_ = before_.learnings, accuracies_ = before_.accuracies;
    }
  }
  if (other_scene) {
    scene_work_.cancel(), cell_work_.cancel();
    scene_.reset(), scene_why_.reset();
    cell_.reset(), cell_head_.reset();
    chosen_.reset();
    state_.look = View{};
    map_asked_ = false;
  }
}

std::vector<std::string> SatellitePage::state() const {
  std::vector<std::string> lines = settings_.state();
  lines.push_back(state_.look.zoom > 0 ? "satellite.look " + look_text() : "satellite.fit");
  lines.emplace_back("satellite.confused");
  if (state_.confused)
    lines.push_back(fmt::format("satellite.confused {} {}", state_.confused->first, state_.confused->second));
  if (chosen_) lines.push_back(fmt::format("satellite.cell {} {}", chosen_->first, chosen_->second));
  return lines;
}

bool SatellitePage::busy() const {
  return tiles_work_.busy() || learning_work_.busy() || (train_asked_ && !tiles_why_) || cell_work_.busy() ||
         writer_.busy() || (scene_work_.busy() && !map_takes_long());
}

// Nobody waits for it: it is seen coming, and a script says how long it waits.
bool SatellitePage::goes_on() const { return scene_work_.busy() && map_takes_long(); }

bool SatellitePage::map_takes_long() const {
  return tiles_ && tiles_->of.base != TileFeatures::kColor && tiles_->features->run() == nullptr;
}

void SatellitePage::hidden() {
  scene_work_.cancel();
  cell_work_.cancel();
  map_asked_ = false;
}

size_t SatellitePage::held() const {
  const SatelliteMapPtr now = map();
  if (!now || !tiles_) return 0;
  const int64_t features = std::min(now->done * tiles_->features->count(), SceneFeatures::kMostKept);
  return now->blended.size() * 7 + static_cast<size_t>(features) * sizeof(float);
}

void SatellitePage::release() {
  if (runs() || scene_work_.busy()) return;
  scene_.reset();
  cell_.reset(), cell_head_.reset();
}

bool SatellitePage::map_is_whole() const {
  const SatelliteMapPtr now = map();
  const std::shared_ptr<const SatelliteLearning::Now> of = moment();
  return now && of && now->head == of->head && now->done == now->tiles;
}

void SatellitePage::ask_tiles() {
  if (tiles_ || tiles_why_ || tiles_work_.busy()) return;
  tiles_work_.request([setup = state_.setup](Progress& progress) { return load_tiles(setup, progress); });
}

bool SatellitePage::take_all() {
  bool changed = false;
  try {
    if (std::optional<SatelliteTilesPtr> made = tiles_work_.take()) tiles_ = std::move(*made), changed = true;
  } catch (const Error& error) {
    tiles_why_ = error, train_asked_ = false, changed = true;
  }
  try {
    if (learning_work_.take()) changed = true;
  } catch (const Error& error) {
    learning_why_ = error, changed = true;
  }
  for (size_t i = 0; i < learnings_.size(); ++i) {
    if (!learnings_[i]) continue;
    const auto now = learnings_[i]->now();
    if (!now->done) continue;
    accuracies_[i] = now->accuracy();
    if (now->reversed >= 0) accuracies_[2] = now->reversed;
  }
  if (const auto now = moment(); now && static_cast<uint64_t>(now->epoch) != shown_epoch_) {
    shown_epoch_ = static_cast<uint64_t>(now->epoch), changed = true;
  }
  try {
    if (scene_work_.take()) changed = true;
  } catch (const Error& error) {
    scene_why_ = error, changed = true;
  }
  if (const SatelliteMapPtr now = map(); now && now->serial != shown_map_) shown_map_ = now->serial, changed = true;
  try {
    if (std::optional<SatelliteCell> made = cell_work_.take()) cell_ = std::move(made), changed = true;
  } catch (const Error& error) {
    scene_why_ = error, changed = true;
  }
  if (std::optional<std::string> made = writer_.take()) saved_ = std::move(*made), changed = true;
  return changed;
}

bool SatellitePage::ask_for_more() {
  if (is_shown() || tiles_asked_ || train_asked_) ask_tiles();
  if (tiles_) tiles_asked_ = false;
  if (train_asked_ && tiles_ && !learning_work_.busy()) {
    train_asked_ = false;
    SatelliteLearningPtr& one = learnings_[split_index(state_.split)];
    try {
      if (!one || one->epochs() != state_.epochs) {
        one = std::make_shared<SatelliteLearning>(
            tiles_, state_.split == "random" ? SatelliteSplit::random : SatelliteSplit::geographic, state_.epochs);
      }
      learning_work_.request([one = one, seen = context_.document.attended, wake = context_.wake](Progress& progress) {
        one->run(progress, seen, wake);
        return true;
      });
    } catch (const Error& error) {
      learning_why_ = error;
    }
    return true;
  }
  const auto now = moment();
  if (tiles_ && now && now->head && map_is_wanted() && !scene_why_ && !scene_work_.busy() && !map_is_whole()) {
    if (!scene_) {
      scene_ = std::make_shared<SatelliteScene>(state_.scene, tiles_, state_.setup.tile, state_.overlap / 100.0);
    }
    // What is not kept is computed for the last head alone.
    const SatelliteMapPtr is = map();
    if (!scene_->waits_for_the_last() || !learning_work_.busy() || !is || is->head != now->head) {
      scene_work_.request([scene = scene_, one = learning(), wake = context_.wake](Progress& progress) {
        scene->run(*one, progress, wake);
        return true;
      });
    }
  }
  if (map_asked_ && map_is_whole()) map_asked_ = false;
  const SatelliteMapPtr shown = map();
  if (chosen_ && shown && shown->head && shown->head != cell_head_ && !cell_work_.busy() && learning()) {
    const int x = std::min(chosen_->first, shown->columns - 1), y = std::min(chosen_->second, shown->rows - 1);
    cell_head_ = shown->head;
    cell_work_.request([shown, scene = scene_, one = learning(), x, y](Progress&) {
      return look_at_cell(*shown, *scene, *one, x, y);
    });
  }
  return false;
}

bool SatellitePage::update(double /*now*/) {
  bool changed = take_all();
  changed |= ask_for_more();
  return changed;
}

std::vector<Page::Key> SatellitePage::keys() const {
  std::vector<Key> keys = {
      {"Space", learning_work_.busy() ? "satellite.pause" : "satellite.train", N_("trains, and pauses")},
      {"G", state_.split == "random" ? "satellite.split geographic" : "satellite.split random",
       N_("the random or the geographic split")}};
  if (map() && (state_.view == "map" || state_.view == "training")) {
    keys.insert(keys.end(), {{"Left", "satellite.move -1 0", N_("one cell to the left")},
                             {"Right", "satellite.move 1 0", N_("one cell to the right")},
                             {"Up", "satellite.move 0 -1", N_("one cell up")},
                             {"Down", "satellite.move 0 1", N_("one cell down")},
                             {"Home", "satellite.fit", N_("the whole map")}});
  }
  return keys;
}

PageKind satellite_page() {
  return {
      {"satellite", N_("Satellite"), N_("Networks"),
       N_("The whole way from tiles of a satellite picture to a map of the world: look at the tiles, split them, "
          "train, "
          "read the confusion matrix, classify the world tile by tile. And see how much a random split of neighboring "
          "tiles flatters the network.")},
      [](const PageContext& context) -> std::unique_ptr<Page> { return std::make_unique<SatellitePage>(context); }};
}

}  // namespace striate
