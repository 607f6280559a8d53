// SHA-256, and the table of published weights.
#include "engine/network/published_weights.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>

#include "engine/files/sha256.h"
#include "engine/network/models.h"
#include "tests/test_folder.h"

namespace striate {
namespace {

TEST(Sha256, gives_the_standard_s_own_examples) {
  EXPECT_EQ(sha256_of(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256_of("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256_of(std::string(1'000'000, 'a')), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

// Read in pieces.
TEST(Sha256, of_a_file_is_that_of_its_bytes) {
  TestFolder folder;
  const std::string text(3'000'001, 'x');
  std::ofstream(folder / "x", std::ios::binary) << text;
  EXPECT_EQ(sha256_of_file(folder / "x"), sha256_of(text));
}

TEST(PublishedWeights, belong_to_known_models_and_have_digits_in_their_names) {
  for (const PublishedWeights& each : published_weights()) {
    EXPECT_NE(find_model(each.model), nullptr) << each.model;
    EXPECT_EQ(hash_in_name(each.file).size(), 8u) << each.file;
    EXPECT_EQ(std::string(each.page).rfind("https://", 0), 0u);
    // As many bytes as its parameters, and little more.
    const double parameters = 4.0 * static_cast<double>(build_model(each.model).totals().parameters) / (1 << 20);
    EXPECT_GT(each.mebibytes, 0.99 * parameters) << each.file;
    EXPECT_LT(each.mebibytes, 1.05 * parameters) << each.file;
  }
}

TEST(PublishedWeights, digits_are_read_from_names_that_have_them) {
  EXPECT_EQ(hash_in_name("/a/resnet18-f37072fd.pth"), "f37072fd");
  EXPECT_EQ(hash_in_name("a-b-0123456789abcdef.pt"), "0123456789abcdef");
  EXPECT_EQ(hash_in_name("resnet18-latest.pth"), "");
  EXPECT_EQ(hash_in_name("resnet18-f3707.pth"), "");
  EXPECT_EQ(hash_in_name("resnet18.pth"), "");
  EXPECT_EQ(hash_in_name("a-f37072fd"), "");
}

}  // namespace
}  // namespace striate
