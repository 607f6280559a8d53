// The one error type of Striate. A user's mistake (file, shape, setting, missing memory) throws it;
// the window shows both lines and goes on, the command line prints both and exits with status 1.
// It stands in kernels/ because launches and allocations throw it too, and arrows only point down.
#pragma once

#include <exception>
#include <string>
#include <utility>

namespace striate {

class Error : public std::exception {
 public:
  // what: what happened, one line, no full stop. hint: what to do about it, one line.
  Error(std::string what, std::string hint) : what_(std::move(what)), hint_(std::move(hint)) {}

  const char* what() const noexcept override { return what_.c_str(); }
  const std::string& hint() const noexcept { return hint_; }

 private:
  std::string what_;
  std::string hint_;
};

}  // namespace striate
