// A network with random weights in a file of its own, for what opens one.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "engine/network/network.h"
#include "engine/training/checkpoint.h"

namespace striate {

// Gives `path` back.
inline std::string save_network(const std::string& path, const std::string& text, std::vector<std::string> classes,
                                uint64_t seed = 5) {
  Stream stream(Device::cpu());
  ModelInfo info;
  info.architecture = Architecture::parse(text);
  info.classes = std::move(classes);
  Network network(stream, info.architecture);
  network.initialize(stream, Initializer::pytorch, seed);
  save_model(path, stream, info, network);
  return path;
}

}  // namespace striate
