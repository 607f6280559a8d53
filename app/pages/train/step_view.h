// The view `step`: slow motion. One training step as its five phases, each with its numbers; what acts is bright, the
// rest is dimmed. The trainer itself advances (train.step phase): what is shown is what stands in its memory.
//
// step_view.cpp: settings, subscription.   step_numbers.cpp: what is shown as numbers, and readouts.
// step_stage.cpp: phases, batch, forward.   step_update.cpp: loss, update.   step_softmax.cpp: a class's share.
// step_backward.cpp, step_dense.cpp:
// gradients, tap by tap.
// step_inspector.cpp: words and sums.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/command/setting.h"
#include "app/pages/train/network_values.h"
#include "app/pages/train/train_view.h"
#include "app/widgets/sum_row.h"
#include "engine/walk/printed_sum.h"
#include "engine/walk/softmax_walk.h"
#include "engine/walk/update_walk.h"

namespace striate {

class StepView : public TrainView {
 public:
  explicit StepView(const TrainScene& scene) : scene_(scene) {}

  std::string id() const override { return "step"; }
  std::string title() const override { return N_("Slow motion"); }
  std::string help() const override {
    return "One training step in slow motion: batch, forward, loss, backward, update, with its numbers";
  }
  void declare(Registry& registry) override;
  std::vector<std::string> state() const override { return settings_.state(); }
  bool update(double now) override;
  void subscribe(const TrainSnapshot& now, TrainSubscription& subscription) const override;
  void draw_stage(Ui& ui, const Rect& area, const TrainSnapshot& now) const override;
  void drawn(const Drawn& frame) override { hover_ = frame.cell; }
  void draw_inspector(Ui& ui, const TrainSnapshot& now) const override;

 private:
  // Numbers are clamped to what the network has when they are used.
  struct State {
    int look = 0;                // a phase, from 1; 0: the one that was done last; the loss while training is fast
    int sample = 0;              // of the batch
    int of_class = -1;           // whose softmax is shown; -1: the sample's own
    int node = -1;               // with weights; -1: the first
    std::string way = "layers";  // backward: layers, weights or input
    int filter = 0, slice = 0;
    int weight_row = 0, weight_column = 0;
    int row = -1, column = -1;  // of the products (weights) or of the input (input); -1: the middle
    int walked = -1;            // products that are counted; -1: all
  };

  // A layer with weights and a place in it, resolved against a snapshot.
  struct Place {
    int node = 0, input = 0;
    bool conv = false;
    Conv2dShape g;  // a dense layer: channels and filters of one cell
    int filter = 0, slice = 0, weight_row = 0, weight_column = 0, sample = 0;
    int per_group = 1, channel = 0;  // the input channel that the slice reads
    int64_t index = 0;               // of the weight in its tensor
    std::string weight_name;
  };
  // What the loss head makes of the batch's outputs: from the very operators (engine/training/loss_head.h).
  struct LossNumbers {
    int classes = 0;
    float mean = 0;
    std::vector<float> per_sample, probabilities, gradient;  // (N), (N, K), (N, K)
  };
  struct Update {
    UpdateWalk walk;
    bool done = false;  // `stored` is what the network holds after it
    float stored = 0;
  };

  // ---- numbers (step_numbers.cpp); they throw Error where something is not available
  static int done_phase(const TrainSnapshot& now);  // -1: none of the run yet
  // It runs too fast to be followed phase by phase; only batch and loss are asked for then.
  bool fast(const TrainSnapshot& now) const { return now.status == TrainSnapshot::Status::running && now_ - slow_ > 3; }
  int shown_phase(const TrainSnapshot& now) const;
  Place place(const TrainSnapshot& now) const;
  int sample(const TrainSnapshot& now) const;
  static LossNumbers loss_numbers(const TrainSnapshot& now);
  int chosen_class(const TrainSnapshot& now) const;
  SoftmaxWalk softmax_walk(const TrainSnapshot& now, int of) const;  // of the followed sample
  Update update_numbers(const TrainSnapshot& now) const;
  void compute_gradient(const TrainSnapshot& now);  // computed_, where it is drawn
  InputGradient input_gradient(const TrainSnapshot& now, const Place& at, int row, int column) const;
  void declare_settings();
  void declare_readouts(Registry& registry);

  // ---- stage
  void draw_phases(Ui& ui, const Rect& area, const TrainSnapshot& now, int shown) const;
  void draw_age(Ui& ui, Rect& area, const TrainSnapshot& now, int shown) const;
  void draw_batch(Ui& ui, const Rect& area, const TrainSnapshot& now) const;
  void draw_layers(Ui& ui, const Rect& area, const TrainSnapshot& now, bool gradients) const;
  void draw_loss(Ui& ui, const Rect& area, const TrainSnapshot& now) const;
  void draw_backward(Ui& ui, const Rect& area, const TrainSnapshot& now) const;
  void draw_weight_gradient(Ui& ui, const Rect& area, const TrainSnapshot& now, const Place& at) const;
  void draw_data_gradient(Ui& ui, const Rect& area, const TrainSnapshot& now, const Place& at) const;
  void draw_dense_weight_gradient(Ui& ui, const Rect& area, const TrainSnapshot& now, const Place& at) const;
  void draw_dense_data_gradient(Ui& ui, const Rect& area, const TrainSnapshot& now, const Place& at) const;
  void draw_update(Ui& ui, const Rect& area, const TrainSnapshot& now) const;
  static void draw_bars(Ui& ui, const Rect& area, const std::string& label, const std::vector<double>& values,
                        int selected);

  // ---- inspector
  void draw_numbers(Ui& ui, const TrainSnapshot& now, int phase, bool known) const;
  void draw_loss_rows(Ui& ui, const TrainSnapshot& now, bool known) const;
  std::string softmax_line(const TrainSnapshot& now) const;
  void draw_softmax_rows(Ui& ui, const TrainSnapshot& now, bool known) const;
  void draw_update_rows(Ui& ui, const TrainSnapshot& now, bool known) const;
  void draw_weight_choice(Ui& ui, const TrainSnapshot& now) const;
  void draw_chips(Ui& ui, const std::string& label, const PrintedSum& printed, size_t first, int columns,
                  std::vector<SumChip> chips, int lit, const char* grid, int row) const;
  void draw_weight_sum(Ui& ui, const TrainSnapshot& now) const;
  void draw_input_sum(Ui& ui, const TrainSnapshot& now) const;

  const TrainScene& scene_;
  State state_;
  SettingsOf<State> settings_{"train.step", state_, Undo::none};
  TrainSnapshotPtr before_;      // the newest moment with an update to come: weights before it
  double now_ = 0, slow_ = -10;  // seconds: when a moment between two phases was last seen
  FoundCell hover_;              // x, dy, product, kernel or chip, as the last frame found it
  // The whole gradient by an input channel, where the trainer does not compute it.
  struct Computed {
    uint64_t version = 0, run = 0;
    int node = -1, channel = -1, sample = -1;
    std::vector<float> dx;
  };
  Computed computed_;
};

std::unique_ptr<TrainView> make_step_view(const TrainScene& scene);

}  // namespace striate
