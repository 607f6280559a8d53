// What a model that was read from ONNX gives, for tests.
#pragma once

#include <vector>

#include "engine/network/network.h"
#include "engine/onnx/onnx_model.h"

namespace striate {

// The first output for an input.
inline std::vector<float> run(const OnnxModel& model, const std::vector<float>& input, int batch = 1) {
  Stream stream(Device::cpu());
  Plan plan;
  plan.batch = batch;
  Network network(stream, model.architecture, plan);
  model.load_weights(stream, network);
  network.write_tensor(stream, network.activation(0), input);
  network.forward(stream, Mode::evaluation);
  return network.read_tensor(stream, network.output());
}

}  // namespace striate
