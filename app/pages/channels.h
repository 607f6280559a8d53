// Channels: a color picture is three gray ones. Shows them apart, with a gain and a histogram each, puts them together
// again, lights the pixels of a brushed range, and shows in which order programs keep the values in memory.
#pragma once

#include "app/command/setting.h"
#include "app/pages/page.h"
#include "app/pages/picture_count.h"
#include "app/pages/picture_stage.h"
#include "engine/channel_view.h"
#include "engine/image_statistics.h"
#include "engine/memory_order.h"

namespace striate {

class ChannelsPage : public Page {
 public:
  explicit ChannelsPage(const PageContext& context);

  const PageInfo& info() const override { return info_; }
  void declare(Registry& registry) override;
  std::vector<std::string> state() const override;
  bool update(double now) override;
  bool busy() const override { return count_.busy(is_shown()); }
  void image_changed() override;
  void draw_stage(Ui& ui, const Rect& area) const override;
  void drawn(const Drawn& frame) override { stage_.drawn(frame); }
  void draw_inspector(Ui& ui) const override;
  bool has_transport() const override { return true; }
  void draw_transport(Ui& ui, const Rect& area) const override { stage_.draw_transport(ui, area); }
  std::vector<Key> keys() const override;

 private:
  const ChannelStatistics& need_plane(int c);   // after its gain; throws NotReady until it is counted
  const ChannelStatistics& plane(int c) const;  // the same, where it is there
  void hidden() override { count_.hidden(); }
  bool gray() const;  // the open picture has one plane
  void apply_gains_to_counts();
  void declare_settings();
  void declare_readouts(Registry& registry);
  PictureSource source(std::string key, const ChannelView& view) const;

  void draw_plane(Ui& ui, const Rect& area, int c) const;
  void draw_show(Ui& ui) const;
  void draw_gains(Ui& ui) const;
  void draw_brush(Ui& ui) const;
  void draw_pixel(Ui& ui) const;
  void draw_memory(Ui& ui) const;
  void draw_bytes(Ui& ui, const Rect& area, int y, int c) const;

  PageInfo info_;
  PageContext context_;
  PictureStage stage_;
  struct State {
    ChannelView view;
    std::string panel = "mix";  // what the inspector's lower part shows: gains and brush, or the order in memory
    MemoryOrder order = MemoryOrder::hwc;
  };
  State state_;
  SettingsOf<State> settings_;
  ChannelTables tables_;

  PictureCount count_;      // of the planes as stored
  ImageStatistics planes_;  // the same after the gains; empty while they are not counted
};

PageKind channels_page();

}  // namespace striate
