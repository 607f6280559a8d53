#version 330 core
// 8-bit pictures at 1:1 and larger: every picture pixel is an even square. Where the border between two of them crosses a
// screen pixel, it takes its share of each; picking the nearest one would make squares of unequal size at 1.3 times.
uniform sampler2D image;
in vec2 at;
in vec4 tint;
layout(location = 0) out vec4 result;

void main() {
  vec2 size = vec2(textureSize(image, 0));
  vec2 place = at * size;
  vec2 border = floor(place + 0.5);
  vec2 covered = max(fwidth(place), vec2(1e-5));  // by a screen pixel, in picture pixels
  result = texture(image, (border + clamp((place - border) / covered, -0.5, 0.5)) / size) * tint;
}
