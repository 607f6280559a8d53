// The networks that are small enough to be looked at value by value.
#include <fmt/format.h>

#include "engine/network/models/families.h"

namespace striate::models_by_family {

std::string lenet5(const Shape&, int classes) {
  return fmt::format(
      "conv 6 5x5 pad 2 | relu | maxpool 2 | conv 16 5x5 | relu | maxpool 2 | flatten | dense 120 | relu | dense 84 | "
      "relu | dense {}",
      classes);
}

std::string lenet5_tanh(const Shape&, int classes) {
  return fmt::format(
      "conv 6 5x5 pad 2 | tanh | avgpool 2 | conv 16 5x5 | tanh | avgpool 2 | flatten | dense 120 | tanh | dense 84 | "
      "tanh | dense {}",
      classes);
}

std::string tiny(const Shape&, int classes) {
  return fmt::format("conv 8 3x3 | relu | maxpool 2 | conv 16 3x3 | relu | maxpool 2 | flatten | dense {}", classes);
}

std::string mlp(const Shape& input, int classes) {
  return fmt::format("{}dense 128 | relu | dense 64 | relu | dense {}", input.rank() == 3 ? "flatten | " : "", classes);
}

std::string tinyvgg(const Shape&, int classes) {
  return fmt::format(
      "conv 10 3x3 | relu | conv 10 3x3 | relu | maxpool 2 | conv 10 3x3 | relu | conv 10 3x3 | relu | maxpool 2 | "
      "flatten | dense {}",
      classes);
}

}  // namespace striate::models_by_family
