#include "app/gl/scene_renderer.h"

#include <glad/gl.h>

#include <algorithm>
#include <glm/gtc/type_ptr.hpp>
#include <string>
#include <vector>

#include "app/gl/context.h"

namespace striate {
namespace {

constexpr int kFramesKept = 600;  // of the window, without a scene

bool draws_in_software() {
  const std::string driver = gl_description();
  return driver.find("llvmpipe") != std::string::npos || driver.find("softpipe") != std::string::npos ||
         driver.find("SwiftShader") != std::string::npos;
}

float channel(Color color, int shift) { return static_cast<float>(color >> shift & 255) / 255.0f; }

}  // namespace

SceneRenderer::SceneRenderer() : shader_("shaders/scene.vert", "shaders/scene.frag"), software_(draws_in_software()) {
  find_uniforms();
  glGetIntegerv(GL_MAX_SAMPLES, &most_samples_);
  glGenVertexArrays(1, &vertex_array_);
  glGenBuffers(1, &faces_);
  glBindVertexArray(vertex_array_);
  glBindBuffer(GL_ARRAY_BUFFER, faces_);
  const auto offset = [](size_t words) { return reinterpret_cast<const void*>(words * 4); };
  constexpr GLsizei kSize = sizeof(SceneFace);
  for (unsigned attribute = 0; attribute < 7; ++attribute) {
    glEnableVertexAttribArray(attribute);
    glVertexAttribDivisor(attribute, 1);
  }
  glVertexAttribPointer(0, 3, GL_FLOAT, GL_FALSE, kSize, offset(0));
  glVertexAttribPointer(1, 3, GL_FLOAT, GL_FALSE, kSize, offset(3));
  glVertexAttribPointer(2, 3, GL_FLOAT, GL_FALSE, kSize, offset(6));
  glVertexAttribIPointer(3, 4, GL_INT, kSize, offset(9));
  glVertexAttribIPointer(4, 3, GL_INT, kSize, offset(13));
  glVertexAttribPointer(5, 4, GL_UNSIGNED_BYTE, GL_TRUE, kSize, offset(16));
  glVertexAttribPointer(6, 4, GL_FLOAT, GL_FALSE, kSize, offset(17));
  glBindVertexArray(0);
  for (unsigned* texture : {&values_, &palette_}) {
    glGenTextures(1, texture);
    glBindTexture(GL_TEXTURE_2D, *texture);
    glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_NEAREST);
    glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAG_FILTER, GL_NEAREST);
    glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAX_LEVEL, 0);
  }
}

SceneRenderer::~SceneRenderer() {
  drop(many_);
  drop(one_);
  glDeleteTextures(1, &values_);
  glDeleteTextures(1, &palette_);
  glDeleteBuffers(1, &faces_);
  glDeleteVertexArrays(1, &vertex_array_);
}

void SceneRenderer::find_uniforms() {
  matrix_ = shader_.uniform("matrix");
  ground_ = shader_.uniform("ground");
  edge_ = shader_.uniform("edge");
  strongest_ = shader_.uniform("strongest");
  show_ = shader_.uniform("show");
  glUseProgram(shader_.program());
  glUniform1i(shader_.uniform("values"), 0);
  glUniform1i(shader_.uniform("palette"), 1);
}

bool SceneRenderer::reload(std::string* message) {
  if (!shader_.reload(message)) return false;
  find_uniforms();
  drawn_ = 0;
  return true;
}

void SceneRenderer::drop(Target& target) {
  if (target.framebuffer != 0) {
    glDeleteFramebuffers(1, &target.framebuffer);
    glDeleteRenderbuffers(1, &target.color);
    glDeleteRenderbuffers(1, &target.depth);
  }
  target = {};
}

bool SceneRenderer::prepare(Target& target, int width, int height, int samples) const {
  if (target.framebuffer != 0 && target.width == width && target.height == height && target.samples == samples) {
    return true;
  }
  drop(target);
  target.width = width, target.height = height, target.samples = samples;
  glGenFramebuffers(1, &target.framebuffer);
  glBindFramebuffer(GL_FRAMEBUFFER, target.framebuffer);
  glGenRenderbuffers(1, &target.color);
  glBindRenderbuffer(GL_RENDERBUFFER, target.color);
  glRenderbufferStorageMultisample(GL_RENDERBUFFER, samples, GL_RGBA8, width, height);
  glFramebufferRenderbuffer(GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_RENDERBUFFER, target.color);
  glGenRenderbuffers(1, &target.depth);
  glBindRenderbuffer(GL_RENDERBUFFER, target.depth);
  glRenderbufferStorageMultisample(GL_RENDERBUFFER, samples, GL_DEPTH_COMPONENT24, width, height);
  glFramebufferRenderbuffer(GL_FRAMEBUFFER, GL_DEPTH_ATTACHMENT, GL_RENDERBUFFER, target.depth);
  return glCheckFramebufferStatus(GL_FRAMEBUFFER) == GL_FRAMEBUFFER_COMPLETE;
}

void SceneRenderer::upload(const SceneFrame& frame) {
  glPixelStorei(GL_UNPACK_ALIGNMENT, 1);
  if (frame.atlas && frame.atlas->serial != atlas_) {
    const std::vector<uint16_t>& texels = frame.atlas->texels();
    glActiveTexture(GL_TEXTURE0);
    glBindTexture(GL_TEXTURE_2D, values_);
    const int rows = std::max(1, frame.atlas->rows());
    if (rows != value_rows_) {
      glTexImage2D(GL_TEXTURE_2D, 0, GL_RG8, SceneAtlas::kWidth, rows, 0, GL_RG, GL_UNSIGNED_BYTE, nullptr);
      value_rows_ = rows;
    }
    const int whole = static_cast<int>(texels.size() / SceneAtlas::kWidth);
    const int rest = static_cast<int>(texels.size() % SceneAtlas::kWidth);
    if (whole > 0)
      glTexSubImage2D(GL_TEXTURE_2D, 0, 0, 0, SceneAtlas::kWidth, whole, GL_RG, GL_UNSIGNED_BYTE, texels.data());
    if (rest > 0) {
      glTexSubImage2D(GL_TEXTURE_2D, 0, 0, whole, rest, 1, GL_RG, GL_UNSIGNED_BYTE,
                      texels.data() + static_cast<ptrdiff_t>(whole) * SceneAtlas::kWidth);
    }
    atlas_ = frame.atlas->serial;
  }
  if (palette_of_ != static_cast<int>(frame.dark)) {
    std::vector<Color> colors(size_t{2} * 256);
    for (int step = 0; step < 256; ++step) {
      for (const bool is_signed : {false, true}) {
        colors[static_cast<size_t>(is_signed) * 256 + static_cast<size_t>(step)] =
            step_color(step, is_signed, frame.dark);
      }
    }
    glActiveTexture(GL_TEXTURE1);
    glBindTexture(GL_TEXTURE_2D, palette_);
    glTexImage2D(GL_TEXTURE_2D, 0, GL_RGBA8, 256, 2, 0, GL_RGBA, GL_UNSIGNED_BYTE, colors.data());
    palette_of_ = static_cast<int>(frame.dark);
  }
}

void SceneRenderer::render(const SceneFrame& frame, int width, int height, int samples) {
  upload(frame);
  glDisable(GL_SCISSOR_TEST);
  glDisable(GL_BLEND);
  glViewport(0, 0, width, height);
  if (frame.show == SceneFrame::Show::colors) {
    glClearColor(channel(frame.ground, 0), channel(frame.ground, 8), channel(frame.ground, 16), 1);
  } else {
    glClearColor(0, 0, 0, 0);
  }
  glEnable(GL_DEPTH_TEST);
  glDepthMask(GL_TRUE);
  glDepthFunc(GL_LESS);
  glClear(GL_COLOR_BUFFER_BIT | GL_DEPTH_BUFFER_BIT);
  if (!frame.faces.empty() && frame.atlas) {
    glUseProgram(shader_.program());
    glUniformMatrix4fv(matrix_, 1, GL_FALSE, glm::value_ptr(frame.view.matrix()));
    glUniform3f(ground_, channel(frame.ground, 0), channel(frame.ground, 8), channel(frame.ground, 16));
    glUniform3f(edge_, channel(frame.edge, 0), channel(frame.edge, 8), channel(frame.edge, 16));
    glUniform1i(strongest_, frame.strongest ? 1 : 0);
    glUniform1i(show_, static_cast<int>(frame.show));
    for (const unsigned unit : {0u, 1u}) {
      glActiveTexture(GL_TEXTURE0 + unit);
      glBindSampler(unit, 0);
      glBindTexture(GL_TEXTURE_2D, unit == 0 ? values_ : palette_);
    }
    glBindVertexArray(vertex_array_);
    glBindBuffer(GL_ARRAY_BUFFER, faces_);
    glBufferData(GL_ARRAY_BUFFER, static_cast<GLsizeiptr>(frame.faces.size() * sizeof(SceneFace)), frame.faces.data(),
                 GL_STREAM_DRAW);
    glDrawArraysInstanced(GL_TRIANGLE_STRIP, 0, 4, static_cast<GLsizei>(frame.faces.size()));
  }
  glDisable(GL_DEPTH_TEST);
  if (samples > 0) {
    glBindFramebuffer(GL_READ_FRAMEBUFFER, many_.framebuffer);
    glBindFramebuffer(GL_DRAW_FRAMEBUFFER, one_.framebuffer);
    glBlitFramebuffer(0, 0, width, height, 0, 0, width, height, GL_COLOR_BUFFER_BIT, GL_NEAREST);
  }
}

void SceneRenderer::draw(const SceneFrame& frame, const Place& whole, const Place& visible) {
  unused_ = 0;
  if (whole.width < 1 || whole.height < 1 || visible.width < 1 || visible.height < 1) return;
  int bound = 0;
  glGetIntegerv(GL_DRAW_FRAMEBUFFER_BINDING, &bound);
  const bool coarse = frame.moving && software_ && frame.show == SceneFrame::Show::colors;
  const int width = coarse ? (whole.width + 1) / 2 : whole.width,
            height = coarse ? (whole.height + 1) / 2 : whole.height;
  const bool plain = coarse || (frame.changing && software_);
  int samples = plain || frame.show != SceneFrame::Show::colors ? 0 : std::min(4, most_samples_);
  if (samples == 1) samples = 0;
  if (frame.serial != drawn_ || one_.width != width || one_.height != height) {
    if (samples > 0 && !prepare(many_, width, height, samples)) samples = 0;
    if (samples == 0) drop(many_);
    if (!prepare(one_, width, height, 0)) {
      glBindFramebuffer(GL_FRAMEBUFFER, static_cast<unsigned>(bound));
      return;
    }
    glBindFramebuffer(GL_FRAMEBUFFER, samples > 0 ? many_.framebuffer : one_.framebuffer);
    render(frame, width, height, samples);
    drawn_ = frame.serial;
  }
  glBindFramebuffer(GL_READ_FRAMEBUFFER, one_.framebuffer);
  glBindFramebuffer(GL_DRAW_FRAMEBUFFER, static_cast<unsigned>(bound));
  glEnable(GL_SCISSOR_TEST);
  glScissor(visible.x, visible.y, visible.width, visible.height);
  glBlitFramebuffer(0, 0, width, height, whole.x, whole.y, whole.x + whole.width, whole.y + whole.height,
                    GL_COLOR_BUFFER_BIT, coarse ? GL_LINEAR : GL_NEAREST);
  glBindFramebuffer(GL_FRAMEBUFFER, static_cast<unsigned>(bound));
}

void SceneRenderer::rest() {
  if (one_.framebuffer == 0 || ++unused_ < kFramesKept) return;
  drop(many_);
  drop(one_);
  drawn_ = 0;
  if (value_rows_ > 0) {
    glActiveTexture(GL_TEXTURE0);
    glBindTexture(GL_TEXTURE_2D, values_);
    glTexImage2D(GL_TEXTURE_2D, 0, GL_RG8, 1, 1, 0, GL_RG, GL_UNSIGNED_BYTE, nullptr);
    value_rows_ = 0;
    atlas_ = 0;
  }
}

}  // namespace striate
