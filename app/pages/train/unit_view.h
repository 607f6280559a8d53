// The view `unit`: any unit of the network opened with the real numbers of the network that is training: which values
// of which slice, which weights, which products, which sum, which bias, which activation. Weights can be changed while
// it trains. Input, kernel and output are the grids of the convolution page; hovering one lights the other two.
//
// A convolution is shown as one window, or with all its channels: one row per input channel (map, kernel, product),
// then the sum, the bias, the result. A map that was opened by a click shows all channels.
//
// unit_view.cpp: state.   unit_commands.cpp: settings, commands, readouts.   unit_stage.cpp: the grids.
// unit_channels.cpp: the rows.   unit_outputs.cpp: what goes out.   unit_inspector.cpp: the sum, the weight card.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/command/setting.h"
#include "app/pages/train/network_values.h"
#include "app/pages/train/train_view.h"
#include "app/widgets/drawn.h"
#include "app/widgets/hover_note.h"
#include "engine/walk/channel_walk.h"
#include "engine/walk/printed_sum.h"

namespace striate {

class UnitView : public TrainView {
 public:
  explicit UnitView(const TrainScene& scene) : scene_(scene) {}

  std::string id() const override { return "unit"; }
  std::string title() const override { return N_("Unit"); }
  std::string help() const override {
    return "Any value of the network as its sum: which pixels, which weights, which bias, which activation";
  }
  void declare(Registry& registry) override;
  std::vector<std::string> state() const override { return settings_.state(); }
  bool update(double now) override;
  void subscribe(const TrainSnapshot& now, TrainSubscription& subscription) const override;
  void draw_stage(Ui& ui, const Rect& area, const TrainSnapshot& now) const override;
  void draw_inspector(Ui& ui, const TrainSnapshot& now) const override;
  void drawn(const Drawn& frame) override;
  std::vector<Page::Key> keys() const override;

 private:
  // Numbers are clamped to what the network has when they are used.
  struct State {
    int node = -1;              // -1: the first layer with weights
    int filter = 0, slice = 0;  // unit or output channel; input channel
    int row = -1, column = -1;  // output cell; -1: the middle
    int weight_row = 0, weight_column = 0;
    bool batch = false;  // a sample of the batch, not the probe
    int sample = 0;
    int walked = -1;        // terms that are counted; -1: all
    bool channels = false;  // a row per input channel, not one window
  };

  // What is looked at, resolved against a snapshot: how the unit's inputs lie in slices of rows and columns.
  struct Opened {
    NetworkValues values;
    int node = 0, input = 0;
    int filter = 0, slice = 0, row = 0, column = 0;
    int weight_row = 0, weight_column = 0;
    bool conv = false, dense = false;
    bool batch = false;  // of a sample of the batch, not of the probe
    bool rows = false;   // a row per input channel
    int groups = 1;
    UnitSizes out, in;                  // in: of the arrangement, a dense layer's flat input as the slices it came from
    int out_rows = 1, out_columns = 1;  // as they are drawn
    bool listed = false;                // the output is a list: its cells are its channels
    bool flat = false;                  // so is the input, of a layer that is neither conv nor dense
    int slices = 1;                     // that the unit reads
    int first_slice = 0;                // conv
    // Of other layers: where what the unit reads lies, an input and a channel there for each slice.
    struct Source {
      int input = 0, channel = 0;
      friend bool operator==(const Source&, const Source&) = default;
    };
    std::vector<Source> sources;
    int kernel_rows = 1, kernel_columns = 1;  // conv, dense: of the weights of one slice
    int per_slice = 1;                        // terms
    Conv2dShape geometry;                     // conv
    std::string weight_name, bias_name;       // tensors; empty: none
    UnitWalk walk;
    PrintedSum printed;                        // form products
    int64_t weight_index(int r, int s) const;  // of the shown filter and slice; -1: none
    const UnitTerm* term(int r, int s) const;  // of the shown slice; null: none
    int first_term() const { return conv || dense ? slice * per_slice : 0; }
    int terms_shown() const { return conv || dense ? per_slice : static_cast<int>(walk.terms.size()); }
    int channel() const;  // of the input that is drawn: its slice
    // Where the cell of a term stands in the drawn slice, if it does: rows and columns of padding are negative.
    bool place_of(const UnitTerm& t, int* row, int* column) const;
    // The term that reads each cell of the drawn slice, without padding, counted from first_term(); -1: none.
    std::vector<int> taps() const;
  };
  enum class UnitTaps { window, weights, products };  // of the slice that is shown

  std::optional<Opened> open(const TrainSnapshot& now, std::string* why, bool hovered = true);
  Opened opened();  // of the newest snapshot, at the cursor; throws Error where there is nothing
  // What this frame shows of a snapshot; null: update() has not seen it, or nothing can be opened.
  const Opened* shown(const TrainSnapshot& now) const { return opened_ && latest_.get() == &now ? &*opened_ : nullptr; }
  static void arrange(Opened& o);
  void arrange_sources(Opened& o) const;
  const UnitWalk& walk_at(const TrainSnapshot& now, const Opened& o, const UnitPlace& place);
  static void print(Opened& o);
  std::vector<std::pair<int, UnitWalk>> chain(const Opened& o) const;  // what comes straight after it
  static std::string lit(const Opened& o);
  void declare_settings();
  void declare_commands(Registry& registry);
  void declare_readouts(Registry& registry);

  // What channels_ was computed from.
  struct ChannelKey {
    uint64_t run = 0, version = 0;
    const float* input = nullptr;
    const float* weights = nullptr;
    int node = -1, sample = 0, filter = 0;
    friend bool operator==(const ChannelKey&, const ChannelKey&) = default;
  };
  const ChannelWalk* channel_walk(const Opened& o) const;
  void walk_rows(const TrainSnapshot& now, const Opened& o);  // makes it
  void draw_channels(Ui& ui, const Rect& area, const Opened& o) const;
  void draw_channel_rows(Ui& ui, const Rect& area, const Opened& o, const ChannelWalk& walk, HoverNote& note) const;
  void draw_channel_sum(Ui& ui, const Rect& area, const Opened& o, const ChannelWalk& walk, HoverNote& note) const;

  void draw_head(Ui& ui, const Rect& area, const TrainSnapshot& now, const Opened& o) const;
  void draw_grids(Ui& ui, const Rect& area, const Opened& o) const;
  LinkedGrid input_grid(Ui& ui, const Opened& o) const;
  LinkedGrid kernel_grid(Ui& ui, const Opened& o, UnitTaps what) const;
  LinkedGrid output_grid(Ui& ui, const Opened& o) const;
  void gather(const Opened& o);
  void draw_strips(Ui& ui, const Rect& area, const TrainSnapshot& now, const Opened& o) const;
  static void draw_choice(Ui& ui, const Opened& o);
  static std::string term_name(const TrainSnapshot& now, const Opened& o, const UnitTerm& t);
  void draw_sum(Ui& ui, const TrainSnapshot& now, const Opened& o) const;
  int lit_term(const Opened& o) const;
  void draw_weight(Ui& ui, const TrainSnapshot& now, const Opened& o) const;

  const TrainScene& scene_;
  Registry* registry_ = nullptr;
  State state_;
  SettingsOf<State> settings_{"train.unit", state_, Undo::none};
  TrainSnapshotPtr latest_, previous_;  // two different steps of one run: what a weight changed by
  double now_ = 0;
  FoundCell hover_;               // as the last frame found it; chip: column is the term's index
  std::optional<Opened> opened_;  // of latest_
  std::string why_;               // where there is none
  ChannelWalk channels_;
  ChannelKey channel_key_;
  uint64_t channel_version_ = 0;
  // The walk that was last looked at, and what it was made from.
  struct WalkKey {
    const TrainSnapshot* snapshot = nullptr;
    uint64_t run = 0, version = 0;
    const float* output = nullptr;
    bool batch = false;
    int node = -1, sample = 0, filter = 0, row = 0, column = 0;
    friend bool operator==(const WalkKey&, const WalkKey&) = default;
  };
  UnitWalk walk_;
  WalkKey walk_key_;
  std::vector<float> gathered_;  // the slices of a unit that is neither conv nor dense, one after another; empty: none
  int revealed_slice_ = 0;       // the row that was scrolled to
};

std::unique_ptr<TrainView> make_unit_view(const TrainScene& scene);

}  // namespace striate
