#include "engine/training/data/picture_files.h"

#include <algorithm>
#include <system_error>

#include "engine/error.h"

namespace striate {
namespace {

namespace fs = std::filesystem;

bool hidden(const fs::path& path) {
  const std::string name = path.filename().string();
  return name.empty() || name[0] == '.' || name == "__MACOSX" || name == "Thumbs.db" || name == "desktop.ini";
}

[[noreturn]] void fail_listing(const std::string& folder, const std::error_code& problem) {
  throw Error(fmt::format("{}: cannot be listed ({})", folder, problem.message()),
              "check that you may read the folder");
}

}  // namespace

bool named_like_a_picture(const fs::path& path) {
  std::string ending = path.extension().string();
  for (char& c : ending) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  for (const char* known : {".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".bmp", ".dib",  ".gif",  ".tga",  ".pnm",
                            ".ppm", ".pgm", ".pbm",  ".pam", ".psd",  ".tif", ".tiff", ".webp", ".avif", ".heic"})
    if (ending == known) return true;
  return false;
}

std::vector<std::string> folders_in(const std::string& folder) {
  std::vector<std::string> names;
  std::error_code problem;
  for (fs::directory_iterator each(folder, problem), end; !problem && each != end; each.increment(problem)) {
    std::error_code ignored;
    if (!hidden(each->path()) && each->is_directory(ignored)) names.push_back(each->path().filename().string());
  }
  if (problem) fail_listing(folder, problem);
  std::sort(names.begin(), names.end());
  return names;
}

std::vector<std::string> pictures_in(const std::string& folder, int64_t& passed_over) {
  std::vector<std::string> paths;
  std::error_code problem;
  for (fs::recursive_directory_iterator each(folder, problem), end; !problem && each != end; each.increment(problem)) {
    std::error_code ignored;
    if (hidden(each->path())) {
      if (each->is_directory(ignored)) each.disable_recursion_pending();
      continue;
    }
    if (each->is_directory(ignored)) continue;
    if (named_like_a_picture(each->path())) {
      paths.push_back(each->path().string());
    } else {
      ++passed_over;
    }
  }
  if (problem) fail_listing(folder, problem);
  std::sort(paths.begin(), paths.end());
  return paths;
}

}  // namespace striate
