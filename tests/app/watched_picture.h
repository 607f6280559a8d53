// How much of a picture is read, and how much of it is drawn: what a frame costs, without a clock.
//
//   const WatchedPicture picture(7680, 4320, 3);
//   ... picture.image(), as any other; its smaller levels are made before ...
//   picture.watch();      from now on the memory is locked, and opens page by page as it is read
//   ... frames ...
//   picture.bytes_read()  by the thread that called watch(), where no other read them before; in whole pages
//
// CountedTextures: how many pixels of textures were made.
#pragma once

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <new>
#include <utility>

#include "app/widgets/textures.h"
#include "engine/image.h"

namespace striate {

class CountedTextures : public NoTextures {
 public:
  TextureId create(TextureFormat format, int width, int height, const void* values) override {
    pixels += int64_t{width} * height;
    return NoTextures::create(format, width, height, values);
  }
  int64_t pixels = 0;
};

// One at a time.
class WatchedPicture {
 public:
  WatchedPicture(int width, int height, int channels) {
    auto image = std::make_shared<Image>();
    image->width = width;
    image->height = height;
    image->channels = channels;
    image->name = "watched";
    const size_t page = page_size(), size = image->value_count();
    void* memory = nullptr;
    if (posix_memalign(&memory, page, (size + page - 1) / page * page) != 0) throw std::bad_alloc();
    auto* bytes = static_cast<uint8_t*>(memory);
    // Every value differs from its neighbors'.
    uint32_t seed = 12345;
    for (size_t i = 0; i < size; ++i) {
      seed = seed * 1664525u + 1013904223u;
      bytes[i] = static_cast<uint8_t>(seed >> 24);
    }
    image->bytes = PixelBuffer<uint8_t>::adopt(bytes, size);
    image_ = std::move(image);
  }
  ~WatchedPicture() { stop(); }
  WatchedPicture(const WatchedPicture&) = delete;
  WatchedPicture& operator=(const WatchedPicture&) = delete;

  ImagePtr image() const { return image_; }
  size_t size() const { return image_->bytes.size(); }
  size_t bytes_read() const { return pages_read * page_size(); }

  void watch() {
    pages_read = 0;
    watcher = gettid();
    first_byte = reinterpret_cast<uintptr_t>(image_->bytes.data());
    end_byte = first_byte + size() / page_size() * page_size();
    struct sigaction action = {};
    action.sa_sigaction = [](int, siginfo_t* info, void*) { open_page(reinterpret_cast<uintptr_t>(info->si_addr)); };
    action.sa_flags = SA_SIGINFO | SA_NODEFER;
    sigemptyset(&action.sa_mask);
    sigaction(SIGSEGV, &action, &before());
    watching_ = true;
    ASSERT_EQ(mprotect(reinterpret_cast<void*>(first_byte.load()), end_byte - first_byte, PROT_NONE), 0);
  }
  void stop() {
    if (!watching_) return;
    watching_ = false;
    mprotect(reinterpret_cast<void*>(first_byte.load()), end_byte - first_byte, PROT_READ | PROT_WRITE);
    sigaction(SIGSEGV, &before(), nullptr);
  }

 private:
  static size_t page_size() {
    static const auto size = static_cast<size_t>(sysconf(_SC_PAGESIZE));
    return size;
  }
  static struct sigaction& before() {
    static struct sigaction action = {};
    return action;
  }
  static void open_page(uintptr_t at) {
    if (at < first_byte || at >= end_byte) {  // somebody else's mistake: it comes again, and is told as ever
      sigaction(SIGSEGV, &before(), nullptr);
      return;
    }
    if (gettid() == watcher) ++pages_read;
    mprotect(reinterpret_cast<void*>(at / page_size() * page_size()), page_size(), PROT_READ | PROT_WRITE);
  }

  // A handler reads and writes them.
  static inline std::atomic<uintptr_t> first_byte{0}, end_byte{0};
  static inline std::atomic<size_t> pages_read{0};
  static inline std::atomic<pid_t> watcher{0};

  ImagePtr image_;
  bool watching_ = false;
};

}  // namespace striate
