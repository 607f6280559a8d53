// Weights from safetensors files into a network, by name: Striate's own files, and those of others under their names
// (weight_names.h), in any number type, with or without a prefix that all names share ("module.").
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "engine/files/safetensors.h"
#include "engine/network/network.h"
#include "engine/network/weight_names.h"

namespace striate {

// What of a file goes where, without reading values.
struct WeightsFit {
  const NameStyle* style = nullptr;
  std::string prefix;                         // before every name of the file
  std::map<std::string, std::string> tensor;  // Striate's name -> the file's: all that are there in the right shape
  std::vector<std::string> missing;           // Striate's names
  std::vector<std::string> other_shape;       // "2.weight is 4 x 144 instead of 5 x 144"
  std::vector<std::string> left_over;         // the file's names
  bool other_classes = false;                 // of other_shape: all are of the last layer, and only in their first size
  bool fits() const { return missing.empty() && other_shape.empty() && left_over.empty(); }
};

// The style and prefix that fit best. Tensors of the file that `ignored` holds true for are no concern of it;
// PyTorch's "num_batches_tracked" never is.
WeightsFit fit_weights(const SafeTensors& file, const Architecture& architecture,
                       const std::function<bool(const std::string&)>& ignored = nullptr);

// How many values the network's last layer with weights gives, as the file has it; 0: it doesn't say.
int64_t outputs_in(const SafeTensors& file, const Architecture& architecture, const WeightsFit& fit);

// Writes weights and running statistics, a million values at a time: a file from SafeTensors::open() needs no memory
// of its own. Throws Error that lists which are missing, of another shape and left over, and names the model that they
// would fit, where there is one; nothing is written then.
WeightsFit load_weights(Stream& stream, const SafeTensors& file, const std::string& path, Network& network,
                        const std::function<bool(const std::string&)>& ignored);

// For errors: "4 x 144", "one value".
std::string sizes_in_words(const std::vector<int64_t>& sizes);
// Throws the Error of load_weights().
[[noreturn]] void throw_do_not_fit(const std::string& path, const WeightsFit& fit, const std::string& hint);

}  // namespace striate
