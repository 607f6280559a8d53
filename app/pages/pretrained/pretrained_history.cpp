// The view "history" of the page `pretrained`: who won ImageNet's competition from 2010 to 2015, with what exactly each
// number counts and where it stands. Only numbers that could be checked against such a place have a bar.
#include <fmt/format.h>

#include <algorithm>

#include "app/pages/pretrained/pretrained.h"
#include "app/widgets/ui.h"
#include "app/words/words.h"

namespace striate {
namespace {

struct Entry {
  int year;
  const char* who;
  double error;  // top-5, percent
  bool rounded;  // to whole percents, by who reports it
  bool network;  // a convolutional network
  const char* counts;
  const char* source;
};

const Entry kEntries[] = {
    {2010, "NEC-UIUC", 28, true, false, N_("no network"),
     N_("rounded, from an article; the organizers name the winner")},
    {2011, "XRCE", 26, true, false, N_("no network, compressed Fisher vectors"), N_("rounded, from the same article")},
    {2012, "AlexNet (SuperVision)", 15.3, false, true, N_("several networks together, with extra training data"),
     N_("organizers' table, ILSVRC 2012: 0.15315")},
    {2012, "AlexNet (SuperVision)", 16.4, false, true, N_("several networks together, only the data supplied"),
     N_("organizers' table, ILSVRC 2012: 0.16422")},
    {2012, N_("second: ISI, no network"), 26.2, false, false, N_("Fisher vectors of four kinds of features together"),
     N_("organizers' table, ILSVRC 2012: 0.26172")},
    {2013, "Clarifai", 11.2, false, true, N_("with extra training data"), N_("Szegedy and others 2014, table 2")},
    {2013, "Clarifai", 11.7, false, true, N_("only the data supplied"), N_("Szegedy and others 2014, table 2")},
    {2014, "GoogLeNet", 6.67, false, true, N_("seven networks together, 144 crops of each picture"),
     N_("Szegedy and others 2014, tables 2 and 3")},
    {2014, "VGG", 7.32, false, true, N_("second; seven networks together"), N_("Szegedy and others 2014, table 2")},
    {2015, "ResNet", 3.57, false, true, N_("several networks together"), N_("He, Zhang, Ren and Sun 2015, abstract")},
    {0, N_("one human"), 5.1, false, false, N_("one person who had practiced, on a part of the test pictures"),
     N_("Russakovsky and others 2015")},
};

constexpr double kMost = 30;

}  // namespace

void PretrainedPage::draw_history(Ui& ui, Rect area) const {
  const Theme& theme = ui.theme();
  ui.begin_panel("history", area, 0);
  ui.label(
      ui.take(26),
      ui.fitted(tr("Top-5 test error in percent: the right class is not among five guesses"), Font::strong, ui.width()),
      Font::strong, theme.text);
  const bool wide = ui.width() > 560;
  const float year = ui.measure(Font::number, "2015").x + 12;
  const float who = std::min(210.0f, ui.width() * 0.34f), number = ui.measure(Font::number, "00.00").x + 10;
  int before = -1;
  for (size_t i = 0; i < std::size(kEntries); ++i) {
    const Entry& entry = kEntries[i];
    const std::string name(tr(std::string_view(entry.who)));
    const std::string said(tr(std::string_view(entry.counts)));
    const std::string source =
        entry.source[0] != '\0' ? std::string(tr(std::string_view(entry.source))) : std::string();
    Rect row = ui.take(wide ? 42 : 46);
    const Response r = ui.interact(row, {.label = fmt::format("history {}", i),
                                         .kind = "row",
                                         .focusable = false,
                                         .tooltip = source.empty() ? said : format_tr("{}. Source: {}", said, source)});
    if (r.hovered) ui.fill(row, faded(theme.raised, 0.6f), 4);
    if (entry.year != before && entry.year > 0) {
      ui.label(Rect{row.x + 4, row.y, year, 22}, std::to_string(entry.year), Font::number, theme.secondary);
      before = entry.year;
    }
    row.cut_left(year + 4);
    Rect words = row.cut_left(who);
    const Color tone = entry.network ? theme.activation : entry.year == 0 ? theme.kernel : theme.secondary;
    ui.label(words.cut_top(22), ui.fitted(name, Font::control, words.w - 8), Font::control,
             entry.network ? theme.text : theme.secondary);
    Rect bar = row.cut_top(20);
    const std::string digits = fmt::format("{}{:g}", entry.rounded ? "~" : "", entry.error);
    ui.label(bar.cut_right(number), digits, Font::number, theme.text, Align::right);
    const Rect full{bar.x, bar.y + 4, std::max(2.0f, (bar.w - 6) * static_cast<float>(entry.error / kMost)), 12};
    if (entry.rounded) {
      ui.stroke(full, tone, 2, 1.5f);
    } else {
      ui.fill(full, tone, 2);
    }
    Rect below{words.x, words.y, words.w + row.w, 18};
    const float said_wide = ui.measure(Font::caption, said).x + 14;
    const Rect first = below.cut_left(said_wide);
    ui.label(first, ui.fitted(said, Font::caption, first.w), Font::caption, theme.secondary);
    // Where there is no room for its source it stands beside the mouse alone.
    if (ui.measure(Font::caption, source).x <= below.w) {
      ui.label(below, source, Font::caption, theme.secondary, Align::right);
    }
  }
  ui.hairline();
  ui.note(
      "**Often mixed up.** One network, or several together: GoogLeNet alone and on one crop of each picture has "
      "10.07, "
      "seven of them on 144 crops 6.67 (both on the validation pictures). 11.7 is Clarifai's of 2013, not ZFNet's: "
      "Zeiler founded Clarifai, the network of the paper is another one. torchvision's `alexnet` is the network of "
      "\"One weird trick for parallelizing convolutional neural networks\", not that of 2012: alone and on one crop "
      "its top-5 error is 20.9. Top-1 asks for the best answer alone: of the same network its error is 43.5.");
  ui.end_panel();
}

}  // namespace striate
