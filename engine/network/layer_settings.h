// The settings of a layer that is written by hand, one by one: its words stay the truth, right or not yet; these
// functions read them and write them, as the kind's fields (layer_kind.h) say.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/network/layer_kind.h"

namespace striate {

// The kinds of layers that are offered to be added by hand, in the order of layer_kinds(). The others (reshape, gather
// and their like) come with imported networks and can be written as words.
std::vector<const LayerKind*> kinds_to_add();

// In the order of the words; empty for kinds without settings. Throws Error for an unknown kind.
std::span<const LayerField> layer_settings(const std::string& kind);
std::vector<std::string> layer_setting_names();  // of all kinds, each once

// What it is where the words don't say: "1", "on"; "" where they must, or where it is another setting's value.
std::string layer_fallback(const LayerKind& kind, const LayerField& field);

// Its value in these words, its fallback where they don't say. Throws Error where there is no such setting.
std::string layer_setting(std::string_view words, std::string_view name);
// The words with this value, in the kind's order; a fallback is left out. The value is not checked: check() of
// layer_list.h says what is wrong with it. Throws Error where there is no such setting or the value is no single word.
std::string with_layer_setting(std::string_view words, std::string_view name, const std::string& value);

// What the others call it, for people: "PyTorch out_channels, Keras filters, ONNX W". Empty: nobody has it.
std::string names_elsewhere(const NamesElsewhere& names);
// The same of the kind: "PyTorch nn.Conv2d, Keras layers.Conv2D, ONNX Conv".
std::string names_elsewhere(const LayerKind& kind);

}  // namespace striate
