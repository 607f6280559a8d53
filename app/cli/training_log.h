// The CSV that `striate train --log` writes: a row for each step, with the validation part where it was looked at. It
// grows with the training, so that a program that is killed leaves the rows of what it did. A training that goes on
// keeps the rows up to where it goes on from.
#pragma once

#include <cstdint>
#include <string>

#include "engine/training/trainer.h"

namespace striate {

class TrainingLog {
 public:
  // `goes_on`: rows of an older file up to step `first` are kept; a file that is no such log is an Error, or, with
  // `force`, replaced. An empty path: write() does nothing.
  TrainingLog(std::string path, int64_t first, bool goes_on, bool force);
  // The rows of all steps since the last time. Throws Error; the next one makes up for it.
  void write(Trainer& trainer);

 private:
  std::string kept_rows() const;  // header and rows of the older file
  void complete(std::string& kept, const History& history) const;
  std::string rows(Trainer& trainer, int64_t after) const;

  std::string path_;
  int64_t first_, written_;
  bool goes_on_, force_, begun_ = false;
  // What stands in the file: the last row is written again, in case that its validation has come since.
  uint64_t size_ = 0, last_row_ = 0;
};

}  // namespace striate
