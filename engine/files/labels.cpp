#include "engine/files/labels.h"

#include <algorithm>

#include "engine/error.h"
#include "engine/files/read_file.h"
#include "engine/trimmed.h"

namespace striate {
namespace {

constexpr size_t kLongest = 1000;

// "n01440764 " in front.
bool has_synset(std::string_view line) {
  return line.size() > 10 && line[0] == 'n' && line[9] == ' ' &&
         std::all_of(line.begin() + 1, line.begin() + 9, [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

Labels parse_labels(std::string_view text, const std::string& file) {
  if (text.rfind("\xef\xbb\xbf", 0) == 0) text.remove_prefix(3);  // a byte order mark
  Labels labels;
  int number = 0, empty = 0;
  size_t begin = 0;
  while (begin < text.size()) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    std::string_view line = trimmed(text.substr(begin, end - begin));
    begin = end + 1;
    ++number;
    if (!line.empty() && line[0] == '#') continue;
    if (line.empty()) {
      if (empty == 0) empty = number;
      continue;
    }
    if (empty != 0 && !labels.lines.empty())
      throw Error(fmt::format("{}, line {}: a class without a name", file, empty),
                  "write one name on each line, in the order of the network's outputs");
    empty = 0;
    if (line.size() > kLongest || line.find('\0') != std::string_view::npos)
      throw Error(fmt::format("{}, line {}: no name of a class", file, number),
                  "give a text file with one name on each line");
    if (has_synset(line)) line = trimmed(line.substr(10));
    labels.lines.emplace_back(line);
    labels.names.emplace_back(trimmed(line.substr(0, line.find(", "))));
  }
  if (labels.lines.empty()) throw Error(fmt::format("{} names no class", file), "write one name on each line");
  return labels;
}

Labels read_labels(const std::string& path) {
  const InputFile file(path);
  constexpr uint64_t kMax = 64u << 20;
  if (file.size() > kMax)
    throw Error(fmt::format("{} has {}, too many for names of classes", path, bytes_in_words(file.size())),
                "give a text file with one name on each line");
  std::string text(file.size(), '\0');
  file.read(0, file.size(), reinterpret_cast<uint8_t*>(text.data()));
  return parse_labels(text, path);
}

}  // namespace striate
