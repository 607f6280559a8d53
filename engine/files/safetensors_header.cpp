// The header is read event by event (nlohmann's SAX interface), not into a document: a document keeps only the last of
// two equal names, and one of 100 MB of brackets would need gigabytes.
#include "engine/files/safetensors_header.h"

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>

#include "engine/error.h"
#include "engine/files/byte_source.h"
#include "engine/files/read_file.h"

namespace striate {
namespace {

constexpr uint64_t kLongestHeader = 100'000'000;
constexpr size_t kMaxDimensions = 32;

[[noreturn]] void fail(const std::string& file, const std::string& what) {
  throw Error(fmt::format("{}: not a valid safetensors file: {}", file, what), "save or download it again");
}

// Where in {"NAME": {"dtype": ..., "shape": [...], "data_offsets": [...]}, "__metadata__": {...}} an event stands.
enum class Place { start, names, tensor, shape, offsets, metadata, done };

class HeaderReader : public nlohmann::json_sax<nlohmann::json> {
 public:
  explicit HeaderReader(const std::string& file) : file_(file) {}
  SafeTensorsHeader take() { return std::move(header_); }

  bool null() override { return unexpected("null"); }
  bool boolean(bool) override { return unexpected("true or false"); }
  bool number_float(number_float_t, const string_t& text) override { return unexpected("the number " + text); }
  bool binary(binary_t&) override { return unexpected("binary data"); }

  bool number_integer(number_integer_t value) override {
    if (place_ == Place::shape || place_ == Place::offsets) {
      fail(file_, fmt::format("tensor \"{}\" has a negative number ({}) in its {}", tensor_.name, value, list_name()));
    }
    return unexpected("a number");
  }

  bool number_unsigned(number_unsigned_t value) override {
    if (place_ != Place::shape && place_ != Place::offsets) return unexpected("a number");
    if (value > static_cast<uint64_t>(std::numeric_limits<int64_t>::max())) {
      fail(file_, fmt::format("tensor \"{}\" has the number {} in its {}", tensor_.name, value, list_name()));
    }
    if (place_ == Place::shape) {
      if (tensor_.shape.size() == kMaxDimensions) {
        fail(file_, fmt::format("tensor \"{}\" has more than {} dimensions", tensor_.name, kMaxDimensions));
      }
      tensor_.shape.push_back(static_cast<int64_t>(value));
    } else {
      if (offsets_ == 2) fail(file_, fmt::format("tensor \"{}\" has more than two data_offsets", tensor_.name));
      range_[offsets_++] = value;
    }
    return true;
  }

  bool string(string_t& text) override {
    if (place_ == Place::metadata) {
      header_.metadata[key_] = text;
      return true;
    }
    if (place_ != Place::tensor || key_ != "dtype") return unexpected("a text");
    if (!find_dtype(text, tensor_.dtype)) {
      fail(file_, fmt::format("tensor \"{}\" has the unknown dtype \"{}\" (known are F64 F32 F16 BF16 I64 I32 I16 I8 "
                              "U8 BOOL)",
                              tensor_.name, text.substr(0, 20)));
    }
    seen_dtype_ = true;
    return true;
  }

  bool start_object(size_t) override {
    if (place_ == Place::start) {
      place_ = Place::names;
    } else if (place_ == Place::names) {
      place_ = key_ == "__metadata__" ? Place::metadata : Place::tensor;
      keys_.clear();
      tensor_ = SafeTensor();
      tensor_.name = key_;
      offsets_ = 0;
      seen_dtype_ = seen_shape_ = seen_offsets_ = false;
    } else {
      return unexpected("an object");
    }
    return true;
  }

  bool key(string_t& text) override {
    key_ = text;
    std::set<std::string>& known = place_ == Place::names ? names_ : keys_;
    if (!known.insert(text).second) fail(file_, fmt::format("the name \"{}\" stands twice", text.substr(0, 80)));
    if (place_ == Place::tensor && text != "dtype" && text != "shape" && text != "data_offsets") {
      fail(file_, fmt::format("tensor \"{}\" has the unknown entry \"{}\"", tensor_.name, text.substr(0, 80)));
    }
    return true;
  }

  bool end_object() override {
    if (place_ == Place::names) {
      place_ = Place::done;
    } else {
      if (place_ == Place::tensor) finish_tensor();
      place_ = Place::names;
    }
    return true;
  }

  bool start_array(size_t) override {
    if (place_ != Place::tensor || (key_ != "shape" && key_ != "data_offsets")) return unexpected("a list");
    place_ = key_ == "shape" ? Place::shape : Place::offsets;
    (place_ == Place::shape ? seen_shape_ : seen_offsets_) = true;
    return true;
  }

  bool end_array() override {
    if (place_ == Place::offsets && offsets_ != 2) {
      fail(file_, fmt::format("tensor \"{}\" has {} data_offsets, not 2", tensor_.name, offsets_));
    }
    place_ = Place::tensor;
    return true;
  }

  bool parse_error(size_t position, const std::string&, const nlohmann::detail::exception&) override {
    fail(file_, fmt::format("its header is not JSON at byte {}", position));
  }

 private:
  const char* list_name() const { return place_ == Place::shape ? "shape" : "data_offsets"; }

  bool unexpected(const std::string& what) {
    if (place_ == Place::start) fail(file_, "its header is not a JSON object");
    if (place_ == Place::metadata) {
      fail(file_, fmt::format("__metadata__ holds {} under \"{}\", not a text", what, key_.substr(0, 80)));
    }
    fail(file_, fmt::format("its header has {} at \"{}\", where none may stand", what, key_.substr(0, 80)));
  }

  void finish_tensor() {
    const char* missing = !seen_dtype_ ? "dtype" : !seen_shape_ ? "shape" : !seen_offsets_ ? "data_offsets" : nullptr;
    if (missing) fail(file_, fmt::format("tensor \"{}\" has no {}", tensor_.name, missing));
    size_t needed = 0;
    if (!safetensors_bytes(tensor_.shape, tensor_.dtype, needed)) {
      fail(file_, fmt::format("tensor \"{}\": the product of its shape overflows", tensor_.name));
    }
    if (range_[1] < range_[0]) {
      fail(file_, fmt::format("tensor \"{}\" ends ({}) before it begins ({})", tensor_.name, range_[1], range_[0]));
    }
    if (range_[1] - range_[0] != needed) {
      fail(file_, fmt::format("tensor \"{}\": dtype and shape need {} bytes, its data_offsets span {}", tensor_.name,
                              needed, range_[1] - range_[0]));
    }
    tensor_.offset = range_[0];
    tensor_.bytes = needed;
    header_.tensors.push_back(std::move(tensor_));
  }

  const std::string& file_;
  SafeTensorsHeader header_;
  Place place_ = Place::start;
  std::string key_;
  std::set<std::string> names_, keys_;
  SafeTensor tensor_;
  uint64_t range_[2] = {0, 0};
  int offsets_ = 0;
  bool seen_dtype_ = false, seen_shape_ = false, seen_offsets_ = false;
};

}  // namespace

bool safetensors_bytes(const std::vector<int64_t>& shape, Dtype dtype, size_t& bytes) {
  uint64_t product = dtype_size(dtype);
  bytes = 0;
  bool empty = false;
  for (const int64_t dimension : shape) {
    if (dimension < 0) return false;
    empty = empty || dimension == 0;
  }
  if (empty) return true;
  for (const int64_t dimension : shape) {
    if (product > static_cast<uint64_t>(std::numeric_limits<int64_t>::max()) / static_cast<uint64_t>(dimension)) {
      return false;
    }
    product *= static_cast<uint64_t>(dimension);
  }
  bytes = product;
  return true;
}

uint64_t safetensors_header_length(const uint8_t* data, size_t size, uint64_t file_size, const std::string& name) {
  if (size < 8) fail(name, fmt::format("it has {}, less than the 8 of the header's length", bytes_in_words(size)));
  const uint64_t length = little_endian(data, 8);
  const bool pickle = data[0] == 0x80 && data[1] >= 2 && data[1] <= 5 && length > kLongestHeader;
  if (pickle || (length & 0xFFFFFFFF) == 0x04034b50) {
    throw Error(
        fmt::format("{}: this is a PyTorch checkpoint or another archive, not what Striate saved", name),
        "weights of others are for `striate train --weights FILE`; summary, evaluate and classify take them, too");
  }
  if (length > kLongestHeader) {
    fail(name, fmt::format("the header would be {} bytes long, more than {}", length, kLongestHeader));
  }
  if (length > file_size - 8) {
    fail(name, fmt::format("the header would be {} bytes long, the file has {} left", length, file_size - 8));
  }
  if (length < 2) fail(name, fmt::format("the header is {} long, too short for {{}}", bytes_in_words(length)));
  return length;
}

SafeTensorsHeader parse_safetensors_header(const uint8_t* json, size_t length, uint64_t values_size,
                                           const std::string& name) {
  if (json[0] != '{') fail(name, "its header does not begin with {");
  HeaderReader reader(name);
  nlohmann::json::sax_parse(json, json + length, &reader);
  SafeTensorsHeader header = reader.take();
  std::stable_sort(header.tensors.begin(), header.tensors.end(), [](const SafeTensor& a, const SafeTensor& b) {
    return a.offset != b.offset ? a.offset < b.offset : a.bytes < b.bytes;
  });
  uint64_t end = 0;
  for (const SafeTensor& tensor : header.tensors) {
    if (tensor.offset > end) {
      fail(name, fmt::format("a hole of {} bytes before tensor \"{}\"", tensor.offset - end, tensor.name));
    }
    if (tensor.offset < end) fail(name, fmt::format("tensor \"{}\" overlaps the one before it", tensor.name));
    end += tensor.bytes;
    if (end > values_size) {
      fail(name, fmt::format("tensor \"{}\" ends at byte {}, the file holds {} bytes of values: it is cut off",
                             tensor.name, end, values_size));
    }
  }
  if (end != values_size) {
    fail(name, fmt::format("{} bytes behind the last tensor belong to none", values_size - end));
  }
  return header;
}

}  // namespace striate
