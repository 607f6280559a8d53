// What each channel at each place contributed to a logit, against PyTorch's numbers.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "engine/explain/contributions.h"
#include "tests/engine/explain_golden.h"

namespace striate {

TEST(Golden, explain_contributions) {
  STRIATE_NEEDS_REFERENCE("golden/explain.safetensors");
  const ExplainGolden golden;
  const std::vector<float> wanted = golden.floats("contributions");
  const float bias = golden.floats("contributions.bias")[0];
  const std::vector<float> logits = golden.floats("logits");
  for (const Device device : Device::all_for_tests()) {
    SCOPED_TRACE(device.name());
    Stream stream(device);
    OpenNetwork network = golden.open(stream);
    const int node = need_layer(network.info()->architecture, "7");
    EXPECT_EQ(contributing_layer(*network.info()), node) << "the last one before the pooling";
    const Contributions made = *contributions(network, golden.input(), golden.best(), node);
    ASSERT_EQ(made.values.size(), wanted.size());
    for (size_t i = 0; i < wanted.size(); ++i) EXPECT_NEAR(made.values[i], double{wanted[i]}, 1e-4) << i;
    EXPECT_NEAR(made.bias(), double{bias}, 1e-5);
    EXPECT_EQ(made.past(), 0);
    const double logit = logits[static_cast<size_t>(golden.best())];
    EXPECT_NEAR(made.logit, logit, 1e-4);
    EXPECT_NEAR(made.total(), made.logit, 1e-5 * std::max(1.0, std::abs(made.logit)));
  }
}

}  // namespace striate
