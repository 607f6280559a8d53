// Makes the sample pictures of assets/images. They are computed, not photographed: nobody's rights, known to the pixel.
//
//   cmake --build build/release --target make_samples && build/release/make_samples assets/images
//
// To add one: a function in a file of its own beside this one, a line in paint.h, a line here.
#include <cstdio>
#include <string>

#include "assets/make_samples/paint.h"
#include "engine/error.h"
#include "engine/files/image_file.h"

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: make_samples FOLDER\n");
    return 2;
  }
  try {
    namespace samples = striate::samples;
    for (const auto& image : {samples::still_life(), samples::balloons(), samples::textures(), samples::night(),
                              samples::clock(), samples::traffic_light(), samples::ball_and_orange()}) {
      const std::string path = std::string(argv[1]) + "/" + image->name + ".png";
      striate::write_image(path, *image);
      std::printf("%s %dx%d\n", path.c_str(), image->width, image->height);
    }
  } catch (const striate::Error& error) {
    std::fprintf(stderr, "make_samples: error: %s\n  hint: %s\n", error.what(), error.hint().c_str());
    return 1;
  }
  return 0;
}
