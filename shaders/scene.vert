#version 330 core
// Faces of boxes: each is one quad, from the number of its corner and what belongs to the face.
uniform mat4 matrix;
layout(location = 0) in vec3 origin;
layout(location = 1) in vec3 across;
layout(location = 2) in vec3 down;
layout(location = 3) in ivec4 image;  // offset, width, height, stride
layout(location = 4) in ivec3 kind;   // levels, FaceKind, texels from plane to plane
layout(location = 5) in vec4 tint;    // of a plain face
layout(location = 6) in vec4 look;    // bright, reveal, cells from seam to seam: columns, rows
out vec2 cell;
flat out ivec4 texels;
flat out ivec3 how;
flat out vec4 plain;
flat out vec4 style;
flat out int face;

void main() {
  vec2 corner = vec2(gl_VertexID & 1, gl_VertexID >> 1);
  cell = corner * vec2(image.yz);
  texels = image;
  how = kind;
  plain = tint;
  style = look;
  face = gl_InstanceID;
  gl_Position = matrix * vec4(origin + corner.x * across + corner.y * down, 1.0);
}
