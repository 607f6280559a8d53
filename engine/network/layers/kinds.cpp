// The one list of all kinds of layers, in the order in which they are offered; each is declared in a file of this
// folder as layer_kind.h says. To add one: its file, and its name here.
#include "engine/network/layer_kind.h"

// clang-format off
#define STRIATE_LAYER_KINDS(kind) \
  kind(kConv) \
  kind(kMaxPool) \
  kind(kAvgPool) \
  kind(kGlobalAvgPool) \
  kind(kDense) \
  kind(kRelu) \
  kind(kLeakyRelu) \
  kind(kSigmoid) \
  kind(kTanh) \
  kind(kSoftmax) \
  kind(kLogSoftmax) \
  kind(kBatchNorm) \
  kind(kDropout) \
  kind(kFlatten) \
  kind(kAdd) \
  kind(kConcat) \
  kind(kSubsample) \
  kind(kIdentity) \
  kind(kConstant) \
  kind(kSub) \
  kind(kMul) \
  kind(kDiv) \
  kind(kMatmul) \
  kind(kReshape) \
  kind(kTranspose) \
  kind(kSlice) \
  kind(kGather) \
  kind(kPad) \
  kind(kReduceMean) \
  kind(kResize) \
  kind(kConvTranspose) \
  kind(kGlobalMaxPool) \
  kind(kConv3d) \
  kind(kConvTranspose3d) \
  kind(kMaxPool3d) \
  kind(kAvgPool3d) \
  kind(kMaxPoolIndices) \
  kind(kElu) \
  kind(kSelu) \
  kind(kCelu) \
  kind(kHardSigmoid) \
  kind(kHardSwish) \
  kind(kClip) \
  kind(kGelu) \
  kind(kSilu) \
  kind(kMish) \
  kind(kSoftplus) \
  kind(kPrelu) \
  kind(kGroupNorm) \
  kind(kInstanceNorm) \
  kind(kLayerNorm) \
  kind(kLayerNormMean) \
  kind(kLayerNormRstd) \
  kind(kLrn) \
  kind(kErf) \
  kind(kExp) \
  kind(kLog) \
  kind(kSqrt) \
  kind(kAbs) \
  kind(kPow) \
  kind(kMax) \
  kind(kMin) \
  kind(kReduceSum) \
  kind(kReduceMax) \
  kind(kReduceL2) \
  kind(kRepeat) \
  kind(kLocal) \
  kind(kScaledTanh) \
  kind(kSumPool) \
  kind(kUnitBias) \
  kind(kTableConv) \
  kind(kRbf)

// clang-format on

namespace striate {

#define STRIATE_DECLARED(kind) extern const LayerKind kind;
STRIATE_LAYER_KINDS(STRIATE_DECLARED)

const std::vector<LayerKind>& layer_kinds() {
#define STRIATE_LISTED(kind) kind,
  static const std::vector<LayerKind> kinds = {STRIATE_LAYER_KINDS(STRIATE_LISTED)};
  return kinds;
}

}  // namespace striate
