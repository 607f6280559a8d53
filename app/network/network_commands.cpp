// The commands "network.*".
#include <filesystem>
#include <string_view>
#include <utility>

#include "app/network/network_in_use.h"
#include "app/shell/samples.h"
#include "app/words/words.h"
#include "engine/files/carried_weights.h"
#include "engine/files/image_file.h"
#include "engine/network/models.h"

namespace striate {
namespace {

// Empty: "picture", "portrait", "drawing", "sample:NAME", "test N" name no file. A camera is one as far as a lesson
// from elsewhere is concerned: it asks before it looks.
std::string_view file_of_image(std::string_view value) {
  const bool word = value == "picture" || value == "portrait" || value == "drawing" || value.starts_with("sample:");
  return word || test_number(value) ? std::string_view() : value;
}

}  // namespace

std::string_view file_of_network(std::string_view value) {
  const size_t file = model_and_file(value).second.size();
  const std::string_view rest = value.substr(value.size() - file);
  const bool name = find_model(std::string(rest)) != nullptr || !carried_weights(rest).empty();
  return name ? std::string_view() : rest;
}

std::optional<PictureCrop> crop_of(const Arguments& arguments) {
  if (!arguments.has(0)) return std::nullopt;
  if (!arguments.has(2)) {
    throw Error("a part of a picture is X, Y and SIZE",
                "give all three, as in network.crop 40 20 224, or none of them");
  }
  return PictureCrop{static_cast<int>(arguments.integer(0)), static_cast<int>(arguments.integer(1)),
                     static_cast<int>(arguments.integer(2))};
}

void NetworkInUse::set_image(const std::string& text) {
  NetworkState next = state_;
  next.image = text;
  if (text != state_.image) next.crop.reset();
  const std::optional<int64_t> n = test_number(text);
  if (text == "drawing") {
    if (!document_.drawing) {
      throw Error(
          "nothing is drawn",
          "draw on the pad of page lenet, or of page train: train.view draw, then train.draw 70 60 210 60 120 230");
    }
  } else if (n) {
    test_picture_index(document_.training ? document_.training->split.get() : nullptr, *n);
    next.image = fmt::format("test {}", *n);
  } else if (text.starts_with("sample:")) {
    sample_image(text.substr(7));
  } else if (text == "camera") {
    need_camera();
    has_camera_ = true;
  } else if (!file_of_image(text).empty()) {
    read_image_header(text);  // the mistakes that can be seen at once are told at once
    next.image = std::filesystem::absolute(text).lexically_normal().string();
  }
  set(std::move(next));
}

void NetworkInUse::declare(Registry& registry) {
  registry.add(Command{
      "network.open",
      N_("Opens a network: a model by its name, with the weights that the program has of it or random ones, or a file "
         "with one"),
      {Parameter::file_to_read(
          "NAME|FILE",
          "a model's name (alexnet), or a file: ONNX, safetensors, a PyTorch checkpoint, a training "
          "that was saved",
          file_of_network)},
      [this](const Arguments& arguments) { open(arguments.text(0)); },
      Undo::edit,
  });
  registry.add(Command{
      "network.use",
      N_("Which network is looked at: that of page train at the step that its timeline shows, or the one that was "
         "opened"),
      {Parameter::choice("WHICH", "training, or opened", {"training", "opened"})},
      [this](const Arguments& arguments) { use(arguments.text(0) == "opened"); },
      Undo::edit,
  });
  registry.add(Command{
      "network.image",
      N_("What the network looks at"),
      {Parameter::file_to_read("FILE|WORD",
                               "a picture file; picture, the open one; portrait; sample:NAME; test N, the N-th picture "
                               "of the training's test part; drawing, what is drawn on the pad of page train; camera, "
                               "what it sees now",
                               file_of_image)},
      [this](const Arguments& arguments) { set_image(arguments.text(0)); },
      Undo::edit,
  });
  registry.add(Command{
      "network.weights",
      N_("The weights as they were opened or trained, or all drawn anew: the control for every explanation"),
      {Parameter::choice("WHICH", "given, or random", {"given", "random"}),
       Parameter::integer("SEED", "what random weights are drawn from; 0 unless said", 0, 4294967295.0).or_none()},
      [this](const Arguments& arguments) {
        NetworkState next = state_;
        next.random = arguments.text(0) == "random";
        if (!next.random && arguments.has(1)) {
          throw Error("given weights have no seed", "say: network.weights given, or network.weights random SEED");
        }
        next.seed = arguments.has(1) ? static_cast<uint64_t>(arguments.integer(1)) : 0;
        if (!next.random && next.opened && only_random(next.file)) {
          throw Error(fmt::format("{} was opened by its name: it has no weights but random ones", next.file),
                      "open a file with its weights: network.open FILE; striate models says where they are published");
        }
        set(std::move(next));
      },
      Undo::edit,
  });
  registry.add(Command{
      "network.lesion",
      N_("Cuts a channel out, or a whole layer: its outputs are 0 in the forward pass"),
      {Parameter::word("LAYER", "its number, from 0 without the input, or its name; input is one"),
       Parameter::integer("CHANNEL", "which, from 0; all of them unless said", 0, 1e6).or_none()},
      [this](const Arguments& arguments) {
        lesion(arguments.text(0), arguments.has(1) ? static_cast<int>(arguments.integer(1)) : -1);
      },
      Undo::edit,
  });
  const Parameter block =
      Parameter::word("LAYER", "any layer of the block: its number, from 0 without the input, or name");
  registry.add(Command{"network.skip",
                       N_("Leaves a residual block's layers out: F(x) is 0, only the shortcut is left"),
                       {block, Parameter::on_off("SKIPPED", "on: only the shortcut is left")},
                       [this](const Arguments& a) { cut_block(a.text(0), a.on(1), std::nullopt); },
                       Undo::edit});
  registry.add(Command{"network.shortcut",
                       N_("Leaves a residual block's shortcut out: only F(x) is left"),
                       {block, Parameter::on_off("THERE", "off: only F(x) is left")},
                       [this](const Arguments& a) { cut_block(a.text(0), std::nullopt, !a.on(1)); },
                       Undo::edit});
  registry.add(Command{"network.crop",
                       N_("The part of the picture that the network looks at, instead of the usual one; without values "
                          "the usual one again"),
                       {Parameter::integer("X", "its left column in the picture, from 0", 0, 1e6).or_none(),
                        Parameter::integer("Y", "its upper row", 0, 1e6).or_none(),
                        Parameter::integer("SIZE",
                                           "its width in pixels of the picture; its height follows from the "
                                           "network's input",
                                           1, 1e6)
                            .or_none()},
                       [this](const Arguments& a) { crop(crop_of(a)); },
                       Undo::edit});
  registry.add(Command{"network.restore",
                       N_("Takes all lesions back"),
                       {},
                       [this](const Arguments&) {
                         NetworkState next = state_;
                         next.lesions.clear();
                         next.blocks.clear();
                         set(std::move(next));
                       },
                       Undo::edit});
  declare_readouts(registry);
}

}  // namespace striate
