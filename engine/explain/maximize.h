// Activation maximization: a picture that makes one channel, one unit or one class as large as possible, by following
// the gradient of the network's input uphill. Straight uphill it ends in noise that the network sees and nobody else;
// what keeps it a picture can be switched off one by one:
//
//   waves      the ascent moves waves of all lengths alike, not pixels        (picture_waves.h)
//   colors     in colors that belong together as in photos
//   jitter     every step looks at the picture a few pixels aside,
//   scale      a little larger or smaller,
//   rotation   a little turned: only what survives that is worth growing
//   freed      the ReLU that the layer ends with passes a fifth of what pushes it up also where it is off, or these
//              places would never change; in the first 16 steps any ReLU does, all of it, that would stop the whole
//              gradient
//
// Adam, rate 0.05 (Olah, Mordvintsev and Schubert 2017). Steps: draw where the picture is looked at; prepare it as the
// network's input; forward up to the layer; backward from what is to grow; one step of Adam. All draws follow from the
// seed; the network runs on its stream's device, everything else on the host in one order.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "engine/explain/target.h"
#include "engine/session/open_network.h"

namespace striate {

// What is to grow: a weighted sum of channels of one layer, their mean over the map or the unit in its middle.
struct Objective {
  enum class Over { map, middle };
  int node = 0;
  std::vector<std::pair<int64_t, float>> channels;
  Over over = Over::map;
};
// Throw Error: no such channel; as class_target().
Objective channel_objective(const OpenNetworkInfo& info, int node, int64_t channel,
                            Objective::Over over = Objective::Over::map);
Objective class_objective(const OpenNetworkInfo& info, int of, std::optional<int> against = std::nullopt);

struct MaximizeOptions {
  int steps = 256;
  int size = 0;  // of the picture's sides; 0: usual_size()
  double rate = 0.05;
  uint64_t seed = 1;
  bool waves = true, colors = true, jitter = true, scale = true, rotation = true, freed = true;
  friend bool operator==(const MaximizeOptions&, const MaximizeOptions&) = default;
};
constexpr int kUsualMaximizeSteps = 256;

// What a picture up to a layer may be large: four times what a unit sees, 64 to 128; its own size where the layers take
// no other, or less than that.
int usual_size(const OpenNetworkInfo& info, int node);

struct MaximizedPicture {
  Shape shape;                 // (C, H, W)
  std::vector<float> pixels;   // 0..1, red, green, blue or gray
  std::vector<double> scores;  // per step, of what the network saw in it, before the step
  double score = 0;            // of the picture as it is
  int steps = 0;               // done
  bool finished = false;       // all that were asked for
};

class Maximizer {
 public:
  // Throws Error: no network for pictures, a size that its layers do not take.
  Maximizer(OpenNetwork& network, const Objective& objective, const MaximizeOptions& options);
  ~Maximizer();
  // The same layer and size once more, for another channel.
  void begin(const Objective& objective, uint64_t seed);
  void step();
  int done() const;
  // As it is now; its score costs a forward pass.
  MaximizedPicture picture();
  // The same with the score of the last step instead, and never finished: for who watches.
  MaximizedPicture glimpse() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// After each step, and before the first; false ends it: what there is comes back, not finished.
using MaximizeProgress = std::function<bool(Maximizer& maximizer)>;
MaximizedPicture maximize(OpenNetwork& network, const Objective& objective, const MaximizeOptions& options,
                          const MaximizeProgress& progress = nullptr);

// Plain gradient ascent on the network's input as it is, without any of the above: x += rate * g / rms(g).
struct Ascent {
  std::vector<float> input;
  std::vector<double> scores;  // before each step
};
// Nothing where `progress` said false.
std::optional<Ascent> gradient_ascent(OpenNetwork& network, const Target& target, std::vector<float> input, int steps,
                                      double rate = 0.5, const Session::Progress& progress = nullptr);

}  // namespace striate
