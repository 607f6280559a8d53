// Folders for what tests write. Tests run side by side, as processes of their own: a fixed name in the system's folder
// for temporary files would be shared by them, so this header is the only place that knows that folder
// (tests/tree/folders.sh).
#pragma once

#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

namespace striate {

// A new empty folder, removed with all that is in it when it goes out of scope.
class TestFolder {
 public:
  TestFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "striate-test-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error(pattern + ": cannot be made");
    path_ = pattern;
  }
  ~TestFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TestFolder(const TestFolder&) = delete;
  TestFolder& operator=(const TestFolder&) = delete;

  const std::string& path() const { return path_; }
  // The path of a file or folder in it.
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }
  // What is in it, in no order.
  std::vector<std::string> names() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(path_))
      names.push_back(entry.path().filename().string());
    return names;
  }

 private:
  std::string path_;
};

// A path in a folder of this process, which is removed when the process ends.
inline std::string test_path(const std::string& name) {
  static const TestFolder folder;
  return folder / name;
}

}  // namespace striate
