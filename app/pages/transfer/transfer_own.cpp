// Classes of one's own on page `transfer`: their commands and readouts, what the camera sees, a row for each class with
// the button that is held while things are shown to the camera.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "app/pages/transfer/transfer.h"
#include "app/pages/transfer/transfer_draw.h"
#include "app/widgets/class_colors.h"
#include "app/widgets/ui.h"
#include "app/words/words.h"
#include "engine/error.h"

namespace striate {
namespace {

constexpr float kBurst = 52;  // width of a burst's picture

// A camera is a file as far as a lesson from elsewhere is concerned: it asks before it looks.
std::string_view camera_of(std::string_view value) { return value == "on" ? value : std::string_view(); }

bool is_on(const std::string& command, const std::string& value) {
  if (value == "on" || value == "off") return value == "on";
  throw Error(fmt::format("{}: '{}' is neither on nor off", command, value), "on begins, off ends");
}

PictureSource source_of(const ImagePtr& image, std::string key, uint64_t version) {
  PictureSource source;
  source.key = std::move(key);
  source.version = version;
  source.width = image->width, source.height = image->height;
  source.pixels = [image](int, CellRect rect) {
    return rgba_tile(image->at(rect.x, rect.y), static_cast<int64_t>(image->width) * image->channels, image->channels,
                     rect.w, rect.h);
  };
  return source;
}

}  // namespace

void TransferPage::declare_own(Registry& registry) {
  const auto show = [this] {
    if (state_.view == "own") return;
    State next = state_;
    next.view = "own";
    commit(std::move(next));
  };
  registry.add(Command{"transfer.class",
                       N_("Makes a class of your own: hold its button and show things to the camera"),
                       {Parameter::text("NAME", "its name")},
                       [this, show](const Arguments& arguments) {
                         own_.need_folder().add_class(arguments.text(0));
                         show();
                       },
                       Undo::edit});
  registry.add(Command{"transfer.class.remove",
                       N_("Takes a class of your own away, with all its bursts"),
                       {Parameter::text("NAME", "its name")},
                       [this](const Arguments& arguments) {
                         own_.need_folder().need(arguments.text(0));
                         own_.let_go();
                         own_.need_folder().remove_class(arguments.text(0));
                       },
                       Undo::edit});
  registry.add(Command{"transfer.class.folder",
                       N_("Makes a class of a folder of pictures, or of each folder in it"),
                       {Parameter::file_to_read("DIR", "a folder of pictures, or a folder of such folders")},
                       [this, show](const Arguments& arguments) {
                         own_.need_folder().link(arguments.text(0));
                         show();
                       },
                       Undo::edit});
  registry.add(
      Command{"transfer.hold",
              N_("Holds the button of a class: what the camera sees until it is let go is one burst"),
              {Parameter::word("NAME", "the class"),
               Parameter::file_to_read(
                   "on|off", "on: it is held, and the camera read as a file would be; off: it is let go", camera_of)},
              [this, show](const Arguments& arguments) {
                const bool on = is_on("transfer.hold", arguments.text(1));
                own_.need_folder().need(arguments.text(0));
                if (!on) {
                  if (own_.holds(arguments.text(0))) own_.let_go();
                  return;
                }
                if (!is_shown()) {
                  throw Error("the camera looks only while somebody sees it", "show its page: page transfer");
                }
                own_.hold(arguments.text(0));
                show();
              },
              Undo::edit});
  // What the button sends: an undo after it takes the burst away, and not the letting go.
  registry.add(Command{
      "transfer.let_go", N_("Lets the button go that is held"), {}, [this](const Arguments&) { own_.let_go(); }});
  registry.add(Command{"transfer.burst.remove",
                       N_("Takes a burst of pictures away"),
                       {Parameter::word("NAME", "the class"), Parameter::integer("N", "the burst's number", 0, 1e6)},
                       [this](const Arguments& arguments) {
                         own_.let_go();
                         own_.need_folder().remove_burst(arguments.text(0), static_cast<int>(arguments.integer(1)));
                       },
                       Undo::edit});
  registry.add(Command{
      "transfer.own.camera",
      N_("Turns the camera on, as long as its classes are seen, or off"),
      {Parameter::file_to_read("on|off", "on: the camera is read, as a file would be; off: it is not", camera_of)},
      [this, show](const Arguments& arguments) {
        own_.turn_camera(is_on("transfer.own.camera", arguments.text(0)));
        show();
      }});
  registry.add(
      Command{"transfer.own.folder",
              N_("Keeps your classes in a folder: pictures that are in it count, bursts taken before go along"),
              {Parameter::file_to_write("DIR", "a folder, which is made where there is none")},
              [this, show](const Arguments& arguments) {
                own_.choose_folder(arguments.text(0));
                show();
              }});
  registry.add(Command{"transfer.own.keep",
                       N_("Brings classes and bursts of your own back that were taken away; others are taken away"),
                       {Parameter::text("BURSTS", "\"cup:0,1|pen:2\"; none")},
                       [this](const Arguments& arguments) {
                         if (own_.text() == arguments.text(0)) return;
                         own_.let_go();
                         own_.need_folder().keep(arguments.text(0));
                       },
                       Undo::edit});
  const auto number = [&](const char* name, const char* help, std::function<int64_t(const BurstFolder&)> value) {
    registry.add(Readout{std::string("transfer.own.") + name, help, [this, value = std::move(value)] {
                           return ReadoutValue(own_.folder() ? static_cast<double>(value(*own_.folder())) : 0.0);
                         }});
  };
  number("classes", "classes of your own",
         [](const BurstFolder& own) { return static_cast<int64_t>(own.classes().size()); });
  number("pictures", "pictures in them", [](const BurstFolder& own) { return own.pictures(); });
  number("bursts", "bursts of pictures in them", [](const BurstFolder& own) { return own.bursts(); });
  registry.add(Readout{"transfer.own.folder", "the folder that your classes are kept in; temporary", [this] {
                         const BurstFolder* folder = own_.folder();
                         return ReadoutValue(folder == nullptr || folder->temporary() ? "temporary" : folder->path());
                       }});
  registry.add(Readout{"transfer.own.keep", "classes and bursts of your own, as the command brings them back",
                       [this] { return ReadoutValue(own_.text()); }});
  registry.add(Readout{"transfer.own.camera", "whether the camera is on",
                       [this] { return ReadoutValue(std::string(own_.camera_is_on() ? "on" : "off")); }});
  registry.add(Readout{"transfer.hold", "the class whose button is held; none", [this] {
                         if (own_.folder() != nullptr) {
                           for (const BurstClass& each : own_.folder()->classes()) {
                             if (own_.holds(each.name)) return ReadoutValue(each.name);
                           }
                         }
                         return ReadoutValue(std::string("none"));
                       }});
}

// Folders of pictures become classes; one that holds folders is a data set of its own, unless there are classes
// already.
std::vector<std::string> TransferPage::dropped(const std::vector<std::string>& folders) const {
  std::error_code problem;
  if (folders.size() == 1 && own_.text() == "none") {
    bool holds_folders = false;
    for (std::filesystem::directory_iterator each(folders[0], problem), end; !problem && each != end;
         each.increment(problem)) {
      std::error_code ignored;
      holds_folders = holds_folders || each->is_directory(ignored);
    }
    if (holds_folders) return {"transfer.data " + quoted("folder:" + folders[0])};
  }
  std::vector<std::string> lines;
  for (const std::string& each : folders) lines.push_back("transfer.class.folder " + quoted(each));
  if (state_.data != "own") lines.emplace_back("transfer.data own");
  return lines;
}

void TransferPage::draw_own(Ui& ui, Rect area) const {
  const bool beside = area.w > 2.2f * std::min(area.h, 320.0f) || area.w > 560;
  const float side = beside ? std::clamp(area.w * 0.34f, 140.0f, 320.0f) : 0;
  if (beside) {
    draw_camera(ui, area.cut_left(side));
    area.cut_left(16);
  }
  ui.begin_panel("own classes", area, 0);
  if (!beside) draw_camera(ui, ui.take(120));
  ui.begin_flow();
  if (state_.data != "own") {
    ui.button("Learn from these", "transfer.data own",
              {.style = ButtonStyle::primary, .tooltip = N_("Both sides learn from these classes")});
  }
  ui.button("Keep in a folder\u2026", "browse.save transfer.own.folder own-classes",
            {.icon = Icon::folder, .enabled = ui.registry().find_command("browse.save") != nullptr});
  ui.end_flow();
  ui.error_beside("transfer.own.folder");
  ui.text_field("new class", "", "transfer.class", N_("name of a class, then Enter"));
  ui.error_beside("transfer.class");
  ui.error_beside("transfer.class.folder");
  if (own_.folder() != nullptr) {
    for (const BurstClass& each : own_.folder()->classes()) draw_class(ui, each);
  }
  for (const char* command : {"transfer.hold", "transfer.class.remove", "transfer.burst.remove"}) {
    ui.error_beside(command);
  }
  if (own_.folder() == nullptr || own_.folder()->classes().empty()) {
    ui.note("Name two classes or more, or drop a folder of pictures for each onto the window.");
  } else {
    ui.note(
        "Hold a class\u2019s button and turn the thing in front of the camera: one burst. Pictures of one burst are "
        "alike, so a whole burst is learned from or tested, never both: take two or more of each class, in other "
        "places.");
  }
  ui.end_panel();
}

void TransferPage::draw_camera(Ui& ui, Rect area) const {
  const Theme& theme = ui.theme();
  if (own_.failure()) {
    ui.begin_panel("camera", area, 0);
    ui.error_note(own_.failure()->what(), own_.failure()->hint());
    ui.button("Try again", "transfer.own.camera on");
    ui.error_beside("transfer.own.camera");
    ui.end_panel();
    return;
  }
  if (!own_.camera_is_on()) {
    ui.begin_panel("camera", area, 0);
    ui.note("What the camera sees stays on this machine.");
    ui.button("Turn the camera on", "transfer.own.camera on", {.icon = Icon::eye});
    ui.error_beside("transfer.own.camera");
    ui.end_panel();
    return;
  }
  const float line = ui.text_size(Font::caption) * 1.35f;
  const float side = std::min(area.w, area.h - line - 4);
  const Rect place{area.x, area.y, side, side};
  if (own_.seen()) {
    ui.thumbnail(place, source_of(own_.seen(), "transfer.camera", own_.seen_version()));
  } else {
    ui.fill(place, theme.surface, 6);
    ui.label(place, tr("The camera is being opened"), Font::caption, theme.secondary, Align::center);
  }
  if (own_.holding()) ui.stroke(place.inset(1), theme.kernel, 2, 3);
  const Rect words{area.x, place.bottom() + 4, area.w, line};
  if (words.bottom() > area.bottom() + 1) return;
  ui.label(words,
           own_.holding() ? format_tr("{} pictures of this burst", own_.held_pictures())
                          : std::string(tr("what the network will see")),
           Font::caption, theme.secondary);
}

void TransferPage::draw_class(Ui& ui, const BurstClass& own) const {
  const Theme& theme = ui.theme();
  ui.hairline();
  ui.push_id(own.name);
  const bool held = own_.holds(own.name);
  const float line = ui.text_size(Font::control) * 1.9f;
  Rect row = ui.take(line);
  row.cut_right(10);  // of the panel's scroll bar
  const std::string name = quoted(own.name);
  // The button: as long as the mouse holds it, or from one press of Enter to the next.
  if (own.link.empty()) {
    const std::string words = std::string(tr(held ? N_("Let go") : N_("Hold")));
    const Rect place = row.cut_right(std::max(ui.measure(Font::control, words).x + 28, 84.0f));
    const Response r = ui.interact(
        place, {.label = "hold " + own.name,
                .command = "transfer.hold " + name,
                .kind = "button",
                .tooltip = N_("As long as it is held, pictures of this class are taken; with the keyboard Enter begins "
                              "and ends")});
    ui.fill(place, held ? theme.kernel : r.hovered ? mixed(theme.raised, theme.text, 0.08f) : theme.raised, 6);
    ui.label(place, words, Font::control, held ? ink_on(theme.kernel) : theme.text, Align::center);
    if (r.keyboard) ui.draw_focus(place);
    if (r.pressed) ui.send("transfer.hold " + name + " on");
    if (r.released) ui.send("transfer.let_go");
    if (r.clicked && !r.released) ui.send(held ? "transfer.let_go" : "transfer.hold " + name + " on");
    row.cut_right(8);
  }
  const Rect cross = row.cut_right(line);
  ui.next(cross);
  ui.button("remove class " + own.name, "transfer.class.remove " + name,
            {.style = ButtonStyle::quiet,
             .icon = Icon::cross,
             .tooltip = N_("Takes this class away; Ctrl+Z brings it back"),
             .icon_only = true});
  const std::string count = format_tr("{} pictures", own.pictures());
  ui.label(row.cut_right(std::min(row.w * 0.5f, ui.measure(Font::caption, count).x + 12)), count, Font::caption,
           theme.secondary, Align::right);
  ui.label(row, ui.fitted(own.name, Font::control, row.w), Font::control, theme.text);
  if (!own.link.empty()) {
    const float small = ui.text_size(Font::caption) * 1.35f;
    ui.label(ui.take(small), ui.fitted(own.link, Font::caption, ui.width()), Font::caption, theme.secondary);
  }
  if (!own.bursts.empty() && own.link.empty()) {
    ui.begin_flow(6);
    for (const Burst& burst : own.bursts) {
      const float small = ui.text_size(Font::caption) * 1.2f;
      Rect place = ui.take(kBurst, kBurst + small);
      const Rect words = place.cut_bottom(small);
      if (const ImagePtr image = own_.thumbnail(burst)) {
        ui.thumbnail(place, source_of(image, "transfer.own." + burst.files.front(), 1));
      } else {
        ui.fill(place, theme.raised, 4);
      }
      ui.label(words, std::to_string(burst.files.size()), Font::caption, theme.secondary, Align::center);
      const Rect corner{place.right() - 20, place.y, 20, 20};
      ui.fill(corner, faded(theme.background, 0.75f), 4);
      ui.next(corner);
      ui.button(fmt::format("remove burst {} of {}", burst.number, own.name),
                fmt::format("transfer.burst.remove {} {}", name, burst.number),
                {.style = ButtonStyle::quiet,
                 .icon = Icon::cross,
                 .tooltip = N_("Takes this burst away; Ctrl+Z brings it back"),
                 .icon_only = true});
    }
    ui.end_flow();
  }
  ui.pop_id();
}

}  // namespace striate
