// The page `train`: a small CNN learns in front of the student, everything inside visible and under their hands. The
// page has the run, the transport, the config and all commands that move a training; what the stage shows is one of the
// views (train_view.h, views.cpp).
//
// train_page.cpp: life, state, snapshots.  train_commands.cpp: settings (train_config.cpp) and weights.
// train_run_commands.cpp: commands that move a training.  train_kept.cpp: training that is not saved: the question,
// what was put aside, lines.  train_lost.cpp: training that a program lost. train_readouts.cpp: readouts.
// train_draw.cpp: stage, inspector, transport. train_recording.cpp: what recordings and lessons hold.
//
// Settings: the config is what the next start uses. While it equals the run's, Start goes on; after a change that a run
// cannot take while it is trained (all but rate and schedule) Start begins a new one, and asks first what shall become
// of training that was not saved. A lesson does not ask: a person's own training is put aside, and can be gone back to.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/command/setting.h"
#include "app/pages/page.h"
#include "app/pages/train/train_files.h"
#include "app/pages/train/train_settings.h"
#include "app/pages/train/train_view.h"
#include "app/worker/kept_training.h"
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
  bool goes_on() const override;
  size_t held() const override;
  void release() override;
  bool holds_scripts() const override;
  std::vector<std::string> recorded(std::string_view line) override;
  std::vector<std::string> replay() const override;
  bool may_quit() override;
  void keep_work(const std::function<void(const std::string& words)>& tell) override;
  std::optional<PageBanner> banner() const override;
  void image_changed() override;
  void draw_stage(Ui& ui, const Rect& area) const override;
  void drawn(const Drawn& frame) override;
  void draw_inspector(Ui& ui) const override;
  bool has_transport() const override { return true; }
  void draw_transport(Ui& ui, const Rect& area) const override;
  std::vector<Key> keys() const override;

 private:
  using Edits = std::map<std::pair<std::string, int64_t>, float>;
  // What was asked for but would throw training away that is not saved.
  struct Question {
    std::string what;  // "The new settings need a new training."
    std::function<void()> go_on;
    std::string instead = {};   // a command that keeps it, where saving is none: its button is "Go back to it"
    uint64_t guided_steps = 0;  // of the document: a lesson answers no question that stood before it
  };
  // A person's training that a lesson put aside, and the settings it had.
  struct Aside {
    TrainingConfig config;
    Edits edits;
    int64_t newest = 0;
  };

  TrainerThread& thread();
  std::vector<std::string> kept_folders() const;
  bool look_for_lost(double now);
  bool preview();                    // train_preview.cpp
  const LostTraining* lost() const;  // what `train.recover` is about; null: nothing
  void declare_recovery(Registry& registry);
  void post(TrainerThread::Command command, std::optional<TrainerThread::Effect> then = std::nullopt,
            bool stop_reading = false);
  void forget();
  void note_lesson();
  bool own() const;
  void set_aside();
  void take_back();
  void begun_by_somebody();                  // a run was begun, or gone on with
  void adopt_live() { adopt_live_ = true; }  // rate and schedule become those of the step that is shown
  std::vector<std::string> look() const;
  std::vector<std::string> config_lines(const TrainingConfig& config) const;
  void declare_settings();
  void declare_run(Registry& registry);
  void declare_files(Registry& registry);
  void declare_lines(Registry& registry);
  void declare_weights(Registry& registry);
  void declare_readouts(Registry& registry);
  void change(const std::function<void(TrainingConfig&)>& change);
  void change_live(const std::function<void(TrainingConfig&)>& change, const TrainerThread::Command& command);
  bool has_run() const { return snapshot_->config != nullptr; }
  bool needs_new_run() const;
  void with_run(const TrainerThread::Command& command);  // on a run of the present config: begins one if needed
  void ask_or(const std::string& what, std::function<void()> go_on);
  void need_run() const;
  bool unsaved() const;
  TrainSubscription subscription() const;
  void take_snapshot();
  void hand_over();  // the network that is shown, to the document
  std::string pace_text() const;
  static std::string edits_text(const Edits& edits);
  static Edits parse_edits(const std::string& text);
  void draw_tabs(Ui& ui, const Rect& area) const;
  void draw_question(Ui& ui, const Rect& area) const;
  void draw_lost(Ui& ui) const;
  void draw_aside(Ui& ui, Rect& area) const;
  void draw_lines(Ui& ui) const;
  void draw_run(Ui& ui) const;

  PageInfo info_;
  PageContext context_;
  KeptPlaces places_;                      // of this program's own autosaves; outlives the thread
  std::unique_ptr<TrainerThread> thread_;  // from the first command that needs it
  TrainSnapshotPtr snapshot_;
  TrainScene scene_;
  std::vector<std::unique_ptr<TrainView>> views_;
  size_t view_ = 0;
  TrainingConfig config_;  // as it is set now
  SettingsOf<TrainingConfig> config_settings_;
  SettingsOf<size_t> look_settings_;     // what is seen, and how fast it goes
  std::optional<TrainingConfig> begun_;  // what the run was begun with, rate and schedule as they are set now
  TrainPace pace_;
  TrainSubscription subscription_;
  std::optional<Question> question_;
  std::vector<Aside> asides_;
  bool own_ = true;  // a person trained it: not a lesson alone
  // Of a run that a lesson began: its newest step when the lesson, or the task that it asked for, was last done with
  // it.
  uint64_t lesson_run_ = 0;
  double tasks_done_ = 0;
  bool lesson_plays_ = false;
  int64_t lesson_steps_ = 0;
  const Registry* registry_ = nullptr;
  bool adopt_live_ = false;
  Edits edits_;                                      // weights that are edited now, with what was written
  TrainerThread::Effect effect_;                     // of the last command: where it took effect
  bool recorded_moving_ = false;                     // after what was recorded last, training moves
  std::vector<LostTraining> lost_;                   // of programs that did not close in order
  std::vector<std::string> later_;                   // files of them that are not to be asked for in this session
  double looked_ = -1e9;                             // for them
  bool places_told_ = false;                         // that the usual place cannot be written to
  std::string recovering_;                           // the file of it that is being opened
  uint64_t recovered_run_ = 0;                       // what came of that
  bool adopt_ = false;                               // the settings become those of the run that is being opened
  std::shared_ptr<std::atomic<int64_t>> saved_now_;  // the step that was saved, once it is
  uint64_t saved_run_ = 0;
  int64_t saved_step_ = -1;
  std::optional<TrainingConfig> previewed_;  // whose untrained network was asked for last,
  std::optional<TrainingConfig> settled_;    // what the settings are now,
  double settled_since_ = 0;                 // and since when
  double now_ = 0;
  TrainSettings settings_{scene_};
  TrainFiles files_{scene_};
};

bool lost_work(const Document& document);  // training that a program which did not close in order had kept
PageKind train_page();

}  // namespace striate
