#include "engine/export/overwrite.h"

#include <sys/stat.h>

#include <algorithm>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string_view>
#include <system_error>

#include "engine/error.h"
#include "engine/files/formats.h"
#include "engine/files/read_file.h"
#include "engine/files/safetensors.h"
#include "engine/network/architecture.h"

namespace striate {
namespace fs = std::filesystem;
namespace {

constexpr size_t kLooked = 64 * 1024;              // bytes from a file's beginning that say its kind
constexpr size_t kGraphLooked = size_t{64} << 20;  // of an ONNX file without weights in it
constexpr int kMaxLinks = 40;                      // as the kernel has it
constexpr uint64_t kLargestHeader = 100'000'000;   // of safetensors

// The beginning of a file that is not empty.
struct Beginning {
  std::string bytes;
  uint64_t size = 0;  // of the whole file

  bool starts(std::string_view with) const { return bytes.compare(0, with.size(), with) == 0; }
  bool holds(std::string_view what) const { return bytes.find(what) != std::string::npos; }
  uint8_t at(size_t i) const { return i < bytes.size() ? static_cast<uint8_t>(bytes[i]) : uint8_t{0}; }
};

std::string read_beginning(const std::string& path, size_t most) {
  std::ifstream file(path, std::ios::binary);
  std::string bytes(most, '\0');
  file.read(bytes.data(), static_cast<std::streamsize>(most));
  bytes.resize(static_cast<size_t>(std::max<std::streamsize>(0, file.gcount())));
  return bytes;
}

bool is_text(const Beginning& file) {
  return std::none_of(file.bytes.begin(), file.bytes.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 32 && c != '\n' && c != '\r' && c != '\t' && c != '\f';
  });
}

bool is_picture(const Beginning& file) {
  const Bytes bytes(reinterpret_cast<const uint8_t*>(file.bytes.data()), std::min<size_t>(file.bytes.size(), 4096));
  // Not TGA: it has no signature, and nothing here writes it.
  for (const ImageFormat* format : {&kPng, &kJpeg, &kGif, &kBmp, &kPsd, &kPnm, &kTiff})
    if (format->matches(bytes)) return true;
  return file.starts("RIFF") && file.bytes.compare(8, 4, "WEBP") == 0;
}

bool is_drawing(const Beginning& file) {
  return is_text(file) && (file.starts("<svg") || (file.starts("<?xml") && file.holds("<svg")));
}

bool is_film(const Beginning& file) {
  return kGif.matches(Bytes(reinterpret_cast<const uint8_t*>(file.bytes.data()), file.bytes.size())) ||
         std::string_view(file.bytes).substr(0, 8).ends_with("ftyp");
}

bool is_document(const Beginning& file) { return file.starts("%PDF-"); }

bool is_weights(const Beginning& file) {
  uint64_t header = 0;
  for (size_t i = 8; i-- > 0;) header = header << 8 | file.at(i);
  return file.size > 9 && header <= std::min<uint64_t>(kLargestHeader, file.size - 8) && file.at(8) == '{';
}

// A ModelProto: the version of the format comes first, then one of its other fields.
bool is_onnx(const Beginning& file) {
  constexpr uint8_t kTags[] = {0x12, 0x1a, 0x22, 0x28, 0x32, 0x3a, 0x42, 0x72, 0xa2};
  return file.at(0) == 0x08 && file.at(1) > 0 && file.at(1) < 100 &&
         std::find(std::begin(kTags), std::end(kTags), file.at(2)) != std::end(kTags);
}

bool is_training_log(const Beginning& file) { return is_text(file) && file.starts("step,epoch,"); }
bool is_curves(const Beginning& file) { return is_text(file) && file.starts("step,loss,"); }

bool is_grid(const Beginning& file) { return is_text(file) && file.starts("row,column,value"); }
bool is_labels(const Beginning& file) { return is_text(file) && file.starts("picture,about,label,"); }
bool is_units(const Beginning& file) { return is_text(file) && file.starts("unit,"); }

bool is_network_text(const Beginning& file) {
  if (!is_text(file) || file.size > file.bytes.size()) return false;
  try {
    Architecture::parse(file.bytes);
    return true;
  } catch (const Error&) {
    return false;
  }
}

bool is_lesson(const Beginning& file) {
  return is_text(file) && (file.holds("```striate") || file.holds("```try") || file.holds("\npage: "));
}

// Its first file is called *.md: the header of 30 bytes has the name's length at byte 26.
bool is_package(const Beginning& file) {
  if (!file.starts("PK\x03\x04")) return false;
  const size_t length = static_cast<size_t>(file.at(26) | file.at(27) << 8);
  return file.bytes.size() >= 30 + length && std::string_view(file.bytes).substr(30, length).ends_with(".md");
}

bool is_recording(const Beginning& file) { return is_text(file) && file.starts("# A recorded session"); }

// Every line that is there in full has a tab.
bool is_table(const Beginning& file) {
  const std::string_view first = std::string_view(file.bytes).substr(0, file.bytes.find('\n'));
  return is_text(file) && first.find('\t') != std::string_view::npos;
}

struct KindRow {
  FileKind kind;
  const char* words;
  bool (*matches)(const Beginning& file);
};
constexpr KindRow kKinds[] = {
    {FileKind::picture, "a picture", is_picture},
    {FileKind::drawing, "a drawing (SVG)", is_drawing},
    {FileKind::film, "a film", is_film},
    {FileKind::document, "a PDF", is_document},
    {FileKind::weights, "a file of weights (safetensors)", is_weights},
    {FileKind::onnx, "an ONNX model", is_onnx},
    {FileKind::training_log, "a log of a training", is_training_log},
    {FileKind::curves, "exported curves", is_curves},
    {FileKind::grid, "a grid of values", is_grid},
    {FileKind::labels, "a list of labels", is_labels},
    {FileKind::recording, "a recorded session", is_recording},
    {FileKind::units, "values of units", is_units},
    {FileKind::lesson, "a lesson", is_lesson},
    {FileKind::package, "a packed lesson", is_package},
    {FileKind::table, "a table with tabs", is_table},
    {FileKind::network_text, "a network's text", is_network_text},
    {FileKind::python, "a script", is_text},
};

const KindRow& row_of(FileKind kind) {
  return *std::find_if(std::begin(kKinds), std::end(kKinds), [kind](const KindRow& row) { return row.kind == kind; });
}

// What a file is, for the message.
std::string found_in_words(const Beginning& file) {
  for (const KindRow& row : kKinds)
    if (row.kind != FileKind::python && row.matches(file)) return row.words;
  return is_text(file) ? "another text" : "another kind of file";
}

std::string hint_of(const Overwrite& asked, const char* what) {
  return fmt::format("{}{}", what, asked.has_force ? ", or write over it with --force" : "");
}

// False where there is nothing that could be lost: no file, an empty one, something that is no file at all.
bool is_there(const std::string& path, struct stat* status) {
  return ::stat(path.c_str(), status) == 0 && S_ISREG(status->st_mode) && status->st_size > 0;
}

void refuse_inputs(const Overwrite& asked, const struct stat& there) {
  for (const std::string& input : asked.inputs) {
    struct stat other = {};
    if (input.empty() || ::stat(input.c_str(), &other) != 0) continue;
    if (other.st_dev != there.st_dev || other.st_ino != there.st_ino) continue;
    const std::string which = input == asked.path ? "what is read" : fmt::format("what is read, {}", input);
    throw Error(fmt::format("{} would be written over {}", asked.path, which), hint_of(asked, "give it another name"));
  }
}

// Weights say in their metadata for what they were written; the data of an ONNX file are named in it.
bool was_written_for(const std::string& path, FileKind kind, const std::string& output) {
  if (kind == FileKind::weights) {
    try {
      const SafeTensors file = SafeTensors::open(path);
      const auto found = file.metadata().find(kWrittenForKey);
      return found != file.metadata().end() && found->second == file_name(output);
    } catch (const Error&) {
      return false;
    }
  }
  const std::string graph = read_beginning(output, kGraphLooked);
  const std::string_view head = std::string_view(graph).substr(0, 256);
  return head.find("Striate") != std::string_view::npos && graph.find(file_name(path)) != std::string::npos;
}

}  // namespace

const char* kind_in_words(FileKind kind) { return row_of(kind).words; }

FileIdentity file_identity(const std::string& path) {
  struct stat info = {};
  if (path.empty() || ::stat(path.c_str(), &info) != 0) return {};
  return {info.st_dev, info.st_ino, static_cast<uint64_t>(info.st_size), info.st_mtim.tv_sec, info.st_mtim.tv_nsec};
}

void check_overwrite(const Overwrite& asked) {
  struct stat there = {};
  if (asked.force || !is_there(asked.path, &there)) return;
  refuse_inputs(asked, there);
  const Beginning file{read_beginning(asked.path, kLooked), static_cast<uint64_t>(there.st_size)};
  if (row_of(asked.kind).matches(file)) return;
  throw Error(
      fmt::format("{} is there already and is {}, not {}", asked.path, found_in_words(file), kind_in_words(asked.kind)),
      hint_of(asked, "give another name"));
}

void check_overwrite_beside(const Overwrite& asked, const std::string& output) {
  struct stat there = {};
  if (asked.force || !is_there(asked.path, &there)) return;
  refuse_inputs(asked, there);
  if (was_written_for(asked.path, asked.kind, output)) return;
  throw Error(
      fmt::format("{} is there already and does not belong to {}: it would be replaced", asked.path, file_name(output)),
      hint_of(asked, "what belongs to a file is written beside it: give the output another name"));
}

std::string resolved_path(const std::string& path) {
  std::deque<fs::path> rest;
  const auto put_in_front = [&](const fs::path& more) { rest.insert(rest.begin(), more.begin(), more.end()); };
  put_in_front(fs::absolute(path));
  fs::path done = "/";
  int links = 0;
  while (!rest.empty()) {
    const fs::path part = rest.front();
    rest.pop_front();
    if (part.empty() || part == "." || part == "/") continue;
    if (part == "..") {
      done = done.parent_path();
      continue;
    }
    const fs::path next = done / part;
    std::error_code failure;
    if (!fs::is_symlink(fs::symlink_status(next, failure))) {
      done = next;
      continue;
    }
    const fs::path target = fs::read_symlink(next, failure);
    if (failure || ++links > kMaxLinks)
      throw Error(fmt::format("{}: its links lead nowhere", path), "name the file itself");
    if (target.is_absolute()) done = "/";
    put_in_front(target);
  }
  return done.string();
}

bool is_below(const std::string& path, const std::string& folder) {
  const std::string begin = folder.empty() || folder.back() == '/' ? folder : folder + '/';
  return path.size() > begin.size() && path.compare(0, begin.size(), begin) == 0;
}

bool same_place(const std::string& a, const std::string& b) {
  return !a.empty() && !b.empty() && resolved_path(a) == resolved_path(b);
}

}  // namespace striate
