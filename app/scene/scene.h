// What a scene in three dimensions is made of, as plain data: the window's side of it (app/gl/scene_renderer.h draws
// it, network_scene.h makes it of a network). No OpenGL here.
//
// Values are texels, two bytes each, in one long row per atlas: how far along its color scale a value lies, and the
// same of the strongest value of all that were merged. Cells are found in the shader: a face of a box is one quad,
// however many cells it has. Behind every image lie its smaller levels, each half as wide and high; where cells are
// smaller than pixels the level is taken whose cells are about as large, and keeps the mean and the strongest value of
// those it merges.
#pragma once

#include <cstdint>
#include <glm/glm.hpp>
#include <memory>
#include <vector>

#include "app/scene/camera.h"
#include "app/shell/theme.h"

namespace striate {

// Places on a color scale: 0 to 254, for signed data with 127 for 0.
constexpr int kScaleSteps = 255;
constexpr uint8_t kNotANumber = 255;
// Two bytes: `mean` in the low one, `strongest` in the high one.
constexpr uint16_t kNoCell = 0x00FF;  // where an image has no value: the last row of a vector

uint8_t scale_step(float value, float limit, bool is_signed);
// What the cell of a value is drawn in: the color of tensor_color() for the step.
Color step_color(int step, bool is_signed, bool dark);

// One image among the texels of an atlas: rows of `stride` texels. levels > 1: smaller ones lie behind it (stride is
// then its width).
struct SceneImage {
  int32_t offset = 0, width = 1, height = 1, stride = 1, levels = 1;
};

class SceneAtlas {
 public:
  static constexpr int kWidth = 4096;  // texels per row of the texture
  explicit SceneAtlas(size_t expected = 0);
  uint64_t serial = 0;  // no two atlases have the same
  // Adds an image with all its levels. `step(row, column)`: 0 to 254, 255 for what is no number, -1 where there is no
  // cell; `is_signed` says where 0 is: the strongest value is the one farthest from it.
  template <typename Step>
  SceneImage add(int width, int height, bool is_signed, const Step& step) {
    const SceneImage image = begin(width, height);
    uint16_t* to = texels_.data() + image.offset;
    for (int row = 0; row < height; ++row) {
      for (int column = 0; column < width; ++column) {
        const int at = step(row, column);
        *to++ = at < 0 ? kNoCell : static_cast<uint16_t>(at | at << 8);
      }
    }
    add_levels(image, is_signed);
    return image;
  }
  const std::vector<uint16_t>& texels() const { return texels_; }
  int rows() const { return static_cast<int>((texels_.size() + kWidth - 1) / kWidth); }
  // A texel of a level, as the shader finds it.
  uint16_t texel(const SceneImage& image, int level, int row, int column) const;

 private:
  SceneImage begin(int width, int height);
  void add_levels(const SceneImage& image, bool is_signed);
  std::vector<uint16_t> texels_;
};
using SceneAtlasPtr = std::shared_ptr<const SceneAtlas>;

// How a face is colored.
enum class FaceKind : int32_t { unsigned_values, signed_values, picture, plain };

// One face of a box: an image on a parallelogram. Also what the GPU gets, in this order.
struct SceneFace {
  glm::vec3 origin{0}, across{0}, down{0};  // the image's upper left corner, along its columns, along its rows
  int32_t offset = 0, width = 1, height = 1, stride = 1;
  int32_t levels = 1;
  int32_t kind = 0;        // FaceKind
  int32_t plane = 0;       // picture: texels from red to green to blue; 0: gray
  uint32_t color = 0;      // plain
  float bright = 1;        // the rest steps back towards the ground
  float reveal = 1;        // share of the rows that are there yet
  float seam_columns = 1;  // cells from one seam to the next: 3 for kernels of three columns side by side
  float seam_rows = 1;
};
static_assert(sizeof(SceneFace) == 21 * 4);

struct SceneFrame {
  uint64_t serial = 0;  // no two frames that look different have the same
  CameraView view;
  SceneAtlasPtr atlas;
  std::vector<SceneFace> faces;
  Color ground = 0, edge = 0;  // opaque
  bool dark = true;
  bool strongest = false;  // merged cells show the strongest value, not the mean
  // Where a processor draws: half the resolution will do while the eye moves along, one sample per pixel while the
  // values change by themselves.
  bool moving = false, changing = false;
  // For tests: what lies at each pixel instead of its color, as 24 bits: 1 + the face's number, or
  // row * 4096 + column of its cell; 0: nothing.
  enum class Show { colors, faces, cells } show = Show::colors;
};
using SceneFramePtr = std::shared_ptr<const SceneFrame>;

}  // namespace striate
