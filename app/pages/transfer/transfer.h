// A few pictures, learned twice side by side: a small network from random weights, and a trained base under a new head.
// Which layers of the base stay is a lock on each; how many examples it takes is a curve; and the features that the
// base has of the tiles are a map of points.
//
// transfer.cpp: state, update.  transfer_commands.cpp: commands, readouts.  transfer_stage.cpp: the two sides.
// transfer_plots.cpp: curves.  transfer_space.cpp: the map.  transfer_own.cpp: classes of one's own.
// transfer_inspector.cpp.  transfer_export.cpp: as a project for PyTorch.  transfer_job.h: what runs behind the window.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/command/setting.h"
#include "app/pages/page.h"
#include "app/pages/transfer/own_classes.h"
#include "app/pages/transfer/transfer_job.h"
#include "app/widgets/geometry.h"
#include "app/widgets/hover_note.h"

namespace striate {

class TransferPage : public Page {
 public:
  explicit TransferPage(const PageContext& context);

  const PageInfo& info() const override { return info_; }
  void declare(Registry& registry) override;
  std::vector<std::string> state() const override { return settings_.state(); }
  std::vector<std::string> replay() const override;
  bool update(double now) override;
  bool busy() const override;
  bool goes_on() const override { return learning(); }
  void draw_stage(Ui& ui, const Rect& area) const override;
  void draw_inspector(Ui& ui) const override;
  std::vector<Key> keys() const override;
  std::vector<std::string> dropped(const std::vector<std::string>& folders) const override;

 protected:
  void hidden() override;

 private:
  struct State {
    std::string base = "squeezenet1_1", data = "satellite:240", head = "usual";
    int64_t examples = 5, seeds = 3;
    std::vector<StudyLock> locks;
    std::string view = "curves", space = "before";
    int64_t tile = 0;
  };
  void commit(State next);
  TransferRequest request() const;
  void ask();
  // Of what is asked for now; null: not there yet.
  const TransferMoment* present() const;
  bool learning() const { return learn_ && !failed_ && !(present() != nullptr && present()->whole); }
  void lock(const StudyLock& lock);
  void find_frozen();
  // As the locks are now, which the newest moment may not know yet.
  bool is_frozen(const StudyLayer& layer) const;

  // transfer_commands.cpp
  void declare_settings();
  void declare_commands(Registry& registry);
  void declare_readouts(Registry& registry);
  // transfer_own.cpp
  void declare_own(Registry& registry);
  void draw_own(Ui& ui, Rect area) const;
  void draw_camera(Ui& ui, Rect area) const;
  void draw_class(Ui& ui, const BurstClass& own) const;
  // Throw NotReady and ask where it is on its way, Error where it failed or was not begun.
  const TransferMoment& need();
  const StudyResult& need_result(bool scratch);
  const StudyResult& need_point(bool scratch, int64_t examples);
  std::string layers_text(bool frozen);
  void check_layers(const std::string& text) const;  // throws
  // transfer_export.cpp
  void export_project(const std::string& folder);
  bool take_exported();
  void draw_exported(Ui& ui) const;

  // transfer_stage.cpp
  void draw_side(Ui& ui, Rect area, bool scratch, HoverNote& note) const;
  void draw_layers(Ui& ui, const Rect& area, bool scratch, HoverNote& note) const;
  // transfer_plots.cpp
  void draw_curves(Ui& ui, Rect area, HoverNote& note) const;
  void draw_examples(Ui& ui, Rect area, HoverNote& note) const;
  // transfer_space.cpp
  void draw_space(Ui& ui, Rect area, HoverNote& note) const;
  const FeatureSpace* space() const;
  bool draw_classes_in(Ui& ui, Rect row) const;

  PageInfo info_;
  PageContext context_;
  State state_;
  SettingsOf<State> settings_;
  std::vector<char> frozen_;  // by number of a layer of the base; empty: it is not known yet
  bool learn_ = false, curve_ = false;
  bool waited_for_ = false;  // by `transfer.finish`
  int saves_ = 0;
  std::string file_;
  OwnClasses own_;

  std::string exported_;
  std::optional<Error> not_exported_;

  Latest<std::string> writer_;
  TransferJob job_;
  TransferMomentPtr moment_;
  std::optional<TransferRequest> asked_;
  std::optional<Error> failed_;
};

PageKind transfer_page();

}  // namespace striate
