// ONNX's own operator tests, read, written and read again: whatever striate reads it can write.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <set>

#include "engine/error.h"
#include "engine/export/keras_script.h"
#include "engine/export/onnx_writer.h"
#include "engine/export/torch_script.h"
#include "engine/onnx/onnx_model.h"
#include "tests/engine/export_cases.h"
#include "tests/reference.h"
#include "tests/test_folder.h"

namespace striate {
namespace {

namespace fs = std::filesystem;

// The model with all inputs but the network's own bound to what is stored. Throws Error where striate does not read it.
OnnxModel read_vector(const fs::path& path, HostTensor& own) {
  OnnxOptions options;
  bool found = false;
  const std::vector<OnnxInput> inputs = read_onnx_inputs(path.string());
  for (size_t i = 0; i < inputs.size(); ++i) {
    const fs::path stored = path.parent_path() / "test_data_set_0" / ("input_" + std::to_string(i) + ".pb");
    if (!fs::exists(stored)) continue;
    const HostTensor tensor = read_onnx_tensor(stored.string());
    if (!found && is_real(inputs[i].type)) {
      found = true;
      own = tensor;
      options.input = tensor.dims;
    } else {
      options.bindings[inputs[i].name] = tensor;
    }
  }
  return read_onnx(path.string(), options);
}

std::vector<float> run(Stream& stream, const OnnxModel& model, Network& network, const HostTensor& input) {
  model.load_weights(stream, network);
  if (network.activation(0).shape.count() == input.count())
    network.write_tensor(stream, network.activation(0), input.floats());
  network.forward(stream, Mode::evaluation);
  return network.read_tensor(stream, network.output());
}

TEST(ExportVectors, what_is_read_is_written_and_read_again) {
  STRIATE_NEEDS_REFERENCE("data/onnx");
  std::set<fs::path> models;
  for (const auto& entry : fs::recursive_directory_iterator(reference_path("data/onnx"))) {
    if (entry.path().filename() == "model.onnx") models.insert(entry.path());
  }
  Stream stream{Device::cpu()};
  const TestFolder folder;
  int written = 0;
  for (const fs::path& path : models) {
    SCOPED_TRACE(path.parent_path().filename().string());
    HostTensor input;
    OnnxModel model;
    try {
      model = read_vector(path, input);
    } catch (const Error&) {
      continue;  // engine/onnx_vectors_test.cpp knows which and why
    }
    if (model.outputs.front().node < 0) continue;  // it depends on no input: there is no network
    try {
      Network network(stream, model.architecture);
      const std::vector<float> expected = run(stream, model, network, input);
      ExportInfo info;
      for (const OnnxOutput& output : model.outputs) {
        if (output.node >= 0) info.outputs.push_back(output.node);
      }
      write_onnx(stream, network, info, folder / "model.onnx");
      torch_script(network, info, "model.py");
      keras_script(network, info, "model.py");
      OnnxOptions same;
      same.input = model.architecture.shapes(1).front().sizes();
      const OnnxModel again = read_onnx(folder / "model.onnx", same);
      EXPECT_EQ(again.outputs.size(), std::set<int>(info.outputs.begin(), info.outputs.end()).size());
      Network second(stream, again.architecture);
      const std::vector<float> got = run(stream, again, second, input);
      ASSERT_EQ(got.size(), expected.size());
      for (size_t i = 0; i < got.size(); ++i) {
        if (got[i] == expected[i] || (std::isnan(got[i]) && std::isnan(expected[i]))) continue;
        ASSERT_NEAR(got[i], expected[i], 1e-6f * std::max(1.0f, std::abs(expected[i]))) << "value " << i;
      }
      ++written;
    } catch (const Error& error) {
      ADD_FAILURE() << error.what() << "; " << error.hint();
    }
  }
  EXPECT_GT(written, 100);
  RecordProperty("written", written);
}

}  // namespace
}  // namespace striate
