// libFuzzer over the CIFAR-10 reader: pictures and labels that fit each other, or an Error with both lines.
// Run: cifar_fuzz -rss_limit_mb=2048 -timeout=5 -max_len=10000 CORPUS
#include <cstdlib>

#include "engine/error.h"
#include "engine/files/cifar.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  try {
    const striate::CifarBatch batch = striate::read_cifar10(data, size, "fuzz");
    if (batch.labels.empty() || batch.pixels.size() != batch.labels.size() * 3072) std::abort();
    for (const int label : batch.labels)
      if (label < 0 || label > 9) std::abort();
  } catch (const striate::Error& error) {
    if (error.what()[0] == '\0' || error.hint().empty()) std::abort();
  }
  return 0;
}
