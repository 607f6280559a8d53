// What train.py for PyTorch and train.py for Keras share.
#pragma once

#include <string>

#include "engine/export/project_scripts.h"

namespace striate {

std::string epochs_text(const ProjectFacts& facts);                      // "2.5": how many epochs its steps are
std::string schedule_lines(const Schedule& schedule);                    // the function share_of_rate(step)
std::string loss_text(Loss loss);                                        // "cross-entropy", in words
std::string fixed_lines(const ProjectFacts& facts, const char* format);  // a line for each of facts.fixed
extern const char* const kDataOption;                                    // --data, of pictures that lie in a folder
extern const char* const kReportLines;                                   // prints the confusion matrix `matrix`

}  // namespace striate
