#include "engine/preprocess/prepare_picture.h"

#include <algorithm>
#include <cmath>

#include "engine/drawing/prepare_input.h"
#include "engine/error.h"
#include "engine/training/data/fit_image.h"
#include "kernels/resize.h"

namespace striate {
namespace {

// Planes of a picture on its way.
struct Planes {
  int channels = 0, height = 0, width = 0;
  std::vector<float> values;
  std::string names;
};

PreprocessingStep step_of(const std::string& name, const std::string& words, const Planes& planes) {
  PreprocessingStep step{name, words, planes.names, planes.width, planes.height, {}, {}, {}, {}};
  const size_t count = static_cast<size_t>(planes.width) * static_cast<size_t>(planes.height);
  for (size_t c = 0; c < static_cast<size_t>(planes.channels); ++c) {
    const float* from = planes.values.data() + c * count;
    double least = double{from[0]}, most = least, sum = 0;
    for (size_t i = 0; i < count; ++i) {
      least = std::min(least, double{from[i]});
      most = std::max(most, double{from[i]});
      sum += double{from[i]};
    }
    step.minimum.push_back(least);
    step.maximum.push_back(most);
    step.mean.push_back(sum / static_cast<double>(count));
    step.first.emplace_back(from, from + std::min(4, planes.width));
  }
  return step;
}

Planes planes_of(const std::vector<uint8_t>& rgb, int width, int height) {
  Planes planes{3, height, width, {}, "RGB"};
  const size_t count = static_cast<size_t>(width) * static_cast<size_t>(height);
  planes.values.resize(3 * count);
  for (size_t i = 0; i < count; ++i) {
    for (size_t c = 0; c < 3; ++c) planes.values[c * count + i] = rgb[3 * i + c];
  }
  return planes;
}

struct Pixels {
  int width = 0, height = 0;
  std::vector<uint8_t> rgb;
};

const char* method_words(Resample method) { return method == Resample::area ? "averaged over areas" : "interpolated"; }

Pixels resized(const Pixels& from, Crop crop, int width, int height, Resample method) {
  Stream stream(Device::cpu());
  Pixels to{width, height, std::vector<uint8_t>(static_cast<size_t>(width) * static_cast<size_t>(height) * 3)};
  resize(stream, method, from.rgb.data(), from.height, from.width, 3, crop, to.rgb.data(), height, width);
  return to;
}

Pixels cut_out(const Pixels& from, int left, int top, int width, int height) {
  Pixels to{width, height, {}};
  to.rgb.reserve(static_cast<size_t>(width) * static_cast<size_t>(height) * 3);
  for (int y = 0; y < height; ++y) {
    const auto row = from.rgb.begin() + (static_cast<std::ptrdiff_t>(top + y) * from.width + left) * 3;
    to.rgb.insert(to.rgb.end(), row, row + static_cast<std::ptrdiff_t>(width) * 3);
  }
  return to;
}

constexpr double kMostBeside = 16;  // of the network's size, or the resized shorter side, that is resized

// The picture at the network's size, its steps added.
Pixels fitted(Pixels now, const Preprocessing& preprocessing, const Shape& input,
              std::vector<PreprocessingStep>& steps) {
  const int height = static_cast<int>(input[1]), width = static_cast<int>(input[2]);
  const Crop all{0, 0, static_cast<double>(now.width), static_cast<double>(now.height)};
  const auto add = [&](const char* name, const std::string& words) {
    steps.push_back(step_of(name, words, planes_of(now.rgb, now.width, now.height)));
  };
  const bool shortened = preprocessing.asked && preprocessing.fit == Preprocessing::Fit::shorter;
  if (now.width == width && now.height == height && !shortened) {
    add("resize", "nothing: the picture has the network's size");
    return now;
  }
  if (preprocessing.fit == Preprocessing::Fit::shorter) {
    const int shorter = std::min(now.width, now.height);
    const double factor = static_cast<double>(preprocessing.shorter) / shorter;
    // Of a picture as narrow as a thread what lies far from its middle would be enlarged for nothing.
    std::string words;
    const auto near_middle = [&](int side, int least) {
      const double most = kMostBeside * std::max(least, preprocessing.shorter) / factor;
      return side > most ? static_cast<int>(std::ceil(most)) : side;
    };
    if (const int w = near_middle(now.width, width), h = near_middle(now.height, height);
        w < now.width || h < now.height) {
      words = fmt::format("the middle {} x {}, ", w, h);
      now = cut_out(now, (now.width - w) / 2, (now.height - h) / 2, w, h);
    }
    const Crop rest{0, 0, static_cast<double>(now.width), static_cast<double>(now.height)};
    const auto side = [&](int now_side, int least) {
      return std::max(least,
                      now_side == shorter ? preprocessing.shorter : static_cast<int>(std::lround(now_side * factor)));
    };
    const int w = side(now.width, width), h = side(now.height, height);
    const Resample method = preprocessing.shorter < shorter ? Resample::area : Resample::bilinear;
    now = resized(now, rest, w, h, method);
    add("resize", fmt::format("{}shorter side to {}, {}", words, preprocessing.shorter, method_words(method)));
    const int left = (now.width - width) / 2, top = (now.height - height) / 2;
    now = cut_out(now, left, top, width, height);
    add("crop", fmt::format("the middle, from column {} and row {}", left, top));
    return now;
  }
  const bool stretch = preprocessing.fit == Preprocessing::Fit::stretch;
  const Crop crop = stretch ? all : middle_part(now.width, now.height, input);
  const Resample method =
      (stretch ? now.width * now.height < width * height : crop.width < width) ? Resample::bilinear : Resample::area;
  now = resized(now, crop, width, height, method);
  add("resize", stretch ? fmt::format("to the network's size, proportions lost, {}", method_words(method))
                        : fmt::format("the middle {:g} x {:g}, {}", crop.width, crop.height, method_words(method)));
  return now;
}

// As MNIST's makers prepared theirs: the stages of prepare_image(), 0..1, told in 0..255.
Planes digit(const Image& image, const Shape& input, std::vector<PreprocessingStep>& steps) {
  const PreparedInput prepared = prepare_image(image, input, true);
  Planes planes;
  for (const InputStage& stage : prepared.stages) {
    planes = {static_cast<int>(stage.shape[0]), static_cast<int>(stage.shape[1]), static_cast<int>(stage.shape[2]),
              stage.pixels, stage.shape[0] == 3 ? "RGB" : "Y"};
    for (float& value : planes.values) value *= 255;
    steps.push_back(step_of(stage.id, stage.words, planes));
  }
  planes = {1, static_cast<int>(input[1]), static_cast<int>(input[2]), prepared.pixels, "Y"};
  for (float& value : planes.values) value *= 255;
  return planes;
}

// Gray by the weights of ITU-R BT.601, in whole numbers.
float gray_of(const uint8_t* rgb) {
  return static_cast<float>(std::lround(0.299 * rgb[0] + 0.587 * rgb[1] + 0.114 * rgb[2]));
}

}  // namespace

SeenPart part_of(const PictureCrop& crop, int width, int height, const Shape& input) {
  const double tall = static_cast<double>(input[1]) / static_cast<double>(input[2]);
  int w = std::clamp(crop.size, 1, width);
  int h = std::max(1, static_cast<int>(std::lround(w * tall)));
  if (h > height) {
    h = height;
    w = std::clamp(static_cast<int>(std::lround(h / tall)), 1, width);
  }
  return {std::clamp(crop.x, 0, width - w), std::clamp(crop.y, 0, height - h), w, h};
}

SeenPart usual_part(const Preprocessing& preprocessing, int width, int height, const Shape& input) {
  const bool shorter = preprocessing.fit == Preprocessing::Fit::shorter;
  const bool as_it_is = width == input[2] && height == input[1] && !(preprocessing.asked && shorter);
  if (as_it_is || preprocessing.fit == Preprocessing::Fit::stretch || preprocessing.fit == Preprocessing::Fit::digit) {
    return {0, 0, width, height};
  }
  if (!shorter) {
    const Crop crop = middle_part(width, height, input);
    return {static_cast<int>(std::floor(crop.x)), static_cast<int>(std::floor(crop.y)),
            static_cast<int>(std::lround(crop.width)), static_cast<int>(std::lround(crop.height))};
  }
  const double factor = static_cast<double>(std::min(width, height)) / preprocessing.shorter;
  const int w = std::min(width, static_cast<int>(std::lround(static_cast<double>(input[2]) * factor)));
  const int h = std::min(height, static_cast<int>(std::lround(static_cast<double>(input[1]) * factor)));
  return {(width - w) / 2, (height - h) / 2, w, h};
}

std::vector<uint8_t> fitted_bytes(const Image& image, const Preprocessing& preprocessing, const Shape& input) {
  std::vector<PreprocessingStep> unused;
  const Pixels now = fitted({image.width, image.height, rgb_of(image)}, preprocessing, input, unused);
  const size_t plane = now.rgb.size() / 3;
  std::vector<uint8_t> bytes(static_cast<size_t>(input.count()));
  for (size_t i = 0; i < plane; ++i) {
    if (input[0] == 1) {
      bytes[i] = static_cast<uint8_t>(gray_of(now.rgb.data() + 3 * i));
    } else {
      for (size_t c = 0; c < 3; ++c) bytes[c * plane + i] = now.rgb[3 * i + c];
    }
  }
  return bytes;
}

PreparedPicture prepare_picture(const Image& image, const Preprocessing& preprocessing, const Shape& input,
                                const PictureCrop* crop) {
  preprocessing.check_fits(input);
  PreparedPicture result;
  result.shape = input;
  Planes planes;
  if (preprocessing.fit == Preprocessing::Fit::digit && crop == nullptr) {
    planes = digit(image, input, result.steps);
  } else {
    Pixels now{image.width, image.height, rgb_of(image)};
    result.steps.push_back(step_of("picture", fmt::format("{}, as it was opened", image.format),
                                   planes_of(now.rgb, now.width, now.height)));
    if (crop != nullptr) {
      const SeenPart part = part_of(*crop, now.width, now.height, input);
      now = cut_out(now, part.x, part.y, part.width, part.height);
      result.steps.push_back(
          step_of("crop", fmt::format("{} x {} from column {} and row {}", part.width, part.height, part.x, part.y),
                  planes_of(now.rgb, now.width, now.height)));
      const int height = static_cast<int>(input[1]), width = static_cast<int>(input[2]);
      const bool same = part.width == width && part.height == height;
      const Resample method = part.width > width ? Resample::area : Resample::bilinear;
      const Crop all{0, 0, static_cast<double>(part.width), static_cast<double>(part.height)};
      if (!same) now = resized(now, all, width, height, method);
      result.steps.push_back(step_of("resize",
                                     same ? std::string("nothing: the part has the network's size")
                                          : fmt::format("to the network's size, {}", method_words(method)),
                                     planes_of(now.rgb, now.width, now.height)));
    } else {
      now = fitted(std::move(now), preprocessing, input, result.steps);
    }
    planes = planes_of(now.rgb, now.width, now.height);
    const size_t count = planes.values.size() / 3;
    if (input[0] == 1) {
      for (size_t i = 0; i < count; ++i) planes.values[i] = gray_of(now.rgb.data() + 3 * i);
      planes.values.resize(count);
      planes.channels = 1;
      planes.names = "Y";
      result.steps.push_back(step_of("gray", "0.299 R + 0.587 G + 0.114 B, rounded", planes));
    } else if (preprocessing.order == Preprocessing::Order::bgr) {
      std::swap_ranges(planes.values.begin(), planes.values.begin() + static_cast<std::ptrdiff_t>(count),
                       planes.values.end() - static_cast<std::ptrdiff_t>(count));
      planes.names = "BGR";
      result.steps.push_back(step_of("order", "blue first, red last", planes));
    }
  }
  // In the order and rounding of Normalization, so that training and use agree in every bit.
  const bool plain = preprocessing.scale == 1.0 / 255;
  for (float& value : planes.values)
    value = plain ? value / 255.0f : static_cast<float>(double{value} * preprocessing.scale);
  result.steps.push_back(
      step_of("scale", plain ? std::string("divided by 255") : fmt::format("times {:g}", preprocessing.scale), planes));
  const size_t count = planes.values.size() / static_cast<size_t>(planes.channels);
  const auto each = [&](const std::vector<float>& numbers, const auto& change) {
    for (size_t i = 0; i < planes.values.size(); ++i) planes.values[i] = change(planes.values[i], numbers[i / count]);
  };
  if (!preprocessing.mean.empty()) {
    each(preprocessing.mean, [](float value, float mean) { return value - mean; });
    result.steps.push_back(step_of("mean", fmt::format("minus {}", fmt::join(preprocessing.mean, ", ")), planes));
  }
  if (!preprocessing.stddev.empty()) {
    each(preprocessing.stddev, [](float value, float stddev) { return value / stddev; });
    result.steps.push_back(step_of("std", fmt::format("divided by {}", fmt::join(preprocessing.stddev, ", ")), planes));
  }
  result.values = std::move(planes.values);
  return result;
}

}  // namespace striate
