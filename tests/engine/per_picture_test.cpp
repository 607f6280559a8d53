// What a network for pictures keeps to: something for each picture of a batch, wherever the network comes from.
#include "engine/network/per_picture.h"

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "engine/network/layer_list.h"
#include "engine/network/models.h"
#include "engine/session/model_file.h"
#include "engine/training/checkpoint.h"
#include "engine/training/metrics.h"
#include "engine/training/trainer.h"
#include "tests/engine/training_data.h"
#include "tests/test_folder.h"

namespace striate {
namespace {

std::string failure(const std::function<void()>& work) {
  try {
    work();
  } catch (const Error& error) {
    EXPECT_FALSE(error.hint().empty());
    return error.what();
  }
  return "";
}

const Shape kPicture{1, 12, 12};

std::string mistake(const std::string& text) {
  return failure([&] {
    Architecture architecture = Architecture::parse(text);
    architecture.set_input(kPicture);
    check_pictures(architecture);
  });
}

TEST(PerPicture, layers_that_lose_the_pictures_are_named) {
  EXPECT_EQ(mistake("resize nearest 14,1,12,12 | flatten | dense 10"),
            "layer 0 (resize nearest 14,1,12,12) mixes the pictures of a batch: it resizes axis 0");
  EXPECT_EQ(mistake("transpose 2,1,0,3 | flatten | dense 10"),
            "layer 0 (transpose 2,1,0,3) gives 12 x 1 x 2 x 12 for a batch of 2 pictures, not something for each");
  EXPECT_EQ(mistake("reshape -1"), "layer 0 (reshape -1) gives 288 for a batch of 2 pictures, not something for each");
  EXPECT_EQ(mistake("reshape 1,144"),
            "2 pictures at once: layer 0 (reshape 1,144): got 2 x 1 x 12 x 12, 288 values, which don't fill 1,144");
  EXPECT_EQ(mistake("a: relu | concat a axis 0"),
            "layer 1 (concat axis 0) gives 4 x 1 x 12 x 12 for a batch of 2 pictures, not something for each");
  // (N, 1, 1, 1) and (N, 1) repeat to (N, 1, N, 1): the first axis looks right.
  EXPECT_EQ(mistake("reducemean 1,2,3 keep | a: reshape batch,1 | from 0 | add a"),
            "layer 2 (add) gives 1 x 1 x 1 x 1 for one picture and 2 x 1 x 2 x 1 for 2: other sizes for each");
  EXPECT_EQ(mistake("flatten | constant 4x10"),
            "layer 1 (constant 4x10) gives 4 x 10 for a batch of 2 pictures, not something for each");
  EXPECT_EQ(mistake("slice axis 2 from 3 to 3"),
            "layer 0 (slice axis 2 from 3 to 3) gives 1 x 1 x 0 x 12: no values at all");
}

// Sizes are right, but what comes out for a picture depends on the others.
TEST(PerPicture, only_what_mixes_the_pictures_is_said_to) {
  const std::string mixes = "mixes the pictures of a batch";
  for (const char* text : {"softmax axis 0", "softmax from 0", "logsoftmax axis 0", "layernorm from 0 no scale no bias",
                           "reducemean 0,2 keep", "slice axis 0 from -1 to -100 step -1", "slice axis 0 from 0 to 2",
                           "slice axis 0 from 0 to 5", "gather axis 0 0,-1", "pad wrap 1,0,0,0,-1,0,0,0",
                           "resize linear batch,1,12,12 scales 0.5,1,1,1"}) {
    EXPECT_NE(mistake(text).find(mixes), std::string::npos) << text << ": " << mistake(text);
  }
  for (const char* text : {"slice axis 0 from 0 to 999999", "softmax axis 1", "softmax from 1", "layernorm from 1",
                           "reducemean 2,3", "transpose 0,3,1,2", "reshape -1,144", "reshape batch,-1",
                           "resize nearest batch,1,5,7", "batchnorm", "pad wrap 0,0,1,0,0,0,-1,0",
                           "c: constant 1x12x1 | from input | mul c", "c: constant 12x5 | from input | matmul c",
                           "c: constant 4x4 | d: constant 4x2 | from c | matmul d | from input | relu"}) {
    EXPECT_EQ(mistake(text), "") << text;
  }
}

TEST(PerPicture, the_window_says_the_same_beside_the_layer) {
  const LayerList::Checked checked = LayerList::parse("relu | softmax axis 0 | flatten | dense 10").check(kPicture, 10);
  EXPECT_FALSE(checked.good);
  ASSERT_EQ(checked.wrong(), 1);
  EXPECT_EQ(std::string(checked.rows[1].error->what()), "mixes the pictures of a batch: its sums go over axis 0");
  EXPECT_TRUE(
      LayerList::parse("c: constant 1x12x1 | from input | mul c | flatten | dense 10").check(kPicture, 10).good);
}

// Each of these wrote outside its memory.
TEST(PerPicture, is_asked_wherever_a_network_comes_in) {
  Stream stream(Device::cpu());
  const std::unique_ptr<MemoryDataset> data = bars(20, 12, 10);
  const TestFolder folder;
  for (const char* text : {"resize nearest 14,1,12,12 | flatten | dense 10", "transpose 2,1,0,3 | flatten | dense 10",
                           "reshape -1", "flatten | dense 10 | slice axis 0 from 0 to 4"}) {
    SCOPED_TRACE(text);
    EXPECT_NE(failure([&] { architecture_from(text, kPicture, 10); }), "");
    Architecture architecture = Architecture::parse(text);
    architecture.set_input(kPicture);
    Network network(stream, architecture);
    TrainerSettings settings;
    settings.batch = 7;
    EXPECT_NE(failure([&] { Trainer(stream, network, *data, all_of(*data), {}, settings); }), "");
    EXPECT_NE(failure([&] { Evaluator(stream, architecture, 5, Loss::cross_entropy); }), "");
    const std::string path = folder / "model.safetensors";
    ModelInfo info;
    info.architecture = architecture;
    info.classes = data->classes();
    save_model(path, stream, info, network);
    EXPECT_NE(failure([&] { read_model_info(SafeTensors::read(path), path); }).find("model.safetensors"),
              std::string::npos);
    EXPECT_NE(failure([&] { read_model_file(path); }).find("model.safetensors"), std::string::npos);
  }
  Network whole(stream, Architecture::parse("input whole 1x12x12 | flatten | dense 10"));
  EXPECT_EQ(failure([&] { Trainer(stream, whole, *data, all_of(*data), {}, {}); }),
            "an input that is whole can't be trained in batches");
}

TEST(PerPicture, a_network_that_no_memory_holds_is_refused) {
  Stream stream(Device::cpu());
  const auto built = [&](const std::string& text) {
    return failure([&] { Network(stream, Architecture::parse(text)); });
  };
  EXPECT_NE(built("input 1000x1000x1000 | flatten | dense 1048576 | dense 2").find("memory"), std::string::npos);
  std::string text = "input 4";
  for (int i = 0; i < 1000; ++i) text += " | constant 2000000000";  // 8 TB, and as much again for what they give
  EXPECT_NE(built(text).find("not enough memory on cpu"), std::string::npos) << built(text);
}

}  // namespace
}  // namespace striate
