// Names of classes from text files: one name a line, in the order of the network's outputs.
//
//   tench, Tinca tinca               a name, further names behind commas
//   n01440764 tench, Tinca tinca     the same as ImageNet's lists of WordNet synsets write it
//
// Empty lines at the end don't count, and # begins a comment at a line's start.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace striate {

struct Labels {
  std::vector<std::string> names;  // the first name of each line: "tench"
  std::vector<std::string> lines;  // all of it, without the synset's number: "tench, Tinca tinca"
};

// Throws Error: an empty line between others, none at all, a line of more than 1000 letters, bytes that are no text.
// `file` is for messages.
Labels parse_labels(std::string_view text, const std::string& file);
// Throws Error also for a missing file, and one of more than 64 MB.
Labels read_labels(const std::string& path);

}  // namespace striate
