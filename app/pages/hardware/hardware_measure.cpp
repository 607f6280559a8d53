#include "app/pages/hardware/hardware_measure.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace striate {

std::string MeasureRequest::key() const {
  return fmt::format("{} {} {} {} {} {} {}", static_cast<int>(task), version, sweep ? 0 : settings.n, settings.width,
                     settings.height, version == "strided" ? settings.stride : 0, sweep);
}

int largest_of_sweep(TeachTask task) {
  return task == TeachTask::matmul || task == TeachTask::layer ? 512 : task == TeachTask::convolution ? 1024 : 2048;
}

HardwareMeasure::HardwareMeasure(std::function<void()> wake) : work_(std::move(wake), JobPriority::behind) {}

bool HardwareMeasure::comes(const MeasureRequest& request) const {
  const std::string key = request.key();
  return (running_ && running_->key() == key) ||
         std::any_of(waiting_.begin(), waiting_.end(), [&](const MeasureRequest& each) { return each.key() == key; });
}

void HardwareMeasure::begin(const MeasureRequest& request) {
  failed_.reset();
  if (comes(request)) return;
  waiting_.push_back(request);
  start_next();
}

void HardwareMeasure::stop() {
  waiting_.clear();
  running_.reset();
  work_.cancel();
}

void HardwareMeasure::start_next() {
  if (running_ || waiting_.empty()) return;
  running_ = std::move(waiting_.front());
  waiting_.pop_front();
  work_.request([of = *running_, has_limits = limits_.has_value()](Progress& progress) {
    Result result;
    result.key = of.key(), result.sweep = of.sweep;
    if (of.sweep) {
      const int largest = largest_of_sweep(of.task);
      const double doublings = std::log2(largest / 32.0) + 1;
      result.points = sweep_version(of.task, of.version, of.settings, largest, 0.03, [&](int n) {
        progress.share = static_cast<float>(std::log2(n / 32.0) / doublings);
        return !progress.canceled.load();
      });
    } else {
      result.times = time_version(of.task, of.version, of.settings, 0.1, [&] { return !progress.canceled.load(); });
      if (!has_limits && !progress.canceled) result.limits = measure_limits(Device::cpu(), 3);
    }
    return result;
  });
}

bool HardwareMeasure::update() {
  bool changed = false;
  try {
    if (std::optional<Result> made = work_.take()) {
      changed = true;
      running_.reset();
      if (made->sweep) {
        sweeps_[made->key] = std::move(made->points);
      } else {
        times_[made->key] = made->times;
        if (made->limits) limits_ = made->limits;
      }
    }
  } catch (const Error& error) {
    failed_ = error, changed = true;
    running_.reset();
  }
  start_next();
  return changed;
}

const VersionTimes* HardwareMeasure::times(const MeasureRequest& of) const {
  const auto found = times_.find(of.key());
  return found == times_.end() ? nullptr : &found->second;
}

const std::vector<SweepPoint>* HardwareMeasure::sweep(const MeasureRequest& of) const {
  const auto found = sweeps_.find(of.key());
  return found == sweeps_.end() ? nullptr : &found->second;
}

}  // namespace striate
