// The sample pictures that are built into the program (assets/images, drawn by assets/make_samples.cpp).
#pragma once

#include <string>
#include <vector>

#include "engine/image.h"

namespace striate {

struct SamplePicture {
  std::string name;  // file name without .png; `open sample:NAME`
};

const std::vector<SamplePicture>& samples();

// Throws Error with the nearest right name.
ImagePtr sample_image(const std::string& name);

}  // namespace striate
