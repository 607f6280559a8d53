// Layers measured one by one: each has a time, and it can be given up.
#include "engine/session/layer_times.h"

#include <gtest/gtest.h>

#include <numeric>
#include <vector>

#include "engine/error.h"

namespace striate {

TEST(LayerTimes, are_those_of_every_layer_and_leave_the_network_as_it_was) {
  for (const Device device : Device::all_for_tests()) {
    SCOPED_TRACE(device.name());
    Stream stream(device);
    OpenNetwork network = OpenNetwork::open(stream, "lenet5");
    const std::vector<float> input(28 * 28, 0.5f);
    const std::vector<float> before = network.run(input)->logits;
    const LayerTimes times = *measure_layers(network, input, 3);
    ASSERT_EQ(times.milliseconds.size(), network.info()->layers.size());
    EXPECT_EQ(times.milliseconds[0], 0) << "the input takes none";
    for (size_t n = 1; n < times.milliseconds.size(); ++n) EXPECT_GT(times.milliseconds[n], 0) << n;
    EXPECT_DOUBLE_EQ(times.total(), std::accumulate(times.milliseconds.begin(), times.milliseconds.end(), 0.0));
    EXPECT_EQ(times.runs, 3);
    EXPECT_EQ(network.run(input)->logits, before);
    EXPECT_FALSE(measure_layers(network, input, 3, [](int done, int) { return done < 20; }));
    EXPECT_THROW(measure_layers(network, {1, 2, 3}), Error);
    EXPECT_EQ(network.run(input)->logits, before);
  }
}

}  // namespace striate
