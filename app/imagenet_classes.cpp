#include "app/imagenet_classes.h"

#include "app/embedded.h"
#include "engine/error.h"
#include "engine/files/labels.h"

namespace striate {

std::vector<std::string> imagenet_classes(int64_t classes) {
  if (classes != 1000 && classes != 1001) return {};
  std::vector<std::string> names =
      parse_labels(embedded_file("assets/models/imagenet_classes.txt"), "imagenet_classes.txt").names;
  check(names.size() == 1000, "{} names for ImageNet's 1000 classes", names.size());
  if (classes == 1001) names.insert(names.begin(), "background");
  return names;
}

}  // namespace striate
