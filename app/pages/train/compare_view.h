// The view `compare`: this run beside a second one from the same start with one thing changed: `train.compare rate
// 0.1`. Both are kept at the same step, so that scrubbing shows both as they were then. Shown are their curves, how far
// the weights of each layer are apart, or the test pictures on which their answers differ.
//
// Files: compare_view.cpp: the command, readouts, what is compared.   compare_view_stage.cpp,
// compare_view_inspector.cpp: what is drawn.   compare_view_difference.cpp: weights and pictures that differ.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "app/command/setting.h"
#include "app/pages/train/curve_store.h"
#include "app/pages/train/train_view.h"
#include "app/shell/theme.h"
#include "app/widgets/curves.h"
#include "app/widgets/geometry.h"
#include "app/widgets/hover_note.h"
#include "engine/marked.h"
#include "engine/session/compare_models.h"

namespace striate {

// What can be different in the second run: the names of TrainingConfig, with "layers" beside "model".
struct ConfigSetting {
  const char* name;
  const char* example;                          // a value of it
  std::string TrainingConfig::*text = nullptr;  // where it stands, if it stands as it is written
};
const std::vector<ConfigSetting>& config_settings();
// The config with one setting changed, checked. Throws Error: an unknown name with the nearest one, a value that the
// setting cannot have, one that is the same.
TrainingConfig config_with(const TrainingConfig& config, const std::string& name, const std::string& value);

// A number of both runs at the same step.
struct ComparedNumber {
  std::string name;     // "accuracy, test part"
  double a = 0, b = 0;  // this run's, the other's; NaN: not measured
  bool larger_is_better = false;
  bool percent = false;
  int64_t step_a = 0, step_b = 0;  // after which it was measured
  // -1: this run is better, 1: the other is, 0: equal or not known.
  int better() const;
};
std::vector<ComparedNumber> compare_numbers(const TrainSnapshot& now);

class CompareView : public TrainView {
 public:
  explicit CompareView(const TrainScene& scene) : scene_(scene) {}

  std::string id() const override { return "compare"; }
  std::string title() const override { return N_("Compare"); }
  std::string help() const override {
    return "Two runs from the same start with one thing changed, side by side, the difference marked.";
  }
  void declare(Registry& registry) override;
  std::vector<std::string> state() const override { return settings_.state(); }
  bool update(double now) override;
  void subscribe(const TrainSnapshot& now, TrainSubscription& wanted) const override;
  void draw_stage(Ui& ui, const Rect& area, const TrainSnapshot& now) const override;
  void draw_inspector(Ui& ui, const TrainSnapshot& now) const override;
  void drawn(const Drawn& frame) override { hovered_at_ = frame.number("compare.step", -1); }

 private:
  static constexpr const char* kThisRun = N_("this run");
  // The color of a run, wherever it is named or drawn.
  static Color tone_of(const Theme& theme, bool other) { return other ? theme.kernel : theme.input; }
  const TrainSnapshot& other() const;  // throws Error where there is none
  void draw_plots(Ui& ui, const Rect& area, const TrainSnapshot& now, HoverNote& note) const;
  static void draw_filters(Ui& ui, const Rect& area, const TrainSnapshot& now, HoverNote& note);
  static void draw_row(Ui& ui, Rect area, const std::string& what, Color tone, const TrainSnapshot& now,
                       const TensorValues& values, float most, HoverNote& note);
  void draw_choice(Ui& ui, const TrainSnapshot& now) const;
  void declare_difference(Registry& registry);
  void update_difference(const TrainSnapshot& now);
  const TensorDifference& difference_of(const std::string& name) const;  // throws Error
  bool tests_fit() const;                                                // both were measured, on the same pictures
  void draw_weights(Ui& ui, const Rect& area, const TrainSnapshot& now, HoverNote& note) const;
  void draw_different(Ui& ui, const Rect& area, const TrainSnapshot& now, HoverNote& note) const;

  TrainScene scene_;
  enum class Show { curves, weights, pictures };
  struct State {
    Show show = Show::curves;
    std::string what = "rate";  // the fields of the inspector would change
    CurveWindow window;
  };
  State look_;
  SettingsOf<State> settings_{"train.compare", look_, Undo::none};
  CurveStore mine_, others_;
  uint64_t others_run_ = 0;
  // What was compared last, and what came of it.
  std::shared_ptr<const AllWeights> weights_a_, weights_b_;
  ModelDifference difference_;
  std::shared_ptr<const TrainTest> test_a_, test_b_;
  std::vector<int32_t> different_;  // positions in the test part's indices
  AnswerCounts counts_;
  double hovered_at_ = -1;  // the step under the mouse, as the last frame found it
};

// The weights of the first layer that has any: filters (K, C, R, S), or a dense layer's (K, F). Null: not there yet.
const TensorValues* first_weights(const TrainSnapshot& now);

std::unique_ptr<TrainView> make_compare_view(const TrainScene& scene);

}  // namespace striate
