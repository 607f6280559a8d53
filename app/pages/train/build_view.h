// The view `build`: the network, layer by layer, to be built by hand. Its state and commands are network_draft.h's;
// here is how it looks: build_view.cpp the stage, build_layers.cpp its table of layers, build_inspector.cpp the
// selected layer.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "app/pages/train/network_draft.h"

namespace striate {

class BuildView : public TrainView {
 public:
  explicit BuildView(const TrainScene& scene) : scene_(scene), draft_(scene) {}

  std::string id() const override { return "build"; }
  std::string title() const override { return N_("Build"); }
  std::string help() const override { return "Build the network by hand: add, remove, move and change its layers"; }
  void declare(Registry& registry) override { draft_.declare(registry); }
  std::vector<std::string> state() const override { return draft_.state(); }
  bool update(double now) override;
  bool busy() const override { return draft_.data().busy(); }
  void draw_stage(Ui& ui, const Rect& area, const TrainSnapshot& now) const override;
  void draw_inspector(Ui& ui, const TrainSnapshot& now) const override;

 private:
  using Look = NetworkDraft::Look;
  struct Columns;  // where a line's parts stand
  void draw_head(Ui& ui, Rect& area, const TrainSnapshot& now) const;
  void draw_state(Ui& ui, Rect& area, const TrainSnapshot& now) const;
  void draw_kinds(Ui& ui, const Rect& area) const;
  void draw_layers(Ui& ui, const Rect& area) const;
  void draw_layer(Ui& ui, const Rect& rect, int line, const Columns& columns) const;
  void draw_joins(Ui& ui, const std::vector<Rect>& rects, float left) const;
  void draw_settings(Ui& ui, int line) const;

  const TrainScene& scene_;
  NetworkDraft draft_;
};

std::unique_ptr<TrainView> make_build_view(const TrainScene& scene);

}  // namespace striate
