// The one list of ONNX's operators that become layers.
#include <algorithm>
#include <array>

#include "engine/onnx/converter.h"

namespace striate {
namespace {

std::array<const OnnxOperators*, 11> all_operators() {
  return {&activation_operators(),    &arithmetic_operators(), &attention_operators(), &function_operators(),
          &normalization_operators(), &place_operators(),      &reduce_operators(),    &resize_operators(),
          &shape_operators(),         &window_operators(),     &plain_operators()};
}

}  // namespace

const OnnxOperator* find_onnx_operator(const std::string& name) {
  for (const OnnxOperators* family : all_operators()) {
    for (const OnnxOperator& each : *family) {
      if (name == each.name) return &each;
    }
  }
  return nullptr;
}

std::vector<std::string> onnx_operator_names() {
  std::vector<std::string> names;
  for (const OnnxOperators* family : all_operators()) {
    for (const OnnxOperator& each : *family) names.emplace_back(each.name);
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

}  // namespace striate
