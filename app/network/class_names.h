// A class as people name it: by its index, or by its name; ImageNet's classes have several names with commas between.
#pragma once

#include <string>

#include "engine/session/open_network.h"

namespace striate {

// Its index; -1: there is no such class.
int find_class(const OpenNetworkInfo& info, const std::string& text);
// What may be meant by a name that no class has, or what there is.
std::string hint_of_class(const OpenNetworkInfo& info, const std::string& text);
// Throws Error: a network without classes, no such class, with the name that may be meant.
int need_class(const OpenNetworkInfo& info, const std::string& text);

}  // namespace striate
