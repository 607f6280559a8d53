// Adversarial pictures: a change of the picture that nobody sees, made from the network's own gradient so that its
// answer becomes another one, beside random noise of the same size, which hardly ever does that.
//
//   fgsm  one step of epsilon along the sign of the gradient of the loss (Goodfellow, Shlens and Szegedy 2015)
//   pgd   from a random place within epsilon many smaller steps, after each of which what has left the ball is put back
//         on its surface (Madry and others 2018)
//
// All in pixels, 0..1 in RGB or gray, as the picture is before the network's scale, order of channels and means; sizes
// are given in 1/255, what a stored picture can tell apart. The ball is that of the largest norm (L-infinity): no value
// of the picture changes by more than epsilon, and each stays within 0..1.
//
// The loss is the cross-entropy of softmax over the network's logits, whatever it has learned with: away from the class
// that it gives the picture, uphill, or towards a class that is asked for, downhill.
//
// A pass forward is one picture through the network, a pass backward one gradient: what it takes is counted.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "engine/session/open_network.h"

namespace striate {

enum class AttackMethod { fgsm, pgd };

struct AttackSettings {
  AttackMethod method = AttackMethod::fgsm;
  int epsilon = 4;            // in 1/255, 1 to 255
  int steps = 10;             // of pgd, 1 to 1000
  double step = 1;            // how far each of them goes, in 1/255, above 0 to 255
  std::optional<int> target;  // the class that is asked for; none: any but the one that it gives
  uint64_t seed = 1;          // of the noise, and of where pgd begins
  friend bool operator==(const AttackSettings&, const AttackSettings&) = default;
};

// The loss of one class for a picture, and its gradient by each of the picture's values, (C, H, W), 0..1.
struct PictureGradient {
  double loss = 0;
  std::vector<double> values;  // double: of a network that is sure they are too small for float
};

// A picture that was changed, and what the network says of it.
struct ChangedPicture {
  std::vector<float> pixels;  // (C, H, W), 0..1
  NetworkAnswer answer;       // without activations
  double largest = 0;         // of the sizes of the change, L-infinity, 0..1
  double length = 0;          // of the change, L2
};

struct Attack {
  Shape shape;                 // (C, H, W)
  int of = 0;                  // the class that the network gives the picture
  std::vector<float> picture;  // before
  NetworkAnswer before;        // of it
  ChangedPicture attacked, noise;
  bool works = false;          // the answer is the target, or another one than before where none is asked for
  std::vector<double> losses;  // before each step
  int forwards = 0, backwards = 0;
};

// Nothing where it was canceled. `pixels` as LookedAt has them. Throws Error: a network without pictures or classes, a
// setting out of its range, a target that it gives already, an answer that is no numbers. A network where nothing
// passes back changes no pixel.
std::optional<Attack> attack(OpenNetwork& network, const std::vector<float>& pixels, const AttackSettings& settings,
                             const Session::Progress& progress = nullptr);

// The smallest epsilon, in whole 1/255, that does what is asked: found by doubling and then halving the distance
// between one that does not and one that does. An epsilon that lies between can work, too, where a larger one does
// not: with `epsilon` it works and with one less it does not, which is all that is known. The steps of pgd grow with
// epsilon, in the proportion of the settings.
struct SmallestAttack {
  std::optional<int> epsilon;  // none: not even 255 does
  int answer = -1;             // the class that it then gives
  std::optional<int> noise;    // the same for random noise; whatever is asked for, another answer is enough for it
  int forwards = 0, backwards = 0;
};
std::optional<SmallestAttack> smallest_attack(OpenNetwork& network, const std::vector<float>& pixels,
                                              const AttackSettings& settings,
                                              const Session::Progress& progress = nullptr);

// The gradient that both methods follow: of the loss of class `of`. Throws Error: as attack().
PictureGradient picture_gradient(OpenNetwork& network, const std::vector<float>& pixels, int of);

}  // namespace striate
