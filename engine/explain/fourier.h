// Two-dimensional Fourier transforms of real pictures with sides that are powers of two, as a linear map and its
// adjoint: a picture as waves, for activation maximization (picture_waves.h).
//
//   x[p][q] = 1 / (P Q) * Re sum over u, v of  m[v] * Z[u][v] * exp(2 pi i (u p / P + v q / Q))
//
// u = 0 .. P-1, v = 0 .. Q/2: the half that a real picture needs, as in NumPy's irfft2; m[v] = 1 for v = 0 and v = Q/2,
// else 2. In float, in one order on every machine.
#pragma once

#include <complex>
#include <cstddef>
#include <vector>

namespace striate {

class RealFourier2d {
 public:
  RealFourier2d(int rows, int columns);  // powers of two, 2 or more

  int rows() const { return rows_; }
  int columns() const { return columns_; }
  int half() const { return columns_ / 2 + 1; }
  // rows * half() values of a spectrum -> rows * columns pixels; and what the gradient of the pixels is for the
  // spectrum: the derivative by the real part in the real part, by the imaginary part in the imaginary part.
  void picture(const std::complex<float>* spectrum, float* pixels) const;
  void gradient(const float* by_pixels, std::complex<float>* by_spectrum) const;

 private:
  struct Line {  // one dimension
    explicit Line(int size);
    int size;
    std::vector<std::complex<float>> roots;                           // exp(2 pi i k / size), k < size / 2
    std::vector<int> order;                                           // bits reversed
    void transform(std::complex<float>* values, bool inverse) const;  // without the factor 1 / size
  };
  void transform(std::vector<std::complex<float>>& values, bool inverse) const;
  int rows_, columns_;
  Line along_, down_;
};

int power_of_two_from(int size);  // the smallest that is not less; 2 or more

}  // namespace striate
