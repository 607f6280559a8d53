// A network that is run once over a large part of a picture in place of once for each tile of it: its convolutions and
// poolings compute what neighboring tiles share only once, and each tile's answer is read out of their map. A dense
// layer behind a flatten is then a convolution as large as the map of one tile, a global average the average over it.
//
// For chains of layers without padding that end in one of these heads; with padding a tile's border is not what the
// part of the picture there is, so such networks go by tiles.
//
//   if (ConvolutionalRun::why_not(network.architecture()).empty()) {
//     ConvolutionalRun run(stream, network);
//     run.values(stream, pixels, width, height, {{0, 0}, {run.step_x(), 0}});
//   }
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/network/network.h"

namespace striate {

class ConvolutionalRun {
 public:
  // Up to `node`, -1: the output. Empty: it can be run so.
  static std::string why_not(const Architecture& architecture, int node = -1);
  // Takes the weights along. Throws Error where why_not() says something.
  ConvolutionalRun(Stream& stream, const Network& of, int node = -1);

  // Tiles may stand at multiples of these, in pixels.
  int step_x() const { return step_x_; }
  int step_y() const { return step_y_; }
  int64_t count() const { return count_; }  // values of `node` for one tile

  struct Corner {
    int x = 0, y = 0;  // of a tile, in the part's pixels
  };
  // `pixels`: (C, height, width) as the network takes it. (corners, count()): what the network says about the tile of
  // its picture's size at each.
  std::vector<float> values(Stream& stream, const std::vector<float>& pixels, int width, int height,
                            const std::vector<Corner>& corners);

 private:
  Architecture architecture_;
  int node_ = 0, joint_ = 0, step_x_ = 1, step_y_ = 1;
  int64_t count_ = 0;
  Shape picture_, window_;  // (C, H, W) of a tile, and of its map at the joint
  std::optional<Network> front_, back_;
  int front_width_ = 0, front_height_ = 0;
  std::vector<std::pair<NamedTensor, std::vector<float>>> weights_;  // of the front
};

}  // namespace striate
