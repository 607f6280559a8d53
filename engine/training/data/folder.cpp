// `folder:DIR`: a folder per class, any picture format, sizes fitted (fit_image.h). DIR/train/CLASS and DIR/test/CLASS
// are kept apart as training and test part. Folders within a class are read too.
//
// Class names are the folders' names, in the order of their bytes, so that everybody numbers them alike; bytes that are
// not UTF-8 are written \xNN. A file counts as a picture by the ending of its name; anything else is passed over and
// mentioned. A picture that cannot be read is left out and listed with the reason.
//
// Files named burst-003-012.png are pictures of one burst (burst_folder.h), which splits keep whole.
//
// DIR/regions.csv, where there is one, says where each picture comes from: a line PICTURE,REGION for each, the
// picture's path in DIR (region_file.h).
#include <algorithm>
#include <atomic>
#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <utility>

#include "engine/error.h"
#include "engine/files/image_file.h"
#include "engine/files/utf8_names.h"
#include "engine/training/data/burst_folder.h"
#include "engine/training/data/fit_image.h"
#include "engine/training/data/picture_files.h"
#include "engine/training/data/region_file.h"
#include "engine/training/data/sources.h"
#include "kernels/threads.h"

namespace striate {
namespace {

namespace fs = std::filesystem;

constexpr int kUsualSide = 64, kLargestOwnSide = 96;
constexpr int64_t kMaxBytes = int64_t{8} << 30;

struct File {
  std::string path;
  int label = 0;
};

struct Listing {
  std::vector<File> files;
  int64_t passed_over = 0;
};

void list_classes(const std::string& folder, const std::vector<std::string>& classes, Listing& listing) {
  for (size_t c = 0; c < classes.size(); ++c) {
    const std::string path = folder + "/" + classes[c];
    std::error_code ignored;
    if (!fs::is_directory(path, ignored)) continue;  // a test part may lack a class
    const std::vector<std::string> pictures = pictures_in(path, listing.passed_over);
    if (pictures.empty())
      throw Error(fmt::format("{}: class \"{}\" is empty: no picture in it", utf8_name(path), utf8_name(classes[c])),
                  "add pictures (PNG, JPEG, TIFF, WebP, BMP, GIF, TGA, PNM, PSD), or remove the folder");
    for (const std::string& picture : pictures) listing.files.push_back({picture, static_cast<int>(c)});
  }
}

// Calls work(i) for all of 0..count-1 on all threads, with progress. Those that throw an Error: broken[i] is what it
// says.
template <typename F>
void for_all(int64_t count, const SourceOptions& options, int64_t done_before, int64_t of_all,
             std::map<int64_t, std::string>& broken, const F& work) {
  std::mutex mutex;
  std::atomic<bool> stopped{false};
  int64_t done = done_before;
  parallel_for(count, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end && !stopped.load(std::memory_order_relaxed); ++i) {
      std::string problem;
      try {
        work(i);
      } catch (const Error& error) {
        problem = error.what();
      }
      const std::lock_guard<std::mutex> lock(mutex);
      if (!problem.empty()) broken[i] = problem;
      ++done;
      if (options.progress && !options.progress(done, of_all)) stopped = true;
    }
  });
  if (stopped) throw Error("reading the pictures was stopped", "open the data set again to read them all");
}

// Takes what is broken out of the list, with a note for each. Throws Error where that leaves a class without pictures
// to learn from.
void leave_out(const std::string& folder, const std::map<int64_t, std::string>& broken,
               const std::vector<std::string>& classes, Listing& listing, int64_t& training_size,
               std::vector<std::string>& notes) {
  if (broken.empty()) return;
  std::vector<File> kept;
  std::vector<char> alive(classes.size(), 0);
  int64_t training = 0;
  for (size_t i = 0; i < listing.files.size(); ++i) {
    const bool learned = static_cast<int64_t>(i) < training_size;
    if (broken.contains(static_cast<int64_t>(i))) continue;
    kept.push_back(listing.files[i]);
    training += learned ? 1 : 0;
    if (learned) alive[static_cast<size_t>(listing.files[i].label)] = 1;
  }
  for (size_t c = 0; c < classes.size(); ++c) {
    if (alive[c]) continue;
    const auto first = std::find_if(broken.begin(), broken.end(), [&](const auto& each) {
      return listing.files[static_cast<size_t>(each.first)].label == static_cast<int>(c);
    });
    throw Error(fmt::format("{}: no picture of class \"{}\" can be read: {}", utf8_name(folder), utf8_name(classes[c]),
                            utf8_name(first->second)),
                "replace the pictures, or remove the class's folder");
  }
  constexpr size_t kMaxListed = 50;
  size_t listed = 0;
  for (const auto& [i, problem] : broken) {
    if (++listed > kMaxListed) break;
    notes.push_back(fmt::format("left out: {}", utf8_name(problem)));
  }
  if (broken.size() > kMaxListed) {
    notes.push_back(fmt::format("left out: {} more that cannot be read", broken.size() - kMaxListed));
  }
  listing.files = std::move(kept);
  training_size = training;
}

// Moves the pictures behind those that are left out to the front.
void close_gaps(const std::map<int64_t, std::string>& broken, int64_t each, int64_t count,
                PixelBuffer<uint8_t>& pixels) {
  int64_t to = 0;
  for (int64_t i = 0; i < count; ++i) {
    if (broken.contains(i)) continue;
    if (to != i) std::copy_n(pixels.data() + i * each, each, pixels.data() + to * each);
    ++to;
  }
  pixels.resize(static_cast<size_t>(to * each));
}

// A burst is one class's: the same number in another class's folder is another burst.
void number_bursts(const Listing& listing, ByteDataset::Content& content) {
  std::map<std::pair<std::string, int>, int> numbers;
  for (const File& file : listing.files) {
    const std::optional<int> burst = burst_of_file(file.path);
    const std::string folder = fs::path(file.path).parent_path().string();
    content.burst.push_back(
        !burst ? -1 : numbers.try_emplace({folder, *burst}, static_cast<int>(numbers.size())).first->second);
  }
  if (numbers.empty()) content.burst.clear();
}

}  // namespace

std::unique_ptr<ByteDataset> open_folder(const std::string& given, const SourceOptions& options) {
  std::string folder = given;
  while (folder.size() > 1 && folder.back() == '/') folder.pop_back();
  std::error_code ignored;
  if (!fs::exists(folder, ignored)) folder = name_bytes(folder);  // as a saved training has it
  if (!fs::exists(folder, ignored))
    throw Error(fmt::format("{}: there is no such folder", utf8_name(folder)), "check the name");
  if (!fs::is_directory(folder, ignored))
    throw Error(fmt::format("{}: this is a file, not a folder", folder),
                "name a folder that holds one folder per class");

  std::vector<std::string> classes = folders_in(folder);
  const auto has = [&](const char* name) { return std::find(classes.begin(), classes.end(), name) != classes.end(); };
  const bool parts = has("train") && has("test");
  Listing listing;
  int64_t training_size = 0;
  if (parts) {
    classes = folders_in(folder + "/train");
    for (const std::string& name : folders_in(folder + "/test"))
      if (std::find(classes.begin(), classes.end(), name) == classes.end())
        throw Error(fmt::format("{}/test: class \"{}\" is not in {}/train", folder, name, folder),
                    "a class must be there to learn from before it can be tested");
  }
  const std::string training_folder = parts ? folder + "/train" : folder;
  if (classes.empty())
    throw Error(fmt::format("{}: there is no folder in it, so there are no classes", training_folder),
                "put the pictures of each class into a folder of its own");
  if (classes.size() == 1) {
    // UC Merced's, unpacked, is such a folder.
    const std::string inside = training_folder + "/" + classes[0];
    throw Error(fmt::format("{}: there is one class only (\"{}\")", training_folder, classes[0]),
                folders_in(inside).size() > 1 ? fmt::format("its folders are the classes? name folder:{}", inside)
                                              : "telling things apart needs two classes at least: a folder for each");
  }
  list_classes(training_folder, classes, listing);
  training_size = static_cast<int64_t>(listing.files.size());
  if (parts) list_classes(folder + "/test", classes, listing);

  // Headers first: the size that all have, and what is wrong before the long work begins.
  ByteDataset::Content content;
  std::map<int64_t, std::string> broken;
  int64_t count = static_cast<int64_t>(listing.files.size());
  std::vector<ImageHeader> headers(static_cast<size_t>(count));
  for_all(count, options, 0, 2 * count, broken, [&](int64_t i) {
    headers[static_cast<size_t>(i)] = read_image_header(listing.files[static_cast<size_t>(i)].path);
  });
  bool one_size = true;
  bool gray = true;
  const ImageHeader* first = nullptr;
  for (size_t i = 0; i < headers.size(); ++i) {
    if (broken.contains(static_cast<int64_t>(i))) continue;
    if (first == nullptr) first = &headers[i];
    one_size = one_size && headers[i].width == first->width && headers[i].height == first->height;
    gray = gray && headers[i].channels <= 2;
  }
  leave_out(folder, broken, classes, listing, training_size, content.notes);
  count = static_cast<int64_t>(listing.files.size());
  int64_t width = options.width, height = options.height;
  if (width <= 0 || height <= 0) {
    const bool keep = one_size && first->width <= kLargestOwnSide && first->height <= kLargestOwnSide;
    width = keep ? first->width : kUsualSide;
    height = keep ? first->height : kUsualSide;
  }
  content.name = "folder:" + utf8_name(folder);
  if (options.channels > 0) gray = options.channels == 1;
  content.shape = Shape{gray ? 1 : 3, height, width};
  if (count > kMaxBytes / content.shape.count())
    throw Error(
        fmt::format("{}: {} pictures of {} need more than 8 GiB of memory", folder, count, content.shape.text()),
        "choose a smaller size (--size)");
  content.pixels.resize(static_cast<size_t>(count * content.shape.count()));
  broken.clear();
  for_all(count, options, count, 2 * count, broken, [&](int64_t i) {
    const ImagePtr image = read_image(listing.files[static_cast<size_t>(i)].path);
    const std::vector<uint8_t> pixels =
        options.fit ? options.fit(*image, content.shape) : fit_image(*image, content.shape);
    std::copy(pixels.begin(), pixels.end(), content.pixels.data() + i * content.shape.count());
  });
  leave_out(folder, broken, classes, listing, training_size, content.notes);
  if (!broken.empty()) close_gaps(broken, content.shape.count(), count, content.pixels);
  for (const File& file : listing.files) {
    content.labels.push_back(file.label);
    content.descriptions.push_back(utf8_name(file.path.substr(folder.size() + 1)));
  }
  for (const std::string& name : classes) content.classes.push_back(utf8_name(name));
  if (std::set<std::string>(content.classes.begin(), content.classes.end()).size() < classes.size()) {
    throw Error(fmt::format("{}: two classes have the same name in UTF-8", utf8_name(folder)),
                "rename one of the folders");
  }
  content.training_size = training_size;
  number_bursts(listing, content);
  std::vector<std::string> paths;
  for (const File& file : listing.files) paths.push_back(file.path.substr(folder.size() + 1));
  read_regions(folder + "/regions.csv", paths, content);
  if (!one_size)
    content.notes.push_back(fmt::format("pictures of several sizes were fitted to {} x {}", width, height));
  if (listing.passed_over > 0)
    content.notes.push_back(fmt::format("{} files that are no pictures were passed over", listing.passed_over));
  return std::make_unique<ByteDataset>(std::move(content));
}

}  // namespace striate
