// The thread that trains: commands in by a queue, immutable snapshots out, at most 30 a second and only when the last
// one was taken. All that is done stands in TrainWorker (train_worker.h); here is the thread, the queue and their lock.
//
// A command takes effect at a boundary between two units of work that post() knows: with it a recording says at which
// step something was done, and gives the same weights again.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "app/worker/train_snapshot.h"
#include "app/worker/train_worker.h"

namespace striate {

class TrainerThread {
 public:
  // Starts the thread. `wake` is called from it whenever there is something new.
  TrainerThread(Device device, std::function<void()> wake);
  ~TrainerThread();  // stops at the next boundary, reading data included
  TrainerThread(const TrainerThread&) = delete;
  TrainerThread& operator=(const TrainerThread&) = delete;

  using Command = std::function<void(TrainWorker&)>;
  // Where a command takes effect. moving: training is on its way there.
  struct Effect {
    TrainPlace place;
    bool moving = false;
  };
  // Returns at once; an Error of the command comes out of take_error(). `then`: where it leads, if it knows: what the
  // next command is told. stop_reading: data that are being read for a command before are given up.
  Effect post(Command command, std::optional<Effect> then = std::nullopt, bool stop_reading = false);
  Effect effect() const;    // of a command that would be posted now
  uint64_t posted() const;  // commands so far; see TrainSnapshot::commands

  TrainSnapshotPtr snapshot();  // the newest; never null
  std::optional<Error> take_error();
  // When the thread ends, what is in no file of a person's stays in this program's own, to be recovered; else that is
  // removed. `tell`: is told where, or why not, on the thread.
  void keep_at_end(std::function<void(const std::string& words)> tell);
  // A command was not done yet, or training is on its way to a place that one named. Free running is neither.
  bool working() const;
  // Or, while training rests: the test part is being measured, or the newest snapshot is not `seen`.
  bool busy(const TrainSnapshot& seen) const;

 private:
  void run();
  void loop(TrainWorker& worker);
  void note(const TrainWorker& worker);

  const Device device_;
  const std::function<void()> wake_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Command> queue_;
  std::deque<Error> errors_;
  TrainSnapshotPtr snapshot_;
  bool taken_ = true;
  bool stop_ = false, stop_reading_ = false, broken_ = false;
  std::function<void(const std::string& words)> keep_;  // at the end
  bool executing_ = false;                              // a command is being done
  Effect effect_;                                       // of a command posted now
  uint64_t posted_ = 0;
  bool running_ = false, working_ = false, measuring_ = false, unseen_ = false;
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace striate
