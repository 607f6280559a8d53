// The filters page: before and after with a sliding split, at full resolution; kernels to choose and to edit, chains of
// them; the arithmetic of the pixel under the cursor; the kernel's own source.
//
// The whole picture is filtered behind the window (engine/filter_run.h): the newest request wins. Tiles at full size
// are computed when they are seen, where a tile is cheap; a dear chain keeps its full-size result instead. The readouts
// at the cursor come from the same functions for one pixel; what is not there yet throws NotReady.
//
// A stage of the chain is a kernel, or one of the filters that are no sum of products (engine/nonlinear_filter.h). Of a
// chain of several, a strip of small pictures below the stage shows what each has made; one of them can be looked at in
// large, and its arithmetic.
//
// The camera's pictures take the place of the open one while it is on: any chain of filters, live.
//
// filters.cpp: state, commands, work.   filters_stage.cpp, filters_inspector.cpp: what is drawn. filters_nonlinear.cpp:
// settings and arithmetic of what is no sum. filters_layers.cpp: the tab of two layers made by hand beside learned
// ones.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/command/setting.h"
#include "app/network/camera_worker.h"
#include "app/pages/page.h"
#include "app/pages/picture_stage.h"
#include "app/worker/latest.h"
#include "engine/error.h"
#include "engine/explain/hand_detector.h"
#include "engine/filter.h"
#include "engine/filter_run.h"
#include "engine/walk/filter_walk.h"

namespace striate {

class FiltersPage : public Page {
 public:
  explicit FiltersPage(const PageContext& context);

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
  bool has_transport() const override { return true; }
  void draw_transport(Ui& ui, const Rect& area) const override;
  std::vector<Key> keys() const override;

 private:
  using Result = std::shared_ptr<FilteredPicture>;
  using WalkPtr = std::shared_ptr<const FilterWalk>;

  // What a chain was when its result was made.
  struct Snapshot {
    FilterChain chain;
    uint64_t revision = 0;
    Result result;
  };

  // ---- commands (filters.cpp) ----
  void declare_settings();
  void declare_kernel_commands(Registry& registry);
  void declare_chain_commands(Registry& registry);
  void declare_view_commands(Registry& registry);
  void declare_readouts(Registry& registry);
  void declare_nonlinear_settings();
  void declare_nonlinear_readouts(Registry& registry);
  void set_kernel(FilterStage& stage, std::string& name, const std::string& text) const;
  FilterStage& stage() { return state_.stage(); }
  const FilterStage& stage() const { return state_.stage(); }
  void changed();  // the chain is another one
  void declare_camera(Registry& registry);
  void turn_camera(bool on);
  void watch(double now);  // takes the camera's newest picture
  // Where the picture is: the open one, or what the camera sees.
  const Document& looked() const { return camera_on_ && live_.image ? live_ : context_.document; }
  void forget_picture();  // what was made of it
  void save(const std::string& path);
  std::string suggested_path() const;

  // ---- work (filters.cpp) ----
  void request_run();
  void request_strip();
  void take_results();
  void follow();  // the pixel under the cursor: at once, or behind where the chain is dear
  void hidden() override;
  const FilteredPicture& need_result();  // for readouts: throws NotReady while it is made
  const Range* range() const;            // of the present chain; null while min-max waits for it
  WalkPtr walk() const;                  // of the pixel under the cursor; null while it is computed behind
  WalkPtr need_walk();                   // the same for readouts
  uint64_t cells_key() const;
  void filter_cells();
  uint64_t walk_key() const;
  // The largest level of the result that is kept; tiles of those above it are computed when they are seen.
  int finest_kept() const;
  bool tiles_are_cheap() const { return finest_kept() > 0; }

  // ---- drawing ----
  PictureSource after_source(float zoom, float scale) const;
  void draw_split(Ui& ui, const Rect& area, const Rect& seen, float x, float cell) const;
  void draw_kernel(Ui& ui) const;
  void draw_cells(Ui& ui, const Rect& area, const View& view, float split_x) const;
  void draw_progress(Ui& ui, const Rect& area) const;
  void draw_source(Ui& ui, const Rect& area) const;
  std::string source_file() const;  // of the code tab: what state_.source comes to for the filter that is seen
  std::string source_text() const;
  void draw_filter_tab(Ui& ui) const;
  void draw_kernel_numbers(Ui& ui) const;
  void draw_chain(Ui& ui) const;
  void draw_pixel_tab(Ui& ui) const;
  void draw_terms(Ui& ui, const FilterWalk& walk, int channel) const;
  void draw_nonlinear_settings(Ui& ui) const;
  void draw_nonlinear_terms(Ui& ui, const FilterWalk& walk, int channel) const;
  void draw_order(Ui& ui, const FilterWalk& walk, int channel) const;
  void draw_unsharp(Ui& ui, const FilterWalk& walk, int channel) const;
  void draw_canny(Ui& ui, const FilterWalk& walk) const;
  size_t channel_of(const FilterWalk& walk) const;  // the one that is shown
  static std::string short_weight(double value);
  void draw_strip(Ui& ui, const Rect& area) const;

  // ---- two layers (filters_layers.cpp) ----
  // The first layer of a network that learned.
  struct Learned {
    std::string name;
    int channels = 1, rows = 1, columns = 1;
    std::vector<float> taps;                        // (filters, channels, rows, columns)
    std::vector<HandKernel> hand;                   // of its size
    std::vector<Resemblance> alike;                 // of each filter
    std::vector<double> gray(size_t filter) const;  // its channels added up
  };
  void declare_layers(Registry& registry);
  void need_layers();  // for readouts: throws Error where the tab is not shown
  void request_layers();
  void take_layers();
  size_t learned_filter() const;  // the chosen one; learned_ is there
  void draw_layers_stage(Ui& ui, const Rect& area) const;
  void draw_layers_tab(Ui& ui) const;
  void draw_code_tab(Ui& ui) const;
  std::string stage_name(size_t index) const;

  static constexpr int kMostComputed = 2;
  static constexpr double kCheapTile = 2.5e7;  // multiplications; 5 to 10 ms on two cores

  PageInfo info_;
  PageContext context_;
  PictureStage stage_view_;
  Document live_;  // what the camera sees: its picture alone
  bool camera_on_ = false, has_camera_ = false;
  double camera_looked_for_ = -1e9;

  // Everything that state() writes, but for the cursor.
  struct State {
    FilterChain chain;
    std::vector<std::string> names = {"edge"};  // of the stages: a preset's name, or empty for own numbers
    int selected = 0;                           // stage
    int upto = 0;  // the stage, from 1, whose result is seen at the first turn; 0: that of the whole chain
    double split = 0.5;
    std::string tab = "filter";
    std::string source = "kernels/image_filter_kernel.h";  // which file of the code tab
    int channel = 0;                                       // of the arithmetic: 0 red, 1 green, 2 blue
    std::string learned = "lenet5-digits";                 // whose first layer stands beside the one made by hand
    int learned_filter = 0;
    int walked = -1;  // products of the sum that are counted; -1: all
    FilterStage& stage() { return chain.stages[static_cast<size_t>(selected)]; }
    const FilterStage& stage() const { return chain.stages[static_cast<size_t>(selected)]; }
  };
  State state_;
  SettingsOf<State> settings_;

  // ---- work ----
  FilterChain seen_;         // the chain, or its part up to the stage that is looked at
  uint64_t revision_ = 1;    // counts up whenever that or the picture changes
  double tile_cost_ = 0;     // of one tile at full size
  uint64_t asked_ = 0;       // revision of the last request
  FilterChain asked_chain_;  // and its chain
  double asked_at_ = -10;    // and when it was made, seconds
  double now_ = 0;
  Snapshot shown_;  // the newest result
  std::shared_ptr<Stream> run_stream_, walk_stream_, save_stream_, strip_stream_,
      layers_stream_;             // each used by its worker alone
  std::optional<Error> failure_;  // why the last run has no result
  WalkPtr walk_;
  uint64_t walk_key_ = 0;         // what walk_ is of
  uint64_t walk_asked_ = 0;       // what the worker is at
  std::string saved_;             // the last file that was written
  View last_view_;                // of the last frame
  int hot_tap_ = -1;              // of the walk, under the mouse in the inspector
  uint64_t after_cells_key_ = 0;  // the result's numbers in the cells that are seen
  std::vector<uint8_t> after_cells_;
  CellRect after_cells_rect_;
  CellRect cells_wanted_;  // as the last frame found it; empty: none

  // Last: they use what stands above.
  Latest<Result> runner_;
  Latest<WalkPtr> walker_;
  Latest<std::string> saver_;
  // What each stage has made at the first turn, small; the last one what the whole chain has.
  std::vector<Result> strip_;
  uint64_t strip_of_ = 0, strip_asked_ = 0;  // revisions
  Latest<std::vector<Result>> stripper_;
  std::shared_ptr<const HandMaps> maps_;
  uint64_t maps_of_ = 0, maps_asked_ = 0;  // versions of the open picture
  std::shared_ptr<const Learned> learned_;
  std::string learned_asked_;
  Latest<std::shared_ptr<const HandMaps>> mapper_;
  Latest<std::shared_ptr<const Learned>> learner_;
  std::shared_ptr<CameraWorker> camera_;
  Latest<std::shared_ptr<Pyramid>> frames_;
};

PageKind filters_page();

}  // namespace striate
