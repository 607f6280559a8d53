#include "app/shell/samples.h"

#include <filesystem>

#include "app/command/registry.h"
#include "app/embedded.h"
#include "engine/error.h"
#include "engine/files/image_file.h"

namespace striate {

const std::vector<SamplePicture>& samples() {
  static const std::vector<SamplePicture> list = [] {
    std::vector<SamplePicture> found;
    for (const std::string& path : embedded_files("assets/images/")) {
      found.push_back({std::filesystem::path(path).stem().string()});
    }
    return found;
  }();
  return list;
}

ImagePtr sample_image(const std::string& name) {
  const std::string_view bytes = embedded_file("assets/images/" + name + ".png");
  if (bytes.empty()) {
    std::vector<std::string> names;
    for (const SamplePicture& sample : samples()) names.push_back(sample.name);
    const std::string nearest = nearest_name(name, names);
    std::string all;
    for (const std::string& known : names) all += (all.empty() ? "" : ", ") + known;
    throw Error(fmt::format("there is no sample picture '{}'", name),
                nearest.empty() ? "the samples are " + all
                                : fmt::format("did you mean '{}'? the samples are {}", nearest, all));
  }
  return read_image(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size(), name);
}

}  // namespace striate
