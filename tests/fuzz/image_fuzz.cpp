// libFuzzer over every picture reader: whatever the bytes, read_image() returns a whole picture or throws an Error with
// both lines. Run: image_fuzz -rss_limit_mb=2048 -timeout=5 CORPUS SEEDS
// The limit is 4 megapixels, so that the time goes into readers and not into clearing memory.
#include <cstdio>
#include <cstdlib>

#include "engine/error.h"
#include "engine/files/image_file.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  striate::ImageLimits limits;
  limits.megapixels = 4;
  try {
    const striate::ImagePtr image = striate::read_image(data, size, "fuzz", limits);
    // Touch every value: a picture whose memory is shorter than its size says is a finding.
    unsigned long sum = 0;
    for (const uint8_t value : image->bytes) sum += value;
    for (const uint16_t value : image->wide) sum += value;
    const bool sized = image->bytes.size() == image->value_count() &&
                       (image->bits == 8 ? image->wide.empty() : image->wide.size() == image->value_count());
    if (!sized || image->width < 1 || image->height < 1 || sum == ~0ul) std::abort();
  } catch (const striate::Error& error) {
    if (error.what()[0] == '\0' || error.hint().empty()) std::abort();
  }
  return 0;
}
