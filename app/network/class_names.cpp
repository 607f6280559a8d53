#include "app/network/class_names.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "app/command/registry.h"
#include "engine/error.h"
#include "engine/lower_case.h"
#include "engine/nearest_word.h"
#include "engine/trimmed.h"

namespace striate {
namespace {

// All of it, and each of the names between its commas.
std::vector<std::string> names_of(const std::string& name) {
  std::vector<std::string> names = {name};
  size_t begin = 0;
  while (name.find(',') != std::string::npos && begin <= name.size()) {
    const size_t comma = std::min(name.find(',', begin), name.size());
    names.emplace_back(trimmed(name.substr(begin, comma - begin)));
    begin = comma + 1;
  }
  return names;
}

// The shortest name with `word` in it as a word, "Siberian husky" of "husky"; empty: none has it.
std::string name_with(const std::string& word, const std::vector<std::string>& names) {
  const auto letter = [](const std::string& in, size_t at) {
    return at < in.size() && std::isalnum(static_cast<unsigned char>(in[at])) != 0;
  };
  std::string best;
  for (const std::string& name : names) {
    const std::string lower = lower_case(name);
    const size_t at = word.empty() ? std::string::npos : lower.find(word);
    if (at == std::string::npos || (at > 0 && letter(lower, at - 1)) || letter(lower, at + word.size())) continue;
    if (best.empty() || name.size() < best.size()) best = name;
  }
  return best;
}

constexpr size_t kMostListed = 20;

}  // namespace

std::string hint_of_class(const OpenNetworkInfo& info, const std::string& text) {
  const int last = info.class_count - 1;
  if (!info.named) return fmt::format("its classes have no names: they count from 0 to {}", last);
  const std::string wanted = lower_case(trimmed(text));
  int64_t index = 0;
  if (!parse_integer(wanted, &index)) {
    std::vector<std::string> names;
    for (const std::string& name : info.classes) {
      for (std::string& each : names_of(name)) names.push_back(std::move(each));
    }
    std::string near = name_with(wanted, names);
    if (near.empty()) near = nearest_word(wanted, names);
    if (!near.empty()) return fmt::format("did you mean '{}'?", near);
  }
  const std::string some =
      info.classes.size() <= kMostListed
          ? fmt::format("have the names {}", fmt::join(info.classes, ", "))
          : fmt::format("have names such as '{}'", info.classes[0].substr(0, info.classes[0].find(',')));
  return fmt::format("classes count from 0 to {}, or {}", last, some);
}

int find_class(const OpenNetworkInfo& info, const std::string& text) {
  const std::string wanted = lower_case(trimmed(text));
  int64_t index = 0;
  if (parse_integer(wanted, &index)) return index >= 0 && index < info.class_count ? static_cast<int>(index) : -1;
  for (size_t c = 0; c < info.classes.size(); ++c) {
    for (const std::string& name : names_of(info.classes[c])) {
      if (lower_case(name) == wanted) return static_cast<int>(c);
    }
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
  throw Error(fmt::format("{} has no class {}", info.name, text), hint_of_class(info, text));
}

}  // namespace striate
