#include "engine/files/lock_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace striate {

LockFile::LockFile(const std::string& path) : path_(path) {
  for (int attempt = 0; attempt < 100; ++attempt) {
    const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (file < 0) {
      error_ = errno;
      return;
    }
    if (::flock(file, LOCK_EX | LOCK_NB) != 0) {
      error_ = errno;
      ::close(file);
      return;
    }
    // Somebody who found it free may have removed it in between: what is held must be what stands under this name.
    struct stat held = {}, named = {};
    if (::fstat(file, &held) == 0 && ::stat(path.c_str(), &named) == 0 && held.st_ino == named.st_ino &&
        held.st_dev == named.st_dev) {
      descriptor_ = file;
      return;
    }
    ::close(file);
  }
  error_ = EAGAIN;
}

LockFile::~LockFile() {
  if (descriptor_ < 0) return;
  ::unlink(path_.c_str());  // while it is held: nobody else's is removed
  ::close(descriptor_);
}

LockFile::LockFile(LockFile&& other) noexcept
    : path_(std::move(other.path_)), descriptor_(std::exchange(other.descriptor_, -1)), error_(other.error_) {}

LockFile& LockFile::operator=(LockFile&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(descriptor_, other.descriptor_);
  std::swap(error_, other.error_);
  return *this;
}

LockFile::State LockFile::look(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  if (file < 0) return errno == ENOENT ? State::missing : State::unknown;
  const int got = ::flock(file, LOCK_SH | LOCK_NB);
  const int problem = errno;
  ::close(file);
  if (got == 0) return State::free;
  return problem == EWOULDBLOCK ? State::held : State::unknown;
}

}  // namespace striate
