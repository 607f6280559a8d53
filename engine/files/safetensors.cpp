#include "engine/files/safetensors.h"

#include <algorithm>
#include <cstring>
#include <nlohmann/json.hpp>
#include <utility>

#include "engine/error.h"
#include "engine/files/atomic_write.h"
#include "engine/files/read_file.h"
#include "engine/files/safetensors_header.h"
#include "engine/files/utf8_names.h"

namespace striate {
namespace {

struct DtypeRow {
  Dtype dtype;
  const char* name;
  size_t size;
};
constexpr DtypeRow kDtypes[] = {{Dtype::F64, "F64", 8},   {Dtype::F32, "F32", 4}, {Dtype::F16, "F16", 2},
                                {Dtype::BF16, "BF16", 2}, {Dtype::I64, "I64", 8}, {Dtype::I32, "I32", 4},
                                {Dtype::I16, "I16", 2},   {Dtype::I8, "I8", 1},   {Dtype::U8, "U8", 1},
                                {Dtype::BOOL, "BOOL", 1}};

template <typename T>
T load(const uint8_t* from) {
  T value;
  std::memcpy(&value, from, sizeof value);  // values need not be aligned
  return value;
}

template <typename To>
void convert(Dtype dtype, const uint8_t* from, size_t count, To* to) {
  const auto each = [&](auto read) {
    for (size_t i = 0; i < count; ++i) to[i] = static_cast<To>(read(i));
  };
  switch (dtype) {
    case Dtype::F64:
      each([&](size_t i) { return load<double>(from + 8 * i); });
      break;
    case Dtype::F32:
      each([&](size_t i) { return load<float>(from + 4 * i); });
      break;
    case Dtype::F16:
      each([&](size_t i) { return half_to_float(load<uint16_t>(from + 2 * i)); });
      break;
    case Dtype::BF16:
      each([&](size_t i) {
        const uint32_t bits = static_cast<uint32_t>(load<uint16_t>(from + 2 * i)) << 16;
        return load<float>(reinterpret_cast<const uint8_t*>(&bits));
      });
      break;
    case Dtype::I64:
      each([&](size_t i) { return load<int64_t>(from + 8 * i); });
      break;
    case Dtype::I32:
      each([&](size_t i) { return load<int32_t>(from + 4 * i); });
      break;
    case Dtype::I16:
      each([&](size_t i) { return load<int16_t>(from + 2 * i); });
      break;
    case Dtype::I8:
      each([&](size_t i) { return static_cast<int8_t>(from[i]); });
      break;
    case Dtype::U8:
      each([&](size_t i) { return from[i]; });
      break;
    case Dtype::BOOL:
      each([&](size_t i) { return from[i] != 0 ? 1 : 0; });
      break;
  }
}

}  // namespace

const char* dtype_name(Dtype dtype) {
  for (const DtypeRow& row : kDtypes) {
    if (row.dtype == dtype) return row.name;
  }
  return "?";
}

size_t dtype_size(Dtype dtype) {
  for (const DtypeRow& row : kDtypes) {
    if (row.dtype == dtype) return row.size;
  }
  return 1;
}

bool find_dtype(const std::string& name, Dtype& dtype) {
  for (const DtypeRow& row : kDtypes) {
    if (name == row.name) {
      dtype = row.dtype;
      return true;
    }
  }
  return false;
}

float half_to_float(uint16_t half) {
  const uint32_t sign = static_cast<uint32_t>(half & 0x8000u) << 16;
  const uint32_t exponent = (half >> 10) & 31u;
  const uint32_t fraction = half & 1023u;
  uint32_t bits = sign;
  if (exponent == 31) {
    bits |= 0x7F800000u | (fraction << 13);  // infinity and NaN
  } else if (exponent != 0) {
    bits |= ((exponent + 112) << 23) | (fraction << 13);
  } else {
    const float value = static_cast<float>(fraction) / 16777216.0f;  // subnormal: fraction * 2^-24, exact
    return sign ? -value : value;
  }
  float value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

SafeTensors SafeTensors::open(const std::string& path) {
  SafeTensors result;
  result.file_ = std::make_shared<const InputFile>(path);
  const InputFile& file = *result.file_;
  result.name_ = file_name(path);
  PixelBuffer<uint8_t> head;
  file.read_up_to(8, head);
  const uint64_t length = safetensors_header_length(head.data(), head.size(), file.size(), result.name_);
  file.read_up_to(8 + length, head);
  SafeTensorsHeader header = parse_safetensors_header(head.data() + 8, length, file.size() - 8 - length, result.name_);
  result.tensors_ = std::move(header.tensors);
  result.metadata_ = std::move(header.metadata);
  result.values_begin_ = 8 + length;
  for (size_t i = 0; i < result.tensors_.size(); ++i) result.index_[result.tensors_[i].name] = i;
  return result;
}

SafeTensors SafeTensors::read(const std::string& path) {
  SafeTensors result = open(path);
  const std::shared_ptr<const InputFile> file = std::move(result.file_);
  result.values_.resize(file->size() - result.values_begin_);
  file->read(result.values_begin_, result.values_.size(), result.values_.data());
  return result;
}

SafeTensors SafeTensors::read(const uint8_t* data, size_t size, const std::string& name) {
  SafeTensors result;
  result.name_ = name;
  const uint64_t length = safetensors_header_length(data, size, size, name);
  SafeTensorsHeader header = parse_safetensors_header(data + 8, length, size - 8 - length, name);
  result.tensors_ = std::move(header.tensors);
  result.metadata_ = std::move(header.metadata);
  result.values_.assign(data + 8 + length, data + size);
  for (size_t i = 0; i < result.tensors_.size(); ++i) result.index_[result.tensors_[i].name] = i;
  return result;
}

SafeTensors SafeTensors::of(std::string name, std::vector<SafeTensor> tensors,
                            std::map<std::string, std::string> metadata, std::shared_ptr<const TensorReader> values,
                            std::vector<std::string> notes) {
  SafeTensors result;
  result.name_ = std::move(name);
  result.tensors_ = std::move(tensors);
  result.metadata_ = std::move(metadata);
  result.elsewhere_ = std::move(values);
  result.notes_ = std::move(notes);
  for (size_t i = 0; i < result.tensors_.size(); ++i) result.index_[result.tensors_[i].name] = i;
  return result;
}

const SafeTensor& SafeTensors::at(const std::string& name) const {
  const auto found = index_.find(name);
  if (found == index_.end()) {
    throw Error(fmt::format("{}: holds no tensor named \"{}\"", name_, name),
                tensors_.empty()
                    ? std::string("the file holds no tensor at all")
                    : fmt::format("it holds {} tensors, the first is \"{}\"", tensors_.size(), tensors_[0].name));
  }
  return tensors_[found->second];
}

const uint8_t* SafeTensors::raw(const SafeTensor& tensor) const {
  check(file_ == nullptr && elsewhere_ == nullptr, "{}: its values are still in the file", name_);
  return values_.data() + tensor.offset;
}

void SafeTensors::floats(const SafeTensor& tensor, size_t first, size_t count, float* to) const {
  check(first <= tensor.count() && count <= tensor.count() - first, "values {} to {} of {}", first, first + count,
        tensor.count());
  const size_t size = dtype_size(tensor.dtype);
  if (file_ == nullptr && elsewhere_ == nullptr) return convert(tensor.dtype, raw(tensor) + first * size, count, to);
  std::vector<uint8_t> bytes(count * size);
  if (elsewhere_ != nullptr) {
    elsewhere_->read(index_.at(tensor.name), first, count, bytes.data());
  } else {
    file_->read(values_begin_ + tensor.offset + first * size, bytes.size(), bytes.data());
  }
  convert(tensor.dtype, bytes.data(), count, to);
}

std::vector<float> SafeTensors::floats(const std::string& name) const {
  const SafeTensor& tensor = at(name);
  std::vector<float> values(tensor.count());
  floats(tensor, 0, values.size(), values.data());
  return values;
}

std::vector<double> SafeTensors::doubles(const std::string& name) const {
  const SafeTensor& tensor = at(name);
  std::vector<double> values(tensor.count());
  convert(tensor.dtype, raw(tensor), values.size(), values.data());
  return values;
}

std::vector<uint8_t> SafeTensors::bytes(const std::string& name) const {
  const SafeTensor& tensor = at(name);
  if (tensor.dtype != Dtype::U8 && tensor.dtype != Dtype::BOOL) {
    throw Error(fmt::format("{}: tensor \"{}\" is {}, not U8", name_, name, dtype_name(tensor.dtype)),
                "read it as floats");
  }
  return std::vector<uint8_t>(raw(tensor), raw(tensor) + tensor.bytes);
}

void SafeTensorsWriter::add(const std::string& name, const std::vector<int64_t>& shape, const float* values,
                            size_t count) {
  add(name, Dtype::F32, shape, values, count * sizeof(float));
}

void SafeTensorsWriter::add(const std::string& name, Dtype dtype, const std::vector<int64_t>& shape, const void* values,
                            size_t bytes) {
  if (name.empty() || name == "__metadata__") {
    throw Error(fmt::format("\"{}\" cannot be a tensor's name", name), "choose another name");
  }
  for (const Entry& entry : entries_) {
    if (entry.tensor.name == name) throw Error(fmt::format("two tensors are named \"{}\"", name), "rename one of them");
  }
  size_t needed = 0;
  if (!safetensors_bytes(shape, dtype, needed) || needed != bytes) {
    throw Error(fmt::format("tensor \"{}\": its shape needs {} bytes, it has {}", name, needed, bytes),
                "pass as many values as the product of the shape");
  }
  Entry entry;
  entry.tensor = {name, dtype, shape,
                  entries_.empty() ? 0 : entries_.back().tensor.offset + entries_.back().tensor.bytes, bytes};
  const uint8_t* from = static_cast<const uint8_t*>(values);
  if (bytes > 0) entry.values.assign(from, from + bytes);
  entries_.push_back(std::move(entry));
}

std::string SafeTensorsWriter::header() const {
  nlohmann::ordered_json json = nlohmann::ordered_json::object();
  for (const auto& [key, value] : metadata) json["__metadata__"][key] = utf8_name(value);
  for (const Entry& entry : entries_) {
    json[entry.tensor.name] = {{"dtype", dtype_name(entry.tensor.dtype)},
                               {"shape", entry.tensor.shape},
                               {"data_offsets", {entry.tensor.offset, entry.tensor.offset + entry.tensor.bytes}}};
  }
  std::string text;
  try {
    text = json.dump();
  } catch (const nlohmann::json::exception&) {
    throw Error("a tensor's name or a metadata key is not UTF-8", "use UTF-8 names");
  }
  while (text.size() % 8 != 0) text += ' ';  // the values start at a multiple of 8
  std::string result(8, '\0');
  for (int i = 0; i < 8; ++i) result[i] = static_cast<char>(static_cast<uint64_t>(text.size()) >> (8 * i));
  return result + text;
}

std::vector<uint8_t> SafeTensorsWriter::to_memory() const {
  const std::string head = header();
  std::vector<uint8_t> result(head.begin(), head.end());
  for (const Entry& entry : entries_) result.insert(result.end(), entry.values.begin(), entry.values.end());
  return result;
}

void SafeTensorsWriter::write(const std::string& path) const {
  const std::string head = header();
  AtomicFile file(path);
  file.write(head.data(), head.size());
  for (const Entry& entry : entries_) file.write(entry.values.data(), entry.values.size());
  file.commit();
}

}  // namespace striate
