#include "app/pages/network_states.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "app/command/registry.h"
#include "app/shell/samples.h"
#include "app/widgets/ui.h"
#include "app/words/words.h"

namespace striate {
namespace {

constexpr float kLeastForBand = 260;  // of the stage's height

void draw_none(Ui& ui, const Rect& area) {
  Rect words = area, buttons = words.cut_bottom(std::max(96.0f, area.h * 0.34f));
  ui.empty_state(
      words, Icon::file, "No network is open",
      tr("Take the one that is part of Striate, drop a model file here, ONNX, safetensors or PyTorch, or train one."));
  ui.begin_panel("bring a network", buttons.centered(std::min(buttons.w, 420.0f), buttons.h), 0, false);
  ui.begin_flow();
  ui.button(
      "SqueezeNet", "network.open squeezenet1_1",
      {.style = ButtonStyle::primary,
       .tooltip = N_("A small network with its trained weights, part of Striate: it names 1000 kinds of things")});
  draw_open_model(ui, N_("Open a model\u2026"), "network.open", ButtonStyle::normal);
  ui.button("To the training", "page train", {.tooltip = N_("Begin one there: its network is then looked at here")});
  ui.end_flow();
  ui.error_beside("network.open");
  ui.end_panel();
}

}  // namespace

bool draw_network_state(Ui& ui, const Rect& area, Rect& rest, const NetworkInUse& network) {
  const NetworkMomentPtr& moment = network.moment();
  if (!network.has_network()) {
    draw_none(ui, area);
    return false;
  }
  if (network.opening()) {
    const std::string& file = network.asked().file;
    const bool alone = !moment || !moment->info;
    const Rect band = alone ? area.centered(std::min(area.w - 40, 420.0f), 90.0f) : rest.cut_top(64);
    ui.begin_panel("opening", band, 0, false);
    ui.progress(network.asked().opened ? format_tr("Opening {}", file.substr(file.rfind('/') + 1))
                                       : std::string(tr("Opening the network in training")),
                -1, "open.cancel");
    ui.end_panel();
    if (alone) return false;
  }
  if (!moment || !moment->info) {
    if (moment && moment->why) {
      ui.begin_panel("why", rest, 0, false);
      ui.error_note(moment->why->what(), moment->why->hint());
      ui.end_panel();
    }
    return false;
  }
  const OpenNetworkInfo& info = *moment->info;
  if (info.weights != WeightsFrom::random || rest.h < kLeastForBand) return true;
  const std::string words =
      info.weights_lack ? format_tr(
                              "**Random weights.** {} was opened by its name, without weights: what it answers "
                              "means nothing, and nothing in it was learned.",
                              info.name)
                        : std::string(tr("**Random weights.** All weights were drawn anew: what it answers means "
                                         "nothing, and nothing in it was learned."));
  const float high = ui.paragraph_height(words, rest.w - 24, Font::caption) + 16;
  Rect band = rest.cut_top(high);
  ui.fill(band, mixed(ui.theme().background, ui.theme().warning, 0.16f), 6);
  ui.fill({band.x, band.y, 3, band.h}, ui.theme().warning, 1.5f);
  ui.next({band.x + 14, band.y + 8, band.w - 24, band.h - 16});
  ui.paragraph(words, Font::caption);
  rest.cut_top(12);
  return true;
}

std::string weights_words(const OpenNetworkInfo& info) {
  if (info.weights == WeightsFrom::random) return format_tr("random, seed {}", info.seed);
  if (info.weights == WeightsFrom::training) return tr("of the training");
  return info.carried ? tr("trained, part of Striate") : tr("as in the file");
}

void draw_open_model(Ui& ui, const char* label, const std::string& command, ButtonStyle style) {
  std::string endings;
  for (const std::string& each : network_endings()) endings += " " + each;
  ui.button(label, "browse.file " + command + endings,
            {.style = style,
             .icon = Icon::folder,
             .enabled = ui.registry().find_command("browse.file") != nullptr,
             .tooltip = N_("ONNX, safetensors, a PyTorch checkpoint, or a training that was saved")});
}

void draw_cut_out(Ui& ui, const NetworkMoment& moment, int node) {
  const OpenNetworkInfo& info = *moment.info;
  ui.section("CUT OUT");
  if (moment.lesions.empty() && moment.block_cuts.empty()) {
    ui.note("Click a map: that channel's outputs are then 0 in the forward pass, and the answer changes, or does not.");
  }
  const auto layer = [&](int n) { return format_tr("layer {}", info.layers[static_cast<size_t>(n)].name); };
  for (const Lesion& lesion : moment.lesions) {
    ui.row(layer(lesion.node),
           lesion.channel < 0 ? std::string(tr("all of it")) : format_tr("channel {}", lesion.channel));
  }
  for (const BlockCut& cut : moment.block_cuts) {
    if (cut.skip) ui.row(layer(cut.join), "F(x)");
    if (cut.unshortcut) ui.row(layer(cut.join), tr("its shortcut"));
  }
  ui.begin_flow();
  ui.button("Cut this layer out", "network.lesion " + quoted(info.layers[static_cast<size_t>(node)].name),
            {.enabled = node > 0, .tooltip = N_("All outputs of the chosen layer are 0")});
  ui.button("Restore all", "network.restore",
            {.icon = Icon::reset, .enabled = !moment.lesions.empty() || !moment.block_cuts.empty()});
  ui.end_flow();
  ui.error_beside("network.lesion");
  ui.hairline();
}

void draw_network_image(Ui& ui, const Document& document, const std::string& command) {
  const NetworkInUse& network = *document.network;
  const std::string& asked = network.asked().image;
  std::vector<Choice> choices = {{N_("the open picture"), "picture"}};
  for (const SamplePicture& sample : samples()) choices.push_back({sample.name, "sample:" + sample.name});
  if (document.drawing || asked == "drawing") choices.push_back({N_("the drawing"), "drawing"});
  if (document.training) choices.push_back({N_("a test picture"), asked.starts_with("test ") ? asked : "test 0"});
  if (network.has_camera() || asked == "camera") choices.push_back({N_("the camera"), "camera"});
  const bool listed = std::any_of(choices.begin(), choices.end(), [&](const Choice& c) { return c.value == asked; });
  if (!listed) choices.push_back({std::filesystem::path(asked).filename().string(), asked});
  ui.dropdown("picture", choices, asked, command);
  if (document.training && asked.starts_with("test ")) {
    const auto count = static_cast<double>(judged_part(*document.training->split).size());
    NumberSpec number;
    number.maximum = count - 1;
    number.step = 1;
    number.decimals = 0;
    double at = 0;
    parse_number(std::string_view(asked).substr(5), &at);
    ui.number_field("test picture", at, number, command + " test");
  }
  ui.begin_flow();
  ui.button("A photo\u2026", "browse.file " + command + " .png .jpg .jpeg .webp .bmp .gif",
            {.icon = Icon::folder,
             .enabled = ui.registry().find_command("browse.file") != nullptr,
             .tooltip = N_("A photo that lies on this computer")});
  ui.end_flow();
  ui.error_beside(command);
}

}  // namespace striate
