#include "engine/files/idx.h"

#include <zlib.h>

#include <algorithm>
#include <cstring>
#include <limits>

#include "engine/error.h"
#include "engine/files/read_file.h"

namespace striate {
namespace {

constexpr size_t kMaxDimensions = 5;
constexpr uint64_t kMaxExpansion = 1032;  // of deflate: 258 bytes from 2 bits
constexpr const char* kHint = "download it again; IDX files are those of MNIST and its relatives, as .gz or unpacked";

[[noreturn]] void fail(const std::string& name, const std::string& what) {
  throw Error(fmt::format("{}: not a valid IDX file: {}", name, what), kHint);
}
[[noreturn]] void fail_gzip(const std::string& name, const std::string& what) {
  throw Error(fmt::format("{}: its compressed data (gzip) are damaged: {}", name, what), kHint);
}

// The bytes of a file one after the other, unpacked where they are packed.
class Bytes {
 public:
  virtual ~Bytes() = default;
  // Fills up to `count` bytes and returns how many there were: fewer only at the end.
  virtual uint64_t take(uint8_t* to, uint64_t count) = 0;
  virtual uint64_t most() const = 0;  // bytes that it can hold in all
};

class PlainBytes : public Bytes {
 public:
  PlainBytes(const uint8_t* data, size_t size) : data_(data), size_(size) {}
  uint64_t take(uint8_t* to, uint64_t count) override {
    const size_t taken = std::min<uint64_t>(count, size_ - at_);
    if (taken > 0) std::memcpy(to, data_ + at_, taken);
    at_ += taken;
    return taken;
  }
  uint64_t most() const override { return size_; }

 private:
  const uint8_t* data_;
  size_t size_, at_ = 0;
};

class PackedBytes : public Bytes {
 public:
  PackedBytes(const uint8_t* data, size_t size, const std::string& name)
      : data_(data), size_(size), left_(size), name_(name) {
    stream_.next_in = const_cast<Bytef*>(data_);
    if (inflateInit2(&stream_, 16 + MAX_WBITS) != Z_OK) throw std::bad_alloc();
  }
  ~PackedBytes() override { inflateEnd(&stream_); }
  PackedBytes(const PackedBytes&) = delete;
  PackedBytes& operator=(const PackedBytes&) = delete;

  uint64_t take(uint8_t* to, uint64_t count) override {
    uint64_t taken = 0;
    while (taken < count && !ended_) {
      const uInt space = static_cast<uInt>(std::min<uint64_t>(count - taken, 1u << 30));
      refill();
      stream_.next_out = to + taken;
      stream_.avail_out = space;
      const int result = inflate(&stream_, Z_NO_FLUSH);
      taken += space - stream_.avail_out;
      if (result == Z_STREAM_END) {
        ended_ = true;
      } else if (result == Z_MEM_ERROR) {
        throw std::bad_alloc();
      } else if (result == Z_BUF_ERROR ||
                 (result == Z_OK && stream_.avail_in == 0 && left_ == 0 && stream_.avail_out > 0)) {
        fail_gzip(name_, fmt::format("they are cut off after {} bytes", size_));
      } else if (result != Z_OK) {
        fail_gzip(name_, stream_.msg ? stream_.msg : "not what gzip writes");
      }
    }
    return taken;
  }
  uint64_t most() const override { return size_ * kMaxExpansion; }
  // Nothing may stand behind the packed data.
  void expect_end() {
    const uint64_t behind = stream_.avail_in + left_;
    if (behind > 0) fail_gzip(name_, fmt::format("{} bytes stand behind their end", behind));
  }

 private:
  void refill() {
    if (stream_.avail_in > 0) return;
    const uInt next = static_cast<uInt>(std::min<uint64_t>(left_, 1u << 30));
    stream_.avail_in = next;
    left_ -= next;
  }
  const uint8_t* data_;
  uint64_t size_, left_;
  const std::string& name_;
  z_stream stream_{};
  bool ended_ = false;
};

bool known_type(uint8_t code) { return code >= 0x08 && code <= 0x0E && code != 0x0A; }

IdxArray parse(Bytes& bytes, const std::string& name) {
  uint8_t head[4];
  const uint64_t got = bytes.take(head, 4);
  if (got < 4) fail(name, fmt::format("it has {} bytes, a header has 8 at least", got));
  if (head[0] != 0 || head[1] != 0)
    fail(name, fmt::format("it begins with the bytes {:02x} {:02x}, not 00 00", head[0], head[1]));
  if (!known_type(head[2])) fail(name, fmt::format("the type {:#04x} is unknown (08 09 0b 0c 0d 0e are)", head[2]));
  if (head[3] < 1 || head[3] > kMaxDimensions)
    fail(name, fmt::format("it would have {} dimensions; 1 to {} are possible", head[3], kMaxDimensions));
  IdxArray array;
  array.type = static_cast<IdxType>(head[2]);
  uint8_t sizes[4 * kMaxDimensions];
  const uint64_t size_bytes = 4u * head[3];
  if (bytes.take(sizes, size_bytes) < size_bytes) fail(name, "it ends within its header");
  uint64_t needed = idx_type_size(array.type);
  for (size_t i = 0; i < head[3]; ++i) {
    const uint8_t* s = sizes + 4 * i;
    const uint64_t size = (uint64_t{s[0]} << 24) | (uint64_t{s[1]} << 16) | (uint64_t{s[2]} << 8) | s[3];
    array.shape.push_back(static_cast<int64_t>(size));
    if (size > 0 && needed > static_cast<uint64_t>(std::numeric_limits<int64_t>::max()) / size)
      fail(name, "the product of its sizes overflows");
    needed *= size;
  }
  const uint64_t most = bytes.most() - std::min(bytes.most(), 4 + size_bytes);
  const std::string sizes_text = fmt::format("{}", fmt::join(array.shape, " x "));
  if (needed > most)
    fail(name, fmt::format("{} values of {} need {} bytes, the file can hold {}: it is cut off", sizes_text,
                           idx_type_name(array.type), needed, most));
  array.values.resize(needed);
  const uint64_t there = bytes.take(array.values.data(), needed);
  if (there < needed)
    fail(name, fmt::format("{} values of {} need {} bytes, there are {}: it is cut off", sizes_text,
                           idx_type_name(array.type), needed, there));
  uint8_t one;
  if (bytes.take(&one, 1) > 0)
    fail(name, fmt::format("more bytes than {} values of {} need", sizes_text, idx_type_name(array.type)));
  return array;
}

}  // namespace

const char* idx_type_name(IdxType type) {
  switch (type) {
    case IdxType::u8:
      return "unsigned byte";
    case IdxType::i8:
      return "signed byte";
    case IdxType::i16:
      return "16-bit integer";
    case IdxType::i32:
      return "32-bit integer";
    case IdxType::f32:
      return "32-bit float";
    case IdxType::f64:
      return "64-bit float";
  }
  return "?";
}

size_t idx_type_size(IdxType type) {
  switch (type) {
    case IdxType::u8:
    case IdxType::i8:
      return 1;
    case IdxType::i16:
      return 2;
    case IdxType::i32:
    case IdxType::f32:
      return 4;
    case IdxType::f64:
      return 8;
  }
  return 1;
}

int64_t IdxArray::count() const { return static_cast<int64_t>(values.size() / idx_type_size(type)); }

std::vector<double> IdxArray::doubles() const {
  const size_t size = idx_type_size(type);
  std::vector<double> numbers(values.size() / size);
  for (size_t i = 0; i < numbers.size(); ++i) {
    uint64_t bits = 0;
    for (size_t b = 0; b < size; ++b) bits = (bits << 8) | values[i * size + b];
    switch (type) {
      case IdxType::u8:
        numbers[i] = static_cast<double>(bits);
        break;
      case IdxType::i8:
        numbers[i] = static_cast<int8_t>(bits);
        break;
      case IdxType::i16:
        numbers[i] = static_cast<int16_t>(bits);
        break;
      case IdxType::i32:
        numbers[i] = static_cast<int32_t>(bits);
        break;
      case IdxType::f32: {
        const uint32_t word = static_cast<uint32_t>(bits);
        float value;
        std::memcpy(&value, &word, sizeof value);
        numbers[i] = static_cast<double>(value);
        break;
      }
      case IdxType::f64:
        std::memcpy(&numbers[i], &bits, sizeof bits);
        break;
    }
  }
  return numbers;
}

IdxArray read_idx(const uint8_t* data, size_t size, const std::string& name) {
  if (size >= 2 && data[0] == 0x1f && data[1] == 0x8b) {
    PackedBytes bytes(data, size, name);
    IdxArray array = parse(bytes, name);
    bytes.expect_end();
    return array;
  }
  PlainBytes bytes(data, size);
  return parse(bytes, name);
}

IdxArray read_idx(const std::string& path) {
  const InputFile file(path);
  PixelBuffer<uint8_t> bytes;
  file.read_up_to(file.size(), bytes);
  return read_idx(bytes.data(), bytes.size(), path);
}

std::vector<uint8_t> idx_bytes(const IdxArray& array) {
  std::vector<uint8_t> bytes = {0, 0, static_cast<uint8_t>(array.type), static_cast<uint8_t>(array.shape.size())};
  for (const int64_t size : array.shape)
    for (int shift = 24; shift >= 0; shift -= 8) bytes.push_back(static_cast<uint8_t>(size >> shift));
  bytes.insert(bytes.end(), array.values.begin(), array.values.end());
  return bytes;
}

}  // namespace striate
