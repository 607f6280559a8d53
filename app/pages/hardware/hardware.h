// Why a GPU: kernels of this program, run in slow motion over the open picture. What a warp reads and writes at each
// step of its source, in how many sectors and banks; what goes wrong without a barrier; what it takes here, measured.
//
// hardware.cpp: state, update.  hardware_commands.cpp: settings, commands.  hardware_readouts.cpp.
// hardware_stage.cpp: pictures, blocks, warps.  hardware_memory.cpp: sectors and banks.  hardware_source.cpp: the
// kernel's source.  hardware_race.cpp: times.  hardware_platform.cpp.  hardware_inspector.cpp.  hardware_work.h and
// hardware_measure.h: what is computed and measured behind the window.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/command/setting.h"
#include "app/pages/hardware/hardware_measure.h"
#include "app/pages/hardware/hardware_work.h"
#include "app/pages/page.h"
#include "app/widgets/geometry.h"
#include "app/widgets/hover_note.h"
#include "app/widgets/picture.h"
#include "app/worker/latest.h"
#include "engine/error.h"
#include "engine/hardware/teach_grid.h"

namespace striate {

class HardwarePage : public Page {
 public:
  explicit HardwarePage(const PageContext& context);

  const PageInfo& info() const override { return info_; }
  void declare(Registry& registry) override;
  std::vector<std::string> state() const override;
  bool update(double now) override;
  bool busy() const override;
  void image_changed() override;
  size_t held() const override;
  void release() override;
  void draw_stage(Ui& ui, const Rect& area) const override;
  void draw_inspector(Ui& ui) const override;
  bool has_transport() const override { return state_.view == "kernel"; }
  void draw_transport(Ui& ui, const Rect& area) const override;
  std::vector<Key> keys() const override;

 protected:
  void hidden() override;

 private:
  struct State {
    TeachTask task = TeachTask::copy;
    std::string version = "strided";
    TeachSettings settings;
    int warp = 0;
    bool barrier = true;
    std::optional<int> step;  // none: the first that touches global memory
    std::string view = "kernel";
    double speed = 4;              // steps a second
    std::string layer = "driver";  // of the platform, opened
  };
  void commit(State next);
  HardwareRequest request() const;
  void ask();
  // Of the present settings; null: it is not there yet.
  const HardwareMoment* present() const;
  // What is drawn meanwhile: the newest of this kernel and size; null: there is none.
  const HardwareMoment* newest() const;
  int step_of(const HardwareMoment& moment) const;
  void go_to(int step);

  // hardware_commands.cpp
  void declare_settings();
  void declare_commands(Registry& registry);
  // hardware_readouts.cpp
  void declare_readouts(Registry& registry);
  // Throw NotReady and ask where it is on its way, Error where it failed.
  const HardwareMoment& need();
  const WarpStep& need_step();
  const VersionTimes& need_times();
  const std::vector<SweepPoint>& need_sweep();
  MeasureRequest measured(const std::string& version, bool sweep) const;
  static std::vector<std::string> platform_layers();

  // hardware_stage.cpp
  void draw_kernel_view(Ui& ui, Rect area, HoverNote& note) const;
  void draw_pictures(Ui& ui, Rect area, const HardwareMoment& moment, HoverNote& note) const;
  void draw_picture(Ui& ui, Rect area, const HardwareMoment& moment, Array which, HoverNote& note) const;
  void draw_warps(Ui& ui, Rect area, const HardwareMoment& moment, HoverNote& note) const;
  // hardware_memory.cpp
  void draw_memory(Ui& ui, Rect area, const HardwareMoment& moment) const;
  void draw_sectors(Ui& ui, Rect area, const WarpStep& step) const;
  void draw_banks(Ui& ui, Rect area, const WarpStep& step) const;
  void draw_branch(Ui& ui, Rect area, const WarpStep& step) const;
  // hardware_source.cpp
  void draw_source(Ui& ui, Rect area, const HardwareMoment& moment) const;
  // hardware_race.cpp
  void draw_race_view(Ui& ui, Rect area, HoverNote& note) const;
  void draw_bars(Ui& ui, Rect area, HoverNote& note) const;
  void draw_sweep(Ui& ui, Rect area) const;
  void draw_roofline(Ui& ui, Rect area, HoverNote& note) const;
  std::string_view words_of_roofline(const std::string& own) const;
  // hardware_platform.cpp
  void draw_platform_view(Ui& ui, Rect area) const;
  // hardware_inspector.cpp
  void draw_measure(Ui& ui) const;
  void draw_counts(Ui& ui) const;
  void draw_occupancy(Ui& ui) const;

  PageInfo info_;
  PageContext context_;
  State state_;
  SettingsOf<State> settings_;
  TeachGrid shape_;
  bool playing_ = false;
  double moved_at_ = -1;

  std::shared_ptr<HardwareWork> work_;
  HardwareMomentPtr moment_;
  std::optional<HardwareRequest> asked_;
  std::optional<Error> failed_;
  // What was counted of versions that have been run: for the roofline.
  struct Counted {
    MeasureRequest of;
    int64_t flops, bytes;
  };
  std::map<std::string, Counted> counted_;
  HardwareMeasure measure_;
  Latest<HardwareMomentPtr> observing_;
};

std::string time_text(double milliseconds);
// What a step is, in words: "loads 32 floats of a".
std::string words_of(const WarpStep& step);
// The part of the picture that a block works on, in pixels; empty: no rectangle (a strided copy). `result`: of what it
// writes.
const char* name_of(Array array);
int64_t value_at(const HardwareRequest& of, Array array, int32_t address);
CellRect area_of_block(const HardwareRequest& of, const TeachGrid& shape, int64_t block, bool result);

PageKind hardware_page();

}  // namespace striate
