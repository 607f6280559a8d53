// The mark in a draw list that a picture begins or ends; its data is a PictureStyle (textures.h) or null.
#pragma once

#include <imgui.h>

namespace striate {

ImDrawCallback picture_style_callback();

}  // namespace striate
