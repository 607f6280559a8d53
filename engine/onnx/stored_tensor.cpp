#include <algorithm>
#include <cstring>

#include "engine/error.h"
#include "engine/files/safetensors.h"
#include "engine/onnx/graph.h"

namespace striate {
namespace {

constexpr int64_t kPiece = 1 << 16;  // values, or bytes of varints

template <typename T>
T load(const uint8_t* from) {
  T value;
  std::memcpy(&value, from, sizeof value);
  return value;
}

// `count` little-endian values behind those that `to` has.
void decode_raw(OnnxType type, const uint8_t* from, int64_t count, HostTensor& to) {
  const auto reals = [&](size_t bytes, auto convert) {
    for (int64_t i = 0; i < count; ++i) to.reals.push_back(convert(from + static_cast<size_t>(i) * bytes));
  };
  const auto integers = [&](size_t bytes, auto convert) {
    for (int64_t i = 0; i < count; ++i) to.integers.push_back(convert(from + static_cast<size_t>(i) * bytes));
  };
  switch (type) {
    case OnnxType::float32:
      return reals(4, [](const uint8_t* p) { return static_cast<double>(load<float>(p)); });
    case OnnxType::float64:
      return reals(8, [](const uint8_t* p) { return load<double>(p); });
    case OnnxType::float16:
      return reals(2, [](const uint8_t* p) { return static_cast<double>(half_to_float(load<uint16_t>(p))); });
    case OnnxType::bfloat16:
      return reals(2, [](const uint8_t* p) { return static_cast<double>(bfloat16_to_float(load<uint16_t>(p))); });
    case OnnxType::uint8:
      return integers(1, [](const uint8_t* p) { return static_cast<int64_t>(*p); });
    case OnnxType::boolean:
      return integers(1, [](const uint8_t* p) { return static_cast<int64_t>(*p != 0); });
    case OnnxType::int8:
      return integers(1, [](const uint8_t* p) { return static_cast<int64_t>(static_cast<int8_t>(*p)); });
    case OnnxType::uint16:
      return integers(2, [](const uint8_t* p) { return static_cast<int64_t>(load<uint16_t>(p)); });
    case OnnxType::int16:
      return integers(2, [](const uint8_t* p) { return static_cast<int64_t>(load<int16_t>(p)); });
    case OnnxType::uint32:
      return integers(4, [](const uint8_t* p) { return static_cast<int64_t>(load<uint32_t>(p)); });
    case OnnxType::int32:
      return integers(4, [](const uint8_t* p) { return static_cast<int64_t>(load<int32_t>(p)); });
    case OnnxType::int64:
    case OnnxType::uint64:
      return integers(8, [](const uint8_t* p) { return load<int64_t>(p); });
    default:
      check(false, "decoding {}", onnx_type_name(type));
  }
}

// One value of int32_data, int64_data or uint64_data.
void decode_varint(OnnxType type, uint64_t value, HostTensor& to) {
  if (type == OnnxType::float16) {
    to.reals.push_back(static_cast<double>(half_to_float(static_cast<uint16_t>(value))));
  } else if (type == OnnxType::bfloat16) {
    to.reals.push_back(static_cast<double>(bfloat16_to_float(static_cast<uint16_t>(value))));
  } else {
    to.integers.push_back(wrap_to(type, static_cast<int64_t>(value)));
  }
}

}  // namespace

void StoredTensor::read_pieces(const std::function<void(const HostTensor&)>& use) const {
  if (encoding == Encoding::here) return use(values);
  HostTensor piece;
  piece.type = type;
  const auto next = [&] {
    use(piece);
    piece.reals.clear();
    piece.integers.clear();
  };
  std::vector<uint8_t> buffer;
  if (encoding == Encoding::varints) {
    int64_t found = 0;
    uint64_t at = 0, value = 0;
    int shift = 0;
    while (at < bytes) {
      const uint64_t length = std::min<uint64_t>(bytes - at, static_cast<uint64_t>(kPiece));
      buffer.resize(length);
      source->read(offset + at, length, buffer.data());
      at += length;
      for (const uint8_t byte : buffer) {
        if (shift > 63) break;
        value |= static_cast<uint64_t>(byte & 0x7f) << shift;
        shift += 7;
        if ((byte & 0x80) != 0) continue;
        if (++found <= count) decode_varint(type, value, piece);
        value = 0;
        shift = 0;
      }
      if (found > count || shift > 63) break;
      next();
    }
    if (found != count || shift != 0) {
      throw Error(
          fmt::format("{}: tensor \"{}\" of {} does not hold {} values", source->name(), name, dims_text(dims), count),
          "download or export it again");
    }
    return;
  }
  const OnnxType stored = encoding == Encoding::floats    ? OnnxType::float32
                          : encoding == Encoding::doubles ? OnnxType::float64
                                                          : type;
  const uint64_t width = onnx_type_bytes(stored);
  for (int64_t first = 0; first < count; first += kPiece) {
    const int64_t some = std::min(kPiece, count - first);
    buffer.resize(static_cast<size_t>(some) * width);
    source->read(offset + static_cast<uint64_t>(first) * width, buffer.size(), buffer.data());
    decode_raw(stored, buffer.data(), some, piece);
    next();
  }
}

HostTensor StoredTensor::read() const {
  HostTensor all;
  all.type = type;
  all.dims = dims;
  if (all.real()) {
    all.reals.reserve(static_cast<size_t>(count));
  } else {
    all.integers.reserve(static_cast<size_t>(count));
  }
  read_pieces([&](const HostTensor& piece) {
    all.reals.insert(all.reals.end(), piece.reals.begin(), piece.reals.end());
    all.integers.insert(all.integers.end(), piece.integers.begin(), piece.integers.end());
  });
  return all;
}

void StoredTensor::read_floats(const std::function<void(int64_t, const float*, int64_t)>& use) const {
  int64_t first = 0;
  std::vector<float> floats;
  if (type == OnnxType::float32 && (encoding == Encoding::raw || encoding == Encoding::floats)) {
    for (; first < count; first += kPiece) {
      floats.resize(static_cast<size_t>(std::min(kPiece, count - first)));
      source->read(offset + static_cast<uint64_t>(first) * sizeof(float), floats.size() * sizeof(float),
                   reinterpret_cast<uint8_t*>(floats.data()));
      use(first, floats.data(), static_cast<int64_t>(floats.size()));
    }
    return;
  }
  read_pieces([&](const HostTensor& piece) {
    floats.resize(static_cast<size_t>(piece.count()));
    for (size_t i = 0; i < floats.size(); ++i) floats[i] = static_cast<float>(piece.at(static_cast<int64_t>(i)));
    use(first, floats.data(), piece.count());
    first += piece.count();
  });
}

std::string OnnxNode::describe() const {
  const std::string shown = !name.empty() ? name : output(0);
  return fmt::format("node \"{}\" ({})", shown.substr(0, 120), op.substr(0, 60));
}

int64_t OnnxGraph::opset() const {
  const auto found = opsets.find("");
  return found == opsets.end() ? 0 : found->second;
}

}  // namespace striate
