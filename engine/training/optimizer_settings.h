// Optimizers and losses by name, with their settings as text: what --optimizer reads, what a saved file holds.
//   sgd | sgd momentum 0.9 nesterov decay 0.0005 | rmsprop rho 0.99 epsilon 1e-08 | adam beta1 0.9 beta2 0.999 | adamw
// The formulas stand in kernels/optimizer.h and kernels/loss.h.
#pragma once

#include <string>
#include <vector>

namespace striate {

struct OptimizerSettings {
  enum class Kind { sgd, rmsprop, adam, adamw };
  Kind kind = Kind::adam;
  float momentum = 0;  // sgd
  bool nesterov = false;
  float weight_decay = 0;              // added to the gradient; adamw: taken from the weight
  float rho = 0.99f;                   // rmsprop
  float beta1 = 0.9f, beta2 = 0.999f;  // adam, adamw
  float epsilon = 1e-8f;

  // Defaults are PyTorch's (adamw: decay 0.01). Throws Error with the nearest word.
  static OptimizerSettings parse(const std::string& text);
  std::string text() const;                 // parses to the same; defaults are left out
  std::vector<std::string> states() const;  // names of its arrays beside every weight: {"mean", "square"}
  // Where to begin, together with Schedule::usual(). LeNet-5 on MNIST, 53,334 pictures in batches of 64, 3 epochs,
  // seeds 1 to 3, test pictures right: adam 0.003 with it 98.68 to 98.83 %, 0.002 with it 98.59 to 98.79 %, a constant
  // 0.001 (54,000 pictures) 98.27 to 98.80 %, 0.002 with a cosine down to 0 98.93 to 98.98 %. tinyvgg, too, did better
  // with 0.003 than with 0.002 or 0.001.
  float usual_rate() const;
  friend bool operator==(const OptimizerSettings&, const OptimizerSettings&) = default;
};
const std::vector<std::string>& optimizer_names();

// How far an output is from its target. All but the first two compare with a row that is 1 at the sample's class and 0
// elsewhere; with a single output, with the class's number (0 or 1).
enum class Loss {
  cross_entropy,            // softmax and negative log likelihood in one, from logits
  negative_log_likelihood,  // after a logsoftmax layer
  mean_squared_error,
  binary_cross_entropy,         // after a sigmoid layer
  binary_cross_entropy_logits,  // from logits
};
const std::vector<std::string>& loss_names();  // "cross-entropy", "nll", "mse", "bce", "bce-logits"
const char* loss_name(Loss loss);
Loss parse_loss(const std::string& name);  // throws Error with the nearest name

}  // namespace striate
