#include "app/pages/picture_count.h"

#include <optional>

#include "app/command/not_ready.h"
#include "engine/error.h"

namespace striate {

void PictureCount::image_changed() {
  counter_.cancel();
  counted_.components.clear();
  stale_ = true;
}

void PictureCount::hidden() {
  if (!counter_.busy()) return;
  counter_.cancel();
  stale_ = true;
}

void PictureCount::ask(const ColorView& view) {
  stale_ = false;
  ImagePtr image = document_.image;
  if (!image) return counter_.cancel();
  if (space_ != view.space) counted_.components.clear();
  space_ = view.space;
  counter_.request([image, view](Progress& progress) {
    return image_statistics(*image, view, [&progress](float share) {
      progress.share = share;
      return !progress.canceled;
    });
  });
}

bool PictureCount::update(const ColorView& view) {
  if (stale_) ask(view);
  std::optional<ImageStatistics> counted = counter_.take();
  if (!counted) return false;
  counted_ = std::move(*counted);
  return true;
}

const ImageStatistics& PictureCount::need(const ColorView& view) {
  if (stale_) ask(view);
  if (counter_.busy()) throw NotReady("the picture is still being counted");
  if (counted_.components.empty()) throw Error("the picture could not be counted", "open it again");
  return counted_;
}

}  // namespace striate
