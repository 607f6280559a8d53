// One neuron, then a few layers of them, over points in the plane: what each term of a Keras Sequential means, each a
// thing to touch. The network is drawn as neurons with their maps in them; beside it the decision surface, the losses
// over the steps, and the same model as Keras code, where each line lights what it means.
//
// neuron.cpp: state, the work in the background.  neuron_commands.cpp: settings, commands.  neuron_readouts.cpp.
// neuron_stage.cpp: network, surface, curves, code.  neuron_step.cpp: the numbers of one step.  neuron_losses.cpp:
// losses as curves.  neuron_race.cpp: optimizers racing.  neuron_inspector.cpp.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/command/setting.h"
#include "app/pages/neuron/neuron_moment.h"
#include "app/pages/page.h"
#include "app/widgets/curve_plot.h"
#include "app/widgets/ui.h"
#include "app/worker/latest.h"
#include "engine/points/point_keras.h"
#include "engine/points/point_race.h"
#include "engine/points/point_training.h"

namespace striate {

class NeuronPage : public Page {
 public:
  explicit NeuronPage(const PageContext& context);

  const PageInfo& info() const override { return info_; }
  void declare(Registry& registry) override;
  std::vector<std::string> state() const override;
  bool update(double now) override;
  bool busy() const override;
  bool goes_on() const override { return running_ || target_ >= 0 || races(); }
  bool holds_scripts() const override { return target_ >= 0; }
  void draw_stage(Ui& ui, const Rect& area) const override;
  void drawn(const Drawn& frame) override;
  void draw_inspector(Ui& ui) const override;
  bool has_transport() const override { return true; }
  void draw_transport(Ui& ui, const Rect& area) const override;
  std::vector<Key> keys() const override;

 private:
  struct State {
    PointSource source;
    PointModel model;
    PointLearning learning;
    uint64_t seed = 1;
    double speed = 60;  // epochs a second; 0: as fast as it goes
    std::string view = "network";
    std::string curve = "loss";
    bool tests = true, step_single = false;
    int layer = 0, unit = 0, from = 0;  // what is selected
    double x = 1, y = 1;                // the point that is looked at
    int sample = 0;                     // the picture that is looked at, or the sample of a batch in the view `step`
  };

  // neuron.cpp
  void commit(State next);
  // A new problem: everything begins at step 0. What was set by hand there stays, if it is to.
  void renew(State next, bool keep_hand = true);
  void changed();  // the training has another step or other weights
  void changed(PointTraining::Point point);
  void go_to(int64_t step);
  bool take_work(double now);
  void ask_for_work(double now);
  bool same_problem(const PointTraining& other) const;
  bool come_back_to(const PointTraining& kept, int64_t step);
  const PointTraining& training() const { return training_; }
  const PointNetwork& network() const { return training_.network(); }
  const PointData& data() const { return training_.data(); }
  const PointTraining::Point& now_point() const;  // losses and accuracies of now
  size_t weight_at(int layer, int from, int to) const;
  size_t bias_at(int layer, int to) const;
  PointPass pass_at(double x, double y) const;
  // The point, or the picture; in the view `step` the sample that it follows.
  const double* sample_looked_at(double* place) const;
  int picture_looked_at() const;  // of data()
  std::vector<int> step_samples() const;
  int followed() const;                               // which of them the view `step` follows
  int training_row() const;                           // where that one stands in the training set: the row of x_train
  std::string input_name(int layer, int from) const;  // "x", "pixel 3", "neuron 0"
  int shown_sample() const;                           // of data(): what the view `step` follows

  // neuron_commands.cpp
  void declare_settings();
  void declare_parameters(Registry& registry);
  void declare_running(Registry& registry);
  void set_parameter(size_t at, double value);
  void check_unit(int layer, int unit) const;
  void step(const std::string& what, int64_t count);
  void write_file(const std::string& path);
  // neuron_readouts.cpp
  void declare_readouts(Registry& registry);

  // neuron_stage.cpp
  void draw_network(Ui& ui, Rect area, HoverNote& note) const;
  void draw_surface(Ui& ui, const Rect& area, HoverNote& note) const;
  void draw_line(Ui& ui, const Rect& area) const;
  void draw_points(Ui& ui, const Rect& area, HoverNote& note) const;
  void draw_ring(Ui& ui, const Rect& area) const;
  void draw_pictures(Ui& ui, Rect area, HoverNote& note) const;
  void draw_picture(Ui& ui, int sample, const Rect& place) const;
  void draw_pixels(Ui& ui, const Rect& place, HoverNote& note) const;
  void draw_curves(Ui& ui, Rect area, HoverNote& note) const;
  void draw_code(Ui& ui, Rect area) const;
  void draw_head(Ui& ui, Rect area) const;
  Color class_color(const Theme& theme, int label) const;
  // neuron_step.cpp
  void draw_step(Ui& ui, Rect area, bool sample_shown) const;
  std::vector<int> shown_inputs(const double* values) const;
  // neuron_losses.cpp
  double right_answer() const;  // of what is looked at: class 1, a picture's label, a place's number
  double cost(PointLoss loss) const;
  void draw_losses(Ui& ui, Rect area, HoverNote& note) const;
  // neuron_race.cpp
  void draw_race(Ui& ui, Rect area, HoverNote& note) const;
  // neuron_inspector.cpp
  void draw_unit(Ui& ui) const;
  void draw_data(Ui& ui) const;
  void draw_layers(Ui& ui) const;
  void draw_learning(Ui& ui) const;
  void draw_lit_setting(Ui& ui, std::string_view name, int topic) const;
  bool topic_lit(int topic) const { return lit_ == topic; }

  PageInfo info_;
  PageContext context_;
  State state_;
  SettingsOf<State> settings_;
  PointTraining training_;
  std::vector<PointTraining> kept_;  // what was left for another problem: undo comes back to it without training anew
  uint64_t version_ = 1;             // of the training's present step and weights
  bool running_ = false;
  int64_t target_ = -1;  // a step that is on its way
  double last_now_ = 0, owed_ = 0;

  struct Work {
    std::shared_ptr<PointTraining> training;  // null: it was only looked at
    NeuronMomentPtr moment;
    uint64_t version = 0;
    PointTraining::Point point = {};  // of where it ended
  };
  Latest<Work> worker_;
  NeuronMomentPtr moment_;
  uint64_t moment_version_ = 0, asked_version_ = 0;

  Latest<PointRace> racer_;
  PointRace race_;
  bool races() const { return state_.view == "race" && (is_shown() || race_wanted_) && race_of_ != problem_; }
  bool race_wanted_ = false;               // a readout asked for it
  uint64_t race_of_ = 0, race_asked_ = 0;  // which problem
  uint64_t problem_ = 1;                   // counts up with every renew()

  std::vector<KerasLine> code_;
  PointTraining::Point point_;
  std::vector<std::pair<double, double>> curves_[4];  // loss and accuracy, of training and test
  int lit_ = 0;                                       // topic under the mouse in the last frame
  bool newly_lit_ = false;                            // but not in the one before
  double curve_hover_ = -1;
  PendingPick pending_;
};

// What a line of the code means: ties it to things on the stage and in the inspector. Layers are kTopicLayer + N.
enum NeuronTopic {
  kTopicNone,
  kTopicData,
  kTopicSplit,
  kTopicFeatures,
  kTopicLoss,
  kTopicOptimizer,
  kTopicBatch,
  kTopicTest,
  kTopicLayer = 100
};
int topic_of(const std::string& word);

PageKind neuron_page();

}  // namespace striate
