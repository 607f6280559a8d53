#include "engine/training/data/satellite.h"

#include <algorithm>
#include <cmath>

#include "engine/training/data/paint.h"

namespace striate {
namespace {

constexpr uint64_t kSatelliteSequence = uint64_t{0x5B} << 56;
constexpr int kSide = 64;

// What a painter works on: the tile, its random numbers, noise, and a turned coordinate system.
struct Ground {
  Random& random;
  Noise noise;
  float cosine, sine;
  std::vector<Color> tile = std::vector<Color>(kSide * kSide);

  explicit Ground(Random& r) : random(r), noise(r) {
    const float angle = r.between(0, 6.2831853f);
    cosine = std::cos(angle);
    sine = std::sin(angle);
  }
  Color& at(int x, int y) { return tile[static_cast<size_t>(y * kSide + x)]; }
  float u(int x, int y) const { return cosine * (static_cast<float>(x) - 32) + sine * (static_cast<float>(y) - 32); }
  float v(int x, int y) const { return cosine * (static_cast<float>(y) - 32) - sine * (static_cast<float>(x) - 32); }
  float smooth(int x, int y, float size, int layers = 3) const {
    return noise.layers(static_cast<float>(x) / size, static_cast<float>(y) / size, layers);
  }
  // Calls paint(x, y) -> Color for every pixel.
  template <typename F>
  void paint(const F& f) {
    for (int y = 0; y < kSide; ++y)
      for (int x = 0; x < kSide; ++x) at(x, y) = f(x, y);
  }
};

float soft_step(float edge, float width, float value) { return std::clamp((value - edge) / width + 0.5f, 0.0f, 1.0f); }

void sea(Ground& g) {
  const Color deep = hsv(g.random.between(0.48f, 0.62f), g.random.between(0.4f, 0.85f), g.random.between(0.12f, 0.4f));
  const Color shallow = mix(deep, hsv(g.random.between(0.44f, 0.54f), 0.5f, 0.5f), g.random.between(0, 0.6f));
  const float waves = g.random.between(0.5f, 1.4f), height = g.random.between(0.01f, 0.06f);
  g.paint([&](int x, int y) {
    const float bend = 6 * g.smooth(x, y, 20);
    const float wave = height * std::sin(waves * (g.u(x, y) + bend)) + height * (g.smooth(x, y, 2, 2) - 0.5f);
    const Color c = mix(deep, shallow, g.smooth(x, y, 45));
    return Color{c.r + wave, c.g + wave, c.b + wave};
  });
}

void forest(Ground& g) {
  const Color dark = hsv(g.random.between(0.24f, 0.40f), g.random.between(0.3f, 0.7f), g.random.between(0.10f, 0.22f));
  const Color light = hsv(g.random.between(0.20f, 0.36f), g.random.between(0.25f, 0.6f), g.random.between(0.28f, 0.5f));
  const float crown = g.random.between(1.8f, 4.5f);
  g.paint([&](int x, int y) {
    // Crowns: bright towards the light, with a shadow on the other side.
    const float here = g.smooth(x, y, crown, 2), there = g.smooth(x + 1, y + 1, crown, 2);
    const float t = 0.15f + 0.6f * g.smooth(x, y, crown * 6) * here + 2.2f * (here - there);
    return mix(dark, light, std::clamp(t, 0.0f, 1.2f));
  });
}

// A patchwork of parcels with rows; what `field` is and what surrounds rivers and roads.
void parcels(Ground& g, float size) {
  struct Parcel {
    Color color;
    float rows, spacing;
    bool across;
  };
  std::vector<Parcel> all;
  for (int i = 0; i < 64; ++i) {
    const float kind = g.random.unit();
    Color c =
        kind < 0.5f   ? hsv(g.random.between(0.2f, 0.36f), g.random.between(0.3f, 0.7f), g.random.between(0.3f, 0.6f))
        : kind < 0.8f ? hsv(g.random.between(0.1f, 0.17f), g.random.between(0.3f, 0.6f), g.random.between(0.5f, 0.8f))
                      : hsv(g.random.between(0.04f, 0.1f), g.random.between(0.3f, 0.5f), g.random.between(0.3f, 0.5f));
    all.push_back({c, g.random.between(0, 0.09f), g.random.between(1.2f, 3), g.random.unit() < 0.5f});
  }
  const float stretch = g.random.between(0.5f, 2);
  const float off_u = g.random.between(0, 64), off_v = g.random.between(0, 64);
  g.paint([&](int x, int y) {
    const float u = g.u(x, y) + off_u + 128, v = g.v(x, y) + off_v + 128;
    const int column = static_cast<int>(u / size);
    // Neighboring columns are cut at other places.
    const float shifted = v + static_cast<float>(column * 37 % 29);
    const int row = static_cast<int>(shifted / (size * stretch));
    const Parcel& p = all[static_cast<size_t>((column * 13 + row * 7) & 63)];
    const float edge =
        std::min(u - static_cast<float>(column) * size, shifted - static_cast<float>(row) * size * stretch);
    const float line = p.rows * std::sin(2 * 3.14159265f * (p.across ? u : v) / p.spacing);
    const float grain = 0.08f * (g.smooth(x, y, 3) - 0.5f) + line;
    const Color c = edge < 1 ? scaled(p.color, 0.7f) : p.color;
    return Color{c.r + grain, c.g + grain, c.b + grain * 0.7f};
  });
}

void field(Ground& g) { parcels(g, g.random.between(16, 60)); }

void desert(Ground& g) {
  const Color sand = hsv(g.random.between(0.06f, 0.13f), g.random.between(0.2f, 0.5f), g.random.between(0.6f, 0.9f));
  const float dune = g.random.between(3, 14), strength = g.random.between(0.02f, 0.22f);
  g.paint([&](int x, int y) {
    const float bend = dune * 3 * g.smooth(x, y, 24);
    const float phase = (g.u(x, y) + bend) / dune;
    const float saw = phase - std::floor(phase);  // a long slope in the sun, a short one in the shade
    const float light = strength * (saw < 0.75f ? saw / 0.75f - 0.6f : -1.2f * (saw - 0.75f));
    const float grain = 0.06f * (g.smooth(x, y, 2, 2) - 0.5f) + 0.12f * (g.smooth(x, y, 30) - 0.5f);
    return Color{sand.r + light + grain, sand.g + light + grain, sand.b + light * 0.8f + grain};
  });
}

void snow(Ground& g) {
  const Color rock = hsv(g.random.between(0.05f, 0.65f), g.random.between(0, 0.2f), g.random.between(0.2f, 0.4f));
  const float bare = g.random.between(0.0f, 0.42f), relief = g.random.between(1, 7), size = g.random.between(10, 26);
  g.paint([&](int x, int y) {
    const float here = g.smooth(x, y, size, 4), slope = here - g.smooth(x + 1, y + 1, size, 4);
    const float light = std::clamp(0.9f + relief * slope, 0.45f, 1.0f);
    const Color white = {light * 0.97f, light * 0.98f, std::min(1.0f, light * 1.0f + 0.03f)};
    return mix(white, rock, soft_step(1 - bare, 0.08f, here + 3 * std::abs(slope)));
  });
}

void river(Ground& g) {
  if (g.random.unit() < 0.5f) {
    forest(g);
  } else {
    parcels(g, g.random.between(16, 40));
  }
  const Color water = hsv(g.random.between(0.40f, 0.62f), g.random.between(0.15f, 0.6f), g.random.between(0.2f, 0.5f));
  const float half = g.random.between(4, 12), swing = g.random.between(2, 14), length = g.random.between(20, 60);
  const float phase = g.random.between(0, 6.2831853f), bank = g.random.between(0, 3);
  const Color sand = hsv(0.1f, 0.25f, g.random.between(0.5f, 0.75f));
  for (int y = 0; y < kSide; ++y) {
    for (int x = 0; x < kSide; ++x) {
      const float middle = swing * std::sin(g.u(x, y) * 6.2831853f / length + phase) + 6 * (g.smooth(x, y, 16) - 0.5f);
      const float away = std::abs(g.v(x, y) - middle);
      const float grain = 0.04f * (g.smooth(x, y, 2, 2) - 0.5f);
      const Color wet = {water.r + grain, water.g + grain, water.b + grain};
      Color& c = g.at(x, y);
      c = mix(c, sand, 0.7f * (1 - soft_step(half + bank, 1.5f, away)));
      c = mix(wet, c, soft_step(half, 1.5f, away));
    }
  }
}

struct Roof {
  float u, v, half_u, half_v;
  Color color;
};

// Ground with roads in a turned grid, then roofs with their shadows.
void build(Ground& g, Color ground, Color road, float block_u, float block_v, float road_half,
           const std::vector<Roof>& roofs, float shadow) {
  const float off_u = g.random.between(0, block_u), off_v = g.random.between(0, block_v);
  const auto to_line = [](float value, float block) {
    const float rest = std::fmod(value + 1024 * block, block);
    return std::min(rest, block - rest);
  };
  g.paint([&](int x, int y) {
    const float near = std::min(to_line(g.u(x, y) + off_u, block_u), to_line(g.v(x, y) + off_v, block_v));
    const float grain = 0.22f * (g.smooth(x, y, 4) - 0.5f);
    const Color soil = {ground.r + grain, ground.g + grain, ground.b + grain};
    return mix(road, soil, soft_step(road_half, 1, near));
  });
  for (int y = 0; y < kSide; ++y) {
    for (int x = 0; x < kSide; ++x) {
      const float u = g.u(x, y), v = g.v(x, y);
      for (const Roof& roof : roofs) {
        const float du = u - (roof.u - off_u), dv = v - (roof.v - off_v);
        const float inside = std::max(std::abs(du) - roof.half_u, std::abs(dv) - roof.half_v);
        const float shade = std::max(std::abs(du - shadow) - roof.half_u, std::abs(dv - shadow) - roof.half_v);
        Color& c = g.at(x, y);
        if (inside > 0.5f && shade < 0) c = scaled(c, 0.55f);
        // Two sides of a roof, one in the light.
        const Color side = scaled(roof.color, dv > 0 ? 0.84f : 1.0f);
        c = mix(side, c, soft_step(0, 1, inside));
      }
    }
  }
}

void residential(Ground& g) {
  const float block_u = g.random.between(14, 24), block_v = g.random.between(26, 44), road = g.random.between(1, 2.2f);
  const float hue = g.random.unit() < 0.6f ? g.random.between(0.0f, 0.07f) : g.random.between(0.55f, 0.65f);
  const float strong = g.random.between(0.1f, 0.5f), step = g.random.between(6.5f, 9);
  std::vector<Roof> roofs;
  for (float u = -4 * block_u; u < 5 * block_u; u += block_u)
    for (float v = -3 * block_v; v < 4 * block_v; v += block_v)
      for (float row = road + 4; row < block_v - road - 3; row += step)
        for (const float side : {0.28f, 0.72f}) {
          if (g.random.unit() < 0.12f) continue;
          const float value = g.random.between(0.4f, 0.75f);
          roofs.push_back({u + block_u * side + g.random.between(-0.8f, 0.8f), v + row + g.random.between(-0.8f, 0.8f),
                           g.random.between(1.8f, 3.0f), g.random.between(1.8f, 3.2f),
                           hsv(hue, strong * g.random.between(0.6f, 1.3f), value)});
        }
  const Color garden =
      hsv(g.random.between(0.18f, 0.35f), g.random.between(0.2f, 0.5f), g.random.between(0.28f, 0.45f));
  const float gray = g.random.between(0.4f, 0.62f);
  build(g, garden, {gray, gray, gray}, block_u, block_v, road, roofs, g.random.between(0.8f, 1.8f));
}

void industry(Ground& g) {
  const float block_u = g.random.between(28, 44), block_v = g.random.between(30, 56), road = g.random.between(2, 4);
  std::vector<Roof> roofs;
  for (float u = -3 * block_u; u < 4 * block_u; u += block_u)
    for (float v = -3 * block_v; v < 4 * block_v; v += block_v) {
      const bool blue = g.random.unit() < 0.3f;
      const Color roof =
          hsv(blue ? 0.58f : g.random.unit(), blue ? g.random.between(0.3f, 0.6f) : g.random.between(0, 0.1f),
              g.random.between(0.5f, 0.98f));
      if (g.random.unit() < 0.2f) {
        // A car park: rows of small bright and dark cars.
        for (float cu = road + 3; cu < block_u - road - 2; cu += 5)
          for (float cv = road + 3; cv < block_v - road - 2; cv += 2.2f)
            if (g.random.unit() < 0.75f)
              roofs.push_back({u + cu, v + cv, 1.3f, 0.6f,
                               hsv(g.random.unit(), g.random.between(0, 0.5f), g.random.between(0.2f, 1))});
        continue;
      }
      const float half_u = (block_u - 2 * road) * g.random.between(0.3f, 0.45f);
      const float half_v = (block_v - 2 * road) * g.random.between(0.3f, 0.45f);
      roofs.push_back({u + block_u / 2, v + block_v / 2, half_u, half_v, roof});
      for (int i = 0; i < 4; ++i)
        roofs.push_back({u + block_u / 2 + g.random.between(-0.7f, 0.7f) * half_u,
                         v + block_v / 2 + g.random.between(-0.7f, 0.7f) * half_v, 0.9f, g.random.between(0.9f, 3),
                         scaled(roof, g.random.between(0.6f, 1.15f))});
    }
  const float yard = g.random.between(0.3f, 0.55f), gray = g.random.between(0.25f, 0.45f);
  build(g, {yard, yard, yard * g.random.between(0.85f, 1)}, {gray, gray, gray}, block_u, block_v, road, roofs,
        g.random.between(1, 2.5f));
}

struct Cover {
  const char* name;
  void (*paint)(Ground& ground);
};
constexpr Cover kCovers[] = {{"desert", desert},           {"field", field}, {"forest", forest}, {"industry", industry},
                             {"residential", residential}, {"river", river}, {"sea", sea},       {"snow", snow}};

std::vector<std::string> names() {
  std::vector<std::string> all;
  for (const Cover& cover : kCovers) all.push_back(cover.name);
  return all;
}

}  // namespace

Satellite::Satellite(int64_t size, uint64_t seed)
    : DrawnDataset("satellite", Shape{3, kSide, kSide}, names(), size, seed) {}

void Satellite::draw(int64_t index, int label, float* pixels) const {
  Random random(seed(), kSatelliteSequence + static_cast<uint64_t>(index));
  Ground ground(random);
  kCovers[label].paint(ground);
  // The air between: light, haze, and a camera's grain.
  const float light = random.between(0.8f, 1.15f), haze = random.between(0, 0.12f),
              grain = random.between(0.005f, 0.025f);
  for (int y = 0; y < kSide; ++y) {
    for (int x = 0; x < kSide; ++x) {
      const Color c = mix(scaled(ground.at(x, y), light), {0.72f, 0.76f, 0.80f}, haze);
      const float n = grain * static_cast<float>(random.normal());
      put(pixels, kSide, x, y, {c.r + n, c.g + n, c.b + n});
    }
  }
}

}  // namespace striate
