#include "engine/training/data/sources.h"

#include <algorithm>
#include <charconv>

#include "engine/error.h"
#include "engine/nearest_word.h"
#include "engine/training/data/digits.h"
#include "engine/training/data/letters.h"
#include "engine/training/data/satellite.h"
#include "engine/training/data/shapes.h"
#include "engine/training/data/world_tiles.h"

namespace striate {
namespace {

int64_t drawn_size(const std::string& argument, int64_t usual) {
  int64_t size = usual;
  if (!argument.empty()) {
    const auto [stop, problem] = std::from_chars(argument.data(), argument.data() + argument.size(), size);
    if (problem != std::errc() || stop != argument.data() + argument.size())
      throw Error(fmt::format("data set: \"{}\" is not a number of pictures", argument),
                  "digits:50000 draws 50,000 of them; without a number it draws as many as usual");
  }
  return size;
}

template <typename Drawn>
std::unique_ptr<Dataset> open_drawn(const std::string& argument, const SourceOptions& options) {
  return std::make_unique<Drawn>(drawn_size(argument, Drawn::kUsualSize), options.seed);
}

const std::vector<DataSource> kSources = {
    {"digits", "digits[:N]", "handwriting-like digits drawn by the program, 28x28 gray", false, Digits::kUsualSize,
     open_drawn<Digits>},
    {"letters", "letters[:N]", "handwriting-like capitals from A to Z drawn by the program, 28x28 gray", false,
     Letters::kUsualSize, open_drawn<Letters>},
    {"shapes", "shapes[:N]", "six shapes drawn by the program, 32x32 in color", false, Shapes::kUsualSize,
     open_drawn<Shapes>},
    {"satellite", "satellite[:N]", "ground from above, made by the program, 64x64 in color, eight classes", false,
     Satellite::kUsualSize, open_drawn<Satellite>},
    {"world", "world[:TILE[:N]]", "the earth from space with its land cover, 16x16 in color, eight classes", false, 0,
     [](const std::string& argument, const SourceOptions& options) -> std::unique_ptr<Dataset> {
       return open_world(argument, options);
     }},
    {"mnist", "mnist:DIR", "MNIST's four IDX files, plain or .gz", true, 0,
     [](const std::string& folder, const SourceOptions&) -> std::unique_ptr<Dataset> { return open_mnist(folder); }},
    {"cifar10", "cifar10:DIR", "CIFAR-10's binary batches, whole or cut", true, 0,
     [](const std::string& folder, const SourceOptions&) -> std::unique_ptr<Dataset> { return open_cifar10(folder); }},
    {"folder", "folder:DIR", "your own pictures, a folder for each class", true, 0,
     [](const std::string& folder, const SourceOptions& options) -> std::unique_ptr<Dataset> {
       return open_folder(folder, options);
     }},
};

std::string argument_of(const std::string& text) {
  const size_t colon = text.find(':');
  return colon == std::string::npos ? "" : text.substr(colon + 1);
}

}  // namespace

const std::vector<DataSource>& data_sources() { return kSources; }

const DataSource* find_source(const std::string& text) {
  const auto source = std::find_if(kSources.begin(), kSources.end(),
                                   [word = source_word(text)](const DataSource& each) { return word == each.word; });
  return source == kSources.end() ? nullptr : &*source;
}

bool is_drawn(const DataSource& source) { return source.usual_size > 0; }

int64_t drawn_size(const std::string& text) {
  const DataSource* source = find_source(text);
  if (source == nullptr || !is_drawn(*source)) return 0;
  return drawn_size(argument_of(text), source->usual_size);
}

std::string source_word(const std::string& text) { return text.substr(0, text.find(':')); }

std::unique_ptr<Dataset> open_dataset(const std::string& text, const SourceOptions& options) {
  const std::string word = source_word(text);
  const std::string argument = argument_of(text);
  const DataSource* source = find_source(text);
  if (source == nullptr) {
    std::vector<std::string> words, forms;
    for (const DataSource& each : kSources) {
      words.push_back(each.word);
      forms.push_back(each.syntax);
    }
    const std::string near = nearest_word(word, words);
    throw Error(fmt::format("there is no data set \"{}\"", text),
                near.empty() ? fmt::format("one of {}; pictures of yours are folder:DIR", fmt::join(forms, ", "))
                             : fmt::format("did you mean \"{}\"? one of {}", near, fmt::join(forms, ", ")));
  }
  if (source->takes_folder && argument.empty())
    throw Error(fmt::format("data set \"{}\": the folder is missing", text), fmt::format("write {}", source->syntax));
  return source->open(argument, options);
}

}  // namespace striate
