// Variables of the environment in tests: what was there before is there again afterwards, however the test ends.
#pragma once

#include <cstdlib>
#include <optional>
#include <string>
#include <utility>

namespace striate {

class EnvironmentVariable {
 public:
  explicit EnvironmentVariable(std::string name) : name_(std::move(name)) {
    if (const char* value = std::getenv(name_.c_str())) before_ = value;
  }
  EnvironmentVariable(std::string name, const std::string& value) : EnvironmentVariable(std::move(name)) { set(value); }
  ~EnvironmentVariable() {
    if (before_) {
      set(*before_);
    } else {
      remove();
    }
  }
  EnvironmentVariable(const EnvironmentVariable&) = delete;
  EnvironmentVariable& operator=(const EnvironmentVariable&) = delete;

  void set(const std::string& value) const { setenv(name_.c_str(), value.c_str(), 1); }
  void remove() const { unsetenv(name_.c_str()); }

 private:
  std::string name_;
  std::optional<std::string> before_;
};

}  // namespace striate
