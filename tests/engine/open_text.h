// A network of an architecture's text with drawn weights, opened as any other.
#pragma once

#include <string>
#include <vector>

#include "engine/session/open_network.h"
#include "engine/training/checkpoint.h"
#include "tests/test_folder.h"

namespace striate {

inline OpenNetwork open_text(Stream& stream, const std::string& text, uint64_t seed = 3,
                             std::vector<std::string> classes = {}, Normalization normalization = {}) {
  const TestFolder folder;
  ModelInfo info;
  info.architecture = Architecture::parse(text);
  info.classes = std::move(classes);
  info.normalization = std::move(normalization);
  Network network(stream, info.architecture);
  network.initialize(stream, Initializer::pytorch, seed);
  save_model(folder / "net.safetensors", stream, info, network);
  return OpenNetwork::open(stream, folder / "net.safetensors");
}

// The same of any architecture, with running statistics that are neither 0 nor 1.
inline OpenNetwork open_with_statistics(Stream& stream, const Architecture& architecture) {
  const TestFolder folder;
  ModelInfo info;
  info.architecture = architecture;
  Network network(stream, info.architecture);
  network.initialize(stream, Initializer::pytorch, 5);
  for (const NamedTensor& tensor : network.tensors()) {
    if (tensor.kind != TensorKind::buffer) continue;
    std::vector<float> values(static_cast<size_t>(tensor.shape.count()));
    for (size_t i = 0; i < values.size(); ++i) values[i] = 0.3f + 0.01f * static_cast<float>(i % 17);
    network.write_tensor(stream, tensor, values);
  }
  save_model(folder / "net.safetensors", stream, info, network);
  return OpenNetwork::open(stream, folder / "net.safetensors");
}

}  // namespace striate
