// Draws a SceneFrame (app/scene/scene.h) with OpenGL 3.3 into a picture of its own, and that into the window. The
// picture is drawn again only when the frame is another one: at rest, or while the mouse moves over it, it is only
// copied.
//
// Edges are smooth by four samples per pixel. Where a processor draws, a moving scene has half the resolution and one
// sample, and is drawn once more, sharp, when it comes to rest.
#pragma once

#include <cstdint>

#include "app/gl/shader.h"
#include "app/scene/scene.h"

namespace striate {

class SceneRenderer {
 public:
  SceneRenderer();  // needs a current context with loaded functions
  ~SceneRenderer();
  SceneRenderer(const SceneRenderer&) = delete;
  SceneRenderer& operator=(const SceneRenderer&) = delete;

  // Pixels of what is bound for drawing, from its lower left corner. Keeps what is bound; leaves OpenGL's other state
  // as a window's renderer must set it anyway: blending, depth test, scissor test off.
  struct Place {
    int x = 0, y = 0, width = 0, height = 0;
  };
  void draw(const SceneFrame& frame, const Place& whole, const Place& visible);
  bool reload(std::string* message);
  // Nothing was drawn for so many frames of the window: its textures are given back.
  void rest();

 private:
  struct Target {
    unsigned framebuffer = 0, color = 0, depth = 0;
    int width = 0, height = 0, samples = -1;
  };
  bool prepare(Target& target, int width, int height, int samples) const;
  static void drop(Target& target);
  void upload(const SceneFrame& frame);
  void render(const SceneFrame& frame, int width, int height, int samples);
  void find_uniforms();

  Shader shader_;
  int matrix_ = -1, ground_ = -1, edge_ = -1, strongest_ = -1, show_ = -1;
  unsigned vertex_array_ = 0, faces_ = 0, values_ = 0, palette_ = 0;
  int value_rows_ = 0;
  bool software_ = false;
  int most_samples_ = 0;
  uint64_t drawn_ = 0, atlas_ = 0;
  int palette_of_ = -1;  // 0 light, 1 dark
  int unused_ = 0;
  Target many_, one_;
};

}  // namespace striate
