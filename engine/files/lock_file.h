// A file that a program holds for as long as it lives, so that others can tell whether it still does. The hold is the
// kernel's (flock): it ends with the process however that ended, at once, and a process that got the same number later
// does not have it.
#pragma once

#include <string>

namespace striate {

class LockFile {
 public:
  LockFile() = default;
  // Makes the file and holds it. held() is false afterwards where somebody else holds it or it cannot be made.
  explicit LockFile(const std::string& path);
  ~LockFile();  // removes the file
  LockFile(LockFile&& other) noexcept;
  LockFile& operator=(LockFile&& other) noexcept;

  bool held() const { return descriptor_ >= 0; }
  int error() const { return error_; }  // errno where it is not held

  enum class State { missing, free, held, unknown };  // unknown: a file system without locks, no permission
  // Whether anybody holds this file; this program's own objects count as well.
  static State look(const std::string& path);

 private:
  std::string path_;
  int descriptor_ = -1, error_ = 0;
};

}  // namespace striate
