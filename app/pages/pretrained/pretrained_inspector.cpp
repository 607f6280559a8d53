// The right side of the page `pretrained`: which network and picture, what the present view can be asked, what is cut
// out.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "app/pages/network_states.h"
#include "app/pages/network_words.h"
#include "app/pages/pretrained/block_words.h"
#include "app/pages/pretrained/pretrained.h"
#include "app/widgets/curves.h"
#include "app/widgets/ui.h"
#include "app/words/words.h"
#include "engine/network/models.h"

namespace striate {
namespace {

std::vector<Choice> model_choices() {
  std::vector<Choice> names;
  for (const char* first : {"squeezenet1_1", "alexnet", "resnet50", "resnet20"}) names.push_back({first, first});
  for (const std::vector<Model>* list : {&large_models(), &models()}) {
    for (const Model& model : *list) {
      const bool there =
          std::any_of(names.begin(), names.end(), [&](const Choice& c) { return c.value == model.name; });
      if (!there) names.push_back({model.name, model.name});
    }
  }
  return names;
}

}  // namespace

void PretrainedPage::draw_inspector(Ui& ui) const {
  const NetworkMomentPtr& moment = network().moment();
  draw_choice(ui);
  const bool known = network().has_network() && moment && moment->info;
  if (known) draw_controls(ui, *moment);
  draw_image(ui, known ? moment.get() : nullptr);
  if (known) draw_facts(ui, *moment);
  if (known) draw_cut_out(ui, *moment, chosen_node(*moment));
}

void PretrainedPage::draw_choice(Ui& ui) const {
  const NetworkState& asked = network().asked();
  ui.section("WHICH NETWORK");
  ui.begin_flow();
  draw_open_model(ui, N_("Open a model\u2026"), "pretrained.open",
                  network().has_network() ? ButtonStyle::normal : ButtonStyle::primary);
  ui.end_flow();
  ui.dropdown("by name", model_choices(), asked.opened && find_model(asked.file) != nullptr ? asked.file : "",
              "pretrained.open");
  ui.error_beside("pretrained.open");
  ui.hairline();
}

void PretrainedPage::draw_facts(Ui& ui, const NetworkMoment& moment) const {
  const OpenNetworkInfo& info = *moment.info;
  ui.section("NETWORK");
  ui.row("name", info.name);
  if (!info.title.empty()) ui.note(fmt::format("{}.", tr(std::string_view(info.title))));
  ui.row("weights", weights_words(info));
  ui.row("layers", grouped(static_cast<int64_t>(info.layers.size()) - 1));
  ui.row("parameters", grouped(info.parameters));
  ui.row("multiply-adds", grouped(info.multiply_adds));
  if (const LayerTimes* times = times_.of(moment)) {
    ui.row("milliseconds", milliseconds_text(times->total()), Concept::activation);
    ui.note(format_tr("Measured layer by layer, each waited for; the median of {} runs.", times->runs));
  }
  if (!info.cached.empty()) {
    ui.begin_flow();
    ui.button("Open its weights", "pretrained.open " + quoted(info.cached),
              {.style = ButtonStyle::primary, .tooltip = format_tr("Those in PyTorch's cache: {}", info.cached)});
    ui.end_flow();
  }
  ui.hairline();
}

void PretrainedPage::draw_image(Ui& ui, const NetworkMoment* moment) const {
  ui.section("WHAT IT LOOKS AT");
  draw_network_image(ui, context_.document, "pretrained.image");
  if (moment != nullptr && !moment->why) {
    const SeenPart& part = moment->input.part;
    ui.row("the network receives", moment->info->picture.text(), Concept::input);
    if (part.width > 0) {
      ui.row("it sees", format_tr("{} \u00d7 {} from {}, {}", part.width, part.height, part.x, part.y));
      draw_crop_fields(ui, *moment);
      ui.begin_flow();
      ui.button("The usual part", "pretrained.crop",
                {.icon = Icon::reset,
                 .enabled = network().asked().crop.has_value(),
                 .tooltip = N_("What the network's own preparation cuts out of a picture")});
      ui.end_flow();
    }
  }
  ui.error_beside("pretrained.crop");
  ui.hairline();
}

void PretrainedPage::draw_crop_fields(Ui& ui, const NetworkMoment& moment) const {
  const SeenPart& part = moment.input.part;
  const Image* image = moment.picture.image.get();
  if (image == nullptr) return;
  const double tall = static_cast<double>(moment.info->picture[1]) / static_cast<double>(moment.info->picture[2]);
  NumberSpec spec;
  spec.step = 1;
  spec.decimals = 0;
  ui.begin_columns(2);
  spec.maximum = std::max(0, image->width - part.width);
  spec.reset = part.x;
  ui.number_field("x", part.x, spec, fmt::format("pretrained.crop {{}} {} {}", part.y, part.width));
  spec.maximum = std::max(0, image->height - part.height);
  spec.reset = part.y;
  ui.number_field("y", part.y, spec, fmt::format("pretrained.crop {} {{}} {}", part.x, part.width));
  ui.end_columns();
  spec.minimum = 1;
  spec.maximum = std::max(1.0, std::floor(std::min<double>(image->width, image->height / tall)));
  spec.reset = part.width;
  ui.number_field("size", part.width, spec, fmt::format("pretrained.crop {} {}", part.x, part.y));
}

void PretrainedPage::draw_controls(Ui& ui, const NetworkMoment& moment) const {
  const OpenNetworkInfo& info = *moment.info;
  if (state_.view == "block" && chosen_block(moment) != nullptr) {
    const NetworkBlock& block = *chosen_block(moment);
    ui.section("BLOCK");
    std::vector<Choice> choices;
    for (const NetworkBlock& each : blocks_) {
      choices.push_back({each.name, info.layers[static_cast<size_t>(each.join)].name});
    }
    const std::string& join = info.layers[static_cast<size_t>(block.join)].name;
    ui.dropdown("which block", choices, join, "pretrained.block");
    ui.error_beside("pretrained.block");
    if (block.is_residual()) {
      const BlockCut cut = cut_of(moment, block);
      ui.toggle("F(x) is 0", cut.skip, "pretrained.skip " + quoted(join));
      ui.error_beside("pretrained.skip");
      ui.toggle("the shortcut", !cut.unshortcut, "pretrained.shortcut " + quoted(join));
      ui.error_beside("pretrained.shortcut");
      if (norms_.version == moment.version && norms_.join == block.join) {
        const ResidualWords words = residual_words(info, block, cut_of(moment, block));
        const auto row = [&](const std::string& symbol, double norm, Concept tone) {
          ui.row(format_tr("norm {}", norm_of(symbol)), number_text(norm, 3), tone);
        };
        row("x", norms_.x, Concept::input);
        if (!block.is_identity()) row(words.straight, norms_.straight, Concept::input);
        row("F(x)", norms_.residual, Concept::kernel);
        if (words.sum != "x" && words.sum != words.straight && words.sum != "F(x)") {
          row(words.sum, norms_.sum, Concept::activation);
        }
      }
    } else {
      ui.note(
          "Its branches are put side by side: there is no shortcut to be left over. Cut one of its layers out to see "
          "what it is good for.");
    }
    ui.hairline();
  } else if (state_.view == "unroll") {
    ui.section("UNROLL");
    if (!moment.answer.order.empty()) {
      std::vector<Choice> choices;
      for (size_t i = 0; i < 5 && i < moment.answer.order.size(); ++i) {
        const int c = moment.answer.order[i];
        choices.push_back({info.classes[static_cast<size_t>(c)], std::to_string(c)});
      }
      // The chosen class is listed wherever it stands.
      const int chosen = unrolled_ && !unrolled_->why ? unrolled_->parts.of : -1;
      const std::string current = chosen >= 0 ? std::to_string(chosen) : "";
      const bool listed =
          std::any_of(choices.begin(), choices.end(), [&](const Choice& each) { return each.value == current; });
      if (chosen >= 0 && !listed && chosen < static_cast<int>(info.classes.size())) {
        choices.push_back({info.classes[static_cast<size_t>(chosen)], current});
      }
      ui.dropdown("logit of", choices, current, "pretrained.unroll");
    }
    ui.error_beside("pretrained.unroll");
    ui.begin_flow();
    ui.button("The best class", "pretrained.unroll best",
              {.icon = Icon::reset, .tooltip = N_("From the last layer before the pooling, whose channels say most")});
    ui.button("All channels", "pretrained.channel", {.enabled = state_.channel >= 0});
    ui.end_flow();
    if (unrolled_ && !unrolled_->why) {
      const Contributions& parts = unrolled_->parts;
      ui.row("channels", number_text(parts.sum(), 5), Concept::activation);
      ui.row("biases", number_text(parts.bias(), 5), Concept::bias);
      if (!parts.around.empty()) ui.row("past the layer", number_text(parts.past(), 5));
      ui.row("their sum", number_text(parts.total(), 5));
      ui.row("the logit", number_text(parts.logit, 5));
      ui.note(
          "Each value of the layer times what it changes in the logit. Biases are those of the layers behind, each "
          "times what it changes.");
    }
    ui.hairline();
  } else if (state_.view == "against") {
    ui.section("AGAINST");
    ui.begin_flow();
    draw_open_model(ui, N_("Open another\u2026"), "pretrained.against", ButtonStyle::normal);
    ui.button("None", "pretrained.against none", {.enabled = !state_.against.empty()});
    ui.end_flow();
    ui.dropdown("other by name", model_choices(), find_model(state_.against) != nullptr ? state_.against : "",
                "pretrained.against");
    ui.error_beside("pretrained.against");
    ui.hairline();
  } else if (state_.view == "folder") {
    ui.section("FOLDER");
    ui.begin_flow();
    ui.button("Choose a folder\u2026", "browse.folder pretrained.folder",
              {.style = state_.folder.empty() ? ButtonStyle::primary : ButtonStyle::normal,
               .icon = Icon::folder,
               .enabled = ui.registry().find_command("browse.folder") != nullptr});
    ui.button("None", "pretrained.folder none", {.enabled = !state_.folder.empty()});
    ui.end_flow();
    ui.error_beside("pretrained.folder");
    ui.setting("pretrained.order", {.list = true});
    ui.hairline();
  }
}

}  // namespace striate
