// `mnist:DIR`: the IDX files of MNIST and of the sets that come in its clothes, under any of their usual names:
//   train-images-idx3-ubyte  train-labels-idx1-ubyte  t10k-images-idx3-ubyte  t10k-labels-idx1-ubyte
// each also as .gz, and with a dot instead of the dash before "idx". The two t10k files may be missing: then the set
// has no test part of its own.
#include <algorithm>
#include <filesystem>

#include "engine/error.h"
#include "engine/files/idx.h"
#include "engine/training/data/sources.h"

namespace striate {
namespace {

namespace fs = std::filesystem;

// The file's path; empty: it is not there.
std::string find_part(const std::string& folder, const std::string& part, const std::string& kind) {
  for (const char* joint : {"-", "."})
    for (const char* ending : {"", ".gz"}) {
      std::string path = fmt::format("{}/{}{}{}{}", folder, part, joint, kind, ending);
      std::error_code ignored;
      if (fs::exists(path, ignored)) return path;
    }
  return "";
}

struct Part {
  IdxArray images, labels;
};

Part read_part(const std::string& folder, const std::string& part, const std::string& images_path) {
  const std::string labels_path = find_part(folder, part + "-labels", "idx1-ubyte");
  if (labels_path.empty())
    throw Error(fmt::format("{}: there is {}-images, but no {}-labels-idx1-ubyte (or .gz)", folder, part, part),
                "put the labels beside the pictures");
  Part read{read_idx(images_path), read_idx(labels_path)};
  const auto refuse = [](const std::string& path, const IdxArray& array, const char* wanted) {
    throw Error(fmt::format("{}: it holds {} values of {}, not {}", path, fmt::join(array.shape, " x "),
                            idx_type_name(array.type), wanted),
                "are pictures and labels exchanged? the pictures are in the file with idx3 in its name");
  };
  if (read.images.type != IdxType::u8 || read.images.shape.size() != 3)
    refuse(images_path, read.images, "pictures of unsigned bytes");
  if (read.labels.type != IdxType::u8 || read.labels.shape.size() != 1)
    refuse(labels_path, read.labels, "one unsigned byte for each picture");
  if (read.images.shape[0] != read.labels.shape[0])
    throw Error(fmt::format("{}: {} pictures, but {} labels", folder, read.images.shape[0], read.labels.shape[0]),
                "take pictures and labels from the same set");
  if (read.images.count() == 0)
    throw Error(fmt::format("{}: there are no pictures in it", images_path), "download it again");
  return read;
}

}  // namespace

std::unique_ptr<ByteDataset> open_mnist(const std::string& folder) {
  std::error_code ignored;
  if (!fs::is_directory(folder, ignored))
    throw Error(fmt::format("{}: there is no such folder", folder), "name the folder that holds MNIST's four files");
  const std::string training_path = find_part(folder, "train-images", "idx3-ubyte");
  if (training_path.empty())
    throw Error(fmt::format("{}: there is no train-images-idx3-ubyte (or .gz) in it", folder),
                "name the folder that holds MNIST's four files");
  Part training = read_part(folder, "train", training_path);
  const std::string test_path = find_part(folder, "t10k-images", "idx3-ubyte");
  ByteDataset::Content content;
  content.name = "mnist:" + folder;
  content.shape = Shape{1, training.images.shape[1], training.images.shape[2]};
  content.training_size = training.images.shape[0];
  content.pixels.swap(training.images.values);
  const auto add_labels = [&](const IdxArray& labels) {
    for (const uint8_t label : labels.values) content.labels.push_back(label);
  };
  add_labels(training.labels);
  if (test_path.empty()) {
    content.notes.push_back("no test part of its own (t10k-images is missing)");
  } else {
    const Part test = read_part(folder, "t10k", test_path);
    if (test.images.shape[1] != content.shape[1] || test.images.shape[2] != content.shape[2])
      throw Error(fmt::format("{}: its pictures are {} x {}, those for training {} x {}", test_path,
                              test.images.shape[2], test.images.shape[1], content.shape[2], content.shape[1]),
                  "take all four files from the same set");
    const size_t had = content.pixels.size();
    content.pixels.resize(had + test.images.values.size());
    std::copy(test.images.values.begin(), test.images.values.end(), content.pixels.data() + had);
    add_labels(test.labels);
  }
  const int classes = std::max(10, *std::max_element(content.labels.begin(), content.labels.end()) + 1);
  for (int c = 0; c < classes; ++c) content.classes.push_back(std::to_string(c));
  return std::make_unique<ByteDataset>(std::move(content));
}

}  // namespace striate
