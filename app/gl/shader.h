// A program of one vertex and one fragment shader from shaders/. In development the files are read from the source
// tree and again when they change; one that doesn't compile leaves the old program in place and says why.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace striate {

class Shader {
 public:
  // `name`: shaders/NAME.vert and shaders/NAME.frag, or two names. Throws Error if the first build fails.
  Shader(std::string vertex, std::string fragment);
  ~Shader();
  Shader(const Shader&) = delete;
  Shader& operator=(const Shader&) = delete;

  unsigned program() const { return program_; }
  int uniform(const char* name) const;
  // Builds anew when a file changed. True if the program is another one; `message` gets the compiler's words if it
  // failed.
  bool reload(std::string* message);

 private:
  unsigned build(std::string* message) const;
  std::filesystem::file_time_type newest() const;

  std::string vertex_, fragment_;
  unsigned program_ = 0;
  std::filesystem::file_time_type built_{};
};

}  // namespace striate
