// A TrainingConfig as keys of a saved model's __metadata__, beside those of checkpoint.h: run.data, run.split,
// run.augment, run.initializer, and where they say something run.weights, run.partial, run.head, run.freeze,
// run.normalization, run.split_by, run.base, run.wrong_labels, run.labels, run.examples. With them a file knows all
// that going on needs.
#pragma once

#include <map>
#include <string>

#include "engine/files/safetensors.h"
#include "engine/training/training_run.h"

namespace striate {

std::map<std::string, std::string> config_keys(const TrainingConfig& config);
// The config of a file with a training state; model, rate and schedule are for the caller to fill in. Throws Error: a
// file without these keys.
TrainingConfig read_config(const SafeTensors& file, const std::string& path);
// Of these keys what need not be there: weights, partial, head, freeze, normalization, split_by, base, wrong_labels,
// labels, examples. Throws Error.
void read_transfer(const SafeTensors& file, const std::string& path, TrainingConfig& config);
// "pytorch", ... Throws Error with the nearest name.
Initializer parse_initializer(const std::string& name);

}  // namespace striate
