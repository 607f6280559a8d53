// Draws Dear ImGui's triangles with OpenGL 3.3 and holds the textures: text and shapes with one shader, pictures of
// floats with another that maps them through a range and a color map (shaders/picture.frag), enlarged 8-bit pictures
// with a third (shaders/pixels.frag); a scene in three dimensions where one stands (scene_renderer.h).
#pragma once

#include <imgui.h>

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "app/gl/scene_renderer.h"
#include "app/gl/shader.h"
#include "app/widgets/textures.h"

namespace striate {

class Renderer : public Textures {
 public:
  Renderer();  // needs a current context with loaded functions
  ~Renderer() override;
  Renderer(const Renderer&) = delete;
  Renderer& operator=(const Renderer&) = delete;

  TextureId create(TextureFormat format, int width, int height, const void* pixels) override;
  void destroy(TextureId texture) override;

  // Clears what is bound to `background` (0xAABBGGRR) and draws.
  void draw(const ImDrawData& data, uint32_t background);
  // Looks for changed shader files; the message of one that doesn't compile, else empty.
  std::string reload_shaders();

 private:
  void find_uniforms();

  Shader interface_, picture_, pixels_;
  std::unique_ptr<SceneRenderer> scene_;  // from the first scene on
  int interface_projection_ = -1, pixels_projection_ = -1, picture_projection_ = -1, picture_map_row_ = -1,
      picture_range_ = -1;
  unsigned vertex_array_ = 0, vertices_ = 0, indices_ = 0, maps_ = 0, smooth_ = 0, nearest_ = 0;
};

}  // namespace striate
