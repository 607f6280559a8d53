#include "engine/training/data/burst_folder.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <map>

#include "engine/error.h"
#include "engine/files/utf8_names.h"
#include "engine/nearest_word.h"
#include "engine/training/data/picture_files.h"

namespace striate {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const std::string& path, const std::error_code& problem) {
  throw Error(fmt::format("{}: {}", utf8_name(path), problem.message()),
              "see whether the folder can be written to and has room");
}

}  // namespace

int64_t BurstClass::pictures() const {
  int64_t count = others;
  for (const Burst& burst : bursts) count += static_cast<int64_t>(burst.files.size());
  return count;
}

BurstFolder::BurstFolder(const std::string& folder) : path_(folder) {
  while (path_.size() > 1 && path_.back() == '/') path_.pop_back();
  std::error_code problem;
  if (!fs::is_directory(path_, problem)) {
    throw Error(fmt::format("{}: there is no such folder", utf8_name(path_)), "make it first, or choose another");
  }
  read();
}

BurstFolder::BurstFolder() : temporary_(true) {
  std::error_code problem;
  std::string pattern = (fs::temp_directory_path(problem) / "striate-own-XXXXXX").string();
  if (problem || mkdtemp(pattern.data()) == nullptr) {
    throw Error(fmt::format("{}: no folder can be made there for the pictures", pattern),
                "set TMPDIR to a folder that you may write to, or choose one: transfer.own.folder DIR");
  }
  path_ = pattern;
}

BurstFolder::~BurstFolder() {
  std::error_code ignored;
  fs::remove_all(temporary_ ? path_ : path_ + "/.removed", ignored);
}

void BurstFolder::read() {
  classes_.clear();
  std::error_code problem;
  for (fs::directory_iterator each(path_, problem), end; !problem && each != end; each.increment(problem)) {
    std::error_code ignored;
    const std::string name = each->path().filename().string();
    if (name[0] == '.' || !each->is_directory(ignored)) continue;
    BurstClass found;
    found.name = name;
    if (each->is_symlink(ignored)) links_[name] = found.link = fs::read_symlink(each->path(), ignored).string();
    std::map<int, Burst> bursts;
    int64_t passed_over = 0;
    for (const std::string& file : pictures_in(each->path().string(), passed_over)) {
      const std::optional<int> burst = burst_of_file(file);
      if (burst && fs::path(file).parent_path() == each->path()) {
        bursts[*burst].files.push_back(file);
      } else {
        ++found.others;
      }
    }
    for (auto& [number, burst] : bursts) burst.number = number, found.bursts.push_back(std::move(burst));
    classes_.push_back(std::move(found));
  }
  if (problem) fail(path_, problem);
  sort();
}

void BurstFolder::sort() {
  std::sort(classes_.begin(), classes_.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
}

const BurstClass* BurstFolder::find(std::string_view name) const {
  const auto found =
      std::find_if(classes_.begin(), classes_.end(), [&](const BurstClass& each) { return each.name == name; });
  return found == classes_.end() ? nullptr : &*found;
}

const BurstClass& BurstFolder::need(std::string_view name) const {
  if (const BurstClass* found = find(name)) return *found;
  std::vector<std::string> names;
  for (const BurstClass& each : classes_) names.push_back(each.name);
  throw Error(fmt::format("there is no own class '{}'", name),
              names.empty() ? fmt::format("make it: transfer.class {}", name) : nearest_hint(name, names));
}

BurstClass& BurstFolder::of(std::string_view name) {
  return classes_[static_cast<size_t>(&need(name) - classes_.data())];
}

int64_t BurstFolder::pictures() const {
  int64_t count = 0;
  for (const BurstClass& each : classes_) count += each.pictures();
  return count;
}

int64_t BurstFolder::bursts() const {
  int64_t count = 0;
  for (const BurstClass& each : classes_) count += static_cast<int64_t>(each.bursts.size());
  return count;
}

void BurstFolder::check_whole() const {
  if (classes_.size() < 2) {
    throw Error(classes_.empty() ? "there are no own classes yet" : "there is one own class only",
                "telling things apart needs two: name a class, hold its button and show things to the camera");
  }
  for (const BurstClass& each : classes_) {
    if (each.pictures() == 0) {
      throw Error(fmt::format("class '{}' has no pictures yet", each.name),
                  "hold its button and show things to the camera, or remove it");
    }
  }
}

void BurstFolder::add_class(const std::string& name) {
  check_name(name);
  if (find(name) != nullptr) {
    throw Error(fmt::format("there is a class '{}' already", name), "hold its button, or take another name");
  }
  std::error_code problem;
  fs::create_directory(path_ + "/" + name, problem);
  if (problem) fail(path_ + "/" + name, problem);
  classes_.push_back({.name = name, .link = {}, .bursts = {}});
  sort();
  ++revision_;
}

void BurstFolder::link(const std::string& folder) {
  std::error_code problem;
  std::string from = fs::canonical(folder, problem).string();
  if (problem || !fs::is_directory(from, problem)) {
    throw Error(fmt::format("{}: there is no such folder", utf8_name(folder)),
                "name a folder with pictures of a class");
  }
  int64_t ignored = 0;
  std::vector<std::string> chosen;
  const std::vector<std::string> pictures = pictures_in(from, ignored);
  const auto lies_here = [&](const std::string& file) { return file.rfind('/') == from.size(); };
  if (std::any_of(pictures.begin(), pictures.end(), lies_here)) {
    chosen.push_back(from);
  } else {
    for (const std::string& each : folders_in(from)) {
      const std::string inside = fmt::format("{}/{}", from, each);
      if (!pictures_in(inside, ignored).empty()) chosen.push_back(inside);
    }
  }
  if (chosen.empty()) {
    throw Error(fmt::format("{}: there is no picture in it", utf8_name(folder)),
                "drop a folder with pictures of one class, or a folder of such folders");
  }
  for (const std::string& each : chosen) {
    const std::string name = fs::path(each).filename().string();
    check_name(name);
    if (find(name) != nullptr) {
      throw Error(fmt::format("there is a class '{}' already", name), "remove it first, or rename the folder");
    }
  }
  for (const std::string& each : chosen) {
    const std::string place = path_ + "/" + fs::path(each).filename().string();
    fs::create_directory_symlink(each, place, problem);
    if (problem) fail(place, problem);
    links_[fs::path(each).filename().string()] = each;
  }
  read();
  ++revision_;
}

// The bursts of a class one by one, so that each can come back.
void BurstFolder::remove_class(const std::string& name) {
  const BurstClass& gone = need(name);
  const std::string folder = path_ + "/" + name;
  std::error_code problem;
  if (gone.link.empty()) {
    if (gone.others > 0) {
      throw Error(fmt::format("class '{}' has {} pictures that were not taken here", name, gone.others),
                  fmt::format("remove them yourself: {}", utf8_name(folder)));
    }
    for (const Burst& burst : std::vector<Burst>(gone.bursts)) move_burst(name, burst.number, false);
  }
  fs::remove(folder, problem);  // a link, not what it leads to; a folder only where it is empty
  if (problem) fail(folder, problem);
  std::erase_if(classes_, [&](const BurstClass& each) { return each.name == name; });
  ++revision_;
}

void BurstFolder::remove_burst(const std::string& name, int number) {
  const BurstClass& own = need(name);
  const bool there =
      std::any_of(own.bursts.begin(), own.bursts.end(), [&](const Burst& each) { return each.number == number; });
  if (!there) {
    throw Error(fmt::format("class '{}' has no burst {}", name, number),
                own.bursts.empty() ? "it has none"
                                   : fmt::format("from {} to {}", own.bursts.front().number, own.bursts.back().number));
  }
  if (!own.link.empty()) {
    throw Error(fmt::format("class '{}' is a folder of yours, which nothing is taken from", name),
                fmt::format("remove the whole class: transfer.class.remove {}", name));
  }
  move_burst(name, number, false);
  ++revision_;
}

void BurstFolder::move_burst(const std::string& name, int number, bool back) {
  const std::string here = path_ + "/" + name, there = removed(name);
  const std::string& from = back ? there : here;
  const std::string& to = back ? here : there;
  std::error_code problem;
  fs::create_directories(to, problem);
  if (problem) fail(to, problem);
  Burst moved{number, {}};
  int64_t ignored = 0;
  for (const std::string& file : pictures_in(from, ignored)) {
    if (burst_of_file(file) != number) continue;
    moved.files.push_back(to + file.substr(file.rfind('/')));
    fs::rename(file, moved.files.back(), problem);
    if (problem) fail(file, problem);
  }
  BurstClass& own = of(name);
  std::erase_if(own.bursts, [&](const Burst& each) { return each.number == number; });
  if (!back || moved.files.empty()) return;
  own.bursts.push_back(std::move(moved));
  std::sort(own.bursts.begin(), own.bursts.end(), [](const auto& a, const auto& b) { return a.number < b.number; });
}

// No number comes twice, not even one of a burst that was taken away: it may come back.
int BurstFolder::begin_burst(const std::string& name) {
  const BurstClass& own = need(name);
  if (!own.link.empty()) {
    throw Error(fmt::format("class '{}' is a folder of yours, which nothing is written into", name),
                "make a class for the camera's pictures: transfer.class NAME");
  }
  int next = own.bursts.empty() ? 0 : own.bursts.back().number + 1;
  std::error_code missing;
  if (fs::is_directory(removed(name), missing)) {
    int64_t ignored = 0;
    for (const std::string& file : pictures_in(removed(name), ignored)) {
      next = std::max(next, burst_of_file(file).value_or(-1) + 1);
    }
  }
  return next;
}

std::string BurstFolder::file_name(const std::string& name, int burst, int picture) const {
  return fmt::format("{}/{}/burst-{:03}-{:03}.png", path_, name, burst, picture);
}

bool BurstFolder::took(const std::string& name, int burst, const std::string& file) {
  if (find(name) == nullptr) {
    std::error_code ignored;
    fs::remove(file, ignored);
    return false;
  }
  std::vector<Burst>& bursts = of(name).bursts;
  if (bursts.empty() || bursts.back().number != burst) bursts.push_back({burst, {}});
  bursts.back().files.push_back(file);
  return true;
}

void BurstFolder::take_over(const BurstFolder& other) {
  for (const BurstClass& each : other.classes_) {
    if (!each.link.empty()) {
      if (find(each.name) == nullptr) link(each.link);
      continue;
    }
    if (find(each.name) == nullptr) add_class(each.name);
    for (const Burst& burst : each.bursts) {
      const int number = begin_burst(each.name);
      for (size_t i = 0; i < burst.files.size(); ++i) {
        const std::string to = file_name(each.name, number, static_cast<int>(i));
        std::error_code problem;
        fs::copy_file(burst.files[i], to, problem);
        if (problem) fail(to, problem);
        took(each.name, number, to);
      }
    }
  }
  ++revision_;
}

}  // namespace striate
