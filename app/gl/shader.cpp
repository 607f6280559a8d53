#include "app/gl/shader.h"

#include <glad/gl.h>

#include <algorithm>
#include <filesystem>
#include <vector>

#include "app/embedded.h"
#include "engine/error.h"

namespace striate {
namespace {

unsigned compile(GLenum stage, const std::string& file, const std::string& text, std::string* message) {
  unsigned shader = glCreateShader(stage);
  const char* lines = text.c_str();
  glShaderSource(shader, 1, &lines, nullptr);
  glCompileShader(shader);
  int good = 0;
  glGetShaderiv(shader, GL_COMPILE_STATUS, &good);
  if (good) return shader;
  int length = 0;
  glGetShaderiv(shader, GL_INFO_LOG_LENGTH, &length);
  std::string log(static_cast<size_t>(std::max(1, length)), '\0');
  glGetShaderInfoLog(shader, length, nullptr, log.data());
  log.resize(log.find('\0') == std::string::npos ? log.size() : log.find('\0'));  // without the closing zero
  *message = file + ": " + log;
  glDeleteShader(shader);
  return 0;
}

}  // namespace

Shader::Shader(std::string vertex, std::string fragment) : vertex_(std::move(vertex)), fragment_(std::move(fragment)) {
  std::string message;
  program_ = build(&message);
  built_ = newest();
  if (!program_) throw Error("a shader does not compile: " + message, "report this with the graphics driver's name");
}

Shader::~Shader() {
  if (program_) glDeleteProgram(program_);
}

int Shader::uniform(const char* name) const { return glGetUniformLocation(program_, name); }

unsigned Shader::build(std::string* message) const {
  unsigned vertex = compile(GL_VERTEX_SHADER, vertex_, newest_file(vertex_), message);
  if (!vertex) return 0;
  unsigned fragment = compile(GL_FRAGMENT_SHADER, fragment_, newest_file(fragment_), message);
  if (!fragment) {
    glDeleteShader(vertex);
    return 0;
  }
  unsigned program = glCreateProgram();
  glAttachShader(program, vertex);
  glAttachShader(program, fragment);
  glLinkProgram(program);
  glDeleteShader(vertex);
  glDeleteShader(fragment);
  int good = 0;
  glGetProgramiv(program, GL_LINK_STATUS, &good);
  if (good) return program;
  char log[1024] = {};
  glGetProgramInfoLog(program, sizeof log, nullptr, log);
  *message = vertex_ + " and " + fragment_ + ": " + log;
  glDeleteProgram(program);
  return 0;
}

std::filesystem::file_time_type Shader::newest() const {
  std::error_code failure;
  auto a = std::filesystem::last_write_time(path_in_source_tree(vertex_), failure);
  if (failure) return {};
  auto b = std::filesystem::last_write_time(path_in_source_tree(fragment_), failure);
  return failure ? a : std::max(a, b);
}

bool Shader::reload(std::string* message) {
  auto now = newest();
  if (now == built_) return false;
  built_ = now;
  unsigned fresh = build(message);
  if (!fresh) return false;
  glDeleteProgram(program_);
  program_ = fresh;
  return true;
}

}  // namespace striate
