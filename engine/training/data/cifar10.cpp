// `cifar10:DIR`: every file data_batch*.bin for training, every test_batch*.bin as the set's own test part.
#include <algorithm>
#include <filesystem>

#include "engine/error.h"
#include "engine/files/cifar.h"
#include "engine/training/data/sources.h"

namespace striate {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> batches(const std::string& folder, const std::string& beginning) {
  std::vector<std::string> paths;
  std::error_code problem;
  for (fs::directory_iterator each(folder, problem), end; !problem && each != end; each.increment(problem)) {
    const std::string name = each->path().filename().string();
    if (name.rfind(beginning, 0) == 0 && each->path().extension() == ".bin") paths.push_back(each->path().string());
  }
  if (problem) throw Error(fmt::format("{}: cannot be listed ({})", folder, problem.message()), "check the folder");
  std::sort(paths.begin(), paths.end());
  return paths;
}

}  // namespace

std::unique_ptr<ByteDataset> open_cifar10(const std::string& folder) {
  std::error_code ignored;
  if (!fs::is_directory(folder, ignored))
    throw Error(fmt::format("{}: there is no such folder", folder), "name the folder that holds data_batch_1.bin");
  const std::vector<std::string> training = batches(folder, "data_batch"), test = batches(folder, "test_batch");
  if (training.empty())
    throw Error(fmt::format("{}: there is no data_batch_1.bin in it", folder),
                "name the folder that holds the binary version of CIFAR-10");
  ByteDataset::Content content;
  content.name = "cifar10:" + folder;
  content.shape = Shape{CifarBatch::kChannels, CifarBatch::kSide, CifarBatch::kSide};
  for (const char* name : cifar10_classes()) content.classes.push_back(name);
  const auto add = [&](const std::vector<std::string>& paths) {
    for (const std::string& path : paths) {
      const CifarBatch batch = read_cifar10(path);
      const size_t had = content.pixels.size();
      content.pixels.resize(had + batch.pixels.size());
      std::copy(batch.pixels.begin(), batch.pixels.end(), content.pixels.data() + had);
      content.labels.insert(content.labels.end(), batch.labels.begin(), batch.labels.end());
    }
  };
  add(training);
  content.training_size = static_cast<int64_t>(content.labels.size());
  add(test);
  if (test.empty()) content.notes.push_back("no test part of its own (test_batch.bin is missing)");
  return std::make_unique<ByteDataset>(std::move(content));
}

}  // namespace striate
