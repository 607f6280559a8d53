// Products in tiles of shared memory: each result is its terms one after the other and piece after piece, bit for bit,
// in every order of the threads, whatever of a tile is missing; and who uses them gives what the formulas say.
#include "kernels/tiled_product.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

#include "kernels/conv2d_weight_tiles.h"
#include "kernels/dense.h"
#include "kernels/matmul_kernel.h"
#include "kernels/summation.h"
#include "kernels/tf32.h"
#include "tests/kernels/network_reference.h"

namespace striate {
namespace {

void on_every_gpu(const std::function<void(Stream&)>& test) {
  on_every_device([&](Stream& stream) {
    if (stream.device().is_gpu()) test(stream);
  });
}

std::vector<uint32_t> bits(const Floats& values) {
  std::vector<uint32_t> result(values.size());
  std::memcpy(result.data(), values.data(), values.size() * sizeof(float));
  return result;
}

enum class Form { rows, shifted, columns, both_columns };  // of tiled_product.cu
struct Case {
  Form form;
  int m, n, images, lines, places;
  int images_per_piece, terms_per_part;
  int products = 1;
  bool bias = false, add = false;
};
const Case kCases[] = {
    {Form::rows, 1, 1, 1, 1, 1, 1, 32},                     // one result of one term
    {Form::rows, 64, 64, 1, 1, 32, 1, 32},                  // one tile, one step
    {Form::rows, 65, 63, 1, 1, 33, 1, 64},                  // a row more, a column less, a term more
    {Form::rows, 7, 130, 1, 1, 200, 1, 96, 2},              // three pieces, the last shorter; two products
    {Form::rows, 30, 66, 1, 1, 64, 1, 64, 1, true},         // a bias
    {Form::rows, 30, 66, 1, 1, 70, 1, 96, 3, false, true},  // added to what is there
    {Form::shifted, 33, 27, 3, 5, 7, 1, 64, 2},             // lines shorter than a step, pieces of an image and of less
    {Form::shifted, 24, 70, 5, 3, 31, 2, 186},              // pieces of two images, the last of one
    {Form::shifted, 64, 65, 2, 2, 97, 2, 400},              // one piece
    {Form::shifted, 24, 24, 2, 1, 1, 1, 32},                // lines of one place
    {Form::columns, 33, 32, 1, 1, 40, 1, 40},               // stored in fours
    {Form::columns, 70, 67, 1, 1, 95, 1, 95, 3},            // not in fours
    {Form::columns, 64, 128, 1, 1, 64, 1, 64, 1, true, true},
    {Form::columns, 32, 68, 1, 1, 31, 1, 31, 1, true},
    {Form::both_columns, 33, 36, 1, 1, 50, 1, 50, 2},
    {Form::both_columns, 67, 35, 1, 1, 129, 1, 64},
};

struct Product {
  TiledProductArguments g;
  std::vector<int32_t> shifts;
  int64_t a = 0, b = 0;  // sizes
  // Where term t of image n and row i stand.
  int64_t a_at(int product, int64_t t, int i) const { return product * g.a_batch[0] + at(g.a, t, i, nullptr); }
  int64_t b_at(int product, int64_t t, int j) const {
    return product * g.b_batch[0] + at(g.b, t, j, shifts.empty() ? nullptr : shifts.data());
  }
  int64_t at(const ProductOperand& o, int64_t t, int i, const int32_t* shift) const {
    if (!o.terms_are_neighbors) return t * o.apart + i;
    const int64_t place = t % g.places, line = t / g.places % g.lines, image = t / g.terms_per_image();
    return image * o.of_image + line * o.of_line + place + (shift != nullptr ? shift[i] : i * o.apart);
  }
};

Product product_of(const Case& c) {
  Product p;
  TiledProductArguments& g = p.g;
  g.m = c.m, g.n = c.n, g.images = c.images, g.lines = c.lines, g.places = c.places;
  g.images_per_piece = c.images_per_piece, g.terms_per_part = c.terms_per_part, g.add = c.add;
  g.a.terms_are_neighbors = c.form != Form::both_columns;
  g.b.terms_are_neighbors = c.form == Form::rows || c.form == Form::shifted;
  const int64_t terms = g.images * g.terms_per_image();
  // Images of a lie row after row; b's lines have gaps, and its rows overlap where they are shifted.
  g.a.of_line = c.places, g.a.apart = g.a.terms_are_neighbors ? g.terms_per_image() + 1 : c.m + 2;
  g.a.of_image = c.m * g.a.apart + 3;
  g.b.of_line = c.form == Form::shifted ? c.places + 2 : c.places;
  g.b.apart = g.b.terms_are_neighbors ? terms + 2 : c.n + 1;
  g.b.of_image = c.lines * g.b.of_line + 5;
  if (c.form == Form::shifted) {
    for (int j = 0; j < c.n; ++j) p.shifts.push_back(j * 37 % 101);
  }
  p.a = g.a.terms_are_neighbors ? g.images * g.a.of_image : terms * g.a.apart;
  p.b = c.form == Form::shifted ? g.images * g.b.of_image + 101
                                : (g.b.terms_are_neighbors ? c.n * g.b.apart : terms * g.b.apart);
  g.batch.rank = 1, g.batch.sizes[0] = c.products;
  g.a_batch[0] = p.a, g.b_batch[0] = p.b;
  p.a *= c.products, p.b *= c.products;
  return p;
}

}  // namespace

TEST(TiledProduct, adds_terms_one_after_the_other_and_pieces_in_their_order) {
  on_every_gpu([](Stream& stream) {
    const SummationOrder order = summation_order(stream.device());
    for (const Case& c : kCases) {
      SCOPED_TRACE(testing::Message() << static_cast<int>(c.form) << ": " << c.m << " x " << c.n << ", " << c.images
                                      << " x " << c.lines << " x " << c.places);
      Product p = product_of(c);
      TiledProductArguments& g = p.g;
      Floats a = random_floats(p.a, 1), b = random_floats(p.b, 2);
      for (size_t i = 0; i < a.size(); i += 5) a[i] = -0.0f;
      const Floats bias = random_floats(c.n, 3);
      const auto dev_a = on_device(stream, a), dev_b = on_device(stream, b), dev_bias = on_device(stream, bias);
      const auto dev_shifts = on_device(stream, p.shifts);
      g.a.data = dev_a.data(), g.b.data = dev_b.data();
      if (c.form == Form::shifted) g.b.shifts = dev_shifts.data();
      ASSERT_TRUE(tiled_product_fits(g));
      const int pieces = g.pieces();
      if (c.bias && pieces == 1) g.bias = dev_bias.data();
      const int64_t each = int64_t{c.products} * c.m * c.n;
      const Floats before = random_floats(each * pieces, 4);
      Guarded<float> sums(stream, each * pieces), out(stream, each);
      copy_bytes(stream, sums.data(), stream.device(), before.data(), Device::cpu(), before.size() * sizeof(float));
      g.out = sums.data();
      tiled_product(stream, "product", g);
      const Floats got = sums.read(stream);
      add_pieces(stream, "pieces", each, c.n, pieces, sums.data(), c.bias ? dev_bias.data() : nullptr, out.data(),
                 false);
      const Floats all = out.read(stream);

      const int64_t terms = g.images * g.terms_per_image(), stretch = g.images_per_piece * g.terms_per_image();
      for (int64_t at = 0; at < each; ++at) {
        const int product = static_cast<int>(at / c.m / c.n), i = static_cast<int>(at / c.n % c.m);
        const int j = static_cast<int>(at % c.n);
        const auto pair = [&](int64_t t) {
          return std::pair<float, float>(a[p.a_at(product, t, i)], b[p.b_at(product, t, j)]);
        };
        if (pieces == 1) {
          float want = sum_of_pieces(order, terms, terms, terms, pair);
          if (c.bias) want += bias[j];
          if (c.add) want = before[at] + want;
          ASSERT_EQ(bits({got[at]}), bits({want})) << at;
        } else if (!c.add) {
          float want = sum_of_pieces(order, terms, stretch, g.terms_per_part, pair);
          if (c.bias) want += bias[j];
          ASSERT_EQ(bits({all[at]}), bits({want})) << at;
        }
      }
    }
  });
}

TEST(TiledProduct, tf32_keeps_eleven_digits) {
  EXPECT_FALSE(tf32()) << "off unless somebody asks for it";
  const float digit = 1.0f / 1024;  // the last one of 1
  EXPECT_EQ(to_tf32(1 + digit), 1 + digit);
  EXPECT_EQ(to_tf32(1 + digit * 0.49f), 1);
  EXPECT_EQ(to_tf32(1 + digit / 2), 1 + digit) << "a tie goes away from zero";
  EXPECT_EQ(to_tf32(-1 - digit / 2), -1 - digit);
  EXPECT_EQ(to_tf32(2 - digit / 4), 2);
  EXPECT_EQ(bits({to_tf32(-0.0f)}), bits({-0.0f}));
  EXPECT_TRUE(std::isinf(to_tf32(INFINITY)));
  EXPECT_TRUE(std::isnan(to_tf32(NAN)));
}

// The emulated GPU gives the bits of the float32 sums of rounded numbers; tensor cores add in an order of their own.
TEST(TiledProduct, with_tf32_is_the_product_of_rounded_numbers) {
  struct On {
    On() { set_tf32(true); }
    ~On() { set_tf32(false); }
  };
  on_every_gpu([](Stream& stream) {
    for (const Case& c : kCases) {
      SCOPED_TRACE(testing::Message() << static_cast<int>(c.form) << ": " << c.m << " x " << c.n);
      Product p = product_of(c);
      TiledProductArguments& g = p.g;
      const Floats a = random_floats(p.a, 1), b = random_floats(p.b, 2), bias = random_floats(c.n, 3);
      Floats small_a = a, small_b = b;
      for (Floats* each : {&small_a, &small_b}) {
        for (float& value : *each) value = to_tf32(value);
      }
      EXPECT_NE(small_a, a);
      const auto dev_bias = on_device(stream, bias);
      const auto dev_shifts = on_device(stream, p.shifts);
      if (c.form == Form::shifted) g.b.shifts = dev_shifts.data();
      const int64_t each = int64_t{c.products} * c.m * c.n * g.pieces();
      if (c.bias && g.pieces() == 1) g.bias = dev_bias.data();
      const Floats before = random_floats(each, 4);
      const auto run = [&](const Floats& left, const Floats& right) {
        const auto dev_a = on_device(stream, left), dev_b = on_device(stream, right);
        g.a.data = dev_a.data(), g.b.data = dev_b.data();
        Guarded<float> out(stream, each);
        copy_bytes(stream, out.data(), stream.device(), before.data(), Device::cpu(), before.size() * sizeof(float));
        g.out = out.data();
        tiled_product(stream, "product", g);
        return out.read(stream);
      };
      const Floats want = run(small_a, small_b);
      const On on;
      if (stream.device().is_emulated()) {
        EXPECT_EQ(bits(run(a, b)), bits(want));
      } else {
        expect_close(run(a, b), doubles(want), 1e-5, "products");
      }
    }
  });
}

TEST(TiledProduct, refuses_what_it_cannot_count) {
  Product p = product_of(kCases[1]);
  EXPECT_TRUE(tiled_product_fits(p.g));
  p.g.a.apart = int64_t{1} << 40;
  EXPECT_FALSE(tiled_product_fits(p.g));
  p = product_of({Form::columns, 33, 32, 2, 1, 40, 2, 80});
  EXPECT_FALSE(tiled_product_fits(p.g)) << "columns of several images";
}

TEST(TiledProduct, takes_large_dense_layers_whatever_the_batch) {
  EXPECT_EQ(dense_forward_piece(400, 120), 0) << "LeNet-5's";
  EXPECT_EQ(dense_forward_piece(4096, 32), 0) << "few outputs";
  EXPECT_EQ(dense_forward_piece(512, 1000), 512);
  EXPECT_EQ(dense_forward_piece(9216, 4096), 1152);
  on_every_gpu([](Stream& stream) {
    for (const int n : {1, 66}) {
      const int c = 2083, k = 130;
      const Floats x = random_floats(n * c, 1), w = random_floats(k * c, 2), b = random_floats(k, 3);
      const auto dev_x = on_device(stream, x), dev_w = on_device(stream, w), dev_b = on_device(stream, b);
      Guarded<float> y(stream, n * k), scratch(stream, dense_scratch(n, c, k));
      dense_forward(stream, n, c, k, dev_x.data(), dev_w.data(), dev_b.data(), y.data(), scratch.data());
      scratch.read(stream);
      const Floats got = y.read(stream);
      const SummationOrder order = summation_order(stream.device());
      for (int i = 0; i < n * k; i += 7) {
        const auto pair = [&](int64_t t) { return std::pair<float, float>(x[i / k * c + t], w[i % k * c + t]); };
        ASSERT_EQ(got[i], sum_of_pieces(order, c, c, dense_forward_piece(c, k), pair) + b[i % k]) << n << ": " << i;
      }
    }
  });
}

TEST(TiledProduct, takes_large_gradients_of_convolutions_by_their_weights) {
  struct Sized {
    int n, c, k, side, kernel, stride, groups;
    bool tiles;
  };
  for (const Sized& z :
       {Sized{2, 6, 24, 13, 3, 1, 1, true}, Sized{9, 24, 30, 12, 3, 2, 1, true}, Sized{1, 40, 26, 17, 1, 1, 1, true},
        Sized{3, 6, 48, 12, 3, 1, 2, true}, Sized{2, 6, 16, 13, 3, 1, 1, false}, Sized{1, 6, 24, 7, 3, 1, 1, false}}) {
    Conv2dShape s;
    s.n = z.n, s.c = z.c, s.k = z.k, s.h = z.side, s.w = z.side + 1, s.r = s.s = z.kernel, s.groups = z.groups;
    s.stride_y = s.stride_x = z.stride;
    s.pad_top = s.pad_left = s.pad_bottom = z.kernel / 2;
    SCOPED_TRACE(testing::Message() << z.n << " x " << z.c << " -> " << z.k);
    EXPECT_EQ(conv2d_weight_tiles(s).terms > 0, z.tiles);
    const Floats x = random_floats(s.x_size(), 1), dy = random_floats(s.y_size(), 2);
    const Doubles want_dw = conv2d_by_weights_reference(s, doubles(x), doubles(dy));
    const Doubles want_db = conv2d_by_bias_reference(s, doubles(dy));
    Doubles twice = want_dw;
    for (double& value : twice) value *= 2;
    on_every_gpu([&](Stream& stream) {
      const auto dev_x = on_device(stream, x), dev_dy = on_device(stream, dy);
      Guarded<float> dw(stream, s.w_size()), db(stream, s.k), scratch(stream, conv2d_scratch(s));
      conv2d_backward_weights(stream, s, dev_x.data(), dev_dy.data(), dw.data(), db.data(), Result::overwrite,
                              scratch.data());
      scratch.read(stream);
      expect_close(dw.read(stream), want_dw, 5e-6, "dw");
      expect_close(db.read(stream), want_db, 5e-6, "db");
      conv2d_backward_weights(stream, s, dev_x.data(), dev_dy.data(), dw.data(), nullptr, Result::accumulate,
                              scratch.data());
      expect_close(dw.read(stream), twice, 5e-6, "dw added");
    });
  }
}

TEST(TiledProduct, of_one_image_has_pieces_of_less_than_an_image) {
  Conv2dShape s;
  s.c = 3, s.k = 24, s.h = s.w = 60, s.r = s.s = 3;
  const Conv2dWeightTiles cut = conv2d_weight_tiles(s);
  EXPECT_EQ(cut.images_per_piece, 1);
  EXPECT_GE(cut.terms, 512);
  EXPECT_LT(cut.terms, 58 * 58 / 5);
  const Floats x = random_floats(s.x_size(), 1), dy = random_floats(s.y_size(), 2);
  on_every_gpu([&](Stream& stream) {
    const SummationOrder order = summation_order(stream.device());
    const auto dev_x = on_device(stream, x), dev_dy = on_device(stream, dy);
    Guarded<float> dw(stream, s.w_size()), scratch(stream, conv2d_scratch(s));
    conv2d_backward_weights(stream, s, dev_x.data(), dev_dy.data(), dw.data(), nullptr, Result::overwrite,
                            scratch.data());
    const Floats got = dw.read(stream);
    for (int i = 0; i < s.w_size(); i += 5) {
      const int k = i / 27, c = i / 9 % 3, row = i / 3 % 3, column = i % 3;
      const auto pair = [&](int64_t t) {
        const int64_t at = (c * 60 + t / 58 + row) * 60 + t % 58 + column;
        return std::pair<float, float>(dy[k * 58 * 58 + t], x[at]);
      };
      ASSERT_EQ(got[i], sum_of_pieces(order, 58 * 58, 58 * 58, cut.terms, pair)) << i;
    }
  });
}

// Compiled here, with this file's instructions; the tiled one lies in the library, which may have others (tests/isa).
TEST(TiledProduct, of_matrices_has_the_bits_of_the_flat_kernel) {
#ifdef __FMA__
  constexpr bool fused = true;
#else
  constexpr bool fused = false;
#endif
  if (summation_order(Device::emulated()).fused != fused)
    GTEST_SKIP() << "the library has other instructions than this test";
  struct Sized {
    int64_t m, n, k;
    bool turned;
  };
  on_every_gpu([](Stream& stream) {
    for (const Sized& z :
         {Sized{32, 32, 32, false}, Sized{70, 67, 95, false}, Sized{33, 68, 40, true}, Sized{64, 129, 33, true}}) {
      MatmulShape s;
      s.batch.rank = 1, s.batch.sizes[0] = 2;
      s.a_batch[0] = z.m * z.k;  // b is the same for both
      s.m = z.m, s.n = z.n, s.k = z.k;
      s.a_row = z.turned ? 1 : z.k, s.a_column = z.turned ? z.m : 1, s.b_row = z.n;
      const auto a = on_device(stream, random_floats(2 * z.m * z.k, 1)),
                 b = on_device(stream, random_floats(z.k * z.n, 2));
      TiledProductArguments tiles;
      Guarded<float> tiled(stream, 2 * z.m * z.n), flat(stream, 2 * z.m * z.n);
      ASSERT_TRUE(matmul_tiles(s, a.data(), b.data(), tiled.data(), Result::overwrite, tiles));
      matmul(stream, s, a.data(), b.data(), tiled.data());
      const auto kernel =
          Matmul<Plain, CudaTarget::width, kGpuMatmulRows>::of(s, a.data(), b.data(), flat.data(), Result::overwrite);
      for_each(stream, "flat", 2 * kernel.row_tiles * kernel.column_tiles, kernel);
      EXPECT_EQ(bits(tiled.read(stream)), bits(flat.read(stream))) << z.m << " x " << z.n;
    }
  });
}

TEST(TiledProduct, of_matrices_goes_on_with_what_is_summed_again) {
  MatmulShape s;
  s.m = 40, s.n = 36, s.k = 20;
  s.a_row = 1, s.a_column = 40, s.b_row = 36;
  s.again.rank = 1, s.again.sizes[0] = 3;
  s.a_again[0] = 20 * 40, s.b_again[0] = 20 * 36;
  TiledProductArguments tiles;
  EXPECT_TRUE(matmul_tiles(s, nullptr, nullptr, nullptr, Result::overwrite, tiles));
  EXPECT_EQ(tiles.places, 60);
  s.b_again[0] = 0;
  EXPECT_FALSE(matmul_tiles(s, nullptr, nullptr, nullptr, Result::overwrite, tiles)) << "the same b again";
  s.again = {};
  EXPECT_FALSE(matmul_tiles(s, nullptr, nullptr, nullptr, Result::overwrite, tiles)) << "few terms";
}

}  // namespace striate
