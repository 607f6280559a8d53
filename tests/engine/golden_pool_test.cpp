#include "kernels/pool.h"
#include "tests/engine/golden.h"

namespace striate {

TEST(Golden, pooling) {
  STRIATE_NEEDS_REFERENCE("golden/pool.safetensors");
  const Golden golden("pool.safetensors");
  ASSERT_FALSE(golden.cases().empty());
  for (const std::string& name : golden.cases()) {
    SCOPED_TRACE("case " + name);
    const std::vector<int> x = golden.shape(name + ".x");
    Pool2dShape s;
    s.n = x[0], s.c = x[1], s.h = x[2], s.w = x[3];
    const std::string kind = name.substr(0, name.find('.'));
    if (kind == "max" || kind == "avg") {
      const std::vector<int32_t> params = golden.ints(name + ".params");  // kernel stride pad
      s.r = s.s = params[0];
      s.stride_y = s.stride_x = params[1];
      s.pad_top = s.pad_bottom = s.pad_left = s.pad_right = params[2];
    } else {
      ASSERT_EQ(kind, "globalavg") << "a kind of pooling that this test does not know";
      s.r = s.h, s.s = s.w;
    }
    on_all_devices([&](Stream& stream) {
      DeviceArray dev_x(stream, golden.floats(name + ".x")), dy(stream, golden.floats(name + ".dy"));
      DeviceArray y(stream, s.y_size()), dx(stream, s.x_size());
      if (kind == "max") {
        Buffer<int32_t> argmax(stream.device(), s.y_size(), "a test's argmax");
        max_pool_forward(stream, s, dev_x.data(), y.data(), argmax.data());
        max_pool_backward(stream, s, dy.data(), argmax.data(), dx.data(), Result::overwrite);
      } else if (kind == "avg") {
        average_pool_forward(stream, s, dev_x.data(), y.data());
        average_pool_backward(stream, s, dy.data(), dx.data(), Result::overwrite);
      } else {
        global_average_pool_forward(stream, s.n, s.c, s.h * s.w, dev_x.data(), y.data());
        global_average_pool_backward(stream, s.n, s.c, s.h * s.w, dy.data(), dx.data(), Result::overwrite);
      }
      expect_golden(y.read(), golden.floats(name + ".y"), "y");
      expect_golden(dx.read(), golden.floats(name + ".dx"), "dx");
    });
  }
}

}  // namespace striate
