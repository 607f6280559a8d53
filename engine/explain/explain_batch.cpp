#include "engine/explain/explain_batch.h"

#include "engine/network/batch_size.h"
#include "engine/network/per_picture.h"

namespace striate {

int explain_batch(const OpenNetworkInfo& info, bool gradients, int most) {
  constexpr int64_t kBudget = int64_t{1} << 29;
  if (info.architecture.whole() || picture_mistake(info.architecture)) return 1;
  return batch_within(info.architecture, gradients ? Plan{1, false, true} : Plan::inference(1), kBudget, most);
}

std::vector<float> repeated(const std::vector<float>& values, int times) {
  std::vector<float> all;
  all.reserve(values.size() * static_cast<size_t>(times));
  for (int i = 0; i < times; ++i) all.insert(all.end(), values.begin(), values.end());
  return all;
}

Session::Progress inside(const Session::Progress& whole, int done, int all) {
  if (!whole) return nullptr;
  return [&whole, done, all](int, int) { return whole(done, all); };
}

}  // namespace striate
