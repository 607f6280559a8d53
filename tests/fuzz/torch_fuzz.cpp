// libFuzzer over the reader of PyTorch checkpoints: tensors that can all be converted, or an Error with both lines.
// Run: torch_fuzz -rss_limit_mb=2048 -timeout=5 CORPUS SEEDS
#include <cstdlib>

#include "engine/error.h"
#include "engine/files/torch_file.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  try {
    const striate::SafeTensors file = striate::read_torch(data, size, "fuzz");
    size_t left = 1 << 22;  // tensors may share a storage: not all of them need be read
    for (const striate::SafeTensor& tensor : file.tensors()) {
      if (tensor.count() > left) break;
      left -= tensor.count();
      if (file.floats(tensor.name).size() != tensor.count()) std::abort();
      int64_t count = 1;
      for (const int64_t side : tensor.shape) count *= side;
      if (static_cast<size_t>(count) != tensor.count()) std::abort();
    }
  } catch (const striate::Error& error) {
    if (error.what()[0] == '\0' || error.hint().empty()) std::abort();
  }
  return 0;
}
