// A network in memory: an architecture, and every value that computing with it makes, in named tensors that are never
// reused or overwritten in place. So anything can be looked at, saved and replayed. Where only the answer is wanted a
// plan may say otherwise (Plan::reuse): activations that nobody needs any more then give their place to others.
//
// One arena of device memory per kind, offsets computed once (plan_tensors): the optimizer is one pass over one arena,
// saving is a loop over tensors, the screen needs no code per layer. Pointers stay as they are until the next plan(),
// so that a step can be captured once as a CUDA graph and replayed.
//
// Weights outlive a new plan: plan() with another batch size keeps them, their running statistics and optimizer state.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "engine/network/architecture.h"
#include "engine/network/layer_set.h"
#include "engine/network/memory_plan.h"
#include "kernels/memory.h"

namespace striate {

enum class TensorKind { activation, activation_gradient, weight, weight_gradient, optimizer_state, saved, buffer };
constexpr int kTensorKinds = 7;
const char* tensor_kind_name(TensorKind kind);  // "activation gradient"

struct NamedTensor {
  // activation, activation_gradient: the node's name. All others: NODE.NAME, "0.weight", "bn1.running_mean" as in
  // PyTorch's state_dict, "2.argmax"; optimizer_state: "0.weight.STATE".
  std::string name;
  Shape shape;
  TensorKind kind = TensorKind::activation;
  int node = 0;
  int part = 0;           // which of the node's parameters, saved tensors or buffers
  bool integers = false;  // int32 values
  int64_t offset = 0;     // in its kind's arena, in values, a multiple of 16
};

// What a network is prepared for.
struct Plan {
  int batch = 1;
  bool training = false;    // gradients of weights, and those of activations that they need
  bool explaining = false;  // the gradient of every activation, the input's included
  // These layers keep their weights, and compute as in evaluation: a batch normalization uses its running statistics
  // and leaves them alone, as Keras's does with trainable=False; a dropout drops nothing. Gradients go through them to
  // trained layers before them; where there are none, backward stops, and nothing there has a gradient tensor.
  LayerSet frozen = 0;
  // Inference in little memory (memory_plan.h): after forward() only the input, the output and the layers named in
  // `keep` can be looked at; between forward(stream, mode, n, n) and the next also what n gave. No gradients.
  bool reuse = false;
  std::vector<std::string> keep = {};
  // The node whose activation is given in place of a picture: what stands before it is not computed and has no
  // activation (features that were computed once, transfer/feature_set.h). All that is read behind it comes through it;
  // what is trained stands behind it. 0: the input. Not with `reuse` or `explaining`.
  int from = 0;
  // With `reuse`, on the CPU: convolutions may be computed by Winograd's transforms (kernels/winograd.h), which is
  // faster and rounds in other places. Not where a sum is explained term by term.
  bool winograd = false;

  friend bool operator==(const Plan&, const Plan&) = default;
  static Plan inference(int batch, std::vector<std::string> keep = {}) {
    return {batch, false, false, 0, true, std::move(keep)};
  }
  // Where only the answer counts.
  static Plan fastest(int batch) {
    Plan plan = inference(batch);
    plan.winograd = true;
    return plan;
  }
};

// Where everything stands, without the memory: what `summary` prints.
struct TensorPlan {
  std::vector<NamedTensor> tensors;           // by kind, then by node
  std::array<int64_t, kTensorKinds> arena{};  // values
  int64_t scratch = 0;                        // floats
  int64_t trained = 0;                        // values of one optimizer state: of all weights that are not frozen
  ActivationPlan activations;                 // with Plan::reuse
  int64_t bytes() const;                      // of all arenas and the scratch
};
// Throws Error: a batch that is not possible, an unknown layer in Plan::keep.
TensorPlan plan_tensors(const Architecture& architecture, const Plan& plan,
                        const std::vector<std::string>& optimizer_states = {});

class Network {
 public:
  // Checks all shapes and allocates. Weights are 0 until initialize() or loading. Throws Error.
  Network(Stream& stream, const Architecture& architecture, const Plan& plan = {});

  const Architecture& architecture() const { return architecture_; }
  const Plan& plan() const { return plan_; }
  int batch() const { return plan_.batch; }
  Device device() const { return device_; }
  // Another batch size, with or without gradients. Pointers change; activations and gradients are lost, weights not,
  // and the optimizer's state only where other layers are frozen.
  void replan(Stream& stream, const Plan& plan);
  // Arrays of the optimizer beside every weight, set to 0: {"momentum"}, {"mean", "square"}. Empty: none.
  void set_optimizer_states(Stream& stream, const std::vector<std::string>& names);

  const std::vector<NamedTensor>& tensors() const { return layout_.tensors; }
  int64_t bytes() const { return layout_.bytes() + packed_.size() * static_cast<int64_t>(sizeof(float)); }
  const NamedTensor* find(TensorKind kind, const std::string& name) const;  // null: none
  const NamedTensor& activation(int node) const;                            // not of one before Plan::from
  const NamedTensor& input() const { return activation(plan_.from); }
  Shape picture() const;                        // of one sample of it, without the batch
  const NamedTensor* gradient(int node) const;  // null where the plan has none
  const NamedTensor& output() const { return activation(architecture_.size() - 1); }
  const NamedTensor* output_gradient() const { return gradient(architecture_.size() - 1); }

  // The three below throw Error for an activation whose place has another value now (Plan::reuse).
  TensorView view(const NamedTensor& tensor);  // of integers: their 4 bytes as they are
  // Copies to and from the host, after all work queued before. Integers come as floats.
  std::vector<float> read_tensor(Stream& stream, const NamedTensor& tensor) const;
  // Throws Error where there are not tensor.shape.count() values.
  void write_tensor(Stream& stream, const NamedTensor& tensor, const std::vector<float>& values);

  // A kind's whole arena; the padding between tensors is 0 in weights, their gradients and states. What is asked for
  // before a forward() may be written until then.
  float* arena(TensorKind kind) {
    if (kind == TensorKind::weight) unchanged_ = 0;
    return arenas_[static_cast<size_t>(kind)].data();
  }
  const float* arena(TensorKind kind) const { return arenas_[static_cast<size_t>(kind)].data(); }
  int64_t arena_size(TensorKind kind) const { return layout_.arena[static_cast<size_t>(kind)]; }
  // The weights that are trained, in pieces without frozen ones between them. Gradients and optimizer states have no
  // place for frozen weights: there a piece begins at `gradient`.
  struct TrainedRange {
    int64_t weight = 0, gradient = 0, count = 0;
  };
  const std::vector<TrainedRange>& trained() const { return trained_; }
  // Optimizer state number i: an array as large as the weight gradients' arena of a training plan.
  float* optimizer_state(int i) { return arena(TensorKind::optimizer_state) + i * layout_.trained; }
  const std::vector<std::string>& optimizer_states() const { return optimizer_states_; }

  // Starting weights: a function of the seed, the order of the parameters and their shapes.
  void initialize(Stream& stream, Initializer how, uint64_t seed);
  // Weights and running statistics of another network with the same architecture, on the same device.
  void copy_weights(Stream& stream, const Network& from);

  // Sequences of the layers that draw random numbers: one per node, 0 for the others. Part of a training state.
  void set_seed(Stream& stream, uint64_t seed);  // and all counters to their start
  uint64_t seed() const { return seed_; }
  std::vector<uint64_t> read_counters(Stream& stream) const;
  const Buffer<uint64_t>& counters() const { return counters_; }  // what read_counters() reads, on the device
  void write_counters(Stream& stream, const std::vector<uint64_t>& counters);  // throws Error: another number of them

  // Runs nodes [first, last]; the tensor of input() holds the batch. last -1: up to the output. With Plan::reuse it
  // begins at 1 or goes on where it stopped.
  void forward(Stream& stream, Mode mode, int first = 1, int last = -1);
  // From the gradient tensor of `from` (-1: the output), which the caller has written, down to the input or the lowest
  // layer whose gradient is planned, as the last forward() computed. Every gradient tensor is written: 0 where nothing
  // that `from` depends on. `rule`: what a ReLU passes back.
  void backward(Stream& stream, int from = -1, BackwardRule rule = BackwardRule::gradient);
  // The same in pieces, for slow motion: begin, then one node at a time from `from` down to 1.
  void backward_begin(Stream& stream, int from = -1, BackwardRule rule = BackwardRule::gradient);
  void backward_node(Stream& stream, int node);

 private:
  // Per node, with Plan::reuse: the last of the nodes behind it that it can compute along with itself, each in the
  // place of the one before; itself: none.
  struct Joined {
    int last = 0;
    Epilogue epilogue;
  };
  void build_calls();
  void pack_weights(Stream& stream);
  Joined joined_with(int node) const;
  void need_readable(const NamedTensor& tensor) const;
  void forget_freed(Stream& stream, int node);
  Architecture architecture_;
  Plan plan_;
  Device device_;
  std::vector<std::string> optimizer_states_;
  TensorPlan layout_;
  std::array<Buffer<float>, kTensorKinds> arenas_;
  Buffer<float> scratch_;
  Buffer<uint64_t> counters_;
  uint64_t seed_ = 0;
  std::vector<TrainedRange> trained_;
  // With Plan::reuse, once two pictures have the same weights: the weights as the layers use them, a layer's share at
  // LayerCall::packed.
  Buffer<float> packed_;
  int unchanged_ = 0;  // times that forward() began since the weights may have changed
  int packs_at() const { return plan_.winograd ? 1 : 2; }  // which of them lays out the weights
  int ran_ = 0;                                            // with Plan::reuse: the last node that forward() ran
  std::vector<LayerCall> calls_;                           // per node
  std::vector<Joined> joined_;                             // per node
  std::vector<int> activation_, gradient_;                 // per node: index of the tensor; -1: none
  std::vector<char> written_;  // per node, during backward: whether a gradient has reached it
};

}  // namespace striate
