// Data sets by name: what --data, the window and lessons say.
//
//   digits | letters | shapes | satellite     made by the program; digits:50000 makes so many
//   world                           tiles of the earth, cut out of pictures that the program carries; world:32 larger
//                                   ones, world:16:200 two hundred of each class
//   mnist:DIR                       the four IDX files of MNIST or a relative (Fashion-MNIST), plain or .gz
//   cifar10:DIR                     the binary batches, whole or cut
//   folder:DIR                      a folder per class; with train/ and test/ in it, those two are kept apart
//
// To add one: a function in a file of its own and a line in the list in sources.cpp.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "engine/image.h"
#include "engine/training/data/byte_dataset.h"
#include "engine/training/data/dataset.h"

namespace striate {

struct SourceOptions {
  uint64_t seed = 1;          // of the drawn ones
  int width = 0, height = 0;  // folder: what pictures are fitted to; 0: the size that all have, if it is one of 96 or
                              // less, else 64 x 64
  int channels = 0;           // folder: 3 for color, 1 for gray; 0: gray if all pictures are
  // folder: (C, H, W) bytes of a picture, how it is fitted; empty: fit_image().
  std::function<std::vector<uint8_t>(const Image& image, const Shape& shape)> fit;
  // Files done of all; false stops: open_dataset() then throws Error.
  std::function<bool(int64_t done, int64_t all)> progress;
};

struct DataSource {
  const char* word;    // "mnist"
  const char* syntax;  // "mnist:DIR"
  const char* about;   // one sentence
  bool takes_folder;   // a folder must stand behind the colon; else numbers may
  int64_t usual_size;  // of what is drawn: how many, where no number says it; 0: it is not drawn
  std::unique_ptr<Dataset> (*open)(const std::string& argument, const SourceOptions& options);
};
const std::vector<DataSource>& data_sources();
const DataSource* find_source(const std::string& text);  // of "mnist:DIR"; null: there is none of this word
// Whether the program draws them: opening such a set only writes down how, and any number of pictures may be asked for.
bool is_drawn(const DataSource& source);
// How many pictures the text of a drawn data set asks for; 0: it is none. Throws Error where that is no number.
int64_t drawn_size(const std::string& text);

// Throws Error: an unknown word (with the nearest one), a missing folder, and what the readers below throw.
std::unique_ptr<Dataset> open_dataset(const std::string& text, const SourceOptions& options = {});
// The word of it, without what stands behind the colon: "mnist".
std::string source_word(const std::string& text);

// The readers of files, each in its own .cpp. All throw Error that names the file or folder.
std::unique_ptr<ByteDataset> open_mnist(const std::string& folder);
std::unique_ptr<ByteDataset> open_cifar10(const std::string& folder);
std::unique_ptr<ByteDataset> open_folder(const std::string& folder, const SourceOptions& options);

}  // namespace striate
