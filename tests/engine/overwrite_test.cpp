// What may be written over: the rule that every writer asks (engine/export/overwrite.h).
#include "engine/export/overwrite.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "engine/error.h"
#include "engine/export/onnx_writer.h"
#include "engine/files/image_file.h"
#include "engine/files/safetensors.h"
#include "engine/files/zip_archive.h"
#include "engine/training/checkpoint.h"
#include "tests/test_folder.h"

namespace striate {
namespace {
namespace fs = std::filesystem;

constexpr FileKind kAll[] = {FileKind::package,   FileKind::picture,      FileKind::weights, FileKind::onnx,
                             FileKind::python,    FileKind::training_log, FileKind::curves,  FileKind::lesson,
                             FileKind::recording, FileKind::network_text, FileKind::table,   FileKind::grid,
                             FileKind::units,     FileKind::drawing,      FileKind::film,    FileKind::course,
                             FileKind::answers,   FileKind::labels,       FileKind::document};

class OverwriteTest : public ::testing::Test {
 protected:
  std::string path(const std::string& name) const { return folder_ / name; }
  std::string put(const std::string& name, const std::string& text) const {
    std::ofstream(path(name), std::ios::binary) << text;
    return path(name);
  }
  static std::string refusal(const Overwrite& asked) {
    try {
      check_overwrite(asked);
    } catch (const Error& error) {
      return std::string(error.what()) + " / " + error.hint();
    }
    return "";
  }
  static std::string refusal_beside(const Overwrite& asked, const std::string& output) {
    try {
      check_overwrite_beside(asked, output);
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  }
  // One file of each kind, as Striate writes it.
  std::string file_of(FileKind kind) {
    const std::string name = fmt::format("file-{}", static_cast<int>(kind));
    switch (kind) {
      case FileKind::picture: {
        Image image;
        image.width = image.height = 2;
        image.channels = 1;
        image.bytes.resize(4);
        write_image(path(name + ".png"), image);
        return path(name + ".png");
      }
      case FileKind::drawing:
        return put(name, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\"/>\n");
      case FileKind::film:
        return put(name + ".mp4", std::string("\0\0\0\x20"
                                              "ftypisom\0\0\2\0isomiso2avc1mp41",
                                              32));
      case FileKind::document:
        return put(name, std::string("%PDF-1.5\n%\0\n", 12));
      case FileKind::weights: {
        SafeTensorsWriter writer;
        const float value = 1;
        writer.add("a", {1}, &value, 1);
        writer.write(path(name));
        return path(name);
      }
      case FileKind::onnx: {
        Stream stream;
        Network network(stream, Architecture::parse("input 4 | dense 2"));
        write_onnx(stream, network, {}, path(name));
        return path(name);
      }
      case FileKind::python:
        return put(name, "import torch\n\nprint('hello')\n");
      case FileKind::training_log:
        return put(name, "step,epoch,loss,accuracy,rate,validation_loss,validation_accuracy\n1,0.1,2,0.5,0.01,,\n");
      case FileKind::curves:
        return put(name, "step,loss,accuracy,rate,gradient_norm,weight_norm\n");
      case FileKind::units:
        return put(name, "unit,score,steps\n0,12.5,256\n");
      case FileKind::network_text:
        return put(name, "conv 6 5x5\nrelu\nflatten\ndense 10\n");
      case FileKind::lesson:
        return put(name, "# Title\npage: pixels\n\n```striate\nopen portrait\n```\n");
      case FileKind::package:
        write_zip(path(name), {{"lesson.md", {'#', ' ', 'T'}}});
        return path(name);
      case FileKind::course:
        write_zip(path(name), {{"city.course", {'#', ' ', 'T'}}, {"lesson.md", {'#', ' ', 'T'}}});
        return path(name);
      case FileKind::answers:
        return put(name, std::string(kAnswersHeader) + "pixels,Pixels,1,,How many?,3,no,1,2026-11-23T09:15:02Z\n");
      case FileKind::recording:
        return put(name, "# A recorded session. Run it again: striate play FILE\nopen portrait\n");
      case FileKind::labels:
        return put(name, "picture,about,label,now\n4,,0,3\n");
      case FileKind::grid:
        return put(name, "row,column,value\n0,0,0.25\n");
      case FileKind::table:
        return put(name, "pixels.gray\t25\nOpen\tbrowse open\n");
    }
    return "";
  }

 private:
  TestFolder folder_;
};

TEST_F(OverwriteTest, a_file_is_renewed_by_its_own_kind_and_by_no_other) {
  for (const FileKind there : kAll) {
    const std::string file = file_of(there);
    for (const FileKind kind : kAll) {
      // Every other text may be a script.
      const bool text = there != FileKind::picture && there != FileKind::weights && there != FileKind::onnx &&
                        there != FileKind::package && there != FileKind::film && there != FileKind::course &&
                        there != FileKind::document;
      const bool may = kind == there || (kind == FileKind::python && text);
      EXPECT_EQ(refusal({file, kind}).empty(), may) << file << " as " << kind_in_words(kind);
      EXPECT_EQ(refusal({file, kind, {}, true}), "") << "by force";
      EXPECT_EQ(refusal({file + "-new", kind}), "");
    }
  }
  const std::string notes = put("notes.txt", "Dear diary, today I wrote to myself.\n");
  for (const FileKind kind : kAll) {
    if (kind != FileKind::python) {
      EXPECT_NE(refusal({notes, kind}), "") << kind_in_words(kind);
    }
  }
  const std::string empty = put("empty", "");
  for (const FileKind kind : kAll) EXPECT_EQ(refusal({empty, kind}), "");
  EXPECT_EQ(
      refusal({notes, FileKind::picture, {}, false, true}),
      notes +
          " is there already and is another text, not a picture / give another name, or write over it with --force");
}

TEST_F(OverwriteTest, what_is_read_is_never_written_over_whatever_it_is_called) {
  const std::string file = file_of(FileKind::picture);
  fs::create_symlink(file, path("link.png"));
  fs::create_hard_link(file, path("hard.png"));
  fs::create_symlink(path("link.png"), path("chain.png"));
  for (const std::string& name :
       {file, path("link.png"), path("hard.png"), path("chain.png"), path("./" + fs::path(file).filename().string())}) {
    EXPECT_NE(refusal({name, FileKind::picture, {"", "no such file", file}}).find("over what is read"),
              std::string::npos)
        << name;
    EXPECT_NE(refusal({file, FileKind::picture, {name}}), "") << name;
    EXPECT_EQ(refusal({name, FileKind::picture, {file}, true}), "");
  }
  EXPECT_EQ(refusal({path("new.png"), FileKind::picture, {file}}), "");
}

TEST_F(OverwriteTest, weights_beside_a_script_are_renewed_only_where_they_were_written_for_it) {
  const auto weights_for = [&](const std::string& name, const std::string& script) {
    SafeTensorsWriter writer;
    const float value = 1;
    writer.add("a", {1}, &value, 1);
    if (!script.empty()) writer.metadata[kWrittenForKey] = script;
    writer.write(path(name));
  };
  const Overwrite beside{path("a.safetensors"), FileKind::weights};
  EXPECT_EQ(refusal_beside(beside, path("a.py")), "");
  weights_for("a.safetensors", "");
  EXPECT_NE(refusal_beside(beside, path("a.py")).find("does not belong to a.py"), std::string::npos);
  weights_for("a.safetensors", "b.py");
  EXPECT_NE(refusal_beside(beside, path("a.py")), "");
  weights_for("a.safetensors", "a.py");
  EXPECT_EQ(refusal_beside(beside, path("a.py")), "");
  EXPECT_NE(refusal_beside({beside.path, beside.kind, {beside.path}}, path("a.py")), "") << "it is read";
  put("a.safetensors", "something else");
  EXPECT_NE(refusal_beside(beside, path("a.py")), "");
}

TEST_F(OverwriteTest, the_data_of_an_onnx_file_are_renewed_only_with_their_file) {
  Stream stream;
  Network network(stream, Architecture::parse("input 40 | dense 20"));
  const auto write = [&](const std::string& name) {
    write_onnx(stream, network, {}, path(name), 100, [&](const std::string& data) {
      check_overwrite_beside({data, FileKind::onnx}, path(name));
    });
  };
  write("a.onnx");
  ASSERT_TRUE(fs::exists(path("a.onnx.data")));
  write("a.onnx");
  put("b.onnx.data", "somebody's data");
  EXPECT_THROW(write("b.onnx"), Error);
  EXPECT_FALSE(fs::exists(path("b.onnx")));
  EXPECT_EQ(fs::file_size(path("b.onnx.data")), 15u);
}

TEST_F(OverwriteTest, paths_lead_through_links_to_what_is_not_there_yet) {
  fs::create_directory(path("in"));
  fs::create_directory(path("out"));
  fs::create_directory_symlink("../out", path("in/way"));
  fs::create_symlink(path("out/none"), path("in/gone"));
  fs::create_symlink("round", path("round"));
  const std::string in = resolved_path(path("in")), out = resolved_path(path("out"));
  EXPECT_EQ(resolved_path(path("in/way/x")), out + "/x");
  EXPECT_EQ(resolved_path(path("in/gone")), out + "/none");
  EXPECT_EQ(resolved_path(path("in/no/../x")), in + "/x");
  EXPECT_EQ(resolved_path(path("in/way/../x")), fs::path(out).parent_path().string() + "/x");
  EXPECT_THROW(resolved_path(path("round")), Error);
  EXPECT_TRUE(is_below(in + "/x", in));
  EXPECT_FALSE(is_below(in, in));
  EXPECT_FALSE(is_below(in + "side", in));
  EXPECT_TRUE(is_below("/x", "/"));
  EXPECT_TRUE(same_place(path("in/way/x"), path("out/x")));
  EXPECT_FALSE(same_place("", ""));
}

}  // namespace
}  // namespace striate
