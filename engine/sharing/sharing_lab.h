// One task, three layers, side by side: what the page `sharing` trains and asks. Each network has six maps of 28 x 28
// from a picture of 32 x 32, one of the three layers to make them, and the same end behind it.
//
//   dense        every value of the maps sees all pixels: (32*32 + 1) * 28*28*6 weights
//   local        windows of 5 x 5, weights of their own at every place, or shared within tiles (SharingTie)
//   convolution  the same windows with one set of weights for all places
//
// A thing of one thread at a time.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/network/network.h"
#include "engine/sharing/sharing_digits.h"
#include "engine/training/trainer.h"

namespace striate {

enum class SharingLayer { dense, local, convolution };
constexpr int kSharingLayers = 3;
const char* name_of(SharingLayer layer);  // "dense", "local", "convolution"

enum class SharingTie { shared, quadrants, free };
const char* name_of(SharingTie tie);

constexpr int kSharingMaps = 6, kSharingWindow = 5, kSharingPlaces = kSharingSide - kSharingWindow + 1;

std::string sharing_text(SharingLayer layer, SharingTie tie);  // its architecture
// Of the layer that makes the maps: 4,821,600, "(32*32 + 1)*28*28*6".
Counted sharing_parameters(SharingLayer layer, SharingTie tie);

// What a network says of one picture.
struct SharingAnswer {
  std::vector<float> maps;           // (6, 28, 28), before the ReLU
  std::vector<float> probabilities;  // 10
  int label = 0;                     // the largest
};

// How the weights of the local layer would change by one picture: each place's own gradient, dy * x, and what tiles
// that share their weights get.
struct SharingGradient {
  std::vector<float> dy;     // (6, 28, 28): what the maps change in the loss
  std::vector<float> local;  // (28*28, 6, 5, 5)
  std::vector<float> tied;   // (sets, 6, 5, 5), by the kernel that knows the tiles
  int sets_y = 1, sets_x = 1;
  float at(int filter, int row, int column, int tap_row, int tap_column) const;
  // The local gradients of a tile added up, and what the kernel says.
  double sum(int tile, int filter, int tap_row, int tap_column) const;
  float shared(int tile, int filter, int tap_row, int tap_column) const;
  int tile_of(int row, int column) const;
};
// Where there is most to see of a filter: the weight of the window whose local gradients are largest in all, and the
// place with the largest one of them; none where all are 0.
struct SharingPlace {
  int tap_row = 0, tap_column = 0, row = 0, column = 0;
};
std::optional<SharingPlace> strongest_place(const SharingGradient& gradient, int filter);

struct SharingData {
  std::shared_ptr<const Dataset> digits;           // 1 x 32 x 32
  std::vector<int64_t> training, test;             // the test digits are never learned
  std::vector<float> test_digit(int64_t n) const;  // (32, 32)
  int test_label(int64_t n) const { return digits->label(test[static_cast<size_t>(n)]); }
};
// "digits" or "mnist:FOLDER". Throws Error.
SharingData open_sharing_data(const std::string& text);

class SharingLab {
 public:
  static constexpr int kBatch = 32, kTestDigits = 200;
  SharingLab(Device device, SharingData data, SharingTie tie, uint64_t seed);
  ~SharingLab();

  const SharingData& data() const { return data_; }
  int64_t steps() const { return steps_; }
  SharingTie tie() const { return tie_; }
  // Places that part begin with what they shared; those that come together take the weights of the one in their middle,
  // for the mean of weights that were learned apart answers to nothing. Back before anything was learned in between,
  // the weights are those of before.
  void set_tie(SharingTie tie);
  void step();                     // one batch, the same for all three
  float loss(SharingLayer layer);  // of the last step; NaN before the first

  SharingAnswer answer(SharingLayer layer, const std::vector<float>& picture);
  // Classes of several pictures, one after the other.
  std::vector<int> classes(SharingLayer layer, const std::vector<std::vector<float>>& pictures);
  SharingGradient gradient(const std::vector<float>& picture, int label);

 private:
  struct Net;
  Net& net(SharingLayer layer) { return *nets_[static_cast<size_t>(layer)]; }
  void make(SharingLayer layer, const std::vector<std::vector<float>>* weights);

  Stream stream_;
  SharingData data_;
  SharingTie tie_;
  uint64_t seed_;
  int64_t steps_ = 0;
  struct Untied {  // the local network's weights, when its tie was changed
    int64_t steps = -1;
    std::vector<std::vector<float>> weights;
  };
  std::array<Untied, 3> left_;  // of each tie
  std::array<std::unique_ptr<Net>, kSharingLayers> nets_;
};

}  // namespace striate
