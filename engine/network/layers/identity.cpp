#include "engine/network/layers/kinds.h"
#include "kernels/elementwise.h"

namespace striate {
namespace {

class Identity : public layers::Pointwise {
 public:
  std::string kind() const override { return kIdentity.word; }
  std::string text() const override { return kIdentity.word; }
  bool in_place() const override { return true; }
  void forward(Stream& stream, const LayerCall& call) const override {
    if (call.y.data != call.x[0].data) copy(stream, call.y.count(), call.x[0].data, call.y.data);
  }
  void backward(Stream& stream, const LayerCall& call) const override {
    if (call.dx[0] != nullptr) copy(stream, call.y.count(), call.dy, call.dx[0], call.dx_result[0]);
  }
};

}  // namespace

const LayerKind kIdentity{"identity", "Identity", "identity",
                          "Passes on what it gets. Useful as a named place from which branches begin, and where "
                          "another program's network had a "
                          "layer that does nothing when the network is used.",
                          layers::parse_plain<Identity>};

}  // namespace striate
