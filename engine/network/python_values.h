// Values as they stand in a Python script.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace striate {

std::string python_text(const std::string& text);  // "quoted"
std::string python_number(double value);           // 0.1, float("inf"): the shortest that is the same float32
std::string python_list(const std::vector<int64_t>& values, bool tuple = true);  // (1,), (1, 2); or [1, 2]
// One number where all are the same: 3, (3, 5).
std::string python_brief(const std::vector<int64_t>& values);

}  // namespace striate
