// What evaluate and compare share: a part of a data set as a model takes its pictures, and the model's answers for it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "app/cli/training.h"
#include "engine/training/metrics.h"

namespace striate {

struct JudgeOptions {
  std::string data, part = "test";
  std::string split, split_by, loss;  // empty for those of the model's training
  int64_t batch = 0;                  // 0: what a budget of memory allows
};

struct JudgedPart {
  std::shared_ptr<const Dataset> data;  // its classes are the model's, its pictures fitted to what the model takes
  std::vector<int64_t> indices;
  Normalization normalization;  // that its pictures still need
};

// Says a mistake in these options.
void check_judge_options(const JudgeOptions& options);
// The seed of the model's own training divides the data as they were divided then, unless a seed was `given`.
uint64_t judging_seed(const ModelFile& file, const CommandLine& line, bool given);
// The data set of the options for this model; its classes are matched by name, so that a folder with some of the
// classes can be judged as well. A model without names of classes takes the data set's. Throws Error.
JudgedPart judged_part(OpenedModel& model, const JudgeOptions& options, uint64_t seed, ProgressLine& progress);
// Runs the model over it; a signal ends it before its end. The model's own network may be gone afterwards.
Evaluation judge(Stream& stream, OpenedModel& model, const JudgedPart& part, const JudgeOptions& options,
                 ProgressLine& progress);

constexpr size_t kMaxClassesShown = 50;  // classes in a table or a hint

}  // namespace striate
