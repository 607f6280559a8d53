#include "app/pages/pretrained/folder_sweep.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <optional>
#include <utility>

#include "app/network/same_network.h"
#include "engine/error.h"
#include "engine/files/image_file.h"
#include "engine/lower_case.h"

namespace striate {
namespace {

constexpr size_t kMostPictures = 100000;

bool is_picture(const std::filesystem::path& path) {
  static const char* const endings[] = {".png", ".jpg", ".jpeg", ".bmp", ".gif",  ".tga", ".ppm",
                                        ".pgm", ".pnm", ".pbm",  ".psd", ".webp", ".tif", ".tiff"};
  const std::string ending = lower_case(path.extension().string());
  return std::any_of(std::begin(endings), std::end(endings), [&](const char* each) { return ending == each; });
}

// Letters and digits alone, in lower case: "Egyptian_cat" is "Egyptian cat".
std::string plain(const std::string& text) {
  std::string made;
  for (const char c : lower_case(text)) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (static_cast<unsigned char>(c) & 0x80) != 0;
    if (letter) made += c;
  }
  return made;
}

}  // namespace

FolderSweep::FolderSweep(std::function<void()> wake)
    : wake_(wake), shared_(std::make_shared<Shared>()), work_(std::move(wake), JobPriority::behind) {}

void FolderSweep::check_folder(const std::string& folder) {
  std::error_code problem;
  if (std::filesystem::is_directory(folder, problem)) return;
  throw Error(fmt::format("{} is no folder", folder), "choose a folder with pictures, or with a folder for each class");
}

std::vector<std::string> FolderSweep::pictures_in(const std::string& folder, const Progress& progress) {
  namespace fs = std::filesystem;
  std::error_code problem;
  std::vector<std::string> found;
  auto each = fs::recursive_directory_iterator(folder, fs::directory_options::skip_permission_denied, problem);
  for (; !problem && each != fs::recursive_directory_iterator(); each.increment(problem)) {
    if (progress.canceled) return {};
    if (each.depth() >= 2) each.disable_recursion_pending();
    std::error_code ignored;
    if (is_picture(each->path()) && each->is_regular_file(ignored)) found.push_back(each->path().string());
    if (found.size() >= kMostPictures) break;
  }
  if (found.empty()) {
    throw Error(fmt::format("{} has no pictures in it", folder),
                "choose a folder with JPEG, PNG, TIFF, BMP, GIF, TGA, PNM, PSD or WebP files");
  }
  std::sort(found.begin(), found.end());
  return found;
}

bool FolderSweep::means(const std::string& label, const std::vector<std::string>& classes, size_t of) {
  if (label.empty() || of >= classes.size()) return false;
  if (label == std::to_string(of)) return true;
  const std::string wanted = plain(label);
  if (wanted.empty()) return false;
  if (plain(classes[of]) == wanted) return true;
  // One of its names: "tabby, tabby cat".
  size_t begin = 0;
  while (begin <= classes[of].size()) {
    const size_t comma = std::min(classes[of].find(',', begin), classes[of].size());
    if (plain(classes[of].substr(begin, comma - begin)) == wanted) return true;
    begin = comma + 1;
  }
  return false;
}

bool FolderSweep::means_any(const std::string& label, const std::vector<std::string>& classes) {
  for (size_t of = 0; of < classes.size(); ++of) {
    if (means(label, classes, of)) return true;
  }
  return false;
}

void FolderSweep::begin(const std::string& folder, const NetworkMomentPtr& moment,
                        std::shared_ptr<NetworkWorker> worker) {
  if (is_of(folder, moment->of)) return;
  clear();
  folder_ = folder;
  of_ = moment->of;
  shared_ = std::make_shared<Shared>();
  work_.request([folder, moment, worker = std::move(worker), shared = shared_, wake = wake_](Progress& progress) {
    const std::vector<std::string> paths = pictures_in(folder, progress);
    {
      const std::lock_guard lock(shared->mutex);
      shared->all = paths.size();
    }
    size_t done = 0;
    std::map<std::string, bool> known;  // labels that are classes
    for (const std::string& path : paths) {
      if (progress.canceled) return false;
      SweptPicture made;
      made.path = path;
      const std::filesystem::path below = std::filesystem::path(path).lexically_relative(folder);
      made.name = below.string();
      std::replace_if(
          made.name.begin(), made.name.end(), [](unsigned char c) { return c < ' '; }, ' ');
      if (below.has_parent_path()) made.label = below.parent_path().filename().string();
      const auto [label, is_new] = known.try_emplace(made.label, false);
      if (is_new) label->second = means_any(made.label, moment->info->classes);
      made.compared = label->second;
      try {
        NetworkPicture picture;
        picture.image = read_image(path);
        picture.name = made.name;
        const auto look = [&](OpenNetwork& network) {
          const auto answer =
              network.classify(network.look_at(picture).values, [&](int, int) { return !progress.canceled.load(); });
          if (!answer || answer->order.empty()) return;
          const auto best = static_cast<size_t>(answer->order.front());
          made.said = moment->info->classes[best];
          made.probability = static_cast<double>(answer->probabilities[best]);
          made.right = !made.compared || means(made.label, moment->info->classes, best);
        };
        const bool same = worker->with(*moment, progress, look, done == 0 || moment->of.training != nullptr);
        if (!same || progress.canceled) return false;
      } catch (const Error& error) {
        made.problem = error.what();
        if (made.problem.starts_with(path)) made.problem.erase(0, path.size());  // its name stands beside it
        made.problem.erase(0, std::min(made.problem.find_first_not_of(": "), made.problem.size()));
      }
      progress.share = static_cast<float>(++done) / static_cast<float>(paths.size());
      {
        const std::lock_guard lock(shared->mutex);
        shared->done.push_back(std::move(made));
      }
      wake();
    }
    return true;
  });
}

bool FolderSweep::is_of(const std::string& folder, const NetworkRequest& network) const {
  return of_ && folder == folder_ && same_weights(*of_, network);
}

void FolderSweep::cancel() {
  stopped_ = stopped_ || work_.busy();
  work_.cancel();
}

void FolderSweep::clear() {
  work_.cancel();
  folder_.clear();
  of_.reset();
  pictures_.clear();
  why_.reset();
  shared_ = std::make_shared<Shared>();
  all_ = 0;
  labeled_ = stopped_ = false;
  compared_ = 0;
  no_classes_.clear();
}

bool FolderSweep::update() {
  bool changed = false;
  try {
    const std::optional<bool> whole = work_.take();
    changed = whole.has_value();
    if (whole && !*whole) of_.reset();  // another network came between: it begins anew when it is asked for
  } catch (const Error& error) {
    why_ = error;
    changed = true;
  }
  const std::lock_guard lock(shared_->mutex);
  for (SweptPicture& each : shared_->done) {
    labeled_ = labeled_ || !each.label.empty();
    if (each.compared && each.problem.empty()) ++compared_;
    if (!each.compared && !each.label.empty()) no_classes_.insert(each.label);
    pictures_.push_back(std::move(each));
    changed = true;
  }
  shared_->done.clear();
  all_ = shared_->all;
  return changed;
}

}  // namespace striate
