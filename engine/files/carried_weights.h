// Trained weights that the program carries inside itself, each under the name of the model that it is for: a fresh
// machine, without a network, names what is in a photo. Where they come from, and under which terms: assets/SOURCES.md.
//
// To add some: MODEL.safetensors in assets/models/, with what it needs of a license beside it, and its part of
// SOURCES.md.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace striate {

// The bytes of a safetensors file; empty: none are carried for this model.
std::string_view carried_weights(std::string_view model);
// Whose names begin with `prefix`.
std::vector<std::string> carried_models(std::string_view prefix = "");

}  // namespace striate
