#version 330 core
// Pictures of floats: looked up in a color map between the ends of a range. The maps are a table
// (app/widgets/color_map.cpp), so that no color is computed here. 8-bit pictures go through interface.frag as they are,
// at 1:1 and larger through pixels.frag.
uniform sampler2D image;
uniform sampler2D maps;
uniform float map_row;  // which map
uniform vec2 range;     // what its ends stand for
in vec2 at;
in vec4 tint;
layout(location = 0) out vec4 result;

void main() {
  float share = clamp((texture(image, at).r - range.x) / (range.y - range.x), 0.0, 1.0);
  result = texture(maps, vec2((share * 255.0 + 0.5) / 256.0, map_row)) * tint;
}
