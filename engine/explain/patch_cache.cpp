#include "engine/explain/patch_cache.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <vector>

#include "engine/error.h"
#include "engine/files/safetensors.h"
#include "engine/files/sha256.h"

namespace striate {
namespace {

namespace fs = std::filesystem;

constexpr size_t kMostFiles = 24;
constexpr const char* kVersion = "striate patches 1";

std::string weights_hash(OpenNetwork& network) {
  Network& of = network.session().network();
  std::string all;
  for (const NamedTensor& each : of.tensors()) {
    if (each.kind != TensorKind::weight && each.kind != TensorKind::buffer) continue;
    const std::vector<float> values = of.read_tensor(network.session().stream(), each);
    all += sha256_of({reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float)});
  }
  return sha256_of(all);
}

}  // namespace

PatchCache::PatchCache(OpenNetwork& network, int node, const PatchSource& source, const PatchOptions& options)
    : folder_(options.cache_folder), node_(node), pictures_(source.size()), options_(options) {
  const OpenNetworkInfo& info = *network.info();
  channels_ = cells_of(info.layers[static_cast<size_t>(node)].shape)[0];
  picture_ = info.picture;
  const std::string key = source.key();
  if (folder_.empty() || key.empty()) return;
  std::string all =
      fmt::format("{}\n{}\n{}\n{} {} {} {}\n{}\n", kVersion, info.architecture.text("\n"), node, options.keep,
                  options.small, info.preprocessing, network.session().file().info.normalization.text(), key);
  for (const Lesion& each : network.all_lesions()) all += fmt::format("lesion {} {}\n", each.node, each.channel);
  for (const auto& [join, input] : network.joins_without_shortcut()) all += fmt::format("alone {} {}\n", join, input);
  path_ = folder_ + "/patches-" + sha256_of(all + weights_hash(network)) + ".safetensors";
}

std::optional<Patches> PatchCache::read() const {
  std::error_code ignored;
  if (path_.empty() || !fs::exists(path_, ignored)) return std::nullopt;
  try {
    const SafeTensors file = SafeTensors::read(path_);
    const auto said = file.metadata().find("what");
    if (said == file.metadata().end() || said->second != kVersion) return std::nullopt;
    const auto values = file.floats("values"), pictures = file.floats("pictures"), rows = file.floats("rows"),
               columns = file.floats("columns"), counts = file.floats("counts");
    const auto slots = static_cast<size_t>(channels_ * options_.keep);
    Patches made;
    const std::vector<int64_t>& shape = file.at("thumbnails").shape;
    if (values.size() != slots || pictures.size() != slots || rows.size() != slots || columns.size() != slots ||
        counts.size() != 1 || shape.size() != 5 || shape[0] != channels_ || shape[1] != options_.keep ||
        shape[2] != picture_[0]) {
      return std::nullopt;
    }
    made.node = node_;
    made.keep = options_.keep;
    made.small = Shape{shape[2], shape[3], shape[4]};
    made.thumbnails = file.bytes("thumbnails");
    made.best.resize(static_cast<size_t>(channels_));
    for (size_t i = 0; i < slots; ++i) {
      const auto picture = static_cast<int64_t>(pictures[i]);
      if (picture < 0) continue;
      if (picture >= pictures_) return std::nullopt;
      made.best[i / static_cast<size_t>(options_.keep)].push_back(
          {values[i], picture, static_cast<int64_t>(rows[i]), static_cast<int64_t>(columns[i]), ""});
    }
    made.seen = made.all = pictures_;
    made.unreadable = static_cast<int64_t>(counts[0]);
    made.finished = made.from_cache = true;
    fs::last_write_time(path_, fs::file_time_type::clock::now(), ignored);  // in use: not the oldest
    return made;
  } catch (const Error&) {
    return std::nullopt;
  }
}

void PatchCache::write(const Patches& found) const {
  if (path_.empty()) return;
  std::error_code problem;
  fs::create_directories(folder_, problem);
  const auto slots = static_cast<size_t>(channels_ * options_.keep);
  std::vector<float> values(slots), pictures(slots, -1), rows(slots), columns(slots);
  for (size_t c = 0; c < found.best.size(); ++c) {
    for (size_t n = 0; n < found.best[c].size(); ++n) {
      const Patch& each = found.best[c][n];
      const size_t i = c * static_cast<size_t>(options_.keep) + n;
      values[i] = each.value;
      pictures[i] = static_cast<float>(each.picture);
      rows[i] = static_cast<float>(each.row), columns[i] = static_cast<float>(each.column);
    }
  }
  const float count = static_cast<float>(found.unreadable);
  try {
    SafeTensorsWriter writer;
    writer.metadata["what"] = kVersion;
    const std::vector<int64_t> shape = {channels_, options_.keep};
    writer.add("values", shape, values.data(), slots);
    writer.add("pictures", shape, pictures.data(), slots);
    writer.add("rows", shape, rows.data(), slots);
    writer.add("columns", shape, columns.data(), slots);
    writer.add("counts", {1}, &count, 1);
    writer.add("thumbnails", Dtype::U8, {channels_, options_.keep, found.small[0], found.small[1], found.small[2]},
               found.thumbnails.data(), found.thumbnails.size());
    writer.write(path_);
    std::vector<std::pair<fs::file_time_type, fs::path>> files;
    for (fs::directory_iterator each(folder_, problem), end; !problem && each != end; each.increment(problem)) {
      std::error_code ignored;
      if (each->path().filename().string().rfind("patches-", 0) == 0) {
        files.emplace_back(fs::last_write_time(each->path(), ignored), each->path());
      }
    }
    std::sort(files.begin(), files.end());
    for (size_t i = 0; i + kMostFiles < files.size(); ++i) fs::remove(files[i].second, problem);
  } catch (const Error&) {  // NOLINT(bugprone-empty-catch): a full disk, a folder that may not be written to
  }
}

}  // namespace striate
