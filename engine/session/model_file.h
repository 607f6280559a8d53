// Any file with a network in it, opened in the same way: Striate's own saved models (.safetensors), weights that others
// saved (.safetensors and PyTorch's checkpoints, together with the name of the network that they belong to, where it
// can't be told from them) and ONNX models (.onnx).
//
// In place of a file's path stands the name of a model whose weights the program carries (carried_weights.h).
//
// To add a format: a reader that gives a ModelFile, and a branch in read_model_file().
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "engine/files/safetensors.h"
#include "engine/network/network.h"
#include "engine/preprocess/preprocessing.h"
#include "engine/training/checkpoint.h"

namespace striate {

struct ModelFileOptions {
  // For weights alone: a model's name, an architecture's text, or a file with one. Others say what they are themselves.
  // Empty: the one model by name that the weights fit.
  std::string model;
  // (C, H, W) of a picture, where the network leaves that open; C 0: as many channels as the file says. Rank 0: what it
  // was made for.
  Shape input;
};

// What stands in a file, without the values of its weights.
struct ModelFile {
  enum class Kind { striate, weights, onnx };
  std::string path;      // of carried weights: the model's name
  bool carried = false;  // the program brings the weights along: there is no file
  Kind kind = Kind::striate;
  ModelInfo info;               // classes: as the file names them, empty where it doesn't
  Preprocessing preprocessing;  // of its pictures
  std::string prepared_as;      // where that was found: "the file", "the name squeezenet1_1"; empty: it is a guess
  std::string style;            // of weights: whose names they have
  std::string split, split_by, loss;   // that it was trained with; empty where the file doesn't say
  LayerSet frozen;                     // that its training leaves as they were
  std::string producer;                // of ONNX: who wrote it
  std::vector<std::string> notes;      // what a user should know
  std::map<std::string, int> outputs;  // of ONNX: names of the outputs and their nodes; empty: the last node alone
  // Writes all weights of a network with info.architecture.
  std::function<void(Stream&, Network&)> load;

  // (C, H, W) of a picture, also where the architecture's input is whole or has its channels last; rank 0: the network
  // takes no pictures of 1 or 3 channels.
  Shape picture() const;
  bool channels_last() const;
};

// Throws Error: a kind of file that it does not know, all that the readers throw.
ModelFile read_model_file(const std::string& path, const ModelFileOptions& options = {});

// Whether weights come with their network: the file says its architecture, or they fit one model by name and no other.
bool says_its_network(const SafeTensors& weights);

struct OpenedModelFile {
  ModelFile file;
  Network network;  // with its weights
};
OpenedModelFile open_model_file(Stream& stream, const std::string& path, const ModelFileOptions& options = {},
                                const Plan& plan = {});

// How many classes the network tells apart: its output is one value for each, or one for two of them. Throws Error
// where it is something else: a detector, a map of the picture.
int64_t class_count(const ModelFile& file);
// The network's output for one picture as probabilities: as it is behind a softmax, exp behind a logsoftmax, otherwise
// what the loss says (cross-entropy: softmax).
std::vector<float> class_probabilities(const Architecture& architecture, Loss loss, const std::vector<float>& output);

// The same network up to its logits, N x K, for losses that apply softmax themselves: without a softmax, or its
// logarithm, at its end and without sizes of 1 behind them. The weights of the whole network fit it.
Architecture up_to_logits(const Architecture& architecture);

// Prepared pictures (C, H, W) in the order in which the network stores them.
std::vector<float> in_network_order(const ModelFile& file, const std::vector<float>& picture);

// Names of classes out of a file's metadata: a JSON list under "classes", "class_names", "labels" or "names", or the
// dictionary {0: 'tench', 1: 'goldfish'} that some trainers leave. Empty where there is none.
std::vector<std::string> classes_in_metadata(const std::map<std::string, std::string>& metadata);

}  // namespace striate
