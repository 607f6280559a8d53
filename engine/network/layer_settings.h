// The settings of each kind of layer, one by one, for whoever edits a layer by hand: what stands where in its words,
// which values are allowed, what it does. The words stay the truth: these functions read them and write them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/network/layer.h"

namespace striate {

struct LayerSetting {
  enum class Type {
    whole,         // 6
    number,        // 0.5
    rows_columns,  // 5 or 5x3
    sides,         // 2, 2x1 or 0,1,0,1
    on_off         // a word that is there or not
  };
  const char* name;     // "filters", "kernel", "partial-windows": one word
  const char* keyword;  // before the value in the words, "stride"; null: it has a place of its own behind the kind
  Type type = Type::whole;
  double low = 0, high = 1;  // whole, number; each part of the others
  const char* fallback;      // what it is where the words don't say; null: they must. on_off: "on" or "off"
  const char* help;          // one sentence
};

// The kinds of layers that are offered to be added by hand, in the order of layer_kinds(). The others (reshape, gather
// and their like) come with imported networks and can be written as words.
std::vector<const LayerKind*> kinds_to_add();

// In the order of the words; empty for kinds without settings. Throws Error for an unknown kind.
const std::vector<LayerSetting>& layer_settings(const std::string& kind);
std::vector<std::string> layer_setting_names();  // of all kinds, each once
// Words to begin with: "conv 8 3x3 pad 1", "add" (what it joins is the list's).
std::string first_words(const std::string& kind);

// Its value in these words, its fallback where they don't say. Throws Error where there is no such setting.
std::string layer_setting(std::string_view words, std::string_view name);
// The words with this value, in the kind's order; a fallback is left out. The value is not checked: check() of
// layer_list.h says what is wrong with it. Throws Error where there is no such setting or the value is no single word.
std::string with_layer_setting(std::string_view words, std::string_view name, const std::string& value);

}  // namespace striate
