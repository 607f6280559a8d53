// The page `train`: a small CNN learns in front of the student, everything inside visible and under their hands. The
// page has the run, the transport, the recipe and all commands that move a training; what the stage shows is one of the
// views (train_view.h, views.cpp).
//
// train_page.cpp: life, state, snapshots.  train_commands.cpp: commands.  train_readouts.cpp: readouts.
// train_draw.cpp: stage, inspector, transport.  train_recording.cpp: what recordings and lessons hold.
//
// Settings: the recipe is what the next start uses. While it equals the run's, Start goes on; after a change that a run
// cannot take while it is trained (all but rate and schedule) Start begins a new one, and asks first what shall become
// of training that was not saved.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/pages/page.h"
#include "app/pages/train/lost_training.h"
#include "app/pages/train/train_files.h"
#include "app/pages/train/train_settings.h"
#include "app/pages/train/train_view.h"
#include "app/worker/trainer_thread.h"

namespace striate {

class TrainPage : public Page {
 public:
  explicit TrainPage(const PageContext& context);
  ~TrainPage() override;

  const PageInfo& info() const override { return info_; }
  void declare(Registry& registry) override;
  std::vector<std::string> state() const override;
  bool update(double now) override;
  bool busy() const override;
  bool holds_scripts() const override;
  std::vector<std::string> recorded(std::string_view line) override;
  std::vector<std::string> replay() const override;
  bool may_quit() override;
  void draw_stage(Ui& ui, const Rect& area) const override;
  void draw_inspector(Ui& ui) const override;
  bool has_transport() const override { return true; }
  void draw_transport(Ui& ui, const Rect& area) const override;
  std::vector<Key> keys() const override;

 private:
  // What was asked for but would throw training away that is not saved.
  struct Question {
    std::string what;  // "The new settings need a new training."
    std::function<void()> go_on;
  };

  TrainerThread& thread();
  void post(TrainerThread::Command command, std::optional<TrainerThread::Effect> then = std::nullopt,
            bool stop_reading = false);
  void forget();
  std::vector<std::string> look() const;
  static std::vector<std::string> recipe_lines(const RunRecipe& recipe);
  void declare_settings(Registry& registry);
  void declare_run(Registry& registry);
  void declare_weights(Registry& registry);
  void declare_readouts(Registry& registry);
  void change(const std::function<void(RunRecipe&)>& change);
  void change_live(const std::function<void(RunRecipe&)>& change, const TrainerThread::Command& command);
  bool has_run() const { return snapshot_->recipe != nullptr; }
  bool needs_new_run() const;
  void with_run(const TrainerThread::Command& command);  // on a run of the present recipe: begins one if needed
  void ask_or(const std::string& what, std::function<void()> go_on);
  void need_run() const;
  bool unsaved() const;
  TrainSubscription subscription() const;
  void take_snapshot();
  std::string pace_text() const;
  using Edits = std::map<std::pair<std::string, int64_t>, float>;
  static std::string edits_text(const Edits& edits);
  static Edits parse_edits(const std::string& text);
  void draw_tabs(Ui& ui, const Rect& area) const;
  void draw_question(Ui& ui, const Rect& area) const;
  void draw_lost(Ui& ui, Rect& area) const;
  void draw_run(Ui& ui) const;

  PageInfo info_;
  PageContext context_;
  std::unique_ptr<TrainerThread> thread_;  // from the first command that needs it
  TrainSnapshotPtr snapshot_;
  TrainScene scene_;
  std::vector<std::unique_ptr<TrainView>> views_;
  size_t view_ = 0;
  RunRecipe recipe_;                // as it is set now
  std::optional<RunRecipe> begun_;  // what the run was begun with, rate and schedule as they are set now
  TrainPace pace_;
  TrainSubscription subscription_;
  std::optional<Question> question_;
  Edits edits_;                                      // weights that are edited now, with what was written
  TrainerThread::Effect effect_;                     // of the last command: where it took effect
  bool recorded_moving_ = false;                     // after what was recorded last, training moves
  LostTraining lost_;                                // of a program that did not close in order
  std::string recovering_;                           // the file of it that is being opened
  uint64_t recovered_run_ = 0;                       // what came of that
  bool adopt_ = false;                               // the settings become those of the run that is being opened
  std::shared_ptr<std::atomic<int64_t>> saved_now_;  // the step that was saved, once it is
  uint64_t saved_run_ = 0;
  int64_t saved_step_ = -1;
  double now_ = 0;
  mutable double drawn_ = -1;  // when the stage was last drawn
  TrainSettings settings_{scene_};
  TrainFiles files_{scene_};
};

std::unique_ptr<Page> make_train_page(const PageContext& context);

}  // namespace striate
