#include "app/pages/hardware/hardware.h"

#include <algorithm>
#include <utility>

#include "app/words/words.h"

namespace striate {

HardwarePage::HardwarePage(const PageContext& context)
    : info_(hardware_page().info),
      context_(context),
      settings_("hardware", state_, [this](State next) { commit(std::move(next)); }),
      work_(std::make_shared<HardwareWork>()),
      measure_(context.wake),
      observing_(context.wake) {
  shape_ = teach_grid(state_.task, state_.version, state_.settings);
  declare_settings();
}

// Another launch begins at its first step; a warp that it does not have becomes its last one.
void HardwarePage::commit(State next) {
  const TeachGrid shape = teach_grid(next.task, next.version, next.settings);
  HardwareRequest before = request();
  next.warp = static_cast<int>(std::min<int64_t>(next.warp, shape.warps() - 1));
  state_ = std::move(next);
  shape_ = shape;
  HardwareRequest after = request();
  before.warp = after.warp, before.barrier = after.barrier;
  if (!(before == after)) state_.step.reset(), playing_ = false;
  failed_.reset();
}

HardwareRequest HardwarePage::request() const {
  return {state_.task, state_.version, state_.settings, state_.warp, state_.barrier, context_.document.image_version};
}

void HardwarePage::ask() {
  if (!context_.document.image || failed_) return;
  const HardwareRequest wanted = request();
  if (moment_ && moment_->of == wanted) {
    if (asked_) observing_.cancel(), asked_.reset();
    return;
  }
  if (asked_ && *asked_ == wanted) return;
  asked_ = wanted;
  observing_.request([work = work_, wanted, image = context_.document.image](Progress& progress) {
    return work->observe(wanted, image, progress);
  });
}

const HardwareMoment* HardwarePage::present() const {
  return moment_ && moment_->of == request() ? moment_.get() : nullptr;
}

const HardwareMoment* HardwarePage::newest() const {
  if (!moment_) return nullptr;
  HardwareRequest same = request();
  same.warp = moment_->of.warp, same.barrier = moment_->of.barrier;
  return moment_->of == same ? moment_.get() : nullptr;
}

int HardwarePage::step_of(const HardwareMoment& moment) const {
  const int last = std::max(static_cast<int>(moment.seen.steps.size()) - 1, 0);
  return std::clamp(state_.step.value_or(moment.first_step), 0, last);
}

void HardwarePage::go_to(int step) {
  const HardwareMoment* moment = present();
  const int last = moment ? std::max(static_cast<int>(moment->seen.steps.size()) - 1, 0) : step;
  state_.step = std::clamp(step, 0, last);
}

bool HardwarePage::update(double now) {
  bool changed = false;
  if (is_shown()) ask();
  try {
    if (std::optional<HardwareMomentPtr> made = observing_.take()) {
      moment_ = std::move(*made), asked_.reset(), changed = true;
      const MeasureRequest of{moment_->of.task, moment_->of.version, moment_->of.settings, false};
      counted_.insert_or_assign(of.key(), Counted{of, moment_->seen.flops, moment_->seen.bytes});
    }
  } catch (const Error& error) {
    failed_ = error, asked_.reset(), changed = true;
  }
  changed |= measure_.update();
  const HardwareMoment* moment = present();
  if (!playing_) return changed;
  if (moment == nullptr || moved_at_ < 0) {
    moved_at_ = now;
    return true;
  }
  const auto steps = static_cast<int>((now - moved_at_) * state_.speed + 1e-6);
  if (steps > 0) {
    moved_at_ += steps / state_.speed;  // not `now`: what is left of this frame counts for the next step
    go_to(step_of(*moment) + steps);
    if (step_of(*moment) + 1 >= static_cast<int>(moment->seen.steps.size())) playing_ = false;
  }
  return true;
}

bool HardwarePage::busy() const { return observing_.busy() || measure_.busy(); }

void HardwarePage::image_changed() {
  failed_.reset();
  observing_.cancel();
  asked_.reset();
}

void HardwarePage::hidden() {
  playing_ = false;
  observing_.cancel();
  asked_.reset();
}

size_t HardwarePage::held() const {
  if (!moment_) return 0;
  return moment_->seen.steps.size() * sizeof(WarpStep) + moment_->shown.size() * 2 +
         sizeof(float) * (moment_->a->size() + moment_->b.size() + moment_->right.size() + moment_->seen.result.size());
}

void HardwarePage::release() {
  if (observing_.busy()) return;
  moment_.reset();
  work_ = std::make_shared<HardwareWork>();
}

std::vector<std::string> HardwarePage::state() const {
  std::vector<std::string> lines = settings_.state();
  if (state_.step) lines.push_back(fmt::format("hardware.step {}", *state_.step));
  return lines;
}

std::vector<Page::Key> HardwarePage::keys() const {
  const HardwareMoment* moment = newest();
  const int step = moment ? step_of(*moment) : 0;
  return {{"Space", playing_ ? "hardware.pause" : "hardware.play", N_("plays the warp's steps, or stops")},
          {"Left", fmt::format("hardware.step {}", std::max(step - 1, 0)), N_("one step back")},
          {"Right", "hardware.step", N_("one step on")},
          {"Up", fmt::format("hardware.warp {}", std::max(state_.warp - 1, 0)), N_("the warp before")},
          {"Down", fmt::format("hardware.warp {}", std::min<int64_t>(state_.warp + 1, shape_.warps() - 1)),
           N_("the next warp")},
          {"B", state_.barrier ? "hardware.barrier off" : "hardware.barrier on", N_("with or without the barrier")}};
}

PageKind hardware_page() {
  return {{"hardware", N_("Why a GPU"), N_("The machine"),
           N_("Kernels of this program, run in slow motion over the open picture: a grid of blocks, the warps of a "
              "block, the 32 lanes of a warp. Each step shows what the warp reads or writes, in how many sectors of "
              "memory or banks of shared memory, and the line of the source that acts. Every count comes from running "
              "that source. Times are measured on this machine.")},
          [](const PageContext& context) -> std::unique_ptr<Page> { return std::make_unique<HardwarePage>(context); }};
}

}  // namespace striate
