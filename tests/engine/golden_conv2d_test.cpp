#include "kernels/conv2d.h"
#include "tests/engine/golden.h"

namespace striate {

TEST(Golden, convolutions) {
  STRIATE_NEEDS_REFERENCE("golden/conv2d.safetensors");
  const Golden golden("conv2d.safetensors");
  ASSERT_FALSE(golden.cases().empty());
  for (const std::string& name : golden.cases()) {
    SCOPED_TRACE("case " + name);
    const std::vector<int> x = golden.shape(name + ".x"), w = golden.shape(name + ".w");
    const std::vector<int32_t> params = golden.ints(name + ".params");  // stride pad dilation groups
    Conv2dShape s;
    s.n = x[0], s.c = x[1], s.h = x[2], s.w = x[3];
    s.k = w[0], s.r = w[2], s.s = w[3];
    s.stride_y = s.stride_x = params[0];
    s.pad_top = s.pad_bottom = s.pad_left = s.pad_right = params[1];
    s.dilation_y = s.dilation_x = params[2];
    s.groups = params[3];
    const std::vector<int> y_shape = golden.shape(name + ".y");
    ASSERT_EQ(s.p(), y_shape[2]);
    ASSERT_EQ(s.q(), y_shape[3]);
    on_all_devices([&](Stream& stream) {
      DeviceArray dev_x(stream, golden.floats(name + ".x")), dev_w(stream, golden.floats(name + ".w"));
      DeviceArray dev_dy(stream, golden.floats(name + ".dy")), y(stream, s.y_size()), dx(stream, s.x_size());
      DeviceArray dw(stream, s.w_size()), db(stream, s.k), scratch(stream, conv2d_scratch(s));
      const bool has_bias = golden.has(name + ".b");
      DeviceArray b(stream, has_bias ? golden.floats(name + ".b") : std::vector<float>(1));
      conv2d_forward(stream, s, dev_x.data(), dev_w.data(), has_bias ? b.data() : nullptr, y.data(), scratch.data());
      conv2d_backward_input(stream, s, dev_dy.data(), dev_w.data(), dx.data(), Result::overwrite, scratch.data());
      conv2d_backward_weights(stream, s, dev_x.data(), dev_dy.data(), dw.data(), db.data(), Result::overwrite,
                              scratch.data());
      expect_golden(y.read(), golden.floats(name + ".y"), "y");
      expect_golden(dx.read(), golden.floats(name + ".dx"), "dx");
      expect_golden(dw.read(), golden.floats(name + ".dw"), "dw");
      if (golden.has(name + ".db")) expect_golden(db.read(), golden.floats(name + ".db"), "db");
    });
  }
}

}  // namespace striate
