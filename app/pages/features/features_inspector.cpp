// The inspector of the page `features`.
#include <fmt/format.h>

#include <algorithm>

#include "app/pages/features/features.h"
#include "app/pages/network_states.h"
#include "app/widgets/curves.h"
#include "app/widgets/ui.h"
#include "app/words/words.h"

namespace striate {

void FeaturesPage::draw_inspector(Ui& ui) const {
  draw_method(ui);
  if (!look_ || !network().has_network()) return;
  if (method().has_units()) draw_unit(ui, *look_);
  method().draw_inspector(ui, *look_);
  ui.section("WHAT IT LOOKS AT");
  draw_network_image(ui, context_.document, "network.image");
  ui.hairline();
  draw_save(ui);
}

void FeaturesPage::draw_method(Ui& ui) const {
  ui.section("METHOD");
  ui.setting("features.method", {.list = true});
  for (const FeatureMethod::Word& word : method().words()) {
    if (state_.method == word.word) ui.note(fmt::format("{}.", tr(std::string_view(word.help))));
  }
  ui.hairline();
}

void FeaturesPage::draw_unit(Ui& ui, const FeatureLook& look) const {
  ui.section("UNIT");
  ui.row("network", look.info().name);
  ui.row("layer", look.node == 0 ? std::string(tr("input")) : fmt::format("{}: {}", look.node - 1, look.layer().text));
  ui.row("gives", look.layer().shape.text());
  NumberSpec number;
  number.decimals = 0;
  number.step = 1;
  number.maximum = static_cast<double>(look.cells[0] - 1);
  ui.number_field("channel", static_cast<double>(look.channel), number, "features.unit");
  if (look.cells[1] * look.cells[2] > 1) {
    ui.row("place", format_tr("row {}, column {}", look.row, look.column));
    if (state_.row < 0) ui.note("Where the channel is largest now.");
  }
  if (!look.values().empty() && !look.moment->why) {
    ui.row("its value now",
           shortest_text(look.values()[static_cast<size_t>((look.channel * look.cells[1] + look.row) * look.cells[2] +
                                                           look.column)]),
           Concept::activation);
  }
  ui.error_beside("features.unit");
  ui.hairline();
}

void FeaturesPage::draw_save(Ui& ui) const {
  ui.section("PICTURE");
  if (writer_.busy()) {
    ui.note("Writing the file.");
  } else {
    const std::string path = fmt::format("{}-{}-{}.png", state_.method, look_->node - 1, look_->channel);
    ui.text_field("file", path, "features.save", "a name ending in .png");
    ui.button("Save", "features.save " + quoted(path));
    if (!saved_.empty()) ui.note(format_tr("Written: {}", saved_));
  }
  ui.error_beside("features.save");
}

}  // namespace striate
