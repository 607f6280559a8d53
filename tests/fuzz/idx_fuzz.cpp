// libFuzzer over the IDX reader, plain and gzip: an array whose values can all be read, or an Error with both lines.
// What is read is written and read again, and must be the same. Run: idx_fuzz -rss_limit_mb=2048 -timeout=5 CORPUS
#include <cstdlib>

#include "engine/error.h"
#include "engine/files/idx.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  try {
    const striate::IdxArray array = striate::read_idx(data, size, "fuzz");
    if (static_cast<int64_t>(array.doubles().size()) != array.count()) std::abort();
    const std::vector<uint8_t> written = striate::idx_bytes(array);
    const striate::IdxArray again = striate::read_idx(written.data(), written.size(), "again");
    if (again.shape != array.shape || again.values != array.values) std::abort();
  } catch (const striate::Error& error) {
    if (error.what()[0] == '\0' || error.hint().empty()) std::abort();
  }
  return 0;
}
