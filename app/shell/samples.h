// The sample pictures that are built into the program (assets/images, drawn by assets/make_samples.cpp).
#pragma once

#include <string>
#include <vector>

#include "engine/image.h"

namespace striate {

struct Sample {
  std::string name;  // file name without .png; `open sample:NAME`
};

const std::vector<Sample>& samples();

// Throws Error with the nearest right name.
ImagePtr sample_image(const std::string& name);

}  // namespace striate
