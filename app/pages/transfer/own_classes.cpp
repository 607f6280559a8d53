#include "app/pages/transfer/own_classes.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "engine/files/image_file.h"
#include "engine/steady_seconds.h"
#include "engine/training/data/fit_image.h"

namespace striate {
namespace {

constexpr int kThumbnail = 64;

// The middle square, at most so wide.
ImagePtr square_of(const Image& image, int most) {
  const int side = std::min({image.width, image.height, most});
  const Shape shape{3, side, side};
  const std::vector<uint8_t> planes = fit_image(image, shape);
  auto made = std::make_shared<Image>();
  made->width = made->height = side;
  made->channels = 3;
  made->format = "camera";
  made->bytes.resize(planes.size());
  const size_t cells = static_cast<size_t>(side) * static_cast<size_t>(side);
  for (size_t i = 0; i < cells; ++i) {
    for (size_t c = 0; c < 3; ++c) made->bytes[3 * i + c] = planes[c * cells + i];
  }
  return made;
}

}  // namespace

BurstFolder& OwnClasses::need_folder() {
  if (!folder_) folder_ = std::make_unique<BurstFolder>();
  return *folder_;
}

void OwnClasses::choose_folder(const std::string& path) {
  if (folder_ && folder_->path() == path) return;
  std::error_code problem;
  if (!std::filesystem::exists(path, problem)) std::filesystem::create_directory(path, problem);
  auto chosen = std::make_unique<BurstFolder>(path);
  if (folder_ && folder_->temporary()) chosen->take_over(*folder_);
  let_go();
  folders_ += folder_ ? folder_->revision() : 1;
  folder_ = std::move(chosen);
}

void OwnClasses::check_whole() const {
  if (folder_) return folder_->check_whole();
  throw Error("there are no own classes yet",
              "name one, hold its button and show things to the camera; or drop a folder of pictures for each");
}

void OwnClasses::hold(const std::string& name) {
  if (holds(name)) return;
  let_go();
  need_folder();
  const int burst = folder_->begin_burst(name);
  need_camera();
  failure_.reset();
  camera_on_ = true;
  held_ = {name, burst, 0, steady_seconds()};
}

void OwnClasses::turn_camera(bool on) {
  if (on) need_camera(), failure_.reset();
  if (!on) let_go();
  camera_on_ = on;
}

void OwnClasses::let_go() {
  if (held_ && held_->pictures > 0) folder_->changed();
  held_.reset();
}

bool OwnClasses::update(bool look) {
  bool changed = folder_ && make_thumbnail();
  std::optional<Taken> taken;
  try {
    taken = frames_.take();
  } catch (const Error& error) {
    failure_ = error;
    turn_camera(false);
    camera_.reset();
    seen_.reset();
    return true;
  }
  if (taken && taken->image) {
    seen_ = taken->image, ++seen_version_;
    changed = true;
  }
  if (taken && !taken->file.empty() && folder_ && folder_->took(taken->name, taken->burst, taken->file)) {
    if (held_ && held_->burst == taken->burst && held_->name == taken->name) {
      held_->due = std::max(held_->due + kBetween, steady_seconds() - kBetween);
      if (++held_->pictures >= BurstFolder::kMostPictures) let_go();
    } else {
      folder_->changed();  // its button was let go in between
    }
  }
  if (!look) let_go(), camera_on_ = false;
  if (!camera_on_ || failure_) {
    if (!busy()) frames_.cancel(), camera_.reset(), seen_.reset();
    return changed;
  }
  if (frames_.busy()) return changed;
  if (!camera_) camera_ = std::make_shared<CameraWorker>();
  Taken wanted;
  double due = 0;
  if (held_) {
    // What comes a little early is taken: a camera has its own beat.
    due = held_->due - kBetween / 8;
    wanted.name = held_->name, wanted.burst = held_->burst;
    wanted.file = folder_->file_name(held_->name, held_->burst, held_->pictures);
  }
  writing_ = held_.has_value();
  frames_.request([camera = camera_, wanted, due](const Progress& progress) {
    Taken made = wanted;
    const ImagePtr image = camera->next(progress);
    if (!image) return Taken{};
    made.image = square_of(*image, kSide);
    if (made.file.empty()) return made;
    if (steady_seconds() < due || progress.canceled) {
      made.file.clear();
    } else {
      write_image(made.file, *made.image);
    }
    return made;
  });
  return changed;
}

ImagePtr OwnClasses::thumbnail(const Burst& burst) const {
  if (burst.files.empty()) return nullptr;
  for (const auto& [file, image] : thumbnails_) {
    if (file == burst.files.front()) return image;
  }
  return nullptr;
}

// One at a time: each is a picture to read.
bool OwnClasses::make_thumbnail() {
  for (const BurstClass& each : folder_->classes()) {
    for (const Burst& burst : each.bursts) {
      const auto is = [&](const auto& known) { return known.first == burst.files.front(); };
      if (burst.files.empty() || std::any_of(thumbnails_.begin(), thumbnails_.end(), is)) continue;
      ImagePtr image;
      try {
        image = square_of(*read_image(burst.files.front()), kThumbnail);
      } catch (const Error&) {
        image = nullptr;  // a gray square; learning from it says which files are broken
      }
      thumbnails_.emplace_back(burst.files.front(), std::move(image));
      return true;
    }
  }
  return false;
}

}  // namespace striate
