// What the writers of Python scripts share: names, and the helpers that a script brings along where one of
// its layers needs them (written in numpy, or in the script's own library).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/export/export_graph.h"
#include "engine/network/python_values.h"

namespace striate {

// A variable for every node: its name with other letters for those that Python doesn't allow; the input is "x".
// `taken`: words that the script uses itself.
std::vector<std::string> python_names(const ExportGraph& graph, const std::vector<std::string>& taken);
// What the first line of a script calls the network: one line without quotes.
std::string python_title(const ExportInfo& info, const std::string& otherwise);
// The first lines of a script's text about itself: how it is run and, where its name allows it, imported. `use`: what
// is done with what load() gives.
std::string python_usage(const std::string& stem, const std::string& use, bool pictures = false);
// "CLASSES = [...]", at most 120 characters a line.
std::string python_classes(const std::vector<std::string>& classes);

// Functions of scripts, in plain Python and numpy.
extern const char* const kPythonReader;  // read_safetensors(path)
extern const char* const kPythonResize;  // resize_matrix(...)
extern const char* const kPythonPlaces;  // pad_places(...): where the values of a padded axis come from

}  // namespace striate
