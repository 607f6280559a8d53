// The kernel of tiled_product.h, which reads and writes through M (access.h), so that it can be observed.
#pragma once

#include "kernels/access.h"
#include "kernels/launch.h"
#include "kernels/matmul_kernel.h"
#include "kernels/tiled_gemm_kernel.h"
#include "kernels/tiled_product.h"

namespace striate {

// A thread owns 8 rows times 4 columns of the results. While it multiplies what lies in shared memory it waits for the
// next terms in registers. An operand lies there as it lies in memory, so that a warp writes 32 neighbors: a row of 32
// terms, or a term of 64 rows. Of both, threads read fours: a row's four terms, or a term's four rows.
// AT, BT: whether a's and b's terms are neighbors; Shifts: whether b's columns begin where g.b.shifts says.
template <class M, bool AT, bool BT, bool Shifts = false>
struct TiledProduct {
  static constexpr int threads = 128, kTile = 64, kTerms = 32, kLanes = 32, kWarps = threads / kLanes;
  static constexpr int kRows = 8, kColumns = 4;  // of a thread
  static constexpr int kAcross = kTile / kColumns, kDown = kTile / kRows;
  static constexpr int kAlong = kTile + 8;                // of a term's numbers: tf32.h reads four terms at once
  static constexpr int kPitch = kTerms + 4;               // eight rows' fours lie in different banks
  static constexpr int kEach = kTile * kTerms / threads;  // numbers of an operand that a thread brings
  static constexpr int64_t work = kInlineWork;
  using Value = typename M::Value;
  using Four = typename M::Four;
  using Fours = typename M::template Floats<4>;

  struct Shared {
    typename M::template Tile<AT ? kTile * kPitch : kTerms * kAlong> a;  // [row][term] or [term][row]
    typename M::template Tile<BT ? kTile * kPitch : kTerms * kAlong> b;
  };
  struct Sums {
    Fours of[kRows];
  };
  struct Next {
    Value a[kEach], b[kEach];
  };
  // Of a thread's next term, where terms are neighbors: which it is, where it stands, and where b's columns begin.
  struct Ahead {
    int term, image, line, place;
    int column[Shifts ? kEach : 1];
  };
  struct Tile {
    int64_t a, b, out;
    int first_row, first_column;
    int first_term, terms;  // from there on
  };

  TiledProductArguments g;
  MatmulAxes batch;
  int tiles_down, tiles_across, batches, parts;
  bool fours;  // results can be stored in fours

  static TiledProduct of(const TiledProductArguments& g) {
    TiledProduct kernel{};
    kernel.g = g;
    kernel.batch = MatmulAxes::of(g.batch, g.a_batch, g.b_batch);
    kernel.tiles_down = up(g.m, kTile), kernel.tiles_across = up(g.n, kTile);
    kernel.batches = static_cast<int>(g.batch.count());
    kernel.parts = g.parts();
    kernel.fours = !BT && !g.add && g.n % 4 == 0 && reinterpret_cast<uintptr_t>(g.out) % 16 == 0;
    return kernel;
  }
  int64_t blocks() const { return int64_t{tiles_down} * tiles_across * batches * g.pieces(); }
  Grid grid() const { return {static_cast<int>(blocks())}; }

  // Blocks beside each other have other rows of the same columns.
  HD Tile tile_of(int block) const {
    const int down = block % tiles_down, rest = block / tiles_down;
    const int across = rest % tiles_across, problem = rest / tiles_across;
    const int product = problem % batches, piece = problem / batches;
    const int first_image = piece / parts * g.images_per_piece, part = piece % parts;
    const int images = g.images - first_image < g.images_per_piece ? g.images - first_image : g.images_per_piece;
    Tile tile{};
    batch.place(product, tile.a, tile.b);
    tile.a += first_image * g.a.of_image + (AT ? down * kTile * g.a.apart : down * kTile);
    tile.b += first_image * g.b.of_image + (Shifts ? 0 : BT ? across * kTile * g.b.apart : across * kTile);
    tile.out = (int64_t{piece} * batches + product) * g.m * g.n;
    tile.first_row = down * kTile, tile.first_column = across * kTile;
    tile.first_term = part * g.terms_per_part;
    // The last piece may have no images for its last parts: then it has no terms.
    const int left = images * g.lines * g.places - tile.first_term;
    tile.terms = left < 0 ? 0 : left < g.terms_per_part ? left : g.terms_per_part;
    return tile;
  }

  HD static int row_of(int thread, int k) {
    const int mine = thread / kAcross;
    return AT ? mine + k * kDown : k / 4 * (kTile / 2) + mine * 4 + k % 4;
  }
  HD static int column_of(int thread, int i) {
    const int mine = thread % kAcross;
    return BT ? mine + i * kAcross : mine * 4 + i;
  }

  HD void settle(int term, Ahead& ahead) const {
    ahead.term = term;
    ahead.line = term / g.places, ahead.place = term - ahead.line * g.places;
    ahead.image = ahead.line / g.lines, ahead.line -= ahead.image * g.lines;
  }
  HD void look_ahead(const Tile& tile, int thread, Ahead& ahead) const {
    if constexpr (AT || BT) settle(tile.first_term + thread % kLanes, ahead);
    if constexpr (Shifts) {
      const typename M::Integers shifts = g.b.shifts;
      STRIATE_UNROLL
      for (int r = 0; r < kEach; ++r) {
        const int column = tile.first_column + thread / kLanes + r * kWarps;
        ahead.column[r] = shifts[column < g.n ? column : g.n - 1];
      }
    }
  }
  HD void go_on(Ahead& ahead) const {
    if constexpr (AT || BT) {
      ahead.term += kTerms, ahead.place += kTerms;
      if (ahead.place < g.places) return;
      const int lines = ahead.place / g.places;
      ahead.place -= lines * g.places, ahead.line += lines;
      if (ahead.line < g.lines) return;
      const int images = ahead.line / g.lines;
      ahead.line -= images * g.lines, ahead.image += images;
    }
  }

  // One operand's numbers of the next step, 0 where there are none: `rows` are left from the tile's first one on. What
  // follows a thread's first number stands at equal distances, or, of a column, where `column` says.
  template <bool Neighbors, bool AtColumns>
  HD static void fetch_one(const ProductOperand& o, typename M::In from, int rows, int thread, int first_term,
                           int last_term, const Ahead& ahead, Value (&to)[kEach]) {
    const int lane = thread % kLanes, warp = thread / kLanes;
    if constexpr (Neighbors) {
      const int left = ahead.term < last_term ? rows - warp : 0;
      typename M::In at = from + (ahead.image * o.of_image + ahead.line * o.of_line + ahead.place);
      if constexpr (!AtColumns) at = at + warp * o.apart;
      STRIATE_UNROLL
      for (int r = 0; r < kEach; ++r) {
        to[r] = M::template load_part<1>(AtColumns ? at + ahead.column[r] : at, left - r * kWarps)[0];
        if constexpr (!AtColumns) at += kWarps * o.apart;
      }
    } else {
      const int terms = last_term - first_term - warp;
      typename M::In at = from + ((first_term + warp) * o.apart + lane);
      STRIATE_UNROLL
      for (int r = 0; r < kEach; r += 2) {
        const int left = r / 2 * kWarps < terms ? rows - lane : 0;
        to[r] = M::template load_part<1>(at, left)[0];
        to[r + 1] = M::template load_part<1>(at + kLanes, left - kLanes)[0];
        at += kWarps * o.apart;
      }
    }
  }

  // Behind the last term b is -0: a's 0 times it is -0, which changes no sum, not even one of -0.
  HD void fetch(const Tile& tile, int thread, int first, const Ahead& ahead, Next& next) const {
    const int first_term = tile.first_term + first, last_term = tile.first_term + tile.terms;
    fetch_one<AT, false>(g.a, typename M::In(g.a.data) + tile.a, g.m - tile.first_row, thread, first_term, last_term,
                         ahead, next.a);
    fetch_one<BT, Shifts>(g.b, typename M::In(g.b.data) + tile.b, g.n - tile.first_column, thread, first_term,
                          last_term, ahead, next.b);
    STRIATE_UNROLL
    for (int r = 0; r < kEach; ++r) {
      const int term = BT ? ahead.term : first_term + thread / kLanes + r / 2 * kWarps;
      if (term >= last_term) next.b[r] = -0.0f;
    }
  }

  template <bool Neighbors>
  HD static int place_of(int thread, int r) {
    const int lane = thread % kLanes, warp = thread / kLanes;
    return Neighbors ? (warp + r * kWarps) * kPitch + lane : (warp + r / 2 * kWarps) * kAlong + lane + r % 2 * kLanes;
  }
  HD static void bring(Shared& shared, int thread, const Next& next) {
    STRIATE_UNROLL
    for (int r = 0; r < kEach; ++r) {
      shared.a[place_of<AT>(thread, r)] = next.a[r];
      shared.b[place_of<BT>(thread, r)] = next.b[r];
    }
  }

  HD void multiply(Shared& shared, int thread, Sums& sums) const {
    const int down = thread / kAcross, across = thread % kAcross;
#ifdef __CUDACC__
#pragma unroll Shifts ? 1 : 4
#endif
    for (int term = 0; term < kTerms; term += 4) {
      Fours row[4];
      Four b[4];
      STRIATE_UNROLL
      for (int i = 0; i < 4; ++i) {
        b[i] = BT ? M::four(shared.b, (across + i * kAcross) * kPitch + term)
                  : M::four(shared.b, (term + i) * kAlong + across * 4);
      }
      STRIATE_UNROLL
      for (int t = 0; t < 4; ++t) {
        const Four turned = {{b[0][t], b[1][t], b[2][t], b[3][t]}};
        row[t] = Fours::load(BT ? turned.values : b[t].values);
      }
      if constexpr (AT) {
        STRIATE_UNROLL
        for (int k = 0; k < kRows; ++k) {
          const Four a = M::four(shared.a, (down + k * kDown) * kPitch + term);
          STRIATE_UNROLL
          for (int t = 0; t < 4; ++t) sums.of[k] = fma(Fours::all(a[t]), row[t], sums.of[k]);
        }
      } else {
        STRIATE_UNROLL
        for (int t = 0; t < 4; ++t) {
          const int at = (term + t) * kAlong + down * 4;
          const Four a[2] = {M::four(shared.a, at), M::four(shared.a, at + kTile / 2)};
          STRIATE_UNROLL
          for (int k = 0; k < kRows; ++k) sums.of[k] = fma(Fours::all(a[k / 4][k % 4]), row[t], sums.of[k]);
        }
      }
    }
  }

  HD void end(const Tile& tile, int thread, const Sums& sums) const {
    const typename M::In bias = g.bias;
    const typename M::Out out = typename M::Out(g.out) + tile.out;
    STRIATE_UNROLL
    for (int k = 0; k < kRows; ++k) {
      const int row = tile.first_row + row_of(thread, k);
      if (M::when(row >= g.m)) continue;
      if (!BT && fours) {
        const int column = tile.first_column + column_of(thread, 0);
        Four values = {{sums.of[k][0], sums.of[k][1], sums.of[k][2], sums.of[k][3]}};
        if (M::when(column < g.n)) {
          if (g.bias != nullptr) {
            STRIATE_UNROLL
            for (int i = 0; i < kColumns; ++i) values.values[i] += bias[column + i];
          }
          M::put_four(out, int64_t{row} * g.n + column, values);
        }
        continue;
      }
      STRIATE_UNROLL
      for (int i = 0; i < kColumns; ++i) {
        const int column = tile.first_column + column_of(thread, i);
        if (M::when(column >= g.n)) continue;
        Value sum = sums.of[k][i];
        if (g.bias != nullptr) sum += bias[column];
        const typename M::Out to = out + (int64_t{row} * g.n + column);
        to[0] = g.add ? to[0] + sum : sum;
      }
    }
  }

  template <class B>
  HD void operator()(B block, Shared& shared) const {
    const Tile tile = tile_of(block.x);
    auto sums = block.template own<Sums>();
    auto ahead = block.template own<Ahead>();
    auto next = block.template own<Next>();
    block.phase([&](int thread) {
      look_ahead(tile, thread, ahead[thread]);
      fetch(tile, thread, 0, ahead[thread], next[thread]);
      go_on(ahead[thread]);
      bring(shared, thread, next[thread]);
      STRIATE_UNROLL
      for (int k = 0; k < kRows; ++k) sums[thread].of[k] = Fours::all(0.0f);
    });
    for (int first = kTerms; first < tile.terms; first += kTerms) {
      block.phase([&](int thread) {
        fetch(tile, thread, first, ahead[thread], next[thread]);
        go_on(ahead[thread]);
        ask_now();
        multiply(shared, thread, sums[thread]);
      });
      block.phase([&](int thread) { bring(shared, thread, next[thread]); });
    }
    block.phase([&](int thread) {
      multiply(shared, thread, sums[thread]);
      end(tile, thread, sums[thread]);
    });
  }
};

}  // namespace striate
