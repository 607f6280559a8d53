// PyTorch checkpoints: what torch.save wrote (.pt, .pth, .bin, .ckpt), read without executing anything, as the same
// type as a safetensors file, so that whatever takes weights of others takes both.
//
// Two formats:
//   zip     since PyTorch 1.6: an archive with NAME/data.pkl, a pickle of what was saved, NAME/data/KEY, the bytes of
//           each storage, and NAME/byteorder ("little"; older ones lack it). With NAME/constants.pkl it is a
//           TorchScript archive: a program, of which only the weights are read.
//   legacy  five pickles, one behind the other: a magic number, the protocol (1001), the machine's byte order, what was
//           saved, the list of the storages' keys; then for each key, in that order, 8 bytes: how many values, and
//           they.
// In the pickle a tensor is a view of a storage: offset, sizes, strides (torch_pickle.h, which also says which names
// are data). Which tensors are the weights: torch_weights.h. Errors of their own: program code (a class by name),
// big-endian values, the tar archives of 2016, tensors outside of their storages, storages outside of the file, and all
// that zip_directory.h and pickle.h refuse.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "engine/files/safetensors.h"

namespace striate {

// Weights of others in either format, told by how the file begins and, where that says nothing, by the name's ending.
// The values stay in the file (SafeTensors::open). In place of a path may stand the name of a model whose weights the
// program carries (carried_weights.h). Throws Error.
SafeTensors open_tensors(const std::string& path);

// A checkpoint alone. SafeTensor::offset is where in the file the tensor's first value is.
SafeTensors open_torch(const std::string& path);
SafeTensors read_torch(const uint8_t* data, size_t size, const std::string& name);

// Whether a file is to be read as a checkpoint: it begins like one (zip, pickle, tar); or is called .pt, .pth, .th,
// .bin, .ckpt or .pkl and does not begin like a safetensors file. False where it can't be opened.
bool is_torch_file(const std::string& path);
bool has_torch_ending(const std::string& path);

// Whether a name, of a file that need not be there, or what the file begins with says: for open_tensors().
bool is_tensors_file(const std::string& path);

}  // namespace striate
