// The texts of the models by name, one file per family. Each writes its architecture's text for an input (C, H, W) and
// a number of classes, without the input's line, and throws Error where it can't be made for that input.
//
// Layers with weights have the names that PyTorch's torchvision gives them (timm uses the same ones), so that their
// files fit: "features.0.weight", "layer1.0.conv1.weight", "classifier.6.bias". Other layers are called after the
// torchvision module that puts out the same values, where there is one.
#pragma once

#include <string>

#include "engine/tensor.h"

namespace striate {
namespace models_by_family {

// small.cpp
std::string lenet5(const Shape& input, int classes);
std::string lenet5_1998(const Shape& input, int classes);
std::string lenet5_tanh(const Shape& input, int classes);
std::string lenet1989(const Shape& input, int classes);
std::string tiny(const Shape& input, int classes);
std::string mlp(const Shape& input, int classes);
std::string tinyvgg(const Shape& input, int classes);
// resnet.cpp
std::string resnet20(const Shape& input, int classes);
std::string resnet18(const Shape& input, int classes);
std::string resnet50(const Shape& input, int classes);
// alexnet.cpp, vgg.cpp, squeezenet.cpp
std::string alexnet(const Shape& input, int classes);
std::string vgg16(const Shape& input, int classes);
std::string squeezenet1_1(const Shape& input, int classes);

// torchvision's adaptive average pooling to side x side, behind the layers of `text` that stand before it: nothing
// where these give that size already, an average pooling named "avgpool" where their size is a multiple of it. Throws
// Error for all other sizes.
std::string adaptive_average(const std::string& model, const std::string& text, const Shape& input, int side);

}  // namespace models_by_family
}  // namespace striate
