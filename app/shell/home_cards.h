// The pictures on the home page's cards, one for each chapter. None is stored: the first shows the open picture and its
// numbers, the second steps a kernel over the portrait, the third a small network that learns when the page is first
// shown. The mouse moves each of them.
//
// To add a chapter's picture: a function here and its line in draw(). A chapter without one shows the open picture.
#pragma once

#include <string>
#include <vector>

#include "app/pages/page.h"
#include "app/widgets/geometry.h"
#include "app/worker/latest.h"
#include "engine/walk/convolution_walk.h"

namespace striate {

// What a few steps of learning gave: read by the card.
struct LearnedDigits {
  static constexpr int kDigits = 10, kSide = 28, kFilters = 4, kMapSide = 24;
  int steps = 0, training = 0;
  std::vector<float> pixels;         // (kDigits, kSide, kSide), 0 to 1
  std::vector<float> maps;           // (kDigits, kFilters, kMapSide, kMapSide), after the ReLU
  std::vector<float> probabilities;  // (kDigits, 10)
};
LearnedDigits learn_digits(Progress& progress);

class HomeCards {
 public:
  explicit HomeCards(const PageContext& context);

  // Makes what is not there yet; true while it did something.
  bool update();
  bool busy() const { return learner_.busy(); }
  // `over`: the mouse is on the card.
  void draw(Ui& ui, const Rect& area, const std::string& chapter, bool over) const;

 private:
  void draw_pixels(Ui& ui, const Rect& area, bool over) const;
  void draw_kernel(Ui& ui, const Rect& area, bool over) const;
  void draw_network(Ui& ui, const Rect& area, bool over) const;
  void draw_warp(Ui& ui, const Rect& area, bool over) const;

  PageContext context_;
  Convolution convolution_;  // the portrait under the edge kernel
  ConvolutionPicture edges_;
  bool asked_ = false;
  LearnedDigits learned_;
  Latest<LearnedDigits> learner_;
};

}  // namespace striate
