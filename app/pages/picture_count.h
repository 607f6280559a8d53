// The histograms of the open picture, counted behind the window for a page that shows them. A page owns one, passes on
// to it what happens, and asks with need() in its readouts, where a picture is open:
//
//   bool busy() const override { return count_.busy(is_shown()); }
//   void image_changed() override { count_.image_changed(); }
//   void hidden() override { count_.hidden(); }
//   bool update(double) override { return count_.update(ColorView{}); }
#pragma once

#include <functional>
#include <utility>

#include "app/shell/document.h"
#include "app/worker/latest.h"
#include "engine/image_statistics.h"

namespace striate {

class PictureCount {
 public:
  PictureCount(const Document& document, std::function<void()> wake) : document_(document), counter_(std::move(wake)) {}

  void image_changed();              // forgets what was of the old picture
  void recount() { stale_ = true; }  // another space or other weights: what is there stays until the new is, if it can
  void hidden();
  bool update(const ColorView& view);  // asks for what is not there; true where it has come
  bool busy(bool shown) const { return counter_.busy() || (stale_ && shown); }

  const ImageStatistics& need(const ColorView& view);          // throws NotReady until they are there
  const ImageStatistics& counted() const { return counted_; }  // without components while there is none
  ColorSpace space() const { return space_; }                  // that they are of
  float progress() const { return counter_.progress(); }

 private:
  void ask(const ColorView& view);

  const Document& document_;
  ImageStatistics counted_;
  ColorSpace space_ = ColorSpace::rgb;
  bool stale_ = true;  // the worker was not asked
  Latest<ImageStatistics> counter_;
};

}  // namespace striate
