// The view "folder" of the page `pretrained`: the pictures of a folder with what the network says of each, sorted so
// that wrong labels stand above. A click opens a picture.
#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <set>
#include <tuple>

#include "app/pages/network_words.h"
#include "app/pages/pretrained/pretrained.h"
#include "app/widgets/ui.h"
#include "app/words/words.h"

namespace striate {
namespace {

constexpr float kRow = 26;
constexpr size_t kMostRows = 500;
constexpr size_t kNamed = 4;  // folders that are named

// "cats, dogs are no classes of this network: not compared"; empty: all are.
std::string no_classes_words(const std::set<std::string>& folders) {
  std::string names;
  size_t named = 0;
  for (const std::string& each : folders) {
    if (named == kNamed) break;
    names += (named++ > 0 ? ", " : "") + each;
  }
  const size_t more = folders.size() - named;
  if (more > 0) return format_tr("{} and {} more are no classes of this network: not compared", names, more);
  if (named > 1) return format_tr("{} are no classes of this network: not compared", names);
  return named == 1 ? format_tr("{} is no class of this network: not compared", names) : std::string();
}

}  // namespace

std::vector<size_t> PretrainedPage::sorted(const std::vector<SweptPicture>& pictures, const std::string& order) {
  std::vector<size_t> list(pictures.size());
  std::iota(list.begin(), list.end(), size_t{0});
  const auto place = [&](size_t i) {
    const SweptPicture& each = pictures[i];
    const double sure = order == "doubtful" ? each.probability : -each.probability;
    return std::make_tuple(!each.problem.empty(), order == "wrong" && each.right, sure, i);
  };
  std::sort(list.begin(), list.end(), [&](size_t a, size_t b) { return place(a) < place(b); });
  return list;
}

void PretrainedPage::draw_folder(Ui& ui, Rect area, const NetworkMoment& moment) const {
  const Theme& theme = ui.theme();
  if (moment.info->class_count == 0) {
    ui.empty_state(area, Icon::folder, "It does not name what a picture shows",
                   tr("A folder can be classified by a network with classes."));
    return;
  }
  if (state_.folder.empty()) {
    ui.empty_state(area, Icon::folder, "No folder is classified",
                   format_tr("Choose a folder with pictures {}. Where it has a folder for each class, each picture is "
                             "compared with the name of the folder that it lies in.",
                             ui.at_the_right()));
    return;
  }
  if (sweep_.why()) {
    ui.begin_panel("why not", area, 0, false);
    ui.error_note(sweep_.why()->what(), sweep_.why()->hint());
    ui.end_panel();
    return;
  }
  const std::vector<SweptPicture>& pictures = sweep_.pictures();
  const bool done = pictures.size() >= sweep_.all() && sweep_.all() > 0;
  if (!done) {
    ui.begin_panel("sweeping", area.cut_top(60), 0, false);
    const float share = sweep_.all() > 0 ? static_cast<float>(pictures.size()) / static_cast<float>(sweep_.all()) : -1;
    const std::string seen = format_tr("{} of {} pictures", pictures.size(), sweep_.all());
    if (sweep_.stopped()) {
      ui.note(format_tr("Stopped: {}.", seen));
      ui.button("Begin again", "pretrained.folder " + quoted(state_.folder));
    } else {
      ui.progress(seen, share, sweep_.busy() ? "pretrained.cancel" : "");
    }
    ui.end_panel();
    area.cut_top(8);
  }
  size_t wrong = 0, unread = 0;
  for (const SweptPicture& each : pictures) wrong += each.right ? 0 : 1, unread += each.problem.empty() ? 0 : 1;
  std::string words = format_tr("{} pictures", pictures.size());
  if (sweep_.compared() > 0) words += ", " + format_tr("{} of {} not as their folder says", wrong, sweep_.compared());
  if (unread > 0) words += ", " + format_tr("{} could not be read", unread);
  Rect head = area.cut_top(24);
  ui.label(head, ui.fitted(words, Font::strong, head.w), Font::strong, theme.text);
  if (const std::string none = no_classes_words(sweep_.no_classes()); !none.empty()) {
    ui.label(area.cut_top(20), none, Font::caption, theme.secondary);
  }
  const bool wide = area.w > 520;
  const float share = ui.measure(Font::number, "100.0 %").x + 12;
  const float label = sweep_.labeled() ? area.w * 0.24f : 0, said = area.w * (wide ? 0.34f : 0.4f);
  const auto cells = [&](Rect line, const std::string& name, const std::string& folder, const std::string& best,
                         const std::string& sure, Font font, Color tone, Color quiet) {
    ui.label(line.cut_right(share), sure, font == Font::caption ? font : Font::number, tone, Align::right);
    line.cut_right(8);
    ui.label(line.cut_right(said), ui.fitted(best, font, said - 8), font, tone);
    if (label > 0) ui.label(line.cut_right(label), ui.fitted(folder, font, label - 8), font, quiet);
    ui.label(line, ui.fitted(name, font, line.w - 8), font, quiet);
  };
  cells(area.cut_top(22).inset(10, 0), tr("picture"), tr("its folder"), tr("the network says"), tr("softmax"),
        Font::caption, theme.secondary, theme.secondary);
  ui.fill({area.x, area.y, area.w, 1}, theme.line);
  area.cut_top(1);
  ui.begin_panel("swept", area, 0);
  const Rect seen = ui.clip();
  for (size_t i = 0; i < swept_order_.size() && i < kMostRows; ++i) {
    if (swept_order_[i] >= pictures.size()) continue;  // of another folder
    const SweptPicture& each = pictures[swept_order_[i]];
    if (i > 0) ui.space(-8);
    const Rect line = ui.take(kRow);
    const std::string row = fmt::format("picture {}", i), command = "pretrained.image " + quoted(each.path);
    const std::string tip = each.problem.empty() ? format_tr("Opens {}", each.name) : each.problem;
    const Response r = ui.interact(line, {.label = row, .command = command, .kind = "row", .tooltip = tip});
    if (r.clicked && each.problem.empty()) ui.send(command);
    if (!line.overlaps(seen)) continue;
    const bool opened = network().asked().image == each.path;
    if (r.hovered || opened) ui.fill(line, opened ? theme.raised : faded(theme.raised, 0.6f), 4);
    if (!each.right) ui.fill({line.x, line.y + 5, 3, line.h - 10}, theme.warning, 1.5f);
    Rect row_of = line.inset(10, 0);
    if (!each.problem.empty()) {  // as much of the reason as there is room for, from its beginning
      ui.label(row_of.cut_right(share + 8 + said), each.problem, Font::control, theme.warning);
      if (label > 0)
        ui.label(row_of.cut_right(label), ui.fitted(each.label, Font::control, label - 8), Font::control,
                 theme.secondary);
      ui.label(row_of, ui.fitted(each.name, Font::control, row_of.w - 8), Font::control, theme.secondary);
    } else {
      cells(row_of, each.name, each.label, each.said, share_text(each.probability), Font::control,
            each.right ? theme.text : theme.warning, theme.secondary);
    }
    if (r.keyboard) ui.draw_focus(line.inset(3), 1);
  }
  if (swept_order_.size() > kMostRows) ui.note(format_tr("The first {} of them.", kMostRows));
  ui.end_panel();
}

}  // namespace striate
