// Standard output and standard error: what cannot be written there never takes more with it than the words.
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "app/cli/cli.h"
#include "app/cli/training.h"
#include "engine/shorten.h"

namespace striate {
namespace {

// Standard output is gone: quietly where its reader has left, else as an error.
void check_out(bool written) {
  if (written) return;
  if (errno == EPIPE) std::_Exit(StopOnSignal::signal() > 0 ? 128 + StopOnSignal::signal() : 0);
  const int problem = std::exchange(errno, 0);
  throw Error(
      fmt::format("standard output cannot be written: {}", problem == EBADF ? "it is closed" : std::strerror(problem)),
      problem == EBADF ? "send it to a file: > FILE" : "is the disk full? choose another place for the output");
}

}  // namespace

void prepare_streams() {
  for (int stream = STDIN_FILENO; stream <= STDERR_FILENO; ++stream) {
    if (::fcntl(stream, F_GETFD) >= 0 || errno != EBADF) continue;
    // The lowest free number is this one. Not to be written: that stays an error. Reading finds nothing.
    if (::open("/dev/null", stream == STDIN_FILENO ? O_RDWR : O_RDONLY) != stream) return;
  }
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
}

void print_out(std::string_view text) { check_out(std::fwrite(text.data(), 1, text.size(), stdout) == text.size()); }
void flush_out() { check_out(std::fflush(stdout) == 0); }

void print_err(std::string_view text) noexcept {
  std::fwrite(text.data(), 1, text.size(), stderr);
  std::fflush(stderr);
}

void print_note(std::string_view text) {
  std::fflush(stdout);
  print_err(fmt::format("striate: note: {}\n", readable_line(text)));
}

void print_notes(const Image& image) {
  for (const std::string& note : image.notes) print_note(fmt::format("{}: {}", image.name, note));
}

void print_error(const Error& error) {
  print_err(fmt::format("striate: error: {}\n  hint: {}\n", readable_line(error.what()), readable_line(error.hint())));
}

}  // namespace striate
