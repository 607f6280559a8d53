// A network that somebody else trained, looked at on one picture: what it receives, what it answers, what each layer
// costs, its blocks taken apart, a logit unrolled into what made it, a second network beside it, a folder swept. The
// network is the document's open one (network/network_in_use.h): what is cut out here is cut out for every page.
//
// pretrained.cpp: state, commands.  pretrained_work.cpp: what is computed behind the window.  pretrained_readouts.cpp.
// One file for each view of the stage: pretrained_input, _layers, _block, _unroll, _against, _folder, _history;
// pretrained_stage.cpp has what stands above them all, pretrained_inspector.cpp the right side.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/command/setting.h"
#include "app/network/measured_times.h"
#include "app/network/network_in_use.h"
#include "app/pages/layer_table.h"
#include "app/pages/page.h"
#include "app/pages/pretrained/folder_sweep.h"
#include "app/widgets/hover_note.h"
#include "app/widgets/tensor_grid.h"
#include "app/worker/latest.h"
#include "engine/explain/contributions.h"
#include "engine/network/blocks.h"

namespace striate {

class PretrainedPage : public Page {
 public:
  explicit PretrainedPage(const PageContext& context);

  const PageInfo& info() const override { return info_; }
  void declare(Registry& registry) override;
  std::vector<std::string> state() const override;
  bool update(double now) override;
  bool busy() const override;
  void image_changed() override;
  void draw_stage(Ui& ui, const Rect& area) const override;
  void drawn(const Drawn& frame) override;
  void draw_inspector(Ui& ui) const override;
  std::vector<Key> keys() const override;
  size_t held() const override;
  void release() override;

 private:
  struct State {
    std::string view = "layers";
    std::string order = "wrong";         // of a folder's pictures
    std::string layer = "0";             // whose maps are shown: its number or name
    std::string block;                   // any layer of the block that is shown; empty: the first one
    std::string unroll_class;            // empty: the best one
    std::string unroll_layer;            // empty: the last one before the pooling
    int channel = -1;                    // whose places are shown; -1: all channels together
    std::string against, against_stamp;  // NAME|FILE; empty: none
    std::string folder;                  // empty: none
    friend bool operator==(const State&, const State&) = default;
  };

  NetworkInUse& network() const { return *context_.document.network; }
  // A moment with an answer; null: there is none.
  NetworkMomentPtr answered() const;
  void declare_settings();
  void declare_open(Registry& registry);
  void declare_blocks(Registry& registry);
  void declare_readouts(Registry& registry);
  void show_view(const std::string& view) { state_.view = view; }

  // What is chosen of a network: nodes.
  int chosen_node(const NetworkMoment& moment) const;
  const NetworkBlock* chosen_block(const NetworkMoment& moment) const;        // null: it has no blocks
  static int class_of(const NetworkMoment& moment, const std::string& text);  // throws Error
  int unrolled_class(const NetworkMoment& moment) const;                      // throws Error
  int unrolled_node(const NetworkMoment& moment) const;                       // throws Error

  // pretrained_work.cpp: each asks for what is stale, and takes what is there.
  bool update_preview(const NetworkMoment& moment);
  bool update_block(const NetworkMoment& moment);
  bool update_unrolled(const NetworkMoment& moment);
  bool update_against(const NetworkMoment& moment);
  bool update_sweep(const NetworkMoment& moment);
  static std::vector<size_t> sorted(const std::vector<SweptPicture>& pictures, const std::string& order);

  struct Unrolled {
    std::string key;
    std::optional<Error> why;  // there are none
    Contributions parts;
    std::vector<double> channels;  // what each contributed
    std::vector<int> order;        // the strongest first
    std::vector<float> places;     // of all channels together
    int64_t rows = 1, columns = 1;
    uint64_t serial = 0;  // no two are alike; may be of the moment before the one that is shown
  };
  const Unrolled& need_unrolled();
  std::string against_key(const NetworkMoment& moment) const;
  std::string unroll_key(const NetworkMoment& moment, int of, int node) const;

  struct BlockNorms {
    uint64_t version = 0;
    int join = -1;
    double x = 0, straight = 0, residual = 0, sum = 0;
  };
  BlockNorms norms_of(const NetworkMoment& moment, const NetworkBlock& block) const;

  // The views.
  float picture_height(float width, const NetworkMoment& moment) const;  // of the larger one above the views
  void draw_top(Ui& ui, Rect area, const NetworkMoment& moment) const;
  void draw_both_answers(Ui& ui, Rect area, const NetworkMoment& moment) const;
  void draw_picture(Ui& ui, const Rect& area, const NetworkMoment& moment) const;
  void draw_crop(Ui& ui, const Rect& place, const NetworkMoment& moment, float scale) const;
  void draw_input(Ui& ui, Rect area, const NetworkMoment& moment) const;
  void draw_layers(Ui& ui, Rect area, const NetworkMoment& moment, HoverNote& note) const;
  void draw_block(Ui& ui, Rect area, const NetworkMoment& moment, HoverNote& note) const;
  void draw_block_graph(Ui& ui, Rect area, const NetworkMoment& moment, const NetworkBlock& block) const;
  void draw_block_maps(Ui& ui, Rect area, const NetworkMoment& moment, const NetworkBlock& block,
                       HoverNote& note) const;
  void draw_unroll(Ui& ui, Rect area, const NetworkMoment& moment, HoverNote& note) const;
  void draw_channels(Ui& ui, Rect area, const NetworkMoment& moment, const Unrolled& made) const;
  void draw_places(Ui& ui, Rect area, const NetworkMoment& moment, const Unrolled& made, HoverNote& note) const;
  void draw_against(Ui& ui, Rect area, const NetworkMoment& moment) const;
  void draw_folder(Ui& ui, Rect area, const NetworkMoment& moment) const;
  void draw_history(Ui& ui, Rect area) const;
  // The inspector.
  void draw_choice(Ui& ui) const;
  void draw_facts(Ui& ui, const NetworkMoment& moment) const;
  void draw_image(Ui& ui, const NetworkMoment* moment) const;
  void draw_crop_fields(Ui& ui, const NetworkMoment& moment) const;
  void draw_controls(Ui& ui, const NetworkMoment& moment) const;

  PageInfo info_;
  PageContext context_;
  State state_;
  SettingsOf<State> settings_;

  ShownLayer shown_;
  int revealed_ = -1;
  std::vector<NetworkBlock> blocks_;
  std::string blocks_of_;  // network_key

  struct Preview {  // the picture itself, small
    ImagePtr of;
    Shape shape;
    std::vector<float> pixels;
    uint64_t version = 0;
  };
  std::shared_ptr<const Preview> preview_;
  ImagePtr preview_asked_;
  uint64_t previews_ = 0;

  MeasuredTimes times_;
  BlockNorms norms_;
  struct BlockScale {
    uint64_t version = 0;
    int join = -1;
    float limit = 1;
  } block_scale_;

  std::shared_ptr<const Unrolled> unrolled_;
  uint64_t unrolls_ = 0;
  std::string unroll_asked_;
  bool unroll_wanted_ = false;

  struct Other {
    std::string key;
    std::optional<Error> why;
    NetworkMomentPtr moment;
    LayerTimes times;
  };
  std::shared_ptr<NetworkWorker> other_worker_;
  std::shared_ptr<const Other> other_;
  std::string other_asked_;
  bool other_wanted_ = false;

  FolderSweep sweep_;
  std::vector<size_t> swept_order_;
  std::string swept_by_;
  // Last: they use the above.
  Latest<std::shared_ptr<const Preview>> preview_work_;
  Latest<std::shared_ptr<const Unrolled>> unroll_work_;
  Latest<std::shared_ptr<const Other>> other_work_;
};

PageKind pretrained_page();

}  // namespace striate
