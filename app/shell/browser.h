// The file browser's own knowledge, without a screen: what is in a folder, what the filter leaves, what Tab completes,
// and thumbnails made by a worker (the header first: a picture over the limit is never decoded).
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "app/worker/latest.h"
#include "engine/image.h"

namespace striate {

struct FileEntry {
  std::string name;
  std::string path;
  bool folder = false;
  std::uintmax_t bytes = 0;
  bool sample = false;  // path is "sample:NAME" or "portrait"
};

// True for the endings of pictures, lessons, scripts and networks that `open` takes.
bool can_be_opened(const std::string& name);
bool is_picture_name(const std::string& name);  // of those, the pictures
// Whether a name ends in one of these, ".csv" as well as ".CSV".
bool has_ending(const std::string& name, const std::vector<std::string>& endings);

// Folders first, then files with one of these endings, or without any endings those that can be opened, by name without
// regard to case. Throws Error (missing, no permission).
std::vector<FileEntry> list_folder(const std::string& folder, bool hidden,
                                   const std::vector<std::string>& endings = {});
// Those whose name contains every word of `filter`, without regard to case; those that begin with it first.
std::vector<FileEntry> filtered(const std::vector<FileEntry>& entries, const std::string& filter);
// What Tab makes of a typed path: as far as all candidates agree, folders with a slash. The same text if there is none.
std::string completed_path(const std::string& typed, bool hidden);
// "~/pictures" -> "/home/me/pictures"; "" and relative ones against `folder`.
std::string expanded_path(const std::string& typed, const std::string& folder);
std::string size_text(std::uintmax_t bytes);  // "1.4 MB"

// Small pictures of files, made one after another behind the window, newest request first.
class Thumbnails {
 public:
  static constexpr int kSide = 160;             // longest side, pixels
  static constexpr double kMaxMegapixels = 64;  // larger files get no thumbnail: decoding would take seconds
  static constexpr size_t kKept = 400;

  explicit Thumbnails(std::function<void()> wake);

  struct Thumbnail {
    ImagePtr image;       // null while it is made, and where it could not be
    std::string caption;  // "1920 × 1080", or why there is none
    bool done = false;
  };
  // Asks for it if it is new. Cheap: call it every frame for what is visible.
  Thumbnail get(const std::string& path);
  bool waiting() const;   // some are still to be made
  void forget_waiting();  // another folder: what was not begun is dropped

 private:
  bool make_next();  // false: none is waiting

  std::function<void()> wake_;
  mutable std::mutex mutex_;
  std::map<std::string, Thumbnail> made_;
  std::deque<std::string> waiting_;
  bool working_ = false;
  Latest<bool> maker_;  // last: it uses all of the above
};

}  // namespace striate
