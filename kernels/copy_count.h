// How often numbers went from a GPU to the host since the program began, on all GPUs together: each time the host waits
// for the GPU. Tests hold the trainer's promises to it.
#pragma once

#include <cstdint>

namespace striate {

int64_t copies_to_host();

}  // namespace striate
