#include "app/command/lesson_package.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "app/command/course.h"
#include "app/command/lesson_text.h"
#include "app/command/script_files.h"
#include "engine/export/overwrite.h"
#include "engine/files/atomic_write.h"
#include "engine/files/read_file.h"
#include "engine/files/zip_archive.h"
#include "engine/trimmed.h"

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

bool lies_in_no_folder(const ZippedFile& file) { return file.name.find('/') == std::string::npos; }

// What an archive is opened for: its only .course that lies in no folder; where there is none, its only such .md.
// Throws Error.
const ZippedFile& top_of(const std::vector<ZippedFile>& files, const std::string& package) {
  const ZippedFile* found = nullptr;
  for (const ZippedFile& file : files) {
    if (!file.name.ends_with(".course") || !lies_in_no_folder(file)) continue;
    if (found)
      throw Error(fmt::format("{} holds two courses: {} and {}", package, found->name, file.name),
                  "keep one of them in it");
    found = &file;
  }
  if (found) return *found;
  for (const ZippedFile& file : files) {
    if (!file.name.ends_with(".md") || !lies_in_no_folder(file)) continue;
    if (found)
      throw Error(fmt::format("{} holds two lessons: {} and {}", package, found->name, file.name),
                  "keep one of them in it, or add a .course file that orders them");
    found = &file;
  }
  if (!found)
    throw Error(fmt::format("{} holds no lesson and no course", package),
                "it has to hold a .md or a .course file that lies in no folder");
  return *found;
}

Error is_a_course(const std::string& package) {
  return Error(fmt::format("{} holds a course, not a lesson", package),
               "open it as a course, course FILE, or one of its lessons: lesson FILE/NAME.md");
}

const ZippedFile& lesson_in(const std::vector<ZippedFile>& files, const std::string& package) {
  const ZippedFile& top = top_of(files, package);
  if (top.name.ends_with(".course")) throw is_a_course(package);
  return top;
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
    const fs::path name = name_in_archive(path);
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
  // Takes it along under the name that the lesson already has for it, where no other file has that one. Returns its
  // name.
  std::string keep(const std::string& path, const std::string& place) {
    // What would be taken for what the archive is of; names that an archive can't have.
    const bool top = place.find('/') == std::string::npos;
    if ((top && (place.ends_with(".course") || (place.ends_with(".md") && packed_.empty()))) || has_bad_sign(place))
      return take(path);
    Bytes bytes = bytes_of_file(path);
    const std::optional<Bytes> there = find(place);
    if (there && *there != bytes) return take(path);
    if (!there) files_.push_back({place, std::move(bytes)});
    return place;
  }

  // ---- of a course: several texts in one archive ----
  // A place for a text that is yet to come, so that no file takes its name: NAME.md, NAME-2.md. Lines that open `file`
  // open that. Returns it.
  std::string reserve(const std::string& file) {
    const std::string stem = fs::path(name_in_archive(file)).stem().string();
    std::string place = stem + ".md";
    for (int n = 2; find(place); ++n) place = fmt::format("{}-{}.md", stem, n);
    files_.push_back({place, {}});
    packed_[resolved_path(file)] = place;
    return place;
  }
  void reserve_also(const std::string& other_name, const std::string& place) {
    packed_[resolved_path(other_name)] = place;
  }
  // The place of a lesson of the course; empty: it is none.
  std::string packed(const std::string& file) const {
    if (packed_.empty()) return {};
    const auto found = packed_.find(resolved_path(file));
    return found == packed_.end() ? std::string() : found->second;
  }
  // What is taken from now on is this text's.
  void begin(const std::string& place) { name_ = fs::path(place).stem().string(); }
  void put(const std::string& place, const std::string& text) {
    check_length(text);
    const auto found =
        std::find_if(files_.begin(), files_.end(), [&](const ZippedFile& file) { return file.name == place; });
    if (found == files_.end()) {
      files_.push_back({place, bytes_of(text)});
    } else {
      found->bytes = bytes_of(text);
    }
  }
  void write_archive() const {
    uint64_t total = 0;
    for (const ZippedFile& file : files_) total += file.bytes.size();
    if (total > kLargestZip || files_.size() > kMostZipped)
      throw Error(fmt::format("{}: the course has {} files of {} together; {} of {} can be opened again", path_,
                              files_.size(), bytes_in_words(total), kMostZipped, bytes_in_words(kLargestZip)),
                  "leave large pictures and models beside it, or make two courses of it");
    write_zip(path_, files_);
  }

  void write(const std::string& text) {
    check_length(text);
    if (is_lesson_package(path_)) {
      std::erase_if(files_, [&](const ZippedFile& file) { return file.name == text_name(); });
      files_.insert(files_.begin(), {text_name(), bytes_of(text)});
      return write_zip(path_, files_);
    }
    write_files(fs::path(path_).parent_path(), files_);
    write_file(path_, bytes_of(text));
  }

 private:
  void check_length(const std::string& text) const {
    if (text.size() > kLargestScript)
      throw Error(fmt::format("{}: the lesson would have {}; the limit is {}", path_, bytes_in_words(text.size()),
                              bytes_in_words(kLargestScript)),
                  "begin another one: lesson.make NAME.md");
  }
  // What an archive's names must not have.
  static bool is_bad(char c) { return c == ':' || c == '\\' || static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }
  static bool has_bad_sign(const std::string& name) { return std::any_of(name.begin(), name.end(), is_bad); }
  static std::string name_in_archive(const std::string& path) {
    std::string plain = file_name(path);
    std::replace_if(plain.begin(), plain.end(), is_bad, '_');
    return plain;
  }
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
  std::map<std::string, std::string> packed_;  // of a course: its lessons' places by their resolved paths
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
  if (const std::string place = lesson.packed(path.string()); !place.empty()) return named->with(place);
  if (!fs::exists(path, problem)) return line;  // a name of the program's own, or gone
  if (!fs::is_regular_file(path, problem) || fs::file_size(path, problem) > kLargestTaken || problem) {
    left.push_back(path.string());
    return line;
  }
  const fs::path within = fs::path(named->path).lexically_normal();
  if (relative && *within.begin() != "..") {
    const std::string place = lesson.keep(path.string(), within.generic_string());
    return place == within.generic_string() ? line : named->with(place);
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

// A lesson's text with the files of its lines taken along; `file`: where it was read.
std::string packed_text(const std::string& text, const std::string& file, LessonFolder& lesson,
                        const Registry& registry, std::vector<std::string>& left) {
  const std::string folder = fs::path(file).parent_path().string();
  std::map<int, std::string> changed;  // by the number of the line
  for (const Action& action : script_of(parse_lesson(text, file)).actions) {
    if (action.kind != ActionKind::command || changed.contains(action.line)) continue;
    changed[action.line] = taken_along(action.text, folder.empty() ? "." : folder, lesson, registry, left);
    if (changed[action.line] == action.text) changed[action.line].clear();
  }
  std::string packed;
  int number = 0;
  for (const std::string_view line : lines_of(text)) {
    const auto other = changed.find(++number);
    packed += other == changed.end() || other->second.empty() ? std::string(line) : other->second;
    packed += '\n';
  }
  return packed;
}

void check_package_name(const std::string& package, const char* command) {
  if (!is_lesson_package(package) || lesson_name(package).empty())
    throw Error(fmt::format("an archive's name ends in {}, not as in '{}'", kPackageEnding, package),
                fmt::format("write: {} NAME.striate.zip", command));
}

struct Unpacked {
  FileIdentity identity;
  std::string folder;
  std::string top;              // name of its course, or of its lesson
  std::set<std::string> names;  // of all its files
  bool course() const { return top.ends_with(".course"); }
};

// Archives in folders that are gone when the program is.
class Unpacker {
 public:
  ~Unpacker() {
    std::error_code ignored;
    for (const auto& [folder, package] : packages_) fs::remove_all(folder, ignored);
  }

  const Unpacked& open(const std::string& package) {
    const FileIdentity identity = file_identity(package);
    Unpacked& known = unpacked_[resolved_path(package)];
    if (known.identity.known() && known.identity == identity) return known;
    const std::vector<ZippedFile> files = files_of_zip(package);
    Unpacked now{identity, {}, top_of(files, package).name, {}};
    now.folder = make_folder_for(package);
    write_files(now.folder, files);
    for (const ZippedFile& file : files) now.names.insert(file.name);
    return known = std::move(now);
  }

  std::string lasting_name(const std::string& file) const {
    const std::string path = absolute_path(file);
    for (const auto& [folder, package] : packages_) {
      if (!is_below(path, folder)) continue;
      const std::string within = path.substr(folder.size() + 1);
      const auto known = unpacked_.find(resolved_path(package));
      return known != unpacked_.end() && known->second.top == within && !known->second.course()
                 ? package
                 : fmt::format("{}/{}", package, within);
    }
    return file;
  }

 private:
  static std::string absolute_path(const std::string& path) {
    std::error_code ignored;
    return fs::absolute(path, ignored).lexically_normal().string();
  }

  std::string make_folder_for(const std::string& package) {
    std::error_code problem;
    const fs::path parent = fs::temp_directory_path(problem);
    std::string pattern = (parent / "striate-lesson-XXXXXX").lexically_normal().string();
    if (problem || mkdtemp(pattern.data()) == nullptr)
      throw Error(fmt::format("{}: a lesson can't be unpacked there: {}", pattern, std::strerror(errno)),
                  "set TMPDIR to a folder that you may write to");
    packages_[pattern] = absolute_path(package);
    return pattern;
  }

  std::map<std::string, Unpacked> unpacked_;     // by the archive's resolved path, as it was read last
  std::map<std::string, std::string> packages_;  // by folder, of all that were read
};

Unpacker& unpacker() {
  static Unpacker all;
  return all;
}

}  // namespace

bool is_lesson_package(const std::string& path) { return path.ends_with(kPackageEnding); }

std::string package_of(const std::string& path) {
  const size_t length = std::strlen(kPackageEnding);
  for (size_t at = path.find(kPackageEnding); at != std::string::npos; at = path.find(kPackageEnding, at + 1)) {
    const size_t end = at + length;
    std::error_code ignored;
    if (end < path.size() && path[end] != '/') continue;
    if (std::string package = path.substr(0, end); fs::is_regular_file(package, ignored)) return package;
  }
  return {};
}

bool holds_course(const std::string& package) { return unpacker().open(package).course(); }

std::string course_in(const std::string& package) {
  const Unpacked& archive = unpacker().open(package);
  if (!archive.course())
    throw Error(fmt::format("{} holds a lesson, not a course", package), "open it as a lesson: lesson FILE");
  return fmt::format("{}/{}", package, archive.top);
}

std::string lesson_file(const std::string& path) {
  std::string package = package_of(path);
  if (package.empty()) {
    if (!is_lesson_package(path)) return path;
    package = path;  // it is not there: the error says so
  }
  const Unpacked& archive = unpacker().open(package);
  if (package.size() == path.size()) {
    if (archive.course()) throw is_a_course(package);
    return (fs::path(archive.folder) / archive.top).string();
  }
  const std::string within = fs::path(path.substr(package.size() + 1)).lexically_normal().generic_string();
  if (!archive.names.contains(within))
    throw Error(fmt::format("{} holds no {}", package, within), "open the archive again: it may have been packed anew");
  return lesson_file((fs::path(archive.folder) / within).string());  // an archive in it
}

std::string lasting_name(const std::string& file) { return unpacker().lasting_name(file); }

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
  check_package_name(package, "lesson.pack");
  const std::string text = text_of_file(file);
  MadeLesson made{static_cast<int>(parse_lesson(text, file).steps.size()), {}};
  LessonFolder lesson(package);
  lesson.write(packed_text(text, file, lesson, registry, made.left));
  return made;
}

MadeCourse pack_course(const std::string& path, const std::string& package, const Registry& registry) {
  check_package_name(package, "course.pack");
  const std::string named = is_lesson_package(path) ? course_in(path) : path;
  const std::string text = text_of_file(lesson_file(named));
  const Course course = parse_course(text, named);
  LessonFolder archive(package);
  const std::string place = fs::path(named).stem().string() + ".course";
  archive.put(place, text);  // the first file of an archive says what it is
  MadeCourse made;
  // All names come before all texts: lessons open each other.
  std::map<int, std::string> places;  // by the number of the line
  for (const PlannedLesson& lesson : course.lessons) {
    if (!own_lesson(lesson.name).empty()) continue;
    const std::string file = lesson_file(lesson.name);
    places[lesson.line] = archive.reserve(file);
    archive.reserve_also(lesson.name, places[lesson.line]);
    ++made.lessons;
  }
  for (const PlannedLesson& lesson : course.lessons) {
    if (!places.contains(lesson.line)) continue;
    const std::string file = lesson_file(lesson.name);
    archive.begin(places[lesson.line]);
    archive.put(places[lesson.line], packed_text(text_of_file(file), file, archive, registry, made.left));
  }
  std::string plan;
  int number = 0;
  for (const std::string_view line : lines_of(text)) {
    const auto packed = places.find(++number);
    if (packed == places.end()) {
      plan += line;
    } else {
      const std::string_view words = trimmed(line);
      plan += fmt::format("{} {}", words.substr(0, words.find_first_of(" \t")), packed->second);
    }
    plan += '\n';
  }
  archive.put(place, plan);
  archive.write_archive();
  return made;
}

}  // namespace striate
