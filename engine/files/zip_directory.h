// What stands in a zip archive, and where: for archives whose files are stored as they are, as torch.save writes them.
//
// The format (PKWARE's APPNOTE.TXT, 4.3): the files, each behind a header of its own; a directory with one entry for
// each file; a last record that says where the directory is, at the very end but for a comment. Archives with 4 GB or
// more have such a record twice, the one with 64-bit numbers before the other (zip64).
// Only the directory is believed: what stands before each file may leave sizes to a "data descriptor" behind it. A
// file's own header only says how long its name is there, and so where its bytes begin.
// Rules, each with an error of its own: every part lies within the file; no name stands twice; a file that is asked for
// is neither compressed nor encrypted.
#pragma once

#include <map>
#include <string>

#include "engine/files/byte_source.h"

namespace striate {

struct ZipEntry {
  uint64_t header = 0;  // where the file's own header begins
  uint64_t bytes = 0;   // as they are stored
  int method = 0;       // 0: as they are
  bool encrypted = false;
};

class ZipDirectory {
 public:
  explicit ZipDirectory(const ByteSource& source);  // throws Error; `source` has to outlive it

  const std::map<std::string, ZipEntry>& entries() const { return entries_; }
  bool has(const std::string& name) const { return entries_.contains(name); }
  // Where the bytes of a file begin. Throws Error: there is no such file; it is compressed, encrypted or not all there.
  uint64_t begin_of(const std::string& name) const;

 private:
  const ByteSource& source_;
  std::map<std::string, ZipEntry> entries_;
};

}  // namespace striate
