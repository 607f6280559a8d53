// The sums of implicit_gemm.h on the CPU where there are many of them: both factors are laid out in panels, in the
// order in which they are used, so that the innermost loop reads two streams from beginning to end.
//
//   terms of the picture   panel (tile of positions, j, positions of a tile), only positions that are stored; or, where
//   a
//                          tile is a stretch of one row of a picture, (tile, c, r, stretch with what is beside it), of
//                          which the taps of a kernel's row read S shifted stretches
//   weights                panel (group, tile of outputs, j, outputs of a tile), 0 beyond the last output
//
// One side lies in a register's lanes, the other is broadcast to all lanes: outputs in the lanes where positions would
// leave many empty (7 x 7 = 49 positions fill 3.06 registers of 16 values), else positions. Each sum begins with its
// bias and adds its terms in their order, so that the bits are those of implicit_gemm(), whatever the panels.
//
// Source: Goto and van de Geijn, "Anatomy of High-Performance Matrix Multiplication", 2008.
#pragma once

#include <cstdint>

#include "kernels/implicit_gemm.h"
#include "kernels/stream.h"

namespace striate {

// Where positions are read without a copy that has the padding around it: image n, channel c at
// a.x + n*a.x_image + (group's first channel + c)*h*w. Term (c, r, s) of position (p, q) is x[p - pad_top +
// r*dilation_y] [q - pad_left + s*dilation_x], 0 outside.
struct PaddedPicture {
  int h = 0, w = 0;  // h 0: a.offsets say where terms are
  int r = 1, s = 1, pad_top = 0, pad_left = 0, dilation_y = 1, dilation_x = 1;
};

// Which panels a sum uses: of its outputs, terms and positions alone, not of the images or of the weights' place.
struct PanelPlan {
  bool used = false;     // false: implicit_gemm() does it
  bool outputs = false;  // outputs in the lanes, positions broadcast; else the other way around
  int broadcast = 0;     // outputs or positions of a tile that are broadcast
  int packs = 0;         // registers beside each other, of the others
  bool rows = false;     // a tile of positions is a stretch of one row
  bool shared = false;   // panels of a whole image lie side by side (`panels` floats for all groups), for all threads
  int64_t panels = 0;

  int lanes() const;  // packs * values in a register
  int outputs_of_tile() const { return outputs ? lanes() : broadcast; }
  int positions_of_tile() const { return outputs ? broadcast : lanes(); }
  int64_t weights(int groups, int k, int64_t j) const;  // floats of the packed weights
};

// On the CPU; `valid` positions in each of `rows` rows.
PanelPlan panel_plan(int groups, int k, int64_t j, int64_t rows, int64_t valid, const PaddedPicture& picture);
// Floats at most, for any plan.
int64_t most_packed_weights(int groups, int k, int64_t j);
// Images whose shared panels lie side by side at a time: so many that these stay in a processor's second cache.
int64_t images_shared_at_once(const PanelPlan& plan, int64_t images);

// Lays out weights (groups * k, j). Who does it once, not for each sum, saves much where positions are few.
void pack_panels(Stream& stream, const PanelPlan& plan, int groups, int k, int64_t j, const float* weights,
                 float* packed);

// Where, with plan.rows, the panel has each term, seen from its first: (j).
void panel_row_offsets(const PanelPlan& plan, const PaddedPicture& picture, int64_t j, int32_t* offsets);

// a.weights as pack_panels() gives them, or a.rows as they are: then each thread packs the tile that it is at. With
// plan.rows a.offsets are those of panel_row_offsets(). The output's positions lie side by side (out_row = valid,
// out_column = 1). `shared`: plan.panels floats, aligned to 64 bytes.
void panel_gemm(Stream& stream, const char* name, const PanelPlan& plan, const ImplicitGemmArguments& a,
                const PaddedPicture& picture, float* shared);

}  // namespace striate
