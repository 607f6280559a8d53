// libFuzzer over the ONNX reader: an architecture whose text reads back, with weights that load and a run where it is
// small, or an Error with both lines. Its seeds are made here: models of a few operators each, written into the corpus
// (the first folder of the command line) before anything runs.
#include <onnx/onnx_pb.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <vector>

#include "engine/error.h"
#include "engine/onnx/onnx_model.h"
#include "tests/engine/onnx_builder.h"

namespace {

void read(const std::vector<uint8_t>& bytes) {
  try {
    const striate::OnnxModel model = striate::read_onnx(bytes, "fuzz");
    const striate::Architecture again = striate::Architecture::parse(model.architecture.text());
    if (again.size() != model.architecture.size()) std::abort();
    if (striate::plan_slots(model.architecture, {}).bytes() > (1 << 24)) return;
    striate::Stream stream(striate::Device::cpu());
    striate::Network network(stream, model.architecture);
    model.load_weights(stream, network);
    network.forward(stream, striate::Mode::evaluation);
  } catch (const striate::Error& error) {
    if (error.what()[0] == '\0' || error.hint().empty()) std::abort();
  }
}

// Every operator once, each on a chain of its own from the input, so that a change of one leaves the others.
void write_seeds(const std::filesystem::path& folder) {
  using striate::OnnxBuilder;
  using striate::OnnxDims;
  using striate::with;
  const char* const plain[] = {"Relu",
                               "Sigmoid",
                               "Tanh",
                               "Softmax",
                               "LogSoftmax",
                               "HardSwish",
                               "Gelu",
                               "Mish",
                               "Celu",
                               "Selu",
                               "Elu",
                               "LeakyRelu",
                               "HardSigmoid",
                               "Softplus",
                               "Identity",
                               "Flatten",
                               "GlobalAveragePool",
                               "GlobalMaxPool",
                               "Dropout",
                               "Clip",
                               "Transpose",
                               "ReduceMean",
                               "Shape",
                               "Size",
                               "Squeeze"};
  int number = 0;
  const auto write = [&](const OnnxBuilder& b) {
    const std::string text = b.model.SerializeAsString();
    std::ofstream(folder / ("seed-" + std::to_string(number++)), std::ios::binary) << text;
  };
  for (const int64_t opset : {6, 10, 13, 18, 21}) {
    for (const char* op : plain) {
      OnnxBuilder b(opset);
      b.input("x", {-1, 2, 4, 4}).output("y");
      b.node(op, {"x"}, {"y"});
      write(b);
    }
    OnnxBuilder b(opset);
    b.input("x", {-1, 2, 4, 4}).output("y").output("folded");
    for (const char* name : {"s", "t", "m", "v"}) b.floats(name, {2}, {1, 2});
    b.floats("w", {2, 2, 3, 3}, std::vector<float>(36, 0.5f)).floats("d", {32, 3}, std::vector<float>(96, 0.1f));
    b.floats("slope", {2, 1, 1}, {0.1f, 0.2f}).floats("scales", {4}, {1, 1, 2, 2}).floats("none", {0}, {});
    b.integers("flat", {2}, {1, -1}).integers("pads", {8}, {0, 0, 1, 1, 0, 0, 1, 1}).integers("axes", {2}, {2, 3});
    b.integers("one", {1}, {1}).integers("zero", {1}, {0}).integers("two", {1}, {2});
    with(with(b.node("Conv", {"x", "w", "s"}, {"c"}), "pads", OnnxDims{1, 1, 1, 1}), "strides", OnnxDims{1, 1});
    with(b.node("BatchNormalization", {"c", "s", "t", "m", "v"}, {"n"}), "epsilon", 1e-3f);
    with(b.node("InstanceNormalization", {"n", "s", "t"}, {"i"}), "epsilon", 1e-3f);
    with(b.node("LRN", {"i"}, {"l"}), "size", 3);
    b.node("PRelu", {"l", "slope"}, {"p"});
    with(b.node("ConvTranspose", {"p", "w"}, {"u"}), "pads", OnnxDims{1, 1, 1, 1});
    with(with(b.node("MaxPool", {"u"}, {"a"}), "kernel_shape", OnnxDims{3, 3}), "auto_pad", "SAME_UPPER");
    with(with(b.node("AveragePool", {"a"}, {"g"}), "kernel_shape", OnnxDims{2, 2}), "ceil_mode", 1);
    with(b.node("Concat", {"g", "g"}, {"k"}), "axis", 1);
    if (opset < 11) {
      with(b.node("Pad", {"k"}, {"q"}), "pads", OnnxDims{0, 0, 1, 1, 0, 0, 0, 0});
    } else {
      b.node("Pad", {"k", "pads"}, {"q"});
      with(b.node("Resize", {"q", "none", "scales"}, {"r"}), "mode", "linear");
      b.node("Slice", {"r", "one", "two", "two"}, {"z"});
      with(b.node("Gather", {"z", "zero"}, {"h"}), "axis", 3);
    }
    b.node("Mul", {"x", "x"}, {"x2"});
    b.node("Reshape", {"x2", "flat"}, {"f"});
    with(with(b.node("Gemm", {"f", "d"}, {"y"}), "alpha", 0.5f), "transB", 0);
    b.node("Shape", {"x"}, {"shape"});
    b.node("Add", {"shape", "shape"}, {"sum"});
    with(b.node("Cast", {"sum"}, {"folded"}), "to", 1);
    write(b);
    b.output("q");
    write(b);
    if (opset >= 11) b.output("h");
    write(b);
  }
}

}  // namespace

extern "C" int LLVMFuzzerInitialize(int* count, char*** arguments) {
  for (int i = 1; i < *count; ++i) {
    const std::filesystem::path folder((*arguments)[i]);
    if (!std::filesystem::is_directory(folder)) continue;
    write_seeds(folder);
    break;
  }
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  read({data, data + size});
  return 0;
}
