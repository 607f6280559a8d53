// The copy of limits.h as a GPU runs it, which reads and writes through M (access.h), so that it can be observed.
#pragma once

#include "kernels/access.h"
#include "kernels/launch.h"

namespace striate {
namespace limits {

// On the GPU one thread copies one float, so that neighbors read together.
template <class M>
struct CopyOneFloat {
  typename M::In from;
  typename M::Out to;
  HD void operator()(int64_t i) const { to[i] = from[i]; }
};

}  // namespace limits
}  // namespace striate
