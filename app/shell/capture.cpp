#include "app/shell/capture.h"

#include <algorithm>
#include <cmath>

#include "app/film/film_recorder.h"
#include "app/gl/framebuffer.h"
#include "engine/files/image_file.h"

namespace striate {

bool write_capture(Shell& shell, int width, int height, float scale) {
  if (!shell.capture() || !shell.settled()) return false;
  std::optional<Error> failure;
  try {
    Image all = read_pixels(width, height);
    const Rect& part = shell.capture()->part;
    int x0 = std::clamp(static_cast<int>(std::lround(part.x * scale)), 0, width - 1);
    int y0 = std::clamp(static_cast<int>(std::lround(part.y * scale)), 0, height - 1);
    int x1 = std::clamp(static_cast<int>(std::lround(part.right() * scale)), x0 + 1, width);
    int y1 = std::clamp(static_cast<int>(std::lround(part.bottom() * scale)), y0 + 1, height);
    Image image;
    image.width = x1 - x0;
    image.height = y1 - y0;
    image.channels = 3;
    image.name = "screenshot";
    image.format = "made here";
    std::vector<uint8_t> pixels;
    pixels.reserve(image.value_count());
    for (int y = y0; y < y1; ++y)
      pixels.insert(pixels.end(), all.at(x0, y), all.at(x0, y) + static_cast<size_t>(image.width) * 3);
    image.bytes = pixels;
    write_image(shell.capture()->file, image);
  } catch (const Error& error) {
    failure = error;
  }
  shell.captured(std::move(failure));
  return true;
}

void record_picture(Shell& shell, double now, int width, int height) {
  FilmRecorder* const film = shell.film();
  if (film && film->wants(now)) film->add(read_pixels(width, height), now);
}

}  // namespace striate
