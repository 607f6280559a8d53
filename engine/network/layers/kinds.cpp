#include "engine/network/layers/kinds.h"

namespace striate {

const std::vector<LayerKind>& layer_kinds() {
  static const std::vector<LayerKind> kinds = {
      kConv,
      kMaxPool,
      kAvgPool,
      kGlobalAvgPool,
      kDense,
      kRelu,
      kLeakyRelu,
      kSigmoid,
      kTanh,
      kSoftmax,
      kLogSoftmax,
      kBatchNorm,
      kDropout,
      kFlatten,
      kAdd,
      kConcat,
      kSubsample,
      kIdentity,
      kConstant,
      kSub,
      kMul,
      kDiv,
      kMatmul,
      kReshape,
      kTranspose,
      kSlice,
      kGather,
      kPad,
      kReduceMean,
      kResize,
      kConvTranspose,
      kGlobalMaxPool,
      kConv3d,
      kConvTranspose3d,
      kMaxPool3d,
      kAvgPool3d,
      kMaxPoolIndices,
      kElu,
      kSelu,
      kCelu,
      kHardSigmoid,
      kHardSwish,
      kClip,
      kGelu,
      kMish,
      kSoftplus,
      kPrelu,
      kGroupNorm,
      kInstanceNorm,
      kLayerNorm,
      kLayerNormMean,
      kLayerNormDeviation,
      kLrn,
      kErf,
      kExp,
      kLog,
      kSqrt,
      kAbs,
      kPow,
      kMax,
      kMin,
      kReduceSum,
      kReduceMax,
      kReduceL2,
      kRepeat,
  };
  return kinds;
}

const LayerKind& layer_kind(const std::string& word) {
  const LayerKind* kind = find_layer_kind(word);
  check(kind != nullptr, "no kind of layer is called {}", word);
  return *kind;
}

const LayerKind* find_layer_kind(std::string_view word) {
  for (const LayerKind& kind : layer_kinds()) {
    if (word == kind.word) return &kind;
  }
  return nullptr;
}

Takes Layer::takes() const { return layer_kind(kind()).takes; }

Counted Layer::parameter_count(const std::vector<Shape>& inputs) const {
  Counted counted;
  for (const WeightSpec& p : parameters(inputs)) {
    counted.value += p.shape.count();
    if (!counted.formula.empty()) counted.formula += " + ";
    counted.formula += std::to_string(p.shape.count());
  }
  return counted;
}

Counted Layer::multiply_adds(const std::vector<Shape>&) const { return {}; }

}  // namespace striate
