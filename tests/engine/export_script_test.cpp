// PyTorch and Keras scripts: what stands in them. That they run and give the same values is tests/cli/export.sh's part.
#include <gtest/gtest.h>

#include "engine/error.h"
#include "engine/export/keras_script.h"
#include "engine/export/python_text.h"
#include "engine/export/torch_script.h"
#include "tests/engine/export_cases.h"

namespace striate {
namespace {

bool holds(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

std::string torch_of(const std::string& text, const ExportInfo& info = {}) {
  Stream stream{Device::cpu()};
  return torch_script(Network(stream, Architecture::parse(text)), info, "some/net.py");
}
std::string keras_of(const std::string& text, const ExportInfo& info = {}) {
  Stream stream{Device::cpu()};
  return keras_script(Network(stream, Architecture::parse(text)), info, "some/net.py");
}

TEST(ExportScript, layers_of_PyTorch_have_the_names_of_the_weights) {
  const std::string script = torch_of("input 3x8x8 | body.conv-1: conv 4 3x3 pad 1 | relu | flatten | dense 2");
  EXPECT_TRUE(holds(script, "self.put(\"body.conv-1\", nn.Conv2d(3, 4, 3, padding=1))")) << script;
  EXPECT_TRUE(holds(script, "body_conv_1 = self.layer[\"body.conv-1\"](x)")) << script;
  EXPECT_TRUE(holds(script, "x1 = F.relu(body_conv_1)")) << script;
  EXPECT_TRUE(holds(script, "x2 = x1.flatten(1)")) << script;
  EXPECT_TRUE(holds(script, "self.put(\"3\", nn.Linear(256, 2))")) << script;
  EXPECT_TRUE(holds(script, "in net.safetensors")) << script;
}

TEST(ExportScript, frozen_layers_stay_frozen) {
  const char* net = "input 3x8x8 | conv 4 3x3 pad 1 | bn: batchnorm | relu | flatten | fc: dense 2";
  ExportInfo info;
  EXPECT_FALSE(holds(torch_of(net, info), "freeze"));
  EXPECT_FALSE(holds(keras_of(net, info), "trainable"));
  info.frozen = LayerSet(4);
  const std::string torch = torch_of(net, info), keras = keras_of(net, info);
  EXPECT_TRUE(holds(torch, "FROZEN = [\"0\", \"bn\"]")) << torch;
  EXPECT_TRUE(holds(torch, "net.layer[name].requires_grad_(False)")) << torch;
  EXPECT_TRUE(holds(torch, "return freeze(net.eval())")) << torch;
  EXPECT_TRUE(holds(keras, "for name in [\"x0\", \"bn\"]:\n        model.get_layer(name).trainable = False")) << keras;
}

TEST(ExportScript, Keras_keeps_channels_last_up_to_what_needs_them_first) {
  const std::string script = keras_of("input 3x8x8 | conv 4 3x3 | relu | maxpool 2 | flatten | dense 2");
  EXPECT_TRUE(holds(script, "INPUT = (8, 8, 3)")) << script;
  EXPECT_TRUE(holds(script, "x0 = layers.Conv2D(4, 3, name=\"x0\")(x)")) << script;
  EXPECT_TRUE(holds(script, "x2 = layers.MaxPooling2D(2)(x1)")) << script;
  EXPECT_TRUE(holds(script, "x2_channels_first = ops.transpose(x2, (0, 3, 1, 2))")) << script;
  EXPECT_TRUE(holds(script, "x3 = layers.Flatten()(x2_channels_first)")) << script;
  EXPECT_TRUE(holds(script, "[arrays[\"4.weight\"].T, arrays[\"4.bias\"]]")) << script;
}

TEST(ExportScript, helpers_come_only_where_they_are_needed) {
  const std::string plain = torch_of("input 3x8x8 | maxpool 2 | avgpool 3 stride 1 pad 1");
  EXPECT_FALSE(holds(plain, "def average_pool"));
  EXPECT_TRUE(holds(plain, "F.max_pool2d(x, 2)")) << plain;
  const std::string uneven = torch_of("input 3x8x8 | avgpool 3 stride 1 pad 0,1,1,0");
  EXPECT_TRUE(holds(uneven, "def average_pool")) << uneven;
  EXPECT_FALSE(holds(uneven, "def resize_matrix"));
}

TEST(ExportScript, names_are_Python_s_and_different) {
  const std::string script = torch_of("input 4 | class: relu | a.b: relu | a_b: relu | 1x: relu | torch: relu");
  EXPECT_TRUE(holds(script, "class_2 = F.relu(x)")) << script;
  EXPECT_TRUE(holds(script, "a_b = F.relu(class_2)")) << script;
  EXPECT_TRUE(holds(script, "a_b_2 = F.relu(a_b)")) << script;
  EXPECT_TRUE(holds(script, "x1x = F.relu(a_b_2)")) << script;
  EXPECT_TRUE(holds(script, "torch_2 = F.relu(x1x)")) << script;
}

TEST(ExportScript, names_of_classes_cannot_leave_their_quotes) {
  ExportInfo info;
  info.name = "a \"\"\" b\\";
  info.classes = {"it's \"quoted\"", "back\\slash", "line\nbreak"};
  info.preprocessing = "shorter 256 | order bgr";
  for (const std::string& script : {torch_of("input 4 | dense 3", info), keras_of("input 4 | dense 3", info)}) {
    EXPECT_TRUE(holds(script, R"("it's \"quoted\"", "back\\slash", "line\x0abreak",)")) << script;
    EXPECT_TRUE(holds(script, "PREPARATION = \"shorter 256 | order bgr\"")) << script;
    EXPECT_EQ(script.find("\"\"\"a     b  for "), 0u) << script.substr(0, 40);
  }
}

TEST(ExportScript, a_network_without_an_input_is_told) {
  Stream stream{Device::cpu()};
  EXPECT_THROW(export_graph(Architecture::parse("relu"), {}), Error);
}

TEST(ExportScript, scripts_are_not_called_like_modules_that_they_import) {
  Stream stream{Device::cpu()};
  const Network network(stream, Architecture::parse("input 4 | dense 3"));
  for (const char* name : {"torch.py", "some/numpy.py", "keras.py", "onnx.py", "json.py", "random.py", "PIL.py"}) {
    for (const auto& write : {torch_script, keras_script}) {
      try {
        write(network, {}, name);
        ADD_FAILURE() << name << " is written";
      } catch (const Error& error) {
        EXPECT_NE(std::string(error.what()).find("Python would take this script for the module"), std::string::npos);
        EXPECT_NE(error.hint().find("_net.py"), std::string::npos);
      }
    }
  }
  EXPECT_NO_THROW(torch_script(network, {}, "torch_net.py"));
}

TEST(ExportScript, Keras_keeps_the_pictures_along_axis_0_or_says_so) {
  const auto refused = [](const char* text) {
    try {
      keras_of(text);
      return std::string();
    } catch (const Error& error) {
      EXPECT_FALSE(error.hint().empty());
      return std::string(error.what());
    }
  };
  EXPECT_EQ(refused("input 2x4x4 | t: transpose 2,0,1,3"),
            "layer t (transpose 2,0,1,3) does not keep the pictures along axis 0, as Keras needs it");
  EXPECT_NE(refused("input 2x4x4 | slice axis 0 from -1 to -100 step -1"), "");
  EXPECT_NE(refused("input 4 | gather axis 0 0"), "");
  EXPECT_NE(refused("input 4 | concat input axis 0"), "");
  EXPECT_NE(refused("input 4 | reducemax 0 keep"), "");
  EXPECT_EQ(refused("input 2x4x4 | transpose 0,2,1,3"), "");
  EXPECT_EQ(refused("input whole 2x4x4 | transpose 2,0,1"), "") << "a batch of a known size may be turned";
}

TEST(ExportScript, Keras_takes_values_one_by_one_where_a_slice_walks_backwards) {
  EXPECT_TRUE(holds(keras_of("input 2x5x4 | slice axis 2 from -1 to -6 step -2"), "ops.take(x, [4, 2, 0], axis=1)"));
  EXPECT_TRUE(holds(keras_of("input 7 | slice axis 1 from 100 to 1 step -3"), "ops.take(x, [6, 3], axis=1)"));
  EXPECT_TRUE(holds(keras_of("input 7 | slice axis 1 from 3 to -9223372036854775808 step -1"),
                    "ops.take(x, [3, 2, 1, 0], axis=1)"));
}

TEST(ExportScript, Keras_says_what_it_cannot_have) {
  EXPECT_THROW(keras_of("input 2x4x4 | maxpoolindices 2"), Error);
  EXPECT_TRUE(holds(keras_of("input whole 1x2x4x4 | maxpoolindices 2"), "max_places("));
}

}  // namespace
}  // namespace striate
