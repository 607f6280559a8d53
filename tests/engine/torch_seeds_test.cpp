// Files that PyTorch itself saved (tests/fuzz/make_torch_seeds.py wrote them): every type, every kind of view,
// checkpoints, TorchScript, in both formats.
#include <gtest/gtest.h>

#include <numeric>

#include "engine/error.h"
#include "engine/files/torch_file.h"
#include "tests/source_dir.h"

namespace striate {
namespace {

using Floats = std::vector<float>;

std::string seed(const std::string& name) { return source_dir() + "/tests/fuzz/seeds/torch/" + name; }

Floats counted(std::initializer_list<int> values) { return Floats(values.begin(), values.end()); }

TEST(TorchSeeds, every_type_that_pytorch_saved_is_read) {
  for (const char* name : {"types.pt", "types_legacy.pt"}) {
    const SafeTensors file = open_tensors(seed(name));
    EXPECT_EQ(file.tensors().size(), 10u);
    for (const SafeTensor& tensor : file.tensors()) {
      EXPECT_EQ(tensor.shape, (std::vector<int64_t>{2, 3}));
      EXPECT_EQ(file.floats(tensor.name),
                tensor.name == "bool" ? counted({0, 1, 1, 1, 1, 1}) : counted({0, 1, 2, 3, 4, 5}))
          << tensor.name;
    }
  }
}

TEST(TorchSeeds, every_view_that_pytorch_saved_is_read) {
  for (const char* name : {"views.pt", "views_legacy.pt"}) {
    const SafeTensors file = open_tensors(seed(name));
    Floats whole(24);
    std::iota(whole.begin(), whole.end(), 0.0f);
    EXPECT_EQ(file.floats("whole"), whole);
    const Floats transposed = file.floats("transposed");
    ASSERT_EQ(file.at("transposed").shape, (std::vector<int64_t>{6, 4}));
    for (size_t i = 0; i < 24; ++i) EXPECT_EQ(transposed[i], whole[i % 4 * 6 + i / 4]);
    EXPECT_EQ(file.floats("part"), counted({8, 9, 10, 14, 15, 16}));
    EXPECT_EQ(file.floats("column"), counted({5, 11, 17, 23}));
    EXPECT_EQ(file.floats("every_other"), counted({0, 1, 2, 3, 4, 5, 12, 13, 14, 15, 16, 17}));
    EXPECT_EQ(file.floats("expanded"), counted({0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 4, 5}));
    EXPECT_EQ(file.floats("scalar"), counted({23}));
    EXPECT_TRUE(file.at("scalar").shape.empty());
    EXPECT_TRUE(file.floats("empty").empty());
    EXPECT_EQ(file.floats("parameter"), counted({12, 13, 14, 15, 16, 17}));
    Floats sixteen(16);
    std::iota(sixteen.begin(), sixteen.end(), 0.0f);
    EXPECT_EQ(file.floats("channels_last"), sixteen);
  }
}

TEST(TorchSeeds, the_weights_of_a_network_are_found_in_all_that_pytorch_saved_of_it) {
  for (const char* name : {"checkpoint.pt", "checkpoint_legacy.pt", "protocol5.pt", "script.pt"}) {
    const SafeTensors file = open_tensors(seed(name));
    EXPECT_EQ(file.floats("conv.weight"), Floats(18, 1)) << name;
    EXPECT_EQ(file.floats("norm.bias"), Floats(2, 4));
    EXPECT_EQ(file.floats("blocks.0.weight"), Floats(12, 5));
    EXPECT_EQ(file.floats("norm.running_var"), Floats(2, 1));
    EXPECT_EQ(file.at("norm.num_batches_tracked").dtype, Dtype::I64);
    EXPECT_EQ(file.notes().size(), 1u);
    if (std::string(name) == "script.pt") continue;
    EXPECT_EQ(file.notes()[0], "its weights are those under \"state_dict\"");
    EXPECT_EQ(file.metadata().at("classes"), R"(["cat","dog","owl"])");
  }
}

TEST(TorchSeeds, a_whole_network_that_pytorch_saved_is_named_as_code) {
  try {
    open_tensors(seed("module.pt"));
    FAIL() << "it was read";
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "module.pt holds a Net from __main__, which is program code");
  }
}

}  // namespace
}  // namespace striate
