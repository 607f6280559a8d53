#include "app/command/recorder.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

#include "app/command/registry.h"
#include "engine/trimmed.h"

namespace striate {
namespace {

// Commands that say where something is, whole, so that the last of a run says everything.
constexpr std::string_view kPlaces[] = {".cursor", ".hover", ".view"};

bool says_a_place(std::string_view name) {
  for (std::string_view place : kPlaces)
    if (name.size() > place.size() && name.substr(name.size() - place.size()) == place) return true;
  return false;
}

bool is_hover(std::string_view line) {
  const std::string_view name = command_name(line);
  return name.size() > 6 && name.substr(name.size() - 6) == ".hover";
}

Error cannot_write(const std::string& path, int error) {
  return Error(fmt::format("{}: the recording cannot be written: {}", path, std::strerror(error)),
               "choose a folder that exists and that you may write to");
}

}  // namespace

Recorder::Recorder(std::string path, const std::vector<std::string>& state) : path_(std::move(path)) {
  const std::string ending = std::filesystem::path(path_).extension().string();
  if (ending != ".striate" && ending != ".txt")
    throw Error(fmt::format("{}: a recording's name ends in .striate", path_), "record session.striate");
  if (std::filesystem::is_directory(path_)) throw cannot_write(path_, EISDIR);
  part_ = path_ + ".part";
  // Not through a link that somebody laid there: it may lead anywhere.
  const int descriptor = ::open(part_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0666);
  file_ = descriptor < 0 ? nullptr : ::fdopen(descriptor, "wb");
  if (!file_ && descriptor >= 0) ::close(descriptor);
  if (!file_) throw cannot_write(path_, errno);
  write("# A recorded session. Run it again: striate play FILE");
  for (const std::string& line : state) write(line);
}

Recorder::~Recorder() {
  try {
    finish();
  } catch (const Error& error) {
    std::fputs(fmt::format("striate: error: {}\n  hint: {}\n", error.what(), error.hint()).c_str(), stderr);
  }
}

void Recorder::add(std::string_view line) {
  const std::string_view name = command_name(line);
  if (!file_ || name == "record.stop") return;
  if (says_a_place(name)) {
    if (command_name(place_) != name) flush_place();
    place_ = std::string(trimmed(line));
    return;
  }
  flush_place();
  write(trimmed(line));
}

void Recorder::flush_place() {
  if (!place_.empty()) write(std::exchange(place_, {}));
}

void Recorder::write(std::string_view line) {
  const std::string text = std::string(line) + '\n';
  if (std::fwrite(text.data(), 1, text.size(), file_) != text.size() || std::fflush(file_) != 0)
    throw cannot_write(path_, errno);
}

void Recorder::finish() {
  if (!file_) return;
  int problem = 0;
  try {
    if (!is_hover(place_)) flush_place();
  } catch (const Error&) {
    problem = errno;
  }
  if (std::fclose(std::exchange(file_, nullptr)) != 0) problem = errno;
  if (problem == 0 && std::rename(part_.c_str(), path_.c_str()) != 0) problem = errno;
  if (problem != 0) throw cannot_write(path_, problem);
}

}  // namespace striate
