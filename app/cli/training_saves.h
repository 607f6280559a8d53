// Where `striate train` saves, and when: once a minute while it trains and at every end, whatever ended it. To the file
// of --save; where that cannot be written, or there is none, to a file of this program's own
// (app/worker/kept_training.h) that is named on standard error, and removed at an ordinary end. So a training can be
// killed at any moment with a minute lost.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include "app/worker/kept_training.h"
#include "engine/error.h"
#include "engine/export/overwrite.h"

namespace striate {

class TrainingSaves {
 public:
  struct Settings {
    std::string save;           // of --save; may be empty
    bool weights_only = false;  // what the end writes there: it cannot go on, so the minutes are kept elsewhere
    std::string resumed;        // of --resume
    double every = 60;          // seconds
  };
  // write(file, whole): with the state of training, or without. Throws Error.
  using Write = std::function<void(const std::string& file, bool whole)>;
  TrainingSaves(Settings settings, Write write);

  // Whether what was learned since the last time has to be saved, where nothing can be for so many seconds.
  bool due(double ahead = 0) const;
  void keep();  // now. What goes wrong is told, once, and never throws

  struct End {
    std::string file;              // where it is; empty: nowhere
    std::string goes_on;           // what --resume can take
    std::optional<Error> problem;  // the wanted place failed
  };
  // At the end. `stopped`: before the goal, so it is saved without --save as well.
  End finish(bool stopped);
  // The results could not be told and nothing was saved: keeps it, and returns where.
  std::string keep_after_all();
  // Everything is told and saved: what was kept is not needed any more.
  void remove_kept();

 private:
  const KeptPlaces& places();
  std::string kept();  // writes the whole training to the first place that takes it; throws Error
  void tell_once(const std::string& text);
  std::string stopped_file() const;

  Settings settings_;
  FileIdentity resumed_;  // the file of --resume, as it was read
  Write write_;
  std::optional<KeptPlaces> places_;
  std::vector<std::string> kept_;  // files that were written there
  std::string told_;
  bool named_ = false;
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

}  // namespace striate
