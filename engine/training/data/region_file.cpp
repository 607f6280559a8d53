#include "engine/training/data/region_file.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

#include "engine/error.h"
#include "engine/files/read_file.h"
#include "engine/files/utf8_names.h"
#include "engine/trimmed.h"

namespace striate {
namespace {

constexpr uint64_t kMaxBytes = uint64_t{1} << 28;

std::vector<std::string> columns_of(const std::string& line) {
  std::vector<std::string> columns = {""};
  bool quoted = false;
  for (size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (c == '"') {
      if (quoted && i + 1 < line.size() && line[i + 1] == '"') {
        columns.back() += '"';
        ++i;
      } else {
        quoted = !quoted;
      }
    } else if (c == ',' && !quoted) {
      columns.emplace_back();
    } else {
      columns.back() += c;
    }
  }
  return columns;
}

}  // namespace

void read_regions(const std::string& path, const std::vector<std::string>& pictures, ByteDataset::Content& content) {
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) return;
  const InputFile file(path);
  if (file.size() > kMaxBytes) {
    throw Error(fmt::format("{} has {}", utf8_name(path), bytes_in_words(file.size())),
                "a line PICTURE,REGION for each picture needs far less");
  }
  std::string text(file.size(), '\0');
  file.read(0, file.size(), reinterpret_cast<uint8_t*>(text.data()));
  if (text.rfind("\xEF\xBB\xBF", 0) == 0) text.erase(0, 3);
  std::map<std::string, std::string> region_of;
  int number = 0;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    const std::string line(trimmed(std::string_view(text).substr(begin, end - begin)));
    begin = end + 1;
    ++number;
    if (line.empty() || line[0] == '#') continue;
    const std::vector<std::string> columns = columns_of(line);
    const std::string picture(trimmed(columns[0])), region(columns.size() > 1 ? trimmed(columns[1]) : "");
    if (columns.size() != 2 || picture.empty() || region.empty()) {
      throw Error(fmt::format("{}, line {}: not a picture and its region", utf8_name(path), number),
                  "two columns with a comma between: forest/0001.png,west");
    }
    if (region_of.empty() && picture == "picture" && region == "region") continue;
    const auto [place, fresh] = region_of.try_emplace(picture, region);
    if (!fresh && place->second != region) {
      throw Error(fmt::format("{}, line {}: {} has two regions, \"{}\" and \"{}\"", utf8_name(path), number,
                              utf8_name(picture), utf8_name(place->second), utf8_name(region)),
                  "name one of them");
    }
  }
  std::set<std::string> names;
  int64_t without = 0;
  size_t used = 0;
  for (const std::string& picture : pictures) {
    const auto found = region_of.find(picture);
    if (found == region_of.end()) {
      ++without;
    } else {
      names.insert(found->second);
      ++used;
    }
  }
  const std::vector<std::string> ordered(names.begin(), names.end());
  for (const std::string& picture : pictures) {
    const auto found = region_of.find(picture);
    content.region.push_back(
        found == region_of.end()
            ? -1
            : static_cast<int>(std::lower_bound(ordered.begin(), ordered.end(), found->second) - ordered.begin()));
  }
  for (const std::string& name : ordered) content.regions.push_back(utf8_name(name));
  if (without > 0) content.notes.push_back(fmt::format("regions.csv has no line for {} pictures", without));
  if (used < region_of.size()) {
    content.notes.push_back(fmt::format("regions.csv names {} pictures that are not there", region_of.size() - used));
  }
}

}  // namespace striate
