// An open network up to one layer, for pictures of another size where its layers allow that, with its weights and
// lesions: what explanations run that need many passes (maximize.h) or whole batches of pictures (patches.h), and no
// layer behind the one that they ask about.
//
//   PartNetwork part(network, node, Shape{3, 128, 128}, Plan{1, false, true});
//   part.forward(input);                        // the layer's values
//   part.backward(gradient of the layer);       // the gradient of the input
//
// Belongs to the thread of the network's stream, and must not outlive the network.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "engine/session/open_network.h"

namespace striate {

class PartNetwork {
 public:
  // `picture` (C, H, W), rank 0: the network's own. Throws Error: pictures of another size do not fit its layers.
  PartNetwork(OpenNetwork& of, int node, const Shape& picture, Plan plan);
  PartNetwork(const PartNetwork&) = delete;
  PartNetwork& operator=(const PartNetwork&) = delete;

  // Whether the layers up to `node` compute with the same weights for pictures of this size.
  static bool fits(const OpenNetworkInfo& info, int node, const Shape& picture);

  void take_weights();  // again, after those of the open network have changed

  int64_t inputs() const { return inputs_; }     // values of one picture
  int64_t values() const { return values_; }     // of one picture's activation of the layer
  const Shape& cells() const { return cells_; }  // (C, H, W) of it

  // For the batch of the plan. Throws Error: values that are no numbers are passed on as they are.
  std::vector<float> forward(const std::vector<float>& input);
  // From the layer's gradient to the input's. What a function of one value, a ReLU, stops, and is passed on instead
  // where it pushes the function's input up: nothing; a fifth of it, value by value, at those that the layer itself
  // ends with; and, at any other, all where it would pass on nothing at all.
  enum class Freed { nothing, ends, all };
  std::vector<float> backward(const std::vector<float>& gradient, Freed freed = Freed::nothing);

 private:
  struct Cut {
    int node = 0, channel = -1;
    int64_t channels = 1;
    bool last = false;  // channels lie last
  };
  void cut(const NamedTensor& tensor, const Cut& cut);
  void free_function(int node, bool value_by_value);
  std::vector<char> find_ends() const;

  OpenNetwork* of_;
  Stream* stream_;
  std::vector<int> source_;  // per node of the part: the open network's
  std::vector<Cut> cuts_;
  std::vector<char> ends_;  // per node: a function whose output is the layer's, but for joining and pooling
  std::unique_ptr<Network> network_;
  int64_t inputs_ = 0, values_ = 0;
  Shape cells_;
};

}  // namespace striate
