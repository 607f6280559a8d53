// Which tensors of a PyTorch checkpoint are a network's weights, and what they are called.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "engine/files/pickle.h"

namespace striate {

struct TorchWeights {
  std::vector<std::pair<std::string, uint32_t>> tensors;  // names, which differ, and places in TorchMaker::tensors()
  std::map<std::string, std::string> metadata;  // of what else the checkpoint says: "arch"; "classes" as a JSON list
  std::vector<std::string> notes;               // which of a checkpoint's dictionaries was taken
};

// `root`: what was saved. A dictionary of names and tensors is the weights; in a dictionary of other things they stand
// under a name that is usual ("state_dict", "model", ...), or are the only such dictionary. A TorchScript module's are
// its tensors, under the names of the modules that they are in. Throws Error: there are none; it can't be told which.
TorchWeights find_torch_weights(const PickleHeap& heap, PickleRef root, const std::string& file);

}  // namespace striate
