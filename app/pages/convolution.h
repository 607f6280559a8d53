// The convolution page: a kernel steps over a padded input and every product, every sum and every border can be seen.
// Input, kernel and output are grids of numbers; hovering one lights the other two. Picture and printed sum come from
// one function (engine/walk).
//
// convolution.cpp: state.   convolution_commands.cpp, convolution_settings.cpp, convolution_readouts.cpp: what can be
// done and read.   convolution_stage.cpp, convolution_kernel.cpp: the three grids.   convolution_sum.cpp: a cell's
// arithmetic and cards.   convolution_inspector.cpp: everything that can be set.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/command/setting.h"
#include "app/pages/cell_player.h"
#include "app/pages/page.h"
#include "app/shell/theme.h"
#include "app/widgets/cell_card.h"
#include "app/widgets/drawn.h"
#include "engine/number_rows.h"
#include "engine/walk/convolution_walk.h"
#include "engine/walk/printed_sum.h"

namespace striate {

struct LinkedGrid;

class ConvolutionPage : public Page {
 public:
  explicit ConvolutionPage(const PageContext& context);

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
  // A cell whose card stays.
  struct Pin {
    std::string grid = "output";  // output, input or kernel
    int channel = 0, row = 0, column = 0;
    bool operator==(const Pin& other) const = default;
  };

  // Everything that state() writes.
  struct State {
    std::string input = "deck";       // deck, slide, portrait, image, or numbers
    int x = 0, y = 0;                 // image: the region's corner in the open picture
    bool color = false;               // image: three slices instead of gray
    std::string kernel = "gaussian";  // a preset's name, or empty for own numbers
    Convolution convolution;
    int slice = 0;    // the channel whose products are shown
    int walked = -1;  // terms of the sum that are counted; -1: all
    Show show = Show::clip;
    std::string tool = "drag";  // what a drag on a grid does: drag or paint
    double paint = 255;
    std::vector<Pin> pins;
  };

  // ---- state (convolution.cpp) ----
  void reset();  // to how the page opens
  void declare_input_commands(Registry& registry);
  void declare_kernel_commands(Registry& registry);
  void declare_settings();
  void declare_padding_command(Registry& registry);
  void declare_looking_commands(Registry& registry);
  void declare_readouts(Registry& registry);
  void set_input(State& state, const std::string& text) const;
  void pick_region(State& state, int x, int y) const;  // as large as the input is now
  void resize_input(State& state, int columns, int rows) const;
  static void set_planes(State& state, const NumberRows& planes);
  static void set_groups(State& state, int groups);  // and as many outputs, all with the same bias
  // Fits the kernel's slices to the number of input channels: one is used for all, missing ones repeat the first.
  static void fit_slices(State& state, const std::vector<double>& old, int slices);
  void commit(State state);  // checks and computes; throws Error and changes nothing where it is illegal
  const ConvolutionGeometry& geometry() const { return state_.convolution.geometry; }
  NumberRows kernel_rows() const;
  NumberRows input_rows() const;
  int output_of(int channel) const { return channel / geometry().group_channels(); }
  int taps() const { return geometry().kernel_height * geometry().kernel_width; }  // of one slice
  // Of the output that the shown channel belongs to.
  ConvolutionWalk walk_at(int row, int column) const {
    return walk_convolution(state_.convolution, output_of(state_.slice), row, column);
  }
  PrintedSum printed(const ConvolutionWalk& walk, int digits) const;
  double kernel_sum() const;
  std::string parameters() const;        // "(3*3*3/1 + 1)*1 = 28"
  void check_pin(const Pin& pin) const;  // throws Error where the page has no such cell

  // ---- drawing ----
  LinkedGrid input_grid(Ui& ui, int channel) const;
  LinkedGrid kernel_grid(Ui& ui, int channel) const;
  LinkedGrid output_grid(Ui& ui, int output) const;
  void draw_turning(Ui& ui, int channel, const Rect& place, float cell, float turn) const;
  std::vector<std::string> notes_below() const;  // below the output: the size formula, the channels' sums
  void draw_cell_sum(Ui& ui) const;
  void draw_channel_sum(Ui& ui, int channel, bool at_cursor) const;
  void draw_result(Ui& ui, bool at_cursor) const;
  void draw_pins(Ui& ui) const;
  CellCard card_of(Ui& ui, const Pin& pin) const;
  void draw_kernel_settings(Ui& ui) const;
  void draw_sliding(Ui& ui) const;
  void draw_input_settings(Ui& ui) const;
  void draw_result_settings(Ui& ui) const;
  ConvolutionWalk shown_walk() const;  // of the output cell whose window is drawn: hovered, or the cursor's
  void look();                         // active_ and what is printed of it
  // The tap by which an output cell reads an input cell, or -1.
  int feeding_tap(int from_row, int from_column, int row, int column) const;
  bool counted(int tap) const;                 // on the walk through the sum
  std::string input_words(int channel) const;  // what a tooltip says of the cell under the mouse
  std::string kernel_words(int channel) const;
  std::string output_words() const;
  std::string channel_name(int channel) const;
  std::string grid_name(const std::string& grid, int channel) const;  // its label
  std::string focus_label(const std::string& grid) const;             // of the grid with the shown channel
  Color gray_of(double value, bool output) const;
  int tap_at(int channel, int row,
             int column) const;  // of the active window on this input cell, over all slices; or -1
  std::string cell_text(double value) const;

  PageInfo info_;
  PageContext context_;
  State state_;
  SettingsOf<State> settings_;
  CellPlayer player_;  // the cursor: an output cell
  ConvolutionPicture picture_;
  double low_ = 0, high_ = 255;              // input values that are black and white
  double output_low_ = 0, output_high_ = 0;  // of all output values before the display mode

  FoundCell hover_;         // as the last frame found it; output: its channel; chip: column is the tap's index
  ConvolutionWalk active_;  // the walk of the cell that is looked at
  PrintedSum active_sum_;   // and what is printed of it
  std::string focus_;       // the grid that gets the keyboard in the next frame
};

PageKind convolution_page();

}  // namespace striate
