#include "app/worker/trainer_thread.h"

#include <chrono>
#include <cmath>
#include <exception>
#include <new>

#include "app/worker/jobs.h"
#include "engine/steady_seconds.h"

namespace striate {
namespace {

// What a command or a unit of work threw, in words about training.
Error as_training_error(const std::exception_ptr& thrown) {
  try {
    std::rethrow_exception(thrown);
  } catch (const std::bad_alloc&) {
    return Error("there is not enough memory for this training",
                 "a smaller network, batch or data set; close other programs");
  } catch (...) {
    return as_error(std::current_exception());
  }
}

}  // namespace

TrainerThread::TrainerThread(Device device, std::function<void()> wake)
    : device_(device), wake_(std::move(wake)), snapshot_([] {
        auto empty = std::make_shared<TrainSnapshot>();
        empty->curves.evaluations = std::make_shared<const std::vector<EvaluationRecord>>();
        return empty;
      }()) {
  thread_ = std::thread([this] { run(); });
}

TrainerThread::~TrainerThread() {
  {
    std::lock_guard lock(mutex_);
    stop_ = true;
    stop_reading_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

TrainerThread::Effect TrainerThread::post(Command command, std::optional<Effect> then, bool stop_reading) {
  std::lock_guard lock(mutex_);
  const Effect effect = effect_;
  queue_.push_back(std::move(command));
  ++posted_;
  if (then) effect_ = *then;
  if (stop_reading && executing_) stop_reading_ = true;
  changed_.notify_all();
  return effect;
}

TrainerThread::Effect TrainerThread::effect() const {
  std::lock_guard lock(mutex_);
  return effect_;
}

uint64_t TrainerThread::posted() const {
  std::lock_guard lock(mutex_);
  return posted_;
}

TrainSnapshotPtr TrainerThread::snapshot() {
  std::lock_guard lock(mutex_);
  if (!taken_) changed_.notify_all();
  taken_ = true;
  return snapshot_;
}

std::optional<Error> TrainerThread::take_error() {
  std::lock_guard lock(mutex_);
  if (errors_.empty()) return std::nullopt;
  Error error = errors_.front();
  errors_.pop_front();
  return error;
}

void TrainerThread::keep_at_end(std::function<void(const std::string& words)> tell) {
  std::lock_guard lock(mutex_);
  keep_ = std::move(tell);
}

bool TrainerThread::working() const {
  std::lock_guard lock(mutex_);
  return !broken_ && (!queue_.empty() || executing_ || working_);
}

bool TrainerThread::busy(const TrainSnapshot& seen) const {
  std::lock_guard lock(mutex_);
  if (broken_) return false;
  if (!queue_.empty() || executing_ || working_ || !errors_.empty() || seen.commands < posted_) return true;
  return !running_ && (measuring_ || unseen_ || seen.version != snapshot_->version);
}

void TrainerThread::run() {
  try {
    TrainWorker worker(device_, {[this] {
                                   std::lock_guard lock(mutex_);
                                   return stop_reading_ || stop_;
                                 },
                                 [this] {
                                   std::lock_guard lock(mutex_);
                                   return stop_ || !queue_.empty();
                                 },
                                 [this] {
                                   std::lock_guard lock(mutex_);
                                   return taken_;
                                 },
                                 [this](TrainSnapshotPtr snapshot) {
                                   {
                                     std::lock_guard lock(mutex_);
                                     snapshot_ = std::move(snapshot);
                                     taken_ = false;
                                   }
                                   wake_();
                                 }});
    loop(worker);
    std::function<void(const std::string&)> tell;
    {
      std::lock_guard lock(mutex_);
      tell = keep_;
    }
    if (tell) worker.keep_at_end(tell);
  } catch (...) {  // the device cannot be used at all
    std::lock_guard lock(mutex_);
    errors_.push_back(as_training_error(std::current_exception()));
    broken_ = true;
  }
  wake_();
}

void TrainerThread::note(const TrainWorker& worker) {
  running_ = worker.running();
  working_ = worker.working();
  measuring_ = worker.measuring();
  unseen_ = worker.changed() && !worker.running();
}

void TrainerThread::loop(TrainWorker& worker) {
  std::unique_lock lock(mutex_);
  while (!stop_) {
    if (!queue_.empty()) {
      Command command = std::move(queue_.front());
      queue_.pop_front();
      executing_ = true;
      stop_reading_ = false;
      lock.unlock();
      std::optional<Error> error;
      try {
        command(worker);
      } catch (...) {
        error = as_training_error(std::current_exception());
      }
      command = nullptr;
      worker.command_done();
      lock.lock();
      executing_ = false;
      if (error) errors_.push_back(*error);
      note(worker);
      // What waits knows where it leads by what post() was told.
      if (queue_.empty()) effect_ = {worker.place(), worker.moving()};
      if (error) wake_();
      continue;
    }
    const double now = steady_seconds();
    effect_ = {worker.next_place(now), worker.moving()};  // a command that comes from here on waits for the unit
    lock.unlock();
    std::optional<Error> thrown;
    try {
      worker.advance(now);
    } catch (...) {  // the training stays as it is, at rest
      thrown = as_training_error(std::current_exception());
      worker.pause();
    }
    lock.lock();
    if (thrown) errors_.push_back(*thrown);
    if (std::optional<Error> problem = worker.take_problem()) errors_.push_back(*problem);
    const bool was_busy = working_ || measuring_ || unseen_;
    note(worker);
    // An error may have stopped it before: what was posted meanwhile takes effect where it stands.
    if (queue_.empty()) effect_ = {worker.place(), worker.moving()};
    if (was_busy && !working_ && !measuring_ && !unseen_) wake_();  // whoever waits for that looks again
    if (stop_ || !queue_.empty()) continue;
    const double next = worker.next_time();
    if (std::isinf(next)) {
      changed_.wait(lock, [this] { return stop_ || !queue_.empty(); });
    } else if (next > 0) {
      changed_.wait_for(lock, std::chrono::duration<double>(next - steady_seconds()),
                        [this] { return stop_ || !queue_.empty(); });
    }
  }
}

}  // namespace striate
