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

}  // namespace striate
