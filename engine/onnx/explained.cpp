// What people bring along that is no picture classifier: graphs for training, detectors, models of words. Their first
// unsupported operator tells them little; this tells what they have.
#include <algorithm>
#include <set>

#include "engine/error.h"
#include "engine/onnx/converter.h"

namespace striate {
namespace {

bool has_any(const std::set<std::string>& ops, std::initializer_list<const char*> wanted) {
  return std::any_of(wanted.begin(), wanted.end(), [&](const char* op) { return ops.contains(op); });
}

}  // namespace

Error explained(const OnnxGraph& graph, const Error& error) {
  std::set<std::string> ops;
  bool training_domain = false;
  for (const OnnxNode& node : graph.nodes) {
    ops.insert(node.op);
    training_domain = training_domain || node.domain.find("training") != std::string::npos;
  }
  const std::string what = error.what();
  const bool words = std::any_of(graph.inputs.begin(), graph.inputs.end(), [](const OnnxValue& input) {
    return input.type == static_cast<int>(OnnxType::int64) || input.type == static_cast<int>(OnnxType::int32);
  });
  if (graph.training > 0 || training_domain ||
      has_any(ops, {"Gradient", "GraphCall", "Adam", "Adagrad", "Momentum", "SoftmaxCrossEntropyLoss",
                    "NegativeLogLikelihoodLoss", "SoftmaxCrossEntropyLossGrad", "ConvGrad", "ReluGrad"})) {
    return Error("this graph is for training, it has losses or gradients in it: " + what,
                 "export the model for use: in PyTorch model.eval(), then torch.onnx.export of the model alone");
  }
  if (has_any(ops, {"NonMaxSuppression", "RoiAlign", "MaxRoiPool"}) ||
      (has_any(ops, {"TopK", "Loop", "NonZero"}) && graph.outputs.size() > 1)) {
    return Error("this looks like a detector, which finds boxes: " + what,
                 "striate runs networks that give one answer for a picture: export the backbone, or a classifier");
  }
  if ((words && has_any(ops, {"Gather", "Embedding", "LayerNormalization", "MatMul"}) &&
       has_any(ops, {"MatMul", "Softmax", "LayerNormalization", "Erf", "Attention"})) ||
      has_any(ops, {"MultiHeadAttention", "EmbedLayerNormalization", "SkipLayerNormalization", "RotaryEmbedding"})) {
    return Error("this looks like a transformer: " + what,
                 words ? "its input are words (tokens), not pictures: striate runs networks for pictures"
                       : "striate has attention as ONNX has it (opset 23) and as PyTorch exports it: export the model "
                         "without another program's own operators");
  }
  if (has_any(ops, {"If", "Loop", "Scan"})) {
    return Error(what,
                 "graphs inside graphs are not supported: export the model without branches and loops (in PyTorch "
                 "by tracing, or simplify it with onnxsim)");
  }
  if (graph.functions > 0) {
    return Error(what,
                 "the file brings functions of its own, which are not read: export it with them inlined (in "
                 "PyTorch: torch.onnx.export(..., dynamo=False))");
  }
  return error;
}

}  // namespace striate
