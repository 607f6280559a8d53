#include "engine/network/layers/kinds.h"
#include "engine/network/layers/rows.h"
#include "kernels/elementwise.h"

namespace striate {
namespace {

class Identity : public layers::Pointwise {
 public:
  bool in_place() const override { return true; }
  void forward(Stream& stream, const LayerCall& call) const override {
    if (call.y.data != call.x[0].data) copy(stream, call.y.count(), call.x[0].data, call.y.data);
  }
  void backward(Stream& stream, const LayerCall& call) const override {
    if (call.dx[0] != nullptr) copy(stream, call.y.count(), call.dy, call.dx[0], call.dx_result[0]);
  }
};

// A variable is all that it needs.
void to_torch(TorchPage& to, const ExportNode& n) { to.line(n, to.x(n)); }
void to_keras(KerasPage& to, const ExportNode& n) {
  layers::keras_pointwise(to, n, "layers.Identity()(" + to.x(n) + ")");
}

}  // namespace

extern const LayerKind kIdentity{
    .word = "identity",
    .title = N_("Identity"),
    .explanation =
        N_("Passes on what it gets. Useful as a named place from which branches begin, and where another program's "
           "network had a layer that does nothing when the network is used."),
    .make = layers::made<Identity>,
    .first = "identity",
    .follow = Follow::copied,
    .sign = Sign::as_it_came,
    .passes_on = true,
    .torch = {"nn.Identity", to_torch},
    .keras = {"layers.Identity", to_keras},
    .onnx = {"Identity"},
};

}  // namespace striate
