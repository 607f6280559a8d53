#include "app/worker/child_process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>

#include "engine/error.h"

extern char** environ;  // NOLINT(readability-redundant-declaration)

namespace striate {

void OpenFile::close() {
  if (number >= 0) ::close(std::exchange(number, -1));
}

ChildProcess::ChildProcess(const std::vector<std::string>& arguments, const std::string& hint, int input)
    : printed_(static_cast<int>(::memfd_create("printed", MFD_CLOEXEC))) {
  std::vector<char*> words;
  for (const std::string& word : arguments) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  if (input >= 0) {
    posix_spawn_file_actions_adddup2(&files, input, STDIN_FILENO);
  } else {
    posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  }
  posix_spawn_file_actions_adddup2(&files, printed_.number, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&files, printed_.number, STDERR_FILENO);
  // A group of its own: Ctrl+C asks this program, which ends its work in order.
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t usual;
  sigemptyset(&usual);
  sigaddset(&usual, SIGPIPE);
  posix_spawnattr_setsigdefault(&attributes, &usual);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF);
  const int problem = ::posix_spawn(&process_, words[0], &files, &attributes, words.data(), environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&files);
  if (problem != 0) {
    process_ = -1;
    throw Error(fmt::format("{} cannot be run: {}", arguments[0], std::strerror(problem)), hint);
  }
}

ChildProcess::~ChildProcess() {
  if (process_ > 0) ::kill(process_, SIGKILL);
  wait();
}

bool ChildProcess::wait() {
  if (process_ <= 0) return false;
  int status = -1;
  while (::waitpid(process_, &status, 0) < 0 && errno == EINTR) {
  }
  process_ = -1;
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

std::string ChildProcess::printed() const {
  std::string text;
  char piece[4096];
  for (ssize_t count; (count = ::pread(printed_.number, piece, sizeof piece, static_cast<off_t>(text.size()))) > 0;)
    text.append(piece, static_cast<size_t>(count));
  return text;
}

}  // namespace striate
