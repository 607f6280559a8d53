#include "app/pages/train/lost_training.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <filesystem>
#include <string_view>

namespace striate {
namespace {

constexpr std::string_view kBefore = "training-", kBehind = ".safetensors";

bool is_alive(pid_t process) { return kill(process, 0) == 0 || errno == EPERM; }

// The process in a file's name; -1: another file.
int process_of(std::string_view name) {
  if (name.size() <= kBefore.size() + kBehind.size() || name.substr(0, kBefore.size()) != kBefore ||
      name.substr(name.size() - kBehind.size()) != kBehind) {
    return -1;
  }
  name = name.substr(kBefore.size(), name.size() - kBefore.size() - kBehind.size());
  int process = -1;
  const char* const all = name.data() + name.size();
  const auto [end, problem] = std::from_chars(name.data(), all, process);
  const bool aside =
      end != all && *end == '-' && std::all_of(end + 1, all, [](char c) { return c >= '0' && c <= '9'; });
  return problem == std::errc() && (end == all || aside) ? process : -1;
}

}  // namespace

bool LostTraining::look(const std::string& folder) {
  namespace fs = std::filesystem;
  if (looked_ || folder.empty()) return false;
  looked_ = true;
  std::error_code problem;
  for (fs::directory_iterator it(folder, problem), end; !problem && it != end; it.increment(problem)) {
    const int process = process_of(it->path().filename().string());
    if (process > 0 && process != getpid() && !is_alive(process)) files_.push_back(it->path().string());
  }
  std::sort(files_.begin(), files_.end(), [](const std::string& a, const std::string& b) {
    std::error_code ignored;
    return fs::last_write_time(a, ignored) < fs::last_write_time(b, ignored);
  });
  return !files_.empty();
}

std::string LostTraining::own_file(const std::string& folder) const {
  if (folder.empty()) return "";
  std::error_code problem;
  std::filesystem::create_directories(folder, problem);
  if (problem) return "";
  return (std::filesystem::path(folder) / (std::string(kBefore) + std::to_string(getpid()) + std::string(kBehind)))
      .string();
}

std::string LostTraining::newest() const { return files_.empty() ? "" : files_.back(); }

void LostTraining::forget(const std::string& file) {
  std::erase(files_, file);
  std::error_code ignored;
  std::filesystem::remove(file, ignored);
}

}  // namespace striate
