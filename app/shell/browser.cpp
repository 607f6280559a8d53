#include "app/shell/browser.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "app/command/lesson_package.h"
#include "app/network/network_in_use.h"
#include "app/shell/samples.h"
#include "app/words/words.h"
#include "engine/error.h"
#include "engine/files/image_file.h"
#include "engine/lower_case.h"
#include "kernels/resize.h"

namespace striate {
namespace fs = std::filesystem;
namespace {

ImagePtr shrunk(const Image& image) {
  double scale = std::min(1.0, static_cast<double>(Thumbnails::kSide) / std::max(image.width, image.height));
  auto small = std::make_shared<Image>();
  small->width = std::max(1, static_cast<int>(image.width * scale + 0.5));
  small->height = std::max(1, static_cast<int>(image.height * scale + 0.5));
  small->channels = image.channels;
  small->name = image.name;
  small->bytes.resize(small->value_count());
  Stream stream(Device::cpu());
  resize(stream, Resample::area, image.bytes.data(), image.height, image.width, image.channels, small->bytes.data(),
         small->height, small->width);
  return small;
}

}  // namespace

bool has_ending(const std::string& name, const std::vector<std::string>& endings) {
  const std::string ending = lower_case(fs::path(name).extension().string());
  return std::find(endings.begin(), endings.end(), ending) != endings.end();
}

bool is_picture_name(const std::string& name) {
  static const std::vector<std::string> endings = {".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tga",
                                                   ".ppm", ".pgm", ".pbm",  ".pnm", ".psd", ".tif",  ".tiff"};
  return has_ending(name, endings);
}

bool can_be_opened(const std::string& name) {
  static const std::vector<std::string> endings = {".md", ".course", ".striate"};
  return is_picture_name(name) || is_lesson_package(name) || has_ending(name, endings) ||
         has_ending(name, network_endings());
}

std::vector<FileEntry> list_folder(const std::string& folder, bool hidden, const std::vector<std::string>& endings) {
  std::error_code failure;
  fs::directory_iterator files(folder, fs::directory_options::skip_permission_denied, failure);
  if (failure) {
    throw Error(fmt::format("the folder {} cannot be shown: {}", folder, failure.message()), "choose another folder");
  }
  std::vector<FileEntry> entries;
  for (const fs::directory_iterator end; files != end; files.increment(failure)) {
    if (failure) break;
    FileEntry entry;
    entry.name = files->path().filename().string();
    if (!hidden && entry.name.starts_with(".")) continue;
    std::error_code ignored;
    entry.folder = files->is_directory(ignored);
    if (!entry.folder && !(endings.empty() ? can_be_opened(entry.name) : has_ending(entry.name, endings))) continue;
    entry.path = files->path().string();
    if (!entry.folder) entry.bytes = files->file_size(ignored);
    if (ignored) entry.bytes = 0;
    entries.push_back(std::move(entry));
  }
  std::sort(entries.begin(), entries.end(), [](const FileEntry& a, const FileEntry& b) {
    if (a.folder != b.folder) return a.folder;
    std::string la = lower_case(a.name), lb = lower_case(b.name);
    return la != lb ? la < lb : a.name < b.name;
  });
  return entries;
}

std::vector<FileEntry> filtered(const std::vector<FileEntry>& entries, const std::string& filter) {
  std::vector<std::string> words;
  std::string word;
  for (char c : lower_case(filter) + " ") {
    if (c != ' ') {
      word += c;
    } else if (!word.empty()) {
      words.push_back(std::exchange(word, {}));
    }
  }
  std::vector<FileEntry> kept;
  for (const FileEntry& entry : entries) {
    std::string name = lower_case(entry.name);
    if (std::all_of(words.begin(), words.end(),
                    [&](const std::string& w) { return name.find(w) != std::string::npos; })) {
      kept.push_back(entry);
    }
  }
  if (!words.empty()) {
    std::stable_partition(kept.begin(), kept.end(),
                          [&](const FileEntry& e) { return lower_case(e.name).starts_with(words[0]); });
  }
  return kept;
}

std::string expanded_path(const std::string& typed, const std::string& folder) {
  if (typed.empty()) return folder;
  fs::path path(typed);
  if (typed == "~" || typed.starts_with("~/")) {
    const char* home = std::getenv("HOME");
    path = fs::path(home && *home ? home : "/") / typed.substr(std::min<size_t>(2, typed.size()));
  } else if (path.is_relative()) {
    path = fs::path(folder) / path;
  }
  return path.lexically_normal().string();
}

std::string completed_path(const std::string& typed, bool hidden) {
  size_t slash = typed.rfind('/');
  if (slash == std::string::npos) return typed;
  std::string folder = typed.substr(0, slash + 1), begin = typed.substr(slash + 1);
  std::string common;
  bool only_folder = false;
  int candidates = 0;
  std::vector<FileEntry> entries;
  try {
    entries = list_folder(expanded_path(folder, "/"), hidden || begin.starts_with("."));
  } catch (const Error&) {
    return typed;  // nothing to complete in there; opening it will say why
  }
  for (const FileEntry& entry : entries) {
    if (!entry.name.starts_with(begin)) continue;
    if (candidates++ == 0) {
      common = entry.name;
      only_folder = entry.folder;
    } else {
      size_t same = 0;
      while (same < common.size() && same < entry.name.size() && common[same] == entry.name[same]) ++same;
      common.resize(same);
    }
  }
  if (candidates == 0) return typed;
  return folder + common + (candidates == 1 && only_folder ? "/" : "");
}

std::string size_text(std::uintmax_t bytes) {
  auto value = static_cast<double>(bytes);
  if (value < 1000) return trn("one byte", "{} bytes", static_cast<int64_t>(bytes));
  const char* units[] = {"kB", "MB", "GB", "TB"};
  int unit = -1;
  while (value >= 999.5 && unit < 3) value /= 1000, ++unit;
  return value < 10 ? fmt::format("{:.1f} {}", value, units[unit]) : fmt::format("{:.0f} {}", value, units[unit]);
}

// ---- thumbnails ---------------------------------------------------------------------------------------------------

Thumbnails::Thumbnails(std::function<void()> wake) : wake_(std::move(wake)), maker_([] {}, JobPriority::behind) {}

Thumbnails::Thumbnail Thumbnails::get(const std::string& path) {
  {
    std::lock_guard lock(mutex_);
    auto found = made_.find(path);
    if (found != made_.end()) return found->second;
    if (made_.size() >= kKept) made_.clear();
    made_.emplace(path, Thumbnail{});
    waiting_.push_back(path);
  }
  maker_.request([this](Progress& progress) {
    while (!progress.canceled && make_next()) wake_();
    return true;
  });
  return {};
}

bool Thumbnails::waiting() const {
  std::lock_guard lock(mutex_);
  return working_ || !waiting_.empty();
}

void Thumbnails::forget_waiting() {
  std::lock_guard lock(mutex_);
  for (const std::string& path : waiting_) made_.erase(path);
  waiting_.clear();
}

bool Thumbnails::make_next() {
  std::unique_lock lock(mutex_);
  if (waiting_.empty()) return false;
  std::string path = std::move(waiting_.front());
  waiting_.pop_front();
  working_ = true;
  lock.unlock();
  Thumbnail thumbnail;
  thumbnail.done = true;
  try {
    if (path == "portrait" || path.starts_with("sample:")) {
      ImagePtr image = path == "portrait" ? portrait() : sample_image(path.substr(7));
      thumbnail.image = shrunk(*image);
      thumbnail.caption = fmt::format("{} × {}", image->width, image->height);
    } else {
      ImageHeader header = read_image_header(path);
      thumbnail.caption = fmt::format("{} × {}", header.width, header.height);
      if (static_cast<double>(header.width) * static_cast<double>(header.height) <= kMaxMegapixels * 1e6) {
        thumbnail.image = shrunk(*read_image(path, {kMaxMegapixels}));
      }
    }
  } catch (const std::exception& error) {
    thumbnail.caption = error.what();  // shown beside the file: it will not open either
  }
  lock.lock();
  made_[path] = std::move(thumbnail);
  working_ = false;
  return true;
}

}  // namespace striate
