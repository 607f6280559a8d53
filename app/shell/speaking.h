// Who says the lines that run while one of these lives (Controls::Origin).
#pragma once

#include <utility>

#include "app/command/controls.h"

namespace striate {

class Speaking {
 public:
  Speaking(Controls::Origin& speaker, Controls::Origin who) : speaker_(speaker), before_(std::exchange(speaker, who)) {}
  ~Speaking() { speaker_ = before_; }
  Speaking(const Speaking&) = delete;
  Speaking& operator=(const Speaking&) = delete;

 private:
  Controls::Origin& speaker_;
  Controls::Origin before_;
};

}  // namespace striate
