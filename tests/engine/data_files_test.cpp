// IDX and CIFAR-10 files: what is written is read back, and every rule of a format has an error that names it.
#include <zlib.h>

#include <cmath>

#include "engine/files/cifar.h"
#include "engine/files/idx.h"
#include "tests/engine/small_images.h"
#include "tests/reference.h"

namespace striate {
namespace {

FileBytes gzipped(const FileBytes& bytes) {
  FileBytes packed(bytes.size() + 100);
  z_stream stream{};
  deflateInit2(&stream, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
  stream.next_in = const_cast<Bytef*>(bytes.data());
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = packed.data();
  stream.avail_out = static_cast<uInt>(packed.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

const FileBytes kSmall = {0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 255};

// Empty where the file is read.
std::string error_of_idx(const FileBytes& file) {
  try {
    const IdxArray array = read_idx(file.data(), file.size(), "test.idx");
    int64_t count = 1;
    for (const int64_t size : array.shape) count *= size;
    EXPECT_EQ(array.count(), count);
    EXPECT_EQ(static_cast<int64_t>(array.doubles().size()), count);
    return "";
  } catch (const Error& error) {
    EXPECT_FALSE(error.hint().empty());
    EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos);
    return error.what();
  }
}

TEST(Idx, a_small_file_is_read_plain_and_packed) {
  for (const FileBytes& file : {kSmall, gzipped(kSmall)}) {
    const IdxArray array = read_idx(file.data(), file.size(), "test");
    EXPECT_EQ(array.type, IdxType::u8);
    EXPECT_EQ(array.shape, (std::vector<int64_t>{2, 2, 3}));
    EXPECT_EQ(array.doubles(), (std::vector<double>{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 255}));
    EXPECT_EQ(idx_bytes(array), kSmall);
  }
}

TEST(Idx, every_type_is_read) {
  const struct {
    uint8_t type;
    FileBytes value;
    double number;
  } cases[] = {{0x08, {200}, 200},
               {0x09, {200}, -56},
               {0x0B, {0xFF, 0x00}, -256},
               {0x0C, {0xFF, 0xFF, 0xFF, 0xFE}, -2},
               {0x0D, {0x3F, 0xC0, 0, 0}, 1.5},
               {0x0E, {0xC0, 0x04, 0, 0, 0, 0, 0, 0}, -2.5}};
  for (const auto& each : cases) {
    FileBytes file = {0, 0, each.type, 1, 0, 0, 0, 1};
    file.insert(file.end(), each.value.begin(), each.value.end());
    const IdxArray array = read_idx(file.data(), file.size(), "test");
    EXPECT_EQ(array.doubles(), std::vector<double>{each.number}) << int{each.type};
    EXPECT_EQ(idx_type_size(array.type), each.value.size());
  }
}

TEST(Idx, every_rule_has_its_error) {
  const auto with = [](size_t at, uint8_t value) {
    FileBytes file = kSmall;
    file[at] = value;
    return file;
  };
  FileBytes longer = kSmall, packed = gzipped(kSmall), damaged = packed, behind = packed, wrong_sum = packed;
  longer.push_back(0);
  damaged[packed.size() / 2] ^= 0xFF;
  behind.push_back(1);
  wrong_sum[packed.size() - 8] ^= 1;
  FileBytes huge = {0, 0, 8, 5};
  huge.resize(24, 0xFF);
  const struct {
    const char* reason;
    FileBytes file;
  } cases[] = {
      {"it has 3 bytes", {0, 0, 8}},
      {"begins with the bytes 01 00", with(0, 1)},
      {"the type 0x0a is unknown", with(2, 10)},
      {"it would have 6 dimensions", with(3, 6)},
      {"it would have 0 dimensions", with(3, 0)},
      {"ends within its header", {0, 0, 8, 2, 0, 0, 0, 1}},
      {"the product of its sizes overflows", huge},
      {"the file can hold 12: it is cut off", with(7, 3)},
      {"more bytes than 1 x 2 x 3", with(7, 1)},
      {"more bytes than 2 x 2 x 3", longer},
      {"it is cut off", FileBytes(kSmall.begin(), kSmall.end() - 1)},
      {"compressed data (gzip) are damaged", damaged},
      {"1 bytes stand behind their end", behind},
      {"incorrect data check", wrong_sum},
      {"they are cut off after", FileBytes(packed.begin(), packed.end() - 9)},
      {"there are 12: it is cut off", gzipped(with(7, 3))},
  };
  for (const auto& each : cases) {
    const std::string error = error_of_idx(each.file);
    EXPECT_NE(error.find(each.reason), std::string::npos) << "wanted: " << each.reason << "\n   got: " << error;
    EXPECT_EQ(error.rfind("test.idx: ", 0), 0u) << error;
  }
}

TEST(Idx, every_prefix_and_every_changed_byte_loads_or_is_refused) {
  for (const FileBytes& file : {kSmall, gzipped(kSmall)}) {
    ASSERT_EQ(error_of_idx(file), "");
    for (size_t size = 0; size < file.size(); ++size)
      EXPECT_NE(error_of_idx(FileBytes(file.begin(), file.begin() + static_cast<int64_t>(size))), "") << size;
    for (size_t at = 0; at < file.size(); ++at) {
      for (int value = 0; value < 256; ++value) {
        FileBytes changed = file;
        changed[at] = static_cast<uint8_t>(value);
        error_of_idx(changed);
      }
    }
  }
}

TEST(Idx, a_packed_file_that_claims_too_much_is_refused_before_memory_is_taken) {
  FileBytes claim = {0, 0, 0x0E, 3, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0};  // 8 TiB
  for (const FileBytes& file : {claim, gzipped(claim)}) {
    const std::string error = error_of_idx(file);
    EXPECT_NE(error.find("the file can hold"), std::string::npos) << error;
  }
}

TEST(Cifar, batches_are_read_whole_or_cut) {
  FileBytes file(2 * 3073, 0);
  file[0] = 3;
  file[3073] = 9;
  file[1] = 10;            // red, first pixel
  file[1 + 1024] = 20;     // green
  file[3073 + 3072] = 30;  // blue, last pixel of the second
  const CifarBatch batch = read_cifar10(file.data(), file.size(), "test");
  EXPECT_EQ(batch.labels, (std::vector<int>{3, 9}));
  EXPECT_EQ(batch.pixels.size(), 2u * 3072);
  EXPECT_EQ(batch.pixels[0], 10);
  EXPECT_EQ(batch.pixels[1024], 20);
  EXPECT_EQ(batch.pixels[2 * 3072 - 1], 30);
  EXPECT_STREQ(cifar10_classes()[3], "cat");
}

TEST(Cifar, every_rule_has_its_error) {
  FileBytes good(3073, 0), label = good, longer = good;
  label[0] = 10;
  longer.push_back(0);
  const struct {
    const char* reason;
    FileBytes file;
  } cases[] = {{"one picture has 3073", FileBytes(3072, 0)},
               {"one picture has 3073", {}},
               {"1 pictures of 3073 bytes and 1 bytes more: it is cut off", longer},
               {"picture 0 has the label 10", label}};
  for (const auto& each : cases) {
    try {
      read_cifar10(each.file.data(), each.file.size(), "test.bin");
      ADD_FAILURE() << each.reason;
    } catch (const Error& error) {
      EXPECT_NE(std::string(error.what()).find(each.reason), std::string::npos) << error.what();
      EXPECT_FALSE(error.hint().empty());
    }
  }
}

}  // namespace
}  // namespace striate
