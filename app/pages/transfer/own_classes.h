// Classes of one's own on page `transfer`: a folder of bursts (engine/training/data/burst_folder.h), the camera while
// somebody looks at it, and the burst that is being taken while a class's button is held.
//
// Pictures are what a network sees of the camera: the middle square, at most kSide pixels wide. They are written behind
// the window.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/network/camera_worker.h"
#include "app/worker/latest.h"
#include "engine/error.h"
#include "engine/training/data/burst_folder.h"

namespace striate {

class OwnClasses {
 public:
  static constexpr int kSide = 256;
  static constexpr double kBetween = 1.0 / 8;  // seconds between two pictures of a burst

  explicit OwnClasses(std::function<void()> wake) : frames_(std::move(wake)) {}

  // Null: nobody has made a class or chosen a folder.
  const BurstFolder* folder() const { return folder_.get(); }
  BurstFolder& need_folder();  // throws Error
  std::string path() const { return folder_ ? folder_->path() : std::string(); }
  // Takes what was kept in a temporary folder along. Throws Error; then the old one stays.
  void choose_folder(const std::string& path);
  std::string text() const { return folder_ ? folder_->text() : "none"; }
  uint64_t revision() const { return folder_ ? folder_->revision() + folders_ : folders_; }
  void check_whole() const;  // throws Error

  // The camera runs while update() is told to look, until it is turned off. Throws Error: there is none.
  void turn_camera(bool on);
  bool camera_is_on() const { return camera_on_; }
  // A burst of this class begins, and the camera is turned on. Throws Error: there is no camera, no such class.
  void hold(const std::string& name);
  void let_go();
  bool holding() const { return held_.has_value(); }
  bool holds(std::string_view name) const { return held_ && held_->name == name; }
  int held_pictures() const { return held_ ? held_->pictures : 0; }

  // Once a frame; `look`: somebody sees it; else the camera is turned off. True: something has changed.
  bool update(bool look);
  // A picture is still being written.
  bool busy() const { return !held_ && writing_ && frames_.busy(); }

  const ImagePtr& seen() const { return seen_; }  // the newest picture, as it is kept; null: none yet
  uint64_t seen_version() const { return seen_version_; }
  const std::optional<Error>& failure() const { return failure_; }  // of the camera

  // A burst's first picture, small. Null: it is not there yet.
  ImagePtr thumbnail(const Burst& burst) const;

 private:
  struct Taken {
    ImagePtr image;
    std::string name, file;  // empty: it was not kept
    int burst = 0;
  };
  struct Held {
    std::string name;
    int burst = 0, pictures = 0;
    double due = 0;
  };
  bool make_thumbnail();

  std::unique_ptr<BurstFolder> folder_;
  uint64_t folders_ = 0;
  std::optional<Held> held_;
  bool camera_on_ = false;
  std::optional<Error> failure_;
  ImagePtr seen_;
  uint64_t seen_version_ = 0;
  bool writing_ = false;                                      // what was asked for last may be kept
  std::vector<std::pair<std::string, ImagePtr>> thumbnails_;  // by file
  std::shared_ptr<CameraWorker> camera_;
  Latest<Taken> frames_;  // last: it uses the above
};

}  // namespace striate
