// Writing the picture that a Shell asks for, from the pixels that were just drawn.
#pragma once

#include "app/shell/frame.h"

namespace striate {

// If a picture was asked for and the shell is settled: reads it from what is bound for reading (`width` x `height`
// pixels), writes it and tells the shell. True if there was one.
bool write_capture(Shell& shell, int width, int height, float scale);
// The same for the film that is being recorded, whether or not the shell is settled: the picture drawn at `now`.
void record_picture(Shell& shell, double now, int width, int height);

}  // namespace striate
