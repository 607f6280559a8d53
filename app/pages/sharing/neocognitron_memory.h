// What a Neocognitron was given to learn as one text, so that a line of the page's state brings it back:
// "200; 140 40 140 240 / 20 30 100 110 is 7" are 200 digits and then a drawing of two strokes, "nothing" is none.
#pragma once

#include <string>
#include <vector>

#include "app/pages/sharing/neocognitron_job.h"

namespace striate {

std::string memory_text(const std::vector<NeocognitronAct>& acts);
std::vector<NeocognitronAct> parse_memory(const std::string& text);  // throws Error

}  // namespace striate
