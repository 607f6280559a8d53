#include "engine/files/read_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "engine/error.h"

namespace striate {
namespace {

[[noreturn]] void fail_open(const std::string& path, int error) {
  switch (error) {
    case ENOENT:
    case ENOTDIR:
      throw Error(fmt::format("{}: there is no such file", path), "check the name and the folder");
    case EACCES:
    case EPERM:
      throw Error(fmt::format("{}: no permission to read this file", path),
                  "make it readable (chmod u+r) or copy it to a folder of yours");
    case ENAMETOOLONG:
      throw Error(fmt::format("{}...: the name is too long", path.substr(0, 80)), "check the name");
    default:
      throw Error(fmt::format("{}: cannot be opened ({})", path, std::strerror(error)), "check the name and the disk");
  }
}

}  // namespace

InputFile::InputFile(const std::string& path) : path_(path) {
  // A name with a NUL byte would open another file than the one named.
  if (path.empty() || path.find('\0') != std::string::npos) fail_open(path, ENOENT);
  // O_NONBLOCK: opening a pipe that nobody writes to must not hang.
  descriptor_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor_ < 0) fail_open(path, errno);
  const auto refuse = [&](const std::string& what, const std::string& hint) {
    ::close(descriptor_);
    throw Error(fmt::format("{}: {}", path, what), hint);
  };
  struct stat status = {};
  if (::fstat(descriptor_, &status) != 0) refuse("cannot be examined", "check the disk");
  if (S_ISDIR(status.st_mode)) refuse("this is a folder, not a file", "name a file in that folder");
  if (!S_ISREG(status.st_mode)) refuse("this is not a regular file but a device or a pipe", "copy it to a file first");
  if (status.st_size == 0) refuse("the file is empty (0 bytes)", "copy or download it again");
  size_ = static_cast<uint64_t>(status.st_size);
}

InputFile::~InputFile() { ::close(descriptor_); }

void InputFile::read(uint64_t from, uint64_t count, uint8_t* to) const {
  while (count > 0) {
    const ssize_t got = ::pread(descriptor_, to, std::min<uint64_t>(count, 1 << 30), static_cast<off_t>(from));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw Error(fmt::format("{}: cannot be read ({})", path_, std::strerror(errno)), "check the disk");
    if (got == 0) throw Error(fmt::format("{}: the file became shorter while it was read", path_), "open it again");
    from += static_cast<uint64_t>(got);
    count -= static_cast<uint64_t>(got);
    to += got;
  }
}

void InputFile::read_up_to(uint64_t count, PixelBuffer<uint8_t>& bytes) const {
  const size_t had = bytes.size();
  count = std::min(count, size_);
  if (count <= had) return;
  bytes.resize(count);
  read(had, count - had, bytes.data() + had);
}

std::string file_name(const std::string& path) {
  const size_t slash = path.find_last_of('/');
  return slash == std::string::npos ? path : path.substr(slash + 1);
}

std::string bytes_in_words(uint64_t bytes) {
  if (bytes == 1) return "1 byte";
  if (bytes < 10'000) return fmt::format("{} bytes", bytes);
  if (bytes < 1'000'000) return fmt::format("{:.1f} kB", static_cast<double>(bytes) / 1e3);
  if (bytes < 1'000'000'000) return fmt::format("{:.1f} MB", static_cast<double>(bytes) / 1e6);
  return fmt::format("{:.1f} GB", static_cast<double>(bytes) / 1e9);
}

}  // namespace striate
