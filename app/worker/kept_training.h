// Training that was kept once a minute by a program that then did not close in order: files
// STATE_FOLDER/training-PID.safetensors whose process is gone, and training-PID-N.safetensors that it had put aside. A
// program that closes in order removes its own.
#pragma once

#include <string>
#include <vector>

namespace striate {

class LostTraining {
 public:
  // Looks once, as soon as there is a folder. True: something was found.
  bool look(const std::string& folder);
  // Where this program keeps its own; makes the folder. Empty where there is none, or it cannot be made.
  std::string own_file(const std::string& folder) const;

  std::string newest() const;            // empty: nothing was lost
  void forget(const std::string& file);  // is offered no more; and is deleted: it lives on in the program
  void remove(const std::string& file) { forget(file); }

 private:
  bool looked_ = false;
  std::vector<std::string> files_;  // the newest last
};

}  // namespace striate
