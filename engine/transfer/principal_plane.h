// Many numbers for each sample, drawn on a plane: principal component analysis down to two dimensions, in double
// precision, the same on every machine. It goes over the products of the samples with each other, since there are fewer
// samples than values.
#pragma once

#include <cstdint>
#include <vector>

namespace striate {

struct PrincipalPlane {
  std::vector<float> x, y;  // per sample; the mean of all is at 0, 0
  double explained = 0;     // share of the variance that the plane shows
};

// values (samples, each). Samples that are all alike lie at 0, 0.
PrincipalPlane principal_plane(const std::vector<float>& values, int64_t samples);

}  // namespace striate
