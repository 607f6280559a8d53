// Operators on tensors of any rank: arithmetic that repeats values, axes turned, sums over axes, products of matrices,
// chosen channels, borders, resizing.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "engine/bench/operator_bench.h"
#include "kernels/gather.h"
#include "kernels/matmul.h"
#include "kernels/pad.h"
#include "kernels/resample.h"
#include "kernels/strided.h"

namespace striate {
namespace {

Box box_of(std::initializer_list<int64_t> sizes) {
  Box box;
  for (const int64_t size : sizes) box.sizes[static_cast<size_t>(box.rank++)] = size;
  return box;
}

double at(const std::vector<float>& values, int64_t i) { return static_cast<double>(values[static_cast<size_t>(i)]); }

// Pictures of (n, c, size, size).
struct Pictures {
  int64_t n, c, size;
  int64_t pixels() const { return size * size; }
  int64_t count() const { return n * c * pixels(); }
  std::string text() const { return fmt::format("{}x{}x{}x{}", n, c, size, size); }
};

void walks(OperatorBench& bench, const Pictures& p) {
  const int64_t count = p.count(), pixels = p.pixels();
  Buffer<float> x = bench.random(count), factors = bench.random(p.c), y = bench.empty(count);
  const std::vector<float> hx = bench.host(x), hf = bench.host(factors);
  const double n = static_cast<double>(count);
  const Box box = box_of({p.n, p.c, pixels});
  bench.time(
      "strided_multiply per channel", p.text(), n, 8 * n,
      [&] {
        strided_arithmetic(bench.stream(), Arithmetic::multiply, box, x.data(), dense_strides(box), factors.data(),
                           Strides{0, 1, 0}, y.data());
      },
      [&] { return bench.agrees(y, [&](int64_t i) { return at(hx, i) * at(hf, i / pixels % p.c); }); });
  const Box turned = box_of({p.n, pixels, p.c});
  bench.time(
      "strided_copy channels last", p.text(), 0, 8 * n,
      [&] {
        strided_copy(bench.stream(), turned, x.data(), Strides{p.c * pixels, 1, pixels}, y.data(),
                     dense_strides(turned));
      },
      [&] {
        return bench.agrees(
            y, [&](int64_t i) { return at(hx, (i / (p.c * pixels) * p.c + i % p.c) * pixels + i / p.c % pixels); });
      });
  bench.time(
      "strided_sum over pixels", p.text(), n, 4 * n,
      [&] {
        SumOperand operand;
        operand.values = x.data(), operand.kept = Strides{pixels}, operand.summed = Strides{1};
        strided_sum(bench.stream(), SumTerm::value, box_of({p.n * p.c}), box_of({pixels}), operand, {}, {},
                    1 / static_cast<float>(pixels), y.data());
      },
      [&] {
        const std::vector<float> got = bench.host(y);
        for (int64_t i = 0; i < p.n * p.c; i += 7) {
          double sum = 0;
          for (int64_t j = 0; j < pixels; ++j) sum += at(hx, i * pixels + j);
          if (!(std::fabs(sum / static_cast<double>(pixels) - at(got, i)) <= 1e-5)) return false;
        }
        return true;
      });
  bench.time(
      "strided_maximum per channel", p.text(), n, 8 * n,
      [&] {
        strided_arithmetic(bench.stream(), Arithmetic::maximum, box, x.data(), dense_strides(box), factors.data(),
                           Strides{0, 1, 0}, y.data());
      },
      [&] { return bench.agrees(y, [&](int64_t i) { return std::max(at(hx, i), at(hf, i / pixels % p.c)); }); });
  Buffer<float> positive = bench.empty(count);
  strided_arithmetic(bench.stream(), Arithmetic::multiply, box, x.data(), dense_strides(box), x.data(),
                     dense_strides(box), positive.data());
  const std::vector<float> hp = bench.host(positive);
  bench.time(
      "strided_power per channel", p.text(), n, 8 * n,
      [&] {
        strided_arithmetic(bench.stream(), Arithmetic::power, box, positive.data(), dense_strides(box), factors.data(),
                           Strides{0, 1, 0}, y.data());
      },
      [&] {
        const std::vector<float> got = bench.host(y);
        for (int64_t i = 0; i < count; i += 7) {
          const double want = std::pow(at(hp, i), at(hf, i / pixels % p.c));
          if (!(std::fabs(want - at(got, i)) <= 1e-5 * std::max(1.0, want))) return false;
        }
        return true;
      });
  bench.time(
      "strided_max over pixels", p.text(), n, 4 * n,
      [&] {
        SumOperand operand;
        operand.values = x.data(), operand.kept = Strides{pixels}, operand.summed = Strides{1};
        strided_max(bench.stream(), box_of({p.n * p.c}), box_of({pixels}), operand, y.data(), nullptr);
      },
      [&] {
        const std::vector<float> got = bench.host(y);
        for (int64_t i = 0; i < p.n * p.c; i += 7) {
          double most = -2;
          for (int64_t j = 0; j < pixels; ++j) most = std::max(most, at(hx, i * pixels + j));
          if (at(got, i) != most) return false;
        }
        return true;
      });
  std::vector<int32_t> order;
  for (int64_t i = 0; i < p.c; ++i) order.push_back(static_cast<int32_t>(p.c - 1 - i));
  bench.time(
      "gather channels", p.text(), 0, 8 * n,
      [&] { gather_forward(bench.stream(), p.n, p.c, pixels, order, x.data(), y.data()); },
      [&] {
        return bench.agrees(y, [&](int64_t i) {
          const int64_t plane = i / pixels, channel = plane % p.c;
          return at(hx, (plane - channel + p.c - 1 - channel) * pixels + i % pixels);
        });
      });
}

void borders(OperatorBench& bench, const Pictures& p) {
  const int64_t size = p.size, out = size + 2;
  PadShape s{PadMode::reflect, box_of({p.n, p.c, size, size}), box_of({p.n, p.c, out, out}), Strides{0, 0, 1, 1}, 0};
  Buffer<float> x = bench.random(s.from.count()), y = bench.empty(s.to.count());
  const std::vector<float> hx = bench.host(x);
  const double bytes = 4 * static_cast<double>(s.from.count() + s.to.count());
  const auto inside = [&](int64_t i) { return i < 0 ? -i : i < size ? i : 2 * (size - 1) - i; };
  bench.time(
      "pad reflect", p.text(), 0, bytes, [&] { pad_forward(bench.stream(), s, x.data(), y.data()); },
      [&] {
        return bench.agrees(y, [&](int64_t i) {
          const int64_t row = inside(i / out % out - 1), column = inside(i % out - 1);
          return at(hx, (i / (out * out) * size + row) * size + column);
        });
      });
}

void resizing(OperatorBench& bench, const Pictures& p) {
  ResampleAxis axis;
  axis.in = p.size, axis.out = 2 * p.size, axis.scale = 2, axis.linear = true;
  const int64_t outer = p.n * p.c, inner = p.size;
  Buffer<float> x = bench.random(outer * axis.in * inner), y = bench.empty(outer * axis.out * inner);
  Buffer<float> table = bench.empty(resample_table_size(axis));
  const std::vector<float> hx = bench.host(x);
  const double values = static_cast<double>(outer * axis.out * inner);
  bench.time(
      "resample rows twice as many", p.text(), 4 * values, 6 * values,
      [&] {
        resample_table(bench.stream(), axis, false, table.data());
        resample_forward(bench.stream(), axis, outer, inner, table.data(), x.data(), y.data());
      },
      [&] {
        return bench.agrees(y, [&](int64_t i) {
          const int64_t column = i % inner, q = i / inner % axis.out, o = i / inner / axis.out;
          const double place =
              std::clamp((static_cast<double>(q) + 0.5) / 2 - 0.5, 0.0, static_cast<double>(axis.in - 1));
          const auto below = static_cast<int64_t>(place);
          const int64_t above = std::min(below + 1, axis.in - 1);
          const double part = place - static_cast<double>(below);
          const auto value = [&](int64_t row) { return at(hx, (o * axis.in + row) * inner + column); };
          return value(below) * (1 - part) + value(above) * part;
        });
      });
}

void products(OperatorBench& bench, int64_t stack, int64_t m, int64_t n, int64_t k) {
  MatmulShape s;
  s.batch = box_of({stack});
  s.m = m, s.n = n, s.k = k;
  s.a_batch = Strides{m * k}, s.b_batch = Strides{k * n};
  s.a_row = k, s.b_row = n;
  Buffer<float> a = bench.random(stack * m * k), b = bench.random(stack * k * n), y = bench.empty(stack * m * n);
  const std::vector<float> ha = bench.host(a), hb = bench.host(b);
  const double flops = 2 * static_cast<double>(stack * m * n * k);
  const double bytes = 4 * static_cast<double>(stack * (m * k + k * n + m * n));
  bench.time(
      "matmul", fmt::format("{} of {}x{}x{}", stack, m, k, n), flops, bytes,
      [&] { matmul(bench.stream(), s, a.data(), b.data(), y.data()); },
      [&] {
        return bench.agrees(y, [&](int64_t i) {
          const int64_t which = i / (m * n), row = i / n % m, column = i % n;
          double sum = 0;
          for (int64_t t = 0; t < k; ++t)
            sum += at(ha, (which * m + row) * k + t) * at(hb, (which * k + t) * n + column);
          return sum;
        });
      });
}

}  // namespace

void bench_tensors(OperatorBench& bench, int batch) {
  const Pictures pictures{batch, 16, 28};
  walks(bench, pictures);
  borders(bench, pictures);
  resizing(bench, pictures);
  products(bench, 1, 256, 256, 256);
  products(bench, 12, 197, 197, 64);
}

}  // namespace striate
