// What pages and readouts see of the open network: an immutable moment, made behind the window (network_worker.h) and
// handed over whole.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/session/open_network.h"

namespace striate {

// What commands set. Layers are kept as they were named: the network that they are of may still be on its way.
struct NetworkState {
  bool opened = false;  // the network that was opened; else that of page `train`
  std::string file;     // NAME|FILE of what was opened last; empty: nothing was
  std::string model;    // the network that a file with weights alone belongs to; empty: the file says it
  std::string stamp;    // of the file: its size and when it was written
  bool random = false;  // all weights drawn anew, from
  uint64_t seed = 0;
  struct Cut {
    std::string layer;
    int channel = -1;  // -1: all of it
    friend bool operator==(const Cut&, const Cut&) = default;
  };
  std::vector<Cut> lesions;
  struct Block {        // a residual block without one of its sides, or both
    std::string layer;  // any layer of it
    bool skip = false, unshortcut = false;
    friend bool operator==(const Block&, const Block&) = default;
  };
  std::vector<Block> blocks;
  std::optional<PictureCrop> crop = std::nullopt;  // of the picture; nothing: as the preprocessing says
  std::string image = "picture";                   // what `network.image` was given; "picture": the open one; "camera"
  // What `network.open` takes: "lenet5", "/a/net.onnx", "resnet18 /a/weights.pt".
  std::string opened_text() const { return model.empty() ? file : model + " " + file; }
  friend bool operator==(const NetworkState&, const NetworkState&) = default;
};

// N of "test N", or nothing.
std::optional<int64_t> test_number(std::string_view image);
// Where test picture `n` lies among the pictures. Throws Error: there is no split, or none of that number.
int64_t test_picture_index(const Split* split, int64_t n);

// Everything that decides what a moment is.
struct NetworkRequest {
  NetworkState state;
  TrainedNetworkPtr training = nullptr;               // where that network is looked at
  std::shared_ptr<const Dataset> pictures = nullptr;  // where one of its test part is
  std::shared_ptr<const Split> split = nullptr;
  ImagePtr image = nullptr;                          // where the open picture is, or what the camera sees
  std::shared_ptr<const Drawing> drawing = nullptr;  // where the drawing is
  friend bool operator==(const NetworkRequest&, const NetworkRequest&) = default;
};

struct NetworkMoment {
  uint64_t version = 0;  // no two moments have the same
  NetworkRequest of;
  OpenNetworkInfoPtr info;  // null: it could not be opened, for `why`
  std::vector<Lesion> lesions;
  std::vector<BlockCut> block_cuts;
  NetworkPicture picture;    // without its pixels
  LookedAt input;            // empty where there is no answer
  NetworkAnswer answer;      // likewise
  std::optional<Error> why;  // there is no answer
};
using NetworkMomentPtr = std::shared_ptr<const NetworkMoment>;

}  // namespace striate
