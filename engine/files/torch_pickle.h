// The names in PyTorch's pickles that are data: tensors, the storages that they are views of, and what torch.save
// writes beside them (torch/_utils.py, torch/serialization.py, "_rebuild_tensor_v2", "persistent_id"). Every other name
// is an Error that says what it is. To know one more: a row in torch_pickle.cpp's table, and a case where it is called.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/files/pickle.h"
#include "engine/files/safetensors.h"

namespace striate {

// What the values are that only PyTorch makes (PickleHeap::mark): names first, then what calling them gives.
enum class TorchMark : uint8_t {
  dictionary_class,  // collections.OrderedDict
  storage_class,     // index(): the Dtype, kUntyped
  tensor_class,      // torch.Tensor, Parameter: only as an argument
  size_class,
  device_class,
  rebuild_tensor,
  rebuild_tensor_v2,
  rebuild_tensor_v3,
  rebuild_parameter,
  rebuild_from_type,
  script_class,  // a module of a TorchScript archive, which is its attributes here
  script_list,   // a list there that says of what
  dtype,         // index(): the Dtype; a value
  device,        // a value that says nothing
  storage,       // index(): in storages
  tensor,        // index(): in tensors
  script_module  // index(): the PickleRef of its dictionary of attributes
};
constexpr uint32_t kUntyped = 1000;  // a storage of bytes

struct TorchStorage {
  std::string key;      // of its bytes in the file
  uint32_t dtype = 0;   // a Dtype or kUntyped
  uint64_t count = 0;   // values of all that is under the key
  uint64_t first = 0;   // of a view of it (older files): where it begins
  uint64_t length = 0;  // and its values
  size_t value_size() const { return dtype == kUntyped ? 1 : dtype_size(static_cast<Dtype>(dtype)); }
};

struct TorchTensor {
  uint32_t storage = 0;
  Dtype dtype = Dtype::F32;
  uint64_t offset = 0;  // values from the beginning of the storage
  std::vector<int64_t> shape, strides;
  uint64_t count = 0;  // of its values; none lies outside of the storage
};

class TorchMaker : public PickleMaker {
 public:
  // `script`: a TorchScript archive, whose modules are read as what they hold.
  TorchMaker(std::string file, bool script) : file_(std::move(file)), script_(script) {}

  PickleRef find(PickleHeap& heap, const std::string& module, const std::string& name) override;
  PickleRef call(PickleHeap& heap, PickleRef callable, PickleRef arguments) override;
  void set_state(PickleHeap& heap, PickleRef value, PickleRef state) override;
  PickleRef stored(PickleHeap& heap, PickleRef id) override;

  const std::vector<TorchStorage>& storages() const { return storages_; }
  const std::vector<TorchTensor>& tensors() const { return tensors_; }

 private:
  PickleRef rebuild(PickleHeap& heap, TorchMark mark, const std::vector<PickleRef>& arguments);

  std::string file_;
  bool script_;
  std::vector<TorchStorage> storages_;
  std::vector<TorchTensor> tensors_;
};

inline bool is_made(const PickleHeap& heap, PickleRef ref, TorchMark mark) {
  return heap.is(ref, PickleKind::made) && heap.mark(ref) == static_cast<uint8_t>(mark);
}

}  // namespace striate
