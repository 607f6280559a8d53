// PyTorch checkpoints written by hand, right ones and wrong ones: a pickle operation by operation, the zip archive and
// the older format around it.
#pragma once

#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

namespace striate {

inline std::string little(uint64_t value, int bytes) {
  std::string text;
  for (int i = 0; i < bytes; ++i) text += static_cast<char>(value >> (8 * i));
  return text;
}

template <typename T>
std::string bytes_of(std::initializer_list<T> values) {
  std::string text;
  for (const T value : values) {
    char bytes[sizeof value];
    std::memcpy(bytes, &value, sizeof value);
    text.append(bytes, sizeof value);
  }
  return text;
}

// Each function appends the operations that push one value.
class Pickled {
 public:
  std::string bytes{"\x80\x02", 2};

  Pickled& op(const std::string& operations) {
    bytes += operations;
    return *this;
  }
  Pickled& text(const std::string& value) { return op("X" + little(value.size(), 4) + value); }
  Pickled& integer(int64_t value) {
    if (value >= -0x80000000LL && value <= 0x7FFFFFFFLL) return op("J" + little(static_cast<uint64_t>(value), 4));
    return op(std::string("\x8a\x08") + little(static_cast<uint64_t>(value), 8));
  }
  Pickled& global(const std::string& module, const std::string& name) { return op("c" + module + "\n" + name + "\n"); }
  Pickled& tuple(const std::vector<int64_t>& values) {
    op("(");
    for (const int64_t value : values) integer(value);
    return op("t");
  }
  Pickled& storage(const std::string& type, const std::string& key, int64_t count, const std::string& more = "") {
    op("(").text("storage").global("torch", type).text(key).text("cpu").integer(count);
    return op(more + "tQ");
  }
  // A view of the storage.
  Pickled& tensor(const std::string& type, const std::string& key, int64_t count, int64_t offset,
                  const std::vector<int64_t>& shape, const std::vector<int64_t>& strides,
                  const std::string& of_storage = "") {
    global("torch._utils", "_rebuild_tensor_v2").op("(").storage(type, key, count, of_storage);
    integer(offset).tuple(shape).tuple(strides);
    return op("\x89").global("collections", "OrderedDict").op(")RtR");
  }
  // One of floats that has its storage for itself.
  Pickled& floats(const std::string& key, const std::vector<int64_t>& shape) {
    std::vector<int64_t> strides(shape.size());
    int64_t count = 1;
    for (size_t i = shape.size(); i-- > 0; count *= shape[i]) strides[i] = count;
    return tensor("FloatStorage", key, count, 0, shape, strides);
  }
  std::string stop() const { return bytes + "."; }
};

struct ZipPart {
  std::string name, bytes;
  int flags = 0, method = 0;
};

// `large`: with 64-bit sizes and places, though 32 bits would do. A part with flag 8 has no sizes in its own header but
// in a data descriptor behind it.
inline std::string zip_of(const std::vector<ZipPart>& parts, bool large = false) {
  std::string file, directory;
  for (const ZipPart& part : parts) {
    const uint64_t begin = file.size(), size = part.bytes.size();
    const bool behind = (part.flags & 8) != 0;
    const std::string head = little(20, 2) + little(static_cast<uint64_t>(part.flags), 2) +
                             little(static_cast<uint64_t>(part.method), 2) + little(0, 4) + little(0, 4);
    file += "PK\x03\x04" + head + little(behind ? 0 : size, 4) + little(behind ? 0 : size, 4) +
            little(part.name.size(), 2) + little(3, 2) + part.name + "pad" + part.bytes;
    if (behind) file += "PK\x07\x08" + little(0, 4) + little(size, 4) + little(size, 4);
    const std::string extra =
        large ? little(1, 2) + little(24, 2) + little(size, 8) + little(size, 8) + little(begin, 8) : std::string();
    const uint64_t all = 0xFFFFFFFF;
    for (const std::string& piece :
         {"PK\x01\x02" + little(20, 2), head, little(large ? all : size, 4), little(large ? all : size, 4),
          little(part.name.size(), 2), little(extra.size(), 2), std::string(10, '\0'), little(large ? all : begin, 4),
          part.name, extra}) {
      directory += piece;
    }
  }
  const uint64_t at = file.size(), count = parts.size();
  file += directory;
  if (large) {
    const uint64_t record = file.size();
    file += "PK\x06\x06" + little(44, 8) + little(45, 2) + little(45, 2) + little(0, 8) + little(count, 8) +
            little(count, 8) + little(directory.size(), 8) + little(at, 8);
    file += "PK\x06\x07" + little(0, 4) + little(record, 8) + little(1, 4);
  }
  file += "PK\x05\x06" + little(0, 4) + little(large ? 0xFFFF : count, 2) + little(large ? 0xFFFF : count, 2) +
          little(large ? 0xFFFFFFFF : directory.size(), 4) + little(large ? 0xFFFFFFFF : at, 4) + little(0, 2);
  return file;
}

using Storages = std::vector<std::pair<std::string, std::string>>;  // keys and bytes

inline std::vector<ZipPart> torch_parts(const std::string& pickle, const Storages& storages) {
  std::vector<ZipPart> parts = {{"net/data.pkl", pickle}, {"net/byteorder", "little"}};
  for (const auto& [key, bytes] : storages) parts.push_back({"net/data/" + key, bytes});
  parts.push_back({"net/version", "3\n"});
  return parts;
}

inline std::string torch_zip(const std::string& pickle, const Storages& storages) {
  return zip_of(torch_parts(pickle, storages));
}

// `value_size`: of the values in each storage.
inline std::string torch_legacy(const std::string& pickle, const Storages& storages, size_t value_size = 4,
                                bool little_endian = true) {
  std::string file =
      Pickled().op("\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19").stop() + Pickled().integer(1001).stop() +
      Pickled().op("}(").text("little_endian").op(little_endian ? "\x88" : "\x89").op("u").stop() + pickle;
  Pickled keys;
  keys.op("](");
  for (const auto& [key, bytes] : storages) keys.text(key);
  file += keys.op("e").stop();
  for (const auto& [key, bytes] : storages) file += little(bytes.size() / value_size, 8) + bytes;
  return file;
}

}  // namespace striate
