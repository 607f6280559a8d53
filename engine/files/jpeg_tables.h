// The Huffman tables that a JPEG without any is meant to be read with: those of ITU-T T.81, annex K.3, tables K.3 to
// K.6. Motion-JPEG cameras leave them out of every frame.
#pragma once

#include "engine/files/formats.h"

namespace striate {

// The content of a DHT segment that defines table `which` (0 luminance, 1 chrominance); empty for other numbers.
Bytes standard_huffman_table(bool dc, int which);

}  // namespace striate
