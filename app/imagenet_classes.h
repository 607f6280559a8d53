// The names of ImageNet's classes, which are part of the program.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace striate {

// The 1000 of ImageNet, with "background" before them where there are 1001; else none.
std::vector<std::string> imagenet_classes(int64_t classes);

}  // namespace striate
