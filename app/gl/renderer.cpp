#include "app/gl/renderer.h"

#include <glad/gl.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "app/widgets/color_map.h"
#include "app/widgets/picture_callback.h"

namespace striate {

static_assert(sizeof(ImDrawVert) == 20, "position, texture coordinates, color");

namespace {

constexpr int kLargeFill = 8192;  // pixels from which a plain rectangle is worth a clear of its own

// Pixels of the screen, from the top.
struct PixelRect {
  int left = 0, top = 0, right = 0, bottom = 0;  // right and bottom are outside
  int64_t count() const { return right > left && bottom > top ? int64_t{right - left} * (bottom - top) : 0; }
};

PixelRect common_of(const PixelRect& a, const PixelRect& b) {
  return {std::max(a.left, b.left), std::max(a.top, b.top), std::min(a.right, b.right), std::min(a.bottom, b.bottom)};
}

struct PlainFill {
  PixelRect rect;
  ImU32 color = 0;
};

// The two triangles from `index` on as a rectangle of one opaque color, where that is what they are
// (ImDrawList::AddRectFilled without rounding). Covers the pixels whose centers lie within, as triangles do.
std::optional<PlainFill> plain_fill(const ImDrawList& list, const ImDrawCmd& command, unsigned index, ImVec2 origin,
                                    ImVec2 scale) {
  std::array<const ImDrawVert*, 6> v{};
  for (unsigned k = 0; k < 6; ++k) {
    const unsigned at = list.IdxBuffer[static_cast<int>(command.IdxOffset + index + k)];
    v[k] = &list.VtxBuffer[static_cast<int>(command.VtxOffset + at)];
  }
  const ImDrawVert &a = *v[0], &b = *v[1], &c = *v[2], &d = *v[5];
  if ((a.col >> IM_COL32_A_SHIFT & 255) != 255 || v[3] != v[0] || v[4] != v[2]) return std::nullopt;
  for (const ImDrawVert* other : {&b, &c, &d}) {
    if (other->col != a.col || other->uv.x != a.uv.x || other->uv.y != a.uv.y) return std::nullopt;
  }
  if (a.pos.y != b.pos.y || b.pos.x != c.pos.x || c.pos.y != d.pos.y || d.pos.x != a.pos.x) return std::nullopt;
  const auto pixel = [](float value, float from, float factor) {
    return static_cast<int>(std::ceil((value - from) * factor - 0.5f));
  };
  return PlainFill{{pixel(a.pos.x, origin.x, scale.x), pixel(a.pos.y, origin.y, scale.y),
                    pixel(c.pos.x, origin.x, scale.x), pixel(c.pos.y, origin.y, scale.y)},
                   a.col};
}

}  // namespace

Renderer::Renderer()
    : interface_("shaders/interface.vert", "shaders/interface.frag"),
      picture_("shaders/interface.vert", "shaders/picture.frag"),
      pixels_("shaders/interface.vert", "shaders/pixels.frag") {
  find_uniforms();
  glGenVertexArrays(1, &vertex_array_);
  glGenBuffers(1, &vertices_);
  glGenBuffers(1, &indices_);
  glBindVertexArray(vertex_array_);
  glBindBuffer(GL_ARRAY_BUFFER, vertices_);
  glBindBuffer(GL_ELEMENT_ARRAY_BUFFER, indices_);
  auto offset = [](size_t bytes) { return reinterpret_cast<const void*>(bytes); };
  glEnableVertexAttribArray(0);
  glEnableVertexAttribArray(1);
  glEnableVertexAttribArray(2);
  glVertexAttribPointer(0, 2, GL_FLOAT, GL_FALSE, sizeof(ImDrawVert), offset(0));
  glVertexAttribPointer(1, 2, GL_FLOAT, GL_FALSE, sizeof(ImDrawVert), offset(8));
  glVertexAttribPointer(2, 4, GL_UNSIGNED_BYTE, GL_TRUE, sizeof(ImDrawVert), offset(16));

  glGenTextures(1, &maps_);
  glBindTexture(GL_TEXTURE_2D, maps_);
  glPixelStorei(GL_UNPACK_ALIGNMENT, 1);
  glTexImage2D(GL_TEXTURE_2D, 0, GL_RGBA8, 256, kColorMaps, 0, GL_RGBA, GL_UNSIGNED_BYTE, color_map_table().data());
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_NEAREST);
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAG_FILTER, GL_NEAREST);
  for (unsigned* sampler : {&smooth_, &nearest_}) {
    glGenSamplers(1, sampler);
    GLint filter = sampler == &smooth_ ? GL_LINEAR : GL_NEAREST;
    glSamplerParameteri(*sampler, GL_TEXTURE_MIN_FILTER, filter);
    glSamplerParameteri(*sampler, GL_TEXTURE_MAG_FILTER, filter);
    glSamplerParameteri(*sampler, GL_TEXTURE_WRAP_S, GL_CLAMP_TO_EDGE);
    glSamplerParameteri(*sampler, GL_TEXTURE_WRAP_T, GL_CLAMP_TO_EDGE);
  }
}

Renderer::~Renderer() {
  glDeleteSamplers(1, &smooth_);
  glDeleteSamplers(1, &nearest_);
  glDeleteTextures(1, &maps_);
  glDeleteBuffers(1, &vertices_);
  glDeleteBuffers(1, &indices_);
  glDeleteVertexArrays(1, &vertex_array_);
}

void Renderer::find_uniforms() {
  interface_projection_ = interface_.uniform("projection");
  picture_projection_ = picture_.uniform("projection");
  pixels_projection_ = pixels_.uniform("projection");
  picture_map_row_ = picture_.uniform("map_row");
  picture_range_ = picture_.uniform("range");
  glUseProgram(interface_.program());
  glUniform1i(interface_.uniform("image"), 0);
  glUseProgram(pixels_.program());
  glUniform1i(pixels_.uniform("image"), 0);
  glUseProgram(picture_.program());
  glUniform1i(picture_.uniform("image"), 0);
  glUniform1i(picture_.uniform("maps"), 1);
}

TextureId Renderer::create(TextureFormat format, int width, int height, const void* pixels) {
  unsigned texture = 0;
  glGenTextures(1, &texture);
  glBindTexture(GL_TEXTURE_2D, texture);
  glPixelStorei(GL_UNPACK_ALIGNMENT, 1);
  switch (format) {
    case TextureFormat::coverage8: {
      glTexImage2D(GL_TEXTURE_2D, 0, GL_R8, width, height, 0, GL_RED, GL_UNSIGNED_BYTE, pixels);
      const GLint swizzle[] = {GL_ONE, GL_ONE, GL_ONE, GL_RED};
      glTexParameteriv(GL_TEXTURE_2D, GL_TEXTURE_SWIZZLE_RGBA, swizzle);
      break;
    }
    case TextureFormat::rgba8:
      glTexImage2D(GL_TEXTURE_2D, 0, GL_RGBA8, width, height, 0, GL_RGBA, GL_UNSIGNED_BYTE, pixels);
      break;
    case TextureFormat::float32:
      glTexImage2D(GL_TEXTURE_2D, 0, GL_R32F, width, height, 0, GL_RED, GL_FLOAT, pixels);
      break;
  }
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAX_LEVEL, 0);
  return texture;
}

void Renderer::destroy(TextureId texture) {
  auto name = static_cast<unsigned>(texture);
  if (name) glDeleteTextures(1, &name);
}

void Renderer::draw(const ImDrawData& data, uint32_t background) {
  ImVec2 scale = data.FramebufferScale;
  auto width = static_cast<int>(data.DisplaySize.x * scale.x + 0.5f),
       height = static_cast<int>(data.DisplaySize.y * scale.y + 0.5f);
  glViewport(0, 0, width, height);
  glDisable(GL_SCISSOR_TEST);
  const auto channel = [](uint32_t color, int shift) { return static_cast<float>(color >> shift & 255) / 255.0f; };
  glClearColor(channel(background, 0), channel(background, 8), channel(background, 16), 1);
  glClear(GL_COLOR_BUFFER_BIT);
  if (width <= 0 || height <= 0) return;

  float l = data.DisplayPos.x, t = data.DisplayPos.y, w = data.DisplaySize.x, h = data.DisplaySize.y;
  const float projection[16] = {2 / w, 0, 0, 0, 0, -2 / h, 0, 0, 0, 0, 1, 0, -1 - 2 * l / w, 1 + 2 * t / h, 0, 1};
  glUseProgram(picture_.program());
  glUniformMatrix4fv(picture_projection_, 1, GL_FALSE, projection);
  glUseProgram(pixels_.program());
  glUniformMatrix4fv(pixels_projection_, 1, GL_FALSE, projection);
  glUseProgram(interface_.program());
  glUniformMatrix4fv(interface_projection_, 1, GL_FALSE, projection);
  const auto flat = [&] {
    glViewport(0, 0, width, height);
    glEnable(GL_BLEND);
    glBlendEquation(GL_FUNC_ADD);
    glBlendFuncSeparate(GL_SRC_ALPHA, GL_ONE_MINUS_SRC_ALPHA, GL_ONE, GL_ONE_MINUS_SRC_ALPHA);
    glDisable(GL_CULL_FACE);
    glDisable(GL_DEPTH_TEST);
    glEnable(GL_SCISSOR_TEST);
    glBindVertexArray(vertex_array_);
    glActiveTexture(GL_TEXTURE1);
    glBindTexture(GL_TEXTURE_2D, maps_);
    glActiveTexture(GL_TEXTURE0);
    glBindSampler(0, smooth_);
  };
  flat();

  bool has_scene = false;
  bool picture = false;  // the texture holds one, and every triangle is a part of it
  for (int n = 0; n < data.CmdListsCount; ++n) {
    const ImDrawList& list = *data.CmdLists[n];
    glBindBuffer(GL_ARRAY_BUFFER, vertices_);
    glBufferData(GL_ARRAY_BUFFER,
                 static_cast<GLsizeiptr>(list.VtxBuffer.Size) * static_cast<GLsizeiptr>(sizeof(ImDrawVert)),
                 list.VtxBuffer.Data, GL_STREAM_DRAW);
    glBindBuffer(GL_ELEMENT_ARRAY_BUFFER, indices_);
    glBufferData(GL_ELEMENT_ARRAY_BUFFER,
                 static_cast<GLsizeiptr>(list.IdxBuffer.Size) * static_cast<GLsizeiptr>(sizeof(ImDrawIdx)),
                 list.IdxBuffer.Data, GL_STREAM_DRAW);
    for (const ImDrawCmd& command : list.CmdBuffer) {
      if (command.UserCallback == scene_callback()) {
        const auto& place = *static_cast<const ScenePlace*>(command.UserCallbackData);
        const auto pixels = [&](const Rect& rect) {
          const int left = static_cast<int>(std::lround((rect.x - l) * scale.x)),
                    top = static_cast<int>(std::lround((rect.y - t) * scale.y)),
                    right = static_cast<int>(std::lround((rect.right() - l) * scale.x)),
                    bottom = static_cast<int>(std::lround((rect.bottom() - t) * scale.y));
          return SceneRenderer::Place{left, height - bottom, right - left, bottom - top};
        };
        if (!scene_) scene_ = std::make_unique<SceneRenderer>();
        const ImVec4& clip = command.ClipRect;
        scene_->draw(*place.frame, pixels(place.area),
                     pixels(intersection(place.area, {clip.x, clip.y, clip.z - clip.x, clip.w - clip.y})));
        has_scene = true;
        flat();
        glUseProgram(interface_.program());
        glBindBuffer(GL_ARRAY_BUFFER, vertices_);
        glBindBuffer(GL_ELEMENT_ARRAY_BUFFER, indices_);
        continue;
      }
      if (command.UserCallback) {
        if (command.UserCallback != picture_style_callback()) continue;
        const auto* style = static_cast<const PictureStyle*>(command.UserCallbackData);
        // 8-bit pictures need no map, smaller ones no borders between pixels: less work for a software renderer.
        picture = style != nullptr;
        const bool mapped = style && style->values;
        const bool enlarged = style && style->nearest && !mapped;
        glUseProgram(mapped ? picture_.program() : enlarged ? pixels_.program() : interface_.program());
        glBindSampler(0, mapped && style->nearest ? nearest_ : smooth_);
        if (mapped) {
          glUniform1f(picture_map_row_, (static_cast<float>(style->map) + 0.5f) / kColorMaps);
          glUniform2f(picture_range_, style->low, style->high);
        }
        continue;
      }
      const PixelRect clip = common_of(
          {static_cast<int>((command.ClipRect.x - l) * scale.x), static_cast<int>((command.ClipRect.y - t) * scale.y),
           static_cast<int>((command.ClipRect.z - l) * scale.x), static_cast<int>((command.ClipRect.w - t) * scale.y)},
          {0, 0, width, height});
      if (clip.count() == 0) continue;
      const auto scissor = [&](const PixelRect& rect) {
        glScissor(rect.left, height - rect.bottom, rect.right - rect.left, rect.bottom - rect.top);
      };
      scissor(clip);
      glBindTexture(GL_TEXTURE_2D, static_cast<unsigned>(reinterpret_cast<uintptr_t>(command.GetTexID())));
      const auto triangles = [&](unsigned from, unsigned to) {
        if (from >= to) return;
        glDrawElementsBaseVertex(
            GL_TRIANGLES, static_cast<GLsizei>(to - from), sizeof(ImDrawIdx) == 2 ? GL_UNSIGNED_SHORT : GL_UNSIGNED_INT,
            reinterpret_cast<const void*>(static_cast<uintptr_t>(command.IdxOffset + from) * sizeof(ImDrawIdx)),
            static_cast<GLint>(command.VtxOffset));
      };
      // The grounds of panels are most of the screen. A software renderer would look every pixel of them up in the
      // texture of glyphs; a clear costs it next to nothing.
      unsigned drawn = 0;
      for (unsigned i = 0; !picture && i + 6 <= command.ElemCount; i += 3) {
        const std::optional<PlainFill> fill = plain_fill(list, command, i, data.DisplayPos, scale);
        if (!fill) continue;
        const PixelRect part = common_of(fill->rect, clip);
        if (part.count() < kLargeFill) continue;
        triangles(drawn, i);
        scissor(part);
        glClearColor(channel(fill->color, 0), channel(fill->color, 8), channel(fill->color, 16), 1);
        glClear(GL_COLOR_BUFFER_BIT);
        scissor(clip);
        drawn = i + 6;
        i += 3;
      }
      triangles(drawn, command.ElemCount);
    }
  }
  glDisable(GL_SCISSOR_TEST);
  glBindSampler(0, 0);
  glBindVertexArray(0);
  if (scene_ && !has_scene) scene_->rest();
}

std::string Renderer::reload_shaders() {
  std::string message;
  bool changed = interface_.reload(&message);
  changed = picture_.reload(&message) || changed;
  changed = pixels_.reload(&message) || changed;
  if (scene_) scene_->reload(&message);
  if (changed) find_uniforms();
  return message;
}

}  // namespace striate
