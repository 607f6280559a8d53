#include "engine/onnx/byte_source.h"

#include <cstring>
#include <filesystem>

#include "engine/error.h"
#include "engine/files/read_file.h"

namespace striate {
namespace {

class FileSource : public ByteSource {
 public:
  explicit FileSource(const std::string& path) : ByteSource(file_name(path)), file_(path) {}
  uint64_t size() const override { return file_.size(); }
  void read(uint64_t from, uint64_t count, uint8_t* to) const override { file_.read(from, count, to); }

 private:
  InputFile file_;
};

class MemorySource : public ByteSource {
 public:
  MemorySource(std::vector<uint8_t> bytes, std::string name) : ByteSource(std::move(name)), bytes_(std::move(bytes)) {}
  uint64_t size() const override { return bytes_.size(); }
  void read(uint64_t from, uint64_t count, uint8_t* to) const override {
    check(from <= bytes_.size() && count <= bytes_.size() - from, "bytes {} to {} of {}", from, count, bytes_.size());
    if (count > 0) std::memcpy(to, bytes_.data() + from, count);
  }

 private:
  std::vector<uint8_t> bytes_;
};

// Whether `path` is `folder` or below it; both without links.
bool is_below(const std::filesystem::path& folder, const std::filesystem::path& path) {
  auto at = path.begin();
  for (const std::filesystem::path& part : folder) {
    if (part.empty()) continue;  // behind a last slash
    if (at == path.end() || *at != part) return false;
    ++at;
  }
  return true;
}

}  // namespace

std::shared_ptr<const ByteSource> file_source(const std::string& path) { return std::make_shared<FileSource>(path); }

std::shared_ptr<const ByteSource> memory_source(std::vector<uint8_t> bytes, std::string name) {
  return std::make_shared<MemorySource>(std::move(bytes), std::move(name));
}

std::shared_ptr<const ByteSource> source_beside(const std::string& model, const std::string& model_path,
                                                const std::string& location, const std::string& tensor) {
  namespace fs = std::filesystem;
  std::string shown = location.substr(0, 100);
  for (char& c : shown) {
    if (static_cast<unsigned char>(c) < 32) c = '?';
  }
  const char* hint = "the values must lie in the model's own folder: put both files into one folder as they were saved";
  const auto fail = [&](const std::string& why) {
    return Error(fmt::format("{}: tensor \"{}\" wants its values from \"{}\", {}", model, tensor, shown, why), hint);
  };
  if (model_path.empty()) throw fail("but the model is not a file");
  if (location.empty() || location.size() > 4096 || location.find('\0') != std::string::npos) {
    throw fail("which is no file's name");
  }
  const fs::path relative(location);
  if (relative.is_absolute() || location.find('\\') != std::string::npos) throw fail("which is not a relative path");
  for (const fs::path& part : relative) {
    if (part == "..") throw fail("which leads out of the model's folder");
  }
  std::error_code problem;
  const fs::path parent = fs::path(model_path).parent_path();
  const fs::path folder = fs::canonical(parent.empty() ? fs::path(".") : parent, problem);
  if (problem) throw fail(fmt::format("but the folder can't be read: {}", problem.message()));
  const fs::path file = fs::canonical(folder / relative, problem);
  if (problem) throw fail(fmt::format("which can't be opened: {}", problem.message()));
  if (!is_below(folder, file)) throw fail("a link that leads out of the model's folder");
  return file_source(file.string());
}

}  // namespace striate
