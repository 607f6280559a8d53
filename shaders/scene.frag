#version 330 core
// A face's cells, found here: the values are texels of one long row (app/scene/scene.h), colors come from a table. No
// light falls on a cell: its color is that of its value, from every side.
uniform sampler2D values;   // red: along the scale, or the mean of what was merged; green: the strongest of that
uniform sampler2D palette;  // rows: unsigned, signed; column 255: not a number
uniform vec3 ground;
uniform vec3 edge;      // of faces
uniform int strongest;
uniform int show;       // 0: colors; 1: the face's number; 2: the cell's
in vec2 cell;
flat in ivec4 texels;
flat in ivec3 how;
flat in vec4 plain;
flat in vec4 style;
flat in int face;
layout(location = 0) out vec4 result;

const int kWidth = 4096;

vec4 number(int n) {
  return vec4(n & 255, n >> 8 & 255, n >> 16 & 255, 255) / 255.0;
}

int step_at(int at, bool merged) {
  vec2 texel = texelFetch(values, ivec2(at % kWidth, at / kWidth), 0).rg;
  ivec2 both = ivec2(texel * 255.0 + 0.5);
  if (both.x == 255 && both.y == 0) discard;
  return merged && strongest == 1 ? both.y : both.x;
}

void main() {
  vec2 per_pixel = fwidth(cell);
  ivec2 size = texels.yz;
  ivec2 at = clamp(ivec2(floor(cell)), ivec2(0), size - 1);
  bool there = float(at.y) < style.y * float(size.y);
  if (show != 0) {
    if (how.y < 2) step_at(texels.x + at.y * texels.w + at.x, false);
    result = show == 1 ? number(face + 1) : number(at.y * 4096 + at.x);
    return;
  }
  vec3 color;
  if (how.y == 3) {
    color = plain.rgb;
  } else {
    int level = 0, offset = texels.x, stride = texels.w;
    float most = max(per_pixel.x, per_pixel.y);
    if (most > 1.0) {
      level = clamp(int(floor(log2(most) + 0.5)), 0, how.x - 1);
      for (int l = 0; l < level; ++l) {
        offset += stride * size.y;
        size = (size + 1) >> 1;
        stride = size.x;
      }
      at = clamp(at >> level, ivec2(0), size - 1);
    }
    int index = offset + at.y * stride + at.x;
    if (how.y == 2) {
      float red = float(step_at(index, false)) / 254.0;
      color = how.z == 0 ? vec3(red)
                         : vec3(red, float(step_at(index + how.z, false)) / 254.0,
                                float(step_at(index + 2 * how.z, false)) / 254.0);
    } else {
      color = texelFetch(palette, ivec2(step_at(index, level > 0), how.y), 0).rgb;
    }
  }
  if (!there) color = mix(color, ground, 0.86);
  color = mix(ground, color, style.x);
  // Seams between cells that are large enough to be told apart, a pixel wide.
  vec2 seam = per_pixel / style.zw;  // in distances between seams
  vec2 near = abs(fract(cell / style.zw + 0.5) - 0.5) / max(seam, vec2(1e-6));  // pixels to the nearest one
  vec2 strength = smoothstep(0.22, 0.12, max(seam.x, seam.y)) * (1.0 - smoothstep(0.3, 1.0, near));
  color = mix(color, ground, 0.6 * max(strength.x, strength.y));
  // The edge of the face, where that is large enough: values about 0 would else be lost on the ground.
  vec2 pixels = vec2(texels.yz) / max(per_pixel, vec2(1e-6));
  vec2 inside = min(cell, vec2(texels.yz) - cell) / max(per_pixel, vec2(1e-6));
  vec2 line = (1.0 - smoothstep(0.4, 1.2, inside)) * smoothstep(6.0, 16.0, min(pixels.x, pixels.y));
  result = vec4(mix(color, edge, 0.55 * style.x * max(line.x, line.y)), 1.0);
}
