// The lines for NumPy and PyTorch that stand beside a kernel's source: run where a Python has them, they give the bytes
// that the picture has.
#include "engine/export/filter_lines.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <string>

#include "engine/filter.h"
#include "tests/engine/small_images.h"
#include "tests/python_with.h"

namespace striate {
namespace {

FilterStage stage_of(const std::string& name, double strength = 1) {
  FilterStage stage;
  const NamedKernel* named = find_named_kernel(name);
  EXPECT_NE(named, nullptr) << name;
  stage.kernel = named->kernel;
  stage.strength = strength;
  return stage;
}

std::vector<FilterChain> chains() {
  std::vector<FilterChain> list;
  FilterStage own;  // neither square nor odd, off its middle
  own.kernel.width = 4, own.kernel.height = 3;
  own.kernel.taps = {1, -2, 0.5, 3, 0, 0.25, -1, 2, 7, -3, 1, 0.1};
  own.kernel.anchor_x = 0;
  own.divisor = 3, own.offset = 12.5;
  for (const Border border : all_borders()) {
    for (const Show show : all_shows()) {
      FilterChain one;
      one.border = border, one.show = show;
      one.stages = {own};
      list.push_back(one);
      one.stages = {stage_of("sobel-x")};
      list.push_back(one);
      one.stages = {stage_of("sharpen", 0.7), own};
      one.repeat = 2;
      list.push_back(one);
    }
    for (const char* text : {"median size 5", "bilateral size 5 sigma 1.5 range 25", "erosion size 5 element disk",
                             "dilation size 3", "opening size 3 element cross", "closing size 3",
                             "canny low 60 high 150", "unsharp size 5 sigma 1 amount 1.5 threshold 4"}) {
      FilterChain one;
      one.border = border;
      one.stages = {parse_filter(text)};
      list.push_back(one);
    }
    FilterChain mixed;
    mixed.border = border;
    mixed.stages = {parse_filter("median"), parse_filter("canny low 40 high 90"), parse_filter("blur")};
    list.push_back(mixed);
  }
  return list;
}

// The bytes that `lines` make of a picture, for each chain: one run of Python for all.
void check_lines(const std::string& python, bool torch) {
  TestFolder folder;
  for (const bool gray : {false, true}) {
    const Image image = test_image(11, 9, gray ? 1 : 3);
    std::string script = "import sys\nimport numpy as np\n";
    if (torch) script += "import torch\nimport torch.nn.functional as F\ntorch.set_num_threads(1)\n";
    std::string values;
    for (const uint8_t v : image.bytes) values += std::to_string(v) + ",";
    script += fmt::format("picture = np.array([{}], dtype=np.float64).reshape(9, 11, -1)\n", values);
    for (const FilterChain& chain : chains()) {
      const FilterLines lines = torch ? torch_lines(chain, "a.png", gray) : numpy_lines(chain, "a.png", gray);
      script += torch ? "x = torch.from_numpy(picture).permute(2, 0, 1)[:, None]\n" : "x = picture\n";
      script += lines.compute + "sys.stdout.buffer.write(result.tobytes())\n";
    }
    write_file(folder / "lines.py", FileBytes(script.begin(), script.end()));
    const std::string run =
        "'" + python + "' '" + (folder / "lines.py") + "' >'" + (folder / "out") + "' 2>'" + (folder / "err") + "'";
    ASSERT_EQ(std::system(run.c_str()), 0) << [&] {
      const FileBytes bytes = file_of(folder / "err");
      return std::string(bytes.begin(), bytes.end());
    }();
    const FileBytes out = file_of(folder / "out");
    size_t at = 0;
    Stream stream(Device::cpu());
    for (const FilterChain& chain : chains()) {
      const Region all{0, 0, image.width, image.height};
      const Range range = filter_chain_range(stream, chain, picture_of(image), all);
      FileBytes wanted(image.value_count());
      filter_chain(stream, chain, range, picture_of(image), all, wanted.data(),
                   int64_t{1} * image.width * image.channels);
      ASSERT_LE(at + wanted.size(), out.size());
      int different = 0;
      for (size_t i = 0; i < wanted.size(); ++i) {
        const int apart = std::abs(int{out[at + i]} - int{wanted[i]});
        ASSERT_LE(apart, 1) << show_name(chain.show) << ' ' << border_name(chain.border) << ' ' << i;
        different += apart;
      }
      // Another order of adding may round the other way at a half.
      EXPECT_LE(different, 2) << show_name(chain.show) << ' ' << border_name(chain.border);
      at += wanted.size();
    }
    EXPECT_EQ(at, out.size());
  }
}

TEST(FilterLines, numpy_gives_the_bytes_of_the_picture) {
  const std::string python = python_with("numpy");
  if (python.empty()) GTEST_SKIP() << "no Python here has numpy (STRIATE_PYTHON may name one)";
  check_lines(python, false);
}

TEST(FilterLines, pytorch_gives_the_bytes_of_the_picture) {
  const std::string python = python_with("torch");
  if (python.empty()) GTEST_SKIP() << "no Python here has torch (STRIATE_PYTHON may name one)";
  check_lines(python, true);
}

TEST(FilterLines, hold_the_present_settings) {
  FilterChain chain;
  chain.stages = {stage_of("sobel-x")};
  chain.border = Border::reflect;
  chain.repeat = 3;
  const std::string numpy = numpy_lines(chain, "my photo.jpg", false).text();
  EXPECT_NE(numpy.find("Image.open(\"my photo.jpg\").convert(\"RGB\")"), std::string::npos) << numpy;
  EXPECT_NE(numpy.find("mode=\"reflect\""), std::string::npos);
  EXPECT_NE(numpy.find("[[-1, 0, 1],"), std::string::npos);
  EXPECT_NE(numpy.find("for again in range(3):"), std::string::npos);
  EXPECT_NE(torch_lines(chain, "a.png", true).text().find("F.conv2d(padded, weight)"), std::string::npos);
}

}  // namespace
}  // namespace striate
