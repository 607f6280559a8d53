// Files of before a name changed are read as today's: what earlier versions wrote, word by word.
#include "engine/old_names.h"

#include <gtest/gtest.h>

#include "engine/files/safetensors.h"
#include "engine/preprocess/preprocessing.h"
#include "engine/training/checkpoint.h"

namespace striate {
namespace {

TEST(OldNames, a_training_saved_with_them_is_read) {
  SafeTensorsWriter writer;
  writer.metadata = {{"striate", "1"},
                     {"architecture", "input 1x8x8\nflatten\ndense 4"},
                     {"classes", "[\"a\"]"},
                     {"mean", "[0.5]"},
                     {"deviation", "[0.25]"},
                     {"seed", "1"},
                     {"step", "2"}};
  const float one = 1;
  writer.add("x", {1}, &one, 1);
  const std::vector<uint8_t> bytes = writer.to_memory();
  const ModelInfo info = read_model_info(SafeTensors::read(bytes.data(), bytes.size(), "f"), "f");
  EXPECT_EQ(info.normalization.stddev, std::vector<float>{0.25f});
}

TEST(OldNames, a_preprocessing_says_them_and_is_written_with_todays) {
  const Preprocessing old = Preprocessing::parse("shorter 256 | mean 1,2,3 | deviation 2,1,4");
  EXPECT_EQ(old.stddev, (std::vector<float>{2, 1, 4}));
  EXPECT_NE(old.text().find("std 2,1,4"), std::string::npos) << old.text();
  EXPECT_EQ(old.text().find("deviation"), std::string::npos);
}

TEST(OldNames, are_each_for_their_own_place_and_go_both_ways) {
  EXPECT_EQ(current_name(NameOf::metadata, "preparation"), "preprocessing");
  EXPECT_EQ(old_name(NameOf::metadata, "preprocessing"), "preparation");
  EXPECT_EQ(current_name(NameOf::command, "preparation"), "preparation");
  EXPECT_EQ(old_name(NameOf::command, "open"), "");
}

}  // namespace
}  // namespace striate
