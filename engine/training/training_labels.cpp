#include "engine/training/training_labels.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <numeric>
#include <string_view>

#include "engine/error.h"
#include "engine/files/csv.h"
#include "engine/nearest_word.h"
#include "engine/shuffle.h"
#include "engine/trimmed.h"

namespace striate {
namespace {

constexpr uint64_t kWrongSequence = uint64_t{3} << 60;  // of the seed's random numbers
constexpr const char* kOut = "out";

template <typename T>
bool whole_number(std::string_view text, T* value) {
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), *value);
  return problem == std::errc() && end == text.data() + text.size() && !text.empty();
}

}  // namespace

std::string label_changes_text(const LabelChanges& changes) {
  std::string text;
  for (const auto& [sample, now] : changes) {
    text += fmt::format("{}{}={}", text.empty() ? "" : " ", sample, now == kLeftOut ? kOut : std::to_string(now));
  }
  return text;
}

LabelChanges parse_label_changes(const std::string& text) {
  LabelChanges changes;
  std::string_view rest = trimmed(text);
  while (!rest.empty()) {
    const std::string_view word = rest.substr(0, rest.find(' '));
    rest = trimmed(rest.substr(word.size()));
    const size_t equals = std::min(word.find('='), word.size());
    const std::string_view now = word.substr(std::min(equals + 1, word.size()));
    int64_t sample = 0;
    int32_t label = kLeftOut;
    const bool good = whole_number(word.substr(0, equals), &sample) && sample >= 0 &&
                      (now == kOut || (whole_number(now, &label) && label >= 0));
    if (!good) {
      throw Error(fmt::format("\"{}\" changes no label", word),
                  "a picture's number, =, and the number of a class or out: 12=3 45=out");
    }
    if (!changes.emplace(sample, label).second) {
      throw Error(fmt::format("picture {} has two labels", sample), "name each picture once");
    }
  }
  return changes;
}

void check_label_changes(const LabelChanges& changes, const Dataset& data) {
  const auto classes = static_cast<int64_t>(data.classes().size());
  for (const auto& [sample, now] : changes) {
    if (sample < 0 || sample >= data.size()) {
      throw Error(fmt::format("a changed label: {} has no picture {}", data.name(), sample),
                  fmt::format("they count from 0 to {}", data.size() - 1));
    }
    if (now != kLeftOut && (now < 0 || now >= classes)) {
      throw Error(fmt::format("a changed label: {} has no class {}", data.name(), now),
                  fmt::format("classes count from 0 to {}", classes - 1));
    }
  }
}

LabelChanges parse_label_file(const std::string& text, const Dataset& data) {
  size_t at = 0, line = 1;
  const std::vector<std::string> head = csv_fields(text, &at);
  const auto column = [&](const char* name) {
    const auto found = std::find(head.begin(), head.end(), name);
    if (found == head.end()) {
      throw Error(fmt::format("line 1: no column is called \"{}\"", name),
                  "its first line names the columns: picture,now");
    }
    return static_cast<size_t>(found - head.begin());
  };
  const size_t picture = column("picture"), now = column("now");
  const std::vector<std::string>& classes = data.classes();
  LabelChanges changes;
  while (at < text.size()) {
    const std::vector<std::string> fields = csv_fields(text, &at);
    ++line;
    if (fields.size() == 1 && trimmed(fields[0]).empty()) continue;
    int64_t sample = 0;
    if (fields.size() <= std::max(picture, now) || !whole_number(trimmed(fields[picture]), &sample) || sample < 0 ||
        sample >= data.size()) {
      throw Error(fmt::format("line {}: it names no picture of {}", line, data.name()),
                  fmt::format("the number of a picture, from 0 to {}, in the column picture", data.size() - 1));
    }
    const std::string name(trimmed(fields[now]));
    const auto found = std::find(classes.begin(), classes.end(), name);
    if (found == classes.end() && name != kLeftOutWords) {
      throw Error(fmt::format("line {}: {} has no class \"{}\"", line, data.name(), name), nearest_hint(name, classes));
    }
    const int32_t label = found == classes.end() ? kLeftOut : static_cast<int32_t>(found - classes.begin());
    if (!changes.emplace(sample, label).second) {
      throw Error(fmt::format("line {}: picture {} has a line already", line, sample), "name each picture once");
    }
  }
  return changes;
}

void check_wrong_share(double share) {
  if (!(share >= 0 && share <= 1)) {
    throw Error(fmt::format("a share of {} wrong labels", share), "from 0 to 1: 0.1 makes every tenth label wrong");
  }
}

LabelChanges wrong_labels(const Dataset& data, const std::vector<int64_t>& samples, double share, uint64_t seed) {
  check_wrong_share(share);
  const auto classes = static_cast<uint32_t>(data.classes().size());
  const auto count = static_cast<size_t>(std::llround(share * static_cast<double>(samples.size())));
  LabelChanges wrong;
  if (count == 0 || classes < 2) return wrong;
  std::vector<int64_t> order = samples;
  Random random(seed, kWrongSequence);
  shuffle(std::span(order), random);
  for (size_t i = 0; i < count; ++i) {
    const auto other = static_cast<int32_t>(random.below(classes - 1));
    wrong[order[i]] = other + (other >= data.label(order[i]) ? 1 : 0);
  }
  return wrong;
}

TrainingLabels::TrainingLabels(std::shared_ptr<const Dataset> data, const std::vector<int64_t>& learned,
                               LabelChanges wrong, LabelChanges changes)
    : data_(std::move(data)), learned_(static_cast<size_t>(data_->size())), wrong_(std::move(wrong)) {
  for (const int64_t sample : learned) learned_[static_cast<size_t>(sample)] = true;
  check_label_changes(wrong_, *data_);
  set_changes(std::move(changes));
}

void TrainingLabels::set_changes(LabelChanges changes) {
  check_label_changes(changes, *data_);
  changes_ = std::move(changes);
}

int TrainingLabels::given_label(int64_t index) const {
  const auto found = wrong_.find(index);
  return found == wrong_.end() ? data_->label(index) : found->second;
}

const int32_t* TrainingLabels::change_of(int64_t index) const {
  if (!learned_[static_cast<size_t>(index)]) return nullptr;
  const auto found = changes_.find(index);
  return found == changes_.end() ? nullptr : &found->second;
}

int TrainingLabels::label(int64_t index) const {
  const int32_t* change = change_of(index);
  return change == nullptr || *change == kLeftOut ? given_label(index) : *change;
}

bool TrainingLabels::is_left_out(int64_t index) const {
  const int32_t* change = change_of(index);
  return change != nullptr && *change == kLeftOut;
}

std::set<int64_t> TrainingLabels::left_out() const {
  std::set<int64_t> samples;
  for (const auto& [sample, now] : changes_) {
    if (is_left_out(sample)) samples.insert(sample);
  }
  return samples;
}

int64_t TrainingLabels::corrected() const {
  return std::count_if(wrong_.begin(), wrong_.end(), [this](const auto& each) {
    return is_left_out(each.first) || label(each.first) == data_->label(each.first);
  });
}

std::string label_changes_csv(const TrainingLabels& labels) {
  std::string text = "picture,about,label,now\n";
  const std::vector<std::string>& classes = labels.classes();
  for (const auto& [sample, now] : labels.changes()) {
    text += fmt::format("{},{},{},{}\n", sample, quoted_csv(labels.describe(sample)),
                        quoted_csv(classes[static_cast<size_t>(labels.given_label(sample))]),
                        now == kLeftOut ? std::string(kLeftOutWords) : quoted_csv(classes[static_cast<size_t>(now)]));
  }
  return text;
}

}  // namespace striate
