#include "engine/onnx/source_beside.h"

#include <filesystem>

#include "engine/error.h"

namespace striate {
namespace {

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
