// ONNX's own operator tests, through the library: every vector of the reference data either agrees, or its operator is
// one that striate does not have. Both are checked: a vector with supported operators alone that does not run must
// stand in the list below with its reason, and nothing stands there in vain.
#include <gtest/gtest.h>
#include <onnx/onnx_pb.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>

#include "engine/error.h"
#include "engine/session/verify_onnx.h"
#include "tests/reference.h"

namespace striate {
namespace {

namespace fs = std::filesystem;

// What becomes layers, in the order in which the README of the reader would tell: classifiers are made of these.
const std::set<std::string> kOperators = {
    "Add",
    "AveragePool",
    "BatchNormalization",
    "Celu",
    "Clip",
    "Concat",
    "Conv",
    "ConvTranspose",
    "Div",
    "Dropout",
    "Elu",
    "Flatten",
    "Gelu",
    "Gemm",
    "GlobalAveragePool",
    "GlobalMaxPool",
    "HardSigmoid",
    "HardSwish",
    "Identity",
    "InstanceNormalization",
    "LRN",
    "LayerNormalization",
    "LeakyRelu",
    "LogSoftmax",
    "MatMul",
    "MaxPool",
    "Mish",
    "Mul",
    "PRelu",
    "Pad",
    "ReduceMean",
    "Relu",
    "Reshape",
    "Resize",
    "Selu",
    "Sigmoid",
    "Softmax",
    "Softplus",
    "Squeeze",
    "Sub",
    "Tanh",
    "Transpose",
    "Unsqueeze",
    "GroupNormalization",
    "Shape",
    "Gather",
    "Constant",
    "Cast",
    "Slice",
    "Abs",
    "Attention",
    "DepthToSpace",
    "Erf",
    "Exp",
    "Expand",
    "Log",
    "Max",
    "Min",
    "Neg",
    "Pow",
    "Reciprocal",
    "ReduceL1",
    "ReduceL2",
    "ReduceLogSum",
    "ReduceLogSumExp",
    "ReduceMax",
    "ReduceMin",
    "ReduceSum",
    "ReduceSumSquare",
    "ScatterND",
    "Softsign",
    "SpaceToDepth",
    "Sqrt",
    "Swish",
    "Where",
};

// Supported operators in a form that striate does not have, and the words that its error says so with.
const std::map<std::string, std::string> kNotRun = {
    {"test_batchnorm_example_training_mode", "normalizes with the batch's own statistics, which only training does"},
    {"test_training_dropout_default", "drops values at random, which only training does"},
    {"test_resize_downsample_sizes_cubic_antialias", "its mode is \"cubic\", which is not supported"},
};

std::set<std::string> operators_of(const fs::path& path) {
  onnx::ModelProto model;
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(model.ParseFromIstream(&file)) << path;
  std::set<std::string> names;
  for (const onnx::NodeProto& node : model.graph().node()) names.insert(node.op_type());
  return names;
}

TEST(OnnxVectors, a_bfloat16_agrees_where_the_value_rounds_to_it) {
  const auto agrees = [](OnnxType type, double value, double stored) {
    HostTensor got = HostTensor::scalar(OnnxType::float32, value), wanted = HostTensor::scalar(type, stored);
    return compare_output("y", got, wanted).agrees;
  };
  EXPECT_TRUE(agrees(OnnxType::bfloat16, -0.44239842891693115, -0.443359375));
  EXPECT_FALSE(agrees(OnnxType::bfloat16, -0.4423, -0.443359375));  // rounds to -0.44140625
  EXPECT_FALSE(agrees(OnnxType::float32, -0.44239842891693115, -0.443359375));
}

TEST(OnnxVectors, every_vector_of_supported_operators_agrees) {
  STRIATE_NEEDS_REFERENCE("data/onnx");
  std::set<fs::path> models;
  for (const auto& entry : fs::recursive_directory_iterator(reference_path("data/onnx"))) {
    if (entry.path().filename() == "model.onnx") models.insert(entry.path());
  }
  ASSERT_FALSE(models.empty());
  Stream stream(Device::cpu());
  size_t sets = 0, listed = 0;
  for (const fs::path& model : models) {
    const std::string name = model.parent_path().filename().string();
    const std::set<std::string> names = operators_of(model);
    if (!std::includes(kOperators.begin(), kOperators.end(), names.begin(), names.end())) continue;
    const auto reason = kNotRun.find(name);
    listed += reason != kNotRun.end() ? 1 : 0;
    size_t mine = 0;
    for (const auto& folder : fs::directory_iterator(model.parent_path())) {
      if (!folder.is_directory()) continue;
      ++mine;
      try {
        const OnnxVerification result = verify_onnx(stream, model.string(), folder.path().string());
        EXPECT_EQ(reason, kNotRun.end()) << name << " runs: take it off the list";
        EXPECT_TRUE(result.agrees()) << name;
        for (const OutputAgreement& output : result.outputs) {
          EXPECT_TRUE(output.agrees) << name << ", output " << output.name << ": " << output.problem << " value "
                                     << output.worst << " is " << output.got << ", stored is " << output.stored;
        }
      } catch (const Error& error) {
        const bool expected =
            reason != kNotRun.end() && std::string(error.what()).find(reason->second) != std::string::npos;
        EXPECT_TRUE(expected) << name << ": " << error.what();
      }
    }
    EXPECT_GT(mine, 0u) << name << " has no inputs and outputs";
    sets += mine;
  }
  EXPECT_GT(sets, listed);
  RecordProperty("agreeing", static_cast<int>(sets - listed));
}

TEST(OnnxVectors, every_other_vector_is_refused_by_the_name_of_its_operator) {
  STRIATE_NEEDS_REFERENCE("data/onnx");
  Stream stream(Device::cpu());
  for (const auto& entry : fs::recursive_directory_iterator(reference_path("data/onnx"))) {
    if (entry.path().filename() != "model.onnx") continue;
    const std::set<std::string> names = operators_of(entry.path());
    if (std::includes(kOperators.begin(), kOperators.end(), names.begin(), names.end())) continue;
    const fs::path folder = entry.path().parent_path() / "test_data_set_0";
    try {
      // What folds, and a sum or a split beside listed operators, runs as well; then it must agree.
      EXPECT_TRUE(verify_onnx(stream, entry.path().string(), folder.string()).agrees()) << entry.path();
    } catch (const Error& error) {
      const std::string what = error.what();
      const bool named = std::any_of(names.begin(), names.end(), [&](const std::string& op) {
        return !kOperators.contains(op) && what.find(" " + op + " ") != std::string::npos;
      });
      EXPECT_TRUE(named || what.find("training") != std::string::npos) << entry.path() << ": " << what;
      EXPECT_FALSE(error.hint().empty());
    }
  }
}

}  // namespace
}  // namespace striate
