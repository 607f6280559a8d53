#include "engine/explain/patch_source.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <string_view>
#include <utility>

#include "engine/error.h"
#include "engine/files/image_file.h"
#include "engine/files/sha256.h"
#include "engine/lower_case.h"

namespace striate {
namespace {

namespace fs = std::filesystem;

constexpr double kMostMegapixels = 64;  // of one; several are in memory at a time

class DataPatches : public PatchSource {
 public:
  DataPatches(std::shared_ptr<const Dataset> data, std::vector<int64_t> indices)
      : data_(std::move(data)), indices_(std::move(indices)) {}
  int64_t size() const override { return static_cast<int64_t>(indices_.size()); }
  std::string name(int64_t picture) const override {
    const int64_t index = indices_[static_cast<size_t>(picture)];
    const std::string words = data_->describe(index);
    return words.empty() ? fmt::format("picture {}", index) : words;
  }
  NetworkPicture read(int64_t picture) const override {
    const int64_t index = indices_[static_cast<size_t>(picture)];
    NetworkPicture made;
    made.name = name(picture);
    made.label = data_->label(index);
    made.shape = data_->shape();
    made.pixels.resize(static_cast<size_t>(made.shape.count()));
    data_->read(index, made.pixels.data());
    return made;
  }
  // Of what the program draws its name says all; files may have changed.
  std::string key() const override {
    const std::string name = data_->name();
    if (name.find(':') != std::string::npos && name.find('/') != std::string::npos) return "";
    return fmt::format("data {} {} {} {}", name, data_->shape().text(), indices_.size(),
                       sha256_of({reinterpret_cast<const char*>(indices_.data()), indices_.size() * sizeof(int64_t)}));
  }

 private:
  std::shared_ptr<const Dataset> data_;
  std::vector<int64_t> indices_;
};

class MemoryPatches : public PatchSource {
 public:
  explicit MemoryPatches(std::vector<ImagePtr> pictures) : pictures_(std::move(pictures)) {}
  int64_t size() const override { return static_cast<int64_t>(pictures_.size()); }
  std::string name(int64_t picture) const override { return pictures_[static_cast<size_t>(picture)]->name; }
  NetworkPicture read(int64_t picture) const override {
    NetworkPicture made;
    made.image = pictures_[static_cast<size_t>(picture)];
    made.name = made.image->name;
    return made;
  }
  std::string key() const override {
    std::string all;
    for (const ImagePtr& each : pictures_) {
      all += fmt::format("{} {}x{}x{} ", each->name, each->width, each->height, each->channels);
      all += sha256_of({reinterpret_cast<const char*>(each->bytes.data()), each->bytes.size()});
    }
    return all;
  }

 private:
  std::vector<ImagePtr> pictures_;
};

bool named_like_a_picture(const fs::path& path) {
  static constexpr std::array<std::string_view, 18> known = {".png", ".jpg", ".jpeg", ".jpe",  ".jfif", ".bmp",
                                                             ".dib", ".gif", ".tga",  ".pnm",  ".ppm",  ".pgm",
                                                             ".pbm", ".pam", ".psd",  ".webp", ".tif",  ".tiff"};
  return std::find(known.begin(), known.end(), lower_case(path.extension().string())) != known.end();
}

class FolderPatches : public PatchSource {
 public:
  explicit FolderPatches(const std::string& folder) : folder_(folder) {
    std::error_code problem;
    if (!fs::is_directory(folder, problem)) {
      throw Error(fmt::format("{}: there is no such folder", folder), "name a folder with pictures in it");
    }
    fs::recursive_directory_iterator each(folder, fs::directory_options::skip_permission_denied, problem), end;
    for (; !problem && each != end; each.increment(problem)) {
      std::error_code ignored;
      const std::string name = each->path().filename().string();
      if (!name.empty() && name[0] == '.') {
        if (each->is_directory(ignored)) each.disable_recursion_pending();
        continue;
      }
      // A pipe or a device would be waited for.
      if (named_like_a_picture(each->path()) && each->is_regular_file(ignored)) paths_.push_back(each->path().string());
    }
    if (problem) {
      throw Error(fmt::format("{}: cannot be listed ({})", folder, problem.message()),
                  "check that you may read the folder");
    }
    if (paths_.empty()) {
      throw Error(fmt::format("{}: there is no picture in it", folder),
                  "choose a folder with PNG, JPEG or other pictures");
    }
    std::sort(paths_.begin(), paths_.end());
  }
  int64_t size() const override { return static_cast<int64_t>(paths_.size()); }
  std::string name(int64_t picture) const override {
    return fs::path(paths_[static_cast<size_t>(picture)]).lexically_relative(folder_).string();
  }
  NetworkPicture read(int64_t picture) const override {
    NetworkPicture made;
    made.image = read_image(paths_[static_cast<size_t>(picture)], {kMostMegapixels});
    made.name = name(picture);
    return made;
  }
  std::string key() const override {
    std::string all;
    for (const std::string& path : paths_) {
      std::error_code ignored;
      all += fmt::format("{}\n{} {}\n", path, fs::file_size(path, ignored),
                         fs::last_write_time(path, ignored).time_since_epoch().count());
    }
    return sha256_of(all);
  }

 private:
  std::string folder_;
  std::vector<std::string> paths_;
};

}  // namespace

std::unique_ptr<PatchSource> patches_of(std::shared_ptr<const Dataset> data, std::vector<int64_t> indices) {
  return std::make_unique<DataPatches>(std::move(data), std::move(indices));
}
std::unique_ptr<PatchSource> patches_of(std::vector<ImagePtr> pictures) {
  return std::make_unique<MemoryPatches>(std::move(pictures));
}
std::unique_ptr<PatchSource> patches_in(const std::string& folder) { return std::make_unique<FolderPatches>(folder); }

}  // namespace striate
