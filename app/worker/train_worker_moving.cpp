// Moving through a training, its lines, and the second run that is kept at the same step.
#include <algorithm>
#include <cmath>
#include <utility>

#include "app/worker/train_worker.h"
#include "engine/error.h"

namespace striate {

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
  if (place.before(this->place())) {
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
    throw Error(step < run_->first_step() ? fmt::format("step {} was done before this training was saved", step)
                                          : fmt::format("there is no step {} yet", step),
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
  new_line();
  if (other_) {
    other_error_.reset();
    follow();
    other_->branch(false);  // it is the same again whenever it is asked for
    other_maker_->cut(other_->step());
  }
}

void TrainWorker::take_line(int number) {
  need_run();
  run_->take_line(number);
  pause();
  seek_ = run_->newest();
  maker_->cut(0);
  new_line();
  if (other_) {  // it goes the way of this line, with its changes
    const TrainingConfig config = other_->config();
    const std::string change = other_change_;
    second_run(config, change);
  }
}

// What was measured and shown of steps of the same number belongs to another line.
void TrainWorker::new_line() {
  maker_->cut(run_->step());
  if (maker_->test() && maker_->test()->step > run_->step()) maker_->set_test(nullptr);
  round_->drop();
  error_.reset();
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
  if (seek_ || (!running_ && !target_) || waits(now) || (other_follows() && other_->step() < run_->step())) return here;
  const bool phase = target_ ? target_->step == here.step || here.phase != Phase::batch : by_phase();
  if (!phase || here.phase == Phase::update) return {here.step + 1, Phase::batch};
  here.phase = static_cast<Phase>(static_cast<int>(here.phase) + 1);
  return here;
}

bool TrainWorker::working() const {
  return preparing_ != nullptr || target_ || seek_ || (!running_ && other_follows());
}

bool TrainWorker::measuring() const {
  const auto due = [](TrainingRun& run, TrainSnapshotMaker& maker) {
    return !maker.test() || maker.test()->step != run.step();
  };
  return run_ && !running_ && !target_ && !seek_ && !error_ &&
         (due(*run_, *maker_) || (other_ && due(*other_, *other_maker_)) || labels_due());
}

// ------------------------------------------------------------------------------------------------- two runs

void TrainWorker::compare(const TrainingConfig& config, const std::string& change) {
  need_run();
  finish_seek();
  if (run_->first_step() > 0) {
    throw Error("this training was opened from a file: its start is not known", "compare with a training begun here");
  }
  check_config(config);
  second_run(config, change);
}

void TrainWorker::second_run(const TrainingConfig& config, const std::string& change) {
  std::shared_ptr<const Dataset> data = same_data(config, run_->config()) ? run_->data() : open_run_data(config);
  auto other = std::make_unique<TrainingRun>(stream_, config, std::move(data));
  auto round = std::make_unique<TestRound>(stream_, other->architecture(), other->trainer().settings().loss);
  std::vector<RunChange> changes;
  const std::string what = change.substr(0, change.find(' '));
  for (const RunChange& each : run_->changes()) {
    if (each.kind == RunChange::Kind::rate && what != "rate" && what != "optimizer") changes.push_back(each);
    if (each.kind == RunChange::Kind::schedule && what != "schedule") changes.push_back(each);
    if (each.kind == RunChange::Kind::labels && what != "labels" && other->data() == run_->data()) {
      changes.push_back(each);
    }
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
  other_error_.reset();
  other_change_.clear();
}

// Where it failed it stands, and the first goes on.
int64_t TrainWorker::other_wanted() const {
  return other_error_ ? std::min(run_->step(), other_->newest()) : run_->step();
}

bool TrainWorker::other_follows() const { return other_ && other_->step() != other_wanted(); }

// A piece of the other run's way to the step of the first. False: there.
bool TrainWorker::follow_some() {
  if (!other_follows()) return false;
  const int64_t wanted = other_wanted();
  try {
    if (wanted <= other_->newest()) {
      other_->go_to(wanted, [this] { return !hooks_.waiting(); });
    } else {
      if (other_->step() < other_->newest()) other_->go_to(other_->newest());
      if (measure_other_here()) return true;
      other_->advance_step();
    }
  } catch (const Error& error) {
    if (wanted <= other_->newest()) {  // a step that was done before: the device failed, not the training
      const std::string what = other_change_;
      end_comparison();
      throw Error(fmt::format("the second run ({}) cannot go on: {}", what, error.what()), error.hint());
    }
    other_error_ = error;
  }
  other_maker_->touch();
  changed_ = true;
  return other_follows();
}

void TrainWorker::follow() {
  while (follow_some()) {
  }
}

}  // namespace striate
