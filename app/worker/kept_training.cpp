#include "app/worker/kept_training.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <limits>
#include <string_view>
#include <system_error>

#include "engine/files/safetensors.h"

namespace striate {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kBefore = "training-", kBehind = ".safetensors", kLock = ".lock", kPart = ".part";
constexpr int64_t kPastProcesses = int64_t{1} << 22;  // no process has such a number

std::string lock_of(const fs::path& folder, int64_t id) {
  return (folder / fmt::format("{}{}{}", kBefore, id, kLock)).string();
}

// The ID in a file's name with this ending; -1: another file. `aside`: "-N" may follow it.
int64_t id_of(std::string_view name, std::string_view ending, bool aside) {
  if (!name.starts_with(kBefore) || !name.ends_with(ending) || name.size() <= kBefore.size() + ending.size()) return -1;
  name = name.substr(kBefore.size(), name.size() - kBefore.size() - ending.size());
  int64_t id = -1;
  const char* const all = name.data() + name.size();
  const auto [end, problem] = std::from_chars(name.data(), all, id);
  if (problem != std::errc() || id < 0) return -1;
  if (end == all) return id;
  const bool fits =
      aside && *end == '-' && end + 1 != all && std::all_of(end + 1, all, [](char c) { return c >= '0' && c <= '9'; });
  return fits ? id : -1;
}

// When a process began, in seconds of the calendar; 0: not known.
double process_start(int64_t process) {
  std::ifstream stat(fmt::format("/proc/{}/stat", process));
  std::string line;
  std::getline(stat, line);
  size_t at = line.rfind(')');
  for (int field = 2; field < 22 && at != std::string::npos; ++field) at = line.find(' ', at + 1);
  if (at == std::string::npos) return 0;
  const double ticks = std::strtod(line.c_str() + at, nullptr);
  timespec boot{}, wall{};
  clock_gettime(CLOCK_BOOTTIME, &boot);
  clock_gettime(CLOCK_REALTIME, &wall);
  const auto seconds = [](const timespec& t) { return static_cast<double>(t.tv_sec) + 1e-9 * t.tv_nsec; };
  return seconds(wall) - seconds(boot) + ticks / static_cast<double>(sysconf(_SC_CLK_TCK));
}

// Where locks say nothing: a process with this number that began before the file was written.
bool may_live(int64_t id, std::time_t written) {
  if (id >= std::numeric_limits<pid_t>::max()) return false;
  if (kill(static_cast<pid_t>(id), 0) != 0 && errno != EPERM) return false;
  const double start = process_start(id);
  return start == 0 || start <= static_cast<double>(written) + 1;
}

std::time_t written_at(const fs::path& path) {
  struct stat info = {};
  return ::stat(path.c_str(), &info) == 0 ? info.st_mtime : 0;
}

std::string why(int error) {
  switch (error) {
    case EACCES:
    case EPERM:
      return "no permission";
    case EROFS:
      return "the disk is read-only";
    case ENOSPC:
    case EDQUOT:
      return "the disk is full";
    default:
      return std::strerror(error);
  }
}

// Whether a file of this name, or one that a lesson put aside under it, is there.
bool holds_training(const std::string& folder, int64_t id) {
  std::error_code problem;
  for (fs::directory_iterator it(folder, problem), end; !problem && it != end; it.increment(problem)) {
    if (id_of(it->path().filename().string(), kBehind, true) == id) return true;
  }
  return false;
}

// Made where it is missing, for this user alone. 0, or what went wrong.
int make_folder(const std::string& folder) {
  std::error_code problem;
  const fs::path path(folder);
  if (path.has_parent_path()) fs::create_directories(path.parent_path(), problem);
  if (problem) return problem.value();
  if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) return errno;
  if (!fs::is_directory(path, problem)) return ENOTDIR;
  return ::access(folder.c_str(), W_OK | X_OK) == 0 ? 0 : errno;
}

LostTraining described(const fs::path& path) {
  LostTraining lost;
  lost.path = path.string();
  lost.time = written_at(path);
  try {
    const SafeTensors file = SafeTensors::open(lost.path);
    const auto text = [&](const char* key) {
      const auto found = file.metadata().find(key);
      return found == file.metadata().end() ? std::string() : found->second;
    };
    const std::string step = text("step");
    std::from_chars(step.data(), step.data() + step.size(), lost.step);
    lost.model = text("model").empty() ? "a network" : text("model");
    lost.data = text("run.data").empty() ? text("data") : text("run.data");
    lost.opens = !text("run.data").empty();
  } catch (const Error&) {
    lost.model.clear();  // words() says that it cannot be read
  }
  return lost;
}

}  // namespace

std::string fallback_folder() {
  std::error_code problem;
  const fs::path temporary = fs::temp_directory_path(problem);
  if (problem) return "";
  std::string folder = (temporary / fmt::format("striate-{}", getuid())).string();
  // Anybody may make folders there: what is another user's is not trusted.
  struct stat info = {};
  if (::lstat(folder.c_str(), &info) == 0 && (!S_ISDIR(info.st_mode) || info.st_uid != getuid())) return "";
  return folder;
}

KeptPlaces::KeptPlaces(const std::vector<std::string>& folders) {
  int first_error = 0;
  for (const std::string& folder : folders) {
    int error = folder.empty() ? ENOENT : make_folder(folder);
    // Another process has this number where processes are counted apart (containers) and a home is shared.
    for (int64_t id = getpid(); error == 0; id += kPastProcesses) {
      LockFile lock(lock_of(folder, id));
      error = lock.error();
      if (error == EWOULDBLOCK && id < 100 * kPastProcesses) {
        error = 0;
        continue;
      }
      // A training that a program with this number lost is still to be recovered.
      if (error == 0 && id < 100 * kPastProcesses && holds_training(folder, id)) continue;
      if (error == ENOLCK || error == EOPNOTSUPP || error == ENOSYS) error = 0;  // names are told apart by the process
      if (error == 0) {
        files_.push_back((fs::path(folder) / fmt::format("{}{}{}", kBefore, id, kBehind)).string());
        locks_.push_back(std::move(lock));
      }
      break;
    }
    if (&folder == &folders.front()) first_error = error;
  }
  if (first_error == 0) return;
  const std::string hint = files_.empty() ? std::string("save it yourself now and then, where it can be written")
                                          : fmt::format("it is kept in {} instead; a file of your own is safer",
                                                        fs::path(files_.front()).parent_path().string());
  problem_ =
      Error(fmt::format("training cannot be kept once a minute in {}: {}", folders.front(), why(first_error)), hint);
}

std::vector<LostTraining> lost_trainings(const std::vector<std::string>& folders) {
  std::vector<LostTraining> lost;
  for (const std::string& folder : folders) {
    if (folder.empty()) continue;
    std::vector<std::pair<fs::path, int64_t>> files;
    std::vector<std::string> locks, halves;
    std::error_code problem;
    for (fs::directory_iterator it(folder, problem), end; !problem && it != end; it.increment(problem)) {
      const std::string name = it->path().filename().string();
      if (const int64_t id = id_of(name, kBehind, true); id > 0) files.emplace_back(it->path(), id);
      if (const int64_t id = id_of(name, kLock, false); id > 0) locks.push_back(it->path().string());
      if (name.starts_with(kBefore) && name.ends_with(kPart)) halves.push_back(it->path().string());
    }
    for (const auto& [path, id] : files) {
      const LockFile::State state = LockFile::look(lock_of(folder, id));
      const bool lives =
          state == LockFile::State::held || (state != LockFile::State::free && may_live(id, written_at(path)));
      if (!lives) lost.push_back(described(path));
    }
    for (const std::string& path : locks) {
      if (LockFile::look(path) == LockFile::State::free) {
        const LockFile takes_it_away(path);
      }
    }
    // Files that were being written when their program ended: "training-12.safetensors.12-3.part".
    for (const std::string& path : halves) {
      const std::string name = fs::path(path).filename().string();
      const size_t at = name.find(kBehind);
      const int64_t id = at == std::string::npos ? -1 : id_of(name.substr(0, at + kBehind.size()), kBehind, true);
      if (id <= 0) continue;
      const LockFile::State state = LockFile::look(lock_of(folder, id));
      if (state == LockFile::State::held || may_live(id, written_at(path))) continue;
      fs::remove(path, problem);
    }
  }
  std::stable_sort(lost.begin(), lost.end(),
                   [](const LostTraining& a, const LostTraining& b) { return a.time > b.time; });
  return lost;
}

std::string LostTraining::words(std::time_t now) const {
  if (model.empty()) return fmt::format("a file that cannot be read, {}", moment_words(time, now));
  return fmt::format("{} on {}, step {}, {}", model, data.empty() ? "unknown pictures" : data, step,
                     moment_words(time, now));
}

std::string moment_words(std::time_t then, std::time_t now) {
  static const char* const kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  std::tm at{}, today{}, yesterday{};
  localtime_r(&then, &at);
  localtime_r(&now, &today);
  std::tm before = today;
  before.tm_mday -= 1;
  before.tm_hour = 12;  // whatever the clocks do in that night
  before.tm_isdst = -1;
  const std::time_t noon = std::mktime(&before);
  localtime_r(&noon, &yesterday);
  const auto same_day = [&](const std::tm& day) { return at.tm_year == day.tm_year && at.tm_yday == day.tm_yday; };
  const std::string clock = fmt::format("{:02}:{:02}", at.tm_hour, at.tm_min);
  if (same_day(today)) return "today " + clock;
  if (same_day(yesterday)) return "yesterday " + clock;
  const std::string day = fmt::format("{} {}", at.tm_mday, kMonths[at.tm_mon]);
  return at.tm_year == today.tm_year ? fmt::format("{} {}", day, clock)
                                     : fmt::format("{} {} {}", day, 1900 + at.tm_year, clock);
}

}  // namespace striate
