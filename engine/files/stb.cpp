#include "engine/files/stb.h"

#include <cstdlib>

#include "engine/files/formats.h"

// The implementation is compiled here, rather than linked from the distribution's libstb, so that only two decoders are
// in the program and their memory comes from calloc: a table that a broken file leaves undefined is then zero.
#define STBI_MALLOC(size) std::calloc(1, size)
#define STBI_REALLOC(memory, size) std::realloc(memory, size)
#define STBI_FREE(memory) std::free(memory)
#define STBI_ONLY_PNG
#define STBI_ONLY_JPEG
#define STBI_NO_STDIO
#define STBI_NO_LINEAR
#define STBI_NO_HDR
#define STBI_ASSERT(condition) ((void)sizeof(condition))
#define STB_IMAGE_STATIC
#define STB_IMAGE_WRITE_STATIC
#define STBI_WRITE_NO_STDIO
#define STBIW_ASSERT(condition) ((void)sizeof(condition))
#define STB_IMAGE_IMPLEMENTATION
#define STB_IMAGE_WRITE_IMPLEMENTATION
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-function"
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"
#include <stb/stb_image.h>
#include <stb/stb_image_write.h>
#pragma GCC diagnostic pop

namespace striate {

void stb_decode(const char* format, std::span<const uint8_t> file, int channels, int bits, Image& image) {
  // Apple's PNGs have blue first and alpha multiplied in; this undoes both. It is a global of stb_image.
  static const bool once = [] {
    stbi_convert_iphone_png_to_rgb(1);
    stbi_set_unpremultiply_on_load(1);
    return true;
  }();
  (void)once;
  int width = 0, height = 0, found = 0;
  void* pixels = nullptr;
  const int size = static_cast<int>(file.size());
  if (bits == 16) {
    pixels = stbi_load_16_from_memory(file.data(), size, &width, &height, &found, channels);
  } else {
    pixels = stbi_load_from_memory(file.data(), size, &width, &height, &found, channels);
  }
  if (pixels == nullptr) {
    const char* reason = stbi_failure_reason();
    fail_corrupt(format, fmt::format("its decoder says \"{}\"", reason ? reason : "no reason"));
  }
  image.width = width;
  image.height = height;
  image.channels = channels;
  image.bits = bits;
  if (bits == 16) {
    image.wide = PixelBuffer<uint16_t>::adopt(static_cast<uint16_t*>(pixels), image.value_count());
  } else {
    image.bytes = PixelBuffer<uint8_t>::adopt(static_cast<uint8_t*>(pixels), image.value_count());
  }
}

std::vector<uint8_t> stb_encode_jpeg(const Image& image, int quality) {
  std::vector<uint8_t> file;
  file.reserve(image.value_count() / 4 + 4096);
  const auto append = [](void* context, void* data, int size) {
    auto& to = *static_cast<std::vector<uint8_t>*>(context);
    const auto* from = static_cast<const uint8_t*>(data);
    to.insert(to.end(), from, from + size);
  };
  if (!stbi_write_jpg_to_func(append, &file, image.width, image.height, image.channels, image.bytes.data(), quality)) {
    throw Error("the picture cannot be written as JPEG", "write it as PNG");
  }
  return file;
}

}  // namespace striate
