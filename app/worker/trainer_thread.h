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
  // Returns at once. Where the command takes effect, if training runs; an Error of it comes out of take_error().
  struct Effect {
    TrainPlace place;
    bool running = false;
  };
  Effect post(Command command);
  // The same for a command that ends the reading of data: what is being read is given up.
  Effect post_and_stop_reading(Command command);

  TrainSnapshotPtr snapshot();  // the newest; never null
  std::optional<Error> take_error();
  // A command was not done yet, or training is on its way to a place that one named. Free running is neither.
  bool working() const;
  bool busy() const;  // or the test part is measured while training rests, or a snapshot is not taken yet

 private:
  void run();
  void loop(TrainWorker& worker);

  const Device device_;
  const std::function<void()> wake_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Command> queue_;
  std::deque<Error> errors_;
  TrainSnapshotPtr snapshot_;
  bool taken_ = true;
  bool stop_ = false, stop_reading_ = false, broken_ = false;
  bool executing_ = false;  // a command is being done
  Effect effect_;           // of a command posted now
  bool working_ = false, measuring_ = false, unseen_ = false;
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace striate
