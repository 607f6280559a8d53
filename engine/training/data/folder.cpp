// `folder:DIR`: a folder per class, any picture format, sizes fitted (fit_image.h). DIR/train/CLASS and DIR/test/CLASS
// are kept apart as training and test part. Folders within a class are read too.
//
// Class names are the folders' names, in the order of their bytes, so that everybody numbers them alike. A file counts
// as a picture by the ending of its name; anything else is passed over and mentioned. A picture that cannot be read is
// an error: a data set that silently lacks some pictures gives other numbers on every machine.
#include <algorithm>
#include <atomic>
#include <filesystem>
#include <mutex>

#include "engine/error.h"
#include "engine/files/image_file.h"
#include "engine/training/data/fit_image.h"
#include "engine/training/data/sources.h"
#include "kernels/threads.h"

namespace striate {
namespace {

namespace fs = std::filesystem;

constexpr int kUsualSide = 64, kLargestOwnSide = 96;
constexpr int64_t kMostBytes = int64_t{8} << 30;

struct File {
  std::string path;
  int label = 0;
};

bool hidden(const fs::path& path) {
  const std::string name = path.filename().string();
  return name.empty() || name[0] == '.' || name == "__MACOSX" || name == "Thumbs.db" || name == "desktop.ini";
}

bool named_like_a_picture(const fs::path& path) {
  std::string ending = path.extension().string();
  for (char& c : ending) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  for (const char* known : {".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".bmp", ".dib",  ".gif",  ".tga",  ".pnm",
                            ".ppm", ".pgm", ".pbm",  ".pam", ".psd",  ".tif", ".tiff", ".webp", ".avif", ".heic"})
    if (ending == known) return true;
  return false;
}

[[noreturn]] void fail_listing(const std::string& folder, const std::error_code& problem) {
  throw Error(fmt::format("{}: cannot be listed ({})", folder, problem.message()),
              "check that you may read the folder");
}

std::vector<std::string> folders_in(const std::string& folder) {
  std::vector<std::string> names;
  std::error_code problem;
  for (fs::directory_iterator each(folder, problem), end; !problem && each != end; each.increment(problem)) {
    std::error_code ignored;
    if (!hidden(each->path()) && each->is_directory(ignored)) names.push_back(each->path().filename().string());
  }
  if (problem) fail_listing(folder, problem);
  std::sort(names.begin(), names.end());
  return names;
}

// All pictures below a class's folder, in the order of their paths.
std::vector<std::string> pictures_in(const std::string& folder, int64_t& passed_over) {
  std::vector<std::string> paths;
  std::error_code problem;
  for (fs::recursive_directory_iterator each(folder, problem), end; !problem && each != end; each.increment(problem)) {
    std::error_code ignored;
    if (hidden(each->path())) {
      if (each->is_directory(ignored)) each.disable_recursion_pending();
      continue;
    }
    if (each->is_directory(ignored)) continue;
    if (named_like_a_picture(each->path())) {
      paths.push_back(each->path().string());
    } else {
      ++passed_over;
    }
  }
  if (problem) fail_listing(folder, problem);
  std::sort(paths.begin(), paths.end());
  return paths;
}

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
      throw Error(fmt::format("{}: class \"{}\" is empty: no picture in it", path, classes[c]),
                  "add pictures (PNG, JPEG, WebP, BMP, GIF, TGA, PNM, PSD), or remove the folder");
    for (const std::string& picture : pictures) listing.files.push_back({picture, static_cast<int>(c)});
  }
}

// Calls work(i) for all of 0..count-1 on all threads, with progress; the error of the lowest i comes out, so that it is
// the same every time.
template <typename F>
void for_all(int64_t count, const SourceOptions& options, int64_t done_before, int64_t of_all, const F& work) {
  std::mutex mutex;
  std::atomic<bool> stopped{false};
  int64_t done = done_before, failed_at = count;
  std::unique_ptr<Error> failure;
  run_pieces(count, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end && !stopped.load(std::memory_order_relaxed); ++i) {
      try {
        work(i);
      } catch (const Error& error) {
        const std::lock_guard<std::mutex> lock(mutex);
        if (i < failed_at) {
          failed_at = i;
          failure = std::make_unique<Error>(error);
        }
        continue;
      }
      const std::lock_guard<std::mutex> lock(mutex);
      ++done;
      if (options.progress && !options.progress(done, of_all)) stopped = true;
    }
  });
  if (stopped) throw Error("reading the pictures was stopped", "open the data set again to read them all");
  if (failure) throw Error(*failure);
}

}  // namespace

std::unique_ptr<ByteDataset> open_folder(const std::string& given, const SourceOptions& options) {
  std::string folder = given;
  while (folder.size() > 1 && folder.back() == '/') folder.pop_back();
  std::error_code ignored;
  if (!fs::exists(folder, ignored)) throw Error(fmt::format("{}: there is no such folder", folder), "check the name");
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
  if (classes.size() == 1)
    throw Error(fmt::format("{}: there is one class only (\"{}\")", training_folder, classes[0]),
                "telling things apart needs two classes at least: a folder for each");
  list_classes(training_folder, classes, listing);
  training_size = static_cast<int64_t>(listing.files.size());
  if (parts) list_classes(folder + "/test", classes, listing);

  // Headers first: the size that all have, and what is wrong before the long work begins.
  const int64_t count = static_cast<int64_t>(listing.files.size());
  std::vector<ImageHeader> headers(static_cast<size_t>(count));
  for_all(count, options, 0, 2 * count, [&](int64_t i) {
    headers[static_cast<size_t>(i)] = read_image_header(listing.files[static_cast<size_t>(i)].path);
  });
  bool one_size = true;
  bool grey = true;
  for (const ImageHeader& header : headers) {
    one_size = one_size && header.width == headers[0].width && header.height == headers[0].height;
    grey = grey && header.channels <= 2;
  }
  int64_t width = options.width, height = options.height;
  if (width <= 0 || height <= 0) {
    const bool keep = one_size && headers[0].width <= kLargestOwnSide && headers[0].height <= kLargestOwnSide;
    width = keep ? headers[0].width : kUsualSide;
    height = keep ? headers[0].height : kUsualSide;
  }
  ByteDataset::Content content;
  content.name = "folder:" + folder;
  if (options.channels > 0) grey = options.channels == 1;
  content.shape = Shape{grey ? 1 : 3, height, width};
  if (count > kMostBytes / content.shape.count())
    throw Error(
        fmt::format("{}: {} pictures of {} need more than 8 GiB of memory", folder, count, content.shape.text()),
        "choose a smaller size (--size)");
  content.pixels.resize(static_cast<size_t>(count * content.shape.count()));
  for_all(count, options, count, 2 * count, [&](int64_t i) {
    const std::vector<uint8_t> pixels =
        fit_image(*read_image(listing.files[static_cast<size_t>(i)].path), content.shape);
    std::copy(pixels.begin(), pixels.end(), content.pixels.data() + i * content.shape.count());
  });
  for (const File& file : listing.files) {
    content.labels.push_back(file.label);
    content.descriptions.push_back(file.path.substr(folder.size() + 1));
  }
  content.classes = std::move(classes);
  content.training_size = training_size;
  if (!one_size)
    content.notes.push_back(fmt::format("pictures of several sizes were fitted to {} x {}", width, height));
  if (listing.passed_over > 0)
    content.notes.push_back(fmt::format("{} files that are no pictures were passed over", listing.passed_over));
  return std::make_unique<ByteDataset>(std::move(content));
}

}  // namespace striate
