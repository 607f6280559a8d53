// The folders that the XDG Base Directory Specification gives a program: https://specifications.freedesktop.org/basedir
#pragma once

#include <cstdlib>
#include <filesystem>

namespace striate {

// What `variable` ("XDG_CONFIG_HOME") says, unless it is empty or a relative path: then `in_home` (".config") in $HOME.
inline std::filesystem::path xdg_folder(const char* variable, const char* in_home) {
  namespace fs = std::filesystem;
  const char* said = std::getenv(variable);
  if (said && *said && fs::path(said).is_absolute()) return said;
  const char* home = std::getenv("HOME");
  return fs::path(home && *home ? home : ".") / in_home;
}

}  // namespace striate
