// The open network as a place in three dimensions: every tensor a block whose cells are its values now. What stands
// where is app/scene/network_scene.h, its texels app/scene/scene_values.h, how it is drawn app/gl/scene_renderer.h.
//
// architecture.cpp: state, update. architecture_camera.cpp: the camera and its moves. architecture_commands.cpp:
// commands, readouts. architecture_stage.cpp: what lies over the scene: labels, what the mouse is over, ways back to
// the picture. architecture_inspector.cpp. cell_panel.h: a cell in the inspector.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/command/setting.h"
#include "app/network/measured_times.h"
#include "app/network/network_in_use.h"
#include "app/pages/architecture/cell_panel.h"
#include "app/pages/page.h"
#include "app/scene/network_plan.h"
#include "app/scene/network_scene.h"
#include "app/scene/scene_values.h"
#include "app/widgets/ui.h"
#include "app/worker/latest.h"

namespace striate {

class ArchitecturePage : public Page {
 public:
  explicit ArchitecturePage(const PageContext& context);

  const PageInfo& info() const override { return info_; }
  void declare(Registry& registry) override;
  std::vector<std::string> state() const override;
  bool update(double now) override;
  bool busy() const override;
  void image_changed() override;
  size_t held() const override;
  void release() override;
  void draw_stage(Ui& ui, const Rect& area) const override;
  void drawn(const Drawn& frame) override;
  void draw_inspector(Ui& ui) const override;
  bool has_transport() const override;
  void draw_transport(Ui& ui, const Rect& area) const override;
  std::vector<Key> keys() const override;

 protected:
  void hidden() override;

 private:
  struct State {
    std::string size = "shape";
    std::string scale = "layer";
    bool every = false;     // tensors that only go on, value by value, stand by themselves
    bool strongest = true;  // what merged cells show
    int edges = 5;
    int slice = 0;     // of the selected cell's sum
    double speed = 4;  // tensors a second
    bool plan = false;
    friend bool operator==(const State&, const State&) = default;
  };
  struct Place {  // of a cell, as it was named
    std::string layer;
    int64_t channel = 0, row = 0, column = 0;
    friend bool operator==(const Place&, const Place&) = default;
  };

  NetworkInUse& network() const { return *context_.document.network; }
  NetworkMomentPtr known() const;  // a moment with a network; null: there is none
  void declare_settings();
  void declare_look(Registry& registry);
  void declare_camera(Registry& registry);
  void declare_flow(Registry& registry);
  void declare_demo(Registry& registry);
  void declare_plan(Registry& registry);
  void declare_readouts(Registry& registry);
  void set_open(const std::string& layer, bool open);
  void select(std::optional<Place> place);
  void step_selection(int64_t layers, int64_t rows, int64_t columns, int64_t channels);
  void check_layer(const std::string& layer) const;  // throws Error where the network is there and has none such

  // What the settings come to for a network.
  SceneChoice choice_for(const NetworkMoment& moment) const;
  std::optional<SceneCell> selected_cell(const OpenNetworkInfo& info) const;
  bool update_scene(const NetworkMomentPtr& moment, double now);
  bool update_cell(const NetworkMoment& moment);
  bool update_flow(double now);
  bool update_demo(double now);
  void update_plan(const NetworkMoment& moment);
  void update_timeline();
  // Of the selected cell, where it is there: of an earlier moment while the next one is on its way. Null: there is
  // none.
  const CellPanel* cell_panel() const;
  bool update_frame(double now);

  // architecture_camera.cpp
  Vec stage_size() const { return {stage_.w, stage_.h}; }
  SceneCamera usual_camera() const;  // the view that shows all
  SceneCamera camera_to(const glm::vec3& target, float extent) const;
  void move_to(const SceneCamera& camera);  // as a short move, or at once
  bool update_camera(double now);
  CameraView view_now() const { return {camera_, stage_size()}; }
  void fly_to(int block);
  void set_view(const std::string& view);
  bool scene_is_there() const;  // of the network that is asked for

  // What is shown: a scene, and its values.
  struct Shown {
    std::string network;  // key
    SceneChoice choice;
    NetworkScene scene;
    SceneValues values;
    OpenNetworkInfoPtr info;
    std::vector<std::vector<int>> nodes;  // per block of a tensor: those that it stands for; the first one computes
  };
  using ShownPtr = std::shared_ptr<const Shown>;
  std::string asked_network() const;  // what was opened; empty: that of a training
  void leave_fit() { camera_fits_ = false, camera_for_ = asked_network(); }
  const Shown& need_shown() const;
  std::vector<BlockLook> looks() const;
  const CellPanel& need_cell();

  // architecture_stage.cpp
  void draw_links(Ui& ui, const CameraView& view, const Rect& area) const;
  void draw_inputs(Ui& ui, const CameraView& view, const Rect& area, const CellPanel& panel) const;
  void draw_field(Ui& ui, const CameraView& view, const Rect& area, const FieldBox& field) const;
  void draw_order(Ui& ui, const CameraView& view, const Rect& area, int node) const;
  void draw_classes(Ui& ui, const CameraView& view, const Rect& area) const;
  void draw_labels(Ui& ui, const CameraView& view, const Rect& area, const std::optional<ScenePick>& hovered) const;
  void draw_quad(Ui& ui, const CameraView& view, const Rect& area, const CellQuad& quad, Color color,
                 float thickness) const;
  void draw_scale_note(Ui& ui, const Rect& area, const std::optional<ScenePick>& hovered) const;
  void hands(Ui& ui, const Rect& area, const Response& response, const std::optional<ScenePick>& hovered) const;
  const std::vector<int>& nodes_of(const SceneBlock& block) const;
  std::string block_words(const SceneBlock& block, const std::function<bool(const std::string&)>& fits) const;
  std::string block_facts(const SceneBlock& block) const;
  void draw_selected(Ui& ui) const;

  PageInfo info_;
  PageContext context_;
  State state_;
  SettingsOf<State> settings_;
  std::vector<std::string> opened_, closed_, kernels_;  // layers as they were named
  std::optional<Place> selected_;

  // The stage as the last frame drew it.
  Rect stage_{0, 0, 720, 620};
  std::optional<Vec> dragged_;  // where the mouse was in the last frame, while another button than the left is down
  bool dark_ = true, motion_ = false, film_ = false;

  // A training that moves draws frames by itself: what is made for each of its steps waits for the next one.
  std::shared_ptr<std::atomic<bool>> trains_ = std::make_shared<std::atomic<bool>>(false);
  ShownPtr shown_;
  struct Asked {
    uint64_t version = 0;  // of the moment
    std::string scale;
    SceneChoice choice;
    friend bool operator==(const Asked&, const Asked&) = default;
  };
  std::optional<Asked> asked_;  // what is made, or being made
  NetworkScene from_, now_scene_;
  double changed_at_ = -1e9;  // when the scene began to change
  uint64_t revision_ = 0;     // of now_scene_

  SceneCamera camera_, camera_from_, camera_to_;
  double camera_begun_ = -1e9;
  std::string fly_to_, view_to_;     // a layer, or a view, of the network that is on its way
  std::string camera_for_ = "none";  // asked_network() when it was moved last
  bool camera_fits_ = true;          // nobody moved it: it goes on to show all
  double moved_at_ = -1e9;           // by hand
  double now_ = 0;

  // What a cell was made of.
  struct Cell {
    std::string network;
    CellPanelPtr own, sum;  // sum: of the layer whose values its block takes further; null: it has a sum of its own
  };
  Cell cell_;
  std::string cell_asked_;
  bool cell_wanted_ = false;  // by a readout

  // The plan, made when it is first shown.
  std::shared_ptr<const NetworkPlan> plan_;
  std::string plan_of_;     // network and shape of the stage
  std::string plan_layer_;  // that is framed
  View plan_view_;          // no zoom: all of it
  std::string saved_;       // the file that was written last

  Registry* registry_ = nullptr;
  double newest_ = 1;  // step of the training, as far as it says

  // It flies, flows and rests by itself until somebody touches it.
  bool demo_ = false;
  int demo_scene_ = 0;
  double demo_until_ = 0;

  bool flowing_ = false, flow_on_ = false;
  double flow_ = 0;  // blocks that are passed
  double flow_moved_ = 0;

  struct FrameKey {
    uint64_t atlas = 0, revision = 0;
    SceneCamera camera;
    Vec size;
    bool dark = true, strongest = false, moving = false, changing = false;
    double flow = -1;
    std::string looks;
    friend bool operator==(const FrameKey&, const FrameKey&) = default;
  };
  FrameKey frame_key_;
  SceneFramePtr frame_;

  MeasuredTimes times_;
  // Last: they use the above.
  Latest<ShownPtr> shown_work_;
  Latest<Cell> cell_work_;
};

PageKind architecture_page();

}  // namespace striate
