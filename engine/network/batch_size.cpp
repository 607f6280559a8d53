#include "engine/network/batch_size.h"

namespace striate {

int batch_within(const Architecture& architecture, const Plan& plan, int64_t budget, int most) {
  if (architecture.whole()) return 1;
  int fits = 1, too_many = most + 1;
  while (fits + 1 < too_many) {
    Plan tried = plan;
    tried.batch = fits + (too_many - fits) / 2;
    (plan_tensors(architecture, tried).bytes() <= budget ? fits : too_many) = tried.batch;
  }
  return fits;
}

}  // namespace striate
