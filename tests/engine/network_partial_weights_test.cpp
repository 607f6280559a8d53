// Weights that fit in part: what is loaded, missing, unexpected, mismatched, in PyTorch's words.
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "engine/error.h"
#include "engine/network/weights_file.h"

namespace striate {
namespace {

struct Stored {
  std::string name;
  std::vector<int64_t> shape;
};

// Every tensor is filled with its place in the list, from 1.
SafeTensors file_with(const std::vector<Stored>& tensors, const std::map<std::string, std::string>& metadata = {}) {
  SafeTensorsWriter writer;
  writer.metadata = metadata;
  float fill = 0;
  for (const Stored& each : tensors) {
    int64_t count = 1;
    for (const int64_t size : each.shape) count *= size;
    const std::vector<float> values(static_cast<size_t>(count), ++fill);
    writer.add(each.name, each.shape, values.data(), values.size());
  }
  const std::vector<uint8_t> bytes = writer.to_memory();
  return SafeTensors::read(bytes.data(), bytes.size(), "some.safetensors");
}

const char* kNetwork = "input 3 | first: dense 4 | batchnorm | last: dense 2";
const std::vector<Stored> kSome = {{"first.weight", {4, 3}}, {"first.bias", {4}},     {"1.weight", {4}},
                                   {"1.running_mean", {4}},  {"last.weight", {5, 4}}, {"other.weight", {7}}};

float first_value(Stream& stream, const Network& network, TensorKind kind, const std::string& name) {
  return network.read_tensor(stream, *network.find(kind, name))[0];
}

}  // namespace

TEST(PartialWeights, take_what_fits_and_list_the_rest) {
  Stream stream;
  Network network(stream, Architecture::parse(kNetwork));
  network.initialize(stream, Initializer::ones, 1);
  WeightsLoading partial;
  partial.partial = true;
  const WeightsFit fit = load_weights(stream, file_with(kSome), "some.safetensors", network, partial);
  EXPECT_EQ(fit.tensor.size(), 4u);
  EXPECT_EQ(fit.missing, (std::vector<std::string>{"1.bias", "last.bias", "1.running_var"}));
  EXPECT_EQ(fit.unexpected, (std::vector<std::string>{"other.weight"}));
  ASSERT_EQ(fit.mismatched.size(), 1u);
  EXPECT_EQ(fit.mismatched[0].name, "last.weight");
  EXPECT_EQ(fit.mismatched[0].file_shape, (std::vector<int64_t>{5, 4}));
  EXPECT_EQ(fit.mismatched[0].shape, (std::vector<int64_t>{2, 4}));
  EXPECT_EQ(fit.mismatched[0].text(), "last.weight is 5 x 4 instead of 2 x 4");
  EXPECT_EQ(first_value(stream, network, TensorKind::weight, "first.weight"), 1);
  EXPECT_EQ(first_value(stream, network, TensorKind::buffer, "1.running_mean"), 4);
  EXPECT_EQ(first_value(stream, network, TensorKind::weight, "last.weight"), 1);  // as it was
  EXPECT_EQ(first_value(stream, network, TensorKind::buffer, "1.running_var"), 1);
}

TEST(PartialWeights, are_refused_unless_asked_for_and_nothing_is_written) {
  Stream stream;
  Network network(stream, Architecture::parse(kNetwork));
  try {
    load_weights(stream, file_with(kSome), "some.safetensors", network);
    FAIL() << "no error";
  } catch (const Error& error) {
    const std::string what = error.what();
    EXPECT_NE(what.find("1.bias is missing"), std::string::npos) << what;
    EXPECT_NE(what.find("last.weight is 5 x 4 instead of 2 x 4"), std::string::npos) << what;
    EXPECT_NE(what.find("other.weight is left over"), std::string::npos) << what;
  }
  EXPECT_EQ(first_value(stream, network, TensorKind::weight, "first.weight"), 0);
  WeightsLoading partial;
  partial.partial = true;
  EXPECT_THROW(load_weights(stream, file_with({{"nothing.like.it", {4, 3}}}), "x", network, partial), Error);
}

TEST(PartialWeights, are_found_behind_a_prefix_whose_first_array_is_missing) {
  Stream stream;
  Network network(stream, Architecture::parse(kNetwork));
  WeightsLoading partial;
  partial.partial = true;
  const WeightsFit fit =
      load_weights(stream, file_with({{"module.last.bias", {2}}, {"module.1.weight", {4}}}), "x", network, partial);
  EXPECT_EQ(fit.prefix, "module.");
  EXPECT_EQ(fit.tensor.size(), 2u);
  EXPECT_EQ(first_value(stream, network, TensorKind::weight, "last.bias"), 1);
}

TEST(PartialWeights, leave_out_the_layers_that_are_named) {
  Stream stream;
  const Architecture architecture = Architecture::parse(kNetwork);
  Network network(stream, architecture);
  std::vector<Stored> whole = kSome;
  whole.pop_back();
  whole.insert(whole.end(), {{"1.bias", {4}}, {"1.running_var", {4}}, {"last.bias", {5}}});
  EXPECT_THROW(load_weights(stream, file_with(whole), "x", network), Error);  // of five classes, not two
  WeightsLoading how;
  how.except = {architecture.find("last")};
  const WeightsFit fit = load_weights(stream, file_with(whole), "x", network, how);
  EXPECT_TRUE(fit.fits());
  EXPECT_EQ(fit.tensor.size(), 6u);
  EXPECT_EQ(first_value(stream, network, TensorKind::weight, "last.weight"), 0);
}

TEST(PartialWeights, do_not_count_the_state_of_a_training_as_unexpected) {
  const std::vector<Stored> tensors = {
      {"0.weight", {2, 3}}, {"0.bias", {2}}, {"optimizer.0.weight.mean", {2, 3}}, {"history.steps", {1, 5}}};
  const Architecture architecture = Architecture::parse("input 3 | dense 2");
  EXPECT_TRUE(fit_weights(file_with(tensors, {{"training", "1"}}), architecture).fits());
  EXPECT_EQ(fit_weights(file_with(tensors), architecture).unexpected.size(), 2u);
}

}  // namespace striate
