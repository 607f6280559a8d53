// How a picture is prepared for a network, where that depends on both: digits and letters that were drawn at another
// size go the way of MNIST's.
#pragma once

#include "engine/image.h"
#include "engine/session/model_file.h"

namespace striate {

// Whether pictures of another size than the network's are prepared as MNIST's digits were: it learned those, or reads
// 28 x 28 and names its classes 0 to 9. So are letters.
bool reads_drawn_writing(const ModelFile& file);
// How this picture is prepared for the network: as the file says, a drawing of another size for a network of digits as
// MNIST's digits were.
Preprocessing preprocessing_for(const ModelFile& file, const Image& image);

}  // namespace striate
