#include "engine/camera/camera.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <thread>
#include <vector>

#include "engine/camera/v4l2_camera.h"
#include "engine/error.h"
#include "engine/files/image_file.h"

namespace striate {
namespace {

namespace fs = std::filesystem;

constexpr int kNodes = 64;  // of /dev/video

std::string asked_for() {
  const char* value = std::getenv("STRIATE_CAMERA");
  return value == nullptr ? "" : value;
}

std::vector<std::string> nodes() {
  std::vector<std::string> paths;
  std::error_code ignored;
  for (int n = 0; n < kNodes; ++n) {
    std::string path = fmt::format("/dev/video{}", n);
    if (fs::exists(path, ignored)) paths.push_back(std::move(path));
  }
  return paths;
}

// The pictures of a folder in the order of their names, ten a second.
class FolderCamera : public Camera {
 public:
  explicit FolderCamera(const std::string& folder) {
    name_ = folder;
    std::error_code problem;
    for (const auto& entry : fs::directory_iterator(folder, problem)) files_.push_back(entry.path().string());
    std::sort(files_.begin(), files_.end());
    if (files_.empty()) {
      throw Error(fmt::format("STRIATE_CAMERA: there is nothing in {}", folder), "put pictures into that folder");
    }
  }
  ImagePtr next(int milliseconds) override {
    const auto now = std::chrono::steady_clock::now();
    const auto until = now + std::chrono::milliseconds(milliseconds);
    if (due_ > until) {
      std::this_thread::sleep_until(until);
      return nullptr;
    }
    std::this_thread::sleep_until(due_);
    due_ = std::max(due_, now) + std::chrono::milliseconds(100);
    // What is no picture is passed over.
    for (size_t i = 0; i < files_.size(); ++i) {
      const std::string& file = files_[at_++ % files_.size()];
      try {
        return read_image(file);
      } catch (const Error&) {
        if (i + 1 == files_.size()) throw;
      }
    }
    return nullptr;
  }

 private:
  std::vector<std::string> files_;
  size_t at_ = 0;
  std::chrono::steady_clock::time_point due_;
};

}  // namespace

bool has_camera() { return !asked_for().empty() || !nodes().empty(); }

void need_camera() {
  if (has_camera()) return;
  throw Error("there is no camera",
              "plug one in; or let STRIATE_CAMERA name a folder of pictures that stand in for it");
}

std::unique_ptr<Camera> open_camera() {
  need_camera();
  std::error_code ignored;
  if (const std::string asked = asked_for(); !asked.empty()) {
    if (fs::is_directory(asked, ignored)) return std::make_unique<FolderCamera>(asked);
    return open_v4l2_camera(asked);
  }
  // What none of them is, the first is refused for.
  const std::vector<std::string> there = nodes();
  const auto found = std::find_if(there.begin(), there.end(), gives_pictures);
  return open_v4l2_camera(found == there.end() ? there.front() : *found);
}

ImagePtr image_of_yuyv(const uint8_t* bytes, size_t stride, int width, int height) {
  auto image = std::make_shared<Image>();
  image->width = width;
  image->height = height;
  image->channels = 3;
  image->format = "camera";
  image->bytes.resize(static_cast<size_t>(width) * height * 3);
  uint8_t* to = image->bytes.data();
  const auto byte = [](double v) { return static_cast<uint8_t>(std::lround(std::clamp(v, 0.0, 255.0))); };
  for (int y = 0; y < height; ++y) {
    const uint8_t* from = bytes + static_cast<size_t>(y) * stride;
    for (int x = 0; x < width; ++x) {
      const uint8_t* pair = from + (x / 2) * 4;
      const double luma = 255.0 / 219 * (pair[x % 2 == 0 ? 0 : 2] - 16.0);
      const double cb = 255.0 / 224 * (pair[1] - 128.0), cr = 255.0 / 224 * (pair[3] - 128.0);
      // BT.601: red 0.299, blue 0.114, green the rest of the luma.
      *to++ = byte(luma + 1.402 * cr);
      *to++ = byte(luma - (0.114 * 1.772 * cb + 0.299 * 1.402 * cr) / 0.587);
      *to++ = byte(luma + 1.772 * cb);
    }
  }
  return image;
}

}  // namespace striate
