// The network of golden/explain.safetensors, opened as any other, with its input and what is asked about it. The file's
// numbers of nodes count layers from 0 as the program does: its "node 7" is layer "7", need_layer(architecture, "7").
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/explain/target.h"
#include "engine/network/find_layer.h"
#include "engine/session/open_network.h"
#include "engine/training/checkpoint.h"
#include "tests/engine/golden.h"
#include "tests/test_folder.h"

namespace striate {

class ExplainGolden {
 public:
  ExplainGolden() : classes_(golden_.ints("class")), unit_(golden_.ints("unit")) {}

  static const char* text() {
    return "input 3x32x32 | conv 8 3x3 pad 1 | relu | maxpool 2 | conv 12 3x3 pad 1 | relu | maxpool 2 | "
           "conv 16 3x3 stride 2 pad 1 | relu | globalavgpool | flatten | dense 5";
  }
  // With the file's weights, and classes a to e.
  OpenNetwork open(Stream& stream) const {
    ModelInfo info;
    info.architecture = Architecture::parse(text());
    info.classes = {"a", "b", "c", "d", "e"};
    Network network(stream, info.architecture);
    for (const NamedTensor& tensor : network.tensors()) {
      if (tensor.kind == TensorKind::weight) network.write_tensor(stream, tensor, floats("weights." + tensor.name));
    }
    const std::string file = folder_ / "explain.safetensors";
    save_model(file, stream, info, network);
    return OpenNetwork::open(stream, file);
  }

  std::vector<float> floats(const std::string& name) const { return golden_.floats(name); }
  std::vector<int> ints(const std::string& name) const { return golden_.ints(name); }
  std::vector<int> shape(const std::string& name) const { return golden_.shape(name); }
  std::vector<float> input() const { return floats("input"); }  // 3 x 32 x 32, as the network takes it
  int best() const { return classes_[0]; }
  int second() const { return classes_[1]; }
  Target best_class(const OpenNetwork& network) const { return class_target(*network.info(), best()); }
  Target contrast(const OpenNetwork& network) const { return class_target(*network.info(), best(), second()); }
  Target unit(const OpenNetwork& network) const {
    return unit_target(*network.info(), need_layer(network.info()->architecture, "4"), unit_[0], unit_[1], unit_[2]);
  }

 private:
  Golden golden_{"explain.safetensors"};
  TestFolder folder_;
  std::vector<int> classes_, unit_;
};

}  // namespace striate
