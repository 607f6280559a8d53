// One network that is open, as pages and scripts look at it: by a model's name, from any file with a network in it, or
// of a training at the step that is shown. What it is (layers, classes, costs), the picture that it looks at, prepared
// as `striate classify` does, and what it answers: every activation, logits, probabilities.
//
//   OpenNetwork network = OpenNetwork::open(stream, "resnet50.onnx");
//   network.set_lesions({{need_layer(network.info()->architecture, "layer4.2.relu"), 17}});
//   const LookedAt input = network.look_at({.name = "cat.jpg", .image = read_image("cat.jpg")});
//   const NetworkAnswer answer = *network.run(input.values);
//   answer.probabilities[answer.order[0]];
//
// A lesion: the outputs of that channel, or of the whole layer, are 0 in the forward pass; the layer's weights stay as
// they are.
//
// Belongs to one thread at a time, that of its stream, as a Session does.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/drawing/drawing.h"
#include "engine/error.h"
#include "engine/image.h"
#include "engine/network/blocks.h"
#include "engine/preprocess/prepare_picture.h"
#include "engine/session/session.h"
#include "engine/session/trained_network.h"

namespace striate {

enum class WeightsFrom { given, random, training };
const char* weights_from_name(WeightsFrom from);  // "given"

// A node of the network: 0 is the input, layer number n is node n + 1.
struct OpenLayer {
  std::string name, text;  // "layer1.0.conv1", "conv 64 3x3 pad 1"; the input: "input", ""
  std::string title;       // of its kind: "Convolution"
  Shape shape;             // of one picture, without the batch
  int64_t parameters = 0, multiply_adds = 0;
  std::vector<int> inputs;  // nodes
};

// What an open network is. Never changes once it is made; any thread.
struct OpenNetworkInfo {
  std::string name;   // the model's ("resnet50"), else the file's ("cats.onnx"), else "own layers"
  std::string title;  // of a model by name: "ResNet-50"; empty: none
  std::string file;   // empty: it comes from none
  WeightsFrom weights = WeightsFrom::given;
  uint64_t seed = 0;            // of random weights
  bool carried = false;         // they are part of the program
  bool weights_lack = false;    // a known architecture that was opened without weights: there are only random ones
  std::string cached;           // then: a file with its weights in PyTorch's cache; empty: there is none
  std::optional<int64_t> step;  // of the training that it comes from
  Architecture architecture;
  std::vector<OpenLayer> layers;  // per node
  int64_t parameters = 0, multiply_adds = 0;
  Shape picture;  // (C, H, W); rank 0: it takes no pictures
  bool channels_last = false;
  int64_t class_count = 0;                 // 0: it does not name what a picture shows
  int logits = -1;                         // the node of the values before a softmax; -1: no classes
  std::vector<std::string> classes;        // as many; numbers where nobody has named them
  bool named = false;                      // they have names
  std::string preprocessing, prepared_as;  // in words; where that was found, empty: a guess
  std::vector<std::string> notes;
};
using OpenNetworkInfoPtr = std::shared_ptr<const OpenNetworkInfo>;
// What an architecture alone says of it: its layers and their sum. Throws Error: a layer does not fit its input.
OpenNetworkInfo describe_layers(const Architecture& architecture);

// A picture on its way into a network: one of the three.
struct NetworkPicture {
  std::string name;  // for people: "cat.jpg", "test picture 3"
  int label = -1;    // its class, where that is known
  ImagePtr image = nullptr;
  std::shared_ptr<const Drawing> drawing = nullptr;
  Shape shape = {};                                // (C, H, W) of
  std::vector<float> pixels = {};                  // 0..1, as data sets have them
  std::optional<PictureCrop> crop = std::nullopt;  // of an image: the part of it that is looked at
};

// The same as the network receives it.
struct LookedAt {
  std::vector<float> values;             // in the network's own order
  std::vector<float> pixels;             // (C, H, W), 0..1, in RGB or gray: before scale, order and means
  std::string words;                     // how it was prepared: "shorter 256 | order rgb | ..."
  std::vector<PreprocessingStep> steps;  // of an image
  SeenPart part;                         // of an image: what of it is seen; no width: of nothing such
};

struct NetworkAnswer {
  // Per node; without values where all of them would be more than kMostValues.
  std::vector<SessionTensor> activations;
  std::vector<float> logits, probabilities;  // per class; empty: it does not name what a picture shows
  std::vector<int> order;                    // classes, the most probable first
  static constexpr int64_t kMostValues = int64_t{1} << 28;
};

struct Lesion {
  int node = 0;
  int channel = -1;  // -1: all of the layer
  friend bool operator==(const Lesion&, const Lesion&) = default;
};

// A residual block without one of its sides (explain/blocks.h): its convolutions, or its shortcut.
struct BlockCut {
  int join = 0;             // the node that adds the two
  bool skip = false;        // F(x) is 0: only the shortcut is left
  bool unshortcut = false;  // only F(x) is left
  friend bool operator==(const BlockCut&, const BlockCut&) = default;
};

class OpenNetwork {
 public:
  // Names for so many classes where the file has none; empty: there are none.
  using UsualClasses = std::function<std::vector<std::string>(int64_t classes)>;

  struct Opening {
    std::string model;   // the network that a file of weights belongs to, where it doesn't say it; empty: it does
    UsualClasses usual;  // names of classes
    uint64_t seed = 0;   // of random weights
  };
  // A model's name (models.h): its weights are those that the program carries, else drawn. Else a file, as
  // read_model_file() opens it. Throws Error.
  static OpenNetwork open(Stream& stream, const std::string& name_or_file, const Opening& how);
  static OpenNetwork open(Stream& stream, const std::string& name_or_file) { return open(stream, name_or_file, {}); }
  // A file that was read, with whatever was overruled in it.
  static OpenNetwork open(Stream& stream, ModelFile file, const Opening& how);
  // What can be told without reading: a name that is neither a model nor a file, a folder. Throws Error.
  static void check_can_be_opened(const std::string& name_or_file);
  // The network of a training; its weights must be there.
  OpenNetwork(Stream& stream, const TrainedNetworkPtr& trained);

  OpenNetworkInfoPtr info() const { return info_; }
  Session& session() { return *session_; }

  // Another moment of the same training. False, and nothing changes, where the network is another.
  bool follow(const TrainedNetworkPtr& trained);
  void give_weights();               // throws Error where it was opened without
  void draw_weights(uint64_t seed);  // all drawn anew: the control for explanations
  // Throws Error: no such channel.
  void set_lesions(std::vector<Lesion> lesions);
  // Throws Error: no residual block is joined there.
  void set_block_cuts(std::vector<BlockCut> cuts);

  // Throws Error: it takes no pictures.
  LookedAt look_at(const NetworkPicture& picture) const;
  // Nothing where it was canceled. Throws Error: values that are no numbers.
  std::optional<NetworkAnswer> run(const std::vector<float>& input, const Session::Progress& progress = nullptr);
  // The same without the activations: logits and probabilities alone.
  std::optional<NetworkAnswer> classify(const std::vector<float>& input, const Session::Progress& progress = nullptr);
  // For so many pictures, with its lesions and cut blocks: what every explanation begins with.
  SessionRequest request_of(std::vector<float> input, int batch = 1) const;
  const std::vector<BlockCut>& block_cuts() const { return block_cuts_; }
  // For who runs layers by another network: all that is set to 0, what was cut out of blocks included; and the joins
  // that pass on one input alone, that of the block's layers, because their shortcut has none to cut: join, input.
  std::vector<Lesion> all_lesions() const;
  std::map<int, int> joins_without_shortcut() const;

 private:
  explicit OpenNetwork(std::unique_ptr<Session> session) : session_(std::move(session)) {}
  void describe(const UsualClasses& usual);
  void weights_are(WeightsFrom from, uint64_t seed);
  void cut_shortcuts(SessionRequest& request) const;
  NetworkAnswer answer_of(const SessionResult& result) const;

  std::unique_ptr<Session> session_;
  TrainedNetworkPtr trained_;
  std::vector<Lesion> lesions_;
  std::vector<BlockCut> block_cuts_;
  std::vector<NetworkBlock> cut_blocks_;  // those of block_cuts_
  OpenNetworkInfoPtr info_;
};

// A layer's activation as channels, rows and columns: (C, H, W); a vector is channels of one cell.
Shape cells_of(const Shape& activation);
// The same of a node; of the input as the picture has them, also where the network takes channels last.
Shape cells_of(const OpenNetworkInfo& info, int node);
// Where it lies among the values of one picture's activation. Throws Error: there is no such place.
int64_t index_of(const OpenNetworkInfo& info, int node, int64_t channel, int64_t row, int64_t column);
// One value of it. Throws Error: there is no such place, values that were not kept.
float value_at(const OpenNetworkInfo& info, const NetworkAnswer& answer, int node, int64_t channel, int64_t row,
               int64_t column);

}  // namespace striate
