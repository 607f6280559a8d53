// One task, three layers: dense, locally connected, convolution. They learn side by side; a digit is shifted, scaled
// and turned, and one sees who still knows it. Then Fukushima's Neocognitron, which had the idea.
//
// sharing_page.cpp: state, update.  sharing_commands.cpp: commands, readouts.  layers_stage.cpp: the views layers and
// map.  neocognitron_stage.cpp: the view neocognitron.  sharing_inspector.cpp.  sharing_job.h, neocognitron_job.h: what
// runs behind the window.  neocognitron_memory.h: what it was given to learn, as text.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "app/command/setting.h"
#include "app/drawing/digit_pad.h"
#include "app/pages/page.h"
#include "app/pages/sharing/neocognitron_job.h"
#include "app/pages/sharing/sharing_job.h"
#include "app/widgets/geometry.h"
#include "app/widgets/hover_note.h"
#include "engine/neocognitron/neocognitron_cell.h"

namespace striate {

class SharingPage : public Page {
 public:
  explicit SharingPage(const PageContext& context);

  const PageInfo& info() const override { return info_; }
  void declare(Registry& registry) override;
  std::vector<std::string> state() const override { return settings_.state(); }
  std::vector<std::string> replay() const override;
  bool update(double now) override;
  bool busy() const override;
  bool goes_on() const override { return learning(); }
  void draw_stage(Ui& ui, const Rect& area) const override;
  void draw_inspector(Ui& ui) const override;
  std::vector<Key> keys() const override;

 protected:
  void hidden() override;

 private:
  static constexpr int kUsualSteps = 300;
  struct State {
    int view = 0;  // layers, map, neocognitron
    std::string data = "digits";
    int64_t digit = 0;
    SharingMove move;
    SharingTie tie = SharingTie::free;
    int filter = 0, tap_row = 2, tap_column = 2;
    int row = 14, column = 14;                                // a place of the maps: whose tile is summed
    bool strongest = true;                                    // both follow the largest gradients
    int layer = 0, plane = 0, cell_row = 7, cell_column = 7;  // a cell of the Neocognitron; layers S1 C1 S2 C2 S3 C3
    bool use_drawing = false;
    std::array<double, 3> selectivity{};
    NeocognitronFormula formula = NeocognitronFormula::right;
  };
  void commit(State next);
  SharingRequest request() const;
  NeocognitronRequest neocognitron_request() const;
  bool of_neocognitron() const { return state_.view == 2; }
  bool learning() const { return until_ > 0 && (!moment_ || moment_->step < until_ || moment_->of.start != start_); }
  // What was asked for last, whole; throws NotReady and asks where it is on its way, Error where it failed.
  const SharingMoment& need();
  const SharingMoment& need_accuracy();
  const SharingMoment& need_place();  // and the place and the weight that are shown
  void find_strongest();
  const NeocognitronMoment& need_neocognitron();
  bool ask();  // for what is stale; true where something is
  bool ask_neocognitron();
  void start();
  void learn(NeocognitronAct act);

  // sharing_commands.cpp
  void declare_settings();
  void declare_commands(Registry& registry);
  void declare_readouts(Registry& registry);
  int layer_of(const std::string& words) const;  // "S2" or 2
  const NeocognitronMaps::Map& cells(const NeocognitronMoment& moment, int layer) const;

  // layers_stage.cpp; `height` of what can be seen of the stage
  void draw_layers(Ui& ui, float height) const;
  void draw_layer(Ui& ui, SharingLayer layer, float height, HoverNote& note) const;
  void draw_gradient(Ui& ui, float height, HoverNote& note) const;
  void draw_digit(Ui& ui, const Rect& area) const;
  void draw_digit_words(Ui& ui) const;
  void draw_map(Ui& ui, float height) const;
  struct ShiftMap {
    std::string title, name;  // name: in its label
    const std::vector<int>& classes;
    int rows, label;
    std::string why;  // instead of a count, where there is no map
  };
  void draw_shifts(Ui& ui, Rect area, const ShiftMap& map, HoverNote& note) const;
  // neocognitron_stage.cpp
  void draw_neocognitron(Ui& ui, float height, HoverNote& note) const;
  void draw_score(Ui& ui) const;
  void draw_cell(Ui& ui, float height) const;
  void draw_formula(Ui& ui, const NeocognitronCell& cell) const;
  void draw_winners(Ui& ui) const;
  // sharing_inspector.cpp
  void draw_learning(Ui& ui) const;
  void draw_move(Ui& ui) const;
  void draw_teaching(Ui& ui) const;
  void draw_formulas(Ui& ui) const;

  PageInfo info_;
  PageContext context_;
  State state_;
  SettingsOf<State> settings_;
  DigitPad pad_{"sharing.neocognitron.draw"};
  uint64_t start_ = 1;
  int64_t until_ = 0;        // steps to learn up to
  bool waited_for_ = false;  // by `sharing.until`
  std::vector<NeocognitronAct> acts_;

  SharingJob job_;
  SharingMomentPtr moment_;
  std::optional<SharingRequest> asked_;
  std::optional<Error> failed_;
  NeocognitronJob neocognitron_job_;
  NeocognitronMomentPtr neocognitron_;
  std::optional<NeocognitronRequest> neocognitron_asked_;
  std::optional<Error> neocognitron_failed_;
  bool score_wanted_ = false;  // somebody reads how many unseen digits it knows
};

PageKind sharing_page();

}  // namespace striate
