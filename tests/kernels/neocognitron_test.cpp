// The Neocognitron's cells against the formulas on top of neocognitron.h.
#include "kernels/neocognitron.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "kernels/error.h"
#include "tests/kernels/network_reference.h"

namespace striate {
namespace {

struct Cells {
  SCellShape s;
  CCellShape c;
};
Cells cells(int n, int j, int h, int w, int k, int window, int pad, int c_window, int stride, int before, int after) {
  Cells both;
  both.s = {n, j, h, w, k, window, pad};
  both.c = {n, k, both.s.p(), both.s.q(), c_window, stride, before, after};
  return both;
}
std::vector<Cells> shapes() {
  return {cells(1, 1, 1, 1, 1, 1, 0, 1, 1, 0, 0), cells(1, 3, 12, 12, 4, 5, 0, 5, 1, 0, 0),
          cells(2, 1, 16, 16, 5, 5, 2, 5, 2, 3, 4), cells(3, 4, 7, 9, 2, 3, 1, 2, 3, 1, 0)};
}
double at(const Floats& u, const SCellShape& s, int n, int j, int row, int column) {
  if (row < 0 || column < 0 || row >= s.h || column >= s.w) return 0;
  return u[static_cast<size_t>(((n * s.j + j) * s.h + row) * s.w + column)];
}

}  // namespace

TEST(NeocognitronCells, agree_with_the_formulas) {
  on_every_device([](Stream& stream) {
    for (const Cells& shape : shapes()) {
      const SCellShape& s = shape.s;
      const CCellShape& c = shape.c;
      const int p = s.p(), q = s.q(), cp = c.p(), cq = c.q();
      Floats u = random_floats(int64_t{1} * s.n * s.j * s.h * s.w, 1, 0, 1);
      const Floats a = random_floats(s.k * s.taps(), 2, 0, 2), b = random_floats(s.k, 3, 0.2f, 3);
      const Floats weights = random_floats(s.taps(), 4, 0, 0.1f), d = random_floats(c.window * c.window, 5, 0, 1);
      if (s.n > 1) std::fill(u.begin(), u.begin() + s.j * s.h * s.w, 0.0f);  // a picture of nothing
      const double r = 1.7, alpha = 0.5;
      Doubles v, us, uc, vs;
      for (int n = 0; n < s.n; ++n) {
        for (int i = 0; i < p * q; ++i) {
          double squares = 0;
          for (int t = 0; t < s.taps(); ++t) {
            const double value = at(u, s, n, t / s.window / s.window, i / q - s.pad + t / s.window % s.window,
                                    i % q - s.pad + t % s.window);
            squares += weights[static_cast<size_t>(t)] * value * value;
          }
          v.push_back(std::sqrt(squares));
        }
        for (int k = 0; k < s.k; ++k) {
          for (int i = 0; i < p * q; ++i) {
            double sum = 1;
            for (int t = 0; t < s.taps(); ++t) {
              sum += a[static_cast<size_t>(k * s.taps() + t)] * at(u, s, n, t / s.window / s.window,
                                                                   i / q - s.pad + t / s.window % s.window,
                                                                   i % q - s.pad + t % s.window);
            }
            const double inhibits = 2 * r / (1 + r) * b[static_cast<size_t>(k)] * v[static_cast<size_t>(n * p * q + i)];
            us.push_back(r * std::max(0.0, sum / (1 + inhibits) - 1));
          }
        }
        Doubles sums, means(static_cast<size_t>(cp * cq));
        for (int k = 0; k < s.k; ++k) {
          for (int i = 0; i < cp * cq; ++i) {
            double sum = 0;
            for (int t = 0; t < c.window * c.window; ++t) {
              const int row = i / cq * c.stride - c.before + t / c.window;
              const int column = i % cq * c.stride - c.before + t % c.window;
              if (row < 0 || column < 0 || row >= p || column >= q) continue;
              sum += d[static_cast<size_t>(t)] * us[static_cast<size_t>(((n * s.k + k) * p + row) * q + column)];
            }
            sums.push_back(sum);
            means[static_cast<size_t>(i)] += sum / s.k;
          }
        }
        for (size_t i = 0; i < sums.size(); ++i) {
          const double x = std::max(0.0, (1 + sums[i]) / (1 + means[i % means.size()]) - 1);
          uc.push_back(x / (alpha + x));
        }
        vs.insert(vs.end(), means.begin(), means.end());
      }
      const auto gu = on_device(stream, u), ga = on_device(stream, a), gb = on_device(stream, b);
      const auto gc = on_device(stream, weights), gd = on_device(stream, d);
      Guarded<float> gv(stream, v.size()), gus(stream, us.size()), gvs(stream, vs.size()), guc(stream, uc.size());
      neocognitron_v(stream, s, gu.data(), gc.data(), gv.data());
      neocognitron_s(stream, s, 1.7f, gu.data(), ga.data(), gb.data(), gv.data(), gus.data());
      neocognitron_c(stream, c, 0.5f, gus.data(), gd.data(), gvs.data(), guc.data());
      expect_close(gv.read(stream), v, 1e-6, "v");
      expect_close(gus.read(stream), us, 1e-5, "us");
      expect_close(gvs.read(stream), vs, 1e-5, "vs");
      expect_close(guc.read(stream), uc, 1e-5, "uc");
    }
  });
}

TEST(NeocognitronCells, a_representative_teaches_its_plane_and_no_other) {
  on_every_device([](Stream& stream) {
    const SCellShape s{1, 2, 6, 7, 3, 3, 1};
    const Floats u = random_floats(2 * 6 * 7, 1, 0, 1), c = random_floats(s.taps(), 2, 0, 0.2f);
    const Floats a = random_floats(3 * s.taps(), 3, 0, 1), b = random_floats(3, 4, 0, 1);
    const Floats v = random_floats(s.p() * s.q(), 5, 0, 1);
    const std::vector<int32_t> representatives{2, 0, 6, 0, 3, 3};
    Doubles more_a = doubles(a), more_b = doubles(b);
    for (size_t i = 0; i < representatives.size(); i += 3) {
      const int k = representatives[i], row = representatives[i + 1], column = representatives[i + 2];
      for (int t = 0; t < s.taps(); ++t) {
        more_a[static_cast<size_t>(k * s.taps() + t)] +=
            1.5 * c[static_cast<size_t>(t)] * at(u, s, 0, t / 9, row - 1 + t / 3 % 3, column - 1 + t % 3);
      }
      more_b[static_cast<size_t>(k)] += 0.75 * v[static_cast<size_t>(row * s.q() + column)];
    }
    const auto gu = on_device(stream, u), gc = on_device(stream, c), gv = on_device(stream, v);
    const auto which = on_device(stream, representatives);
    Buffer<float> ga = on_device(stream, a), gb = on_device(stream, b);
    neocognitron_learn(stream, s, 1.5f, gu.data(), gc.data(), gv.data(), which.data(), 2, ga.data(), gb.data());
    Floats learned_a(a.size()), learned_b(b.size());
    download(stream, learned_a.data(), ga, static_cast<int64_t>(a.size()));
    download(stream, learned_b.data(), gb, static_cast<int64_t>(b.size()));
    expect_close(learned_a, more_a, 1e-6, "a");
    expect_close(learned_b, more_b, 1e-6, "b");
  });
}

TEST(NeocognitronCells, refuse_windows_that_do_not_fit) {
  EXPECT_THROW(check(SCellShape{1, 1, 4, 4, 1, 5, 0}), Error);
  EXPECT_NO_THROW(check(SCellShape{1, 1, 4, 4, 1, 5, 1}));
  EXPECT_THROW(check(SCellShape{1, 0, 4, 4, 1, 1, 0}), Error);
  EXPECT_THROW(check(CCellShape{1, 1, 4, 4, 5, 1, 0, 0}), Error);
  EXPECT_THROW(check(CCellShape{1, 1, 4, 4, 2, 0, 0, 0}), Error);
}

void exercise_neocognitron(Stream& stream) {
  const Cells shape = cells(1, 2, 8, 8, 3, 3, 1, 3, 2, 1, 1);
  const auto u = on_device(stream, random_floats(2 * 64, 1, 0, 1));
  const auto c = on_device(stream, random_floats(shape.s.taps(), 2, 0, 1));
  Buffer<float> a = on_device(stream, random_floats(3 * shape.s.taps(), 3, 0, 1));
  Buffer<float> b = on_device(stream, random_floats(3, 4, 0, 1));
  const auto which = on_device(stream, std::vector<int32_t>{1, 2, 3});
  Guarded<float> v(stream, 64), us(stream, 3 * 64), vs(stream, 16), uc(stream, 3 * 16);
  neocognitron_v(stream, shape.s, u.data(), c.data(), v.data());
  neocognitron_s(stream, shape.s, 1, u.data(), a.data(), b.data(), v.data(), us.data());
  neocognitron_c(stream, shape.c, 0.5f, us.data(), c.data(), vs.data(), uc.data());
  neocognitron_learn(stream, shape.s, 1, u.data(), c.data(), v.data(), which.data(), 1, a.data(), b.data());
}

}  // namespace striate
