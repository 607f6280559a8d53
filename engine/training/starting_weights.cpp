#include "engine/training/starting_weights.h"

#include <vector>

#include "engine/error.h"
#include "engine/files/safetensors.h"
#include "engine/files/torch_file.h"
#include "engine/network/head.h"
#include "engine/onnx/onnx_model.h"

namespace striate {
namespace {

std::string part_of(const NamedTensor& tensor) { return tensor.name.substr(tensor.name.rfind('.')); }

// An ONNX model's weights under the names of the network that it becomes. Exporters name layers as they like: where
// the arrays of both follow each other in the same order, that counts and not the names.
SafeTensors tensors_of_onnx(Stream& stream, const std::string& path, const Network& wanted) {
  const OnnxModel model = read_onnx(path);
  Network network(stream, model.architecture, Plan::inference(1));
  model.load_weights(stream, network);
  const std::vector<const NamedTensor*> own = weight_tensors(network.tensors());
  const std::vector<const NamedTensor*> others = weight_tensors(wanted.tensors());
  bool by_order = own.size() == others.size();
  for (size_t i = 0; by_order && i < own.size(); ++i) {
    by_order = own[i]->kind == others[i]->kind && part_of(*own[i]) == part_of(*others[i]);
  }
  SafeTensorsWriter writer;
  for (size_t i = 0; i < own.size(); ++i) {
    const std::vector<float> values = network.read_tensor(stream, *own[i]);
    writer.add(by_order ? others[i]->name : own[i]->name, own[i]->shape.sizes(), values.data(), values.size());
  }
  const std::vector<uint8_t> bytes = writer.to_memory();
  return SafeTensors::read(bytes.data(), bytes.size(), path);
}

}  // namespace

WeightsFit load_starting_weights(Stream& stream, Network& network, const StartingWeights& weights,
                                 const TrainerSettings& settings) {
  network.initialize(stream, settings.initializer, settings.seed);
  const SafeTensors file =
      weights.file.ends_with(".onnx") ? tensors_of_onnx(stream, weights.file, network) : open_tensors(weights.file);
  WeightsLoading how;
  how.partial = weights.partial;
  if (weights.new_head) how.except = head_nodes(network.architecture());
  const WeightsFit fit = fit_weights(file, network.architecture(), how);
  if (!weights.partial && !fit.fits() && fit.missing.empty() && fit.unexpected.empty() && fit.other_classes) {
    throw_do_not_fit(weights.file, fit,
                     fmt::format("they are for another number of classes: ask for a new head (--head {})",
                                 network.output().shape[network.output().shape.rank() - 1]));
  }
  return load_weights(stream, file, weights.file, network, how);
}

std::string weights_report(const WeightsFit& fit) {
  std::string text = fmt::format("weights.loaded {}\n", fit.tensor.size());
  const auto list = [&](const char* what, const std::vector<std::string>& names) {
    text += fmt::format("weights.{} {}\n", what, names.size());
    for (const std::string& name : names) text += "  " + name + "\n";
  };
  std::vector<std::string> mismatched;
  for (const MismatchedWeight& each : fit.mismatched) mismatched.push_back(each.text());
  list("missing", fit.missing);
  list("unexpected", fit.unexpected);
  list("mismatched", mismatched);
  return text;
}

}  // namespace striate
