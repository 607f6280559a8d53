// libFuzzer over the ONNX reader: an architecture whose text reads back, with weights that load and a run where it is
// small, or an Error with both lines. Its seeds are made here: models of a few operators each, written into the corpus
// (the first folder of the command line) before anything runs.
#include <onnx/onnx_pb.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "engine/error.h"
#include "engine/network/per_picture.h"
#include "engine/onnx/onnx_model.h"
#include "engine/session/model_file.h"
#include "tests/engine/onnx_builder.h"

namespace {

void read(const std::vector<uint8_t>& bytes) {
  try {
    const striate::OnnxModel model = striate::read_onnx(bytes, "fuzz");
    const striate::Architecture again = striate::Architecture::parse(model.architecture.text());
    if (again.size() != model.architecture.size()) std::abort();
    if (striate::plan_tensors(model.architecture, {}).bytes() > (1 << 24)) return;
    striate::Stream stream(striate::Device::cpu());
    striate::Network network(stream, model.architecture);
    model.load_weights(stream, network);
    network.forward(stream, striate::Mode::evaluation);
    // As classify and evaluate take it: sizes of 0, no classes and what is not a number are refused.
    striate::ModelFile file;
    file.info.architecture = model.architecture;
    striate::check_pictures(model.architecture);
    const int64_t classes = striate::class_count(file);
    const std::vector<float> output = network.read_tensor(stream, network.output());
    const auto p = striate::class_probabilities(model.architecture, striate::Loss::cross_entropy, output);
    if (static_cast<int64_t>(p.size()) != classes) std::abort();
  } catch (const striate::Error& error) {
    if (error.what()[0] == '\0' || error.hint().empty()) std::abort();
  }
}

// Shapes of 0, made in every way that a graph has, each before an operator of another family.
void write_empty_seeds(const std::function<void(const striate::OnnxBuilder&)>& write) {
  using striate::OnnxBuilder;
  using striate::OnnxDims;
  using striate::with;
  const std::function<void(OnnxBuilder&)> ways[] = {
      [](OnnxBuilder& b) {
        b.node("Slice", {"x", "one", "one", "two"}, {"e"});
      },
      [](OnnxBuilder& b) {
        b.node("Slice", {"x", "two", "one", "one"}, {"e"});
      },
      [](OnnxBuilder& b) {
        b.node("Expand", {"f", "zero"}, {"g"});
        b.node("Mul", {"x", "g"}, {"e"});
      },
      [](OnnxBuilder& b) {
        with(b.node("ConstantOfShape", {"sizes"}, {"g"}), "unused", 0);
        b.node("Add", {"g", "f"}, {"e"});
      },
      [](OnnxBuilder& b) {
        b.node("Pad", {"x", "cut"}, {"e"});
      },
      [](OnnxBuilder& b) {
        with(b.node("Gather", {"x", "none"}, {"e"}), "axis", 2);
      },
      [](OnnxBuilder& b) {
        with(b.node("Split", {"x", "parts"}, {"e", "rest"}), "axis", 2);
      },
      [](OnnxBuilder& b) {
        b.node("Slice", {"x", "one", "one", "two"}, {"g"});
        with(b.node("Reshape", {"g", "sizes"}, {"e"}), "allowzero", 1);
      },
      [](OnnxBuilder& b) {
        b.node("Range", {"start", "start", "step"}, {"g"});
        b.node("Unsqueeze", {"g", "zero"}, {"e"});
      },
  };
  const std::function<void(OnnxBuilder&)> uses[] = {
      [](OnnxBuilder& b) { b.node("Identity", {"e"}, {"y"}); },
      [](OnnxBuilder& b) { with(b.node("Softmax", {"e"}, {"y"}), "axis", 1); },
      [](OnnxBuilder& b) {
        with(b.node("Concat", {"e", "x"}, {"y"}), "axis", 2);
      },
      [](OnnxBuilder& b) { b.node("ReduceMean", {"e"}, {"y"}); },
      [](OnnxBuilder& b) { b.node("Flatten", {"e"}, {"y"}); },
      [](OnnxBuilder& b) { b.node("GlobalAveragePool", {"e"}, {"y"}); },
      [](OnnxBuilder& b) {
        with(b.node("MaxPool", {"e"}, {"y"}), "kernel_shape", OnnxDims{1, 1});
      },
      [](OnnxBuilder& b) {
        b.node("Conv", {"e", "w"}, {"y"});
      },
      [](OnnxBuilder& b) {
        b.node("MatMul", {"e", "e"}, {"y"});
      },
      [](OnnxBuilder& b) {
        b.node("BatchNormalization", {"e", "s", "s", "s", "s"}, {"y"});
      },
      [](OnnxBuilder& b) {
        with(b.node("LayerNormalization", {"e", "s"}, {"y"}), "axis", 1);
      },
      [](OnnxBuilder& b) {
        with(b.node("Resize", {"e", "none", "scales"}, {"y"}), "mode", "linear");
      },
      [](OnnxBuilder& b) { b.node("Transpose", {"e"}, {"y"}); },
  };
  for (const int64_t height : {4, 0}) {
    for (const auto& way : ways) {
      for (const auto& use : uses) {
        OnnxBuilder b(18);
        b.input("x", {1, 2, height, 4}).output("y");
        b.floats("f", {1}, {1}).floats("none", {0}, {}).floats("scales", {4}, {1, 1, 2, 2}).floats("s", {2}, {1, 2});
        b.floats("w", {2, 2, 1, 1}, std::vector<float>(4, 0.5f));
        b.integers("one", {1}, {1}).integers("two", {1}, {2}).integers("zero", {1}, {0});
        b.integers("sizes", {4}, {1, 2, 0, 4}).integers("cut", {8}, {0, 0, -2, 0, 0, 0, -2, 0});
        b.integers("parts", {2}, {0, 4}).integers("start", {}, {3}).integers("step", {}, {1});
        way(b);
        use(b);
        write(b);
      }
    }
  }
}

// GELU and layer normalization as exporters take them apart: a change of any byte is a group that is almost one.
void write_apart_seeds(const std::function<void(const striate::OnnxBuilder&)>& write) {
  using striate::OnnxBuilder;
  using striate::OnnxDims;
  using striate::with;
  for (const int64_t opset : {11, 17, 18}) {
    OnnxBuilder norm(opset);
    norm.input("x", {-1, 3, 5}).output("y").floats("2", {}, {2}).floats("e", {1}, {1e-5f});
    norm.floats("s", {5}, std::vector<float>(5, 0.5f)).floats("b", {3, 5}, std::vector<float>(15, 0.1f));
    norm.integers("axes", {1}, {-1});
    for (const auto& [from, to] : {std::pair{"x", "m"}, std::pair{"q", "v"}}) {
      if (opset >= 18) {
        norm.node("ReduceMean", {from, "axes"}, {to});
      } else {
        with(norm.node("ReduceMean", {from}, {to}), "axes", OnnxDims{-1});
      }
    }
    norm.node("Sub", {"x", "m"}, {"d"});
    norm.node("Pow", {"d", "2"}, {"q"});
    norm.node("Add", {"v", "e"}, {"o"});
    norm.node("Sqrt", {"o"}, {"r"});
    norm.node("Div", {"d", "r"}, {"n"});
    norm.node("Mul", {"n", "s"}, {"t"});
    norm.node("Add", {"t", "b"}, {"y"});
    write(norm);
    for (const bool tangent : {false, true}) {
      OnnxBuilder gelu(opset);
      gelu.input("x", {-1, 8}).output("y").floats("1", {}, {1}).floats("h", {1}, {0.5f}).floats("3", {}, {3});
      gelu.floats("r", {}, {tangent ? 0.797884583f : 0.707106769f}).floats("c", {}, {0.044715f});
      if (tangent) {
        gelu.node("Pow", {"x", "3"}, {"p"});
        gelu.node("Mul", {"p", "c"}, {"k"});
        gelu.node("Add", {"x", "k"}, {"a"});
      }
      gelu.node("Mul", {tangent ? "a" : "x", "r"}, {"i"});
      gelu.node(tangent ? "Tanh" : "Erf", {"i"}, {"f"});
      gelu.node("Add", {"f", "1"}, {"m"});
      gelu.node("Mul", {"x", "m"}, {"t"});
      gelu.node("Mul", {"t", "h"}, {"y"});
      write(gelu);
    }
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
  write_empty_seeds(write);
  write_apart_seeds(write);
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
