#include "app/command/lesson_package.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <map>
#include <optional>
#include <utility>

#include "app/command/lesson_text.h"
#include "app/command/script_files.h"
#include "engine/export/overwrite.h"
#include "engine/files/atomic_write.h"
#include "engine/files/read_file.h"
#include "engine/files/zip_archive.h"

namespace striate {
namespace fs = std::filesystem;
namespace {

using Bytes = std::vector<uint8_t>;

Bytes bytes_of_file(const std::string& path) {
  const InputFile file(path);
  Bytes bytes(file.size());
  file.read(0, bytes.size(), bytes.data());
  return bytes;
}

Bytes bytes_of(const std::string& text) { return {text.begin(), text.end()}; }

void write_file(const std::string& path, const Bytes& bytes) {
  AtomicFile file(path);
  file.write(bytes.data(), bytes.size());
  file.commit();
}

void make_folder(const fs::path& folder) {
  std::error_code problem;
  fs::create_directories(folder, problem);
  if (problem)
    throw Error(fmt::format("{}: the folder cannot be made: {}", folder.string(), problem.message()),
                "choose a place that you may write to");
}

void write_files(const fs::path& folder, const std::vector<ZippedFile>& files) {
  for (const ZippedFile& file : files) {
    make_folder((folder / file.name).parent_path());
    write_file((folder / file.name).string(), file.bytes);
  }
}

// The only .md that lies in no folder. Throws Error.
const ZippedFile& lesson_in(const std::vector<ZippedFile>& files, const std::string& package) {
  const ZippedFile* found = nullptr;
  for (const ZippedFile& file : files) {
    if (!file.name.ends_with(".md") || file.name.find('/') != std::string::npos) continue;
    if (found)
      throw Error(fmt::format("{} holds two lessons: {} and {}", package, found->name, file.name),
                  "keep one of them in it");
    found = &file;
  }
  if (!found)
    throw Error(fmt::format("{} holds no lesson", package), "it has to hold a .md file that lies in no folder");
  return *found;
}

// "harbor" of "/home/ada/harbor.striate.zip" and of "harbor.md".
std::string lesson_name(const std::string& path) {
  const std::string file = file_name(path);
  return is_lesson_package(file) ? file.substr(0, file.size() - std::strlen(kPackageEnding))
                                 : fs::path(file).stem().string();
}

// A lesson in either form while it is being written.
class LessonFolder {
 public:
  explicit LessonFolder(std::string path) : path_(std::move(path)), name_(lesson_name(path_)) {
    if ((!is_lesson_package(path_) && fs::path(path_).extension() != ".md") || name_.empty())
      throw Error(fmt::format("a lesson's name ends in .md or {}, not as in '{}'", kPackageEnding, path_),
                  "write: lesson.make NAME.md");
  }

  std::string text_name() const { return name_ + ".md"; }

  // What is there already. Returns its text.
  std::string read() {
    if (!is_lesson_package(path_)) return text_of_file(path_);
    files_ = files_of_zip(path_);
    const ZippedFile& text = lesson_in(files_, path_);
    name_ = fs::path(text.name).stem().string();
    return {text.bytes.begin(), text.bytes.end()};
  }

  // Takes a file along; returns its name as the lesson's lines say it. One of the same name and bytes is the same.
  std::string take(const std::string& path) {
    const Bytes bytes = bytes_of_file(path);
    std::string plain = file_name(path);
    for (char& c : plain) {
      if (c == ':' || c == '\\' || static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '_';
    }
    const fs::path name = plain;
    for (int n = 1;; ++n) {
      const std::string numbered =
          n == 1 ? name.string() : fmt::format("{}-{}{}", name.stem().string(), n, name.extension().string());
      std::string place = name_ + "-files/" + numbered;
      const std::optional<Bytes> there = find(place);
      if (there && *there != bytes) continue;
      if (!there) files_.push_back({place, bytes});
      return place;
    }
  }
  // Takes it along under the name that the lesson already has for it.
  void keep(const std::string& path, const std::string& place) {
    if (!find(place)) files_.push_back({place, bytes_of_file(path)});
  }

  void write(const std::string& text) {
    if (text.size() > kLargestScript)
      throw Error(fmt::format("{}: the lesson would have {}; the limit is {}", path_, bytes_in_words(text.size()),
                              bytes_in_words(kLargestScript)),
                  "begin another one: lesson.make NAME.md");
    if (is_lesson_package(path_)) {
      std::erase_if(files_, [&](const ZippedFile& file) { return file.name == text_name(); });
      files_.insert(files_.begin(), {text_name(), bytes_of(text)});
      return write_zip(path_, files_);
    }
    write_files(fs::path(path_).parent_path(), files_);
    write_file(path_, bytes_of(text));
  }

 private:
  std::optional<Bytes> find(const std::string& place) const {
    for (const ZippedFile& file : files_) {
      if (file.name == place) return file.bytes;
    }
    std::error_code ignored;
    const fs::path beside = fs::path(path_).parent_path() / place;
    if (is_lesson_package(path_) || !fs::exists(beside, ignored)) return std::nullopt;
    return bytes_of_file(beside.string());
  }

  std::string path_, name_;
  std::vector<ZippedFile> files_;
};

// The line with its file taken along; what can't be is in `left`.
std::string taken_along(const std::string& line, const std::string& folder, LessonFolder& lesson,
                        const Registry& registry, std::vector<std::string>& left) {
  const std::optional<FileInLine> named = file_in(line, registry);
  if (!named || named->use != FileUse::read) return line;
  std::error_code problem;
  const fs::path beside = fs::path(folder) / named->path;
  const bool relative = !folder.empty() && !fs::path(named->path).is_absolute() && fs::exists(beside, problem);
  const fs::path path = relative ? beside : fs::path(named->path);
  if (!fs::exists(path, problem)) return line;  // a name of the program's own, or gone
  if (!fs::is_regular_file(path, problem) || fs::file_size(path, problem) > kLargestTaken || problem) {
    left.push_back(path.string());
    return line;
  }
  const fs::path within = fs::path(named->path).lexically_normal();
  if (relative && *within.begin() != "..") {
    lesson.keep(path.string(), within.generic_string());
    return line;
  }
  return named->with(lesson.take(path.string()));
}

std::string block_of(const std::vector<std::string>& lines, LessonFolder& lesson, const Registry& registry,
                     std::vector<std::string>& left) {
  std::string text = "```striate\n";
  for (const std::string& line : lines) text += taken_along(line, "", lesson, registry, left) + "\n";
  return text + "```\n";
}

constexpr const char* kWords = "Write here what a student should see, and link [words](input) to things.\n\n";

// Folders that are gone when the program is.
class TemporaryFolders {
 public:
  ~TemporaryFolders() {
    std::error_code ignored;
    for (const std::string& folder : all_) fs::remove_all(folder, ignored);
  }
  std::string make() {
    std::error_code problem;
    const fs::path parent = fs::temp_directory_path(problem);
    std::string pattern = (parent / "striate-lesson-XXXXXX").string();
    if (problem || mkdtemp(pattern.data()) == nullptr)
      throw Error(fmt::format("{}: a lesson can't be unpacked there: {}", pattern, std::strerror(errno)),
                  "set TMPDIR to a folder that you may write to");
    return all_.emplace_back(pattern);
  }

 private:
  std::vector<std::string> all_;
};

}  // namespace

bool is_lesson_package(const std::string& path) { return path.ends_with(kPackageEnding); }

std::string lesson_file(const std::string& path) {
  if (!is_lesson_package(path)) return path;
  static TemporaryFolders folders;
  static std::map<std::string, std::pair<FileIdentity, std::string>> unpacked;
  const FileIdentity identity = file_identity(path);
  auto& [known, lesson] = unpacked[resolved_path(path)];
  if (known.known() && known == identity) return lesson;
  const std::vector<ZippedFile> files = files_of_zip(path);
  const std::string name = lesson_in(files, path).name;
  const fs::path folder = folders.make();
  write_files(folder, files);
  lesson = (folder / name).string();
  known = identity;
  return lesson;
}

MadeLesson make_lesson(const std::string& path, const std::string& front, const std::vector<std::string>& lines,
                       const Registry& registry) {
  LessonFolder lesson(path);
  MadeLesson made{1, {}};
  lesson.write(front + "\n" + kWords + block_of(lines, lesson, registry, made.left));
  return made;
}

MadeLesson add_step(const std::string& path, const std::string& heading, const std::vector<std::string>& lines,
                    const Registry& registry) {
  LessonFolder lesson(path);
  std::string text = lesson.read();
  const Lesson before = parse_lesson(text, path);
  MadeLesson made{static_cast<int>(before.steps.size()) + 1, {}};
  if (!text.ends_with('\n')) text += '\n';
  text += fmt::format("\n## {}\n\n{}", heading, kWords);
  std::vector<std::string> block = lines;
  // A step may be of another page than the lesson.
  std::erase(block, "page " + before.page);
  text += block_of(block, lesson, registry, made.left);
  lesson.write(text);
  return made;
}

MadeLesson pack_lesson(const std::string& file, const std::string& package, const Registry& registry) {
  if (!is_lesson_package(package))
    throw Error(fmt::format("an archive's name ends in {}, not as in '{}'", kPackageEnding, package),
                "write: lesson.pack NAME.striate.zip");
  const std::string text = text_of_file(file), folder = fs::path(file).parent_path().string();
  const Lesson source = parse_lesson(text, file);
  LessonFolder lesson(package);
  MadeLesson made{static_cast<int>(source.steps.size()), {}};
  std::map<int, std::string> changed;  // by the number of the line
  for (const Action& action : script_of(source).actions) {
    if (action.kind != ActionKind::command || changed.contains(action.line)) continue;
    changed[action.line] = taken_along(action.text, folder.empty() ? "." : folder, lesson, registry, made.left);
    if (changed[action.line] == action.text) changed[action.line].clear();
  }
  std::string packed;
  int number = 0;
  for (const std::string_view line : lines_of(text)) {
    const auto other = changed.find(++number);
    packed += other == changed.end() || other->second.empty() ? std::string(line) : other->second;
    packed += '\n';
  }
  lesson.write(packed);
  return made;
}

}  // namespace striate
