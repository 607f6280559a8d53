#include "engine/files/torch_file.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <string_view>
#include <utility>

#include "engine/error.h"
#include "engine/files/byte_source.h"
#include "engine/files/carried_weights.h"
#include "engine/files/pickle.h"
#include "engine/files/torch_pickle.h"
#include "engine/files/torch_weights.h"
#include "engine/files/zip_directory.h"

namespace striate {
namespace {

constexpr const char* kAgain = "save, copy or download it again";
constexpr std::string_view kMagic("\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19",
                                  10);  // 0x1950a86a20f9469cfc6c, little-endian
constexpr int64_t kProtocol = 1001;

[[noreturn]] void fail(const std::string& file, const std::string& what) {
  throw Error(fmt::format("{}: not a valid PyTorch file: {}", file, what), kAgain);
}

[[noreturn]] void fail_big_endian(const std::string& file) {
  throw Error(fmt::format("{}: its numbers are big-endian, from another kind of processor", file),
              "save it again on an x86 or ARM machine: torch.save(torch.load(...), ...)");
}

// Where the values of a tensor are: an element of each index lies at begin + index * stride.
struct View {
  uint64_t begin = 0;  // bytes from the start of the file
  size_t size = 0;     // of one value
  std::vector<int64_t> shape, strides;
  bool contiguous = true;
};

class TorchValues : public TensorReader {
 public:
  TorchValues(std::shared_ptr<const ByteSource> source, std::vector<View> views)
      : source_(std::move(source)), views_(std::move(views)) {}

  void read(size_t tensor, size_t first, size_t count, uint8_t* to) const override {
    const View& view = views_[tensor];
    if (view.contiguous) return source_->read(view.begin + first * view.size, count * view.size, to);
    // A part of the file at a time that holds the next values, so that a transposed matrix is not read value by value.
    constexpr size_t kPiece = 1 << 18;
    std::vector<uint64_t> places(std::min(count, kPiece));
    std::vector<uint8_t> span;
    while (count > 0) {
      places.resize(std::min(count, kPiece));
      find_places(view, first, places);
      const auto [low, high] = std::minmax_element(places.begin(), places.end());
      const uint64_t begin = *low, bytes = (*high - begin + 1) * view.size;
      if (bytes <= kLargestSpan) {
        span.resize(bytes);
        source_->read(view.begin + begin * view.size, bytes, span.data());
        for (size_t i = 0; i < places.size(); ++i)
          std::memcpy(to + i * view.size, span.data() + (places[i] - begin) * view.size, view.size);
      } else {
        for (size_t i = 0; i < places.size(); ++i)
          source_->read(view.begin + places[i] * view.size, view.size, to + i * view.size);
      }
      first += places.size(), count -= places.size(), to += places.size() * view.size;
    }
  }

 private:
  static constexpr uint64_t kLargestSpan = 256 << 20;

  static void find_places(const View& view, size_t first, std::vector<uint64_t>& places) {
    std::vector<int64_t> index(view.shape.size());
    uint64_t place = 0;
    for (size_t d = view.shape.size(); d-- > 0;) {
      index[d] = static_cast<int64_t>(first % static_cast<size_t>(view.shape[d]));
      first /= static_cast<size_t>(view.shape[d]);
      place += static_cast<uint64_t>(index[d] * view.strides[d]);
    }
    for (uint64_t& each : places) {
      each = place;
      for (size_t d = view.shape.size(); d-- > 0;) {
        place += static_cast<uint64_t>(view.strides[d]);
        if (++index[d] < view.shape[d]) break;
        place -= static_cast<uint64_t>(view.shape[d]) * static_cast<uint64_t>(view.strides[d]);
        index[d] = 0;
      }
    }
  }

  std::shared_ptr<const ByteSource> source_;
  std::vector<View> views_;
};

bool is_contiguous(const TorchTensor& tensor) {
  int64_t stride = 1;
  for (size_t d = tensor.shape.size(); d-- > 0;) {
    if (tensor.shape[d] > 1 && tensor.strides[d] != stride) return false;
    stride *= tensor.shape[d];
  }
  return true;
}

struct Bytes {
  uint64_t begin = 0, count = 0;
};

// `bytes`: where those of each storage are.
SafeTensors assemble(const std::shared_ptr<const ByteSource>& source, const TorchMaker& maker, TorchWeights weights,
                     const std::vector<Bytes>& bytes) {
  std::vector<SafeTensor> tensors;
  std::vector<View> views;
  for (const auto& [name, place] : weights.tensors) {
    const TorchTensor& tensor = maker.tensors()[place];
    const TorchStorage& storage = maker.storages()[tensor.storage];
    const Bytes& stored = bytes[tensor.storage];
    const uint64_t needed = storage.count * storage.value_size();
    if (needed > stored.count)
      fail(source->name(), fmt::format("the storage \"{}\" of \"{}\" needs {} bytes, it has {}",
                                       storage.key.substr(0, 80), name.substr(0, 80), needed, stored.count));
    View view;
    view.size = dtype_size(tensor.dtype);
    view.begin = stored.begin + storage.first * storage.value_size() + tensor.offset * view.size;
    view.shape = tensor.shape;
    view.strides = tensor.strides;
    view.contiguous = is_contiguous(tensor);
    tensors.push_back({name, tensor.dtype, tensor.shape, view.begin, tensor.count * view.size});
    views.push_back(std::move(view));
  }
  return SafeTensors::of(source->name(), std::move(tensors), std::move(weights.metadata),
                         std::make_shared<const TorchValues>(source, std::move(views)), std::move(weights.notes));
}

SafeTensors read_zip(const std::shared_ptr<const ByteSource>& file) {
  const ByteSource& source = *file;
  const ZipDirectory zip(source);
  // The archive's name comes before all others in it: the first with one folder is torch.save's.
  std::string prefix;
  bool found = false;
  for (const auto& [name, entry] : zip.entries()) {
    const size_t slash = name.find('/');
    if (slash == std::string::npos || name.compare(slash, std::string::npos, "/data.pkl") != 0) continue;
    prefix = name.substr(0, slash + 1);
    found = true;
    break;
  }
  if (!found)
    throw Error(fmt::format("{} is a zip archive that torch.save did not write: it has no data.pkl", source.name()),
                "give a file that torch.save wrote: torch.save(model.state_dict(), \"weights.pt\")");
  if (zip.has(prefix + "byteorder")) {
    std::string order(std::min<uint64_t>(zip.entries().at(prefix + "byteorder").bytes, 16), '\0');
    source.read(zip.begin_of(prefix + "byteorder"), order.size(), reinterpret_cast<uint8_t*>(order.data()));
    if (order == "big") fail_big_endian(source.name());
    if (order != "little") fail(source.name(), fmt::format("its byte order is \"{}\"", order));
  }
  PickleHeap heap(source.name());
  TorchMaker maker(source.name(), zip.has(prefix + "constants.pkl"));
  const uint64_t begin = zip.begin_of(prefix + "data.pkl");
  const uint64_t end = begin + zip.entries().at(prefix + "data.pkl").bytes;
  const PickleRef root = read_pickle(heap, maker, source, begin, end).value;
  TorchWeights weights = find_torch_weights(heap, root, source.name());
  std::vector<Bytes> bytes(maker.storages().size());
  for (const auto& [name, place] : weights.tensors) {
    const uint32_t storage = maker.tensors()[place].storage;
    const std::string entry = prefix + "data/" + maker.storages()[storage].key;
    bytes[storage] = {zip.begin_of(entry), zip.entries().at(entry).bytes};
  }
  return assemble(file, maker, std::move(weights), bytes);
}

SafeTensors read_legacy(const std::shared_ptr<const ByteSource>& file) {
  const ByteSource& source = *file;
  PickleHeap heap(source.name());
  TorchMaker maker(source.name(), false);
  uint64_t at = 0;
  const auto next = [&] {
    const PickleResult result = read_pickle(heap, maker, source, at, source.size());
    at = result.end;
    return result.value;
  };
  const PickleRef magic = next();
  if (!heap.is(magic, PickleKind::big_integer) || heap.text(magic) != kMagic)
    throw Error(
        fmt::format("{} is a pickle that torch.save did not write: it holds {}", source.name(), heap.in_words(magic)),
        "give a file that torch.save wrote: torch.save(model.state_dict(), \"weights.pt\")");
  const PickleRef protocol = next();
  if (!heap.is(protocol, PickleKind::integer) || heap.integer(protocol) != kProtocol)
    fail(source.name(), "its protocol is not 1001, the only one there is");
  const PickleRef machine = next();
  if (!heap.is(machine, PickleKind::dictionary)) fail(source.name(), "it does not say what machine it is from");
  const PickleRef little = heap.find(machine, "little_endian");
  if (heap.is(little, PickleKind::boolean) && heap.integer(little) == 0) fail_big_endian(source.name());
  const PickleRef root = next();
  const PickleRef keys = next();
  if (!heap.is(keys, PickleKind::list)) fail(source.name(), "it does not list its storages");

  std::map<std::string, Bytes> by_key;
  std::map<std::string, size_t> sizes;  // of a value, by key
  for (const TorchStorage& storage : maker.storages()) sizes[storage.key] = storage.value_size();
  for (const PickleRef key : heap.items(keys)) {
    const auto size = heap.is(key, PickleKind::text) ? sizes.find(heap.text(key)) : sizes.end();
    if (size == sizes.end()) fail(source.name(), "it lists a storage that no tensor is in");
    uint8_t head[8];
    if (!source.holds(at, sizeof head)) fail(source.name(), "its storages lie beyond its end: it is cut off");
    source.read(at, sizeof head, head);
    at += sizeof head;
    const uint64_t count = little_endian(head, 8);
    if (count > source.size() || !source.holds(at, count * size->second))
      fail(source.name(), fmt::format("a storage of {} values lies beyond its end: it is cut off", count));
    by_key[size->first] = {at, count * size->second};
    at += count * size->second;
  }
  std::vector<Bytes> bytes;
  for (const TorchStorage& storage : maker.storages()) bytes.push_back(by_key[storage.key]);
  return assemble(file, maker, find_torch_weights(heap, root, source.name()), bytes);
}

enum class Beginning { zip, pickle, tar, other };

Beginning beginning_of(const ByteSource& source) {
  uint8_t head[262] = {};
  source.read(0, std::min<uint64_t>(source.size(), sizeof head), head);
  if (std::memcmp(head, "PK\x03\x04", 4) == 0 || std::memcmp(head, "PK\x05\x06", 4) == 0) return Beginning::zip;
  // The length of a safetensors' header may begin so, too: 0x0280 is 640.
  const bool header = std::all_of(head + 4, head + 8, [](uint8_t byte) { return byte == 0; }) && head[8] == '{';
  if (!header && head[0] == 0x80 && head[1] >= 2 && head[1] <= 5) return Beginning::pickle;
  if (std::memcmp(head + 257, "ustar", 5) == 0) return Beginning::tar;
  return Beginning::other;
}

SafeTensors read_source(const std::shared_ptr<const ByteSource>& source) {
  switch (beginning_of(*source)) {
    case Beginning::zip:
      return read_zip(source);
    case Beginning::pickle:
      return read_legacy(source);
    case Beginning::tar:
      throw Error(fmt::format("{} is a tar archive, as the first versions of PyTorch wrote them", source->name()),
                  "save it again with a later one: torch.save(torch.load(\"old.pt\"), \"new.pt\")");
    case Beginning::other:
      break;
  }
  fail(source->name(), "it begins neither like a zip archive nor like a pickle");
}

}  // namespace

SafeTensors open_torch(const std::string& path) { return read_source(file_source(path)); }

SafeTensors read_torch(const uint8_t* data, size_t size, const std::string& name) {
  return read_source(memory_source({data, data + size}, name));
}

bool has_torch_ending(const std::string& path) {
  for (const std::string_view end : {".pt", ".pth", ".th", ".bin", ".ckpt", ".pkl"}) {
    if (path.ends_with(end)) return true;
  }
  return false;
}

bool is_torch_file(const std::string& path) {
  try {
    const std::shared_ptr<const ByteSource> source = file_source(path);
    if (beginning_of(*source) != Beginning::other) return true;
    uint8_t head[9] = {};
    source->read(0, std::min<uint64_t>(source->size(), sizeof head), head);
    return has_torch_ending(path) && head[8] != '{';
  } catch (const Error&) {
    return false;
  }
}

bool is_tensors_file(const std::string& path) {
  return path.ends_with(".safetensors") || has_torch_ending(path) || is_torch_file(path);
}

SafeTensors open_tensors(const std::string& path) {
  if (const std::string_view carried = carried_weights(path); !carried.empty()) {
    return SafeTensors::read(reinterpret_cast<const uint8_t*>(carried.data()), carried.size(), path);
  }
  return is_torch_file(path) ? open_torch(path) : SafeTensors::open(path);
}

}  // namespace striate
