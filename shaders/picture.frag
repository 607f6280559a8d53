#version 330 core
// Pictures. 8-bit ones are shown as they are; floats are looked up in a colour map between the ends of a range. The maps
// are a table (app/widgets/colour_map.cpp), so that no colour is computed here.
uniform sampler2D image;
uniform sampler2D maps;
uniform int values;     // 1: one float per pixel
uniform float map_row;  // which map
uniform vec2 range;     // what its ends stand for
uniform float opacity;
in vec2 at;
in vec4 tint;
layout(location = 0) out vec4 result;

void main() {
  vec4 texel = texture(image, at);
  if (values == 1) {
    float share = clamp((texel.r - range.x) / (range.y - range.x), 0.0, 1.0);
    texel = texture(maps, vec2((share * 255.0 + 0.5) / 256.0, map_row));
  }
  result = vec4(texel.rgb, texel.a * opacity) * tint;
}
