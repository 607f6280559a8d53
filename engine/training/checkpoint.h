// Saved models: safetensors (engine/files/safetensors.h) with the weights under PyTorch's names and what is needed to
// use them in __metadata__:
//   striate        "1": the version of this layout
//   architecture   its text
//   model, data    names, for people
//   classes        JSON list of strings
//   mean, std  JSON lists of numbers, one per channel
//   seed, step     decimal numbers
// With the training state on request: optimizer arrays as "optimizer.0.weight.mean", and the keys training ("1"),
// batch, loss, optimizer, rate, schedule, freeze, samples, optimizer_steps, counters, and where they are not 0 l1,
// label_smoothing, clip_norm. Written atomically. The same
// training gives the same bytes: no date, no path, no thread count.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "engine/files/safetensors.h"
#include "engine/network/network.h"
#include "engine/network/weights_file.h"
#include "engine/training/data/dataset.h"
#include "engine/training/trainer.h"

namespace striate {

struct ModelInfo {
  std::string model, data;  // names, may be empty
  Architecture architecture;
  std::vector<std::string> classes;
  Normalization normalization;
  uint64_t seed = 0;
  int64_t step = 0;
};

// `more`: further keys of the metadata, none of those above.
void save_model(const std::string& path, Stream& stream, const ModelInfo& info, const Network& network,
                const std::map<std::string, std::string>& more = {});
// With the state of training, so that it can go on. Between two steps only.
// `more`: further keys of the metadata, none of those above. `add`: adds further tensors, named as in history_file.h.
void save_training(const std::string& path, const ModelInfo& info, Trainer& trainer,
                   const std::map<std::string, std::string>& more = {},
                   const std::function<void(SafeTensorsWriter&)>& add = nullptr);

// Throws Error: a key missing or wrong, an architecture that doesn't parse.
ModelInfo read_model_info(const SafeTensors& file, const std::string& path);
// The settings that training was saved with (augment is not saved: set it again). Throws Error without a training
// state.
TrainerSettings read_training_settings(const SafeTensors& file, const std::string& path);

// After load_weights() (engine/network/weights_file.h), on a trainer made with keep_weights and these settings: goes on
// with the same bits as if it had not stopped. Throws Error.
void resume_training(const SafeTensors& file, const std::string& path, Trainer& trainer);

}  // namespace striate
