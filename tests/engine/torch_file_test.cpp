// PyTorch checkpoints: number types, views, which tensors are the weights, files that torch itself wrote.
#include "engine/files/torch_file.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <functional>

#include "engine/error.h"
#include "tests/engine/torch_builder.h"
#include "tests/source_dir.h"
#include "tests/test_folder.h"

namespace striate {
namespace {

using Floats = std::vector<float>;

SafeTensors read(const std::string& file) {
  return read_torch(reinterpret_cast<const uint8_t*>(file.data()), file.size(), "net.pt");
}

std::vector<std::string> names_of(const SafeTensors& file) {
  std::vector<std::string> names;
  for (const SafeTensor& tensor : file.tensors()) names.push_back(tensor.name);
  return names;
}

// The length of a safetensors' header, 640 or 1,376,896, begins with the bytes of a pickle.
TEST(TorchFile, safetensors_are_not_taken_for_pickles_by_the_length_of_their_header) {
  const TestFolder folder;
  for (const size_t length : {size_t{0x0280}, size_t{0x150280}, size_t{0x0380}}) {
    std::string header = R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})";
    header.resize(length, ' ');
    std::string bytes;
    for (int i = 0; i < 8; ++i) bytes += static_cast<char>(length >> (8 * i) & 255);
    std::ofstream(folder / "a.safetensors", std::ios::binary) << bytes << header << bytes_of<float>({2.5f});
    EXPECT_FALSE(is_torch_file(folder / "a.safetensors")) << length;
    EXPECT_EQ(open_tensors(folder / "a.safetensors").floats("a"), Floats{2.5f});
  }
}

TEST(TorchFile, every_number_type_is_read_in_both_formats) {
  struct Row {
    const char* storage;
    Dtype dtype;
    std::string bytes;
    Floats values;
  };
  const Row rows[] = {{"DoubleStorage", Dtype::F64, bytes_of<double>({0.1, -2}), {0.1f, -2}},
                      {"FloatStorage", Dtype::F32, bytes_of<float>({1.5f, -3e8f}), {1.5f, -3e8f}},
                      {"HalfStorage", Dtype::F16, bytes_of<uint16_t>({0x3E00, 0xC000}), {1.5f, -2}},
                      {"BFloat16Storage", Dtype::BF16, bytes_of<uint16_t>({0x3FC0, 0xC000}), {1.5f, -2}},
                      {"LongStorage", Dtype::I64, bytes_of<int64_t>({-5, 7}), {-5, 7}},
                      {"IntStorage", Dtype::I32, bytes_of<int32_t>({-5, 7}), {-5, 7}},
                      {"ShortStorage", Dtype::I16, bytes_of<int16_t>({-5, 7}), {-5, 7}},
                      {"CharStorage", Dtype::I8, bytes_of<int8_t>({-5, 7}), {-5, 7}},
                      {"ByteStorage", Dtype::U8, bytes_of<uint8_t>({250, 7}), {250, 7}},
                      {"BoolStorage", Dtype::BOOL, bytes_of<uint8_t>({1, 0}), {1, 0}}};
  for (const Row& row : rows) {
    const std::string pickle = Pickled().op("}").text("w").tensor(row.storage, "0", 2, 0, {2}, {1}).op("s").stop();
    for (const std::string& file :
         {torch_zip(pickle, {{"0", row.bytes}}), torch_legacy(pickle, {{"0", row.bytes}}, row.bytes.size() / 2)}) {
      const SafeTensors tensors = read(file);
      EXPECT_EQ(tensors.at("w").dtype, row.dtype) << row.storage;
      EXPECT_EQ(tensors.at("w").shape, std::vector<int64_t>{2});
      EXPECT_EQ(tensors.floats("w"), row.values) << row.storage;
    }
  }
}

TEST(TorchFile, views_are_read_in_the_order_of_their_indices) {
  const std::string bytes = bytes_of<float>({0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11});
  const auto view = [&](int64_t offset, const std::vector<int64_t>& shape, const std::vector<int64_t>& strides) {
    const std::string pickle =
        Pickled().op("}").text("v").tensor("FloatStorage", "s", 12, offset, shape, strides).op("s").stop();
    Floats values = read(torch_zip(pickle, {{"s", bytes}})).floats("v");
    EXPECT_EQ(read(torch_legacy(pickle, {{"s", bytes}})).floats("v"), values);
    return values;
  };
  EXPECT_EQ(view(0, {3, 4}, {4, 1}), (Floats{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}));
  EXPECT_EQ(view(0, {4, 3}, {1, 4}), (Floats{0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11}));  // transposed
  EXPECT_EQ(view(5, {2, 2}, {4, 1}), (Floats{5, 6, 9, 10}));                           // a part of it
  EXPECT_EQ(view(1, {3}, {4}), (Floats{1, 5, 9}));                                     // a column
  EXPECT_EQ(view(7, {2, 3}, {0, 1}), (Floats{7, 8, 9, 7, 8, 9}));                      // expanded
  EXPECT_EQ(view(11, {}, {}), (Floats{11}));                                           // one value
  EXPECT_EQ(view(4, {1, 2, 1}, {99999, 1, 99999}), (Floats{4, 5}));  // the stride of a size of 1 says nothing
  EXPECT_EQ(view(0, {2, 0, 3}, {0, 3, 1}), Floats());
  EXPECT_EQ(view(0, {2, 3, 2}, {2, 4, 1}), (Floats{0, 1, 4, 5, 8, 9, 2, 3, 6, 7, 10, 11}));
}

TEST(TorchFile, a_part_of_a_large_transposed_tensor_is_what_the_whole_has_there) {
  constexpr int64_t kSide = 700;  // more values than are gathered at a time
  std::string bytes;
  for (int64_t i = 0; i < kSide * kSide; ++i) bytes += bytes_of<float>({static_cast<float>(i)});
  const std::string pickle = Pickled()
                                 .op("}")
                                 .text("t")
                                 .tensor("FloatStorage", "0", kSide * kSide, 0, {kSide, kSide}, {1, kSide})
                                 .op("s")
                                 .stop();
  TestFolder folder;
  std::ofstream(folder / "t.pt", std::ios::binary) << torch_zip(pickle, {{"0", bytes}});
  const SafeTensors file = open_tensors(folder / "t.pt");
  const Floats all = file.floats("t");
  for (int64_t row = 0; row < kSide; ++row) {
    for (int64_t column = 0; column < kSide; ++column)
      ASSERT_EQ(all[static_cast<size_t>(row * kSide + column)], static_cast<float>(column * kSide + row));
  }
  Floats part(300'000);
  file.floats(file.at("t"), 12'345, part.size(), part.data());
  EXPECT_TRUE(std::equal(part.begin(), part.end(), all.begin() + 12'345));
}

TEST(TorchFile, tensors_may_share_a_storage_and_older_files_have_views_of_storages) {
  const std::string bytes = bytes_of<float>({1, 2, 3, 4});
  const std::string shared = Pickled()
                                 .op("}(")
                                 .text("a")
                                 .tensor("FloatStorage", "0", 4, 0, {4}, {1})
                                 .text("b")
                                 .tensor("FloatStorage", "0", 4, 2, {2}, {1})
                                 .op("u")
                                 .stop();
  EXPECT_EQ(read(torch_zip(shared, {{"0", bytes}})).floats("b"), (Floats{3, 4}));
  // (key of the view, where it begins, its length)
  const std::string view = Pickled().op("(").text("1").integer(1).integer(3).op("t").bytes.substr(2);
  const std::string of_view =
      Pickled().op("}").text("a").tensor("FloatStorage", "0", 4, 1, {2}, {1}, view).op("s").stop();
  EXPECT_EQ(read(torch_legacy(of_view, {{"0", bytes}})).floats("a"), (Floats{3, 4}));
}

TEST(TorchFile, parameters_sizes_devices_and_attributes_are_data) {
  Pickled pickle;
  pickle.global("collections", "OrderedDict").op(")R(");
  pickle.text("p").global("torch._utils", "_rebuild_parameter").op("(").floats("0", {2}).op("\x88");
  pickle.global("collections", "OrderedDict").op(")RtR");
  pickle.text("old").global("torch._utils", "_rebuild_tensor").op("(").storage("FloatStorage", "0", 2).integer(1);
  pickle.tuple({1}).tuple({1}).op("tR");
  pickle.text("raw").global("torch._utils", "_rebuild_tensor_v3").op("((").text("storage");
  pickle.global("torch.storage", "UntypedStorage").text("0").text("cpu").integer(8).op("tQ").integer(1);
  pickle.tuple({1}).tuple({1}).op("\x89").global("collections", "OrderedDict").op(")R").global("torch", "float32");
  pickle.op("tR");
  pickle.text("like").global("torch._tensor", "_rebuild_from_type_v2").op("(");
  pickle.global("torch._utils", "_rebuild_tensor_v2").global("torch", "Tensor").op("(").storage("FloatStorage", "0", 2);
  pickle.integer(0).tuple({2}).tuple({1}).op("\x89").global("collections", "OrderedDict").op(")Rt}tR");
  pickle.text("size").global("torch", "Size").op("(").tuple({1, 2}).op("tR");
  pickle.text("device").global("torch", "device").op("(").text("cpu").op("tR");
  pickle.text("much").op(std::string("\x8a\x0b") + std::string(11, '\1')).text("none").op("N").text("yes").op("\x88");
  pickle.op("u}").text("_metadata").global("collections", "OrderedDict").op(")Rsb");
  const SafeTensors file = read(torch_zip(pickle.stop(), {{"0", bytes_of<float>({6, 7})}}));
  EXPECT_EQ(names_of(file), (std::vector<std::string>{"p", "old", "raw", "like"}));
  EXPECT_EQ(file.floats("p"), (Floats{6, 7}));
  EXPECT_EQ(file.floats("old"), (Floats{7}));
  EXPECT_EQ(file.floats("raw"), (Floats{7}));
  EXPECT_EQ(file.floats("like"), (Floats{6, 7}));
}

// Dictionaries for find_torch_weights.
Pickled weights(const std::string& name) {
  Pickled pickle;
  pickle.bytes.clear();
  return pickle.op("}").text(name).floats("0", {1}).op("s");
}
SafeTensors read_entries(const std::vector<std::pair<std::string, std::string>>& entries) {
  Pickled pickle;
  pickle.op("}(");
  for (const auto& [key, value] : entries) pickle.text(key).op(value);
  return read(torch_zip(pickle.op("u").stop(), {{"0", bytes_of<float>({1})}}));
}

TEST(TorchFile, the_weights_of_a_checkpoint_are_found_and_named) {
  const std::string w = weights("w").bytes, v = weights("v").bytes, one = "K\1";
  struct Row {
    std::vector<std::pair<std::string, std::string>> entries;
    std::string name, note;
  };
  const Row rows[] = {
      {{{"epoch", one}, {"state_dict", w}}, "w", "its weights are those under \"state_dict\""},
      {{{"ema", v}, {"model", w}}, "w", "its weights are those under \"model\"; it has others under \"ema\""},
      {{{"ema", v}}, "v", "its weights are those under \"ema\""},
      {{{"model", "}" + Pickled().text("state_dict").op(w + "s").bytes.substr(2)}},
       "w",
       "its weights are those under \"model.state_dict\""},
      {{{"my net", w}, {"epoch", one}}, "w", "its weights are those under \"my net\""},
      {{{"w", Pickled().floats("0", {1}).bytes.substr(2)}, {"epoch", one}},
       "w",
       "1 of its entries are no tensors and were left"},
  };
  for (const Row& row : rows) {
    const SafeTensors file = read_entries(row.entries);
    EXPECT_EQ(names_of(file), std::vector<std::string>{row.name});
    EXPECT_EQ(file.notes(), std::vector<std::string>{row.note});
  }
  EXPECT_TRUE(read(torch_zip(Pickled().op(w).stop(), {{"0", bytes_of<float>({1})}})).notes().empty());
}

TEST(TorchFile, a_checkpoint_s_classes_and_kind_of_network_are_kept) {
  const std::string w = weights("w").bytes;
  const auto metadata = [&](const std::string& key, const Pickled& value) {
    return read_entries({{"state_dict", w}, {key, value.bytes.substr(2)}}).metadata();
  };
  using Map = std::map<std::string, std::string>;
  EXPECT_EQ(metadata("classes", Pickled().op("](").text("cat").text("dog").op("e")),
            (Map{{"classes", R"(["cat","dog"])"}}));
  EXPECT_EQ(metadata("class_to_idx", Pickled().op("}(").text("dog").integer(1).text("cat").integer(0).op("u")),
            (Map{{"classes", R"(["cat","dog"])"}}));
  EXPECT_EQ(metadata("names", Pickled().op("}(").integer(0).text("cat").integer(1).text("dog").op("u")),
            (Map{{"classes", R"(["cat","dog"])"}}));
  EXPECT_EQ(metadata("names", Pickled().op("}(").integer(1).text("cat").integer(2).text("dog").op("u")), Map());
  EXPECT_EQ(metadata("arch", Pickled().text("resnet18")), (Map{{"arch", "resnet18"}}));
}

TEST(TorchFile, of_a_torchscript_program_the_weights_are_read) {
  const auto module = [](const std::string& attributes) {
    return Pickled().global("__torch__.net", "Net").op(")\x81}(" + attributes + "ub").bytes.substr(2);
  };
  const auto entry = [](const std::string& name, const std::string& value) {
    return Pickled().text(name).op(value).bytes.substr(2);
  };
  const std::string tensor = Pickled().floats("0", {2}).bytes.substr(2);
  const std::string list = Pickled().global("torch.jit._pickle", "build_intlist").op("(](K\1K\2etR").bytes.substr(2);
  const std::string pickle = Pickled()
                                 .op(module(entry("training", "\x88") + entry("sizes", list) +
                                            entry("0", module(entry("weight", tensor))) + entry("scale", tensor)))
                                 .stop();
  std::vector<ZipPart> parts = torch_parts(pickle, {{"0", bytes_of<float>({3, 4})}});
  EXPECT_THROW(read(zip_of(parts)), Error);  // such names are code anywhere else
  parts.push_back({"net/constants.pkl", Pickled().op(")").stop()});
  const SafeTensors file = read(zip_of(parts));
  EXPECT_EQ(names_of(file), (std::vector<std::string>{"0.weight", "scale"}));
  EXPECT_EQ(file.floats("0.weight"), (Floats{3, 4}));
  EXPECT_EQ(file.notes()[0], "it is a TorchScript program: its weights were taken, its code was not run");
}

TEST(TorchFile, archives_with_64_bit_sizes_and_data_descriptors_are_read) {
  const std::string pickle = weights("w").stop();
  std::vector<ZipPart> parts = torch_parts("\x80\x02" + pickle, {{"0", bytes_of<float>({5})}});
  parts.push_back({"../outside", "never written anywhere"});
  EXPECT_EQ(read(zip_of(parts, true)).floats("w"), Floats{5});
  for (ZipPart& part : parts) part.flags = 8;
  EXPECT_EQ(read(zip_of(parts)).floats("w"), Floats{5});
}

TEST(TorchFile, what_is_a_checkpoint_is_told_by_its_beginning) {
  TestFolder folder;
  const auto write = [&](const std::string& name, const std::string& bytes) {
    std::ofstream(folder / name, std::ios::binary) << bytes;
    return folder / name;
  };
  const float one = 1;
  SafeTensorsWriter writer;
  writer.add("w", {1}, &one, 1);
  const std::vector<uint8_t> safe = writer.to_memory();
  const std::string zip = torch_zip("\x80\x02" + weights("w").stop(), {{"0", bytes_of<float>({1})}});
  EXPECT_TRUE(is_torch_file(write("a.weights", zip)));
  EXPECT_FALSE(is_torch_file(write("b.pt", std::string(safe.begin(), safe.end()))));
  EXPECT_FALSE(is_torch_file(write("c.safetensors", std::string(safe.begin(), safe.end()))));
  EXPECT_TRUE(is_torch_file(write("d.pt", "neither of them")));
  EXPECT_FALSE(is_torch_file(folder / "missing.pt"));
  EXPECT_EQ(open_tensors(folder / "a.weights").floats("w"), open_tensors(folder / "b.pt").floats("w"));
}

}  // namespace
}  // namespace striate
