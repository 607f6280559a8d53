// Pixels: a picture is a grid of numbers. Zooming in turns the picture into its numbers, the inspector reads the pixel
// under the cursor in every common way, and a card shows what number types make of 200 + 100.
#pragma once

#include <string>

#include "app/command/setting.h"
#include "app/pages/page.h"
#include "app/pages/picture_count.h"
#include "app/pages/picture_stage.h"
#include "engine/color_view.h"
#include "engine/image_statistics.h"

namespace striate {

class PixelsPage : public Page {
 public:
  explicit PixelsPage(const PageContext& context);

  const PageInfo& info() const override { return info_; }
  void declare(Registry& registry) override;
  std::vector<std::string> state() const override;
  bool update(double /*now*/) override { return count_.update(state_.view); }
  bool busy() const override { return count_.busy(is_shown()); }
  void image_changed() override;
  void draw_stage(Ui& ui, const Rect& area) const override;
  void drawn(const Drawn& frame) override { stage_.drawn(frame); }
  void draw_inspector(Ui& ui) const override;
  bool has_transport() const override { return true; }
  void draw_transport(Ui& ui, const Rect& area) const override { stage_.draw_transport(ui, area); }
  std::vector<Key> keys() const override;

 private:
  struct State {
    ColorView view;  // its change's operand is the second number of the number types card
    NumberFormat format = NumberFormat::decimal;
    std::string panel = "picture";  // what the inspector's lower part shows: picture, spaces, weights, types
    uint8_t a = 200;                // the first number of the number types card
  };

  const uint8_t* cursor_pixel() const;
  PictureSource source() const;
  void declare_settings();
  void declare_readouts(Registry& registry);
  void declare_number_types(Registry& registry);
  void take(State next);
  const ChannelStatistics& need_statistics();
  void hidden() override { count_.hidden(); }

  void draw_pixel(Ui& ui) const;
  void draw_other_spaces(Ui& ui) const;
  void draw_look(Ui& ui) const;
  void draw_histogram(Ui& ui) const;
  void draw_facts(Ui& ui) const;
  void draw_weights(Ui& ui) const;
  void draw_number_types(Ui& ui) const;

  PageInfo info_;
  PageContext context_;
  PictureStage stage_;
  State state_;
  SettingsOf<State> settings_;

  PictureCount count_;  // in the space that is shown
};

PageKind pixels_page();

}  // namespace striate
