#include "kernels/winograd.h"

#include <algorithm>
#include <cstring>

#include "kernels/panel_math.h"

namespace striate {

namespace {

using namespace panels;

constexpr int kPlaces = 16;                 // of a piece of 4 x 4
constexpr int kCenter = 5;                  // place (1, 1) counts for all four values of y, and with it the bias there
constexpr int64_t kOwnPanels = 1 << 17;     // floats of V that a thread lays out at a time
constexpr int64_t kSharedPanels = 1 << 19;  // that all share, of several pictures

// Pieces of one picture, row after row, in tiles of `broadcast`; outputs in the lanes.
struct Layout {
  int columns, rows;  // of pieces
  int broadcast = 0, packs = 0;
  int64_t pieces_, p_tiles = 0, k_tiles = 0;
  int64_t plane = 0;  // floats of one place of a tile of pieces: (channels, broadcast), and what keeps the 16 from one
                      // set of the cache
  bool shared = false;

  int lanes() const { return packs * W; }
  int64_t panel() const { return kPlaces * plane; }
};
Layout layout_of(const Conv2dShape& s) {
  Layout best{(s.q() + 1) / 2, (s.p() + 1) / 2};
  best.pieces_ = int64_t{best.columns} * best.rows;
  double least = -1;
  for (const Tile tile : kTiles) {
    const int64_t p_tiles = pieces(best.pieces_, tile.broadcast), k_tiles = pieces(s.k, int64_t{tile.packs} * W);
    // Cycles, as in panel_plan().
    const double term = 0.5 + std::max(tile.broadcast * tile.packs, tile.broadcast + tile.packs) / 2.0;
    const double cost = static_cast<double>(p_tiles * k_tiles) * (s.c * term + 4.0 * tile.broadcast * tile.packs + 20);
    if (least >= 0 && cost >= least) continue;
    least = cost;
    best.broadcast = tile.broadcast, best.packs = tile.packs;
    best.p_tiles = p_tiles, best.k_tiles = k_tiles;
  }
  best.plane = pieces(int64_t{s.c} * best.broadcast, 16) * 16 + 16;
  best.shared = best.p_tiles * best.panel() <= kPanels;
  return best;
}
int64_t images_at_once(const Layout& l, int64_t images) {
  return std::max<int64_t>(1, std::min(images, kSharedPanels / (l.p_tiles * l.panel())));
}

// With 16 channels it took up to twice the direct sum's time (55 x 55, measured).
bool pays(const Conv2dShape& s) {
  if (s.r != 3 || s.s != 3 || s.stride_y != 1 || s.stride_x != 1 || s.dilation_y != 1 || s.dilation_x != 1 ||
      s.groups != 1 || s.c < 32 || s.k < 2 * W) {
    return false;
  }
  // Three quarters of the multiplications or fewer, so that there is something to pay the transforms with.
  const Layout l = layout_of(s);
  const double sums = 16.0 * static_cast<double>(l.p_tiles * l.broadcast * l.k_tiles * l.lanes());
  return sums < 0.75 * 9 * s.k * s.p() * s.q();
}

// U of one tile of outputs, for all channels: (16, c, lanes), 0 beyond the last output.
struct PackKernels {
  static constexpr int64_t work = kInlineWork;
  const float* w;
  float* packed;
  int k, c, lanes;
  void operator()(int64_t k_tile) const {
    float* const to = packed + k_tile * kPlaces * c * lanes;
    for (int first = 0; first < lanes; first += W) {
      for (int channel = 0; channel < c; ++channel) {
        alignas(64) float g[9][W] = {};
        for (int lane = 0; lane < W; ++lane) {
          const int64_t output = k_tile * lanes + first + lane;
          if (output >= k) break;
          const float* const from = w + (output * c + channel) * 9;
          for (int i = 0; i < 9; ++i) g[i][lane] = from[i];
        }
        const Floats half = Floats::all(0.5f);
        Floats rows[4][3];
        for (int s = 0; s < 3; ++s) {
          const Floats top = Floats::load(g[s]), middle = Floats::load(g[3 + s]), bottom = Floats::load(g[6 + s]);
          const Floats ends = top + bottom;
          rows[0][s] = top, rows[1][s] = half * (ends + middle), rows[2][s] = half * (ends - middle),
          rows[3][s] = bottom;
        }
        float* place = to + static_cast<int64_t>(channel) * lanes + first;
        for (const auto& row : rows) {
          const Floats ends = row[0] + row[2];
          const Floats u[4] = {row[0], half * (ends + row[1]), half * (ends - row[1]), row[2]};
          for (const Floats& value : u) {
            value.store(place);
            place += static_cast<int64_t>(c) * lanes;
          }
        }
      }
    }
  }
};

// Everything that one launch knows.
struct Winograd : PanelWriter {
  static constexpr int64_t work = kInlineWork;
  Conv2dShape s;
  Layout l;
  TileSums sums;
  const float *x, *packed;
  float* shared;                  // V of some images, or null: each thread its own
  int64_t images, block, blocks;  // tiles of pieces that an index takes together, and how many such there are

  // V of tile `p` of pieces: (16, plane).
  void transform_input(const float* image, int64_t p, float* to) const {
    const auto count = static_cast<int>(std::min<int64_t>(l.broadcast, l.pieces_ - p * l.broadcast));
    if (count < l.broadcast) std::memset(to, 0, sizeof(float) * static_cast<size_t>(l.panel()));
    for (int done = 0; done < count;) {
      const int64_t piece = p * l.broadcast + done;
      const int row = static_cast<int>(piece / l.columns), column = static_cast<int>(piece % l.columns);
      const int here = std::min({l.columns - column, count - done, W});
      transform_stretch(image, row, column, here, to + done);
      done += here;
    }
  }
  void transform_stretch(const float* image, int row, int column, int count, float* to) const {
    const int top = 2 * row - s.pad_top, left = 2 * column - s.pad_left;
    const bool few = count <= W / 2 - 1;  // their 2 * count + 2 columns fill one pack
    const bool whole = left >= 0 && left + (few ? W : 2 * W + 2) <= s.w;
    const int64_t plane = int64_t{s.h} * s.w;
    for (int channel = 0; channel < s.c; ++channel, image += plane, to += l.broadcast) {
      Floats d[4][4];
      STRIATE_UNROLL
      for (int i = 0; i < 4; ++i) {
        const bool inside = top + i >= 0 && top + i < s.h;
        if (!inside) {
          for (Floats& value : d[i]) value = Floats::all(0);
          continue;
        }
        const float* const from = image + static_cast<int64_t>(top + i) * s.w;
        const auto load = [&](int first) {
          return whole ? Floats::load(from + first) : load_beside<W>(from, first, s.w);
        };
        Floats at[4];
        if (few) {
          const Floats pack = load(left), next = left + 2 < s.w ? load_beside<W>(from, left + 2, s.w) : Floats::all(0);
          deinterleave(pack, pack, &at[0], &at[1]);
          deinterleave(next, next, &at[2], &at[3]);
        } else {
          deinterleave(load(left), load(left + W), &at[0], &at[1]);
          deinterleave(load(left + 2), load(left + 2 + W), &at[2], &at[3]);
        }
        d[i][0] = at[0] - at[2], d[i][1] = at[1] + at[2], d[i][2] = at[2] - at[1], d[i][3] = at[1] - at[3];
      }
      STRIATE_UNROLL
      for (int j = 0; j < 4; ++j) {
        store_part(d[0][j] - d[2][j], to + j * l.plane, 0, count);
        store_part(d[1][j] + d[2][j], to + (4 + j) * l.plane, 0, count);
        store_part(d[2][j] - d[1][j], to + (8 + j) * l.plane, 0, count);
        store_part(d[1][j] - d[3][j], to + (12 + j) * l.plane, 0, count);
      }
    }
  }

  // Tiles 0 .. count-1 of pieces, whose V lie at `v` one after the other, with tile k_tile of outputs: their sums to
  // (tile of pieces, 16, broadcast, lanes).
  void multiply(const PanelOutputs& k, int64_t k_tile, const float* v, int64_t count, float* m) const {
    static const float zeros[kMostPacks * W] = {};
    const int64_t wide = l.lanes(), floats = int64_t{s.c} * wide, tile = l.broadcast * wide;
    const float* u = packed + k_tile * kPlaces * floats;
    const int64_t step = pieces(wide, count);
    const bool last_tile = k_tile + 1 == l.k_tiles;
    for (int place = 0; place < kPlaces; ++place, u += floats) {
      const float* const next = last_tile && place + 1 == kPlaces ? u : u + floats;
      for (int64_t p = 0; p < count; ++p) {
        sums(v + p * l.panel() + place * l.plane, nullptr, u, s.c, place == kCenter ? k.bias : zeros,
             {next + std::min(p * step, wide - step) * s.c, step}, m + (p * kPlaces + place) * tile);
      }
    }
  }

  // y of one tile of pieces.
  void transform_output(int64_t image, const PanelOutputs& k, int64_t p, const float* m) const {
    const auto count = static_cast<int>(std::min<int64_t>(l.broadcast, l.pieces_ - p * l.broadcast));
    const int wide = l.lanes();
    const int64_t tile = int64_t{l.broadcast} * wide;
    alignas(64) float turned[2][2 * kMostSums * W];
    for (int done = 0; done < count;) {
      const int64_t piece = p * l.broadcast + done;
      const int row = static_cast<int>(piece / l.columns), column = static_cast<int>(piece % l.columns);
      const int here = std::min(l.columns - column, count - done);
      for (int i = 0; i < here; ++i) {
        for (int lane = 0; lane < wide; lane += W) {
          const float* const from = m + (done + i) * wide + lane;
          Floats half[2][4];
          STRIATE_UNROLL
          for (int j = 0; j < 4; ++j) {
            const Floats one = Floats::load(from + (4 + j) * tile), two = Floats::load(from + (8 + j) * tile);
            half[0][j] = Floats::load(from + j * tile) + one + two;
            half[1][j] = one - two - Floats::load(from + (12 + j) * tile);
          }
          STRIATE_UNROLL
          for (int r = 0; r < 2; ++r) {
            (half[r][0] + half[r][1] + half[r][2]).store(turned[r] + 2 * i * wide + lane);
            (half[r][1] - half[r][2] - half[r][3]).store(turned[r] + (2 * i + 1) * wide + lane);
          }
        }
      }
      for (int r = 0; r < 2 && 2 * row + r < s.p(); ++r) {
        const PanelPositions where{int64_t{2 * row + r} * s.q() + 2 * column, std::min(2 * here, s.q() - 2 * column)};
        turn_and_write(image, k, where, turned[r], l.packs);
      }
      done += here;
    }
  }

  void operator()(int64_t index) const {
    const int64_t tile = kPlaces * int64_t{l.broadcast} * l.lanes();
    if (shared != nullptr) {
      const int64_t count = images * l.p_tiles;
      auto* m = static_cast<float*>(thread_scratch(1, sizeof(float) * static_cast<size_t>(count * tile)));
      const PanelOutputs k = outputs(0, index, l.lanes());
      multiply(k, index, shared, count, m);
      for (int64_t i = 0; i < count; ++i) transform_output(i / l.p_tiles, k, i % l.p_tiles, m + i * tile);
      return;
    }
    const int64_t image = index / blocks, first = index % blocks * block, count = std::min(block, l.p_tiles - first);
    auto* v = static_cast<float*>(thread_scratch(3, sizeof(float) * static_cast<size_t>(count * l.panel())));
    auto* m = static_cast<float*>(thread_scratch(1, sizeof(float) * static_cast<size_t>(count * tile)));
    for (int64_t p = 0; p < count; ++p) {
      transform_input(x + image * s.c * s.h * s.w, first + p, v + p * l.panel());
    }
    for (int64_t k_tile = 0; k_tile < l.k_tiles; ++k_tile) {
      const PanelOutputs k = outputs(0, k_tile, l.lanes());
      multiply(k, k_tile, v, count, m);
      for (int64_t p = 0; p < count; ++p) transform_output(image, k, first + p, m + p * tile);
    }
  }
};

// V of one tile of pieces of some image per index, for all threads.
struct ShareTransforms {
  static constexpr int64_t work = kInlineWork / 2;
  Winograd all;
  void operator()(int64_t index) const {
    const int64_t image = index / all.l.p_tiles;
    all.transform_input(all.x + image * all.s.c * all.s.h * all.s.w, index % all.l.p_tiles,
                        all.shared + index * all.l.panel());
  }
};

}  // namespace

bool winograd_pays(const Stream& stream, const Conv2dShape& s) { return stream.device().is_cpu() && pays(s); }

int64_t winograd_packed_size(const Conv2dShape& s) {
  const Layout l = layout_of(s);
  return kPlaces * l.k_tiles * l.lanes() * s.c;
}
int64_t winograd_scratch(const Conv2dShape& s) {
  if (!pays(s)) return 0;
  const Layout l = layout_of(s);
  return l.shared ? images_at_once(l, s.n) * l.p_tiles * l.panel() : 0;
}

void winograd_pack(Stream& stream, const Conv2dShape& s, const float* w, float* packed) {
  const Layout l = layout_of(s);
  for_each(CpuTarget{}, stream, "convolution_winograd_pack", l.k_tiles, PackKernels{w, packed, s.k, s.c, l.lanes()});
}

void winograd_forward(Stream& stream, const Conv2dShape& s, const float* x, const float* packed, const float* b,
                      float* y, const Epilogue& epilogue, float* scratch) {
  check(s);
  Winograd all{};
  all.s = s, all.l = layout_of(s), all.x = x, all.packed = packed;
  all.sums = tile_sums_of(all.l.broadcast, all.l.packs, Side::outputs);
  ImplicitGemmArguments& a = all.a;
  a.k = s.k, a.bias = b, a.out = y, a.epilogue = epilogue;
  a.out_plane = static_cast<int64_t>(s.p()) * s.q();
  a.out_image = s.k * a.out_plane;
  const Layout& l = all.l;
  if (l.shared) {
    all.shared = scratch;
    const int64_t at_once = images_at_once(l, s.n);
    for (int64_t n = 0; n < s.n; n += at_once) {
      all.images = std::min<int64_t>(at_once, s.n - n);
      all.x = x + n * s.c * s.h * s.w;
      a.out = y + n * a.out_image;
      if (epilogue.addend != nullptr) a.epilogue.addend = epilogue.addend + n * a.out_image;
      for_each(CpuTarget{}, stream, "convolution_winograd_input", all.images * l.p_tiles, ShareTransforms{all});
      for_each(CpuTarget{}, stream, "convolution_winograd", l.k_tiles, all);
    }
    return;
  }
  // So many tiles of pieces at a time that their V stay in a thread's second cache, and the threads end together.
  const int64_t wanted = pieces(8 * thread_count(), s.n), least = pieces(l.p_tiles * l.panel(), kOwnPanels);
  all.blocks = std::min(l.p_tiles, std::max(least, std::min<int64_t>(wanted, pieces(l.p_tiles, 2))));
  all.block = pieces(l.p_tiles, all.blocks);
  all.blocks = pieces(l.p_tiles, all.block);
  for_each(CpuTarget{}, stream, "convolution_winograd", s.n * all.blocks, all);
}

}  // namespace striate
