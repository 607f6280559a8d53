// The view `overview`: everything that learns at a glance. Curves of loss and accuracy, who is taken for whom, the
// first layer's filters and the second's (by themselves, and laid over the first), what the first layer answers to the
// probe, its gradients, units that stay silent. Two columns where there is room, else one below the other; scrolls.
//
// overview.cpp: commands, what is asked for.  overview_places.cpp: how large everything is, and where it stands.
// overview_plots.cpp: curves, confusion, silent units.  overview_figures.cpp: maps.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "app/command/setting.h"
#include "app/pages/train/curve_store.h"
#include "app/pages/train/network_figures.h"
#include "app/pages/train/train_view.h"
#include "app/widgets/curve_plot.h"
#include "app/widgets/curves.h"
#include "app/widgets/hover_note.h"
#include "app/widgets/tensor_grid.h"

namespace striate {

class OverviewView : public TrainView {
 public:
  explicit OverviewView(const TrainScene& scene) : scene_(scene) {}

  std::string id() const override { return "overview"; }
  std::string title() const override { return N_("Overview"); }
  std::string help() const override { return "Everything that learns at a glance: curves, filters, answers, mistakes"; }
  void declare(Registry& registry) override;
  std::vector<std::string> state() const override { return settings_.state(); }
  void subscribe(const TrainSnapshot& now, TrainSubscription& wanted) const override;
  bool update(double now) override;
  void draw_stage(Ui& ui, const Rect& area, const TrainSnapshot& now) const override;
  void drawn(const Drawn& frame) override;
  std::vector<Page::Key> keys() const override;

 private:
  // A figure of weights: what it shows and how its maps stand in the width it has.
  struct Weights {
    WeightMaps maps;
    MapLayout layout;
    bool colors = false;
    std::string words;  // "8 filters 3 x 3"
    std::string note;   // "the first 40", "" where all are shown
  };
  // Heights and layouts for one width.
  struct Places {
    float width = 0, caption = 0, gap = 0;
    Weights first, slices, composed;
    WeightMaps answers;
    MapLayout answers_layout, gradients_layout;
    float dead = 0;
  };
  static void grow_answers(float width, float height, Places* p);
  static float confusion_with_numbers(const Ui& ui, const TrainSnapshot& now);
  Places places(const TrainSnapshot& now, const NetworkFigures& figures, float left, float right, float height) const;
  Weights weights_figure(const NetworkFigures& figures, int node, const Shape& input, float width, float height,
                         float most) const;
  Weights slices_figure(const NetworkFigures& figures, const Shape& input, float width, float height, float unit) const;
  Weights composed_figure(const NetworkFigures& figures, float width, float height) const;

  void draw_curves(Ui& ui, Rect area, const Places& p, const TrainSnapshot& now, HoverNote& note) const;
  static void draw_confusion(Ui& ui, Rect area, float caption, const TrainSnapshot& now, HoverNote& note);
  void draw_first(Ui& ui, Rect area, const Places& p, const TrainSnapshot& now, const NetworkFigures& figures,
                  HoverNote& note) const;
  void draw_slices(Ui& ui, Rect area, const Places& p, const TrainSnapshot& now, const NetworkFigures& figures,
                   HoverNote& note) const;
  void draw_composed(Ui& ui, Rect area, const Places& p, const TrainSnapshot& now, const NetworkFigures& figures,
                     HoverNote& note) const;
  void draw_answers(Ui& ui, Rect area, const Places& p, const TrainSnapshot& now, const NetworkFigures& figures,
                    HoverNote& note) const;
  void draw_gradients(Ui& ui, Rect area, const Places& p, const TrainSnapshot& now, const NetworkFigures& figures,
                      HoverNote& note) const;
  void draw_dead(Ui& ui, Rect area, float caption, const TrainSnapshot& now, const NetworkFigures& figures) const;
  void draw_maps(Ui& ui, const std::string& label, const Rect& at, const Weights& figure, const TensorValuesPtr& values,
                 const TensorScale& scale, Concept tone, int node, uint64_t version, HoverNote& note) const;
  TensorScale scale_for(const TensorMaps& maps, bool is_signed, float network_limit) const;
  float largest_weight(const TrainSnapshot& now, TensorKind kind, const NetworkFigures& figures) const;
  void compose(const TrainSnapshot& now, const NetworkFigures& figures);
  const ComposedFilters* composed(const TrainSnapshot& now, const NetworkFigures& figures) const;  // null: not there

  TrainScene scene_;
  struct State {
    CurveWindow window;
    bool log = false;
    int smoothing = 20;
    ScaleScope scope = ScaleScope::layer;
  };
  State look_;
  SettingsOf<State> settings_{"train", look_, Undo::none};
  const Setting *log_ = nullptr, *scale_ = nullptr;

  // Made by update() of the newest snapshot.
  CurveStore curves_, other_;
  FiguresOf figures_;
  float network_limit_[3] = {};  // of all weights, of their gradients, of the probe's activations
  uint64_t limits_of_ = 0;       // the snapshot's version they belong to
  TensorValuesPtr composed_of_[2];
  ComposedFilters composed_;
  // As the last frame found it.
  double hovered_step_ = -1;
  double now_ = 0;
  PendingPick pending_[2];  // of the plot of loss, of accuracy
};

std::unique_ptr<TrainView> make_overview_view(const TrainScene& scene);

}  // namespace striate
