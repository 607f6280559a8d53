// libFuzzer over the safetensors reader: tensors that can all be converted, or an Error with both lines. What is read
// is written and read again, and must be the same. Run: safetensors_fuzz -rss_limit_mb=2048 -timeout=5 CORPUS SEEDS
#include <cstdlib>

#include "engine/error.h"
#include "engine/files/safetensors.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  try {
    const striate::SafeTensors file = striate::SafeTensors::read(data, size, "fuzz");
    striate::SafeTensorsWriter writer;
    writer.metadata = file.metadata();
    for (const striate::SafeTensor& tensor : file.tensors()) {
      if (file.floats(tensor.name).size() != tensor.count()) std::abort();
      if (!tensor.name.empty()) writer.add(tensor.name, tensor.dtype, tensor.shape, file.raw(tensor), tensor.bytes);
    }
    const std::vector<uint8_t> written = writer.to_memory();
    const striate::SafeTensors again = striate::SafeTensors::read(written.data(), written.size(), "again");
    if (again.tensors().size() > file.tensors().size()) std::abort();
  } catch (const striate::Error& error) {
    if (error.what()[0] == '\0' || error.hint().empty()) std::abort();
  }
  return 0;
}
