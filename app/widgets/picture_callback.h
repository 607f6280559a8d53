// The mark in a draw list that a picture begins or ends; its data is a PictureStyle (textures.h) or null.
#pragma once

#include <imgui.h>

#include <memory>

#include "app/widgets/geometry.h"

namespace striate {

struct SceneFrame;

ImDrawCallback picture_style_callback();

// The mark of a scene in three dimensions that stands here; its data is a ScenePlace, which lives until the frame is
// rendered.
struct ScenePlace {
  std::shared_ptr<const SceneFrame> frame;
  Rect area;  // in the draw list's units
};
ImDrawCallback scene_callback();

}  // namespace striate
