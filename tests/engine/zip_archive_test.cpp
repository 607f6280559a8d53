// Small zip archives: what is written is read, and nothing leads out of one.
#include "engine/files/zip_archive.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <string>

#include "engine/error.h"
#include "tests/test_folder.h"

namespace striate {
namespace {

std::vector<uint8_t> bytes_of(const std::string& text) { return {text.begin(), text.end()}; }

std::string read_text(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

void write_text(const std::string& path, const std::string& text) { std::ofstream(path, std::ios::binary) << text; }

std::string failure(const std::string& path) {
  try {
    files_of_zip(path);
  } catch (const Error& error) {
    EXPECT_FALSE(error.hint().empty());
    return error.what();
  }
  return {};
}

void replace_all(std::string& text, const std::string& from, const std::string& to) {
  ASSERT_EQ(from.size(), to.size());
  for (size_t at = text.find(from); at != std::string::npos; at = text.find(from, at)) text.replace(at, to.size(), to);
}

TEST(ZipArchive, gives_back_what_was_written_in_its_order) {
  TestFolder folder;
  const std::vector<ZippedFile> files = {{"z.md", bytes_of("words")},
                                         {"z-files/one.bin", std::vector<uint8_t>(100'000, 7)},
                                         {"z-files/ein Bild ü.png", bytes_of("x")},
                                         {"empty", {}}};
  write_zip(folder / "a.zip", files);
  const std::vector<ZippedFile> read = files_of_zip(folder / "a.zip");
  ASSERT_EQ(read.size(), files.size());
  for (size_t i = 0; i < files.size(); ++i) {
    EXPECT_EQ(read[i].name, files[i].name);
    EXPECT_EQ(read[i].bytes, files[i].bytes);
  }
  EXPECT_LT(read_text(folder / "a.zip").size(), 10'000u);  // 100,000 equal bytes deflate well
  EXPECT_EQ(folder.names().size(), 1u);                    // nothing beside it
}

TEST(ZipArchive, refuses_names_that_lead_out_of_it) {
  TestFolder folder;
  write_zip(folder / "a.zip", {{"abcdef.md", bytes_of("words")}, {"abcdeg.md", bytes_of("more")}});
  const std::string good = read_text(folder / "a.zip");
  for (const char* name : {"../def.md", "/bcdef.md", "ab/../.md", "C:cdef.md", "ab\\def.md", "a//def.md"}) {
    std::string bad = good;
    replace_all(bad, "abcdef.md", name);
    write_text(folder / "bad.zip", bad);
    EXPECT_NE(failure(folder / "bad.zip").find("leads out of it"), std::string::npos) << name;
  }
  std::string twice = good;
  replace_all(twice, "abcdeg.md", "abcdef.md");
  write_text(folder / "twice.zip", twice);
  EXPECT_FALSE(failure(folder / "twice.zip").empty());
}

TEST(ZipArchive, refuses_what_is_damaged_or_none) {
  TestFolder folder;
  write_text(folder / "text.zip", "no archive at all");
  EXPECT_NE(failure(folder / "text.zip").find("not a valid zip archive"), std::string::npos);
  EXPECT_FALSE(failure(folder / "missing.zip").empty());
  write_zip(folder / "a.zip", {{"a.md", bytes_of("some words that are stored")}});
  std::string bad = read_text(folder / "a.zip");
  bad[bad.find("a.md") + 6] ^= 1;  // in its bytes: the checksum tells
  write_text(folder / "bad.zip", bad);
  EXPECT_FALSE(failure(folder / "bad.zip").empty());
  write_text(folder / "half.zip", read_text(folder / "a.zip").substr(0, 40));
  EXPECT_FALSE(failure(folder / "half.zip").empty());
}

// Every cut and every flipped byte gives an error or files, never anything else.
TEST(ZipArchive, survives_any_damage) {
  TestFolder folder;
  write_zip(folder / "a.zip", {{"a.md", bytes_of("words")}, {"f/b", std::vector<uint8_t>(3000, 1)}});
  const std::string good = read_text(folder / "a.zip");
  for (size_t i = 0; i < good.size(); ++i) {
    std::string bad = good;
    bad[i] = static_cast<char>(bad[i] ^ 0xff);
    write_text(folder / "bad.zip", bad);
    failure(folder / "bad.zip");
    write_text(folder / "cut.zip", good.substr(0, i));
    EXPECT_FALSE(failure(folder / "cut.zip").empty()) << i;
  }
}

}  // namespace
}  // namespace striate
