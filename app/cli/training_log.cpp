#include "app/cli/training_log.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <fstream>
#include <utility>

#include "engine/error.h"
#include "engine/files/atomic_write.h"

namespace striate {
namespace {

constexpr const char* kHeader = "step,epoch,loss,accuracy,rate,validation_loss,validation_accuracy";

Error cannot_write(const std::string& path, int error) {
  return Error(fmt::format("{}: cannot be written: {}", path, std::strerror(error)),
               "free some space; the rows that are missing come with the next ones");
}

// Replaces what stands from `at` on. Where it cannot, the file ends at `at` or has its old bytes: a row is whole or
// missing.
void write_from(const std::string& path, uint64_t at, const std::string& text) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
  if (file < 0) throw cannot_write(path, errno);
  size_t done = 0;
  int problem = 0;
  while (done < text.size() && problem == 0) {
    const ssize_t some = ::pwrite(file, text.data() + done, text.size() - done, static_cast<off_t>(at + done));
    if (some > 0) done += static_cast<size_t>(some);
    if (some < 0 && errno != EINTR) problem = errno;
  }
  if (problem != 0 && ::ftruncate(file, static_cast<off_t>(at)) != 0) { /* the next call sees another size */
  }
  if (::close(file) != 0 && problem == 0) problem = errno;
  if (problem != 0) throw cannot_write(path, problem);
}

}  // namespace

TrainingLog::TrainingLog(std::string path, int64_t first, bool goes_on, bool force)
    : path_(std::move(path)), first_(first), written_(first), goes_on_(goes_on), force_(force) {
  if (!path_.empty()) kept_rows();  // what is wrong with it is told before the work
}

std::string TrainingLog::kept_rows() const {
  std::string text = std::string(kHeader) + "\n";
  if (!goes_on_) return text;
  std::ifstream in(path_, std::ios::binary);
  std::string line;
  if (!in || !std::getline(in, line)) return text;
  if (!line.empty() && line.back() == '\r') line.pop_back();
  if (line != kHeader) {
    if (force_) return text;
    throw Error(fmt::format("{}: is there already and is not a log of a training", path_), "give another name");
  }
  while (std::getline(in, line)) {
    int64_t step = 0;
    const auto [end, problem] = std::from_chars(line.data(), line.data() + line.size(), step);
    // A row that was cut off, and what will be done again.
    if (in.eof() || problem != std::errc() || end == line.data() + line.size() || *end != ',' || step > first_) break;
    text += line + "\n";
  }
  return text;
}

// The validation of the step that it went on from, where it was killed before that was measured.
void TrainingLog::complete(std::string& kept, const History& history) const {
  for (const EvaluationRecord& each : history.evaluations()) {
    if (each.step != first_ || !kept.ends_with(",,\n")) continue;
    const size_t row = kept.rfind('\n', kept.size() - 2) + 1;
    if (!kept.substr(row).starts_with(fmt::format("{},", first_))) continue;
    kept.resize(kept.size() - 2);
    kept += fmt::format("{:.6f},{:.6f}\n", each.loss, each.accuracy);
  }
}

std::string TrainingLog::rows(Trainer& trainer, int64_t after) const {
  const History& history = trainer.history();
  const double samples = static_cast<double>(trainer.training().size());
  const std::vector<StepRecord>& steps = history.steps();
  const std::vector<EvaluationRecord>& evaluations = history.evaluations();
  size_t from = steps.size(), next = evaluations.size();
  while (from > 0 && steps[from - 1].step > after) --from;
  while (next > 0 && evaluations[next - 1].step > after) --next;
  std::string text;
  for (; from < steps.size(); ++from) {
    const StepRecord& step = steps[from];
    const double epoch = static_cast<double>(step.step * trainer.settings().batch) / samples;
    text += fmt::format("{},{:.4f},{},{},{},", step.step, epoch, step.loss, step.accuracy, step.rate);
    while (next < evaluations.size() && evaluations[next].step < step.step) ++next;
    const bool here = next < evaluations.size() && evaluations[next].step == step.step;
    text += here ? fmt::format("{:.6f},{:.6f}\n", evaluations[next].loss, evaluations[next].accuracy) : ",\n";
  }
  return text;
}

void TrainingLog::write(Trainer& trainer) {
  if (path_.empty()) return;
  struct stat info = {};
  const bool there = begun_ && ::stat(path_.c_str(), &info) == 0 && static_cast<uint64_t>(info.st_size) == size_;
  std::string text;
  uint64_t at = 0;
  if (there) {
    text = rows(trainer, written_ - 1);
    at = last_row_;
    if (!text.empty()) write_from(path_, at, text);
  } else {
    // The first time, or somebody took the file away: whole.
    text = begun_ ? std::string(kHeader) + "\n" : kept_rows();
    complete(text, trainer.history());
    text += rows(trainer, first_);
    AtomicFile file(path_);
    file.write(text.data(), text.size());
    file.commit();
    begun_ = true;
  }
  if (text.empty()) return;
  size_ = at + text.size();
  const size_t end_before = text.rfind('\n', text.size() - 2);
  last_row_ = at + (end_before == std::string::npos ? 0 : end_before + 1);
  written_ = trainer.steps();
}

}  // namespace striate
