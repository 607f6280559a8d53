// Before a file is written: may the one that is there be replaced? Every writer asks here, so that no command replaces
// what it was not told to replace:
//
//   a file that the same command reads      the same file by device and inode, so also through links
//   a file of another kind                  by what stands in it, never by its name: a photo under the name of a log
//   a file beside the output                only where it was written for this very output, as it says itself
//
// An empty file holds nothing to lose, and what is no file (a folder, a device) is told by whoever writes.
// To add a kind: its name below, its words and how it is recognized in the table in overwrite.cpp.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace striate {

enum class FileKind {
  picture,       // of any format
  drawing,       // SVG
  film,          // GIF or MP4
  document,      // PDF
  weights,       // safetensors
  onnx,          // a network of ONNX
  python,        // a script
  training_log,  // what train --log writes
  curves,        // what train.export writes as numbers
  units,         // what features --values writes, a line for each unit
  network_text,  // layers, one a line
  lesson,        // Markdown with blocks of commands
  package,       // a zip archive that begins with a lesson
  recording,     // a script of commands
  table,         // lines with tabs in them
  grid,          // values by row and column: what explain --values writes
  labels,        // pictures with the classes that a person gave them: what mislabeled --csv writes
};
const char* kind_in_words(FileKind kind);  // "a picture"

struct Overwrite {
  std::string path;
  FileKind kind = FileKind::picture;
  std::vector<std::string> inputs = {};  // what the same command reads; names that are no files do no harm
  bool force = false;                    // the user has said that it may
  bool has_force = false;                // there is an option --force to say it with
};

// Throws Error where `path` must not be written over.
void check_overwrite(const Overwrite& asked);

// The same for a file that lies beside `output` because of it: the weights of a script, the data of an ONNX file. One
// that is there may be renewed where it was written for this output: weights whose metadata say so (written_for_key),
// data that `output`, an ONNX file of this program, names.
void check_overwrite_beside(const Overwrite& asked, const std::string& output);
inline constexpr const char* kWrittenForKey = "written_for";  // the output's name without its folder

// Which file it is and in which state, to know later whether a name still stands for it.
struct FileIdentity {
  uint64_t device = 0, number = 0, size = 0;
  int64_t seconds = 0, nanoseconds = 0;  // when it was last written
  bool known() const { return number != 0; }
  friend bool operator==(const FileIdentity&, const FileIdentity&) = default;
};
FileIdentity file_identity(const std::string& path);  // through links; not known where there is no such file

// Where a path leads: absolute, every link on the way followed, also one that points to nothing yet; what does not
// exist stays as it is named. Throws Error for links in a circle.
std::string resolved_path(const std::string& path);
bool is_below(const std::string& path, const std::string& folder);  // of two resolved paths; the folder itself is not
bool same_place(const std::string& a, const std::string& b);        // both lead to one place, whether or not it exists

}  // namespace striate
