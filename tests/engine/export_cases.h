// Networks that the tests of the writers go through: every kind of layer, in every form that writers treat apart.
#pragma once

#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <string>
#include <vector>

#include "engine/network/network.h"
#include "tests/test_folder.h"

namespace striate {

struct ExportCase {
  const char* text;
};

inline const std::vector<ExportCase>& export_cases() {
  static const std::vector<ExportCase> cases = {
      {"input 2x7x6 | a: conv 4 3x2 stride 2x1 pad 1,0,2,1 dilation 2x1 groups 2"},
      {"input 2x7x6 | a: conv 3 3x3 pad 1 no bias | b: relu"},
      {"input 3x9 | a: conv 6 1x3 stride 1x2 pad 0,0,1,2 groups 3"},
      {"input 2x6x7 | a: local 3 3x2 stride 2x1 pad 1,0,2,1 dilation 2x1"},
      {"input 2x6x7 | a: local 3 3x3 pad 1 sets 2x3"},
      {"input 2x6x7 | a: local 3 3x3 sets 3 no bias"},
      {"input 2x6x7 | a: local 3 2x3 sets 1"},
      {"input 2x4x5x6 | a: conv3d 4 2x3x3 stride 1x2x1 pad 1,0,1,1,0,2"},
      {"input 4x5x4 | a: convtranspose 6 3x2 stride 2x3 pad 1,1,0,0 groups 2 output padding 1x2"},
      {"input 4x5x4 | a: convtranspose 2 3x3 stride 2 pad 1 dilation 2 no bias"},
      {"input 4x5x4 | a: convtranspose 2 2x2 stride 3 output padding 2"},
      {"input 2x6 | a: convtranspose 3 1x4 stride 1x2 pad 0,0,1,0"},
      {"input 2x3x4x3 | a: convtranspose3d 2 2x2x3 stride 2 pad 0,1,0,0,1,1"},
      {"input 2x7x8 | a: maxpool 3 stride 2 pad 1"},
      {"input 2x7x8 | a: maxpool 2"},
      {"input 2x8x8 | a: maxpool 3x2 stride 2x3 pad 0,1,1,0 ceil"},
      {"input 2x9x9 | a: maxpool 3 stride 2 dilation 2"},
      {"input 2x9 | a: maxpool 1x3 stride 1x2"},
      {"input 2x5x6x7 | a: maxpool3d 2x3x2 stride 2 pad 0,1,1,1,0,1"},
      {"input 2x7x8 | a: avgpool 3 stride 2 pad 1"},
      {"input 2x7x8 | a: avgpool 3x2 stride 2 pad 0,1,1,0 without padding"},
      {"input 2x8x8 | a: avgpool 3 stride 2 pad 1 ceil without padding"},
      {"input 2x9x9 | a: avgpool 2 stride 1 dilation 2"},
      {"input 2x9 | a: avgpool 1x3 stride 1x2"},
      {"input 2x5x6x7 | a: avgpool3d 2 stride 2"},
      {"input whole 1x2x6x6 | a: maxpoolindices 2"},
      {"input whole 2x2x5x6 | a: maxpoolindices 3x2 stride 2 pad 1,0,0,1 columns first"},
      {"input 3x4x5 | a: globalavgpool | b: dense 4"},
      {"input 3x4x5 | a: globalavgpool keep | b: conv 2 1x1"},
      {"input 3x4x5 | a: globalmaxpool"},
      {"input 3x4 | a: globalmaxpool keep"},
      {"input 5 | a: dense 4 no bias | b: dense 3"},
      {"input 2x3x4 | a: relu | b: leakyrelu 0.2 | c: sigmoid | d: tanh"},
      {"input 2x3x4 | a: elu 0.7 | b: selu | c: celu 1.3 | d: softplus"},
      {"input 2x3x4 | a: selu 1.5 0.8 | b: hardsigmoid | c: hardsigmoid 0.3 0.4"},
      {"input 2x3x4 | a: hardswish | b: clip -0.5 0.25 | c: clip none 0.2 | d: clip -0.1 none"},
      {"input 2x3x4 | a: gelu | b: gelu tanh | c: mish | d: silu"},
      {"input 2x3x4 | a: prelu | b: prelu shared | c: prelu shape 3x1"},
      {"input 6 | a: prelu | b: softmax"},
      {"input 2x3x4 | a: softmax | b: logsoftmax axis 3"},
      {"input 2x3x4 | a: softmax from 1 | b: logsoftmax from 2"},
      {"input 3x4x5 | a: batchnorm | b: batchnorm epsilon 0.01 momentum 0.2"},
      {"input 6 | a: batchnorm"},
      {"input 3x4 | a: batchnorm"},
      {"input 2x3x4x2 | a: batchnorm"},
      {"input 4x3x5 | a: dropout 0.3 | b: instancenorm | c: groupnorm 2 epsilon 0.001"},
      {"input 4x6 | a: instancenorm epsilon 0.01"},
      {"input 4x3x5 | a: layernorm from 1 | b: layernorm from 3 no bias | c: layernorm from 2 no scale epsilon 0.01"},
      {"input 4x3x5 | m: layernormmean from 2 | from input | d: layernormrstd from 2 epsilon 0.01 | e: add m"},
      {"input 7x3x4 | a: lrn 5 alpha 0.3 beta 0.5 k 2 | b: lrn 4 alpha 0.5"},
      {"input 2x3x4 | a: scaledtanh | b: scaledtanh 0.8 1.2 | c: unitbias"},
      {"input 3x7x6 | a: sumpool 2 | b: sumpool 1"},
      {"input 3x7x6 | a: tableconv 0+1,1+2,0+2,0+1+2 3x2 | b: tableconv 0+3,2 2 stride 2x1 pad 1,0,0,1 no bias"},
      {"input 3x7x6 | a: tableconv 0+1,2 2 stride 2 dilation 2"},
      {"input 6 | a: rbf 4 | b: rbf 3 negative"},
      {"input 2x3x4 | a: flatten"},
      {"input whole 2x3x4 | a: flatten axis 2"},
      {"input 2x4x4 | a: conv 2 3x3 pad 1 | b: add input | c: mul a | d: sub b | e: div c | f: add a b"},
      {"input 2x4x4 | a: conv 3 3x3 pad 1 | b: concat input a | c: concat b axis 3"},
      {"input 3x7x6 | a: subsample 2 channels 6 | b: subsample 2"},
      {"input 2x3x4 | a: identity | c: constant 3x1 | from a | b: mul c | s: constant scalar | from b | d: add s"},
      {"input 2x3x4 | a: reshape batch,4,-1 | b: transpose 0,2,1 | c: matmul a"},
      {"input whole 2x3x4 | w: constant 4x5 | from input | a: matmul w | b: reshape 3,10"},
      {"input 2x6x5 | a: slice axis 2 from 1 to 6 step 2 | b: slice axis 3 from -1 to -6 step -2"},
      {"input 4x3x5 | a: gather axis 1 2,0,-1,1 | b: gather axis 3 shape 2x2 0,4,1,1 | c: gather axis 2 shape scalar "
       "1"},
      {"input 2x4x5 | a: pad constant 0,0,1,2,0,0,-1,1 value 0.5 | b: pad edge 0,0,0,2,0,0,1,1"},
      {"input 2x4x5 | a: pad reflect 0,0,1,2,0,1,3,0 | b: pad wrap 0,0,1,0,0,0,0,2"},
      {"input 2x4x5 | a: reducemean 2,3 keep | b: reducemean 2"},
      {"input 2x4x5 | a: resize nearest batch,2,8,10 coordinates asymmetric rounding floor"},
      {"input 2x4x5 | a: resize linear batch,2,7,4"},
      {"input 2x4x5 | a: resize linear batch,2,8,9 coordinates align_corners"},
      {"input 2x4x5 | a: resize nearest batch,2,6,15 scales 1,1,1.5,3"},
      {"input 2x8x6 | a: resize linear batch,2,3,4 antialias"},
      {"input 2x4x5 | a: resize nearest batch,2,3,7 coordinates half_pixel_symmetric rounding ceil"},
      {"input 2x3x4 | a: erf | b: exp | c: log | d: abs | e: sqrt"},
      {"input 2x3x4 | a: exp | b: pow input | c: max a | s: constant scalar | from c | d: min s"},
      {"input 2x4x5 | a: reducesum 2,3 keep | b: add input | c: reducemax 2 | d: reducel2 2"},
      {"input 2x4x5 | a: reducesum 1 | b: reducemax 1,2 keep"},
      {"input 2x4x5 | a: reducemax 2,3 | b: reducesum 1 keep"},
      {"input 2x3x4 | a: reshape batch,6,4 | t: constant 1x1x4 | r: repeat a | c: concat a axis 1"},
      {"input 2x6x5 | a: slice axis 2 from 5 to -100 step -1 | b: slice axis 3 from -2 to 0 step -2"},
      {"input whole 2x3x4 | a: transpose 1,0,2 | b: slice axis 0 from 2 to -4 step -1"},
      {"input whole 1x1x4x5 | a: resize linear 1,1,3,6 coordinates tf_crop_and_resize roi 0,0,0.2,-0.3,1,1,0.9,1.2 "
       "outside 7"},
  };
  return cases;
}

// Values from -1 to 1 that every language computes alike: ((i * 7919) mod 1000) / 500 - 1.
inline std::vector<float> formula_values(int64_t count) {
  std::vector<float> values;
  for (int64_t i = 0; i < count; ++i)
    values.push_back(static_cast<float>(static_cast<double>(i * 7919 % 1000) / 500 - 1));
  return values;
}

// Weights from the seed; statistics and scales that are not their starting values.
inline void fill_network(Stream& stream, Network& network) {
  network.initialize(stream, Initializer::he_uniform, 7);
  uint64_t state = 1;
  for (const NamedTensor& tensor : network.tensors()) {
    if (tensor.kind != TensorKind::weight && tensor.kind != TensorKind::buffer) continue;
    if (tensor.kind == TensorKind::weight && tensor.shape.rank() > 1) continue;
    std::vector<float> values = network.read_tensor(stream, tensor);
    for (float& value : values) {
      state = state * 6364136223846793005u + 1442695040888963407u;
      value += static_cast<float>(state >> 40) / static_cast<float>(1 << 24) * 0.5f;
    }
    network.write_tensor(stream, tensor, values);
  }
}

}  // namespace striate
