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
  int year;  // 0: nobody who took part
  const char* who;
  double error;  // top-5, percent
  bool network;  // a convolutional network
  const char* counts;
  const char* source;
};

const Entry kEntries[] = {
    {2010, "NEC-UIUC", 28.2, false, N_("no network"),
     N_("Krizhevsky and others 2012, section 6; Russakovsky and others 2015")},
    {2011, "XRCE", 25.8, false, N_("no network, compressed Fisher vectors"),
     N_("Russakovsky and others 2015, table of entries")},
    {2012, "AlexNet (SuperVision)", 15.3, true, N_("several networks together, with extra training data"),
     N_("organizers' table, ILSVRC 2012: 0.15315")},
    {2012, "AlexNet (SuperVision)", 16.4, true, N_("several networks together, only the data supplied"),
     N_("organizers' table, ILSVRC 2012: 0.16422")},
    {2012, N_("second: ISI, no network"), 26.2, false, N_("Fisher vectors of four kinds of features together"),
     N_("organizers' table, ILSVRC 2012: 0.26172")},
    {2013, "Clarifai", 11.2, true, N_("with extra training data"), N_("Szegedy and others 2014, table 2")},
    {2013, "Clarifai", 11.7, true, N_("only the data supplied"), N_("Szegedy and others 2014, table 2")},
    {2014, "GoogLeNet", 6.67, true, N_("seven networks together, 144 crops of each picture"),
     N_("Szegedy and others 2014, tables 2, 3")},
    {2014, "VGG", 7.32, true, N_("second; seven networks together"), N_("Szegedy and others 2014, table 2")},
    {2015, "ResNet", 3.57, true, N_("several networks together"), N_("He, Zhang, Ren and Sun 2015, abstract")},
    {0, N_("for comparison: one human"), 5.1, false, N_("one person who had practiced, on a part of the test pictures"),
     N_("Russakovsky and others 2015")},
};

constexpr const char* kMixedUp =
    N_("**Often mixed up.** One network, or several together: GoogLeNet alone and on one crop of each picture has "
       "10.07, seven of them on 144 crops 6.67 (both on the validation pictures). 11.7 is Clarifai's of 2013, not "
       "ZFNet's: Zeiler founded Clarifai, the network of the paper is another one. torchvision's `alexnet` is the "
       "network of \"One weird trick for parallelizing convolutional neural networks\", not that of 2012: alone and on "
       "one crop its top-5 error is 20.9. Top-1 asks for the best answer alone: there it is 43.5.");

constexpr double kMost = 30;

}  // namespace

void PretrainedPage::draw_history(Ui& ui, Rect area) const {
  const Theme& theme = ui.theme();
  const float width = area.w;
  // The scroll bar stands in the margin, beside the numbers.
  ui.begin_panel("history", Rect{area.x, area.y, area.w + 12, area.h}, 0);
  ui.label(ui.take(26),
           ui.fitted(tr("Top-5 test error in percent: the right class is not among five guesses"), Font::strong, width),
           Font::strong, theme.text);
  const float year = ui.measure(Font::number, "2015").x + 16;
  const float number = ui.measure(Font::number, "00.00").x + 10;
  const float who = std::min(210.0f, width * 0.34f);
  const auto line = [&] {
    const Rect place = ui.take(9);
    ui.fill({place.x, place.y + 4, width, 1}, theme.line);
  };
  int before = kEntries[0].year;
  for (size_t i = 0; i < std::size(kEntries); ++i) {
    const Entry& entry = kEntries[i];
    const bool took_part = entry.year > 0;
    if (!took_part) {
      ui.space(4);
      line();
    }
    if (took_part && entry.year != before) ui.space(4);
    const std::string name(tr(std::string_view(entry.who)));
    const std::string said(tr(std::string_view(entry.counts)));
    const std::string source(tr(std::string_view(entry.source)));
    Rect row = ui.take(42);
    ui.space(-8);  // closer together than widgets are
    row.w = width;
    const Response r = ui.interact(row, {.label = fmt::format("history {}", i),
                                         .kind = "row",
                                         .focusable = false,
                                         .tooltip = format_tr("{}. Source: {}", said, source)});
    if (r.hovered) ui.fill(row, faded(theme.raised, 0.6f), 4);
    row.cut_left(4);
    Rect words = row;
    const Rect when = row.cut_left(year - 4);
    if (took_part) words = row;
    if (took_part && (i == 0 || entry.year != before)) {
      ui.label(Rect{when.x, when.y, when.w, 22}, std::to_string(entry.year), Font::number, theme.secondary);
    }
    before = entry.year;
    row.cut_left(who);
    const Color ink = entry.network ? theme.text : theme.secondary;
    const Color tone = entry.network ? theme.activation : took_part ? theme.secondary : theme.kernel;
    const Rect title{words.x, words.y, row.x - words.x, 22};
    ui.label(title, ui.fitted(name, Font::control, title.w - 8), Font::control, ink);
    Rect bar = row.cut_top(20);
    ui.label(bar.cut_right(number), fmt::format("{:g}", entry.error), Font::number, theme.text, Align::right);
    ui.fill({bar.x, bar.y + 4, std::max(2.0f, (bar.w - 6) * static_cast<float>(entry.error / kMost)), 12}, tone, 2);
    Rect below{words.x, words.y + 22, words.w, 18};
    const Rect first = below.cut_left(ui.measure(Font::caption, said).x + 14);
    ui.label(first, ui.fitted(said, Font::caption, first.w), Font::caption, theme.secondary);
    // Where there is no room for its source it stands beside the mouse alone.
    if (ui.measure(Font::caption, source).x <= below.w) {
      ui.label(below, source, Font::caption, theme.secondary, Align::right);
    }
  }
  ui.space(8);
  line();
  const Rect place = ui.take(ui.paragraph_height(kMixedUp, width, Font::caption));
  ui.next({place.x, place.y, width, place.h});
  ui.note(kMixedUp);
  ui.end_panel();
}

}  // namespace striate
