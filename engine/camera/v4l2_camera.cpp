#include "engine/camera/v4l2_camera.h"

#include <fcntl.h>
#include <linux/videodev2.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

#include "engine/error.h"
#include "engine/files/image_file.h"

namespace striate {
namespace {

// A signal may end any of them.
int call(int device, unsigned long request, void* argument) {
  int result = 0;
  do {
    result = ioctl(device, request, argument);
  } while (result < 0 && errno == EINTR);
  return result;
}

class File {
 public:
  explicit File(const std::string& path) : descriptor_(open(path.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC)) {}
  ~File() {
    if (descriptor_ >= 0) close(descriptor_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  int get() const { return descriptor_; }

 private:
  int descriptor_;
};

class Mapping {
 public:
  Mapping(int device, const v4l2_buffer& buffer)
      : begin_(mmap(nullptr, buffer.length, PROT_READ | PROT_WRITE, MAP_SHARED, device, buffer.m.offset)),
        size_(buffer.length) {}
  ~Mapping() {
    if (mapped()) munmap(begin_, size_);
  }
  Mapping(Mapping&& other) noexcept : begin_(std::exchange(other.begin_, MAP_FAILED)), size_(other.size_) {}
  Mapping& operator=(Mapping&&) = delete;
  bool mapped() const { return begin_ != MAP_FAILED; }
  const uint8_t* bytes() const { return static_cast<const uint8_t*>(begin_); }
  size_t size() const { return size_; }

 private:
  void* begin_;
  size_t size_;
};

bool captures(const v4l2_capability& found) {
  const uint32_t able = (found.capabilities & V4L2_CAP_DEVICE_CAPS) != 0 ? found.device_caps : found.capabilities;
  return (able & V4L2_CAP_VIDEO_CAPTURE) != 0 && (able & V4L2_CAP_STREAMING) != 0;
}

class V4l2Camera : public Camera {
 public:
  explicit V4l2Camera(const std::string& path) : path_(path), file_(path) {
    if (file_.get() < 0) refuse(errno);
    v4l2_capability found{};
    if (call(file_.get(), VIDIOC_QUERYCAP, &found) < 0 || !captures(found)) {
      throw Error(fmt::format("{} is no camera that hands over pictures", path), "let STRIATE_CAMERA name another");
    }
    name_ = std::string(reinterpret_cast<const char*>(found.card),
                        strnlen(reinterpret_cast<const char*>(found.card), sizeof found.card));
    choose_format();
    map_buffers();
    int type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
    if (call(file_.get(), VIDIOC_STREAMON, &type) < 0) refuse(errno);
  }
  ~V4l2Camera() override {
    int type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
    call(file_.get(), VIDIOC_STREAMOFF, &type);
  }

  ImagePtr next(int milliseconds) override {
    pollfd waits{file_.get(), POLLIN, 0};
    if (poll(&waits, 1, milliseconds) <= 0) return nullptr;
    if ((waits.revents & (POLLERR | POLLHUP | POLLNVAL)) != 0) refuse(ENODEV);
    // All that wait are taken, the newest is shown.
    ImagePtr image;
    v4l2_buffer buffer{}, newest{};
    bool any = false;
    while (true) {
      buffer = {};
      buffer.type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
      buffer.memory = V4L2_MEMORY_MMAP;
      if (call(file_.get(), VIDIOC_DQBUF, &buffer) < 0) {
        if (errno == EAGAIN) break;
        refuse(errno);
      }
      if (any) give_back(newest);
      newest = buffer;
      any = true;
    }
    if (!any) return nullptr;
    if (newest.index < buffers_.size() && (newest.flags & V4L2_BUF_FLAG_ERROR) == 0) image = picture_of(newest);
    give_back(newest);
    return image;
  }

 private:
  [[noreturn]] void refuse(int problem) const {
    switch (problem) {
      case EBUSY:
        throw Error(fmt::format("another program uses the camera {}", path_), "close it there, then try again");
      case EACCES:
      case EPERM:
        throw Error(fmt::format("you may not use the camera {}", path_),
                    "sudo usermod -aG video $USER, then log in anew");
      case ENODEV:
      case ENXIO:
      case ENOENT:
        throw Error(fmt::format("the camera {} is gone", path_), "plug it in again");
      default:
        throw Error(fmt::format("the camera {} gives no pictures: {}", path_, std::strerror(problem)),
                    "try another program with it; STRIATE_CAMERA may name another camera");
    }
  }

  void choose_format() {
    for (const uint32_t wanted : {V4L2_PIX_FMT_YUYV, V4L2_PIX_FMT_MJPEG}) {
      v4l2_format format{};
      format.type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
      format.fmt.pix.width = 640;
      format.fmt.pix.height = 480;
      format.fmt.pix.pixelformat = wanted;
      format.fmt.pix.field = V4L2_FIELD_NONE;
      if (call(file_.get(), VIDIOC_S_FMT, &format) < 0) {
        if (errno == EBUSY) refuse(errno);
        continue;
      }
      format_ = format.fmt.pix;
      const bool sizes = format_.width >= 2 && format_.width <= 16384 && format_.height >= 1 && format_.height <= 16384;
      if (format_.pixelformat == wanted && sizes) return;
    }
    throw Error(fmt::format("{} gives neither YUYV nor motion JPEG", name_), "STRIATE_CAMERA may name another camera");
  }

  void map_buffers() {
    v4l2_requestbuffers wanted{};
    wanted.count = 4;
    wanted.type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
    wanted.memory = V4L2_MEMORY_MMAP;
    if (call(file_.get(), VIDIOC_REQBUFS, &wanted) < 0) refuse(errno);
    for (uint32_t i = 0; i < wanted.count; ++i) {
      v4l2_buffer buffer{};
      buffer.type = wanted.type;
      buffer.memory = wanted.memory;
      buffer.index = i;
      if (call(file_.get(), VIDIOC_QUERYBUF, &buffer) < 0) refuse(errno);
      buffers_.emplace_back(file_.get(), buffer);
      if (!buffers_.back().mapped()) refuse(errno);
      give_back(buffer);
    }
  }

  void give_back(v4l2_buffer& buffer) {
    if (call(file_.get(), VIDIOC_QBUF, &buffer) < 0) refuse(errno);
  }

  // Null: a picture that is not whole, as the first of some cameras are.
  ImagePtr picture_of(const v4l2_buffer& buffer) const {
    const uint8_t* bytes = buffers_[buffer.index].bytes();
    const size_t size = std::min<size_t>(buffer.bytesused, buffers_[buffer.index].size());
    const int width = static_cast<int>(format_.width) / 2 * 2, height = static_cast<int>(format_.height);
    std::shared_ptr<Image> image;
    if (format_.pixelformat == V4L2_PIX_FMT_YUYV) {
      const size_t stride = std::max<size_t>(format_.bytesperline, static_cast<size_t>(width) * 2);
      if (size < stride * static_cast<size_t>(height - 1) + static_cast<size_t>(width) * 2) return nullptr;
      image = std::make_shared<Image>(*image_of_yuyv(bytes, stride, width, height));
    } else {
      try {
        image = std::make_shared<Image>(*read_image(bytes, size, name_));
      } catch (const Error&) {
        return nullptr;
      }
    }
    image->name = name_;
    return image;
  }

  std::string path_;
  File file_;
  v4l2_pix_format format_{};
  std::vector<Mapping> buffers_;
};

}  // namespace

bool gives_pictures(const std::string& path) {
  const File file(path);
  if (file.get() < 0) return errno == EACCES || errno == EPERM || errno == EBUSY;
  v4l2_capability found{};
  return call(file.get(), VIDIOC_QUERYCAP, &found) == 0 && captures(found);
}

std::unique_ptr<Camera> open_v4l2_camera(const std::string& path) { return std::make_unique<V4l2Camera>(path); }

}  // namespace striate
