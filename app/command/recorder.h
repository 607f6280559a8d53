// Writes the commands of a session as a script that `striate play` runs again.
//
// The lines go at once to FILE.part beside the target, so that a crash loses nothing; finish() gives the file its name.
// Moving the mouse alone sends commands too (PAGE.hover, PAGE.cursor, PAGE.view): of a run of one of them only the last
// is written, and a hover at the very end is not.
#pragma once

#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include "engine/error.h"

namespace striate {

class Recorder {
 public:
  // `state`: the commands that bring a fresh program to where the recording starts. Throws Error where the file cannot
  // be written or its name does not end in .striate or .txt.
  Recorder(std::string path, const std::vector<std::string>& state);
  ~Recorder();  // finishes; prints what fails
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;

  void add(std::string_view line);  // a command that was run; throws Error (disk full)
  void finish();                    // gives the file its name; throws Error. Nothing can be added after it.
  const std::string& path() const { return path_; }

 private:
  void write(std::string_view line);
  void flush_place();

  std::string path_;
  std::string part_;
  std::FILE* file_ = nullptr;
  std::string place_;  // the last of a run of lines that say a place, not written yet
};

}  // namespace striate
