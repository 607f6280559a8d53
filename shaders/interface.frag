#version 330 core
// Text and shapes: the texture holds how much of a pixel a glyph covers.
uniform sampler2D image;
in vec2 at;
in vec4 tint;
layout(location = 0) out vec4 result;

void main() { result = tint * texture(image, at); }
