// Products of matrices on a GPU, through tiles in shared memory: the loop behind dense layers, convolutions' gradients
// by their weights and matmul() where they are large.
//
//   out[piece][batch][i][j] = sum over the piece's terms t of a[batch][t][i] * b[batch][t][j]
//
// A term is a place in a line of an image: t counts places, then lines, then images. A block has 64 x 64 results, and
// its threads share the numbers that they bring into shared memory, 32 terms at a time. Each result adds its piece's
// terms one after the other: its bits depend on the pieces alone, on every GPU.
#pragma once

#include <cstdint>

#include "kernels/stream.h"
#include "kernels/strided.h"

namespace striate {

// Where a[..][t][i] stands: image * of_image + line * of_line, and from there on place + i * apart where terms are
// neighbors, else (of a single line) place * apart + i.
struct ProductOperand {
  const float* data = nullptr;
  bool terms_are_neighbors = true;
  int64_t of_image = 0, of_line = 0;
  int64_t apart = 0;
  const int32_t* shifts = nullptr;  // b, terms are neighbors: (n), in place of j * apart
};

struct TiledProductArguments {
  Box batch;                     // of at most MatmulAxes' rank; no axis: one product
  Strides a_batch{}, b_batch{};  // of batch
  int m = 0, n = 0;              // results: i < m, j < n
  int images = 1, lines = 1, places = 0;
  int images_per_piece = 1;     // a piece never has terms of more images than that,
  int terms_per_part = 0;       // and of those at most so many: piece = image / images_per_piece * parts() + part
  ProductOperand a, b;          // a with neighboring terms needs b with the same
  float* out = nullptr;         // (pieces(), batch, m, n)
  const float* bias = nullptr;  // (n) or null: added to each result's sum; only where pieces() is 1
  bool add = false;             // to what stands in out

  int64_t terms_per_image() const { return int64_t{lines} * places; }
  int parts() const {
    return static_cast<int>((images_per_piece * terms_per_image() + terms_per_part - 1) / terms_per_part);
  }
  int pieces() const { return (images + images_per_piece - 1) / images_per_piece * parts(); }
};

// Whether the sizes are within what the kernel counts in 32 bits. It says nothing about what is fast.
bool tiled_product_fits(const TiledProductArguments& arguments);
// On a GPU only.
void tiled_product(Stream& stream, const char* name, const TiledProductArguments& arguments);

// out[i] = sums[0][i] + sums[1][i] + ... in the order of the pieces, + bias[i % columns]; bias may be null. For `count`
// results of each piece.
void add_pieces(Stream& stream, const char* name, int64_t count, int64_t columns, int pieces, const float* sums,
                const float* bias, float* out, bool add);

// How a GPU cuts a sum of so many terms up, for `tiles` tiles of 64 x 64 results: as many pieces as keep every
// multiprocessor of a large GPU busy, but none of less than 512 terms. The same for every GPU, so that the bits are.
int pieces_of_product(int64_t tiles, int64_t terms);

}  // namespace striate
