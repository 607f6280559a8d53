// What the settings of a training are edited with: small pieces that the network's and the learning's settings share.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "app/widgets/ui.h"
#include "engine/tensor.h"

namespace striate {

// A text field with its name in front, as wide as the column. Sends "prefix TEXT".
void named_text(Ui& ui, std::string_view name, std::string_view value, std::string_view prefix,
                std::string_view placeholder = "");
// One number, or ROWSxCOLUMNS, or four sides: a number field where it is one number, else a text field.
void size_field(Ui& ui, std::string_view name, const std::string& value, const NumberSpec& spec,
                std::string_view prefix);
// A slider over several powers of ten: two digits of the value are shown.
void power_slider(Ui& ui, std::string_view name, double value, double low, double high, double reset,
                  std::string_view prefix);

std::string output_words(const Shape& shape);  // of a batch's: "6 × 28 × 28", without N
std::string memory_words(int64_t bytes);       // "5.3 MB"
std::string first_sentence(std::string_view text);

}  // namespace striate
