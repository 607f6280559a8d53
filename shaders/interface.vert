#version 330 core
// Everything on the screen: triangles in logical units.
uniform mat4 projection;
layout(location = 0) in vec2 position;
layout(location = 1) in vec2 coordinate;
layout(location = 2) in vec4 color;
out vec2 at;
out vec4 tint;

void main() {
  at = coordinate;
  tint = color;
  gl_Position = projection * vec4(position, 0.0, 1.0);
}
