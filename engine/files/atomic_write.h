// Writing files so that nobody ever sees half of one: into a temporary file beside the target, flushed to the disk,
// then renamed over it. Whatever fails, an older file of that name is untouched and the temporary one is gone.
#pragma once

#include <cstdint>
#include <string>

namespace striate {

class AtomicFile {
 public:
  // Creates the temporary file. Throws Error: folder missing, no permission, the target is a folder, ...
  // A target that is a symbolic link is written through: the file that it points to is replaced, the link stays.
  explicit AtomicFile(const std::string& path);
  ~AtomicFile();  // removes the temporary file unless commit() succeeded
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  void write(const void* data, uint64_t count);  // appends; throws Error (disk full, quota, ...)
  void commit();                                 // flush, close, rename; throws Error
  // For another program that writes in place of write(): the temporary file, as it is until commit().
  const std::string& temporary() const { return temporary_; }

 private:
  std::string path_;       // as the caller named it, for messages
  std::string target_;     // where it will be: links resolved
  std::string temporary_;  // beside target_
  int descriptor_ = -1;
};

// Temporary files beside `path` that a program left which was killed while it wrote: its process is gone, and nothing
// was written for ten minutes.
void remove_leftovers(const std::string& path);

}  // namespace striate
