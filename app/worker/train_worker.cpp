#include "app/worker/train_worker.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <limits>
#include <utility>

#include "engine/drawing/prepare_input.h"
#include "engine/error.h"
#include "engine/files/image_file.h"
#include "kernels/threads.h"

namespace striate {
namespace {

constexpr double kNever = std::numeric_limits<double>::infinity();
constexpr double kBetweenSnapshots = 1.0 / 30;
// A software renderer draws a snapshot on the cores that train: fewer where nobody could follow single steps anyway.
constexpr double kBetweenFast = 1.0 / 20;
constexpr double kCopyShare = 0.15;     // of the time, at most, for making snapshots
constexpr double kMeasureShare = 0.04;  // of the time, at most, for the test part while training runs
constexpr double kMostCredit = 0.05;    // seconds
constexpr double kMostDebt = 0.5;       // seconds; what a round costs beyond it is let go, so a slow network takes more

double seconds_now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

std::string device_words(const Device& device) {
  return device.is_cpu() ? fmt::format("CPU, {} threads", thread_count()) : device.name();
}

bool before(const TrainPlace& a, const TrainPlace& b) {
  return a.step != b.step ? a.step < b.step : static_cast<int>(a.phase) < static_cast<int>(b.phase);
}

}  // namespace

TrainWorker::TrainWorker(Device device, Hooks hooks)
    : stream_(device), hooks_(std::move(hooks)), device_(device_words(device)) {}

TrainWorker::~TrainWorker() { remove_autosave(); }

// ------------------------------------------------------------------------------------------------- autosave

void TrainWorker::set_autosave(const std::string& file, double seconds) {
  autosave_ = file;
  autosave_seconds_ = seconds;
}

void TrainWorker::remove_autosave() {
  std::error_code ignored;
  if (autosaved_step_ >= 0) std::filesystem::remove(autosave_, ignored);
  autosaved_step_ = -1;
}

void TrainWorker::autosave_if_due(double now) {
  if (autosave_.empty() || !run_ || now - autosaved_at_ < autosave_seconds_) return;
  autosaved_at_ = now;
  if (seek_ || run_->step() != run_->newest() || run_->newest() == run_->first_step()) return;
  if (run_->newest() == autosaved_step_ && run_->changes().size() == autosaved_changes_) return;
  try {
    run_->save(autosave_);
    autosaved_step_ = run_->newest();
    autosaved_changes_ = run_->changes().size();
  } catch (const Error& error) {
    problem_ = Error(fmt::format("training cannot be saved once a minute: {}", error.what()), error.hint());
    autosave_.clear();
  }
}

// ------------------------------------------------------------------------------------------------- beginning a run

void TrainWorker::need_run() const {
  if (!run_) throw Error("nothing is being trained", "start: train.start");
}

std::shared_ptr<const Dataset> TrainWorker::data_of(const RunRecipe& recipe) {
  if (data_ && same_data(recipe, data_recipe_)) return data_;
  std::shared_ptr<const Dataset> data = open_run_data(recipe, [&](int64_t done, int64_t all) {
    progress_ = all > 0 ? static_cast<float>(static_cast<double>(done) / static_cast<double>(all)) : 0;
    const double now = seconds_now();
    if (now - published_ > kBetweenSnapshots) publish(now);
    return !hooks_.stop_reading();
  });
  data_ = data;
  data_recipe_ = recipe;
  return data;
}

void TrainWorker::begin(const RunRecipe& recipe) {
  check_recipe(recipe);
  preparing_ = std::make_shared<RunRecipe>(recipe);
  progress_ = 0;
  error_.reset();
  publish(seconds_now());
  try {
    auto fresh = std::make_unique<TrainingRun>(stream_, recipe, data_of(recipe));
    preparing_ = nullptr;
    install(std::move(fresh));
  } catch (...) {
    preparing_ = nullptr;
    touched();
    throw;
  }
}

void TrainWorker::open(const std::string& file) {
  preparing_ = std::make_shared<RunRecipe>();
  error_.reset();
  publish(seconds_now());
  try {
    auto fresh = TrainingRun::open(stream_, file, [this](const RunRecipe& recipe) { return data_of(recipe); });
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
  credit_ = kMostCredit;
  renew_probe();
  touched();
}

void TrainWorker::reset() {
  remove_autosave();
  end_comparison();
  maker_ = nullptr;
  round_ = nullptr;
  run_ = nullptr;
  running_ = false;
  target_.reset();
  seek_.reset();
  error_.reset();
  ++run_count_;
  touched();
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
}

// ------------------------------------------------------------------------------------------------- moving

void TrainWorker::touched() {
  if (maker_) maker_->touch();
  changed_ = true;
}

// What was asked for before comes first: a place to go to is reached, whole.
void TrainWorker::finish_seek() {
  if (!seek_) return;
  run_->go_to(*std::exchange(seek_, std::nullopt));
  follow();
  touched();
}

void TrainWorker::start() {
  need_run();
  finish_seek();
  target_.reset();
  error_.reset();
  running_ = true;
  due_ = 0;
  speed_points_.clear();
  changed_ = true;
}

void TrainWorker::pause() {
  if (running_ || target_) changed_ = true;
  running_ = false;
  target_.reset();
}

void TrainWorker::step_phase() {
  need_run();
  pause();
  finish_seek();
  error_.reset();
  target_ = TrainPlace();
  target_->phase =
      run_->next_phase() == Phase::update ? Phase::batch : static_cast<Phase>(static_cast<int>(run_->next_phase()) + 1);
  target_->step = run_->step() + (run_->next_phase() == Phase::update ? 1 : 0);
}

void TrainWorker::step_batch() {
  need_run();
  pause();
  finish_seek();
  error_.reset();
  target_ = TrainPlace{run_->step() + 1, Phase::batch};
}

void TrainWorker::step_epoch() {
  need_run();
  pause();
  finish_seek();
  error_.reset();
  const double next = std::floor(run_->trainer().epoch() + 1e-9) + 1;
  target_ = TrainPlace{std::max(run_->step() + 1, run_->trainer().steps_per_epochs(next)), Phase::batch};
}

void TrainWorker::until(TrainPlace place) {
  need_run();
  finish_seek();
  if (before(place, this->place())) {
    throw Error(fmt::format("step {} is over: training is at step {}", place.step, run_->step()),
                fmt::format("go back to it: train.scrub {}", place.step));
  }
  pause();
  error_.reset();
  speed_points_.clear();
  if (!(place == this->place())) target_ = place;
}

void TrainWorker::scrub(int64_t step) {
  need_run();
  if (step < run_->first_step() || step > run_->newest()) {
    throw Error(fmt::format("there is no step {} yet", step),
                fmt::format("choose one from {} to {}", run_->first_step(), run_->newest()));
  }
  pause();
  error_.reset();
  seek_ = step;
}

void TrainWorker::branch() {
  need_run();
  pause();
  finish_seek();
  run_->branch();
  maker_->cut(run_->step());
  if (other_) {
    follow();
    other_->branch();
    other_maker_->cut(other_->step());
  }
  ++run_count_;
  touched();
}

TrainPlace TrainWorker::place() const {
  if (seek_) return {*seek_, Phase::batch};
  return run_ ? TrainPlace{run_->step(), run_->next_phase()} : TrainPlace{};
}

bool TrainWorker::waits(double now) const {
  return running_ && !target_ && !seek_ && pace_.kind != TrainPace::Kind::fastest && now < due_;
}

TrainPlace TrainWorker::next_place(double now) const {
  TrainPlace here = place();
  if (seek_ || (!running_ && !target_) || waits(now) || (other_ && other_->step() < run_->step())) return here;
  const bool phase = target_ ? target_->step == here.step || here.phase != Phase::batch : by_phase();
  if (!phase || here.phase == Phase::update) return {here.step + 1, Phase::batch};
  here.phase = static_cast<Phase>(static_cast<int>(here.phase) + 1);
  return here;
}

bool TrainWorker::working() const {
  return preparing_ != nullptr || target_ || seek_ || (other_ && !running_ && other_->step() != run_->step());
}

bool TrainWorker::measuring() const {
  const auto due = [](TrainingRun& run, TrainSnapshotMaker& maker) {
    return !maker.test() || maker.test()->step != run.step();
  };
  return run_ && !running_ && !target_ && !seek_ && !error_ &&
         (due(*run_, *maker_) || (other_ && due(*other_, *other_maker_)));
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

void TrainWorker::edit(const std::string& slot, int64_t index, float value) {
  need_run();
  finish_seek();
  run_->edit(slot, index, value);
  weights_changed();
}

void TrainWorker::restore(const std::string& slot, int64_t index) {
  need_run();
  finish_seek();
  run_->restore(slot, index);
  weights_changed();
}

// What was measured at this step was measured with other weights.
void TrainWorker::weights_changed() {
  maker_->set_test(nullptr);
  round_->drop();
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

// ------------------------------------------------------------------------------------------------- two runs

void TrainWorker::compare(const RunRecipe& recipe, const std::string& change) {
  need_run();
  finish_seek();
  if (run_->first_step() > 0) {
    throw Error("this training was opened from a file: its start is not known", "compare with a training begun here");
  }
  check_recipe(recipe);
  std::shared_ptr<const Dataset> data = same_data(recipe, run_->recipe()) ? run_->data() : open_run_data(recipe);
  auto other = std::make_unique<TrainingRun>(stream_, recipe, std::move(data));
  auto round = std::make_unique<TestRound>(stream_, other->architecture(), other->trainer().settings().loss);
  std::vector<RunChange> changes;
  const std::string what = change.substr(0, change.find(' '));
  for (const RunChange& each : run_->changes()) {
    if (each.kind == RunChange::Kind::rate && what != "rate" && what != "optimizer") changes.push_back(each);
    if (each.kind == RunChange::Kind::schedule && what != "schedule") changes.push_back(each);
  }
  other->set_changes(std::move(changes));
  end_comparison();
  other_ = std::move(other);
  other_maker_ = std::make_unique<TrainSnapshotMaker>(*other_);
  if (other_->data()->shape() == run_->data()->shape()) other_maker_->set_probe(probe_);
  other_round_ = std::move(round);
  other_change_ = change;
  ++run_count_;
  touched();
}

void TrainWorker::end_comparison() {
  other_maker_ = nullptr;
  other_round_ = nullptr;
  if (other_) changed_ = true;
  other_ = nullptr;
  other_change_.clear();
}

// A piece of the other run's way to the step of the first. False: there.
bool TrainWorker::follow_some() {
  if (!other_ || other_->step() == run_->step()) return false;
  const int64_t wanted = run_->step();
  try {
    if (wanted <= other_->newest()) {
      other_->go_to(wanted, [this] { return !hooks_.waiting(); });
    } else {
      if (other_->step() < other_->newest()) other_->go_to(other_->newest());
      other_->advance_step();
    }
  } catch (const Error& error) {  // the first run is as it was
    const std::string what = other_change_;
    end_comparison();
    throw Error(fmt::format("the second run ({}) cannot go on: {}", what, error.what()), error.hint());
  }
  other_maker_->touch();
  changed_ = true;
  return other_->step() != wanted;
}

void TrainWorker::follow() {
  while (follow_some()) {
  }
}

// ------------------------------------------------------------------------------------------------- the probe

void TrainWorker::renew_probe() {
  if (!run_) return;
  if (probe_number_ < 0) {
    if (probe_ && probe_->shape == run_->data()->shape()) {
      maker_->set_probe(probe_);
      return;
    }
    probe_number_ = 0;
    probe_of_data_ = false;
  }
  const int64_t count = probe_of_data_ ? run_->data()->size() : static_cast<int64_t>(run_->test_indices().size());
  const int64_t n = std::min(probe_number_, count - 1);
  const int64_t index = probe_of_data_ ? n : run_->test_indices()[static_cast<size_t>(n)];
  auto picture = std::make_shared<ProbePicture>();
  picture->name =
      probe_of_data_ ? fmt::format("picture {} of the data", n) : fmt::format("{} picture {}", run_->test_split(), n);
  picture->label = run_->data()->label(index);
  picture->shape = run_->data()->shape();
  picture->pixels.resize(static_cast<size_t>(run_->data()->shape().count()));
  run_->data()->read(index, picture->pixels.data());
  probe_ = picture;
  maker_->set_probe(probe_);
  if (other_maker_ && other_->data()->shape() == run_->data()->shape()) other_maker_->set_probe(probe_);
  changed_ = true;
}

void TrainWorker::probe_sample(int64_t n, bool of_data) {
  if (run_) {
    const int64_t count = of_data ? run_->data()->size() : static_cast<int64_t>(run_->test_indices().size());
    if (n >= count) {
      throw Error(fmt::format("there is no picture {}", n),
                  fmt::format("the {} has pictures 0 to {}", of_data ? "data set" : "test part", count - 1));
    }
  }
  probe_number_ = n;
  probe_of_data_ = of_data;
  renew_probe();
}

void TrainWorker::probe_file(const std::string& file) {
  need_run();
  const ImagePtr image = read_image(file);
  const Shape shape = run_->data()->shape();
  ProbePicture picture;
  picture.name = image->name;
  picture.shape = shape;
  if (!takes_pictures(shape)) {
    throw Error(fmt::format("this network reads {}, not pictures", shape.text()),
                "choose data that are pictures: train.data digits");
  }
  // A picture that has the network's size already is taken for one that was prepared.
  const bool ready = image->width == shape[2] && image->height == shape[1];
  picture.pixels = prepare_image(*image, shape, reads_digits(shape, run_->data()->classes()) && !ready).pixels;
  probe_picture(std::move(picture));
}

void TrainWorker::probe_picture(ProbePicture picture) {
  if (!run_ || picture.shape != run_->data()->shape()) return;
  check(static_cast<int64_t>(picture.pixels.size()) == picture.shape.count(), "a probe of {} values",
        picture.pixels.size());
  probe_number_ = -1;
  probe_ = std::make_shared<ProbePicture>(std::move(picture));
  maker_->set_probe(probe_);
  if (other_maker_ && other_->data()->shape() == run_->data()->shape()) other_maker_->set_probe(probe_);
  changed_ = true;
}

void TrainWorker::subscribe(const TrainSubscription& subscription) {
  if (subscription == subscription_) return;
  subscription_ = subscription;
  changed_ = true;
}

// ------------------------------------------------------------------------------------------------- by itself

void TrainWorker::fail(const Error& error) {
  error_ = error;
  running_ = false;
  target_.reset();
  seek_.reset();
  touched();
}

void TrainWorker::one_step(bool phase) {
  if (phase) {
    run_->advance();
  } else {
    run_->advance_step();
  }
  if (run_->next_phase() == Phase::batch) follow_some();
  touched();
}

void TrainWorker::do_unit(double now) {
  if (seek_) {
    const int64_t step = *seek_;
    if (run_->go_to(step, [this] { return !hooks_.waiting(); })) {
      seek_.reset();
      touched();
    }
    return;
  }
  if (other_ && other_->step() < run_->step()) {  // it catches up first
    follow_some();
    return;
  }
  const bool phase = target_ ? target_->step == run_->step() || run_->next_phase() != Phase::batch : by_phase();
  one_step(phase);
  if (target_ && !before(place(), *target_)) {
    target_.reset();
    changed_ = true;
  }
  if (running_ && pace_.kind != TrainPace::Kind::fastest) {
    due_ = std::max(due_ + 1 / pace_.per_second, now - 0.1);
  }
}

void TrainWorker::measure(double) {
  const bool resting = !running_ && !target_ && (!other_ || other_->step() == run_->step());
  const auto piece = [&](TrainingRun& run, TestRound& round, TrainSnapshotMaker& maker) {
    if (!round.under_way()) {
      if (maker.test() && maker.test()->step == run.step()) return false;
      round.begin(stream_, run.network(), run.step());
    } else if (resting && round.step() != run.step()) {
      round.begin(stream_, run.network(), run.step());
    }
    const int64_t step = round.step();
    if (!round.advance(stream_, *run.data(), run.test_indices(), run.normalisation())) return true;
    auto test = std::make_shared<TrainTest>();
    test->step = step;
    test->split = run.test_split();
    test->indices = run.test_indices();
    for (const int64_t index : test->indices) test->labels.push_back(run.data()->label(index));
    test->mistakes = round.mistakes(*run.data(), test->indices);
    test->evaluation = round.result();
    run.trainer().history().add(EvaluationRecord{step, test->split, test->evaluation.loss, test->evaluation.accuracy(),
                                                 test->evaluation.samples});
    maker.set_test(std::move(test));
    changed_ = true;
    return true;
  };
  // Two runs take turns: the one that was measured longer ago.
  const auto measured = [](TrainSnapshotMaker& maker) { return maker.test() ? maker.test()->step : -1; };
  if (other_ && !round_->under_way() && (other_round_->under_way() || measured(*other_maker_) < measured(*maker_))) {
    if (piece(*other_, *other_round_, *other_maker_)) return;
  }
  if (!piece(*run_, *round_, *maker_) && other_) piece(*other_, *other_round_, *other_maker_);
}

// The first steps change most, and whoever looks wants to see it: beside what its share of the time allows, the test
// part is measured again whenever there are half as many steps again. That costs less and less.
bool TrainWorker::measures_early() const {
  if (round_->under_way()) return true;
  const int64_t measured = maker_->test() ? maker_->test()->step - run_->first_step() : -8;
  return run_->step() - run_->first_step() >= measured + measured / 2 + 8;
}

void TrainWorker::advance(double now) {
  const bool moves = run_ && (running_ || target_ || seek_);
  next_time_ = kNever;
  if (moves) {
    if (!waits(now)) {
      if (running_ && pace_.kind != TrainPace::Kind::fastest && due_ == 0) due_ = now;
      try {
        do_unit(now);
      } catch (const Error& error) {
        fail(error);
      }
      const double after = seconds_now();
      credit_ = std::min(kMostCredit, credit_ + (after - now) * kMeasureShare);
      next_time_ = 0;
      if (!seek_ && run_ && (credit_ > 0 || measures_early())) {
        measure(after);
        credit_ = std::max(credit_ - (seconds_now() - after), -kMostDebt);
      }
    } else {
      next_time_ = due_;
      measure(now);  // the time until the next unit is free
    }
  } else if (run_) {
    if (other_ && other_->step() != run_->step()) {
      try {
        follow_some();
        const double after = seconds_now();
        credit_ = std::min(kMostCredit, credit_ + (after - now) * kMeasureShare);
        if (credit_ > 0) {
          measure(after);
          credit_ -= seconds_now() - after;
        }
      } catch (const Error& error) {
        fail(error);
      }
      next_time_ = 0;
    } else if (measuring()) {
      try {
        measure(now);
      } catch (const Error& error) {
        fail(error);
      }
      next_time_ = 0;
    }
  }
  now = seconds_now();
  autosave_if_due(now);
  const double pause = std::max(running_ && pace_.kind == TrainPace::Kind::fastest ? kBetweenFast : kBetweenSnapshots,
                                copy_seconds_ / kCopyShare);
  const bool still_moves = run_ && (running_ || target_ || seek_);
  if (changed_ && (!still_moves || (now - published_ >= pause && hooks_.taken()))) publish(now);
}

void TrainWorker::publish(double now) {
  changed_ = false;
  std::shared_ptr<TrainSnapshot> snapshot;
  if (run_) {
    if (running_ || target_) {
      speed_points_.push_back({now, run_->step()});
      while (speed_points_.size() > 2 && now - speed_points_[1].time > 1) speed_points_.erase(speed_points_.begin());
      const double seconds = now - speed_points_.front().time;
      if (seconds > 0.05) {
        images_per_second_ =
            static_cast<double>(run_->step() - speed_points_.front().steps) * run_->recipe().batch / seconds;
      }
    }
    snapshot = maker_->make(subscription_);
    if (other_) {
      std::shared_ptr<TrainSnapshot> other = other_maker_->make(subscription_);
      other->device = device_;
      other->status = TrainSnapshot::Status::paused;
      snapshot->other = other;
      snapshot->other_change = other_change_;
    }
  } else {
    snapshot = std::make_shared<TrainSnapshot>();
    snapshot->curves.evaluations = std::make_shared<const std::vector<EvaluationRecord>>();
  }
  using Status = TrainSnapshot::Status;
  snapshot->version = ++version_;
  snapshot->commands = commands_;
  snapshot->status = preparing_            ? Status::preparing
                     : error_              ? Status::failed
                     : !run_               ? Status::empty
                     : running_ || target_ ? Status::running
                                           : Status::paused;
  snapshot->progress = progress_;
  snapshot->error = error_;
  snapshot->device = device_;
  snapshot->run = run_count_;
  snapshot->images_per_second = images_per_second_;
  published_ = seconds_now();
  copy_seconds_ = published_ - now;
  hooks_.publish(std::move(snapshot));
}

}  // namespace striate
