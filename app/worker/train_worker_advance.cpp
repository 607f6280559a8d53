// What goes on by itself: the next unit of work, measuring on the test part, snapshots, autosave.
#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <filesystem>
#include <limits>
#include <utility>

#include "app/worker/jobs.h"
#include "app/worker/train_worker.h"
#include "engine/error.h"

namespace striate {
namespace {

constexpr double kNever = std::numeric_limits<double>::infinity();
constexpr double kBetweenSnapshots = 1.0 / 30;
// A software renderer draws a snapshot on the cores that train: fewer where nobody could follow single steps anyway.
constexpr double kBetweenFast = 1.0 / 20;
constexpr double kCopyShare = 0.15;     // of the time, at most, for making snapshots
constexpr double kMeasureShare = 0.04;  // of the time, at most, for the test part while training runs
constexpr double kMaxDebt = 0.5;        // seconds; what a round costs beyond it is let go, so a slow network takes more

}  // namespace

// ------------------------------------------------------------------------------------------------- autosave

void TrainWorker::set_autosave(std::vector<std::string> files, double seconds) {
  autosaves_ = std::move(files);
  autosave_seconds_ = seconds;
}

void TrainWorker::adopt_autosave(const std::string& file) {
  need_run();
  const std::filesystem::path from(file);
  std::string to = file;
  for (const std::string& each : autosaves_) {
    std::error_code problem;
    if (std::filesystem::path(each).parent_path() != from.parent_path()) continue;
    std::filesystem::rename(from, each, problem);
    if (!problem) to = each;
  }
  if (std::find(autosaved_.begin(), autosaved_.end(), to) == autosaved_.end()) autosaved_.push_back(to);
  note_kept();
}

void TrainWorker::note_kept() {
  kept_step_ = run_->newest();
  kept_changes_ = run_->changes().size();
  kept_run_ = run_count_;
}

void TrainWorker::keep_at_end(const std::function<void(const std::string& words)>& tell) {
  leave_files_ = true;
  const int64_t step = run_ ? run_->newest() : 0;
  const auto kept = [&] {
    tell(fmt::format("training is kept at step {}: the window offers it when it starts again", step));
  };
  if (!has_unkept()) {
    if (!autosaved_.empty()) kept();
    return;
  }
  problem_.reset();
  std::optional<std::string> saved;
  try {
    if (run_->step() != step) run_->go_to(step);
    saved = save_to_first(*run_, autosaves_);
  } catch (const std::exception& error) {
    problem_ = Error(error.what(), "");
  }
  if (saved) return kept();
  tell(problem_ ? fmt::format("{}; what was not saved is lost", problem_->what())
                : std::string("training could not be kept: what was not saved is lost"));
}

bool TrainWorker::has_unkept() const {
  if (autosaves_.empty() || !run_) return false;
  if (kept_step_ >= 0 && run_count_ == kept_run_)
    return run_->newest() != kept_step_ || run_->changes().size() != kept_changes_;
  return run_->newest() > run_->first_step() || !run_->changes().empty();
}

void TrainWorker::remove_autosave() {
  std::error_code ignored;
  for (const std::string& file : autosaved_) std::filesystem::remove(file, ignored);
  autosaved_.clear();
  kept_step_ = -1;
}

// Returns where it is now. What went wrong with the best place is told, once for as long as it stays so.
std::optional<std::string> TrainWorker::save_to_first(TrainingRun& run, const std::vector<std::string>& files) {
  std::optional<Error> first;
  std::optional<std::string> saved;
  for (const std::string& file : files) {
    try {
      run.save(file);
      saved = file;
      break;
    } catch (const Error& error) {
      if (!first) first = error;
    } catch (const std::exception&) {
      if (!first) first = Error("there is not enough memory to save", "close other programs");
    }
  }
  if (!first) {
    autosave_problem_.clear();
  } else if (std::exchange(autosave_problem_, first->what()) != first->what()) {
    problem_ = Error(fmt::format("training cannot be kept once a minute: {}", first->what()),
                     saved ? fmt::format("it is kept in {} instead; a file of your own is safer",
                                         std::filesystem::path(*saved).parent_path().string())
                           : first->hint());
  }
  return saved;
}

void TrainWorker::autosave_if_due(double now) {
  if (now - autosaved_at_ < autosave_seconds_ || !has_unkept()) return;
  // While an earlier step is shown it waits for the newest: nothing is learned meanwhile.
  if (seek_ || run_->step() != run_->newest()) return;
  if (const std::optional<std::string> saved = save_to_first(*run_, autosaves_)) {
    if (std::find(autosaved_.begin(), autosaved_.end(), *saved) == autosaved_.end()) autosaved_.push_back(*saved);
    note_kept();
  }
  autosaved_at_ = seconds_now();
}

// A place in asides_, with the run in a file beside the autosave: a crash takes memory away, not files.
void TrainWorker::keep_aside_file(TrainingRun& run) {
  asides_.emplace_back();
  if (autosaves_.empty()) return;
  ++aside_files_;
  std::vector<std::string> files;
  for (const std::string& each : autosaves_) {
    const std::filesystem::path file(each);
    const std::string name = fmt::format("{}-{}{}", file.stem().string(), aside_files_, file.extension().string());
    files.push_back((file.parent_path() / name).string());
  }
  try {
    const int64_t shown = run.step();
    run.go_to(run.newest());
    if (const std::optional<std::string> saved = save_to_first(run, files)) asides_.back().file = *saved;
    run.go_to(shown);
  } catch (...) {
    const Error error = as_error(std::current_exception());
    problem_ = Error(fmt::format("the training that is put aside cannot be saved: {}", error.what()), error.hint());
  }
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
  if (other_follows() && other_->step() < run_->step()) {  // it catches up first
    follow_some();
    return;
  }
  const bool phase = target_ ? target_->step == run_->step() || run_->next_phase() != Phase::batch : by_phase();
  one_step(phase);
  if (target_ && !place().before(*target_)) {
    target_.reset();
    changed_ = true;
  }
  if (running_ && pace_.kind != TrainPace::Kind::fastest) {
    due_ = std::max(due_ + 1 / pace_.per_second, now - 0.1);
  }
}

// A piece of the measurement of a run's present step, or of the one that is under way; `anew`: not of an earlier step.
// False: it is measured.
bool TrainWorker::measure_some(TrainingRun& run, TestRound& round, TrainSnapshotMaker& maker, bool anew) {
  if (!round.under_way()) {
    if (maker.test() && maker.test()->step == run.step()) return false;
    round.begin(stream_, run.network(), run.step());
  } else if (anew && round.step() != run.step()) {
    round.begin(stream_, run.network(), run.step());
  }
  const int64_t step = round.step();
  if (!round.advance(stream_, *run.data(), run.test_indices(), run.normalization())) return true;
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
}

// Before the second run leaves a step at which the first was measured, it is measured, too: the curves of both are
// whole, and their points stand above each other. True: a piece of that was done.
bool TrainWorker::measure_other_here() {
  if (other_error_ || other_->next_phase() != Phase::batch) return false;
  const int64_t here = other_->step();
  const auto known = [here](TrainingRun& run) {
    for (const EvaluationRecord& record : run.trainer().history().evaluations()) {
      if (record.step == here && record.split == run.test_split()) return true;
    }
    return false;
  };
  if (known(*other_) || (round_->step() != here && !known(*run_))) return false;
  return measure_some(*other_, *other_round_, *other_maker_, true);
}

bool TrainWorker::labels_due() const {
  if (!subscription_.labels || !run_) return false;
  const TrainLabels* known = maker_->labels().get();
  return known == nullptr || known->step != run_->step() || known->labels->changes() != run_->labels().changes();
}

// As measure_some(), of the training part with the labels that are learned from; other labels begin it again.
bool TrainWorker::measure_labels(bool anew) {
  if (!labels_round_) {
    labels_round_ = std::make_unique<TestRound>(stream_, run_->architecture(), run_->trainer().settings().loss);
  }
  TestRound& round = *labels_round_;
  const TrainingLabels& labels = run_->labels();
  const std::string now = labels.text();
  if (!round.under_way() && !labels_due()) return false;
  if (!round.under_way() || now != labels_measured_ || (anew && round.step() != run_->step())) {
    round.begin(stream_, run_->network(), run_->step());
    labels_measured_ = now;
  }
  const int64_t step = round.step();
  if (!round.advance(stream_, labels, run_->split()->training, run_->normalization())) return true;
  auto measured = std::make_shared<TrainLabels>();
  measured->step = step;
  measured->evaluation = std::move(round.result());
  measured->labels = std::make_shared<const TrainingLabels>(labels);
  maker_->set_labels(std::move(measured));
  changed_ = true;
  return true;
}

void TrainWorker::measure(double) {
  const bool resting = !running_ && !target_ && !other_follows();
  const auto piece = [&](TrainingRun& run, TestRound& round, TrainSnapshotMaker& maker) {
    return measure_some(run, round, maker, resting);
  };
  // Two runs take turns: the one that was measured longer ago.
  const auto measured = [](TrainSnapshotMaker& maker) { return maker.test() ? maker.test()->step : -1; };
  if (other_ && !round_->under_way() && (other_round_->under_way() || measured(*other_maker_) < measured(*maker_))) {
    if (piece(*other_, *other_round_, *other_maker_)) return;
  }
  // So do the test part and the labels of the training part, while somebody looks at those.
  if (!subscription_.labels) labels_round_ = nullptr;
  const bool labels_first = labels_round_ && labels_round_->under_way();
  const bool labels_older =
      subscription_.labels && !round_->under_way() && (!maker_->labels() || maker_->labels()->step < measured(*maker_));
  if ((labels_first || labels_older) && measure_labels(resting)) return;
  if (piece(*run_, *round_, *maker_)) return;
  if (other_ && piece(*other_, *other_round_, *other_maker_)) return;
  if (subscription_.labels) measure_labels(resting);
}

void TrainWorker::try_to_measure(double now) {
  try {
    measure(now);
  } catch (...) {
    fail(as_error(std::current_exception()));
  }
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
      } catch (...) {
        fail(as_error(std::current_exception()));
      }
      const double after = seconds_now();
      credit_ = std::min(kMaxCredit, credit_ + (after - now) * kMeasureShare);
      next_time_ = 0;
      if (!seek_ && run_ && (credit_ > 0 || measures_early())) {
        try_to_measure(after);
        credit_ = std::max(credit_ - (seconds_now() - after), -kMaxDebt);
      }
    } else {
      next_time_ = due_;
      try_to_measure(now);  // the time until the next unit is free
    }
  } else if (run_) {
    if (other_follows()) {
      try {
        follow_some();
        const double after = seconds_now();
        credit_ = std::min(kMaxCredit, credit_ + (after - now) * kMeasureShare);
        if (credit_ > 0) {
          measure(after);
          credit_ -= seconds_now() - after;
        }
      } catch (...) {
        fail(as_error(std::current_exception()));
      }
      next_time_ = 0;
    } else if (measuring()) {
      try_to_measure(now);
      next_time_ = 0;
    }
  }
  now = seconds_now();
  autosave_if_due(now);
  // At rest, too, what was learned is kept within the minute.
  if (has_unkept() && !seek_ && run_->step() == run_->newest()) {
    next_time_ = std::min(next_time_, autosaved_at_ + autosave_seconds_);
  }
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
            static_cast<double>(run_->step() - speed_points_.front().steps) * run_->config().batch / seconds;
      }
    }
    std::shared_ptr<TrainSnapshot> other;
    try {
      snapshot = maker_->make(subscription_);
      if (other_) other = other_maker_->make(subscription_);
    } catch (...) {  // what is shown stays, with the error
      fail(as_error(std::current_exception()));
      changed_ = false;
      snapshot = last_ ? std::make_shared<TrainSnapshot>(*last_) : std::make_shared<TrainSnapshot>();
    }
    if (other) {
      other->device = device_;
      other->status = other_error_ ? TrainSnapshot::Status::failed : TrainSnapshot::Status::paused;
      other->error = other_error_;
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
  last_ = snapshot;
  published_ = seconds_now();
  copy_seconds_ = published_ - now;
  hooks_.publish(std::move(snapshot));
}

}  // namespace striate
