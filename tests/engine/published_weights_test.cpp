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

std::string sum_of(const std::string& text) {
  Sha256 sum;
  sum.add(reinterpret_cast<const uint8_t*>(text.data()), text.size());
  return sum.hex();
}

TEST(Sha256, gives_the_standard_s_own_examples) {
  EXPECT_EQ(sum_of(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sum_of("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sum_of("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(sum_of(std::string(1'000'000, 'a')), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256, of_a_file_is_that_of_its_bytes_in_any_pieces) {
  TestFolder folder;
  const std::string text(3'000'001, 'x');
  std::ofstream(folder / "x", std::ios::binary) << text;
  EXPECT_EQ(sha256_of_file(folder / "x"), sum_of(text));
  Sha256 pieces;
  for (size_t at = 0, size = 1; at < text.size(); at += size, size = size % 130 + 1) {
    size = std::min(size, text.size() - at);
    pieces.add(reinterpret_cast<const uint8_t*>(text.data()) + at, size);
  }
  EXPECT_EQ(pieces.hex(), sum_of(text));
}

TEST(PublishedWeights, belong_to_known_models_and_have_digits_in_their_names) {
  for (const PublishedWeights& each : published_weights()) {
    EXPECT_NE(find_model(each.model), nullptr) << each.model;
    EXPECT_EQ(hash_in_name(each.file).size(), 8u) << each.file;
    EXPECT_EQ(std::string(each.page).rfind("https://", 0), 0u);
    // As many bytes as its parameters, and little more.
    const double parameters = 4.0 * static_cast<double>(build_model(each.model).totals().parameters) / (1 << 20);
    EXPECT_GT(each.megabytes, 0.99 * parameters) << each.file;
    EXPECT_LT(each.megabytes, 1.05 * parameters) << each.file;
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
