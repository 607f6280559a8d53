#include "kernels/panel_gemm.h"

#include <algorithm>
#include <cstring>

#include "kernels/launch.h"
#include "kernels/panel_math.h"

namespace striate {

namespace {

using namespace panels;

constexpr int64_t kNearPanel = 6144;  // floats of one that stays in the first
constexpr int64_t kTogether = 128;    // channels that are laid out together
constexpr int64_t kChunk = 512;       // terms of shared panels at a time

// Floats of a stretch of a row with what its kernel reads beside it.
int64_t row_floats(const PanelPlan& plan, const PaddedPicture& picture) {
  return plan.positions_of_tile() + (picture.s - 1) * picture.dilation_x;
}

// Weights of one tile: `outputs` of them from (outputs, j) to (j, tile), 0 beyond.
void pack_tile(const float* from, int outputs, int64_t j, int tile, float* to) {
  for (int first = 0; first < tile; first += W) {
    const int wide = std::min(W, tile - first);
    for (int64_t term = 0; term < j; term += W) {
      const auto here = static_cast<int>(std::min<int64_t>(W, j - term));
      Floats rows[W];
      for (int k = 0; k < W; ++k) {
        const bool inside = first + k < outputs;
        const float* const row = from + (inside ? first + k : 0) * j + term;
        if (inside) __builtin_prefetch(row + 4 * W);
        rows[k] = inside ? load_part<W>(row, here) : Floats::all(0);
      }
      transpose(rows);
      float* const place = to + term * tile + first;
      for (int t = 0; t < here; ++t) store_part(rows[t], place + t * tile, 0, wide);
    }
  }
}

struct PackTiles {
  static constexpr int64_t work = kInlineWork;
  const float* weights;
  float* packed;
  int k, tile;
  int64_t j, tiles;
  void operator()(int64_t index) const {
    const int64_t group = index / tiles;
    const int first = static_cast<int>(index % tiles) * tile;
    pack_tile(weights + (group * k + first) * j, std::min(tile, k - first), j, tile, packed + index * j * tile);
  }
};

// A stretch of a tile's positions in one row: places to .. to+count-1 of the tile are columns column .. of row `row`.
struct Segment {
  int to, count;
  int64_t image, row, column;
};

// Everything that one launch knows.
struct Panels : PanelWriter {
  static constexpr int64_t work = kInlineWork;
  PaddedPicture picture;
  PanelPlan plan;
  TileSums sums;
  int64_t positions;  // stored ones of an image's plane
  int64_t flat = 1;   // small planes: so many images count as one, whose positions are theirs one after the other
  int64_t p_tiles, k_tiles;
  int64_t block, blocks;  // tiles of positions that an index takes together, and how many such there are
  int64_t parts;          // into which the tiles of outputs are cut
  float* shared;          // panels of the image (groups, p_tiles, j, positions of a tile), or null: each thread its own

  // Floats of a panel's terms 0 .. j-1, whole channels where rows are laid out.
  int64_t panel(int64_t j) const {
    return plan.rows ? j / picture.s * row_floats(plan, picture) : j * plan.positions_of_tile();
  }
  int64_t panel() const { return panel(a.j); }
  PanelPositions positions_of(int64_t p) const {
    const int tile = plan.positions_of_tile();
    if (!plan.rows) return {p * tile, static_cast<int>(std::min<int64_t>(tile, flat * positions - p * tile))};
    const int64_t in_row = pieces(a.valid, tile), column = p % in_row * tile;
    return {p / in_row * a.valid + column, static_cast<int>(std::min<int64_t>(tile, a.valid - column))};
  }

  // Terms begin .. end-1 of the panel of tile `p` of positions.
  void pack_positions(int64_t image, int64_t group, int64_t p, int64_t begin, int64_t end, float* to) const {
    if (plan.rows) return pack_rows(image, group, p, begin, end, to);
    const int tile = plan.positions_of_tile();
    const auto [first, count] = positions_of(p);
    if (count < tile) std::memset(to, 0, sizeof(float) * static_cast<size_t>((end - begin) * tile));
    Segment segments[kMostPacks * W + kMostBroadcast];
    int n = 0;
    for (int done = 0; done < count; ++n) {
      const int64_t within = (first + done) % positions, row = within / a.valid, column = within % a.valid;
      const int here = static_cast<int>(std::min({a.valid - column, int64_t{count - done}, int64_t{W}}));
      segments[n] = {done, here, (first + done) / positions, row, column};
      done += here;
    }
    // Some terms of one segment, then of the next: their lines stay in the nearest cache.
    const float* const x = a.x + image * a.x_image + group * a.x_group;
    for (int64_t next = begin; begin < end; begin = next) {
      next = std::min(end, begin + kTogether * taps());
      for (int i = 0; i < n; ++i) {
        copy_segment(x + segments[i].image * a.x_image, segments[i], begin, next, to + segments[i].to);
      }
      to += (next - begin) * tile;
    }
  }
  // The same where a tile is a stretch of a row: rows of the channels of these terms, one after the other.
  void pack_rows(int64_t image, int64_t group, int64_t p, int64_t begin, int64_t end, float* to) const {
    const int64_t first = positions_of(p).first, floats = row_floats(plan, picture),
                  plane = int64_t{picture.h} * picture.w;
    const int64_t top = first / a.valid - picture.pad_top, left = first % a.valid - picture.pad_left;
    const float* const x = a.x + image * a.x_image + group * a.x_group + begin / taps() * plane;
    for (int64_t r = 0; r < picture.r; ++r) {
      const int64_t row = top + r * picture.dilation_y;
      const bool inside = row >= 0 && row < picture.h;
      for (int64_t i = 0; i < floats; i += W) {
        const int here = static_cast<int>(std::min<int64_t>(W, floats - i));
        const auto lane = [&](int64_t at) { return static_cast<int>(std::clamp<int64_t>(at, 0, here)); };
        const int from_lane = lane(-left - i),
                  to_lane = inside ? std::max(from_lane, lane(picture.w - left - i)) : from_lane;
        const float* from = x + (inside ? row * picture.w + left + i : 0);
        float* place = to + r * floats + i;
        for (int64_t term = begin; term < end; term += taps(), from += plane, place += picture.r * floats) {
          copy_lanes(from, from_lane, to_lane, here, place);
        }
      }
    }
  }
  int taps() const { return picture.h > 0 ? picture.r * picture.s : 1; }
  void copy_segment(const float* x, const Segment& segment, int64_t begin, int64_t end, float* to) const {
    const int64_t tile = plan.positions_of_tile();
    if (picture.h == 0) {
      x += segment.row * a.pitch + segment.column;
      for (; begin < end; ++begin, to += tile) {
        const float* const from = x + a.offsets[begin];
        __builtin_prefetch(from + tile, 0, 2);  // the next tile of positions
        copy_lanes(from, 0, segment.count, segment.count, to);
      }
      return;
    }
    // One tap of all channels, then the next: what of it lies outside is the same for all.
    const int64_t plane = int64_t{picture.h} * picture.w, all_taps = taps();
    x += begin / all_taps * plane;
    for (int64_t tap = 0; tap < all_taps; ++tap) {
      const int64_t row = segment.row - picture.pad_top + tap / picture.s * picture.dilation_y;
      const int64_t column = segment.column - picture.pad_left + tap % picture.s * picture.dilation_x;
      const bool inside = row >= 0 && row < picture.h;
      const auto lane = [&](int64_t at) { return static_cast<int>(std::clamp<int64_t>(at, 0, segment.count)); };
      const int first = lane(-column), last = inside ? std::max(first, lane(picture.w - column)) : first;
      const float* from = x + (inside ? row * picture.w + column : 0);
      float* place = to + tap * tile;
      for (int64_t term = begin; term < end; term += all_taps, from += plane, place += all_taps * tile) {
        copy_lanes(from, first, last, segment.count, place);
      }
    }
  }
  // to[i] = from[i] for first <= i < last, 0 for the others of 0 .. count-1.
  static void copy_lanes(const float* from, int first, int last, int count, float* to) {
    if (W == 16 || (first == 0 && last == W)) return store_part(load_between<W>(from, first, last), to, 0, count);
    for (int i = 0; i < count; ++i) to[i] = i >= first && i < last ? from[i] : 0.0f;
  }

  // Adds `terms` terms to the sums of one tile of outputs at one tile of positions.
  void add(int64_t terms, const float* weights, const float* panel, const float* start, Ahead ahead, float* sum) const {
    sums(plan.outputs ? panel : weights, a.offsets, plan.outputs ? weights : panel, terms, start, ahead, sum);
  }

  // Writes them where all terms are in: of each image its own.
  void finish(int64_t image, const PanelOutputs& k, int64_t p_tile, const float* sum) const {
    const PanelPositions all = positions_of(p_tile);
    for (int done = 0; done < all.count;) {
      const int64_t first = (all.first + done) % positions;
      const auto here = static_cast<int>(std::min(positions - first, int64_t{all.count - done}));
      const int64_t of = image + (all.first + done) / positions;
      if (plan.outputs) {
        turn_and_write(of, k, {first, here}, sum + done * plan.lanes(), plan.packs);
      } else {
        write(of, k, 0, k.count, {first, here}, sum + done, plan.lanes());
      }
      done += here;
    }
  }

  // Terms at a time, about `most`, whole channels.
  int64_t chunk_of(int64_t most) const {
    return pieces(pieces(a.j, pieces(a.j, std::max<int64_t>(1, most))), taps()) * taps();
  }

  // From shared panels: a weight passes once, for some terms of all positions, then for the next terms.
  void from_shared(int64_t image, int64_t group, int64_t k_tile, const float* panels) const {
    const int64_t wide = plan.outputs_of_tile();
    const float* weights = nullptr;
    if (a.rows == nullptr) {
      weights = a.weights + (group * k_tiles + k_tile) * wide * a.j;
    } else {
      auto* own = static_cast<float*>(thread_scratch(2, sizeof(float) * static_cast<size_t>(wide * a.j)));
      const float* const from = a.rows + (group * a.k + k_tile * wide) * a.j;
      pack_tile(from, static_cast<int>(std::min(wide, a.k - k_tile * wide)), a.j, static_cast<int>(wide), own);
      weights = own;
    }
    const bool last = a.rows != nullptr || (k_tile + 1 == k_tiles && group + 1 == a.groups);
    const PanelOutputs k = outputs(group, k_tile, plan.outputs_of_tile());
    auto* all =
        static_cast<float*>(thread_scratch(1, sizeof(float) * static_cast<size_t>((p_tiles * kMostSums + 1) * W)));
    const int64_t chunk = chunk_of(kChunk);
    const int64_t step = pieces(wide, p_tiles);  // of what is read ahead, a share with each tile of positions
    for (int64_t begin = 0; begin < a.j; begin += chunk) {
      const int64_t terms = std::min<int64_t>(chunk, a.j - begin);
      const float* const here = weights + begin * wide;
      const float* const next = last && begin + terms == a.j ? here : here + terms * wide;
      for (int64_t p = 0; p < p_tiles; ++p) {
        float* const sum = all + p * kMostSums * W;
        add(terms, here, panels + p * panel() + panel(begin), begin == 0 ? k.bias : nullptr,
            {next + p * step * terms, step}, sum);
        if (begin + terms == a.j) finish(image, k, p, sum);
      }
    }
  }

  // From panels of this thread's own, some terms at a time, which stay in its caches.
  void from_own(int64_t image, int64_t group, int64_t first_p, int64_t last_p, int64_t first_k, int64_t last_k) const {
    const int64_t wide = plan.outputs_of_tile(), count = last_p - first_p;
    const int64_t chunk = chunk_of(kNearPanel * a.j / panel());
    auto* panels = static_cast<float*>(thread_scratch(3, sizeof(float) * static_cast<size_t>(count * panel(chunk))));
    auto* all = static_cast<float*>(
        thread_scratch(1, sizeof(float) * static_cast<size_t>(((last_k - first_k) * count * kMostSums + 1) * W)));
    const int64_t step = pieces(wide, count);
    for (int64_t begin = 0; begin < a.j; begin += chunk) {
      const int64_t terms = std::min<int64_t>(chunk, a.j - begin);
      for (int64_t p = 0; p < count; ++p) {
        pack_positions(image, group, first_p + p, begin, begin + terms, panels + p * panel(chunk));
      }
      for (int64_t k_tile = first_k; k_tile < last_k; ++k_tile) {
        const float* const weights = a.weights + ((group * k_tiles + k_tile) * a.j + begin) * wide;
        const float* const next = k_tile + 1 < last_k ? weights + a.j * wide : weights;
        const PanelOutputs k = outputs(group, k_tile, plan.outputs_of_tile());
        for (int64_t p = 0; p < count; ++p) {
          float* const sum = all + ((k_tile - first_k) * count + p) * kMostSums * W;
          add(terms, weights, panels + p * panel(chunk), begin == 0 ? k.bias : nullptr, {next + p * step * terms, step},
              sum);
          if (begin + terms == a.j) finish(image, k, first_p + p, sum);
        }
      }
    }
  }

  void operator()(int64_t index) const {
    const int64_t part = index % parts, here = index / parts % blocks;
    const int64_t group = index / parts / blocks % a.groups, image = index / parts / blocks / a.groups;
    if (shared != nullptr)
      return from_shared(image, group, part, shared + (image * a.groups + group) * p_tiles * panel());
    from_own(image, group, here * block, std::min(p_tiles, (here + 1) * block), k_tiles * part / parts,
             k_tiles * (part + 1) / parts);
  }
};

// Lays out the panels of images, one tile per index.
struct ShareTiles {
  static constexpr int64_t work = kInlineWork / 2;
  Panels all;
  void operator()(int64_t index) const {
    const int64_t p = index % all.p_tiles, group = index / all.p_tiles % all.a.groups;
    const int64_t image = index / all.p_tiles / all.a.groups;
    all.pack_positions(image, group, p, 0, all.a.j, all.shared + index * all.panel());
  }
};

}  // namespace

int PanelPlan::lanes() const { return packs * W; }
int64_t PanelPlan::weights(int groups, int k, int64_t j) const {
  return groups * pieces(k, outputs_of_tile()) * outputs_of_tile() * j;
}
int64_t most_packed_weights(int groups, int k, int64_t j) { return groups * (int64_t{k} + kMostPacks * W) * j; }
int64_t images_shared_at_once(const PanelPlan& plan, int64_t images) {
  return plan.shared ? std::max<int64_t>(1, std::min(images, kPanels / plan.panels)) : 0;
}

PanelPlan panel_plan(int groups, int k, int64_t j, int64_t rows, int64_t valid, const PaddedPicture& picture) {
  PanelPlan best;
  const int64_t positions = rows * valid;
  if (k < 16 || j < 12 || positions * k * j < (1 << 19)) return best;
  double least = -1;
  int64_t panels = 0;
  const auto consider = [&](const PanelPlan& plan) {
    const int64_t tile = plan.positions_of_tile(),
                  p_tiles = plan.rows ? rows * pieces(valid, tile) : pieces(positions, tile);
    const auto k_tiles = static_cast<double>(pieces(k, plan.outputs_of_tile()));
    // Cycles: two multiply-adds or two loads at once; a stretch that is copied takes five.
    const double multiply = plan.broadcast * plan.packs / 2.0, load = (plan.broadcast + plan.packs) / 2.0;
    const double term = 0.5 + std::max(multiply, load);
    const double write = plan.outputs ? plan.packs * (6.0 * W) : 2.0 * plan.broadcast * plan.packs;
    const auto cut = static_cast<double>(tile) / static_cast<double>(valid);
    const double copies = plan.rows ? static_cast<double>(pieces(row_floats(plan, picture), W)) / picture.s
                                    : static_cast<double>(pieces(tile, W)) + cut;
    const double cost = static_cast<double>(p_tiles) *
                        (k_tiles * (static_cast<double>(j) * term + write + 40) + static_cast<double>(j) * 5 * copies);
    if (least >= 0 && cost >= least) return;
    least = cost;
    best = plan;
    panels = p_tiles * (plan.rows ? j / picture.s * row_floats(plan, picture) : j * tile);
  };
  for (const Tile tile : kTiles) {
    PanelPlan plan;
    plan.broadcast = tile.broadcast, plan.packs = tile.packs;
    consider(plan);
    plan.outputs = true;
    consider(plan);
    plan.rows = true;
    if (picture.h > 0 && picture.s > 1) consider(plan);
  }
  // Few outputs of a 1x1 convolution don't pay for the panels: implicit_gemm() reads x where it lies, fastest where
  // planes begin at a line of the cache (measured).
  const double direct =
      static_cast<double>(std::max<int64_t>(positions, W) * k * j) / (2.0 * W) * (positions % W == 0 ? 1.3 : 1.8);
  if (picture.h == 0 && direct < least) return PanelPlan();
  best.used = true;
  best.shared = groups * panels <= kPanels && k * j >= 1 << 16;
  best.panels = best.shared ? groups * panels : 0;
  return best;
}

void panel_row_offsets(const PanelPlan& plan, const PaddedPicture& picture, int64_t j, int32_t* offsets) {
  const auto floats = static_cast<int32_t>(row_floats(plan, picture));
  for (int64_t row = 0; row < j / picture.s; ++row) {
    for (int s = 0; s < picture.s; ++s) *offsets++ = static_cast<int32_t>(row) * floats + s * picture.dilation_x;
  }
}

void pack_panels(Stream& stream, const PanelPlan& plan, int groups, int k, int64_t j, const float* weights,
                 float* packed) {
  const int tile = plan.outputs_of_tile();
  const int64_t tiles = pieces(k, tile);
  for_each(CpuTarget{}, stream, "convolution_pack_panels", groups * tiles,
           PackTiles{weights, packed, k, tile, j, tiles});
}

void panel_gemm(Stream& stream, const char* name, const PanelPlan& plan, const ImplicitGemmArguments& a,
                const PaddedPicture& picture, float* shared) {
  Panels all{};
  all.a = a, all.picture = picture, all.plan = plan;
  const Side side = !plan.outputs ? Side::positions : (plan.rows ? Side::outputs_and_table : Side::outputs);
  all.sums = tile_sums_of(plan.broadcast, plan.packs, side);
  all.positions = ((a.length - a.valid) / a.pitch + 1) * a.valid;
  const int64_t tile = plan.positions_of_tile();
  // Small planes fill tiles together.
  const bool joins = !plan.rows && a.images > 1 && all.positions % tile != 0 && all.positions < 2 * tile;
  const auto join = [&](int64_t images) {
    all.flat = joins ? images : 1;
    all.p_tiles = plan.rows ? all.positions / a.valid * pieces(a.valid, tile) : pieces(all.flat * all.positions, tile);
    return joins ? 1 : images;
  };
  all.k_tiles = pieces(a.k, plan.outputs_of_tile());
  const int64_t threads = thread_count();
  if (plan.shared) {
    // Weights pass once through each thread, over all positions of some images.
    const int64_t at_once = images_shared_at_once(plan, a.images);
    all.blocks = 1, all.parts = all.k_tiles, all.shared = shared;
    for (int64_t n = 0; n < a.images; n += at_once) {
      const int64_t images = join(std::min(at_once, a.images - n));
      all.a.x = a.x + n * a.x_image, all.a.out = a.out + n * a.out_image;
      if (a.epilogue.addend != nullptr) all.a.epilogue.addend = a.epilogue.addend + n * a.out_image;
      for_each(CpuTarget{}, stream, "convolution_panels", images * a.groups * all.p_tiles, ShareTiles{all});
      for_each(CpuTarget{}, stream, name, images * a.groups * all.parts, all);
    }
    return;
  }
  // Each thread lays out the positions of its block. Weights that don't stay in the second cache should pass through
  // few times: so large blocks, as many as there are threads; else so many that the threads end together.
  const bool large = int64_t{a.k} * a.j > kPanels / 2;
  const int64_t images = join(a.images);
  const int64_t wanted = pieces(large ? threads : 8 * threads, images * a.groups);
  const int64_t least = pieces(all.p_tiles, std::max<int64_t>(1, kPanels / all.panel()));
  all.blocks = std::min(all.p_tiles, pieces(std::max(least, wanted), wanted) * wanted);
  all.block = pieces(all.p_tiles, all.blocks);
  all.blocks = pieces(all.p_tiles, all.block);
  all.parts = all.blocks < wanted ? std::min<int64_t>(2, all.k_tiles) : 1;
  for_each(CpuTarget{}, stream, name, images * a.groups * all.blocks * all.parts, all);
}

}  // namespace striate
