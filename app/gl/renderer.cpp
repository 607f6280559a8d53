#include "app/gl/renderer.h"

#include <glad/gl.h>

#include "app/widgets/colour_map.h"
#include "app/widgets/picture_callback.h"

namespace striate {

static_assert(sizeof(ImDrawVert) == 20, "position, texture coordinates, colour");

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
  glTexImage2D(GL_TEXTURE_2D, 0, GL_RGBA8, 256, kColourMaps, 0, GL_RGBA, GL_UNSIGNED_BYTE, colour_map_table().data());
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
  auto part = [&](int shift) { return static_cast<float>((background >> shift) & 255) / 255.0f; };
  glClearColor(part(0), part(8), part(16), 1);
  glClear(GL_COLOR_BUFFER_BIT);
  if (width <= 0 || height <= 0) return;
  glEnable(GL_BLEND);
  glBlendEquation(GL_FUNC_ADD);
  glBlendFuncSeparate(GL_SRC_ALPHA, GL_ONE_MINUS_SRC_ALPHA, GL_ONE, GL_ONE_MINUS_SRC_ALPHA);
  glDisable(GL_CULL_FACE);
  glDisable(GL_DEPTH_TEST);
  glEnable(GL_SCISSOR_TEST);

  float l = data.DisplayPos.x, t = data.DisplayPos.y, w = data.DisplaySize.x, h = data.DisplaySize.y;
  const float projection[16] = {2 / w, 0, 0, 0, 0, -2 / h, 0, 0, 0, 0, 1, 0, -1 - 2 * l / w, 1 + 2 * t / h, 0, 1};
  glUseProgram(picture_.program());
  glUniformMatrix4fv(picture_projection_, 1, GL_FALSE, projection);
  glUseProgram(pixels_.program());
  glUniformMatrix4fv(pixels_projection_, 1, GL_FALSE, projection);
  glUseProgram(interface_.program());
  glUniformMatrix4fv(interface_projection_, 1, GL_FALSE, projection);
  glBindVertexArray(vertex_array_);
  glActiveTexture(GL_TEXTURE1);
  glBindTexture(GL_TEXTURE_2D, maps_);
  glActiveTexture(GL_TEXTURE0);
  glBindSampler(0, smooth_);

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
      if (command.UserCallback) {
        if (command.UserCallback != picture_style_callback()) continue;
        const auto* style = static_cast<const PictureStyle*>(command.UserCallbackData);
        // 8-bit pictures need no map, smaller ones no borders between pixels: less work for a software renderer.
        const bool mapped = style && style->values;
        const bool enlarged = style && style->nearest && !mapped;
        glUseProgram(mapped ? picture_.program() : enlarged ? pixels_.program() : interface_.program());
        glBindSampler(0, mapped && style->nearest ? nearest_ : smooth_);
        if (mapped) {
          glUniform1f(picture_map_row_, (static_cast<float>(style->map) + 0.5f) / kColourMaps);
          glUniform2f(picture_range_, style->low, style->high);
        }
        continue;
      }
      float x0 = (command.ClipRect.x - l) * scale.x, y0 = (command.ClipRect.y - t) * scale.y;
      float x1 = (command.ClipRect.z - l) * scale.x, y1 = (command.ClipRect.w - t) * scale.y;
      if (x1 <= x0 || y1 <= y0) continue;
      glScissor(static_cast<int>(x0), height - static_cast<int>(y1), static_cast<int>(x1) - static_cast<int>(x0),
                static_cast<int>(y1) - static_cast<int>(y0));
      glBindTexture(GL_TEXTURE_2D, static_cast<unsigned>(reinterpret_cast<uintptr_t>(command.GetTexID())));
      glDrawElementsBaseVertex(
          GL_TRIANGLES, static_cast<GLsizei>(command.ElemCount),
          sizeof(ImDrawIdx) == 2 ? GL_UNSIGNED_SHORT : GL_UNSIGNED_INT,
          reinterpret_cast<const void*>(static_cast<uintptr_t>(command.IdxOffset) * sizeof(ImDrawIdx)),
          static_cast<GLint>(command.VtxOffset));
    }
  }
  glDisable(GL_SCISSOR_TEST);
  glBindSampler(0, 0);
  glBindVertexArray(0);
}

std::string Renderer::reload_shaders() {
  std::string message;
  bool changed = interface_.reload(&message);
  changed = picture_.reload(&message) || changed;
  changed = pixels_.reload(&message) || changed;
  if (changed) find_uniforms();
  return message;
}

}  // namespace striate
