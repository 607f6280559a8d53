// The handout of the open lesson (`striate handout`), made by another run of this program: it plays the lesson from its
// beginning, while this window stays as it is.
#pragma once

#include <functional>
#include <string>

#include "app/worker/latest.h"

namespace striate {

class App;

class HandoutMaker {
 public:
  HandoutMaker(App& app, std::function<void()> wake);
  void declare();  // lesson.handout, as command and readout
  bool look();     // once a frame: tells of one that is done or has failed; true where it did
  bool busy() const { return busy_; }

 private:
  void make(const std::string& path);

  App& app_;
  Latest<std::string> job_;  // the path
  bool busy_ = false;
  std::string made_;  // the last one's path
};

}  // namespace striate
