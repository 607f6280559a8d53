#include "engine/neocognitron/neocognitron.h"
#include "kernels/neocognitron.h"
#include "tests/engine/golden.h"

namespace striate {

TEST(Golden, neocognitron_forward_and_one_step_of_reinforcement) {
  STRIATE_NEEDS_REFERENCE("golden/neocognitron.safetensors");
  const Golden golden("neocognitron.safetensors");
  const std::vector<int> u = golden.shape("u"), a = golden.shape("a"), v = golden.shape("v"), d = golden.shape("d");
  SCellShape s;
  s.j = u[0], s.h = u[1], s.w = u[2], s.k = a[0], s.window = a[2];
  ASSERT_EQ(s.p(), v[0]);
  CCellShape c;
  c.k = s.k, c.h = s.p(), c.w = s.q(), c.window = d[0];
  ASSERT_EQ(c.p(), golden.shape("uc")[1]);
  on_all_devices([&](Stream& stream) {
    DeviceArray gu(stream, golden.floats("u")), ga(stream, golden.floats("a")), gb(stream, golden.floats("b"));
    DeviceArray gc(stream, golden.floats("c")), gd(stream, golden.floats("d"));
    DeviceArray gv(stream, s.p() * s.q()), gus(stream, s.k * s.p() * s.q());
    DeviceArray gvs(stream, c.p() * c.q()), guc(stream, c.k * c.p() * c.q());
    neocognitron_v(stream, s, gu.data(), gc.data(), gv.data());
    neocognitron_s(stream, s, 1.7f, gu.data(), ga.data(), gb.data(), gv.data(), gus.data());
    neocognitron_c(stream, c, 0.5f, gus.data(), gd.data(), gvs.data(), guc.data());
    expect_golden(gv.read(), golden.floats("v"), "v");
    expect_golden(gus.read(), golden.floats("us"), "us");
    expect_golden(gvs.read(), golden.floats("vs"), "vs");
    expect_golden(guc.read(), golden.floats("uc"), "uc");
    // Each plane's largest cell is its representative.
    const std::vector<int32_t> representatives = golden.ints("representatives");
    const NeocognitronMaps::Map map{s.k, s.p(), s.q(), gus.read()};
    for (int k = 0; k < s.k; ++k) {
      const auto place = static_cast<size_t>(3 * k);
      ASSERT_EQ(representatives[place], k);
      for (const float value :
           std::vector<float>(map.values.begin() + k * s.p() * s.q(), map.values.begin() + (k + 1) * s.p() * s.q())) {
        EXPECT_LE(value, map.at(k, representatives[place + 1], representatives[place + 2]));
      }
    }
    Buffer<int32_t> which(stream.device(), static_cast<int64_t>(representatives.size()), "representatives");
    upload(stream, which, representatives.data(), which.size());
    DeviceArray da(stream, std::vector<float>(golden.floats("a").size(), 0.0f));
    DeviceArray db(stream, std::vector<float>(static_cast<size_t>(s.k), 0.0f));
    neocognitron_learn(stream, s, 1.2f, gu.data(), gc.data(), gv.data(), which.data(), s.k, da.data(), db.data());
    expect_golden(da.read(), golden.floats("da"), "da");
    expect_golden(db.read(), golden.floats("db"), "db");
  });
}

}  // namespace striate
