#include "engine/files/cifar.h"

#include <algorithm>

#include "engine/error.h"
#include "engine/files/read_file.h"

namespace striate {
namespace {

constexpr size_t kPicture = size_t{CifarBatch::kSide} * CifarBatch::kSide * CifarBatch::kChannels;
constexpr size_t kRecord = 1 + kPicture;

[[noreturn]] void fail(const std::string& name, const std::string& what) {
  throw Error(fmt::format("{}: not a valid CIFAR-10 batch: {}", name, what),
              "download the binary version of CIFAR-10 again; the Python version (pickles) is not read");
}

}  // namespace

CifarBatch read_cifar10(const uint8_t* data, size_t size, const std::string& name) {
  if (size < kRecord) fail(name, fmt::format("it has {}, one picture has {}", bytes_in_words(size), kRecord));
  if (size % kRecord != 0)
    fail(name, fmt::format("{} pictures of {} bytes and {} bytes more: it is cut off", size / kRecord, kRecord,
                           size % kRecord));
  CifarBatch batch;
  const size_t count = size / kRecord;
  for (size_t i = 0; i < count; ++i) {
    const int label = data[i * kRecord];
    if (label >= CifarBatch::kClasses) fail(name, fmt::format("picture {} has the label {}, above 9", i, label));
    batch.labels.push_back(label);
  }
  batch.pixels.resize(count * kPicture);
  for (size_t i = 0; i < count; ++i) std::copy_n(data + i * kRecord + 1, kPicture, batch.pixels.data() + i * kPicture);
  return batch;
}

CifarBatch read_cifar10(const std::string& path) {
  const InputFile file(path);
  PixelBuffer<uint8_t> bytes;
  file.read_up_to(file.size(), bytes);
  return read_cifar10(bytes.data(), bytes.size(), path);
}

const std::array<const char*, CifarBatch::kClasses>& cifar10_classes() {
  static const std::array<const char*, CifarBatch::kClasses> names = {
      "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"};
  return names;
}

}  // namespace striate
