#include "app/network/class_names.h"

#include <fmt/format.h>

#include <algorithm>

#include "app/command/registry.h"
#include "engine/error.h"
#include "engine/lower_case.h"
#include "engine/nearest_word.h"
#include "engine/trimmed.h"

namespace striate {
namespace {

std::vector<std::string> names_of(const std::string& name) {
  std::vector<std::string> names = {lower_case(name)};
  size_t begin = 0;
  while (name.find(',') != std::string::npos && begin <= name.size()) {
    const size_t comma = std::min(name.find(',', begin), name.size());
    names.push_back(lower_case(trimmed(name.substr(begin, comma - begin))));
    begin = comma + 1;
  }
  return names;
}

}  // namespace

int find_class(const OpenNetworkInfo& info, const std::string& text) {
  const std::string wanted = lower_case(trimmed(text));
  int64_t index = 0;
  if (parse_integer(wanted, &index)) return index >= 0 && index < info.class_count ? static_cast<int>(index) : -1;
  for (size_t c = 0; c < info.classes.size(); ++c) {
    const std::vector<std::string> names = names_of(info.classes[c]);
    if (std::find(names.begin(), names.end(), wanted) != names.end()) return static_cast<int>(c);
  }
  return -1;
}

int need_class(const OpenNetworkInfo& info, const std::string& text) {
  if (info.class_count == 0) {
    throw Error(fmt::format("{} does not name what a picture shows", info.name),
                "open a network with classes: network.open NAME, or network.open FILE");
  }
  const int found = find_class(info, text);
  if (found >= 0) return found;
  if (!info.named) {
    throw Error(fmt::format("{} has no class {}", info.name, text),
                fmt::format("its classes have no names: they count from 0 to {}", info.class_count - 1));
  }
  std::vector<std::string> names;
  for (const std::string& name : info.classes) {
    for (std::string& each : names_of(name)) names.push_back(std::move(each));
  }
  throw Error(fmt::format("{} has no class {}", info.name, text), nearest_hint(lower_case(text), names));
}

}  // namespace striate
