// The cells of the Neocognitron (Fukushima, "Neocognitron: A Self-organizing Neural Network Model for a Mechanism of
// Pattern Recognition Unaffected by Shift in Position", Biological Cybernetics 36, 1980), and how they learn.
//
//   phi(x) = max(x, 0)        psi(x) = phi(x) / (alpha + phi(x))
//   v[n][p][q]     = sqrt(sum over j, r, s of  c[j][r][s] * u[n][j][p - pad + r][q - pad + s]^2)
//   us[n][k][p][q] = sel * phi((1 + sum of a[k][j][r][s] * u[..]) / (1 + 2*sel/(1 + sel) * b[k] * v[n][p][q]) - 1)
//   sum[n][k][p][q] = sum over r, s of  d[r][s] * us[n][k][p*stride - before + r][q*stride - before + s]
//   uc[n][k][p][q] = psi((1 + sum) / (1 + mean over k of sum) - 1)
//   learning at a place (p, q), plane k:   a[k] += rate * c * u there,   b[k] += rate / 2 * v there
//
// u is 0 outside its planes, v sees u itself and not its squares. N pictures, J planes that come in, K that go out.
// float32; sums are double, in an order that depends on the shape only: same inputs, same bits, on every device.
// Nothing may overlap.
#pragma once

#include <cstdint>

#include "kernels/hd.h"
#include "kernels/stream.h"

namespace striate {

// S-cells and the V-cells beside them: a (K, J, window, window), b (K), c (J, window, window).
struct SCellShape {
  int n = 1, j = 1, h = 1, w = 1;  // u (n, j, h, w)
  int k = 1, window = 1, pad = 0;
  int p() const { return h + 2 * pad - window + 1; }
  int q() const { return w + 2 * pad - window + 1; }
  HD int64_t taps() const { return static_cast<int64_t>(j) * window * window; }
};
// C-cells: d (window, window).
struct CCellShape {
  int n = 1, k = 1, h = 1, w = 1;  // us (n, k, h, w)
  int window = 1, stride = 1;
  int before = 0, after = 0;  // rows and columns of zeros around it
  int p() const { return (h + before + after - window) / stride + 1; }
  int q() const { return (w + before + after - window) / stride + 1; }
};
// Throw Error for sizes below 1 and windows that don't fit. Every function below calls them.
void check(const SCellShape& shape);
void check(const CCellShape& shape);

void neocognitron_v(Stream& stream, const SCellShape& shape, const float* u, const float* c, float* v);
void neocognitron_s(Stream& stream, const SCellShape& shape, float selectivity, const float* u, const float* a,
                    const float* b, const float* v, float* us);
// `vs` (n, p, q) receives the means of the planes' sums.
void neocognitron_c(Stream& stream, const CCellShape& shape, float alpha, const float* us, const float* d, float* vs,
                    float* uc);
// One step of learning for `count` representatives, each (plane, row, column) of us, of picture 0; no plane twice.
void neocognitron_learn(Stream& stream, const SCellShape& shape, float rate, const float* u, const float* c,
                        const float* v, const int32_t* representatives, int count, float* a, float* b);

}  // namespace striate
