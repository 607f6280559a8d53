#include "app/shell/system_motion.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>

#include "app/shell/xdg_folder.h"

namespace striate {
namespace {

constexpr std::uintmax_t kLargestFile = 4 << 20;

std::string content_of(const std::filesystem::path& path) {
  std::error_code failure;
  if (!std::filesystem::is_regular_file(path, failure) || std::filesystem::file_size(path, failure) > kLargestFile) {
    return {};
  }
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// The value of `name = value` in a file of such lines, without spaces; empty where it is not there.
std::string value_in(const std::string& text, std::string_view name) {
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find('\n', at), text.size());
    std::string line;
    for (const char c : std::string_view(text).substr(at, end - at)) {
      if (c != ' ' && c != '\t' && c != '\r') line += c;
    }
    if (line.starts_with(name) && line.size() > name.size() && line[name.size()] == '=') {
      return line.substr(name.size() + 1);
    }
    at = end + 1;
  }
  return {};
}

// Little-endian numbers of a file that may be anything.
struct Reader {
  std::string_view file;
  bool has(size_t at, size_t size) const { return at <= file.size() && size <= file.size() - at; }
  uint32_t word(size_t at) const {
    uint32_t value = 0;
    for (size_t i = 4; i-- > 0;) value = value << 8 | static_cast<uint8_t>(file[at + i]);
    return value;
  }
};

}  // namespace

std::optional<bool> dconf_switch(std::string_view file, std::string_view key) {
  const Reader in{file};
  constexpr size_t kHeader = 24, kItem = 24;
  if (!file.starts_with("GVariant") || !in.has(0, kHeader)) return std::nullopt;
  const size_t root = in.word(16), root_end = in.word(20);
  if (root_end < root || !in.has(root, root_end - root) || root_end - root < 8) return std::nullopt;
  const size_t filter = in.word(root) & 0x7FFFFFF, buckets = in.word(root + 4);
  const size_t items = root + 8 + 4 * filter + 4 * buckets;
  if (items > root_end) return std::nullopt;
  const size_t count = (root_end - items) / kItem;
  // The last part of the key, and above it part by part.
  const auto is_key = [&](size_t index) {
    std::string_view rest = key;
    for (size_t depth = 0; depth < 32 && index < count; ++depth) {
      const size_t item = items + index * kItem, begin = in.word(item + 8), size = in.word(item + 12) & 0xFFFF;
      if (!in.has(begin, size) || !rest.ends_with(file.substr(begin, size))) return false;
      rest.remove_suffix(size);
      const uint32_t parent = in.word(item + 4);
      if (parent == 0xFFFFFFFF) return rest.empty();
      index = parent;
    }
    return false;
  };
  for (size_t i = 0; i < count; ++i) {
    const size_t item = items + i * kItem;
    if (file[item + 14] != 'v' || !is_key(i)) continue;
    // A variant: the value's bytes, a zero, its type.
    const size_t begin = in.word(item + 16), end = in.word(item + 20);
    if (end < begin || end - begin != 3 || !in.has(begin, 3) || file[begin + 2] != 'b') return std::nullopt;
    return file[begin] != 0;
  }
  return std::nullopt;
}

bool system_motion(const std::string& config) {
  const std::filesystem::path folder(config);
  if (const auto gnome =
          dconf_switch(content_of(folder / "dconf" / "user"), "/org/gnome/desktop/interface/enable-animations")) {
    return *gnome;
  }
  for (const char* gtk : {"gtk-4.0", "gtk-3.0"}) {
    const std::string animations = value_in(content_of(folder / gtk / "settings.ini"), "gtk-enable-animations");
    if (!animations.empty()) return animations != "false" && animations != "0";
  }
  const std::string kde = value_in(content_of(folder / "kdeglobals"), "AnimationDurationFactor");
  return kde.empty() || std::strtod(kde.c_str(), nullptr) > 0;
}

bool system_motion() { return system_motion(xdg_folder("XDG_CONFIG_HOME", ".config").string()); }

}  // namespace striate
