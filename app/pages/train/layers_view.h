// The view `layers`: every layer in running order: what it answers to the probe, the gradient of the probe's loss by
// each of these values, histograms of its weights, their gradients and its answers, norms, silent units. Scrolls; asks
// for the tensors of what can be seen and of nothing else.
//
// layers_view.cpp: commands, what is asked for, the list.   layers_rows.cpp: what stands in a row.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "app/command/setting.h"
#include "app/pages/train/network_figures.h"
#include "app/pages/train/train_view.h"
#include "app/shell/theme.h"
#include "app/widgets/hover_note.h"
#include "app/widgets/tensor_grid.h"

namespace striate {

// How values are spread: counts of equal bins over [low, high]. The ends hold the least and the largest value; signed
// ones are symmetric about 0.
struct Spread {
  double low = 0, high = 1;
  std::vector<double> bins;
  int64_t values = 0, not_finite = 0;
  float least = 0, most = 0;
};
Spread spread_of(std::span<const float> values, int bins, bool is_signed);

class LayersView : public TrainView {
 public:
  explicit LayersView(const TrainScene& scene) : scene_(scene) {}

  std::string id() const override { return "layers"; }
  std::string title() const override { return N_("Layers"); }
  std::string help() const override {
    return "Every layer: what it answers to the probe, gradients, and how its numbers are spread";
  }
  void declare(Registry& registry) override;
  std::vector<std::string> state() const override { return settings_.state(); }
  void subscribe(const TrainSnapshot& now, TrainSubscription& wanted) const override;
  bool update(double now) override;
  void draw_stage(Ui& ui, const Rect& area, const TrainSnapshot& now) const override;
  void drawn(const Drawn& frame) override;
  void draw_inspector(Ui& ui, const TrainSnapshot& now) const override;
  std::vector<Page::Key> keys() const override;

 private:
  struct Row {
    int node = 0;
    WeightMaps maps;   // of the activation
    MapLayout layout;  // of activations and of gradients
    float height = 0;
    float maps_width = 0;  // room of one of the two
    bool histograms_below = false;
    int histograms = 0;
  };
  Row row_of(const LayerFacts& layer, float width) const;
  void draw_row(Ui& ui, const Rect& area, const Row& row, const LayerFacts& layer, const TrainSnapshot& now,
                HoverNote& note) const;
  void draw_head(Ui& ui, const Rect& area, const LayerFacts& layer, const TrainSnapshot& now) const;
  void draw_values(Ui& ui, const Rect& area, const Row& row, const LayerFacts& layer, const TensorValuesPtr& values,
                   bool gradient, const TrainSnapshot& now, HoverNote& note) const;
  void draw_histogram(Ui& ui, const Rect& area, const std::string& name, Color color, const TensorValuesPtr& values,
                      HoverNote& note) const;
  // The values of a layer whose spreads are drawn, and whether they have a sign; null: not there.
  struct SpreadValues {
    TensorValuesPtr weights, gradients, answers;
    bool answers_signed = true;
  };
  static SpreadValues spread_values(const LayerFacts& layer, const TrainSnapshot& now);

  TrainScene scene_;
  struct State {
    bool gradients = true;
    ScaleScope scope = ScaleScope::layer;
    bool all = false;  // also layers without numbers of their own: relu, flatten ...
  };
  State look_;
  SettingsOf<State> settings_{"train.layers", look_, Undo::none};
  const Setting *gradients_ = nullptr, *all_ = nullptr;

  FiguresOf figures_;
  double now_ = 0;
  std::vector<int> visible_;                   // nodes of the last frame
  std::map<TensorValuesPtr, Spread> spreads_;  // of their values
  uint64_t spreads_of_ = 0;
  float network_limit_[2] = {0, 0};  // of activations, gradients; this frame
};

std::unique_ptr<TrainView> make_layers_view(const TrainScene& scene);

}  // namespace striate
