#include "app/worker/train_worker.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "engine/error.h"
#include "engine/steady_seconds.h"
#include "kernels/threads.h"

namespace striate {
namespace {

constexpr double kBetweenProgress = 1.0 / 30;  // seconds between two snapshots while data are read

std::string device_words(const Device& device) {
  return device.is_cpu() ? fmt::format("CPU, {} threads", thread_count()) : device.name();
}

}  // namespace

TrainWorker::TrainWorker(Device device, Hooks hooks)
    : stream_(device), hooks_(std::move(hooks)), device_(device_words(device)) {}

TrainWorker::~TrainWorker() {
  if (leave_files_) return;
  remove_autosave();
  forget_asides();
}

double TrainWorker::seconds_now() const {
  if (hooks_.clock) return hooks_.clock();
  return steady_seconds();
}

// ------------------------------------------------------------------------------------------------- beginning a run

void TrainWorker::need_run() const {
  if (!run_) throw Error("nothing is being trained", "start: train.start");
}

std::shared_ptr<const Dataset> TrainWorker::data_of(const TrainingConfig& config) {
  if (data_ && same_data(config, data_config_)) return data_;
  std::shared_ptr<const Dataset> data = open_run_data(config, [&](int64_t done, int64_t all) {
    progress_ = all > 0 ? static_cast<float>(static_cast<double>(done) / static_cast<double>(all)) : 0;
    const double now = seconds_now();
    if (now - published_ > kBetweenProgress) publish(now);
    return !hooks_.stop_reading();
  });
  data_ = data;
  data_config_ = config;
  return data;
}

void TrainWorker::begin(const TrainingConfig& config) {
  check_config(config);
  preparing_ = std::make_shared<TrainingConfig>(config);
  progress_ = 0;
  error_.reset();
  publish(seconds_now());
  try {
    auto fresh = std::make_unique<TrainingRun>(stream_, config, data_of(config));
    preparing_ = nullptr;
    install(std::move(fresh));
  } catch (...) {
    preparing_ = nullptr;
    touched();
    throw;
  }
}

void TrainWorker::open(const std::string& file) {
  preparing_ = std::make_shared<TrainingConfig>();
  error_.reset();
  publish(seconds_now());
  try {
    auto fresh = TrainingRun::open(stream_, file, [this](const TrainingConfig& config) { return data_of(config); });
    preparing_ = nullptr;
    install(std::move(fresh));
  } catch (...) {
    preparing_ = nullptr;
    touched();
    throw;
  }
}

void TrainWorker::install(std::unique_ptr<TrainingRun> run) {
  auto round = std::make_unique<TestRound>(stream_, run->architecture(), run->trainer().settings().loss);
  end_comparison();
  remove_autosave();
  autosaved_at_ = seconds_now();
  maker_ = nullptr;
  labels_round_ = nullptr;
  run_ = std::move(run);
  maker_ = std::make_unique<TrainSnapshotMaker>(*run_);
  round_ = std::move(round);
  ++run_count_;
  running_ = false;
  target_.reset();
  seek_.reset();
  error_.reset();
  speed_points_.clear();
  images_per_second_ = 0;
  credit_ = kMaxCredit;
  renew_probe();
  touched();
}

void TrainWorker::reset() {
  remove_autosave();
  end_comparison();
  leave_run();
}

void TrainWorker::leave_run() {
  maker_ = nullptr;
  round_ = nullptr;
  labels_round_ = nullptr;
  run_ = nullptr;
  running_ = false;
  target_.reset();
  seek_.reset();
  error_.reset();
  ++run_count_;
  touched();
}

void TrainWorker::set_aside() {
  if (!run_) return;
  pause();
  seek_.reset();
  keep_aside_file(*run_);
  Aside& aside = asides_.back();
  remove_autosave();
  aside.run = std::move(run_);
  aside.maker = std::move(maker_);
  aside.round = std::move(round_);
  aside.other = std::move(other_);
  aside.other_maker = std::move(other_maker_);
  aside.other_round = std::move(other_round_);
  aside.other_change = std::exchange(other_change_, "");
  aside.other_error = std::exchange(other_error_, std::nullopt);
  aside.error = error_;
  leave_run();
}

void TrainWorker::take_back(size_t which) {
  if (which >= asides_.size()) throw Error("no training was put aside", "train.start begins one");
  reset();
  Aside aside = std::move(asides_[which]);
  asides_.erase(asides_.begin() + static_cast<std::ptrdiff_t>(which));
  run_ = std::move(aside.run);
  maker_ = std::move(aside.maker);
  round_ = std::move(aside.round);
  other_ = std::move(aside.other);
  other_maker_ = std::move(aside.other_maker);
  other_round_ = std::move(aside.other_round);
  other_change_ = std::move(aside.other_change);
  other_error_ = std::move(aside.other_error);
  error_ = std::move(aside.error);
  renew_probe();
  touched();
  if (other_maker_) other_maker_->touch();
  // It is in no file but this one until it was saved again.
  autosaved_at_ = seconds_now() - autosave_seconds_;
  autosave_if_due(seconds_now());
  if (autosaved_.empty() && !aside.file.empty()) {
    adopt_autosave(aside.file);
    return;
  }
  std::error_code ignored;
  if (!aside.file.empty()) std::filesystem::remove(aside.file, ignored);
}

void TrainWorker::forget_asides() {
  std::error_code ignored;
  for (const Aside& each : asides_) {
    if (!each.file.empty()) std::filesystem::remove(each.file, ignored);
  }
  asides_.clear();
}

// The newest step, also while an earlier one is shown.
void TrainWorker::save(const std::string& file) {
  need_run();
  finish_seek();
  const int64_t shown = run_->step();
  const bool earlier = shown != run_->newest();
  if (earlier) run_->go_to(run_->newest());
  try {
    run_->save(file);
  } catch (...) {
    if (earlier) run_->go_to(shown);
    throw;
  }
  if (earlier) run_->go_to(shown);
  remove_autosave();
  note_kept();
}

// ------------------------------------------------------------------------------------------------- changes

void TrainWorker::set_rate(double rate) {
  need_run();
  finish_seek();
  run_->set_rate(rate);
  if (other_ && other_change_.rfind("rate ", 0) != 0 && other_->step() == run_->step()) other_->set_rate(rate);
  changed_ = true;
}

void TrainWorker::set_schedule(const std::string& text) {
  need_run();
  finish_seek();
  run_->set_schedule(text);
  if (other_ && other_change_.rfind("schedule ", 0) != 0 && other_->step() == run_->step()) other_->set_schedule(text);
  changed_ = true;
}

void TrainWorker::set_labels(const std::string& text) {
  need_run();
  finish_seek();
  run_->set_labels(text);
  // What the comparison is about stays as it is there; numbers of other data mean other pictures.
  if (other_ && other_change_.rfind("labels", 0) != 0 && other_->data() == run_->data() &&
      other_->step() == run_->step()) {
    other_->set_labels(text);
  }
  touched();
}

void TrainWorker::edit(const std::string& tensor, int64_t index, float value) {
  need_run();
  finish_seek();
  run_->edit(tensor, index, value);
  weights_changed();
}

void TrainWorker::restore(const std::string& tensor, int64_t index) {
  need_run();
  finish_seek();
  run_->restore(tensor, index);
  weights_changed();
}

// What was measured at this step was measured with other weights.
void TrainWorker::weights_changed() {
  maker_->set_test(nullptr);
  maker_->set_labels(nullptr);
  round_->drop();
  if (labels_round_) labels_round_->drop();
  touched();
}

void TrainWorker::set_edits(const std::vector<std::pair<std::pair<std::string, int64_t>, float>>& edits) {
  need_run();
  finish_seek();
  for (const auto& [place, trained] : run_->edited()) {
    const auto wanted =
        std::find_if(edits.begin(), edits.end(), [&, p = place](const auto& each) { return each.first == p; });
    if (wanted == edits.end()) run_->restore(place.first, place.second);
  }
  const std::map<std::pair<std::string, int64_t>, float> values = run_->edited_values();
  for (const auto& [place, value] : edits) {
    const auto now = values.find(place);
    if (now == values.end() || now->second != value) run_->edit(place.first, place.second, value);
  }
  weights_changed();
}

}  // namespace striate
