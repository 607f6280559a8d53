// What names of files and classes say, and all of a folder's bursts as one line of text.
#include <algorithm>
#include <charconv>
#include <filesystem>
#include <map>

#include "engine/error.h"
#include "engine/files/utf8_names.h"
#include "engine/training/data/burst_folder.h"

namespace striate {
namespace {

constexpr std::string_view kBegins = "burst-";

std::optional<int> number_in(std::string_view digits) {
  int number = 0;
  const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (digits.empty() || digits[0] == '-' || problem != std::errc() || end != digits.data() + digits.size())
    return std::nullopt;
  return number;
}

std::vector<std::string_view> parts_of(std::string_view text, char sign) {
  std::vector<std::string_view> parts;
  while (!text.empty()) {
    const size_t end = std::min(text.find(sign), text.size());
    parts.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parts;
}

}  // namespace

void BurstFolder::check_name(const std::string& name) {
  const auto is_bad = [](unsigned char c) {
    return c < 32 || c == '/' || c == '\\' || c == '|' || c == ':' || c == '=';
  };
  if (name.empty() || name.size() > 60 || name[0] == '.' || std::any_of(name.begin(), name.end(), is_bad)) {
    throw Error(fmt::format("'{}' can't be the name of a class", utf8_name(name)),
                "its pictures lie in a folder of this name: up to 60 letters without / \\ | : =, no dot in front");
  }
  if (name == "train" || name == "test") {
    throw Error(fmt::format("a folder '{}' means a part of the data, not a class", name), "take another name");
  }
}

std::optional<int> burst_of_file(std::string_view path) {
  const std::string_view name = path.substr(path.rfind('/') + 1);
  if (!name.starts_with(kBegins)) return std::nullopt;
  const std::string_view rest = name.substr(kBegins.size(), name.rfind('.') - kBegins.size());
  const size_t dash = rest.find('-');
  if (dash == std::string_view::npos || !number_in(rest.substr(dash + 1))) return std::nullopt;
  return number_in(rest.substr(0, dash));
}

std::string BurstFolder::text() const {
  std::string text;
  for (const BurstClass& each : classes_) {
    if (!text.empty()) text += '|';
    if (!each.link.empty()) {
      text += each.name + "=";
      continue;
    }
    text += each.name + ":";
    for (size_t i = 0; i < each.bursts.size(); ++i)
      text += fmt::format("{}{}", i > 0 ? "," : "", each.bursts[i].number);
  }
  return text.empty() ? "none" : text;
}

void BurstFolder::keep(const std::string& text) {
  struct Wanted {
    bool link = false;
    std::vector<int> bursts;
  };
  std::map<std::string, Wanted> wanted;
  for (const std::string_view part : parts_of(text, '|')) {
    if (part == "none") continue;
    const size_t sign = part.find_first_of(":=");
    const std::string name(part.substr(0, sign));
    check_name(name);
    if (sign == std::string_view::npos) throw Error(fmt::format("'{}' names no bursts", part), "as in \"cup:0,1\"");
    Wanted& one = wanted[name];
    if (part[sign] == '=') {
      one.link = true;
      continue;
    }
    for (const std::string_view number : parts_of(part.substr(sign + 1), ',')) {
      const std::optional<int> burst = number_in(number);
      if (!burst) throw Error(fmt::format("'{}' is no burst's number", number), "as in \"cup:0,1\"");
      one.bursts.push_back(*burst);
    }
  }
  if (text == this->text()) return;
  const std::vector<BurstClass> before = classes_;
  for (const BurstClass& each : before) {
    const auto found = wanted.find(each.name);
    if (found == wanted.end() || found->second.link == each.link.empty()) {
      remove_class(each.name);
      continue;
    }
    for (const Burst& burst : each.bursts) {
      if (std::find(found->second.bursts.begin(), found->second.bursts.end(), burst.number) ==
              found->second.bursts.end() &&
          each.link.empty())
        remove_burst(each.name, burst.number);
    }
  }
  std::string missing;
  for (const auto& each : wanted) {
    const std::string& name = each.first;
    const Wanted& one = each.second;
    if (one.link) {
      const auto known = links_.find(name);
      if (find(name) == nullptr && known != links_.end()) link(std::string(known->second));
      if (find(name) == nullptr) missing = fmt::format("the folder of class '{}' is nowhere", name);
      continue;
    }
    if (find(name) == nullptr) add_class(name);
    for (const int burst : one.bursts) {
      const auto has = [&] {
        const std::vector<Burst>& all = need(name).bursts;
        return std::any_of(all.begin(), all.end(), [&](const Burst& own) { return own.number == burst; });
      };
      std::error_code ignored;
      if (!has() && std::filesystem::is_directory(removed(name), ignored)) move_burst(name, burst, true);
      if (!has()) missing = fmt::format("burst {} of class '{}' is nowhere", burst, name);
    }
  }
  ++revision_;
  if (!missing.empty()) throw Error(missing, "its pictures were in a folder that is gone: take them again");
}

}  // namespace striate
