#include "engine/network/published_weights.h"

#include <algorithm>
#include <cstdlib>
#include <string_view>

#include "engine/files/read_file.h"

namespace striate {
namespace {

// torchvision publishes its weights with its code, under BSD-3-Clause, and asks users to look at the terms of the data.
constexpr const char* kBsd3 = "BSD-3-Clause";

}  // namespace

const std::vector<PublishedWeights>& published_weights() {
  static const std::vector<PublishedWeights> list = {
      {"resnet20", "resnet20-12fca82f.th", "CIFAR-10", 1.048, "BSD-2-Clause",
       "https://github.com/akamaster/pytorch_resnet_cifar10"},
      {"alexnet", "alexnet-owt-7be5be79.pth", "ImageNet", 233.087, kBsd3,
       "https://pytorch.org/vision/stable/models/generated/torchvision.models.alexnet.html"},
      {"vgg16", "vgg16-397923af.pth", "ImageNet", 527.796, kBsd3,
       "https://pytorch.org/vision/stable/models/generated/torchvision.models.vgg16.html"},
      {"resnet18", "resnet18-f37072fd.pth", "ImageNet", 44.661, kBsd3,
       "https://pytorch.org/vision/stable/models/generated/torchvision.models.resnet18.html"},
      {"resnet50", "resnet50-0676ba61.pth", "ImageNet, as in the paper", 97.781, kBsd3,
       "https://pytorch.org/vision/stable/models/generated/torchvision.models.resnet50.html"},
      {"resnet50", "resnet50-11ad3fa6.pth", "ImageNet, a later recipe", 97.79, kBsd3,
       "https://pytorch.org/vision/stable/models/generated/torchvision.models.resnet50.html"},
      {"squeezenet1_1", "squeezenet1_1-b8a52dc0.pth", "ImageNet", 4.729, kBsd3,
       "https://pytorch.org/vision/stable/models/generated/torchvision.models.squeezenet1_1.html"},
  };
  return list;
}

std::string hash_in_name(const std::string& path) {
  const std::string name = file_name(path);
  const size_t dot = name.rfind('.'), dash = name.rfind('-', dot);
  if (dot == std::string::npos || dash == std::string::npos) return "";
  const std::string digits = name.substr(dash + 1, dot - dash - 1);
  const bool hex = std::all_of(digits.begin(), digits.end(), [](char c) {
    return std::string_view("0123456789abcdef").find(c) != std::string_view::npos;
  });
  return hex && digits.size() >= 8 && digits.size() <= 64 ? digits : "";
}

std::string torch_cache_folder() {
  const auto from = [](const char* variable) {
    const char* value = std::getenv(variable);
    return std::string(value != nullptr ? value : "");
  };
  std::string home = from("TORCH_HOME");
  if (home.empty()) {
    if (const std::string cache = from("XDG_CACHE_HOME"); !cache.empty()) {
      home = cache + "/torch";
    } else if (const std::string user = from("HOME"); !user.empty()) {
      home = user + "/.cache/torch";
    }
  }
  return home.empty() ? "" : home + "/hub/checkpoints";
}

}  // namespace striate
