// safetensors: what is written is read back, and every rule of the format has an error that names it.
#include "engine/files/safetensors.h"

#include <cmath>
#include <limits>

#include "tests/engine/small_images.h"
#include "tests/reference.h"

namespace striate {
namespace {

FileBytes file_with(const std::string& header, size_t values) {
  FileBytes file;
  for (int i = 0; i < 8; ++i) file.push_back(static_cast<uint8_t>(static_cast<uint64_t>(header.size()) >> (8 * i)));
  file.insert(file.end(), header.begin(), header.end());
  file.resize(file.size() + values, 1);
  return file;
}

std::string error_of_tensors(const FileBytes& file) {
  try {
    SafeTensors::read(file.data(), file.size(), "test.safetensors");
    return "";
  } catch (const Error& error) {
    EXPECT_FALSE(error.hint().empty());
    return error.what();
  }
}

std::string tensor(const std::string& name, const std::string& dtype, const std::string& shape, size_t from,
                   size_t to) {
  return fmt::format(R"("{}":{{"dtype":"{}","shape":{},"data_offsets":[{},{}]}})", name, dtype, shape, from, to);
}

TEST(SafeTensors, what_is_written_is_read_back) {
  SafeTensorsWriter writer;
  const std::vector<float> values = {0, 1.5f, -2, 3e38f, 1e-40f, std::numeric_limits<float>::infinity()};
  const std::vector<uint8_t> bytes = {0, 1, 255};
  writer.add("a.weight", {2, 3}, values.data(), values.size());
  writer.add("b", Dtype::U8, {3}, bytes.data(), bytes.size());
  writer.add("nothing", Dtype::F64, {0, 7}, nullptr, 0);
  writer.add("scalar", {}, values.data() + 1, 1);
  writer.metadata["made by"] = "a test, with \"quotes\" and ü";
  TestFolder folder;
  writer.write(folder / "a.safetensors");
  const SafeTensors back = SafeTensors::read(folder / "a.safetensors");
  EXPECT_EQ(back.tensors().size(), 4u);
  EXPECT_EQ(back.floats("a.weight"), values);
  EXPECT_EQ(back.at("a.weight").shape, (std::vector<int64_t>{2, 3}));
  EXPECT_EQ(back.bytes("b"), bytes);
  EXPECT_EQ(back.floats("b"), (std::vector<float>{0, 1, 255}));
  EXPECT_TRUE(back.floats("nothing").empty());
  EXPECT_EQ(back.floats("scalar"), std::vector<float>{1.5f});
  EXPECT_EQ(back.metadata().at("made by"), writer.metadata["made by"]);
  EXPECT_EQ(folder.names(), std::vector<std::string>{"a.safetensors"});
}

TEST(SafeTensors, every_dtype_is_converted_to_float) {
  SafeTensorsWriter writer;
  const double f64 = -0.5;
  const uint16_t f16[] = {0x3C00, 0x8001, 0x7BFF, 0xFC00}, bf16 = 0x3FC0;
  const int64_t i64 = -3;
  const int32_t i32 = -70000;
  const int16_t i16 = -300;
  const int8_t i8 = -7;
  const uint8_t truth = 1;
  writer.add("f64", Dtype::F64, {1}, &f64, 8);
  writer.add("f16", Dtype::F16, {4}, f16, 8);
  writer.add("bf16", Dtype::BF16, {1}, &bf16, 2);
  writer.add("i64", Dtype::I64, {1}, &i64, 8);
  writer.add("i32", Dtype::I32, {1}, &i32, 4);
  writer.add("i16", Dtype::I16, {1}, &i16, 2);
  writer.add("i8", Dtype::I8, {1}, &i8, 1);
  writer.add("bool", Dtype::BOOL, {1}, &truth, 1);
  const std::vector<uint8_t> file = writer.to_memory();
  const SafeTensors back = SafeTensors::read(file.data(), file.size(), "test");
  EXPECT_EQ(back.floats("f64"), std::vector<float>{-0.5f});
  const std::vector<float> half = back.floats("f16");
  EXPECT_EQ(half[0], 1.0f);
  EXPECT_EQ(half[1], -std::ldexp(1.0f, -24));
  EXPECT_EQ(half[2], 65504.0f);
  EXPECT_EQ(half[3], -std::numeric_limits<float>::infinity());
  EXPECT_EQ(back.floats("bf16"), std::vector<float>{1.5f});
  EXPECT_EQ(back.floats("i64"), std::vector<float>{-3});
  EXPECT_EQ(back.floats("i32"), std::vector<float>{-70000});
  EXPECT_EQ(back.floats("i16"), std::vector<float>{-300});
  EXPECT_EQ(back.floats("i8"), std::vector<float>{-7});
  EXPECT_EQ(back.floats("bool"), std::vector<float>{1});
  EXPECT_EQ(back.doubles("f64"), std::vector<double>{-0.5});
}

TEST(SafeTensors, every_rule_has_its_error) {
  const auto header = [](const std::string& inside) { return "{" + inside + "}"; };
  const struct {
    const char* reason;
    FileBytes file;
  } cases[] = {
      {"less than the 8", {1, 2, 3}},
      {"more than 100000000", FileBytes(40, 0xFF)},
      {"the file has 0 left", {9, 0, 0, 0, 0, 0, 0, 0}},
      {"too short for {}", {1, 0, 0, 0, 0, 0, 0, 0, '{'}},
      {"does not begin with {", file_with("[]", 0)},
      {"not JSON at byte", file_with("{\"a\"", 0)},
      {"not JSON at byte", file_with("{} x", 0)},
      {"stands twice", file_with(header(tensor("a", "U8", "[1]", 0, 1) + "," + tensor("a", "U8", "[1]", 1, 2)), 2)},
      {"unknown dtype \"F12\"", file_with(header(tensor("a", "F12", "[1]", 0, 4)), 4)},
      {"negative number (-1)", file_with(header(tensor("a", "U8", "[-1]", 0, 1)), 1)},
      {"the number 1.5", file_with(header(tensor("a", "U8", "[1.5]", 0, 1)), 1)},
      {"product of its shape overflows", file_with(header(tensor("a", "F32", "[4294967296,4294967296]", 0, 0)), 0)},
      {"need 8 bytes, its data_offsets span 4", file_with(header(tensor("a", "F32", "[2]", 0, 4)), 4)},
      {"before it begins", file_with(header(tensor("a", "U8", "[1]", 1, 0)), 1)},
      {"a hole of 2 bytes", file_with(header(tensor("a", "U8", "[1]", 2, 3)), 3)},
      {"overlaps", file_with(header(tensor("a", "U8", "[2]", 0, 2) + "," + tensor("b", "U8", "[2]", 1, 3)), 3)},
      {"it is cut off", file_with(header(tensor("a", "U8", "[5]", 0, 5)), 4)},
      {"2 bytes behind the last tensor", file_with(header(tensor("a", "U8", "[1]", 0, 1)), 3)},
      {"has no dtype", file_with(R"({"a":{"shape":[1],"data_offsets":[0,1]}})", 1)},
      {"has no shape", file_with(R"({"a":{"dtype":"U8","data_offsets":[0,1]}})", 1)},
      {"has no data_offsets", file_with(R"({"a":{"dtype":"U8","shape":[1]}})", 1)},
      {"has 1 data_offsets", file_with(R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[1]}})", 1)},
      {"more than two data_offsets", file_with(R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1,2]}})", 1)},
      {"unknown entry \"more\"", file_with(R"({"a":{"dtype":"U8","more":1}})", 1)},
      {"__metadata__ holds a number", file_with(R"({"__metadata__":{"a":1}})", 0)},
      {"an object", file_with(R"({"a":{"dtype":{}}})", 0)},
  };
  for (const auto& each : cases) {
    const std::string error = error_of_tensors(each.file);
    EXPECT_NE(error.find(each.reason), std::string::npos) << "wanted: " << each.reason << "\n   got: " << error;
  }
}

TEST(SafeTensors, every_prefix_and_every_changed_byte_loads_or_is_refused) {
  const FileBytes file = file_with("{\"__metadata__\":{\"k\":\"v\"}," + tensor("a", "F32", "[2,2]", 0, 16) + "," +
                                       tensor("b", "I16", "[]", 16, 18) + "}  ",
                                   18);
  ASSERT_EQ(error_of_tensors(file), "");
  for (size_t size = 0; size < file.size(); ++size) {
    EXPECT_NE(error_of_tensors(FileBytes(file.begin(), file.begin() + size)), "") << size;
  }
  for (size_t at = 0; at < file.size(); ++at) {
    for (int value = 0; value < 256; ++value) {
      FileBytes damaged = file;
      damaged[at] = static_cast<uint8_t>(value);
      error_of_tensors(damaged);
    }
  }
}

TEST(SafeTensors, deep_brackets_are_refused_at_once) {
  EXPECT_NE(error_of_tensors(file_with("{\"a\":" + std::string(1000000, '['), 0)), "");
  EXPECT_NE(error_of_tensors(file_with(std::string(1000000, '{'), 0)), "");
}

TEST(SafeTensors, missing_tensor_and_wrong_type_are_errors) {
  const FileBytes file = file_with("{" + tensor("a", "F32", "[1]", 0, 4) + "}", 4);
  const SafeTensors tensors = SafeTensors::read(file.data(), file.size(), "test");
  EXPECT_THROW(tensors.floats("b"), Error);
  EXPECT_THROW(tensors.bytes("a"), Error);
  SafeTensorsWriter writer;
  const float one = 1;
  writer.add("a", {1}, &one, 1);
  EXPECT_THROW(writer.add("a", {1}, &one, 1), Error);
  EXPECT_THROW(writer.add("b", {2}, &one, 1), Error);
  EXPECT_THROW(writer.add("__metadata__", {1}, &one, 1), Error);
}

TEST(SafeTensors, reference_files_open) {
  STRIATE_NEEDS_REFERENCE("golden");
  for (const char* name : {"conv2d", "filters", "layers", "lenet5_training", "losses", "optimizers", "pool"}) {
    const SafeTensors file = SafeTensors::read(reference_path(std::string("golden/") + name + ".safetensors"));
    for (const SafeTensor& each : file.tensors()) {
      for (const float value : file.floats(each.name)) ASSERT_TRUE(std::isfinite(value)) << each.name;
    }
  }
}

}  // namespace
}  // namespace striate
