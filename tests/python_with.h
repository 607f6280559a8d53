// A Python for tests that run what the program writes for others.
#pragma once

#include <cstdlib>
#include <string>

namespace striate {

// The first interpreter that has this module ("torch", "numpy"): STRIATE_PYTHON, then python3; empty where none has.
inline std::string python_with(const std::string& module) {
  const char* named = std::getenv("STRIATE_PYTHON");
  for (const std::string& python :
       {std::string(named ? named : ""), std::string("python3"), std::string("/usr/bin/python3")}) {
    if (python.empty()) continue;
    std::string line = "'" + python;
    line.append("' -c 'import ").append(module).append("' >/dev/null 2>&1");
    if (std::system(line.c_str()) == 0) return python;
  }
  return "";
}

}  // namespace striate
