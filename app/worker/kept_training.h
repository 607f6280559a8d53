// Training that is in no file of a person's, kept once a minute against a crash, by the window and by the command line:
// files training-ID.safetensors in the folder for a user's state, and training-ID-N.safetensors that a lesson put
// aside. ID is the process's number, or another where that is taken. A program that ends in order removes its own. One
// that lives holds training-ID.lock (engine/files/lock_file.h): files without a holder were lost, and are offered
// again.
#pragma once

#include <cstdint>
#include <ctime>
#include <optional>
#include <string>
#include <vector>

#include "engine/error.h"
#include "engine/files/lock_file.h"

namespace striate {

// A folder of this user's in the system's folder for temporary files: where the usual one cannot be written to. Not
// made here; empty where somebody else owns it.
std::string fallback_folder();

// This program's own places.
class KeptPlaces {
 public:
  KeptPlaces() = default;
  // Makes the folders, and holds a name in each of them.
  explicit KeptPlaces(const std::vector<std::string>& folders);

  const std::vector<std::string>& files() const { return files_; }  // the first is the best; may be empty
  // Why the first folder cannot be used, in two lines that say where it is kept instead.
  const std::optional<Error>& problem() const { return problem_; }

 private:
  std::vector<std::string> files_;
  std::vector<LockFile> locks_;
  std::optional<Error> problem_;
};

// A file that nobody holds any more.
struct LostTraining {
  std::string path;
  std::string model, data;  // names; empty where the file cannot be read
  int64_t step = 0;
  std::time_t time = 0;  // when it was written
  bool opens = false;    // in the window: it says where its pictures are
  // "tiny on digits, step 1240, today 14:03"
  std::string words(std::time_t now) const;
};
// The newest first. Names that a dead program held are cleared away.
std::vector<LostTraining> lost_trainings(const std::vector<std::string>& folders);

// "today 14:03", "yesterday 14:03", "19 Nov 14:03", with the year where it is another one.
std::string moment_words(std::time_t then, std::time_t now);

}  // namespace striate
