#include "app/pages/pretrained/pretrained.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <tuple>
#include <utility>

#include "app/network/class_names.h"
#include "app/network/same_network.h"
#include "app/words/words.h"
#include "engine/network/find_layer.h"
#include "engine/network/models.h"

namespace striate {
namespace {

std::string_view file_of_image(std::string_view value) {
  const bool word = value == "picture" || value == "portrait" || value == "drawing" || value.starts_with("sample:");
  return word || test_number(value) ? std::string_view() : value;
}
std::string_view file_of_second(std::string_view value) {
  return value == "none" ? std::string_view() : file_of_network(value);
}
std::string_view folder_of(std::string_view value) { return value == "none" ? std::string_view() : value; }

}  // namespace

PretrainedPage::PretrainedPage(const PageContext& context)
    : info_(pretrained_page().info),
      context_(context),
      settings_("pretrained", state_, Undo::none),
      times_(context.wake),
      other_worker_(std::make_shared<NetworkWorker>(context.document.stream.device())),
      sweep_(context.wake),
      preview_work_(context.wake),
      unroll_work_(context.wake),
      other_work_(context.wake) {
  declare_settings();
}

// ---------------------------------------------------------------------------------------------------------- commands

void PretrainedPage::declare_settings() {
  settings_
      .choice(
          "view", "what the stage shows", "Shows below picture and answer what is asked for",
          Parameter::choice("VIEW", "which view",
                            {"input", "layers", "block", "unroll", "against", "folder", "history"}),
          [](auto& s) -> auto& { return s.view; })
      .labels = {N_("Input"), N_("Layers"), N_("Block"), N_("Logit"), N_("Against"), N_("Folder"), N_("History")};
  Setting& order = settings_.choice(
      "order", "order", "Sorts the pictures of the folder",
      Parameter::choice("ORDER", "wrong: those that do not agree with their folder first, the most confident above",
                        {"wrong", "confident", "doubtful"}),
      [](auto& s) -> auto& { return s.order; });
  order.labels = {N_("Wrong first"), N_("Confident first"), N_("Doubtful first")};
  order.now = [this, labels = order.labels, words = order.parameter.choices] {
    Setting::Now now;
    if (sweep_.compared() > 0 || sweep_.pictures().empty()) return now;
    // No folder says what its pictures are: there are no wrong ones.
    for (size_t i = 1; i < words.size(); ++i) now.offers.emplace_back(labels[i], words[i]);
    if (state_.order == words[0]) now.value = ReadoutValue(words[1]);
    return now;
  };
  settings_
      .integer(
          "channel", "channel", "Shows at which places this channel contributed to the logit",
          {"CHANNEL", "which, from 0; all of them together unless said", -1, 1e6},
          [](auto& s) -> auto& { return s.channel; })
      .or_none(ReadoutValue(-1.0));
}

void PretrainedPage::declare_open(Registry& registry) {
  registry.add(Command{"pretrained.open",
                       N_("Opens a network and shows it here: a model by its name, with random weights, or a file"),
                       {Parameter::file_to_read("NAME|FILE",
                                                "a model's name (squeezenet1_1), or a file: ONNX, safetensors, a "
                                                "PyTorch checkpoint, a training that was saved",
                                                file_of_network)},
                       [this](const Arguments& arguments) { network().open(arguments.text(0)); },
                       Undo::edit});
  registry.add(Command{"pretrained.image",
                       N_("What the network looks at"),
                       {Parameter::file_to_read("FILE|WORD",
                                                "a picture file; picture, the open one; portrait; sample:NAME; test N; "
                                                "drawing",
                                                file_of_image)},
                       [this](const Arguments& arguments) { network().set_image(arguments.text(0)); },
                       Undo::edit});
  registry.add(Command{"pretrained.crop",
                       N_("The part of the picture that the network looks at; without values the usual one"),
                       {Parameter::integer("X", "its left column in the picture, from 0", 0, 1e6).or_none(),
                        Parameter::integer("Y", "its upper row", 0, 1e6).or_none(),
                        Parameter::integer("SIZE", "its width in pixels of the picture", 1, 1e6).or_none()},
                       [this](const Arguments& arguments) { network().crop(crop_of(arguments)); },
                       Undo::edit});
  registry.add(Command{"pretrained.layer",
                       N_("Shows the maps of a layer"),
                       {Parameter::word("LAYER", "its number, from 0 without the input, or its name; input is one")},
                       [this](const Arguments& arguments) {
                         const NetworkMomentPtr& moment = network().moment();
                         if (moment && moment->info && !network().opening()) {
                           need_layer(moment->info->architecture, arguments.text(0));
                         }
                         state_.layer = arguments.text(0);
                         show_view("layers");
                       }});
  registry.add(
      Command{"pretrained.against",
              N_("Puts a second network beside the open one, on the same picture; none takes it away"),
              {Parameter::file_to_read("NAME|FILE", "a model's name, a file with a network, or none", file_of_second)},
              [this](const Arguments& arguments) {
                std::string text = arguments.text(0);
                state_.against_stamp.clear();
                if (text == "none") text.clear();
                if (!text.empty()) {
                  const auto [model, file] = model_and_file(text);
                  OpenNetwork::check_can_be_opened(file);
                  if (find_model(file) == nullptr) {
                    std::error_code ignored;
                    const auto path = std::filesystem::absolute(file).lexically_normal();
                    text = model.empty() ? path.string() : model + " " + path.string();
                    state_.against_stamp =
                        fmt::format("{}", std::filesystem::last_write_time(path, ignored).time_since_epoch().count());
                  }
                  show_view("against");
                }
                state_.against = text;
              },
              Undo::edit});
  registry.add(Command{
      "pretrained.folder",
      N_("Classifies all pictures of a folder and lists them by confidence; none ends it"),
      {Parameter::file_to_read("DIR", "a folder with pictures, or with a folder for each class; or none", folder_of)},
      [this](const Arguments& arguments) {
        if (arguments.text(0) == "none") {
          sweep_.clear();
          state_.folder.clear();
          return;
        }
        FolderSweep::check_folder(arguments.text(0));
        const auto folder = std::filesystem::absolute(arguments.text(0)).lexically_normal().string();
        // The same once more begins anew where it came to no end.
        if (folder != state_.folder || sweep_.why() || sweep_.stopped()) sweep_.clear();
        state_.folder = folder;
        show_view("folder");
      },
      Undo::edit});
  registry.add(
      Command{"pretrained.cancel", N_("Ends the sweep of the folder where it is"), {}, [this](const Arguments&) {
                sweep_.cancel();
              }});
}

void PretrainedPage::declare_blocks(Registry& registry) {
  const Parameter layer =
      Parameter::word("LAYER", "any layer of the block: its number, from 0 without the input, or name");
  registry.add(Command{"pretrained.block",
                       N_("Shows a block of the network: its branches and how they are joined"),
                       {layer},
                       [this](const Arguments& arguments) {
                         const NetworkMomentPtr& moment = network().moment();
                         if (moment && moment->info && !network().opening()) {
                           const Architecture& architecture = moment->info->architecture;
                           const std::vector<NetworkBlock> blocks = find_blocks(architecture);
                           need_block(architecture, blocks, need_layer(architecture, arguments.text(0)));
                         }
                         state_.block = arguments.text(0);
                         show_view("block");
                       }});
  registry.add(Command{"pretrained.skip",
                       N_("Leaves a residual block's layers out: F(x) is 0, only the shortcut is left"),
                       {layer, Parameter::on_off("SKIPPED", "on: only the shortcut is left")},
                       [this](const Arguments& a) { network().cut_block(a.text(0), a.on(1), std::nullopt); },
                       Undo::edit});
  registry.add(Command{"pretrained.shortcut",
                       N_("Leaves a residual block's shortcut out: only F(x) is left"),
                       {layer, Parameter::on_off("THERE", "off: only F(x) is left")},
                       [this](const Arguments& a) { network().cut_block(a.text(0), std::nullopt, !a.on(1)); },
                       Undo::edit});
  registry.add(Command{
      "pretrained.unroll",
      N_("Unrolls a logit into what each channel at each place of a layer contributed to it"),
      {Parameter::word("CLASS", "a class: its index or name; best: the best one"),
       Parameter::word("LAYER", "into which layer's values; the last one before the pooling unless said").or_none()},
      [this](const Arguments& arguments) {
        const NetworkMomentPtr& moment = network().moment();
        const std::string of = arguments.text(0) == "best" ? "" : arguments.text(0);
        const std::string into = arguments.has(1) ? arguments.text(1) : "";
        if (moment && moment->info && !network().opening()) {
          if (!of.empty()) need_class(*moment->info, of);
          if (!into.empty()) need_layer(moment->info->architecture, into);
        }
        state_.unroll_class = of;
        state_.unroll_layer = into;
        state_.channel = -1;
        show_view("unroll");
      }});
}

void PretrainedPage::declare(Registry& registry) {
  declare_open(registry);
  declare_blocks(registry);
  settings_.declare(registry);
  declare_readouts(registry);
}

std::vector<std::string> PretrainedPage::state() const {
  std::vector<std::string> lines = network().state();
  const NetworkMomentPtr& moment = network().moment();
  const bool known = moment && moment->info && !network().opening();
  // Of another network it may be none.
  const auto there = [&](const std::string& layer) {
    return !known || find_layer(moment->info->architecture, layer) >= 0;
  };
  lines.push_back("pretrained.layer " + quoted(there(state_.layer) ? state_.layer : "0"));
  bool block = !state_.block.empty() && there(state_.block);
  if (block && known) {
    const std::vector<NetworkBlock> blocks = find_blocks(moment->info->architecture);
    block = find_block(blocks, find_layer(moment->info->architecture, state_.block)) != nullptr;
  }
  if (block) lines.push_back("pretrained.block " + quoted(state_.block));
  const bool layer = !state_.unroll_layer.empty() && there(state_.unroll_layer);
  const bool of = !state_.unroll_class.empty() && (!known || find_class(*moment->info, state_.unroll_class) >= 0);
  lines.push_back("pretrained.unroll " + (of ? quoted(state_.unroll_class) : std::string("best")) +
                  (layer ? " " + quoted(state_.unroll_layer) : std::string()));
  lines.push_back("pretrained.against " + (state_.against.empty() ? std::string("none") : quoted(state_.against)));
  lines.push_back("pretrained.folder " + (state_.folder.empty() ? std::string("none") : quoted(state_.folder)));
  for (std::string& line : settings_.state()) lines.push_back(std::move(line));
  return lines;
}

void PretrainedPage::image_changed() {
  if (context_.document.image && is_shown()) network().look_at_open_picture();
}

void PretrainedPage::drawn(const Drawn& frame) {
  revealed_ = static_cast<int>(frame.number("pretrained.revealed", revealed_));
}

// ---------------------------------------------------------------------------------------------------------- choices

NetworkMomentPtr PretrainedPage::answered() const {
  const NetworkMomentPtr& moment = network().moment();
  return moment && moment->info && !moment->why ? moment : nullptr;
}

int PretrainedPage::chosen_node(const NetworkMoment& moment) const {
  const int node = find_layer(moment.info->architecture, state_.layer);
  return node >= 0 ? node : std::min(1, moment.info->architecture.size() - 1);
}

const NetworkBlock* PretrainedPage::chosen_block(const NetworkMoment& moment) const {
  if (blocks_of_ != network_key(moment.of) || blocks_.empty()) return nullptr;
  const int node = state_.block.empty() ? -1 : find_layer(moment.info->architecture, state_.block);
  const NetworkBlock* found = node >= 0 ? find_block(blocks_, node) : nullptr;
  return found != nullptr ? found : &blocks_.front();
}

int PretrainedPage::class_of(const NetworkMoment& moment, const std::string& text) {
  if (text.empty() && !moment.answer.order.empty()) return moment.answer.order.front();
  return need_class(*moment.info, text.empty() ? "0" : text);
}

int PretrainedPage::unrolled_class(const NetworkMoment& moment) const {
  // A class that another network had: then the best one.
  const bool there = !state_.unroll_class.empty() && find_class(*moment.info, state_.unroll_class) >= 0;
  return class_of(moment, there ? state_.unroll_class : "");
}

int PretrainedPage::unrolled_node(const NetworkMoment& moment) const {
  const int node = state_.unroll_layer.empty() ? -1 : find_layer(moment.info->architecture, state_.unroll_layer);
  return node >= 0 ? node : contributing_layer(*moment.info);
}

std::vector<Page::Key> PretrainedPage::keys() const {
  std::vector<Key> keys;
  const NetworkMomentPtr& moment = network().moment();
  if (!moment || !moment->info || state_.view != "layers") return keys;
  const int node = chosen_node(*moment);
  if (node > 1) keys.push_back({"Up", fmt::format("pretrained.layer {}", node - 2), N_("the layer before")});
  if (node + 1 < moment->info->architecture.size()) {
    keys.push_back({"Down", fmt::format("pretrained.layer {}", node), N_("the next layer")});
  }
  return keys;
}

PageKind pretrained_page() {
  return {
      {"pretrained", N_("A trained network"), N_("Networks"),
       N_("A network that somebody else trained, on a picture of yours: what it receives, its five best classes, and "
          "every layer with its cost, measured. Move the crop, take a residual block apart, cut channels out, and "
          "unroll a logit into what each channel at each place contributed: the sum is the logit that is printed. "
          "Put a second network beside it, or let it classify a folder and look for wrong labels.")},
      [](const PageContext& context) -> std::unique_ptr<Page> { return std::make_unique<PretrainedPage>(context); }};
}

}  // namespace striate
