// An open network: its weights, how pictures become its input, what its classes are called; and its values and
// gradients on demand, for any input. What looks at a network that is not being trained uses one: the command line, the
// probe of page `train`, every page that explains. A training's own network is its Trainer's; copy_weights() takes over
// its present weights.
//
//   Session session = Session::open(stream, "resnet50.onnx");
//   SessionRequest request;
//   request.input = session.input_of(*read_image("cat.jpg"));
//   request.activations = {"layer4.2"};
//   const SessionResult result = *session.run(request);
//   session.probabilities(result.output.values);
//
// Memory: a forward pass alone reuses the places of activations (Plan::reuse), what is asked for is copied as it passes
// by; with gradients everything is kept until the next run.
//
// Threads: a session belongs to one thread at a time, that of its stream; nothing is locked. Sessions with streams of
// their own may run on different threads at the same time. `progress` and `changes` are called on the thread that runs.
#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/image.h"
#include "engine/network/network.h"
#include "engine/session/model_file.h"

namespace striate {

struct SessionTensor {
  Shape shape;
  std::vector<float> values;
};

// Values that are changed before the layers behind read them: a channel that is cut out, a block that is left out.
struct SessionChange {
  using Function = std::function<void(const Shape&, std::vector<float>&)>;  // of the whole batch
  Function values;                                                          // changes them; null: they stay
  Function gradient;  // changes what reaches them on the way back, before it goes on; null: all of it goes on

  SessionChange() = default;
  // A value that was moved: its gradient goes on as it is.
  template <std::invocable<const Shape&, std::vector<float>&> F>
  SessionChange(F change) : values(std::move(change)) {}  // NOLINT(google-explicit-constructor): a function is one
  // Values that `zero` sets to 0: a constant, so no gradient goes on from them.
  static SessionChange cut_out(const Function& zero) {
    SessionChange change(zero);
    change.gradient = zero;
    return change;
  }
};

struct SessionRequest {
  std::vector<float> input;  // of the whole batch, as the network takes it
  int batch = 1;
  // What is wanted, by the names of layers or their numbers (find_layer.h); "input" is one.
  std::vector<std::string> activations;
  bool all_activations = false;

  // False: layers behind all that is asked for are not computed, and the result has no output.
  bool output = true;

  // By the names of layers. Gradients are those of the changed network; the one of a changed layer is what goes on into
  // it.
  std::map<std::string, SessionChange> changes;
  // Layers and one of their inputs each, to which they pass no gradient back: what a change leaves out of a sum.
  std::vector<std::pair<std::string, std::string>> no_gradient;

  // A backward pass begins either at a layer with what each of its values changes in whatever is asked about, or at the
  // output with the mean loss for these labels. Neither: there is none.
  std::string from;                            // empty: the output
  std::vector<float> gradient;                 // as many as the layer's activation has
  BackwardRule rule = BackwardRule::gradient;  // what a ReLU passes back
  std::optional<Loss> loss;                    // with labels
  std::vector<int32_t> labels;                 // one for each picture
  std::vector<std::string> gradients;          // by the names of layers: of their activations
  bool all_gradients = false;
  bool weight_gradients = false;
};

struct SessionResult {
  SessionTensor output;
  // By the name of the layer, also where its number was asked for. What the gradient does not reach is 0.
  std::map<std::string, SessionTensor> activations, gradients;
  std::map<std::string, SessionTensor> weight_gradients;  // "conv1.weight"
};

class Session {
 public:
  // Steps done of all, a layer forward or backward each; false cancels.
  using Progress = std::function<bool(int done, int all)>;

  // Throws Error, as read_model_file() does. `stream` must outlive the session.
  static Session open(Stream& stream, const std::string& path, const ModelFileOptions& options = {});
  // A file that was read, with whatever was overruled in it. Loads its weights.
  Session(Stream& stream, ModelFile file);
  // A network alone, its weights 0: of a training, of a text.
  Session(Stream& stream, const Architecture& architecture);

  const Architecture& architecture() const { return network_->architecture(); }
  ModelFile& file() { return file_; }  // preprocessing, classes and what else the file says; empty for a network alone
  const ModelFile& file() const { return file_; }
  Stream& stream() { return *stream_; }
  // For whoever runs it in another way. The next run() plans it as it needs it: activations are then lost.
  Network& network() { return *network_; }

  // What a picture becomes, in the order in which the network stores it. Throws Error: no network for pictures.
  std::vector<float> input_of(const Image& image) const;
  // One picture's output as the probabilities of its classes.
  std::vector<float> probabilities(const std::vector<float>& output, Loss loss) const;
  std::vector<float> probabilities(const std::vector<float>& output) const;  // with the file's loss

  // Nothing where it was canceled; the session can be used as before. Throws Error: an unknown layer, an input or a
  // gradient of another size, a batch that is not possible.
  std::optional<SessionResult> run(const SessionRequest& request, const Progress& progress = nullptr);

  // Of another network with the same architecture on the same device.
  void copy_weights(const Network& from) { network_->copy_weights(*stream_, from); }
  // Weights and running statistics of these layers drawn anew, as before a training: the control for explanations.
  void draw_weights(const LayerSet& layers, uint64_t seed, Initializer how = Initializer::pytorch);
  // The file's weights again. Throws Error where there is no file.
  void restore_weights();

 private:
  SessionTensor read(const NamedTensor& tensor) const;

  Stream* stream_;
  ModelFile file_;
  std::unique_ptr<Network> network_;
};

}  // namespace striate
