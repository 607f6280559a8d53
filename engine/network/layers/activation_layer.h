// What the layers of kernels/activations.h share: every value is bent on its own. A layer says which activation and its
// words.
#pragma once

#include "engine/network/layers/kinds.h"
#include "kernels/activations.h"

namespace striate {
namespace layers {

class ActivationLayer : public Pointwise {
 public:
  Activation activation;

  bool in_place() const override { return true; }
  void forward(Stream& stream, const LayerCall& call) const override {
    activation_forward(stream, activation, call.y.count(), call.x[0].data, call.y.data);
  }
  void backward(Stream& stream, const LayerCall& call) const override {
    if (call.dx[0] == nullptr) return;
    activation_backward(stream, activation, call.y.count(), call.x[0].data, call.dy, call.dx[0], call.dx_result[0]);
  }
};

}  // namespace layers
}  // namespace striate
