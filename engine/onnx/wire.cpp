#include "engine/onnx/wire.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include <algorithm>
#include <limits>

#include "engine/error.h"
#include "engine/files/read_file.h"

namespace striate {
namespace {

using google::protobuf::io::CodedInputStream;
using google::protobuf::io::CodedOutputStream;

constexpr int kKept = 256;           // shorter arrays stay in the message
constexpr int kMaxRest = 512 << 20;  // bytes of structure, which no real model comes near
constexpr int kMaxMessages = 1'000'000;

// A source as protobuf reads it. Skipping costs nothing.
class Input : public google::protobuf::io::CopyingInputStream {
 public:
  explicit Input(const ByteSource& source) : source_(source) {}
  int Read(void* buffer, int size) override {
    const uint64_t count = std::min<uint64_t>(static_cast<uint64_t>(size), source_.size() - at_);
    source_.read(at_, count, static_cast<uint8_t*>(buffer));
    at_ += count;
    return static_cast<int>(count);
  }
  int Skip(int count) override {
    const uint64_t skipped = std::min<uint64_t>(static_cast<uint64_t>(count), source_.size() - at_);
    at_ += skipped;
    return static_cast<int>(skipped);
  }

 private:
  const ByteSource& source_;
  uint64_t at_ = 0;
};

enum class Level { model, graph, node, attribute, tensor };

void append_varint(std::string& out, uint64_t value) {
  while (value >= 0x80) {
    out += static_cast<char>((value & 0x7f) | 0x80);
    value >>= 7;
  }
  out += static_cast<char>(value);
}

template <typename T>
void append_fixed(std::string& out, T value) {
  for (size_t i = 0; i < sizeof value; ++i) out += static_cast<char>(value >> (8 * i));
}

class Scanner {
 public:
  explicit Scanner(const ByteSource& source)
      : source_(source), input_(source), adaptor_(&input_, 1 << 16), in_(&adaptor_) {
    if (source.size() > static_cast<uint64_t>(std::numeric_limits<int32_t>::max())) {
      throw Error(fmt::format("{}: not a valid ONNX file: {} long, the format ends at 2.1 GB", source.name(),
                              bytes_in_words(source.size())),
                  "a larger model must be saved with its values in files beside it (external data)");
    }
    in_.SetTotalBytesLimit(std::numeric_limits<int32_t>::max());
  }

  WireScan run(Level level) {
    const auto limit = in_.PushLimit(static_cast<int>(source_.size()));
    message(level, -1, -1, scan_.message);
    if (in_.BytesUntilLimit() != 0) fail("it ends in the middle of a message");
    in_.PopLimit(limit);
    return std::move(scan_);
  }

 private:
  [[noreturn]] void fail(const std::string& why) const {
    throw Error(fmt::format("{}: not a valid ONNX file: {}", source_.name(), why),
                "download or export it again; is it an .onnx file?");
  }

  static bool is_array(uint32_t field) {
    return field == 4 || field == 5 || field == 7 || field == 9 || field == 10 || field == 11;
  }

  // Shapes of values in between, comments, metadata of nodes: of no use here, and some exporters write a lot of them.
  static bool is_unread(Level level, uint32_t field) {
    if (level == Level::graph) return field == 10 || field == 13 || field == 14 || field == 16;
    if (level == Level::node) return field == 6 || field == 9;
    return level == Level::attribute && field == 13;
  }

  // Copies the message up to the present limit. `first` and `second`: where in the graph it stands.
  void message(Level level, int first, int second, std::string& out) {
    int nodes = 0, initializers = 0, attributes = 0, tensors = 0;
    std::vector<int> arrays;
    while (in_.BytesUntilLimit() > 0) {
      const int start = in_.CurrentPosition();
      const uint32_t tag = in_.ReadTag();
      const uint32_t field = tag >> 3;
      if (tag == 0 || field == 0) fail(fmt::format("no protobuf field at byte {}", start));
      switch (tag & 7) {
        case 0: {
          uint64_t value = 0;
          if (!in_.ReadVarint64(&value)) fail(fmt::format("a number is cut off at byte {}", start));
          append_varint(out, tag);
          append_varint(out, value);
          break;
        }
        case 1: {
          uint64_t value = 0;
          if (!in_.ReadLittleEndian64(&value)) fail(fmt::format("a number is cut off at byte {}", start));
          append_varint(out, tag);
          append_fixed(out, value);
          break;
        }
        case 5: {
          uint32_t value = 0;
          if (!in_.ReadLittleEndian32(&value)) fail(fmt::format("a number is cut off at byte {}", start));
          append_varint(out, tag);
          append_fixed(out, value);
          break;
        }
        case 2: {
          int length = 0;
          if (!in_.ReadVarintSizeAsInt(&length)) fail(fmt::format("a length at byte {} makes no sense", start));
          if (length > in_.BytesUntilLimit()) {
            fail(fmt::format("a field at byte {} claims {}, {} are left", start,
                             bytes_in_words(static_cast<uint64_t>(length)),
                             bytes_in_words(static_cast<uint64_t>(std::max(0, in_.BytesUntilLimit())))));
          }
          if (level == Level::tensor && is_array(field) && length >= kKept) {
            // float_data and the like may come in pieces; nobody writes them so.
            if (std::find(arrays.begin(), arrays.end(), static_cast<int>(field)) != arrays.end()) {
              fail(fmt::format("the values of a tensor stand in several pieces (byte {})", start));
            }
            arrays.push_back(static_cast<int>(field));
            scan_.left_out.push_back({first, second, static_cast<int>(field),
                                      static_cast<uint64_t>(in_.CurrentPosition()), static_cast<uint64_t>(length)});
            skip(length, start);
          } else if (level == Level::model && field == 7) {
            if (++scan_.graphs > 1) fail("it has two graphs");
            nested(Level::graph, -1, -1, tag, length, out);
          } else if (level == Level::model && (field == 25 || field == 20)) {
            ++(field == 25 ? scan_.functions : scan_.training);
            skip(length, start);
          } else if (is_unread(level, field)) {
            skip(length, start);
          } else if (level == Level::graph && field == 1) {
            nested(Level::node, nodes++, -1, tag, length, out);
          } else if (level == Level::graph && field == 5) {
            nested(Level::tensor, initializers++, -1, tag, length, out);
          } else if (level == Level::node && field == 5) {
            nested(Level::attribute, first, attributes++, tag, length, out);
          } else if (level == Level::attribute && field == 5) {
            if (++tensors > 1) fail(fmt::format("an attribute has two tensors (byte {})", start));
            nested(Level::tensor, first, second, tag, length, out);
          } else if (level == Level::attribute && (field == 6 || field == 11)) {
            skip(length, start);
            append_varint(out, tag);
            append_varint(out, 0);
          } else {
            append_varint(out, tag);
            append_varint(out, static_cast<uint64_t>(length));
            std::string text;
            if (!in_.ReadString(&text, length)) fail(fmt::format("a field is cut off at byte {}", start));
            out += text;
          }
          break;
        }
        default:
          fail(fmt::format("no protobuf field at byte {}", start));
      }
      if (out.size() > static_cast<size_t>(kMaxRest)) fail("its structure alone takes more than 500 MB");
    }
  }

  void nested(Level level, int first, int second, uint32_t tag, int length, std::string& out) {
    if (++messages_ > kMaxMessages) fail("it has more than a million nodes, attributes and tensors");
    std::string inner;
    const auto limit = in_.PushLimit(length);
    message(level, first, second, inner);
    in_.PopLimit(limit);
    append_varint(out, tag);
    append_varint(out, inner.size());
    out += inner;
  }

  void skip(int length, int start) {
    if (!in_.Skip(length)) fail(fmt::format("a field is cut off at byte {}", start));
  }

  const ByteSource& source_;
  Input input_;
  google::protobuf::io::CopyingInputStreamAdaptor adaptor_;
  CodedInputStream in_;
  WireScan scan_;
  int messages_ = 0;
};

}  // namespace

WireScan scan_model(const ByteSource& source) { return Scanner(source).run(Level::model); }
WireScan scan_tensor(const ByteSource& source) { return Scanner(source).run(Level::tensor); }

}  // namespace striate
