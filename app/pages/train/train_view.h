// One way of looking at a training: what the stage of the page `train` shows. views.cpp lists them all, in the order of
// the tabs; to add one, write one file and add one line there. Views don't include each other.
//
// Draw functions are const: a view changes only through its commands ("train.curves.log on"), as pages do. What a view
// needs of the network it asks for in subscribe(); it gets it with one of the next snapshots, and must draw something
// sensible until then.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/command/registry.h"
#include "app/pages/page.h"
#include "app/shell/theme.h"
#include "app/widgets/drawn.h"
#include "app/widgets/geometry.h"
#include "app/worker/train_snapshot.h"
#include "engine/marked.h"

namespace striate {

class Ui;

// A map was clicked and opens in another view; going back to the one that was left plays it backwards.
struct MapOpening {
  static constexpr double kSeconds = 0.35;
  Rect from;          // on the screen: the map
  double since = -1;  // the frame's time; negative: nothing opens
  Concept tone = Concept::none;
  std::string view = {};          // the view that was left; empty: none
  Rect figure = {};               // on the screen: what shows the map now
  bool back = false;              // the way back: from the figure to the map
  std::vector<Rect> beside = {};  // on the screen: the maps next to it, which move aside for it
  // Where the outline is at a time; none: it has arrived, or nothing opens. Eased out.
  std::optional<Rect> at(double now) const;
};

// What all views are given. Outlives them.
struct TrainScene {
  PageContext context;
  // The newest snapshot; never null. On the window's thread.
  std::function<TrainSnapshotPtr()> snapshot;
  // The config as it is set now: that of the run, or what the next start will use.
  std::function<const TrainingConfig&()> config;
  // Makes a picture the probe; the newest one counts. Where its shape is not the network's input it is left out. On
  // the window's thread; costs no more than the copy.
  std::function<void(const ProbePicture&)> set_probe;
  // Trains a second run beside this one, begun from this run's config as `change` makes it; `what` says what is
  // different in it: "rate 0.1". Begins this run where there is none.
  using ChangeConfig = std::function<TrainingConfig(const TrainingConfig&)>;
  std::function<void(const ChangeConfig& change, const std::string& what)> compare;
  std::function<void()> end_comparison;
  // What drawing left of a click, taken between two frames; the views share it.
  std::shared_ptr<MapOpening> opening = std::make_shared<MapOpening>();
};

class TrainView {
 public:
  virtual ~TrainView() = default;

  virtual std::string id() const = 0;     // "overview": what `train.view` takes
  virtual std::string title() const = 0;  // "Overview": its tab
  virtual std::string help() const = 0;   // one sentence: the tab's tooltip
  virtual void declare(Registry&) {}      // commands and readouts "train.ID.*", or names of the whole page
  virtual std::vector<std::string> state() const { return {}; }  // commands that bring it to what it shows now
  virtual bool update(double /*now*/) { return false; }          // once a frame while it is shown; true: another frame
  virtual bool busy() const { return false; }                    // work behind the window, for what it shows, goes on
  virtual size_t held() const { return 0; }                      // as Page::held, and Page::release
  virtual void release() {}
  virtual void subscribe(const TrainSnapshot&, TrainSubscription&) const {}  // adds what it shows; while it is shown

  virtual void draw_stage(Ui& ui, const Rect& area, const TrainSnapshot& now) const = 0;
  // Above the page's own inspector (run, network, learning); nothing by default.
  virtual void draw_inspector(Ui&, const TrainSnapshot&) const {}
  virtual void drawn(const Drawn& /*frame*/) {}  // as Page::drawn()
  virtual std::vector<Page::Key> keys() const { return {}; }
};

std::vector<std::unique_ptr<TrainView>> make_train_views(const TrainScene& scene);

}  // namespace striate
