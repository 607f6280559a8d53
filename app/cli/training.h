// What train, evaluate, classify and summary share: opening data and models with their notes, parts of a data set, the
// progress line, Ctrl+C and other signals.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "app/cli/cli.h"
#include "app/imagenet_classes.h"
#include "engine/export/csv.h"
#include "engine/network/network.h"
#include "engine/session/model_file.h"
#include "engine/session/open_network.h"
#include "engine/session/session.h"
#include "engine/training/checkpoint.h"
#include "engine/training/data/sources.h"
#include "engine/training/split.h"

namespace striate {

// Runs f(); an Error that it throws is a mistake in the arguments: exit status 2.
template <typename F>
auto as_usage(const std::string& option, const F& f) {
  try {
    return f();
  } catch (const Error& error) {
    throw UsageError(option.empty() ? std::string(error.what()) : fmt::format("{}: {}", option, error.what()),
                     error.hint());
  }
}

// A line on standard error that is written again and again: on a terminal in place, into a file only what line() says.
class ProgressLine {
 public:
  explicit ProgressLine(bool quiet);
  ~ProgressLine() { clear(); }
  void show(const std::string& text);  // at most ten times a second; nothing where nobody looks
  bool due() const;                    // whether show() would show something now
  void line(const std::string& text);  // stays
  void clear();

 private:
  bool quiet_, terminal_, shown_ = false;
  std::chrono::steady_clock::time_point last_{};
};

// Ctrl+C, SIGTERM and SIGHUP ask to stop; the same one again, half a second later or more, ends the program at once. In
// force while the object lives; signal() stays what it was.
class StopOnSignal {
 public:
  // `wake`: called on a thread of its own when a signal came, for who sleeps.
  explicit StopOnSignal(std::function<void()> wake = {});
  ~StopOnSignal();
  StopOnSignal(const StopOnSignal&) = delete;
  StopOnSignal& operator=(const StopOnSignal&) = delete;
  static int signal();  // the one that asked; 0: none did
  static bool asked() { return signal() != 0; }

 private:
  int ends_[2] = {-1, -1};  // of the pipe that wakes the thread
  std::thread waker_;
};

// The data set, its notes printed. A word that is no source is a UsageError. `size`: "WxH" or "".
std::unique_ptr<Dataset> open_data(const std::string& source, SourceOptions options, const std::string& size,
                                   ProgressLine& progress);

// Exit status 2 for a name that is no model, a text that doesn't parse.
Architecture architecture_of(const std::string& model, const Shape& input, int classes);
// "3x64x64" or "784", as an option --input gives it; no sizes: an empty text. Exit status 2 for anything else.
Shape parse_input(const std::string& text);

// A file with a network, or weights alone together with --model NAME; how pictures are prepared, where the file doesn't
// say it or is overruled; names of the classes.
struct ModelOptions {
  std::string file, model, labels;
  std::string order, scale, mean, stddev, resize, crop;
};
void add_model_options(CLI::App& command, ModelOptions& options);
struct OpenedModel {
  Session session;     // preprocessing and classes with the options in force; classes: never empty
  bool named = false;  // its classes have names, not only numbers
};
OpenedModel open_model(Stream& stream, const ModelOptions& options);
// To look inside. A network that is only known by its name has random weights, and a note says so.
OpenNetwork open_network(Stream& stream, const ModelOptions& options, uint64_t seed);
// The same without weights and without names for the classes where there are none.
ModelFile read_model(const ModelOptions& options);
// The classes' names of --labels, where it was given.
void take_labels(const ModelOptions& options, ModelFile& file);

// What the user says, else what the file says, else what is usual.
inline const std::string& given_or(const std::string& given, const std::string& saved, const std::string& usual) {
  return !given.empty() ? given : !saved.empty() ? saved : usual;
}

std::string shape_words(const Shape& shape);  // "1x28x28"
std::string with_commas(int64_t number);      // 61706 -> "61,706"
std::string format_duration(double seconds);  // "0:07", "1:02:03"

}  // namespace striate
