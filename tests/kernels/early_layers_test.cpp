// The operators of the networks of 1989 and 1998 beside their formulas in double precision.
#include <gtest/gtest.h>

#include "kernels/early_layers.h"
#include "tests/kernels/network_reference.h"

namespace striate {
namespace {

Doubles doubled(Doubles values) {
  for (double& v : values) v *= 2;
  return values;
}

LinkTable table_of(const std::vector<uint64_t>& masks, int channels) {
  LinkTable table;
  table.filters = static_cast<int>(masks.size()), table.channels = channels;
  int before = 0;
  for (size_t k = 0; k < masks.size(); ++k) {
    table.mask[k] = masks[k], table.first[k] = before;
    for (int c = 0; c < channels; ++c) before += static_cast<int>(masks[k] >> c & 1);
  }
  return table;
}

}  // namespace

TEST(SumPool, adds_a_window_up_and_learns_a_factor_and_a_bias) {
  for (const SumPoolShape& s : {SumPoolShape{2, 3, 5, 4, 2}, SumPoolShape{1, 1, 1, 1, 1}, SumPoolShape{3, 2, 7, 9, 3},
                                SumPoolShape{4, 6, 28, 28, 2}, SumPoolShape{1, 2, 3, 3, 3}}) {
    const Floats x = random_floats(s.x_size(), 1), w = random_floats(s.c, 2), b = random_floats(s.c, 3);
    const Floats dy = random_floats(s.y_size(), 4);
    Doubles y(s.y_size()), dx(s.x_size()), dw(s.c), db(s.c);
    for (int64_t i = 0; i < s.y_size(); ++i) {
      const int64_t q = i % s.q(), p = i / s.q() % s.p(), plane = i / s.q() / s.p(), c = plane % s.c;
      double sum = 0;
      for (int r = 0; r < s.size; ++r) {
        for (int t = 0; t < s.size; ++t) {
          const int64_t at = (plane * s.h + p * s.size + r) * s.w + q * s.size + t;
          sum += x[at];
          dx[at] = static_cast<double>(w[c]) * dy[i];
        }
      }
      y[i] = w[c] * sum + b[c];
      dw[c] += dy[i] * sum;
      db[c] += dy[i];
    }
    on_every_device([&](Stream& stream) {
      const auto dev_x = on_device(stream, x), dev_w = on_device(stream, w), dev_b = on_device(stream, b);
      const auto dev_dy = on_device(stream, dy);
      Guarded<float> to(stream, s.y_size()), by_x(stream, s.x_size()), by_w(stream, s.c), by_b(stream, s.c);
      Guarded<float> scratch(stream, s.y_size() + s.c);
      sum_pool_forward(stream, s, dev_x.data(), dev_w.data(), dev_b.data(), to.data());
      expect_close(to.read(stream), y, 1e-6, "y");
      sum_pool_backward_input(stream, s, dev_dy.data(), dev_w.data(), by_x.data(), Result::overwrite);
      expect_close(by_x.read(stream), dx, 1e-6, "dx");
      sum_pool_backward_input(stream, s, dev_dy.data(), dev_w.data(), by_x.data(), Result::accumulate);
      expect_close(by_x.read(stream), doubled(dx), 1e-6, "dx added");
      sum_pool_backward_weights(stream, s, dev_x.data(), dev_dy.data(), by_w.data(), by_b.data(), scratch.data());
      expect_close(by_w.read(stream), dw, 1e-5, "dw");
      expect_close(by_b.read(stream), db, 1e-5, "db");
      scratch.read(stream);
    });
  }
}

TEST(UnitBias, adds_each_unit_its_own) {
  for (const auto& [n, units] : {std::pair{1, 1}, std::pair{3, 17}, std::pair{2, 768}}) {
    const Floats x = random_floats(n * units, 1), b = random_floats(units, 2);
    Doubles y(x.size());
    for (size_t i = 0; i < y.size(); ++i) y[i] = static_cast<double>(x[i]) + b[i % units];
    on_every_device([&, n = n, units = units](Stream& stream) {
      auto dev_x = on_device(stream, x);
      const auto dev_b = on_device(stream, b);
      Guarded<float> to(stream, n * units);
      unit_bias_forward(stream, n, units, dev_x.data(), dev_b.data(), to.data());
      expect_close(to.read(stream), y, 1e-7, "y");
      unit_bias_forward(stream, n, units, dev_x.data(), dev_b.data(), dev_x.data());
      Floats in_place(x.size());
      download(stream, in_place.data(), dev_x, n * units);
      expect_close(in_place, y, 1e-7, "y in place");
    });
  }
}

TEST(Links, are_unpacked_with_zeros_between_and_packed_again) {
  const std::vector<std::pair<std::vector<uint64_t>, int>> tables = {
      {{1}, 1}, {{5, 2, 7}, 3}, {{uint64_t{1} << 63, 3}, 64}, {std::vector<uint64_t>(64, 0x924), 12}};
  for (const auto& [masks, channels] : tables) {
    for (const int taps : {1, 6, 25}) {
      const LinkTable table = table_of(masks, channels);
      std::vector<int64_t> places;  // of each packed value among the others
      for (size_t k = 0; k < masks.size(); ++k) {
        for (int c = 0; c < channels; ++c) {
          if ((masks[k] >> c & 1) == 0) continue;
          for (int t = 0; t < taps; ++t) places.push_back((static_cast<int64_t>(k) * channels + c) * taps + t);
        }
      }
      const Floats packed = random_floats(static_cast<int64_t>(places.size()), 5);
      Doubles whole(masks.size() * channels * taps);
      for (size_t i = 0; i < places.size(); ++i) whole[places[i]] = packed[i];
      const Floats full = random_floats(static_cast<int64_t>(whole.size()), 6);
      Doubles picked;
      for (const int64_t place : places) picked.push_back(full[place]);
      on_every_device([&, taps = taps](Stream& stream) {
        const auto dev_packed = on_device(stream, packed), dev_full = on_device(stream, full);
        Guarded<float> unpacked(stream, static_cast<int64_t>(whole.size()));
        Guarded<float> again(stream, static_cast<int64_t>(places.size()));
        unpack_links(stream, table, taps, dev_packed.data(), unpacked.data());
        expect_close(unpacked.read(stream), whole, 0, "unpacked");
        pack_links(stream, table, taps, dev_full.data(), again.data());
        expect_close(again.read(stream), picked, 0, "packed");
      });
    }
  }
}

TEST(Rbf, gives_the_squared_distance_from_each_center) {
  struct Case {
    int n, k, c;
    float factor;
  };
  for (const Case& s : {Case{2, 10, 84, 1}, Case{1, 1, 1, -1}, Case{5, 3, 17, -1}}) {
    const Floats x = random_floats(s.n * s.c, 1), centers = random_floats(s.k * s.c, 2);
    const Floats dy = random_floats(s.n * s.k, 3);
    Doubles y(dy.size()), dx(x.size());
    for (int n = 0; n < s.n; ++n) {
      for (int k = 0; k < s.k; ++k) {
        for (int i = 0; i < s.c; ++i) {
          const double away = static_cast<double>(x[n * s.c + i]) - centers[k * s.c + i];
          y[n * s.k + k] += s.factor * away * away;
          dx[n * s.c + i] += 2 * s.factor * dy[n * s.k + k] * away;
        }
      }
    }
    on_every_device([&](Stream& stream) {
      const auto dev_x = on_device(stream, x), dev_centers = on_device(stream, centers), dev_dy = on_device(stream, dy);
      Guarded<float> to(stream, s.n * s.k), gradient(stream, s.n * s.c);
      rbf_forward(stream, s.n, s.k, s.c, s.factor, dev_x.data(), dev_centers.data(), to.data());
      expect_close(to.read(stream), y, 1e-6, "y");
      rbf_backward(stream, s.n, s.k, s.c, s.factor, dev_x.data(), dev_centers.data(), dev_dy.data(), gradient.data(),
                   Result::overwrite);
      expect_close(gradient.read(stream), dx, 1e-6, "dx");
      rbf_backward(stream, s.n, s.k, s.c, s.factor, dev_x.data(), dev_centers.data(), dev_dy.data(), gradient.data(),
                   Result::accumulate);
      expect_close(gradient.read(stream), doubled(dx), 1e-6, "dx added");
    });
  }
}

void exercise_early_layers(Stream& stream) {
  const SumPoolShape s{1, 2, 4, 4, 2};
  const auto x = on_device(stream, random_floats(32, 1)), w = on_device(stream, random_floats(32, 2));
  Guarded<float> y(stream, 32), dw(stream, 2), db(stream, 2), scratch(stream, 10);
  sum_pool_forward(stream, s, x.data(), w.data(), w.data(), y.data());
  sum_pool_backward_input(stream, s, x.data(), w.data(), y.data(), Result::overwrite);
  sum_pool_backward_weights(stream, s, x.data(), w.data(), dw.data(), db.data(), scratch.data());
  unit_bias_forward(stream, 2, 16, x.data(), w.data(), y.data());
  const LinkTable table = table_of({1, 3}, 2);
  unpack_links(stream, table, 4, x.data(), y.data());
  pack_links(stream, table, 4, x.data(), y.data());
  rbf_forward(stream, 2, 2, 16, 1, x.data(), w.data(), y.data());
  rbf_backward(stream, 2, 2, 16, 1, x.data(), w.data(), w.data(), y.data(), Result::overwrite);
}

}  // namespace striate
