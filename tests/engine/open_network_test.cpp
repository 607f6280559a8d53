// An open network: opened by a name, a file or a training it is the same; what it answers is what a plain forward pass
// gives; a lesion is a channel of zeros.
#include "engine/session/open_network.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <numeric>
#include <string>
#include <vector>

#include "engine/export/export_file.h"
#include "engine/files/carried_weights.h"
#include "engine/network/find_layer.h"
#include "engine/network/models.h"
#include "engine/training/checkpoint.h"
#include "tests/engine/golden.h"
#include "tests/failure.h"
#include "tests/test_folder.h"

namespace striate {
namespace {

const char* kNet =
    "input 3x8x8 | c1: conv 4 3x3 pad 1 | relu | maxpool 2 | c2: conv 6 3x3 | flatten | fc: dense 4 | softmax";

ModelInfo info_of(const std::string& text) {
  ModelInfo info;
  info.architecture = Architecture::parse(text);
  info.classes = {"ant", "bee", "cat", "dog"};
  info.normalization.mean = {0.4f, 0.5f, 0.6f};
  info.normalization.stddev = {0.2f, 0.25f, 0.3f};
  return info;
}

// A saved model, with weights drawn from 5.
void save(Stream& stream, const std::string& file, const std::string& text = kNet) {
  const ModelInfo info = info_of(text);
  Network network(stream, info.architecture);
  network.initialize(stream, Initializer::pytorch, 5);
  save_model(file, stream, info, network);
}

ImagePtr picture(int width = 8, int height = 8) {
  auto image = std::make_shared<Image>();
  image->width = width, image->height = height, image->channels = 3;
  image->name = "made";
  image->bytes.resize(image->value_count());
  for (size_t i = 0; i < image->bytes.size(); ++i) image->bytes[i] = static_cast<uint8_t>(37 * i + i / 7);
  return image;
}

NetworkPicture looked_at(ImagePtr image) {
  NetworkPicture made;
  made.name = image->name;
  made.image = std::move(image);
  return made;
}

}  // namespace

TEST(OpenNetwork, answers_what_a_session_of_the_file_answers) {
  const TestFolder folder;
  Stream stream(Device::cpu());
  save(stream, folder / "net.safetensors");
  OpenNetwork network = OpenNetwork::open(stream, folder / "net.safetensors");
  const OpenNetworkInfo& info = *network.info();
  EXPECT_EQ(info.name, "net.safetensors");
  EXPECT_EQ(info.weights, WeightsFrom::given);
  EXPECT_EQ(info.classes, (std::vector<std::string>{"ant", "bee", "cat", "dog"}));
  EXPECT_TRUE(info.named);
  ASSERT_EQ(info.layers.size(), 8u);
  EXPECT_EQ(info.layers[0].name, "input");
  EXPECT_EQ(info.layers[1].name, "c1");
  EXPECT_EQ(info.layers[2].name, "1");
  EXPECT_EQ(info.layers[1].text, "conv 4 3x3 pad 1");
  EXPECT_EQ(info.layers[1].shape, (Shape{4, 8, 8}));
  EXPECT_EQ(info.layers[1].parameters, 4 * 28);
  EXPECT_EQ(info.parameters, 4 * 28 + 6 * 37 + 4 * 25);
  EXPECT_EQ(info.multiply_adds, 8 * 8 * 4 * 27 + 4 * 6 * 36 + 24 * 4);

  Session session = Session::open(stream, folder / "net.safetensors");
  for (const ImagePtr& image : {picture(), picture(20, 13)}) {
    SessionRequest request;
    request.input = session.input_of(*image);
    request.all_activations = true;
    const SessionResult plain = *session.run(request);
    const LookedAt input = network.look_at(looked_at(image));
    EXPECT_EQ(input.values, request.input);
    EXPECT_EQ(input.pixels.size(), input.values.size());
    const NetworkAnswer answer = *network.run(input.values);
    EXPECT_EQ(answer.probabilities, plain.output.values);
    EXPECT_EQ(answer.logits, plain.activations.at("fc").values) << "those before the softmax at its end";
    EXPECT_TRUE(std::is_sorted(answer.order.begin(), answer.order.end(), [&](int a, int b) {
      return answer.probabilities[static_cast<size_t>(a)] > answer.probabilities[static_cast<size_t>(b)];
    }));
    const std::vector<float>& c1 = plain.activations.at("c1").values;
    EXPECT_EQ(value_at(info, answer, need_layer(info.architecture, "0"), 2, 3, 5), c1[(2 * 8 + 3) * 8 + 5]);
    EXPECT_EQ(value_at(info, answer, need_layer(info.architecture, "input"), 1, 7, 0), input.values[64 + 56]);
    EXPECT_EQ(value_at(info, answer, need_layer(info.architecture, "fc"), 3, 0, 0), answer.logits[3]);
    EXPECT_EQ(failure([&] { value_at(info, answer, 6, 4, 0, 0); }), "layer fc has no channel 4");
    EXPECT_EQ(failure([&] { value_at(info, answer, 6, 3, 0, 1); }), "layer fc has no column 1");
  }
}

TEST(OpenNetwork, a_lesion_is_a_channel_of_zeros_and_goes_again) {
  const TestFolder folder;
  Stream stream(Device::cpu());
  save(stream, folder / "net.safetensors");
  OpenNetwork network = OpenNetwork::open(stream, folder / "net.safetensors");
  const std::vector<float> input = network.look_at(looked_at(picture())).values;
  const NetworkAnswer before = *network.run(input);
  network.set_lesions({{1, 2}});
  const NetworkAnswer cut = *network.run(input);
  for (size_t i = 0; i < 256; ++i) {
    EXPECT_EQ(cut.activations[1].values[i], i / 64 == 2 ? 0 : before.activations[1].values[i]) << i;
  }
  EXPECT_NE(cut.logits, before.logits);
  // The same as weights of that channel that are 0.
  Session session = Session::open(stream, folder / "net.safetensors");
  for (const char* name : {"c1.weight", "c1.bias"}) {
    const NamedTensor* tensor = session.network().find(TensorKind::weight, name);
    std::vector<float> values = session.network().read_tensor(stream, *tensor);
    const auto part = static_cast<std::ptrdiff_t>(values.size() / 4);
    std::fill(values.begin() + 2 * part, values.begin() + 3 * part, 0.0f);
    session.network().write_tensor(stream, *tensor, values);
  }
  SessionRequest request;
  request.input = input;
  EXPECT_EQ(session.run(request)->output.values, cut.probabilities);
  // A whole layer: what is left is the biases of the layers behind it.
  network.set_lesions({{1, -1}, {4, 0}});
  const NetworkAnswer none = *network.run(input);
  for (const float v : none.activations[3].values) EXPECT_EQ(v, 0);
  EXPECT_EQ(none.activations[4].values[0], 0);
  EXPECT_NE(none.activations[4].values[4], 0) << "the bias of channel 1";
  network.set_lesions({});
  EXPECT_EQ(network.run(input)->logits, before.logits);
  EXPECT_EQ(failure([&] { network.set_lesions({{1, 4}}); }), "layer c1 has no channel 4");
}

TEST(OpenNetwork, weights_are_drawn_anew_from_a_seed_and_given_back) {
  const TestFolder folder;
  Stream stream(Device::cpu());
  save(stream, folder / "net.safetensors");
  OpenNetwork network = OpenNetwork::open(stream, folder / "net.safetensors");
  const std::vector<float> input = network.look_at(looked_at(picture())).values;
  const std::vector<float> given = network.run(input)->logits;
  network.draw_weights(1);
  EXPECT_EQ(network.info()->weights, WeightsFrom::random);
  EXPECT_EQ(network.info()->seed, 1u);
  const std::vector<float> one = network.run(input)->logits;
  EXPECT_NE(one, given);
  network.draw_weights(2);
  EXPECT_NE(network.run(input)->logits, one);
  network.draw_weights(1);
  EXPECT_EQ(network.run(input)->logits, one);
  network.draw_weights(5);
  EXPECT_EQ(network.run(input)->logits, given) << "the very weights that the file was made of";
  network.give_weights();
  EXPECT_EQ(network.info()->weights, WeightsFrom::given);
  EXPECT_EQ(network.run(input)->logits, given);
}

TEST(OpenNetwork, a_known_architecture_without_weights_has_random_ones_and_classes_without_names) {
  Stream stream(Device::cpu());
  const auto names = [](int64_t classes) { return std::vector<std::string>(static_cast<size_t>(classes), "name"); };
  OpenNetwork network = OpenNetwork::open(stream, "lenet5", {"", names, 7});
  const OpenNetworkInfo& info = *network.info();
  EXPECT_EQ(info.name, "lenet5");
  EXPECT_EQ(info.title, find_model("lenet5")->title);
  EXPECT_EQ(info.weights, WeightsFrom::random);
  EXPECT_TRUE(info.weights_lack);
  EXPECT_EQ(info.seed, 7u);
  EXPECT_FALSE(info.named);
  EXPECT_EQ(info.classes[3], "3");
  EXPECT_EQ(info.parameters, build_model("lenet5").totals().parameters);
  EXPECT_EQ(failure([&] { network.give_weights(); }),
            "lenet5 was opened by its name: it has no weights but random ones");
  EXPECT_EQ(failure([&] { OpenNetwork::open(stream, "lenet"); }), "lenet: there is no such model, and no file");
  EXPECT_EQ(failure([&] { OpenNetwork::open(stream, "nowhere/x.onnx"); }), "nowhere/x.onnx: there is no such file");
  EXPECT_EQ(failure([&] { OpenNetwork::open(stream, "/"); }), "/ is a folder");
}

TEST(OpenNetwork, onnx_and_the_own_format_are_the_same_network) {
  const TestFolder folder;
  Stream stream(Device::cpu());
  save(stream, folder / "net.safetensors");
  export_file(stream, folder / "net.safetensors", ExportTarget{ExportFormat::onnx, folder / "net.onnx", {}, true});
  OpenNetwork own = OpenNetwork::open(stream, folder / "net.safetensors"),
              onnx = OpenNetwork::open(stream, folder / "net.onnx");
  EXPECT_EQ(onnx.info()->name, "net.onnx");
  EXPECT_EQ(onnx.info()->parameters, own.info()->parameters);
  EXPECT_EQ(onnx.info()->multiply_adds, own.info()->multiply_adds);
  EXPECT_EQ(onnx.info()->classes, own.info()->classes);
  EXPECT_EQ(onnx.info()->layers.size(), own.info()->layers.size());
  const NetworkPicture picture_of_both = looked_at(picture(30, 20));
  const NetworkAnswer a = *own.run(own.look_at(picture_of_both).values),
                      b = *onnx.run(onnx.look_at(picture_of_both).values);
  ASSERT_EQ(a.logits.size(), b.logits.size());
  for (size_t i = 0; i < a.logits.size(); ++i) EXPECT_NEAR(a.logits[i], b.logits[i], 1e-5) << i;
  EXPECT_EQ(a.order, b.order);
}

TEST(OpenNetwork, follows_a_training_from_moment_to_moment) {
  Stream stream(Device::cpu());
  const auto data = std::make_shared<const MemoryDataset>("made", Shape{3, 8, 8}, std::vector<float>(4 * 192, 0.25f),
                                                          std::vector<int>{0, 1, 2, 3},
                                                          std::vector<std::string>{"ant", "bee", "cat", "dog"});
  Network network(stream, Architecture::parse(kNet));
  const auto moment = [&](uint64_t seed, int64_t step) {
    network.initialize(stream, Initializer::pytorch, seed);
    auto made = std::make_shared<TrainedNetwork>();
    made->architecture = std::make_shared<const Architecture>(network.architecture());
    made->weights = std::make_shared<const AllWeights>(read_all_weights(stream, network));
    made->loss = "cross-entropy";
    made->data = "made";
    made->run = 1;
    made->step = step;
    made->pictures = data;
    return TrainedNetworkPtr(made);
  };
  OpenNetwork open(stream, moment(3, 10));
  EXPECT_EQ(open.info()->weights, WeightsFrom::training);
  EXPECT_EQ(open.info()->step, 10);
  EXPECT_EQ(open.info()->name, "own layers");
  NetworkPicture first;
  first.name = "test picture 0";
  first.shape = data->shape();
  first.pixels.resize(192);
  data->read(0, first.pixels.data());
  const LookedAt input = open.look_at(first);
  EXPECT_EQ(input.values, first.pixels) << "the data set's own pixels, and no normalization";
  const auto plain = [&] {
    network.write_tensor(stream, network.activation(0), input.values);
    network.forward(stream, Mode::evaluation);
    return network.read_tensor(stream, network.output());
  };
  EXPECT_EQ(open.run(input.values)->probabilities, plain());
  ASSERT_TRUE(open.follow(moment(4, 11)));
  EXPECT_EQ(open.info()->step, 11);
  EXPECT_EQ(open.run(input.values)->probabilities, plain());
  // Drawn weights stay drawn while the training goes on; given back, they are those of its last moment.
  open.draw_weights(9);
  const std::vector<float> drawn = open.run(input.values)->probabilities;
  ASSERT_TRUE(open.follow(moment(5, 12)));
  EXPECT_EQ(open.run(input.values)->probabilities, drawn);
  open.give_weights();
  EXPECT_EQ(open.run(input.values)->probabilities, plain());
  auto other = std::make_shared<TrainedNetwork>(*moment(5, 12));
  other->run = 2;
  EXPECT_FALSE(open.follow(other));
}

TEST(OpenNetwork, a_network_that_takes_no_pictures_still_says_what_it_is) {
  const TestFolder folder;
  Stream stream(Device::cpu());
  ModelInfo info;
  info.architecture = Architecture::parse("input 5 | dense 2");
  info.classes = {"a", "b"};
  Network network(stream, info.architecture);
  save_model(folder / "points.safetensors", stream, info, network);
  OpenNetwork open = OpenNetwork::open(stream, folder / "points.safetensors");
  EXPECT_EQ(open.info()->parameters, 12);
  EXPECT_EQ(failure([&] { open.look_at(looked_at(picture())); }), "points.safetensors takes 5, not pictures");
}

TEST(OpenNetwork, one_output_for_two_classes_has_the_logits_0_and_its_own) {
  const TestFolder folder;
  Stream stream(Device::cpu());
  ModelInfo info = info_of("input 3x8x8 | flatten | dense 1");
  info.classes = {"no", "yes"};
  Network network(stream, info.architecture);
  network.initialize(stream, Initializer::pytorch, 2);
  save_model(folder / "two.safetensors", stream, info, network, {{"loss", "bce-logits"}});
  OpenNetwork open = OpenNetwork::open(stream, folder / "two.safetensors");
  const NetworkAnswer answer = *open.run(open.look_at(looked_at(picture())).values);
  ASSERT_EQ(answer.logits.size(), 2u);
  EXPECT_EQ(answer.logits[0], 0);
  EXPECT_NEAR(answer.probabilities[1], 1 / (1 + std::exp(-answer.logits[1])), 1e-6);
}

TEST(OpenNetwork, activations_are_cells_of_channels_rows_and_columns) {
  EXPECT_EQ(cells_of(Shape{10}), (Shape{10, 1, 1}));
  EXPECT_EQ(cells_of(Shape{6, 28, 27}), (Shape{6, 28, 27}));
  EXPECT_EQ(cells_of(Shape{1, 6, 28, 27}), (Shape{6, 28, 27}));
  EXPECT_EQ(cells_of(Shape{2, 6, 5, 4}), (Shape{12, 5, 4}));
  EXPECT_EQ(cells_of(Shape()), (Shape{1, 1, 1}));
}

// PyTorch's numbers: logits, and the contributions that add up to the best one, of a network with its weights.
TEST(OpenNetwork, golden_logits_and_a_lesion_takes_its_contributions_away) {
  STRIATE_NEEDS_REFERENCE("golden/explain.safetensors");
  const TestFolder folder;
  const SafeTensors golden = SafeTensors::read(reference_path("golden/explain.safetensors"));
  SafeTensorsWriter writer;
  for (const SafeTensor& tensor : golden.tensors()) {
    if (tensor.name.rfind("weights.", 0) != 0) continue;
    const std::vector<float> values = golden.floats(tensor.name);
    writer.add(tensor.name.substr(8), tensor.shape, values.data(), values.size());
  }
  ModelInfo info;
  info.architecture = Architecture::parse("input 3x32x32 | " + golden.metadata().at("network"));
  writer.metadata = {{"striate", "1"},
                     {"architecture", info.architecture.text()},
                     {"classes", "[\"a\",\"b\",\"c\",\"d\",\"e\"]"},
                     {"mean", "[]"},
                     {"std", "[]"},
                     {"seed", "1"},
                     {"step", "0"}};
  writer.write(folder / "golden.safetensors");
  for (const Device& device : Device::all_for_tests()) {
    Stream stream(device);
    OpenNetwork network = OpenNetwork::open(stream, folder / "golden.safetensors");
    const std::vector<float> input = golden.floats("input");
    const NetworkAnswer answer = *network.run(input);
    expect_golden(answer.logits, golden.floats("logits"), "logits");
    const std::vector<double> classes = golden.doubles("class");
    EXPECT_EQ(answer.order[0], static_cast<int>(classes[0]));
    EXPECT_EQ(answer.order[1], static_cast<int>(classes[1]));
    // Node 7 of the golden file, the input not counted: the last activation map.
    const std::vector<float> parts = golden.floats("contributions");
    const auto best = static_cast<size_t>(answer.order[0]);
    for (const int channel : {0, 7, 15}) {
      const auto first = parts.begin() + channel * 16;
      const double part = std::accumulate(first, first + 16, 0.0);
      network.set_lesions({{8, channel}});
      EXPECT_NEAR(network.run(input)->logits[best], double{answer.logits[best]} - part, 1e-5) << channel;
    }
  }
}

TEST(OpenNetwork, has_the_trained_weights_that_the_program_carries) {
  ASSERT_EQ(carried_models(), (std::vector<std::string>{"lenet1989", "lenet5-1998", "lenet5-digits", "squeezenet1_1"}));
  EXPECT_TRUE(carried_weights("squeezenet1_").empty());
  EXPECT_EQ(carried_models("lenet").size(), 3u);
  for (const Device device : Device::all_for_tests()) {
    Stream stream(device);
    OpenNetwork network = OpenNetwork::open(stream, "squeezenet1_1");
    const OpenNetworkInfo& info = *network.info();
    EXPECT_TRUE(info.carried);
    EXPECT_EQ(info.file, "");
    EXPECT_EQ(info.name, "squeezenet1_1");
    EXPECT_EQ(info.weights, WeightsFrom::given);
    EXPECT_FALSE(info.weights_lack);
    EXPECT_EQ(info.prepared_as, "the file");
    EXPECT_NE(info.preprocessing.find("bgr"), std::string::npos) << info.preprocessing;
    if (device.is_gpu()) continue;  // the rest takes long, and is the same
    const std::vector<float> input(static_cast<size_t>(info.picture.count()), 20.0f);
    const std::vector<float> given = network.run(input)->logits;
    network.draw_weights(1);
    EXPECT_NE(network.run(input)->logits, given);
    network.give_weights();
    EXPECT_EQ(network.run(input)->logits, given);
  }
}

}  // namespace striate
