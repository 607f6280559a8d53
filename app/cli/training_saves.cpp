#include "app/cli/training_saves.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <exception>
#include <filesystem>
#include <utility>
#include <vector>

#include "app/cli/cli.h"
#include "app/shell/settings.h"

namespace striate {
namespace {

constexpr const char* kStopped = "striate-stopped";

// f() with everything that can go wrong as an Error.
template <typename F>
std::optional<Error> problem_of(const F& f) {
  try {
    f();
    return std::nullopt;
  } catch (const Error& error) {
    return error;
  } catch (const std::exception&) {
    return Error("there is not enough memory to save", "close other programs");
  }
}

}  // namespace

TrainingSaves::TrainingSaves(Settings settings, Write write)
    : settings_(std::move(settings)), resumed_(file_identity(settings_.resumed)), write_(std::move(write)) {}

bool TrainingSaves::due(double ahead) const {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - last_).count() + ahead >= settings_.every;
}

const KeptPlaces& TrainingSaves::places() {
  if (!places_) places_.emplace(std::vector<std::string>{state_folder(), fallback_folder()});
  return *places_;
}

std::string TrainingSaves::kept() {
  Error first = places().problem().value_or(
      Error("training cannot be kept anywhere", "name a place with --save that can be written to"));
  for (const std::string& file : places().files()) {
    if (std::optional<Error> problem = problem_of([&] { write_(file, true); })) {
      if (file == places().files().front()) first = *problem;
      continue;
    }
    if (std::find(kept_.begin(), kept_.end(), file) == kept_.end()) kept_.push_back(file);
    return file;
  }
  throw Error(first);
}

void TrainingSaves::tell_once(const std::string& text) {
  if (std::exchange(told_, text) != text) print_note(text);
}

void TrainingSaves::keep() {
  std::optional<Error> problem;
  if (!settings_.save.empty() && !settings_.weights_only) {
    problem = problem_of([&] { write_(settings_.save, true); });
    if (!problem) {
      remove_kept();
      last_ = std::chrono::steady_clock::now();
      return;
    }
  }
  std::string file;
  const std::optional<Error> worse = problem_of([&] { file = kept(); });
  if (worse) {
    tell_once(problem ? fmt::format("{}; {}", problem->what(), worse->what())
                      : fmt::format("not saved: {}", worse->what()));
  } else if (problem) {
    tell_once(fmt::format("{}; kept in {} as long as that is so", problem->what(), file));
  } else if (!std::exchange(named_, true)) {
    print_note(fmt::format("kept in {0} while it trains; if it is killed: --resume {0}", file));
  }
  last_ = std::chrono::steady_clock::now();
}

// A training that stops is saved beside whatever has the name already, a link to nowhere included, never over it: only
// over the file that it went on from, as long as that is still the one that it read. The name is held by an empty file,
// so that two trainings that are stopped at once don't choose the same.
std::string TrainingSaves::stopped_file() const {
  for (int n = 1;; ++n) {
    std::string file = n == 1 ? fmt::format("{}.safetensors", kStopped) : fmt::format("{}-{}.safetensors", kStopped, n);
    if (resumed_.known() && file_identity(file) == resumed_) return file;
    const int made = ::open(file.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0666);
    if (made >= 0) ::close(made);
    if (made >= 0 || errno != EEXIST) return file;  // where nothing can be made, writing says why
  }
}

TrainingSaves::End TrainingSaves::finish(bool stopped) {
  End end;
  const std::string wanted = !settings_.save.empty() ? settings_.save : stopped ? stopped_file() : "";
  if (wanted.empty()) return end;
  const bool whole = settings_.save.empty() || !settings_.weights_only;
  end.problem = problem_of([&] { write_(wanted, whole); });
  std::error_code ignored;
  const bool held = settings_.save.empty() && std::filesystem::file_size(wanted, ignored) == 0;
  if (end.problem && held) std::filesystem::remove(wanted, ignored);
  if (!end.problem) {
    end.file = wanted;
    if (whole) end.goes_on = wanted;
  }
  if (end.problem || (stopped && !whole)) {
    if (!problem_of([&] { end.goes_on = kept(); }) && end.problem) end.file = end.goes_on;
  }
  if (end.goes_on == wanted) remove_kept();
  return end;
}

std::string TrainingSaves::keep_after_all() {
  std::string file;
  problem_of([&] { file = kept(); });
  return file;
}

void TrainingSaves::remove_kept() {
  std::error_code ignored;
  for (const std::string& file : kept_) std::filesystem::remove(file, ignored);
  kept_.clear();
}

}  // namespace striate
