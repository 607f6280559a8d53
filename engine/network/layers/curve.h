// What the layers of kernels/curve.h share: every value is bent on its own. A layer says which curve and its words.
#pragma once

#include "engine/network/layers/kinds.h"
#include "kernels/curve.h"

namespace striate {
namespace layers {

class CurveLayer : public Pointwise {
 public:
  Curve curve;

  bool in_place() const override { return true; }
  void forward(Stream& stream, const LayerCall& call) const override {
    curve_forward(stream, curve, call.y.count(), call.x[0].data, call.y.data);
  }
  void backward(Stream& stream, const LayerCall& call) const override {
    if (call.dx[0] == nullptr) return;
    curve_backward(stream, curve, call.y.count(), call.x[0].data, call.dy, call.dx[0], call.dx_result[0]);
  }
};

}  // namespace layers
}  // namespace striate
