// What stands beside the stage of page `lenet`.
#include <algorithm>
#include <array>

#include "app/pages/lenet/lenet.h"
#include "app/pages/network_words.h"
#include "app/widgets/curves.h"
#include "app/widgets/ui.h"
#include "app/words/words.h"

namespace striate {

void LenetPage::draw_inspector(Ui& ui) const {
  ui.section("NETWORK");
  static const Choice models[] = {{"1989", "1989"}, {"1998", "1998"}, {N_("today"), "modern"}};
  ui.segmented("network", models, model().word, "lenet.model");
  ui.error_beside("lenet.model");
  ui.row("parameters", grouped(counts().parameters));
  ui.row("connections", grouped(counts().connections));
  ui.row("multiply-adds", grouped(counts().multiply_adds));
  ui.begin_flow();
  ui.button("Let it learn", "lenet.train",
            {.tooltip = N_("Goes to page train and lets this network learn from the beginning")});
  ui.end_flow();
  ui.error_beside("lenet.train");
  ui.hairline();

  ui.section("WHAT IS DRAWN");
  ui.begin_flow(4);
  for (int digit = 0; digit < 10; ++digit) {
    ui.button(std::to_string(digit), fmt::format("lenet.digit {}", digit),
              {.tooltip = N_("A digit in the program's hand")});
  }
  ui.button("Write it again", fmt::format("lenet.digit {} {}", digit_, hand_ + 1),
            {.enabled = digit_ >= 0, .tooltip = N_("The same digit, written otherwise")});
  ui.end_flow();
  ui.setting("lenet.pen");
  ui.setting("lenet.center");
  ui.hairline();

  ui.section("MOVE AND CHANGE IT");
  const Placement& p = state_.placement;
  ui.number_field("to the right", static_cast<double>(p.dx),
                  {.minimum = -28, .maximum = 28, .reset = 0, .step = 1, .decimals = 1, .unit = "px"},
                  fmt::format("lenet.move {{}} {}", shortest_text(p.dy)));
  ui.number_field("down", static_cast<double>(p.dy),
                  {.minimum = -28, .maximum = 28, .reset = 0, .step = 1, .decimals = 1, .unit = "px"},
                  fmt::format("lenet.move {} {{}}", shortest_text(p.dx)));
  ui.setting("lenet.rotate");
  ui.setting("lenet.scale");
  ui.setting("lenet.thickness");
  ui.setting("lenet.noise");
  std::vector<Choice> digits{{N_("none"), "none"}};
  for (int digit = 0; digit < 10; ++digit) digits.push_back({std::to_string(digit), std::to_string(digit)});
  ui.dropdown("second digit", digits, p.second < 0 ? "none" : std::to_string(p.second), "lenet.second");
  ui.begin_flow();
  ui.button("As it was drawn", "lenet.upright", {.icon = Icon::reset, .tooltip = N_("Takes all changes back")});
  ui.end_flow();
  ui.hairline();

  ui.section("A WHOLE NUMBER");
  ui.toggle("slide over a row", state_.slide, "lenet.slide");
  ui.error_beside("lenet.slide");
  ui.text_field("number", text_, "lenet.write", "1993");
  ui.error_beside("lenet.write");
  ui.begin_flow();
  ui.button("In another hand", fmt::format("lenet.write {} {}", text_, text_seed_ + 1),
            {.enabled = !text_.empty(), .tooltip = N_("The same number, written otherwise")});
  ui.end_flow();
  if (state_.slide && row_) {
    const DigitReader::Row& read = row_->read;
    ui.begin_reserved("row numbers");
    ui.row("answers", grouped(static_cast<int64_t>(read.columns.size())));
    ui.row("multiply-adds of one pass", grouped(read.work));
    ui.row("of single windows", grouped(read.work_of_windows));
    ui.row("saved", share_text(1 - static_cast<double>(read.work) / static_cast<double>(read.work_of_windows)));
    ui.row("time of one pass", fmt::format("{} ms", milliseconds_text(row_->milliseconds)));
    ui.row("of single windows", fmt::format("{} ms", milliseconds_text(row_->milliseconds_of_windows)));
    ui.end_reserved();
  }
}

}  // namespace striate
