// PyTorch checkpoints that hold code, that are damaged, and that are made to do harm: each is an Error that says what
// is wrong, and none needs more memory than its own size allows.
#include <gtest/gtest.h>

#include <functional>

#include "engine/error.h"
#include "engine/files/torch_file.h"
#include "tests/engine/torch_builder.h"

namespace striate {
namespace {

Error failure(const std::string& file) {
  try {
    const SafeTensors tensors = read_torch(reinterpret_cast<const uint8_t*>(file.data()), file.size(), "net.pt");
    for (const SafeTensor& tensor : tensors.tensors()) tensors.floats(tensor.name);
  } catch (const Error& error) {
    return error;
  }
  return Error("no error", "none");
}

const std::string kFour = bytes_of<float>({1, 2, 3, 4});

// {"w": the tensor}
std::string one(int64_t count, int64_t offset, const std::vector<int64_t>& shape, const std::vector<int64_t>& strides,
                const std::string& type = "FloatStorage") {
  return Pickled().op("}").text("w").tensor(type, "0", count, offset, shape, strides).op("s").stop();
}
std::string zipped(const std::string& pickle) { return torch_zip(pickle, {{"0", kFour}}); }

void expect_error(const std::string& file, const std::string& what, const std::string& hint = "") {
  const Error error = failure(file);
  EXPECT_NE(std::string(error.what()).find(what), std::string::npos) << error.what() << " lacks: " << what;
  EXPECT_NE(error.hint().find(hint), std::string::npos) << error.hint() << " lacks: " << hint;
  EXPECT_FALSE(error.hint().empty());
}

TEST(TorchHostile, program_code_is_named_and_not_run) {
  const auto holds = [](const std::string& module, const std::string& name) {
    return zipped(Pickled().global(module, name).op(")R").stop());
  };
  expect_error(holds("torchvision.models.resnet", "ResNet"),
               "net.pt holds a ResNet from torchvision.models.resnet, which is program code",
               "torch.save(model.state_dict(), \"weights.pt\")");
  expect_error(holds("timm.models", "EfficientNet"), "net.pt holds an EfficientNet from timm.models");
  for (const char* module : {"os", "posix", "nt", "builtins", "__builtin__", "subprocess", "torch.storage"}) {
    for (const char* name : {"system", "eval", "exec", "getattr", "__import__", "Popen", "_load_from_bytes"})
      expect_error(holds(module, name), "which is program code");
  }
  expect_error(holds("__torch__.net", "Net"), "which is program code");  // no TorchScript archive
  expect_error(zipped(Pickled().text("os").text("system").op("\x93").stop()), "holds a system from os");
  expect_error(holds("numpy.core.multiarray", "scalar"), "a value of NumPy's (numpy.core.multiarray.scalar)",
               "float(accuracy)");
  expect_error(holds("torch", "ComplexFloatStorage"), "numbers of the type torch.ComplexFloatStorage",
               "tensor.float()");
  expect_error(holds("torch", "float8_e4m3fn"), "numbers of the type torch.float8_e4m3fn");
  expect_error(holds("torch._utils", "_rebuild_qtensor"), "a quantized, sparse or nested tensor", "dequantize");
  expect_error(holds(std::string(900, 'm'), "f"), "...");
  // The older format too, whatever comes first.
  expect_error(Pickled().global("os", "system").op("(").text("rm").op("tR").stop(), "holds a system from os");
  // Operations that would make instances in other ways.
  expect_error(zipped(Pickled().op("(ios\nsystem\n").stop()), "protocol 0 or 1");
  for (const char* operation : {"o", "\x92", "\x82", "\x83", "\x8f", "\x90", "\x91", "~"})
    expect_error(zipped(Pickled().op(")))(").op(operation).stop()), "is not one that holds data");
  expect_error(zipped(Pickled().op("\x97").stop()), "in buffers outside of it");
}

TEST(TorchHostile, other_machines_and_formats_are_named) {
  std::vector<ZipPart> parts = torch_parts(one(4, 0, {4}, {1}), {{"0", kFour}});
  parts[1].bytes = "big";
  expect_error(zip_of(parts), "big-endian", "x86 or ARM");
  parts[1].bytes = "middle";
  expect_error(zip_of(parts), "its byte order is \"middle\"");
  expect_error(torch_legacy(one(4, 0, {4}, {1}), {{"0", kFour}}, 4, false), "big-endian");
  expect_error(std::string(257, 'a') + "ustar" + std::string(300, '\0'), "a tar archive", "torch.load");
  expect_error("GIF89a is no checkpoint", "begins neither like a zip archive nor like a pickle");
  expect_error(zip_of({{"word/document.xml", "x"}}), "a zip archive that torch.save did not write");
  expect_error(zip_of({{"a/b/data.pkl", "x"}}), "it has no data.pkl");
  expect_error(Pickled().op("]").stop(), "a pickle that torch.save did not write: it holds a list");
  expect_error(Pickled().op("\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19").stop() + Pickled().integer(9).stop(),
               "its protocol is not 1001");
}

TEST(TorchHostile, tensors_lie_within_their_storage) {
  const auto refuses = [](int64_t offset, const std::vector<int64_t>& shape, const std::vector<int64_t>& strides,
                          const char* what = "lies outside of its storage of 4") {
    expect_error(zipped(one(4, offset, shape, strides)), what);
  };
  refuses(0, {5}, {1});
  refuses(1, {4}, {1});
  refuses(4, {1}, {1});
  refuses(-1, {1}, {1});
  refuses(0, {2, 2}, {3, 1});
  refuses(0, {2}, {INT64_MAX});
  refuses(INT64_MAX, {2}, {INT64_MAX});
  refuses(0, {INT64_MAX}, {1});
  refuses(0, {3, 3}, {INT64_MAX / 2, 1});
  refuses(0, {-1}, {1}, "one of whose sizes is negative");
  refuses(3, {2}, {-1}, "one of whose strides is negative");
  refuses(0, {2}, {1, 1}, "more or fewer strides");
  refuses(0, std::vector<int64_t>(40, 1), std::vector<int64_t>(40, 1), "more than 32 dimensions");
  // A stride of 0 makes a terabyte out of one value.
  refuses(0, {1'000'000, 1'000'000}, {0, 0}, "out of a storage of 4 values");
  refuses(0, {INT64_MAX, INT64_MAX}, {0, 0}, "out of a storage of 4 values");
  // More than the file has.
  expect_error(zipped(one(5, 0, {5}, {1})), "the storage \"0\" of \"w\" needs 20 bytes, it has 16");
  expect_error(zipped(one(2'000'000'000, 0, {2'000'000'000}, {1})), "needs 8000000000 bytes, it has 16");
  expect_error(zipped(one(INT64_MAX, 0, {4}, {1})), "a storage of 9223372036854775807 values");
  expect_error(zipped(one(-4, 0, {4}, {1})), "a storage whose id is not one");
  expect_error(torch_zip(one(4, 0, {4}, {1}), {{"1", kFour}}), "\"net/data/0\" is missing");
  std::string legacy = torch_legacy(one(4, 0, {4}, {1}), {{"0", kFour}});
  expect_error(legacy.substr(0, legacy.size() - 1), "a storage of 4 values lies beyond its end");
  legacy.replace(legacy.size() - 24, 8, little(2'000'000'000, 8));
  expect_error(legacy, "a storage of 2000000000 values lies beyond its end");
  legacy.replace(legacy.size() - 24, 8, little(UINT64_MAX, 8));
  expect_error(legacy, "lies beyond its end");
  legacy.replace(legacy.size() - 24, 8, little(3, 8));
  expect_error(legacy, "needs 16 bytes, it has 12");
  expect_error(torch_legacy(one(4, 0, {4}, {1}), {}), "needs 16 bytes, it has 0");
  expect_error(torch_legacy(one(4, 0, {4}, {1}), {{"other", kFour}}), "a storage that no tensor is in");
}

TEST(TorchHostile, lists_that_hold_themselves_are_no_trouble) {
  // x = []; x.append(x); the same with dictionaries; and a state_dict that holds itself under its own name.
  expect_error(zipped(Pickled().op("]q").op(std::string(1, '\0')).op("h").op(std::string(1, '\0')).op("a").stop()),
               "what was saved is a list");
  const std::string zero(1, '\0');
  expect_error(zipped(Pickled().op("}q" + zero).text("model").op("h" + zero + "s").stop()),
               "a dictionary with \"model\"");
  expect_error(zipped(Pickled().op("}q" + zero).text("state_dict").op("h" + zero + "s").stop()), "holds no weights");
  std::vector<ZipPart> parts = torch_parts(
      Pickled().global("__torch__.n", "N").op(")\x81q" + zero + "}").text("me").op("h" + zero + "sb").stop(), {});
  parts.push_back({"net/constants.pkl", ""});
  expect_error(zip_of(parts), "nested deeper than 64");
  // Two of the next level in each: 2^40 modules in a kilobyte.
  Pickled doubling;
  doubling.op("N");
  for (int i = 0; i < 40; ++i) {
    const std::string memo(1, static_cast<char>(i));
    doubling.op("q" + memo + "0").global("__torch__.n", "N").op(")\x81}(");
    doubling.text("a").op("h" + memo).text("b").op("h" + memo).op("ub");
  }
  parts[0].bytes = doubling.stop();
  expect_error(zip_of(parts), "hold more than 2000000 values");
}

TEST(TorchHostile, what_a_pickle_may_ask_for_is_limited) {
  const auto refuses = [](const Pickled& pickle, const std::string& what) {
    expect_error(zipped(pickle.stop()), what);
  };
  refuses(Pickled().op(std::string(2000, '(')), "nested deeper than 1000 lists");
  refuses(Pickled().op(std::string(5'000'000, ']')), "it holds more than 4000000 values");
  refuses(Pickled().op("X" + little(2'000'000'000, 4) + "abc"), "a text of 2000000000 bytes");
  refuses(Pickled().op("\x8d" + little(UINT64_MAX, 8) + "abc"), "a text of 18446744073709551615 bytes");
  refuses(Pickled().op("\x8b" + little(0xFFFFFFFF, 4) + "abc"), "a text of 4294967295 bytes");
  refuses(Pickled().op("\x95" + little(1 << 30, 8)), "a part of 1073741824 bytes");
  refuses(Pickled().op("Nr" + little(0xFFFFFFFF, 4)), "it keeps more than 4000000 values");
  refuses(Pickled().op("j" + little(77, 4)), "it recalls value 77");
  refuses(Pickled().op("c" + std::string(2000, 'm')), "a name of more than 1000 bytes");
  refuses(Pickled().op("\x80\x01"), "it is of protocol 1");
  refuses(Pickled().op("0"), "it takes a value where there is none");
  refuses(Pickled().op("t"), "it gathers values where none begin");
  refuses(Pickled().op("](a"), "it takes a value where there is none");  // below the mark
  refuses(Pickled().op("](K\1u"), "a dictionary with a key but no value");
  refuses(Pickled().op("}K\1a"), "it puts values into a dictionary as if it were a list");
  refuses(Pickled().op("K\1K\2R"), "it calls a number with a number");
  refuses(Pickled().op("]}b"), "it gives attributes to a list");
  refuses(Pickled().op("K\1Q"), "a storage whose id is not one");
  refuses(Pickled().op("NN"), "it ends with 2 values");
  expect_error(zipped(Pickled().op("K").bytes), "it ends in the middle");
  // An ordered dictionary out of the same list of pairs, again and again.
  Pickled pairs;
  pairs.global("collections", "OrderedDict").op("q" + std::string(1, '\0')).op("](");
  for (int i = 0; i < 30'000; ++i) pairs.op("NN\x86");
  pairs.op("e\x85q\1");
  for (int i = 0; i < 2'000; ++i) pairs.op("0h").op(std::string(1, '\0')).op("h\1R");
  refuses(pairs, "it refers to values more than 64000000 times");
}

TEST(TorchHostile, archives_are_checked) {
  const std::vector<ZipPart> parts = torch_parts(one(4, 0, {4}, {1}), {{"0", kFour}});
  std::vector<ZipPart> changed = parts;
  changed[2].method = 8;
  expect_error(zip_of(changed), "\"net/data/0\" in it is compressed", "zip -0");
  changed = parts;
  changed[0].flags = 1;
  expect_error(zip_of(changed), "\"net/data.pkl\" in it is encrypted", "without a password");
  changed = parts;
  changed.push_back(parts[0]);
  expect_error(zip_of(changed), "the name \"net/data.pkl\" stands twice");
  std::string file = zip_of(parts);
  const size_t directory = file.find("PK\x01\x02"), end = file.size() - 22;
  expect_error(file.substr(0, end), "no directory at its end");
  const auto with = [&](size_t at, uint64_t value, int bytes) {
    std::string wrong = file;
    return wrong.replace(at, static_cast<size_t>(bytes), little(value, bytes));
  };
  expect_error(with(end + 16, 0x7FFFFFF0, 4), "its directory lies beyond its end");
  expect_error(with(end + 12, 0x7FFFFFF0, 4), "its directory is larger than 256 MB");
  expect_error(with(end + 10, 999, 2), "its directory ends after 4 of 999 entries");
  expect_error(with(directory + 28, 0xFFF0, 2), "its directory ends after 0 of 4 entries");
  expect_error(with(directory + 42, 0x7FFFFFF0, 4), "lies beyond its end");
  expect_error(with(directory + 42, 3, 4), "is not where its directory says");
  expect_error(with(directory + 20, 0x7FFFFFF0, 4), "lies beyond its end: it is cut off");
  expect_error(with(directory + 20, 0xFFFFFFFF, 4), "lacks its 64-bit sizes");
  expect_error("PK\x03\x04 and no more", "no directory at its end");
  std::string large = zip_of(parts, true);
  large.replace(large.size() - 22 - 20 + 8, 8, little(UINT64_MAX - 8, 8));
  expect_error(large, "its 64-bit record lies beyond its end");
}

TEST(TorchHostile, a_file_cut_or_damaged_at_any_byte_is_read_or_refused) {
  const std::string pickle = Pickled()
                                 .op("}(")
                                 .text("a")
                                 .tensor("FloatStorage", "0", 4, 0, {2, 2}, {1, 2})
                                 .text("b")
                                 .tensor("HalfStorage", "1", 2, 1, {1}, {1})
                                 .op("u")
                                 .stop();
  const Storages storages = {{"0", kFour}, {"1", bytes_of<uint16_t>({1, 2})}};
  for (const std::string& file : {torch_zip(pickle, storages), zip_of(torch_parts(pickle, storages), true),
                                  torch_legacy(one(4, 0, {4}, {1}), {{"0", kFour}})}) {
    EXPECT_STREQ(failure(file).what(), "no error");
    for (size_t length = 1; length < file.size(); ++length) {
      const Error error = failure(file.substr(0, length));
      EXPECT_STRNE(error.what(), "no error") << length;
      EXPECT_FALSE(error.hint().empty());
    }
    for (size_t i = 0; i < file.size(); ++i) {
      for (const int bits : {0x01, 0x80, 0xFF}) {
        std::string damaged = file;
        damaged[i] = static_cast<char>(damaged[i] ^ bits);
        EXPECT_FALSE(failure(damaged).hint().empty());
      }
    }
  }
}

}  // namespace
}  // namespace striate
