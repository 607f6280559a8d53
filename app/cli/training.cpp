#include "app/cli/training.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <ctime>
#include <filesystem>
#include <iterator>
#include <utility>

#include "app/command/registry.h"
#include "engine/network/models.h"

namespace striate {
namespace {

std::atomic<int> stop_signal{0}, stop_pipe{-1};  // lock-free: a handler may read and write them
constexpr int kSignals[] = {SIGINT, SIGTERM, SIGHUP};
struct sigaction before_signal[3];
// Who ends a process and then its group (timeout(1), service managers) sends the same signal twice, at once: within so
// many milliseconds it is one.
constexpr int64_t kSameSignal = 500;
std::atomic<int64_t> first_came{0};  // in milliseconds of the monotonic clock, of stop_signal

int64_t monotonic_milliseconds() {
  timespec now = {};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return int64_t{1000} * now.tv_sec + now.tv_nsec / 1000000;
}

// Runs in a signal's handler.
void ask_to_stop(int signal) {
  const int before = errno;
  const int64_t now = monotonic_milliseconds();
  if (stop_signal == signal) {
    if (now - first_came >= kSameSignal) {
      struct sigaction usual = {};
      usual.sa_handler = SIG_DFL;
      sigaction(signal, &usual, nullptr);
      raise(signal);  // when this handler returns
    }
  } else {
    first_came = now;
    stop_signal = signal;
    const char one = 0;
    if (const int end = stop_pipe; end >= 0 && write(end, &one, 1) != 1) stop_pipe = -1;
  }
  errno = before;
}

}  // namespace

ProgressLine::ProgressLine(bool quiet) : quiet_(quiet), terminal_(isatty(STDERR_FILENO) == 1) {}

bool ProgressLine::due() const {
  return !quiet_ && terminal_ && std::chrono::steady_clock::now() - last_ > std::chrono::milliseconds(100);
}

void ProgressLine::show(const std::string& text) {
  if (!due()) return;
  last_ = std::chrono::steady_clock::now();
  print_err(fmt::format("\r\033[K{}", text));
  shown_ = true;
}

void ProgressLine::line(const std::string& text) {
  clear();
  if (!quiet_) print_err(text + "\n");
}

void ProgressLine::clear() {
  if (shown_) print_err("\r\033[K");
  shown_ = false;
}

StopOnSignal::StopOnSignal(std::function<void()> wake) {
  stop_signal = 0;
  if (wake && pipe2(ends_, O_CLOEXEC) == 0) {
    stop_pipe = ends_[1];
    waker_ = std::thread([this, wake = std::move(wake)] {
      char one = 0;
      ssize_t count = 0;
      while ((count = read(ends_[0], &one, 1)) == 1 || (count < 0 && errno == EINTR)) {
        if (count == 1) wake();
      }
    });
  }
  struct sigaction action = {};
  action.sa_handler = ask_to_stop;
  sigemptyset(&action.sa_mask);
  for (size_t i = 0; i < std::size(kSignals); ++i) {
    sigaction(kSignals[i], nullptr, &before_signal[i]);
    // nohup: a terminal that closes is to be of no concern.
    if (kSignals[i] == SIGHUP && before_signal[i].sa_handler == SIG_IGN) continue;
    sigaction(kSignals[i], &action, nullptr);
  }
}

StopOnSignal::~StopOnSignal() {
  for (size_t i = 0; i < std::size(kSignals); ++i) sigaction(kSignals[i], &before_signal[i], nullptr);
  if (!waker_.joinable()) return;
  stop_pipe = -1;
  close(ends_[1]);  // the thread reads its end
  waker_.join();
  close(ends_[0]);
}

int StopOnSignal::signal() { return stop_signal; }

std::unique_ptr<Dataset> open_data(const std::string& source, SourceOptions options, const std::string& size,
                                   ProgressLine& progress) {
  const std::string word = source_word(source);
  bool known = false;
  for (const DataSource& each : data_sources()) known = known || word == each.word;
  if (!size.empty()) {
    const size_t cross = size.find('x');
    int64_t width = 0, height = 0;
    if (cross == std::string::npos || !parse_integer(size.substr(0, cross), &width) ||
        !parse_integer(size.substr(cross + 1), &height) || width < 1 || height < 1 || width > 4096 || height > 4096)
      throw UsageError(fmt::format("--size: '{}' is not possible", size), "width x height in pixels: 64x64");
    options.width = static_cast<int>(width);
    options.height = static_cast<int>(height);
  }
  options.progress = [&](int64_t done, int64_t all) {
    if (progress.due()) progress.show(fmt::format("reading pictures: {} %", 100 * done / std::max<int64_t>(1, all)));
    return !StopOnSignal::asked();
  };
  std::unique_ptr<Dataset> data;
  try {
    data = known ? open_dataset(source, options) : as_usage("--data", [&] { return open_dataset(source, options); });
  } catch (const Error&) {
    if (!StopOnSignal::asked()) throw;
    progress.clear();
    print_note("stopped while reading pictures");
    throw Stopped{StopOnSignal::signal()};
  }
  progress.clear();
  if (const auto* bytes = dynamic_cast<const ByteDataset*>(data.get()))
    for (const std::string& note : bytes->notes()) print_note(fmt::format("{}: {}", source, note));
  return data;
}

Architecture architecture_of(const std::string& name, const Shape& input, int classes) {
  std::error_code ignored;
  if (name.find_first_of(" |\n") != std::string::npos) {
    as_usage("", [&] { return Architecture::parse(name); });
  } else if (!std::filesystem::exists(name, ignored)) {
    as_usage("", [&] { return model(name).name; });
  }
  return architecture_from(name, input, classes);
}

Shape parse_input(const std::string& text) {
  std::vector<int64_t> sizes;
  size_t begin = 0;
  while (!text.empty() && begin <= text.size()) {
    const size_t end = std::min(text.find('x', begin), text.size());
    int64_t size = 0;
    if (!parse_integer(text.substr(begin, end - begin), &size) || size < 1 || size > 65536)
      throw UsageError(fmt::format("--input: '{}' is not possible", text), "channels x height x width: 3x64x64");
    sizes.push_back(size);
    begin = end + 1;
  }
  if (!sizes.empty() && sizes.size() != 1 && sizes.size() != 3)
    throw UsageError(fmt::format("--input: '{}' has {} sizes", text, sizes.size()),
                     "channels x height x width: 3x64x64; or one number of values");
  return Shape(sizes);
}

std::string shape_words(const Shape& shape) {
  std::string text;
  for (int i = 0; i < shape.rank(); ++i) text += fmt::format("{}{}", i > 0 ? "x" : "", shape[i]);
  return text;
}

std::string with_commas(int64_t number) {
  std::string text = std::to_string(number);
  for (int at = static_cast<int>(text.size()) - 3; at > 0; at -= 3) text.insert(static_cast<size_t>(at), ",");
  return text;
}

std::string format_duration(double seconds) {
  const int64_t whole = static_cast<int64_t>(seconds + 0.5);
  return whole >= 3600 ? fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60)
                       : fmt::format("{}:{:02}", whole / 60, whole % 60);
}

}  // namespace striate
