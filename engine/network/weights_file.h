// Weights from files into a network, by name: Striate's own (safetensors), and those of others (safetensors, PyTorch's
// checkpoints) under their names (weight_names.h), in any number type, with or without a prefix that all names share
// ("module.").
//
// All or nothing, unless a partial load is asked for, which takes what fits and says what did not: PyTorch's
// load_state_dict(strict=True) and strict=False, with PyTorch's words.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "engine/files/safetensors.h"
#include "engine/network/network.h"
#include "engine/network/weight_names.h"

namespace striate {

// A weight that stands in the file under the right name, in another shape.
struct MismatchedWeight {
  std::string name, in_file;               // Striate's name, the file's
  std::vector<int64_t> file_shape, shape;  // in the file, in the network
  std::string text() const;                // "fc.weight is 1000 x 512 instead of 7 x 512"
};

// What of a file goes where, without reading values.
struct WeightsFit {
  const NameStyle* style = nullptr;
  std::string prefix;                         // before every name of the file
  std::map<std::string, std::string> tensor;  // what is loaded, Striate's name -> the file's: there, in the right shape
  std::vector<std::string> missing;           // Striate's names: in the network, not in the file
  std::vector<std::string> unexpected;        // the file's names: in the file, not in the network
  std::vector<MismatchedWeight> mismatched;   // in both
  bool other_classes = false;                 // all mismatched are of the last layer, and only in their first size
  bool fits() const { return missing.empty() && unexpected.empty() && mismatched.empty(); }
};

// What of a network's tensors such a file holds: its weights, then its buffers.
std::vector<const NamedTensor*> weight_tensors(const std::vector<NamedTensor>& tensors);

struct WeightsLoading {
  bool partial = false;  // takes what fits; else everything must
  // Tensors of the file that are no concern of it. PyTorch's "num_batches_tracked" never is, nor is the state of a
  // training in a file with one.
  std::function<bool(const std::string& tensor)> ignored = {};
  // Nodes whose weights stay as they are, found or not: a new head.
  std::vector<int> except = {};
};

// The style and prefix that fit best.
WeightsFit fit_weights(const SafeTensors& file, const Architecture& architecture, const WeightsLoading& how = {});

// The models by name that all of a file's weights fit, also where they are for another number of classes.
std::vector<std::string> models_that_fit(const SafeTensors& file);

// How many values the network's last layer with weights gives, as the file has it; 0: it doesn't say.
int64_t outputs_in(const SafeTensors& file, const Architecture& architecture, const WeightsFit& fit);

// Writes weights and running statistics, a million values at a time: a file from SafeTensors::open() needs no memory
// of its own. Throws Error that lists which are missing, of another shape and left over, and names the model that they
// would fit, where there is one; nothing is written then. A partial load throws where nothing at all fits.
WeightsFit load_weights(Stream& stream, const SafeTensors& file, const std::string& path, Network& network,
                        const WeightsLoading& how = {});

// Whether a file holds the state of a training beside its weights (engine/training/checkpoint.h).
bool has_training_state(const SafeTensors& file);

// For errors: "4 x 144", "one value".
std::string sizes_in_words(const std::vector<int64_t>& sizes);
// Throws the Error of load_weights().
[[noreturn]] void throw_do_not_fit(const std::string& path, const WeightsFit& fit, const std::string& hint);

}  // namespace striate
