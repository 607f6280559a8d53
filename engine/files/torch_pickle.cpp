#include "engine/files/torch_pickle.h"

#include <algorithm>
#include <limits>
#include <string_view>

#include "engine/error.h"
#include "engine/lower_case.h"

namespace striate {
namespace {

constexpr size_t kMostTensors = 1'000'000, kMostDimensions = 32;
// A view may repeat stored values (torch.Tensor.expand): so many, where it is more than there are.
constexpr uint64_t kMostRepeated = 1 << 20;

struct NameRow {
  const char *module, *name;
  TorchMark mark;
};
constexpr NameRow kNames[] = {
    {"collections", "OrderedDict", TorchMark::dictionary_class},
    {"torch", "Tensor", TorchMark::tensor_class},
    {"torch.nn.parameter", "Parameter", TorchMark::tensor_class},
    {"torch", "Size", TorchMark::size_class},
    {"torch", "device", TorchMark::device_class},
    {"torch._utils", "_rebuild_tensor", TorchMark::rebuild_tensor},
    {"torch._utils", "_rebuild_tensor_v2", TorchMark::rebuild_tensor_v2},
    {"torch._utils", "_rebuild_tensor_v3", TorchMark::rebuild_tensor_v3},
    {"torch._utils", "_rebuild_parameter", TorchMark::rebuild_parameter},
    {"torch._utils", "_rebuild_parameter_with_state", TorchMark::rebuild_parameter},
    {"torch._tensor", "_rebuild_from_type_v2", TorchMark::rebuild_from_type},
};

struct TypeRow {
  const char *storage, *name;  // torch.FloatStorage, torch.float32
  Dtype dtype;
};
constexpr TypeRow kTypes[] = {
    {"DoubleStorage", "float64", Dtype::F64}, {"FloatStorage", "float32", Dtype::F32},
    {"HalfStorage", "float16", Dtype::F16},   {"BFloat16Storage", "bfloat16", Dtype::BF16},
    {"LongStorage", "int64", Dtype::I64},     {"IntStorage", "int32", Dtype::I32},
    {"ShortStorage", "int16", Dtype::I16},    {"CharStorage", "int8", Dtype::I8},
    {"ByteStorage", "uint8", Dtype::U8},      {"BoolStorage", "bool", Dtype::BOOL},
};
// Numbers that PyTorch has and no network here takes.
constexpr const char* kOtherTypes[] = {"complex", "float8", "float4", "uint", "quint", "qint", "int1",
                                       "int2",    "int4",   "int5",   "int6", "int7",  "bits"};

std::string cut(const std::string& text) { return text.size() > 80 ? text.substr(0, 77) + "..." : text; }

[[noreturn]] void refuse_name(const std::string& file, const std::string& module, const std::string& name) {
  const std::string full = cut(module) + "." + cut(name);
  const auto begins = [](const std::string& text, std::string_view with) { return text.rfind(with, 0) == 0; };
  if (begins(module, "numpy"))
    throw Error(fmt::format("{} holds a value of NumPy's ({}), which only Python can make", file, full),
                "save numbers as Python's own, float(accuracy), or the weights alone: "
                "torch.save(model.state_dict(), \"weights.pt\")");
  const std::string lower = lower_case(name);
  const bool torch = module == "torch" || module == "torch.cuda";
  const bool other = std::any_of(std::begin(kOtherTypes), std::end(kOtherTypes),
                                 [&](const char* type) { return begins(lower, type); });
  if (torch && other)
    throw Error(fmt::format("{} holds numbers of the type {}, which is not read", file, full),
                "save them as float32: tensor.float()");
  if (full == "torch._utils._rebuild_qtensor" || begins(name, "_rebuild_sparse") || begins(name, "_rebuild_nested"))
    throw Error(fmt::format("{} holds a quantized, sparse or nested tensor ({})", file, full),
                "save plain ones: tensor.dequantize(), tensor.to_dense()");
  const bool vowel = !lower.empty() && std::string_view("aeiou").find(lower[0]) != std::string_view::npos;
  throw Error(
      fmt::format("{} holds {} {} from {}, which is program code", file, vowel ? "an" : "a", cut(name), cut(module)),
      "save the weights alone, in PyTorch: torch.save(model.state_dict(), \"weights.pt\")");
}

}  // namespace

PickleRef TorchMaker::find(PickleHeap& heap, const std::string& module, const std::string& name) {
  const auto made = [&heap](TorchMark mark, uint32_t index) {
    return heap.add_made(static_cast<uint8_t>(mark), index);
  };
  for (const NameRow& row : kNames) {
    if (module == row.module && name == row.name) return made(row.mark, 0);
  }
  if (module == "torch.storage" && (name == "UntypedStorage" || name == "_UntypedStorage"))
    return made(TorchMark::storage_class, kUntyped);
  for (const TypeRow& row : kTypes) {
    if ((module == "torch" || module == "torch.cuda") && name == row.storage)
      return made(TorchMark::storage_class, static_cast<uint32_t>(row.dtype));
    if (module == "torch" && name == row.name) return made(TorchMark::dtype, static_cast<uint32_t>(row.dtype));
  }
  if (script_ && module.rfind("__torch__", 0) == 0) return made(TorchMark::script_class, 0);
  if (script_ && module == "torch.jit._pickle" &&
      (name == "build_intlist" || name == "build_boollist" || name == "build_doublelist" ||
       name == "build_tensorlist" || name == "restore_type_tag"))
    return made(TorchMark::script_list, 0);
  refuse_name(file_, module, name);
}

PickleRef TorchMaker::call(PickleHeap& heap, PickleRef callable, PickleRef tuple) {
  const std::vector<PickleRef> arguments = heap.items(tuple);
  const TorchMark mark = static_cast<TorchMark>(heap.mark(callable));
  switch (mark) {
    case TorchMark::dictionary_class: {
      std::vector<PickleRef> pairs;  // of Python 2: a list of lists of two
      if (!arguments.empty()) {
        const bool listed = heap.is(arguments[0], PickleKind::list);
        for (size_t i = 0; listed && i < heap.items(arguments[0]).size(); ++i) {
          const PickleRef pair = heap.items(arguments[0])[i];
          const bool two =
              (heap.is(pair, PickleKind::list) || heap.is(pair, PickleKind::tuple)) && heap.items(pair).size() == 2;
          if (!two) heap.fail("an ordered dictionary of what are no pairs");
          pairs.insert(pairs.end(), heap.items(pair).begin(), heap.items(pair).end());
        }
        if (!listed) heap.fail(fmt::format("an ordered dictionary of {}", heap.in_words(arguments[0])));
      }
      return heap.add_items(PickleKind::dictionary, std::move(pairs));
    }
    case TorchMark::size_class:
      if (arguments.size() != 1 || !heap.is(arguments[0], PickleKind::tuple)) heap.fail("a torch.Size of no tuple");
      return arguments[0];
    case TorchMark::device_class:
      return heap.add_made(static_cast<uint8_t>(TorchMark::device), 0);
    case TorchMark::script_class:
      return heap.add_made(static_cast<uint8_t>(TorchMark::script_module), heap.none());
    case TorchMark::script_list:
    case TorchMark::rebuild_parameter:
      if (arguments.empty()) heap.fail("a call without the argument that it needs");
      return arguments[0];
    case TorchMark::rebuild_from_type:  // (function, type, its arguments, attributes)
      if (arguments.size() == 4 && is_made(heap, arguments[1], TorchMark::tensor_class) &&
          (is_made(heap, arguments[0], TorchMark::rebuild_tensor_v2) ||
           is_made(heap, arguments[0], TorchMark::rebuild_parameter)) &&
          heap.is(arguments[2], PickleKind::tuple))
        return call(heap, arguments[0], arguments[2]);
      heap.fail("a tensor of a type that it does not say");
    case TorchMark::rebuild_tensor:
    case TorchMark::rebuild_tensor_v2:
    case TorchMark::rebuild_tensor_v3:
      return rebuild(heap, mark, arguments);
    default:
      heap.fail("it calls what is no function");
  }
}

void TorchMaker::set_state(PickleHeap& heap, PickleRef value, PickleRef state) {
  if (is_made(heap, value, TorchMark::script_module)) {
    if (heap.is(state, PickleKind::dictionary)) heap.set_index(value, state);  // else packed: no weights with names
    return;
  }
  // A state_dict has attributes of its own ("_metadata"), which say nothing of the weights.
  if (heap.is(value, PickleKind::dictionary) && heap.is(state, PickleKind::dictionary)) return;
  heap.fail(fmt::format("it gives attributes to {}", heap.in_words(value)));
}

PickleRef TorchMaker::stored(PickleHeap& heap, PickleRef id) {
  // ("storage", class, key, device, count), in older files also None or (key, first, length) of a view
  const auto wrong = [&heap] { heap.fail("a storage whose id is not one"); };
  if (!heap.is(id, PickleKind::tuple)) wrong();
  const std::vector<PickleRef>& parts = heap.items(id);
  const auto number = [&](PickleRef ref) {
    if (!heap.is(ref, PickleKind::integer) || heap.integer(ref) < 0) wrong();
    return static_cast<uint64_t>(heap.integer(ref));
  };
  if (parts.size() < 5 || parts.size() > 6 || !heap.is(parts[0], PickleKind::text) ||
      heap.text(parts[0]) != "storage" || !is_made(heap, parts[1], TorchMark::storage_class) ||
      !heap.is(parts[2], PickleKind::text))
    wrong();
  if (storages_.size() == kMostTensors) heap.fail(fmt::format("it has more than {} storages", kMostTensors));
  TorchStorage storage;
  storage.key = heap.text(parts[2]);
  storage.dtype = heap.index(parts[1]);
  storage.count = storage.length = number(parts[4]);
  if (storage.count > static_cast<uint64_t>(std::numeric_limits<int64_t>::max()) / 8)
    heap.fail(fmt::format("a storage of {} values", storage.count));
  if (parts.size() == 6 && !heap.is(parts[5], PickleKind::none)) {
    if (!heap.is(parts[5], PickleKind::tuple) || heap.items(parts[5]).size() != 3) wrong();
    const std::vector<PickleRef>& view = heap.items(parts[5]);
    storage.first = number(view[1]);
    storage.length = number(view[2]);
    if (storage.first > storage.count || storage.length > storage.count - storage.first)
      heap.fail(fmt::format("a view of values {} to {} of a storage of {}", storage.first,
                            storage.first + storage.length, storage.count));
  }
  storages_.push_back(std::move(storage));
  return heap.add_made(static_cast<uint8_t>(TorchMark::storage), static_cast<uint32_t>(storages_.size() - 1));
}

// (storage, offset, sizes, strides, ...); v2: needs a gradient, hooks, attributes; v3: the dtype before the attributes.
PickleRef TorchMaker::rebuild(PickleHeap& heap, TorchMark mark, const std::vector<PickleRef>& arguments) {
  const bool v2 = mark == TorchMark::rebuild_tensor_v2, v3 = mark == TorchMark::rebuild_tensor_v3;
  if (arguments.size() < (v3 ? 7u : 4u) || !is_made(heap, arguments[0], TorchMark::storage) ||
      !heap.is(arguments[1], PickleKind::integer) || !heap.is(arguments[2], PickleKind::tuple) ||
      !heap.is(arguments[3], PickleKind::tuple) || (v3 && !is_made(heap, arguments[6], TorchMark::dtype)))
    heap.fail("a tensor whose storage, offset, sizes and strides are not such");
  const size_t attributes = v3 ? 7 : 6;
  if ((v2 || v3) && arguments.size() > attributes && heap.is(arguments[attributes], PickleKind::dictionary) &&
      !heap.items(arguments[attributes]).empty())
    throw Error(fmt::format("{} holds a tensor that stands for its negative or its conjugate", file_),
                "save what it stands for: tensor.resolve_neg().resolve_conj()");
  if (tensors_.size() == kMostTensors) heap.fail(fmt::format("it has more than {} tensors", kMostTensors));
  TorchTensor tensor;
  tensor.storage = heap.index(arguments[0]);
  const TorchStorage& storage = storages_[tensor.storage];
  if (v3 ? storage.dtype != kUntyped : storage.dtype == kUntyped)
    heap.fail("a tensor whose storage has another type than it says");
  tensor.dtype = static_cast<Dtype>(v3 ? heap.index(arguments[6]) : storage.dtype);
  const auto sizes = [&](PickleRef tuple, const char* what) {
    std::vector<int64_t> result;
    if (heap.items(tuple).size() > kMostDimensions)
      heap.fail(fmt::format("a tensor of more than {} dimensions", kMostDimensions));
    for (const PickleRef ref : heap.items(tuple)) {
      if (!heap.is(ref, PickleKind::integer) || heap.integer(ref) < 0)
        heap.fail(fmt::format("a tensor one of whose {} is {}", what,
                              heap.is(ref, PickleKind::integer) ? "negative" : heap.in_words(ref)));
      result.push_back(heap.integer(ref));
    }
    return result;
  };
  tensor.shape = sizes(arguments[2], "sizes");
  tensor.strides = sizes(arguments[3], "strides");
  if (tensor.shape.size() != tensor.strides.size()) heap.fail("a tensor with more or fewer strides than dimensions");
  // The place of the last value, one dimension at a time, so that nothing can overflow.
  const uint64_t values = storage.length / (v3 ? dtype_size(tensor.dtype) : 1);
  const auto outside = [&] {
    heap.fail(fmt::format("a tensor of {} with strides {} from value {} lies outside of its storage of {}",
                          fmt::join(tensor.shape, " x "), fmt::join(tensor.strides, ", "), heap.integer(arguments[1]),
                          values));
  };
  if (heap.integer(arguments[1]) < 0) outside();
  tensor.offset = static_cast<uint64_t>(heap.integer(arguments[1]));
  const bool empty = std::find(tensor.shape.begin(), tensor.shape.end(), 0) != tensor.shape.end();
  tensor.count = empty ? 0 : 1;
  if (!empty && tensor.offset >= values) outside();
  uint64_t last = tensor.offset;
  for (size_t i = 0; !empty && i < tensor.shape.size(); ++i) {
    const uint64_t steps = static_cast<uint64_t>(tensor.shape[i]) - 1;
    const uint64_t stride = static_cast<uint64_t>(tensor.strides[i]);
    if (steps > 0 && stride > (values - 1 - last) / steps) outside();
    last += steps * stride;
    const uint64_t most = std::max(values, kMostRepeated);
    if (static_cast<uint64_t>(tensor.shape[i]) > most / tensor.count)
      heap.fail(fmt::format("a tensor of {} out of a storage of {} values", fmt::join(tensor.shape, " x "), values));
    tensor.count *= static_cast<uint64_t>(tensor.shape[i]);
  }
  if (empty) tensor.offset = 0;
  tensors_.push_back(std::move(tensor));
  return heap.add_made(static_cast<uint8_t>(TorchMark::tensor), static_cast<uint32_t>(tensors_.size() - 1));
}

}  // namespace striate
