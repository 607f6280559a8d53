// Files that are damaged, or made to do harm: each gets the error of the rule that it breaks, before anything large is
// allocated.
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>

#include "engine/error.h"
#include "engine/onnx/onnx_model.h"
#include "tests/engine/onnx_builder.h"
#include "tests/test_folder.h"

namespace striate {
namespace {

// Both lines of what reading throws; "no error" where it reads.
std::string error_of(const std::vector<uint8_t>& bytes) {
  try {
    read_onnx(bytes, "m.onnx");
    return "no error";
  } catch (const Error& error) {
    EXPECT_FALSE(error.hint().empty()) << error.what();
    EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos) << error.what();
    EXPECT_EQ(error.hint().find('\n'), std::string::npos) << error.hint();
    EXPECT_EQ(std::string(error.what()).rfind("m.onnx: ", 0), 0u) << error.what();
    return error.what() + std::string(" / ") + error.hint();
  }
}
std::string error_of(const OnnxBuilder& builder) { return error_of(builder.bytes()); }

void expect_error(const std::string& got, const std::string& part) {
  EXPECT_NE(got.find(part), std::string::npos) << "got: " << got << "\nwanted: " << part;
}

// x (1 x 2 x 4 x 4) -> conv (3 filters) -> relu
OnnxBuilder small_model(int64_t opset = 13) {
  OnnxBuilder b(opset);
  b.input("x", {1, 2, 4, 4}).output("y");
  b.floats("w", {3, 2, 3, 3}, std::vector<float>(54, 0.5f));
  b.node("Conv", {"x", "w"}, {"c"});
  b.node("Relu", {"c"}, {"y"});
  return b;
}

TEST(OnnxHostile, a_sound_model_is_read) {
  const OnnxModel model = read_onnx(small_model().bytes(), "m.onnx");
  EXPECT_EQ(model.architecture.text(), "input 2x4x4 | c: conv 3 3x3 no bias | y: relu");
}

TEST(OnnxHostile, every_cut_of_a_file_has_an_error) {
  OnnxBuilder b = small_model();
  b.floats("long", {100}, std::vector<float>(100, 1));
  const std::vector<uint8_t> whole = b.bytes();
  for (size_t size = 0; size < whole.size(); ++size) {
    const std::vector<uint8_t> cut(whole.begin(), whole.begin() + static_cast<int64_t>(size));
    const std::string error = error_of(cut);
    // Cut behind the graph it is whole but for the version of the operators.
    EXPECT_NE(error, "no error") << size;
  }
}

TEST(OnnxHostile, every_changed_byte_reads_or_has_an_error) {
  const std::vector<uint8_t> whole = small_model().bytes();
  for (size_t at = 0; at < whole.size(); ++at) {
    for (const int change : {1, 0x80, 0xff}) {
      std::vector<uint8_t> changed = whole;
      changed[at] = static_cast<uint8_t>(changed[at] ^ change);
      error_of(changed);
    }
  }
}

TEST(OnnxHostile, what_is_no_protobuf) {
  expect_error(error_of(std::vector<uint8_t>{0}), "not a valid ONNX file");
  const std::string text = "<html>404 Not Found</html>";
  expect_error(error_of(std::vector<uint8_t>(text.begin(), text.end())), "not a valid ONNX file");
  expect_error(error_of({0x08, 0x07}), "it has no graph");
  expect_error(error_of(std::vector<uint8_t>{0x0b}), "no protobuf field at byte 0");
}

TEST(OnnxHostile, a_claim_of_two_gigabytes_in_a_small_file) {
  // graph, initializer, raw_data of 2^31 - 1 bytes.
  expect_error(error_of({0x3a, 0x10, 0x2a, 0x0e, 0x4a, 0xff, 0xff, 0xff, 0xff, 0x07, 1, 2, 3, 4, 5, 6, 7, 8}),
               "claims 2.1 GB");
  expect_error(error_of({0x3a, 0xff, 0xff, 0xff, 0xff, 0x07}), "claims 2.1 GB");
  expect_error(error_of({0x3a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f}), "makes no sense");
}

TEST(OnnxHostile, sizes_of_tensors) {
  OnnxBuilder overflow = small_model();
  overflow.tensor("t", {int64_t{1} << 40, int64_t{1} << 40}, 1);
  expect_error(error_of(overflow), "tensor \"t\" has the sizes 1099511627776x1099511627776");
  OnnxBuilder negative = small_model();
  negative.tensor("t", {-3}, 1);
  expect_error(error_of(negative), "one is negative");
  OnnxBuilder claim = small_model();
  claim.tensor("t", {1 << 29}, 1).set_raw_data("abcd");
  expect_error(error_of(claim), "needs 536870912 values, its data has 4 bytes");
  OnnxBuilder typed = small_model();
  typed.tensor("t", {1 << 29}, 1).add_float_data(1);
  expect_error(error_of(typed), "needs 536870912 values, it has 1");
  OnnxBuilder large = small_model();
  auto& packed = large.tensor("t", {1 << 29}, 1);
  for (int i = 0; i < 1000; ++i) packed.add_float_data(1);
  expect_error(error_of(large), "its data has 4000 bytes");
  OnnxBuilder varints = small_model();
  auto& integers = varints.tensor("t", {1 << 29}, 7);
  for (int i = 0; i < 1000; ++i) integers.add_int64_data(1);
  expect_error(error_of(varints), "its data has 1000 bytes");
  OnnxBuilder rank = small_model();
  rank.tensor("t", OnnxDims(40, 1), 1).add_float_data(1);
  expect_error(error_of(rank), "more than 32 dimensions");
  OnnxBuilder wrong = small_model();
  auto& field = wrong.tensor("t", {1000}, 1);
  for (int i = 0; i < 1000; ++i) field.add_int64_data(1);
  expect_error(error_of(wrong), "in a field for another type");
}

TEST(OnnxHostile, varints_are_counted_when_they_are_read) {
  OnnxBuilder b;
  b.input("x", {1, 4}).output("y");
  auto& shape = b.tensor("s", {500}, 7);
  for (int i = 0; i < 400; ++i) shape.add_int64_data(int64_t{1} << 60);
  b.node("Reshape", {"x", "s"}, {"y"});
  expect_error(error_of(b), "at most 64");
  OnnxBuilder few;
  few.input("x", {1, 4}).output("y");
  auto& weights = few.tensor("s", {1, 700}, 6);
  for (int i = 0; i < 400; ++i) weights.add_int32_data(1 << 20);
  few.node("Shape", {"s"}, {"y"});
  EXPECT_EQ(error_of(few), "no error") << "the values themselves are not needed";
  few.graph().clear_node();
  few.node("Abs", {"s"}, {"y"});
  expect_error(error_of(few), "does not hold 700 values");
}

TEST(OnnxHostile, types_of_tensors) {
  for (const int type : {0, 8, 14, 17, 23, 99, -1}) {
    OnnxBuilder b = small_model();
    b.tensor("t", {1}, type).set_raw_data("abcd");
    expect_error(error_of(b), "which is not supported");
  }
  OnnxBuilder b;
  b.input("x", {1, 4}, 8).output("y");
  b.node("Relu", {"x"}, {"y"});
  expect_error(error_of(b), "its input \"x\" holds text");
}

TEST(OnnxHostile, weights_in_whole_numbers) {
  OnnxBuilder b;
  b.input("x", {1, 2, 4, 4}).output("y");
  b.integers("w", {3, 2, 3, 3}, std::vector<int64_t>(54, 1));
  b.node("Conv", {"x", "w"}, {"y"});
  expect_error(error_of(b), "its weight holds int64, needs numbers with a point");
}

TEST(OnnxHostile, names) {
  OnnxBuilder twice = small_model();
  twice.floats("w", {1}, {1});
  expect_error(error_of(twice), "two things are called \"w\"");
  OnnxBuilder written = small_model();
  written.node("Relu", {"c"}, {"y"});
  expect_error(error_of(written), "two things are called \"y\"");
  OnnxBuilder missing = small_model();
  missing.graph().mutable_node(0)->set_input(1, "nowhere");
  expect_error(error_of(missing), "node \"c\" (Conv) reads \"nowhere\", which is no input");
  OnnxBuilder output = small_model();
  output.output("nothing");
  expect_error(error_of(output), "nothing in its graph writes the output \"nothing\"");
  OnnxBuilder none = small_model();
  none.graph().clear_output();
  expect_error(error_of(none), "no output");
  OnnxBuilder odd = small_model();
  odd.graph().mutable_node(1)->set_op_type("Re\nlu\x01");
  expect_error(error_of(odd), "Re?lu?");
}

TEST(OnnxHostile, cycles_and_order) {
  OnnxBuilder cycle;
  cycle.input("x", {1, 4}).output("b");
  cycle.node("Add", {"x", "b"}, {"a"});
  cycle.node("Relu", {"a"}, {"b"});
  expect_error(error_of(cycle), "part of a cycle");
  OnnxBuilder itself;
  itself.input("x", {1, 4}).output("a");
  itself.node("Add", {"x", "a"}, {"a"});
  expect_error(error_of(itself), "part of a cycle");
  OnnxBuilder turned;
  turned.input("x", {1, 4}).output("b");
  turned.node("Relu", {"a"}, {"b"});
  turned.node("Tanh", {"x"}, {"a"});
  EXPECT_EQ(read_onnx(turned.bytes(), "m").architecture.text(), "input 4 | a: tanh | b: relu");
}

TEST(OnnxHostile, folding_can_not_be_made_to_run_away) {
  const auto with_shape = [](const std::string& op, const OnnxDims& shape) {
    OnnxBuilder b;
    b.input("x", {1, 4}).output("y");
    b.integers("s", {static_cast<int64_t>(shape.size())}, shape);
    if (op == "Expand") {
      b.floats("one", {1}, {1});
      b.node(op, {"one", "s"}, {"big"});
    } else {
      b.node(op, {"s"}, {"big"});
    }
    b.node("Add", {"x", "big"}, {"y"});
    return b;
  };
  expect_error(error_of(with_shape("ConstantOfShape", {1 << 20, 1 << 20})), "which is too much");
  expect_error(error_of(with_shape("ConstantOfShape", {int64_t{1} << 40, int64_t{1} << 40})), "which is too much");
  expect_error(error_of(with_shape("ConstantOfShape", {-5})), "which is too much");
  expect_error(error_of(with_shape("ConstantOfShape", {1 << 14, 1 << 15})), "which is too much");  // 2 GB
  expect_error(error_of(with_shape("Expand", {1 << 20, 1 << 20})), "which is too much");
  OnnxBuilder written_out = with_shape("ConstantOfShape", {1 << 12, 1 << 14});
  written_out.graph().clear_node();
  written_out.node("ConstantOfShape", {"s"}, {"big"});
  written_out.node("Neg", {"big"}, {"minus"});
  written_out.node("Add", {"x", "minus"}, {"y"});
  expect_error(error_of(written_out), "which is too much");
  OnnxBuilder chain;  // every Concat doubles
  chain.input("x", {1, 4}).output("y");
  chain.floats("c0", {64}, std::vector<float>(64, 1));
  for (int i = 0; i < 60; ++i) {
    const std::string from = "c" + std::to_string(i);
    with(chain.node("Concat", {from, from}, {"c" + std::to_string(i + 1)}), "axis", 0);
  }
  chain.node("Add", {"x", "c60"}, {"y"});
  expect_error(error_of(chain), "which is too much");
  OnnxBuilder range;
  range.input("x", {1, 4}).output("y");
  range.floats("a", {}, {0}).floats("b", {}, {1e30f}).floats("d", {}, {1});
  range.node("Range", {"a", "b", "d"}, {"r"});
  range.node("Add", {"x", "r"}, {"y"});
  expect_error(error_of(range), "which is too much");
}

TEST(OnnxHostile, networks_that_would_need_petabytes) {
  OnnxBuilder b;
  b.input("x", {1, 65536, 65536, 65536}).output("y");
  b.node("Relu", {"x"}, {"y"});
  expect_error(error_of(b), "2 billion values at most");
  OnnxBuilder resize(11);
  resize.input("x", {1, 1, 4, 4}).output("y");
  resize.floats("roi", {0}, {}).floats("s", {4}, {1, 1, 100000, 100000});
  resize.node("Resize", {"x", "roi", "s"}, {"y"});
  EXPECT_NE(error_of(resize), "no error");
}

TEST(OnnxHostile, subgraphs_and_deep_nesting) {
  OnnxBuilder b;
  b.input("x", {1, 4}).output("y");
  onnx::NodeProto& branch = b.node("If", {"x"}, {"y"});
  for (const char* name : {"then_branch", "else_branch"}) {
    onnx::AttributeProto& a = attribute(branch, name);
    a.set_type(onnx::AttributeProto::GRAPH);
    a.mutable_g()->add_node()->set_op_type("Relu");
  }
  expect_error(error_of(b), "graphs inside graphs are not supported");
  // 5,000 graphs in one another: they are passed over, not followed.
  std::string inner{'\x0a', '\0'};  // an empty node
  const auto wrap = [](uint8_t tag, const std::string& content) {
    std::string out(1, static_cast<char>(tag));
    size_t length = content.size();
    do {
      const uint8_t more = length >= 0x80 ? 0x80 : 0;
      out += static_cast<char>((length & 0x7f) | more);
      length >>= 7;
    } while (length > 0);
    return out + content;
  };
  for (int i = 0; i < 5000; ++i) inner = wrap(0x0a, wrap(0x2a, wrap(0x32, inner)));
  const std::string model = wrap(0x3a, inner);
  EXPECT_NE(error_of(std::vector<uint8_t>(model.begin(), model.end())), "no error");
}

TEST(OnnxHostile, attributes) {
  OnnxBuilder twice = small_model();
  with(*twice.graph().mutable_node(0), "group", 1);
  with(*twice.graph().mutable_node(0), "group", 1);
  expect_error(error_of(twice), "has two attributes \"group\"");
  OnnxBuilder kind = small_model();
  with(*kind.graph().mutable_node(0), "group", "one");
  expect_error(error_of(kind), "its attribute \"group\" is a text, needs a whole number");
  OnnxBuilder many = small_model();
  for (int i = 0; i < 1001; ++i) with(*many.graph().mutable_node(0), "a" + std::to_string(i), 1);
  expect_error(error_of(many), "has 1001 attributes, more than 1000");
  OnnxBuilder list = small_model();
  with(*list.graph().mutable_node(0), "strides", OnnxDims(100000, 1));
  expect_error(error_of(list), "its strides has 100000 values, needs 2");
  for (const auto& [name, values] : {std::pair<const char*, OnnxDims>{"strides", {0, 1}},
                                     {"strides", {-1, 1}},
                                     {"dilations", {int64_t{1} << 62, 1}},
                                     {"pads", {-1, 0, 0, 0}},
                                     {"pads", {int64_t{1} << 62, 0, 0, 0}}}) {
    OnnxBuilder b = small_model();
    with(*b.graph().mutable_node(0), name, values);
    expect_error(error_of(b), "striate computes with");
  }
  OnnxBuilder groups = small_model();
  with(*groups.graph().mutable_node(0), "group", int64_t{1} << 62);
  expect_error(error_of(groups), "its groups 4611686018427387904");
  OnnxBuilder empty = small_model();
  attribute(*empty.graph().mutable_node(0), "t").set_type(onnx::AttributeProto::TENSOR);
  expect_error(error_of(empty), "is empty");
}

TEST(OnnxHostile, epsilons) {
  for (const float epsilon : {NAN, INFINITY, -1.0f, 2.0f}) {
    OnnxBuilder b;
    b.input("x", {1, 2, 4, 4}).output("y");
    for (const char* name : {"s", "b", "m", "v"}) b.floats(name, {2}, {1, 1});
    with(b.node("BatchNormalization", {"x", "s", "b", "m", "v"}, {"y"}), "epsilon", epsilon);
    expect_error(error_of(b), "epsilon");
  }
}

TEST(OnnxHostile, versions) {
  expect_error(error_of(small_model(5)), "it uses version 5");
  expect_error(error_of(small_model(26)), "it uses version 26");
  OnnxBuilder none = small_model();
  none.model.clear_opset_import();
  expect_error(error_of(none), "does not say which version");
  OnnxBuilder twice = small_model();
  twice.model.add_opset_import()->set_version(9);
  expect_error(error_of(twice), "names two versions");
}

TEST(OnnxHostile, weights_that_do_not_fit) {
  OnnxBuilder b = small_model();
  b.graph().clear_initializer();
  b.floats("w", {3, 5, 3, 3}, std::vector<float>(135, 1));
  expect_error(error_of(b), "its input is 1x2x4x4, its kernel 3x5x3x3, its groups 1");
  OnnxBuilder bias = small_model();
  bias.floats("b", {7}, std::vector<float>(7, 1));
  bias.graph().mutable_node(0)->add_input("b");
  expect_error(error_of(bias), "its bias is 7, needs 3 values");
}

class OnnxExternal : public testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::create_directories(folder / "model" / "sub");
    const std::vector<float> values(54, 0.25f);
    for (const char* name : {"model/w.bin", "model/sub/w.bin", "outside.bin"}) {
      std::ofstream(folder / name, std::ios::binary)
          .write(reinterpret_cast<const char*>(values.data()), static_cast<std::streamsize>(values.size() * 4));
    }
  }

  // What reading says of a model with its kernel at `location`.
  std::string read(const std::string& location, const std::string& offset = "", const std::string& length = "") {
    OnnxBuilder b = small_model();
    b.graph().clear_initializer();
    auto& tensor = b.tensor("w", {3, 2, 3, 3}, 1);
    tensor.set_data_location(onnx::TensorProto::EXTERNAL);
    const auto add = [&](const char* key, const std::string& value) {
      if (value.empty()) return;
      auto& entry = *tensor.add_external_data();
      entry.set_key(key);
      entry.set_value(value);
    };
    add("location", location);
    add("offset", offset);
    add("length", length);
    const std::string path = (folder / "model" / "m.onnx").string();
    std::ofstream(path, std::ios::binary) << b.model.SerializeAsString();
    try {
      Stream stream(Device::cpu());
      const OnnxModel model = read_onnx(path);
      Network network(stream, model.architecture);
      model.load_weights(stream, network);
      const NamedTensor* weight = network.find(TensorKind::weight, "c.weight");
      EXPECT_EQ(network.read_tensor(stream, *weight), std::vector<float>(54, 0.25f));
      return "no error";
    } catch (const Error& error) {
      EXPECT_FALSE(error.hint().empty());
      return error.what();
    }
  }
  TestFolder own;
  std::filesystem::path folder = own.path();
};

TEST_F(OnnxExternal, values_in_the_models_own_folder_are_read) {
  EXPECT_EQ(read("w.bin"), "no error");
  EXPECT_EQ(read("sub/w.bin"), "no error");
  EXPECT_EQ(read("w.bin", "0", "216"), "no error");
}

TEST_F(OnnxExternal, nothing_outside_of_it) {
  expect_error(read("../outside.bin"), "leads out of the model's folder");
  expect_error(read("sub/../../outside.bin"), "leads out of the model's folder");
  expect_error(read((folder / "outside.bin").string()), "not a relative path");
  expect_error(read("/etc/passwd"), "not a relative path");
  expect_error(read("sub\\w.bin"), "not a relative path");
  expect_error(read(""), "which is no file's name");
  expect_error(read("missing.bin"), "can't be opened");
  expect_error(read("sub"), "folder");
  std::filesystem::create_symlink(folder / "outside.bin", folder / "model" / "link.bin");
  expect_error(read("link.bin"), "a link that leads out of the model's folder");
  std::filesystem::create_directory_symlink(folder, folder / "model" / "up");
  expect_error(read("up/outside.bin"), "a link that leads out of the model's folder");
  std::filesystem::create_symlink("w.bin", folder / "model" / "inside.bin");
  EXPECT_EQ(read("inside.bin"), "no error");
}

TEST_F(OnnxExternal, places_in_the_file) {
  expect_error(read("w.bin", "4"), "needs 216 bytes from byte 4 of w.bin, which has 216");
  expect_error(read("w.bin", "0", "100"), "needs 54 values, its data has 100 bytes");
  expect_error(read("w.bin", "-4"), "as a place in its file");
  expect_error(read("w.bin", "99999999999999999999"), "as a place in its file");
  expect_error(read("w.bin", "999999999999999999"), "from byte 999999999999999999");
}

TEST_F(OnnxExternal, a_model_in_memory_has_no_folder) {
  OnnxBuilder b = small_model();
  auto& tensor = b.tensor("more", {2}, 1);
  tensor.set_data_location(onnx::TensorProto::EXTERNAL);
  expect_error(error_of(b), "but the model is not a file");
}

}  // namespace
}  // namespace striate
