#include "engine/files/atomic_write.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <charconv>
#include <climits>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <string_view>

#include "engine/error.h"

namespace striate {
namespace {

[[noreturn]] void fail(const std::string& path, int error) {
  const auto what = [&](const char* reason) { return fmt::format("{}: cannot be written: {}", path, reason); };
  switch (error) {
    case ENOENT:
    case ENOTDIR:
      throw Error(what("its folder does not exist"), "make the folder first or choose another one");
    case EACCES:
    case EPERM:
      throw Error(what("no permission"), "choose a folder of yours");
    case EROFS:
      throw Error(what("the disk is read-only"), "choose another folder");
    case EISDIR:
      throw Error(what("this is a folder"), "add a file name");
    case ENOSPC:
    case EDQUOT:
      throw Error(what("the disk is full"), "free some space or choose another disk; an older file is untouched");
    case EFBIG:
      throw Error(what("the file is larger than this disk or limit allows"), "choose another disk");
    case ENAMETOOLONG:
      throw Error(what("the name is too long"), "choose a shorter name");
    default:
      throw Error(what(std::strerror(error)), "check the folder and the disk; an older file is untouched");
  }
}

}  // namespace

AtomicFile::AtomicFile(const std::string& path) : path_(path), target_(path) {
  if (path.empty() || path.find('\0') != std::string::npos || path.back() == '/') fail(path, EISDIR);
  struct stat old = {};
  const bool exists = ::stat(path.c_str(), &old) == 0;
  if (exists && S_ISDIR(old.st_mode)) fail(path, EISDIR);
  if (exists && !S_ISREG(old.st_mode)) {
    throw Error(fmt::format("{}: cannot be written: it is a device or a pipe", path), "choose a file name");
  }
  if (exists) {
    // An older file that its owner has made read-only is not to be replaced, although renaming would do it.
    if (::access(path.c_str(), W_OK) != 0) fail(path, errno);
    char* resolved = ::realpath(path.c_str(), nullptr);
    if (resolved != nullptr) target_ = resolved;
    std::free(resolved);
  }
  static std::atomic<unsigned> counter{0};
  for (int attempt = 0;; ++attempt) {
    temporary_ = fmt::format("{}.{}-{}.part", target_, ::getpid(), counter++);
    descriptor_ = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (descriptor_ >= 0) break;
    if (errno != EEXIST || attempt == 100) fail(path_, errno);
  }
  // The new file has the old one's permissions, as overwriting in place would leave them.
  if (exists && ::fchmod(descriptor_, old.st_mode & 0777) != 0) { /* a file system without permissions: nothing lost */
  }
}

AtomicFile::~AtomicFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

void AtomicFile::write(const void* data, uint64_t count) {
  const char* from = static_cast<const char*>(data);
  while (count > 0) {
    const ssize_t done = ::write(descriptor_, from, std::min<uint64_t>(count, 1 << 30));
    if (done < 0 && errno == EINTR) continue;
    if (done < 0) fail(path_, errno);
    from += done;
    count -= static_cast<uint64_t>(done);
  }
}

void AtomicFile::commit() {
  if (::fsync(descriptor_) != 0 && errno != EINVAL) fail(path_, errno);
  const int closed = ::close(descriptor_);
  descriptor_ = -1;
  if (closed != 0) fail(path_, errno);
  if (std::rename(temporary_.c_str(), target_.c_str()) != 0) fail(path_, errno);
  temporary_.clear();
  // The rename itself is on the disk once the folder is: a folder that cannot be flushed is no error, the file is
  // there.
  const size_t slash = target_.find_last_of('/');
  const std::string folder = slash == std::string::npos ? "." : target_.substr(0, slash + 1);
  const int directory = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (directory >= 0) {
    ::fsync(directory);
    ::close(directory);
  }
}

void remove_leftovers(const std::string& path) {
  namespace fs = std::filesystem;
  constexpr std::time_t kQuiet = 600;  // seconds
  constexpr std::string_view kPart = ".part";
  std::error_code problem;
  const fs::path resolved = fs::weakly_canonical(path, problem);
  if (problem) return;
  const std::string before = resolved.filename().string() + ".";
  for (fs::directory_iterator it(resolved.parent_path(), problem), end; !problem && it != end; it.increment(problem)) {
    const std::string name = it->path().filename().string();
    if (!name.starts_with(before) || !name.ends_with(kPart)) continue;
    const char* const all = name.data() + name.size() - kPart.size();
    pid_t process = 0;
    unsigned number = 0;
    const auto [dash, wrong] = std::from_chars(name.data() + before.size(), all, process);
    if (wrong != std::errc() || process <= 0 || dash == all || *dash != '-') continue;
    const auto [last, no_number] = std::from_chars(dash + 1, all, number);
    if (no_number != std::errc() || last != all) continue;
    struct stat info = {};
    if (::stat(it->path().c_str(), &info) != 0 || !S_ISREG(info.st_mode)) continue;
    if (std::time(nullptr) - info.st_mtime < kQuiet || ::kill(process, 0) == 0 || errno == EPERM) continue;
    ::unlink(it->path().c_str());
  }
}

}  // namespace striate
