// What a script needs to answer for a picture as `striate classify` does: opening, preparing, and the best classes, in
// plain Python, numpy and Pillow. What was written is read and changed by people: one short function for each step.
#pragma once

#include <string>
#include <vector>

#include "engine/export/export_graph.h"

namespace striate {

// Whether the script of a network with this information takes pictures.
bool python_takes_pictures(const ExportInfo& info);
// PREPARATION and CLASSES, as far as they are known.
std::string python_facts(const ExportInfo& info);
// What the last layer that computes gives: what only passes on behind it does not count.
Ending python_ending(const ExportGraph& graph);
// The functions. `ending`: whether the network's output is probabilities already.
std::string python_pictures(const ExportInfo& info, Ending ending);
// The end of the script: what it does when it is run. `answer`: an expression that gives the network's output for
// `values`, (channels, height, width), as a list; `check`: lines that print what it gives for the formula's values.
std::string python_main(const ExportInfo& info, const std::string& check, const std::string& answer);
// Names that a script has for these.
const std::vector<std::string>& python_picture_names();

// Throws Error for the name of a script that Python would take for a module that scripts or what they use import.
void check_script_name(const std::string& file);

}  // namespace striate
