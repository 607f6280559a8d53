#include "kernels/softmax.h"

#include "engine/network/layers/kinds.h"

namespace striate {
namespace {

// Both go over the channels (N x K: over the K values), each picture and pixel on its own.
class Softmax : public layers::Pointwise {
 public:
  std::string kind() const override { return kSoftmax.word; }
  std::string text() const override { return kSoftmax.word; }
  void forward(Stream& stream, const LayerCall& call) const override {
    const layers::Channels s = layers::channels(call.y.shape);
    softmax_forward(stream, s.n, s.c, s.pixels, call.x[0].data, call.y.data);
  }
  void backward(Stream& stream, const LayerCall& call) const override {
    if (call.dx[0] == nullptr) return;
    const layers::Channels s = layers::channels(call.y.shape);
    softmax_backward(stream, s.n, s.c, s.pixels, call.y.data, call.dy, call.dx[0], call.dx_result[0]);
  }
};

class LogSoftmax : public layers::Pointwise {
 public:
  std::string kind() const override { return kLogSoftmax.word; }
  std::string text() const override { return kLogSoftmax.word; }
  void forward(Stream& stream, const LayerCall& call) const override {
    const layers::Channels s = layers::channels(call.y.shape);
    log_softmax_forward(stream, s.n, s.c, s.pixels, call.x[0].data, call.y.data);
  }
  void backward(Stream& stream, const LayerCall& call) const override {
    if (call.dx[0] == nullptr) return;
    const layers::Channels s = layers::channels(call.y.shape);
    log_softmax_backward(stream, s.n, s.c, s.pixels, call.y.data, call.dy, call.dx[0], call.dx_result[0]);
  }
};

}  // namespace

const LayerKind kSoftmax{
    "softmax", "Softmax", "softmax",
    "Turns a list of numbers into shares that are positive and add up to 1: each is exp(x) divided by the sum of all "
    "exp(x). The largest stays the largest. The shares look like probabilities, and networks are trained to make them "
    "so, "
    "but a network can be very sure and wrong: a share is not the chance of being right.",
    layers::parse_plain<Softmax>};
const LayerKind kLogSoftmax{
    "logsoftmax", "Logarithm of softmax", "logsoftmax",
    "The logarithm of the softmax, computed in one go so that very small shares don't become 0. It goes with the loss "
    "that "
    "is called negative log likelihood; both together are what cross-entropy does from the raw numbers.",
    layers::parse_plain<LogSoftmax>};

}  // namespace striate
