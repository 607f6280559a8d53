#include "engine/files/zip_directory.h"

#include <algorithm>
#include <vector>

#include "engine/error.h"

namespace striate {
namespace {

constexpr uint64_t kEnd = 22, kEnd64 = 56, kLocator64 = 20, kEntry = 46, kHeader = 30;
constexpr uint64_t kLongestComment = 65535;
constexpr uint64_t kLargestDirectory = 256'000'000;
constexpr uint32_t k32 = 0xFFFFFFFF;

[[noreturn]] void fail(const ByteSource& source, const std::string& what) {
  throw Error(fmt::format("{}: not a valid zip archive: {}", source.name(), what), "save, copy or download it again");
}

std::vector<uint8_t> part(const ByteSource& source, uint64_t from, uint64_t count, const char* what) {
  if (!source.holds(from, count)) fail(source, fmt::format("{} lies beyond its end", what));
  std::vector<uint8_t> bytes(count);
  source.read(from, count, bytes.data());
  return bytes;
}

struct Directory {
  uint64_t begin = 0, bytes = 0, entries = 0;
};

Directory find_directory(const ByteSource& source) {
  const uint64_t tail = std::min(source.size(), kEnd + kLongestComment);
  const std::vector<uint8_t> end = part(source, source.size() - tail, tail, "its end");
  uint64_t at = tail;  // of the last record in `end`; tail: there is none
  for (uint64_t i = tail < kEnd ? 0 : tail - kEnd + 1; i-- > 0;) {
    if (little_endian(&end[i], 4) == 0x06054b50) {
      at = i;
      break;
    }
  }
  if (at == tail) fail(source, "it has no directory at its end: it is cut off");
  Directory directory{little_endian(&end[at + 16], 4), little_endian(&end[at + 12], 4),
                      little_endian(&end[at + 10], 2)};
  const uint64_t record = source.size() - tail + at;
  if (directory.begin != k32 && directory.bytes != k32 && directory.entries != 0xFFFF) return directory;
  if (record < kLocator64) return directory;
  const std::vector<uint8_t> locator = part(source, record - kLocator64, kLocator64, "its 64-bit locator");
  if (little_endian(locator.data(), 4) != 0x07064b50) return directory;
  const std::vector<uint8_t> large = part(source, little_endian(&locator[8], 8), kEnd64, "its 64-bit record");
  if (little_endian(large.data(), 4) != 0x06064b50) fail(source, "its 64-bit record is not where its locator says");
  return {little_endian(&large[48], 8), little_endian(&large[40], 8), little_endian(&large[32], 8)};
}

// Numbers that 32 bits could not say stand in a block of their own, in the order of the fields that are all ones.
void read_large(const ByteSource& source, const uint8_t* extra, uint64_t bytes, uint64_t unpacked, ZipEntry& entry) {
  if (unpacked != k32 && entry.bytes != k32 && entry.header != k32) return;
  uint64_t at = 0, end = 0;
  for (uint64_t i = 0; i + 4 <= bytes && end == 0;) {
    const uint64_t length = little_endian(extra + i + 2, 2);
    if (little_endian(extra + i, 2) == 1) at = i + 4, end = std::min(bytes, at + length);
    i += 4 + length;
  }
  const auto take = [&] {
    if (end - at < 8) fail(source, "an entry of its directory lacks its 64-bit sizes");
    at += 8;
    return little_endian(extra + at - 8, 8);
  };
  if (unpacked == k32) take();  // the same as `bytes` for files that are stored as they are
  if (entry.bytes == k32) entry.bytes = take();
  if (entry.header == k32) entry.header = take();
}

}  // namespace

ZipDirectory::ZipDirectory(const ByteSource& source) : source_(source) {
  const Directory directory = find_directory(source);
  if (directory.bytes > kLargestDirectory) fail(source, "its directory is larger than 256 MB");
  const std::vector<uint8_t> bytes = part(source, directory.begin, directory.bytes, "its directory");
  uint64_t at = 0;
  for (uint64_t i = 0; i < directory.entries; ++i) {
    if (bytes.size() - at < kEntry || little_endian(&bytes[at], 4) != 0x02014b50)
      fail(source, fmt::format("its directory ends after {} of {} entries", i, directory.entries));
    const uint8_t* entry = &bytes[at];
    const uint64_t name = little_endian(entry + 28, 2), extra = little_endian(entry + 30, 2),
                   comment = little_endian(entry + 32, 2);
    at += kEntry;
    if (bytes.size() - at < name + extra + comment)
      fail(source, fmt::format("its directory ends after {} of {} entries", i, directory.entries));
    ZipEntry read{little_endian(entry + 42, 4), little_endian(entry + 20, 4),
                  static_cast<int>(little_endian(entry + 10, 2)), (entry[8] & 1) != 0};
    const std::string called(bytes.begin() + static_cast<std::ptrdiff_t>(at),
                             bytes.begin() + static_cast<std::ptrdiff_t>(at + name));
    read_large(source, bytes.data() + at + name, extra, little_endian(entry + 24, 4), read);
    if (!entries_.emplace(called, read).second)
      fail(source, fmt::format("the name \"{}\" stands twice in it", called.substr(0, 80)));
    at += name + extra + comment;
  }
}

uint64_t ZipDirectory::begin_of(const std::string& name) const {
  const auto found = entries_.find(name);
  if (found == entries_.end()) fail(source_, fmt::format("\"{}\" is missing in it", name.substr(0, 80)));
  const ZipEntry& entry = found->second;
  if (entry.encrypted)
    throw Error(fmt::format("{}: \"{}\" in it is encrypted", source_.name(), name.substr(0, 80)),
                "save it again without a password");
  if (entry.method != 0)
    throw Error(
        fmt::format("{}: \"{}\" in it is compressed, which torch.save never does", source_.name(), name.substr(0, 80)),
        "unpack it and zip it again without compression (zip -0), or save it again with torch.save");
  const std::vector<uint8_t> header = part(source_, entry.header, kHeader, "a file in it");
  if (little_endian(header.data(), 4) != 0x04034b50)
    fail(source_, fmt::format("\"{}\" is not where its directory says", name.substr(0, 80)));
  const uint64_t begin = entry.header + kHeader + little_endian(&header[26], 2) + little_endian(&header[28], 2);
  if (!source_.holds(begin, entry.bytes))
    fail(source_, fmt::format("\"{}\" lies beyond its end: it is cut off", name.substr(0, 80)));
  return begin;
}

}  // namespace striate
