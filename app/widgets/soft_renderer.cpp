#include "app/widgets/soft_renderer.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace striate {
namespace {

struct Rgba {
  float r = 0, g = 0, b = 0, a = 0;  // 0..1
};

Rgba unpack(uint32_t color) {
  const auto part = [&](int shift) { return static_cast<float>(color >> shift & 255) / 255; };
  return {part(0), part(8), part(16), part(24)};
}

Rgba mix(const Rgba& a, const Rgba& b, float t) {
  return {a.r + (b.r - a.r) * t, a.g + (b.g - a.g) * t, a.b + (b.b - a.b) * t, a.a + (b.a - a.a) * t};
}

// Between four texels, as GL_LINEAR; at the edges the edge.
Rgba sample(const SoftTextures::Texture& texture, float u, float v) {
  const float x = u * static_cast<float>(texture.width) - 0.5f, y = v * static_cast<float>(texture.height) - 0.5f;
  const float fx = std::floor(x), fy = std::floor(y);
  const auto at = [&](float column, float row) {
    const int c = std::clamp(static_cast<int>(column), 0, texture.width - 1);
    const int r = std::clamp(static_cast<int>(row), 0, texture.height - 1);
    return unpack(texture.texels[static_cast<size_t>(r) * static_cast<size_t>(texture.width) + static_cast<size_t>(c)]);
  };
  return mix(mix(at(fx, fy), at(fx + 1, fy), x - fx), mix(at(fx, fy + 1), at(fx + 1, fy + 1), x - fx), y - fy);
}

struct Corner {
  double x = 0, y = 0;
  float u = 0, v = 0;
  Rgba color;
};

struct Clip {
  int left = 0, top = 0, right = 0, bottom = 0;  // right and bottom are outside
};

class Canvas {
 public:
  Canvas(int width, int height, Color background)
      : width_(width), height_(height), pixels_(static_cast<size_t>(width) * static_cast<size_t>(height)) {
    std::fill(pixels_.begin(), pixels_.end(), unpack(background));
  }

  // Pixels whose center lies within; on an edge only for a top or left one, so that triangles side by side cover each
  // pixel once.
  void triangle(std::array<Corner, 3> t, const SoftTextures::Texture* texture, const Clip& clip) {
    double area = (t[1].x - t[0].x) * (t[2].y - t[0].y) - (t[1].y - t[0].y) * (t[2].x - t[0].x);
    if (area == 0 || !std::isfinite(area)) return;
    if (area < 0) std::swap(t[1], t[2]), area = -area;
    const auto [left, right] = std::minmax({t[0].x, t[1].x, t[2].x});
    const auto [top, bottom] = std::minmax({t[0].y, t[1].y, t[2].y});
    const int x0 = std::max(clip.left, static_cast<int>(std::floor(left)));
    const int x1 = std::min(clip.right, static_cast<int>(std::ceil(right)) + 1);
    const int y0 = std::max(clip.top, static_cast<int>(std::floor(top)));
    const int y1 = std::min(clip.bottom, static_cast<int>(std::ceil(bottom)) + 1);
    struct Edge {
      double x, y, dx, dy;
      bool owns;
    };
    std::array<Edge, 3> edges{};
    for (size_t i = 0; i < 3; ++i) {
      const Corner &a = t[(i + 1) % 3], &b = t[(i + 2) % 3];
      const double dx = b.x - a.x, dy = b.y - a.y;
      edges[i] = {a.x, a.y, dx, dy, dy < 0 || (dy == 0 && dx > 0)};
    }
    for (int y = y0; y < y1; ++y) {
      for (int x = x0; x < x1; ++x) {
        const double px = x + 0.5, py = y + 0.5;
        std::array<double, 3> weight{};
        bool inside = true;
        for (size_t i = 0; i < 3 && inside; ++i) {
          const Edge& e = edges[i];
          weight[i] = e.dx * (py - e.y) - e.dy * (px - e.x);
          inside = weight[i] > 0 || (weight[i] == 0 && e.owns);
        }
        if (!inside) continue;
        const auto w0 = static_cast<float>(weight[0] / area), w1 = static_cast<float>(weight[1] / area);
        const float w2 = 1 - w0 - w1;
        const auto of = [&](auto get) { return get(t[0]) * w0 + get(t[1]) * w1 + get(t[2]) * w2; };
        Rgba c{of([](const Corner& k) { return k.color.r; }), of([](const Corner& k) { return k.color.g; }),
               of([](const Corner& k) { return k.color.b; }), of([](const Corner& k) { return k.color.a; })};
        if (texture != nullptr) {
          const Rgba s =
              sample(*texture, of([](const Corner& k) { return k.u; }), of([](const Corner& k) { return k.v; }));
          c = {c.r * s.r, c.g * s.g, c.b * s.b, c.a * s.a};
        }
        Rgba& under = pixels_[static_cast<size_t>(y) * static_cast<size_t>(width_) + static_cast<size_t>(x)];
        under = mix(under, {c.r, c.g, c.b, 1}, c.a);
      }
    }
  }

  Image image() const {
    Image result;
    result.width = width_, result.height = height_, result.channels = 3;
    result.format = "made here";
    result.bytes.resize(result.value_count());
    size_t at = 0;
    for (const Rgba& pixel : pixels_) {
      for (const float value : {pixel.r, pixel.g, pixel.b}) {
        result.bytes[at++] = static_cast<uint8_t>(std::lround(std::clamp(value, 0.0f, 1.0f) * 255));
      }
    }
    return result;
  }

 private:
  int width_, height_;
  std::vector<Rgba> pixels_;
};

}  // namespace

TextureId SoftTextures::create(TextureFormat format, int width, int height, const void* pixels) {
  const TextureId id = ++count_;
  if (format == TextureFormat::float32) return id;
  Texture& made = textures_[id];
  made.width = width, made.height = height;
  const size_t count = static_cast<size_t>(width) * static_cast<size_t>(height);
  const auto* bytes = static_cast<const uint8_t*>(pixels);
  made.texels.resize(count);
  for (size_t i = 0; i < count; ++i) {
    if (format == TextureFormat::coverage8) {
      made.texels[i] = 0x00FFFFFFu | static_cast<uint32_t>(bytes[i]) << 24;
    } else {
      const uint8_t* p = bytes + 4 * i;
      made.texels[i] = static_cast<uint32_t>(p[0]) | static_cast<uint32_t>(p[1]) << 8 |
                       static_cast<uint32_t>(p[2]) << 16 | static_cast<uint32_t>(p[3]) << 24;
    }
  }
  return id;
}

const SoftTextures::Texture* SoftTextures::find(TextureId texture) const {
  const auto found = textures_.find(texture);
  return found == textures_.end() ? nullptr : &found->second;
}

Image soft_picture(const ImDrawData& data, const SoftTextures& textures, Color background) {
  const ImVec2 scale = data.FramebufferScale;
  const int width = std::max(1, static_cast<int>(std::lround(data.DisplaySize.x * scale.x)));
  const int height = std::max(1, static_cast<int>(std::lround(data.DisplaySize.y * scale.y)));
  Canvas canvas(width, height, background);
  for (int n = 0; n < data.CmdListsCount; ++n) {
    const ImDrawList& list = *data.CmdLists[n];
    for (const ImDrawCmd& command : list.CmdBuffer) {
      if (command.UserCallback != nullptr) continue;
      const auto pixel = [](float value, float origin, float factor, int most) {
        return std::clamp(static_cast<int>(std::lround((value - origin) * factor)), 0, most);
      };
      const Clip clip{pixel(command.ClipRect.x, data.DisplayPos.x, scale.x, width),
                      pixel(command.ClipRect.y, data.DisplayPos.y, scale.y, height),
                      pixel(command.ClipRect.z, data.DisplayPos.x, scale.x, width),
                      pixel(command.ClipRect.w, data.DisplayPos.y, scale.y, height)};
      const SoftTextures::Texture* texture = textures.find(reinterpret_cast<TextureId>(command.GetTexID()));
      for (unsigned i = 0; i + 2 < command.ElemCount; i += 3) {
        std::array<Corner, 3> corners;
        for (unsigned k = 0; k < 3; ++k) {
          const unsigned index = list.IdxBuffer[static_cast<int>(command.IdxOffset + i + k)];
          const ImDrawVert& v = list.VtxBuffer[static_cast<int>(command.VtxOffset + index)];
          corners[k] = {static_cast<double>((v.pos.x - data.DisplayPos.x) * scale.x),
                        static_cast<double>((v.pos.y - data.DisplayPos.y) * scale.y), v.uv.x, v.uv.y, unpack(v.col)};
        }
        canvas.triangle(corners, texture, clip);
      }
    }
  }
  return canvas.image();
}

}  // namespace striate
