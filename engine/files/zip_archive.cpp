#include "engine/files/zip_archive.h"

#include <zip.h>

#include <algorithm>
#include <memory>
#include <set>

#include "engine/error.h"
#include "engine/files/atomic_write.h"
#include "engine/files/read_file.h"

namespace striate {
namespace {

using Archive = std::unique_ptr<zip_t, decltype(&zip_discard)>;

[[noreturn]] void fail(const std::string& path, const std::string& what) {
  throw Error(fmt::format("{}: {}", path, what), "make the archive again, or copy it again");
}

[[noreturn]] void fail(const std::string& path, zip_error_t* error) { fail(path, zip_error_strerror(error)); }

// Where it lies, relative to the archive: no way out, no drive, nothing that a terminal would obey.
bool is_safe(const std::string& name) {
  if (name.empty() || name.size() > 1000 || name.front() == '/') return false;
  for (const unsigned char c : name) {
    if (c < 0x20 || c == 0x7f || c == '\\' || c == ':') return false;
  }
  for (size_t at = 0; at <= name.size();) {
    const size_t end = std::min(name.find('/', at), name.size());
    const std::string part = name.substr(at, end - at);
    if (part == ".." || part == "." || (part.empty() && end < name.size())) return false;
    at = end + 1;
  }
  return true;
}

std::vector<uint8_t> unpacked(const std::string& path, zip_t* archive, const zip_stat_t& entry) {
  const std::unique_ptr<zip_file_t, decltype(&zip_fclose)> file(zip_fopen_index(archive, entry.index, 0), zip_fclose);
  if (!file) fail(path, fmt::format("\"{}\" can't be read: {}", entry.name, zip_strerror(archive)));
  std::vector<uint8_t> bytes(entry.size);
  uint64_t have = 0;
  while (have < entry.size) {
    const zip_int64_t count = zip_fread(file.get(), bytes.data() + have, entry.size - have);
    if (count <= 0) fail(path, fmt::format("\"{}\" is damaged: {}", entry.name, zip_file_strerror(file.get())));
    have += static_cast<uint64_t>(count);
  }
  // The checksum is compared at the end, and there may be no more than was said.
  uint8_t more = 0;
  if (zip_fread(file.get(), &more, 1) != 0)
    fail(path, fmt::format("\"{}\" is damaged: {}", entry.name, zip_file_strerror(file.get())));
  return bytes;
}

}  // namespace

std::vector<ZippedFile> files_of_zip(const std::string& path) {
  const InputFile present(path);  // missing, a folder, empty: the errors that files have
  int code = 0;
  const Archive archive(zip_open(path.c_str(), ZIP_RDONLY | ZIP_CHECKCONS, &code), zip_discard);
  if (!archive) {
    zip_error_t error;
    zip_error_init_with_code(&error, code);
    const std::string why = zip_error_strerror(&error);
    zip_error_fini(&error);
    fail(path, fmt::format("not a valid zip archive: {}", why));
  }
  const zip_int64_t count = zip_get_num_entries(archive.get(), 0);
  if (count > static_cast<zip_int64_t>(kMostZipped))
    fail(path, fmt::format("it holds {} files, more than {}", count, kMostZipped));
  std::vector<ZippedFile> files;
  std::set<std::string> names;
  uint64_t total = 0;
  for (zip_int64_t i = 0; i < count; ++i) {
    zip_stat_t entry;
    if (zip_stat_index(archive.get(), static_cast<zip_uint64_t>(i), 0, &entry) != 0)
      fail(path, zip_get_error(archive.get()));
    constexpr zip_uint64_t kNeeded = ZIP_STAT_NAME | ZIP_STAT_SIZE | ZIP_STAT_INDEX;
    if ((entry.valid & kNeeded) != kNeeded) fail(path, "its directory is damaged");
    const std::string name = entry.name;
    if (!is_safe(name)) fail(path, fmt::format("the name \"{}\" leads out of it", name.substr(0, 80)));
    if (name.back() == '/') continue;
    if (!names.insert(name).second) fail(path, fmt::format("the name \"{}\" stands twice", name.substr(0, 80)));
    if ((entry.valid & ZIP_STAT_ENCRYPTION_METHOD) != 0 && entry.encryption_method != ZIP_EM_NONE)
      fail(path, fmt::format("\"{}\" is encrypted", name.substr(0, 80)));
    if (entry.size > kLargestZip - total)
      fail(path, fmt::format("its files are larger than {} together", bytes_in_words(kLargestZip)));
    total += entry.size;
    files.push_back({name, unpacked(path, archive.get(), entry)});
  }
  return files;
}

void write_zip(const std::string& path, const std::vector<ZippedFile>& files) {
  zip_error_t error;
  zip_error_init(&error);
  zip_source_t* target = zip_source_buffer_create(nullptr, 0, 0, &error);
  if (!target) fail(path, &error);
  zip_source_keep(target);  // the archive takes one, the bytes are read from the other
  const std::unique_ptr<zip_source_t, decltype(&zip_source_free)> kept(target, zip_source_free);
  Archive archive(zip_open_from_source(target, ZIP_TRUNCATE, &error), zip_discard);
  if (!archive) {
    zip_source_free(target);
    fail(path, &error);
  }
  for (const ZippedFile& file : files) {
    check(is_safe(file.name), "the name {} in an archive", file.name);
    zip_source_t* bytes = zip_source_buffer(archive.get(), file.bytes.data(), file.bytes.size(), 0);
    if (!bytes) fail(path, zip_get_error(archive.get()));
    if (zip_file_add(archive.get(), file.name.c_str(), bytes, ZIP_FL_ENC_UTF_8) < 0) {
      zip_source_free(bytes);
      fail(path, zip_get_error(archive.get()));
    }
  }
  if (zip_close(archive.get()) != 0) fail(path, zip_get_error(archive.get()));
  static_cast<void>(archive.release());  // zip_close() freed it
  zip_stat_t whole;
  zip_stat_init(&whole);
  if (zip_source_stat(target, &whole) != 0 || zip_source_open(target) != 0) fail(path, zip_source_error(target));
  std::vector<uint8_t> bytes(whole.size);
  const zip_int64_t read = zip_source_read(target, bytes.data(), bytes.size());
  zip_source_close(target);
  check(read == static_cast<zip_int64_t>(bytes.size()), "{} of {} bytes of an archive", read, bytes.size());
  AtomicFile to(path);
  to.write(bytes.data(), bytes.size());
  to.commit();
}

}  // namespace striate
