#include <cstdlib>
#include <fstream>
#include <iterator>

#include "app/embedded.h"

namespace striate {

std::string path_in_source_tree(std::string_view name) {
  const char* folder = std::getenv("STRIATE_SOURCE_DIR");
  return folder == nullptr || *folder == '\0' ? std::string() : std::string(folder) + "/" + std::string(name);
}

std::string newest_file(std::string_view name) {
  const std::string path = path_in_source_tree(name);
  std::ifstream file;
  if (!path.empty()) file.open(path, std::ios::binary);
  if (file.is_open()) return {std::istreambuf_iterator<char>(file), {}};
  return std::string(embedded_file(name));
}

}  // namespace striate
