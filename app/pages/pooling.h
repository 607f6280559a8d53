// The pooling page: a window steps over the input and keeps its maximum or its mean. It shows which input won, where a
// gradient goes back to, and what stays the same when the input is shifted by a cell. Picture and printed numbers come
// from one function (engine/walk).
//
// pooling.cpp: state.   pooling_commands.cpp: commands and readouts.
// pooling_draw.cpp: the stage.   pooling_inspector.cpp: the inspector and the cards.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "app/command/setting.h"
#include "app/pages/cell_player.h"
#include "app/pages/page.h"
#include "app/shell/theme.h"
#include "app/widgets/cell_card.h"
#include "app/widgets/drawn.h"
#include "engine/walk/pooling_walk.h"
#include "engine/walk/printed_sum.h"

namespace striate {

struct LinkedGrid;

class PoolingPage : public Page {
 public:
  explicit PoolingPage(const PageContext& context);

  const PageInfo& info() const override { return info_; }
  void declare(Registry& registry) override;
  std::vector<std::string> state() const override;
  bool update(double now) override;
  void drawn(const Drawn& frame) override { hover_ = frame.cell, focus_.clear(); }
  void image_changed() override;
  void draw_stage(Ui& ui, const Rect& area) const override;
  void draw_inspector(Ui& ui) const override;
  bool has_transport() const override { return true; }
  void draw_transport(Ui& ui, const Rect& area) const override { player_.draw_transport(ui, area); }
  std::vector<Key> keys() const override;

 private:
  void hidden() override { player_.pause(); }
  struct Pin {                    // a cell whose card stays
    std::string grid = "output";  // output or input
    int row = 0, column = 0;
    bool operator==(const Pin& other) const = default;
  };
  struct State {
    std::string input = "deck";  // deck, portrait, image, or numbers
    int x = 0, y = 0;            // image: the region's corner
    Pooling pooling;             // as it is set; the input is not shifted
    int shift_x = 0, shift_y = 0;
    std::string view = "forward";  // forward, gradient, shift
    std::string tool = "drag";     // what a drag over the input does: drag or paint
    double paint = 9;
    std::vector<Pin> pins;
  };

  void reset();  // to how the page opens
  void declare_settings();
  void declare_input_commands(Registry& registry);
  void declare_looking_commands(Registry& registry);
  void declare_readouts(Registry& registry);
  void set_input(State& state, const std::string& text) const;
  void commit(State state);  // checks and computes; throws Error and changes nothing where it is illegal
  const PoolGeometry& geometry() const { return state_.pooling.geometry; }
  Pooling shifted_pooling() const;
  int kept_cells() const;  // output cells that are the same after the shift
  void resize_input(State& state, int columns, int rows) const;
  void check_pin(const Pin& pin) const;  // throws Error where the page has no such cell
  std::function<void(const Arguments&)> setting(std::function<void(State&, const Arguments&)> change);

  bool covers(int p, int q, int row, int column) const;  // output (p, q)'s window reads input (row, column)
  Color gray_of(double value) const;
  PoolingWalk shown_walk() const;  // of the output cell under the mouse, or at the cursor
  LinkedGrid input_grid(Ui& ui, bool shifted) const;
  LinkedGrid output_grid(Ui& ui, bool shifted) const;
  LinkedGrid gradient_grid(Ui& ui, bool output) const;
  void draw_window(Ui& ui) const;  // the window's arithmetic
  void draw_views(Ui& ui) const;
  void draw_settings(Ui& ui) const;
  void draw_input_settings(Ui& ui) const;
  CellCard card_of(Ui& ui, const Pin& pin) const;
  PrintedSum printed(const PoolingWalk& walk) const;
  std::string numbers_of(const PoolingWalk& walk) const;  // "max(2, 2, 9, 4)", "(2 + 2 + 9 + 4) / 4"
  std::string input_words() const;                        // what a tooltip says of the cell under the mouse
  std::string output_words() const;

  PageInfo info_;
  PageContext context_;
  State state_;
  SettingsOf<State> settings_;
  CellPlayer player_;  // the cursor: an output cell
  PoolingPicture picture_, shifted_;
  std::vector<double> gradient_;  // of the input, when every output cell's gradient is 1
  double low_ = 0, high_ = 255;
  FoundCell hover_;     // as the last frame found it
  PoolingWalk active_;  // shown_walk() of this frame
  std::string focus_;   // the grid that gets the keyboard in the next frame
};

const char* pool_kind_name(PoolKind kind);  // max, average, global

PageKind pooling_page();

}  // namespace striate
