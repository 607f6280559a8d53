// What stands above every view of the page `pretrained`: the picture with the part that is seen, what the network
// receives, its best classes; and which view stands below.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "app/pages/best_classes.h"
#include "app/pages/layer_table.h"
#include "app/pages/network_states.h"
#include "app/pages/network_words.h"
#include "app/pages/pretrained/pretrained.h"
#include "app/widgets/sample_grid.h"
#include "app/widgets/ui.h"
#include "app/words/words.h"

namespace striate {
namespace {

constexpr float kTabs = 36;
constexpr float kWords = 20;  // below a picture
// How wide a picture may become: the open one, and what the network receives.
constexpr float kPictureShare = 0.27f, kSeenShare = 0.21f;
constexpr const char* kCorners[] = {"upper left corner", "upper right corner", "lower left corner",
                                    "lower right corner"};
constexpr float kBesideMaps = 535;  // of the table, at least

}  // namespace

void PretrainedPage::draw_stage(Ui& ui, const Rect& area) const {
  HoverNote note;
  Rect rest = area.inset(20, 12);
  const auto tabs = [&](Rect place) {
    ui.begin_panel("views", place, 0, false);
    ui.setting("pretrained.view", {.tabs = true});
    ui.end_panel();
  };
  if (!network().has_network()) {
    if (state_.view == "history") {
      tabs(rest.cut_top(kTabs));
      rest.cut_top(8);
      return draw_history(ui, rest);
    }
  }
  if (!draw_network_state(ui, area, rest, network())) return;
  const NetworkMomentPtr& moment = network().moment();
  // All five classes where there is room for a view below them, and no more than the pictures or they need.
  const float five = rest.h < 400 ? 126.0f : kWords + kBestClasses;
  const float most = std::clamp(kWords + std::max(picture_height(rest.w, *moment), kBestClasses + 25), five, 250.0f);
  const float top =
      state_.view == "history" ? 0 : std::min(std::clamp(rest.h * 0.26f, five, most), rest.h - kTabs - 150);
  if (top >= 64.0f) {
    draw_top(ui, rest.cut_top(top), *moment);
    rest.cut_top(12);
  }
  tabs(rest.cut_top(kTabs));
  rest.cut_top(8);
  if (state_.view == "history") {
    draw_history(ui, rest);
  } else if (moment->why) {
    ui.begin_panel("why", rest, 0, false);
    ui.error_note(moment->why->what(), moment->why->hint());
    ui.end_panel();
  } else if (state_.view == "input") {
    draw_input(ui, rest, *moment);
  } else if (state_.view == "block") {
    draw_block(ui, rest, *moment, note);
  } else if (state_.view == "unroll") {
    draw_unroll(ui, rest, *moment, note);
  } else if (state_.view == "against") {
    draw_against(ui, rest, *moment);
  } else if (state_.view == "folder") {
    draw_folder(ui, rest, *moment);
  } else {
    draw_layers(ui, rest, *moment, note);
  }
  draw_hover_note(ui, note);
}

// ------------------------------------------------------------------------------------------------- picture, answer

float PretrainedPage::picture_height(float width, const NetworkMoment& moment) const {
  if (moment.info->picture.rank() < 3) return 0;
  float high =
      width * kSeenShare * static_cast<float>(moment.info->picture[1]) / static_cast<float>(moment.info->picture[2]);
  if (preview_ && preview_->of == moment.picture.image) {
    const auto wide = static_cast<float>(preview_->shape[2]), tall = static_cast<float>(preview_->shape[1]);
    high = std::max(high, width * kPictureShare * tall / wide);
  }
  return high;
}

void PretrainedPage::draw_top(Ui& ui, Rect area, const NetworkMoment& moment) const {
  const Theme& theme = ui.theme();
  const OpenNetworkInfo& info = *moment.info;
  if (moment.why) return;
  const Rect words = area.cut_bottom(kWords);
  const bool image = preview_ && preview_->of == moment.picture.image && area.w > 480;
  float used = 0;
  if (image) {
    const float aspect = static_cast<float>(preview_->shape[2]) / static_cast<float>(preview_->shape[1]);
    const float wide = std::min(area.h * aspect, area.w * kPictureShare);
    const Rect place{area.x, area.y, std::round(wide), std::round(wide / aspect)};
    draw_picture(ui, place, moment);
    ui.label(Rect{place.x, place.bottom() + 2, place.w, words.h},
             ui.fitted(moment.picture.name, Font::caption, place.w), Font::caption, theme.secondary);
    used = place.w + 28;
    const float x = place.right() + 14, y = place.center().y;
    ui.line({x - 7, y}, {x + 6, y}, theme.secondary, 1.5f);
    ui.line({x + 2, y - 4}, {x + 6, y}, theme.secondary, 1.5f);
    ui.line({x + 2, y + 4}, {x + 6, y}, theme.secondary, 1.5f);
  }
  Rect rest = area;
  rest.cut_left(used);
  if (state_.view == "against" && !state_.against.empty()) return draw_both_answers(ui, rest, moment);
  const float aspect = static_cast<float>(info.picture[2]) / static_cast<float>(info.picture[1]);
  const float wide = std::min(rest.h * aspect, area.w * kSeenShare);
  const Rect seen{rest.x, rest.y, std::round(wide), std::round(wide / aspect)};
  draw_sample_picture(ui, seen, "pretrained.input", moment.version, info.picture, [&](float* pixels) {
    std::copy(moment.input.pixels.begin(), moment.input.pixels.end(), pixels);
  });
  ui.stroke(seen.inset(-1), faded(theme.input, 0.7f), 2, 1.5f);
  const Response hover = ui.interact(seen, {.label = "what the network receives",
                                            .kind = "picture",
                                            .focusable = false,
                                            .tooltip = format_tr("What the network receives: {}", moment.input.words)});
  if (hover.hovered) ui.light(Concept::input);
  ui.label(Rect{seen.x, seen.bottom() + 2, std::max(seen.w, 90.0f), words.h}, sizes_text(info.picture), Font::caption,
           theme.input);
  rest.cut_left(seen.w + 24);
  draw_best_classes(ui, rest,
                    {.key = "pretrained.best",
                     .moment = &moment,
                     .share = N_("softmax"),
                     .on_click = [](int each) { return fmt::format("pretrained.unroll {}", each); },
                     .tooltip = N_("Unrolls this logit into what made it")});
}

// A click or a drag puts the middle of the part there; its corners, the wheel and +/- change its size.
void PretrainedPage::draw_picture(Ui& ui, const Rect& place, const NetworkMoment& moment) const {
  draw_sample_picture(ui, place, "pretrained.picture", preview_->version, preview_->shape,
                      [this](float* pixels) { std::copy(preview_->pixels.begin(), preview_->pixels.end(), pixels); });
  draw_crop(ui, place, moment, place.w / static_cast<float>(moment.picture.image->width));
}

void PretrainedPage::draw_crop(Ui& ui, const Rect& place, const NetworkMoment& moment, float scale) const {
  const Theme& theme = ui.theme();
  const Image& image = *moment.picture.image;
  const SeenPart& part = moment.input.part;
  const std::optional<PictureCrop>& asked = network().asked().crop;
  const PictureCrop now = asked ? *asked : PictureCrop{part.x, part.y, part.width};
  const double tall = static_cast<double>(moment.info->picture[1]) / static_cast<double>(moment.info->picture[2]);
  const Response r = ui.interact(place, {.label = "the part that the network looks at",
                                         .command = "pretrained.crop",
                                         .kind = "picker",
                                         .tooltip = N_("Drag: where it looks. A corner, the wheel, + and -: how much "
                                                       "it sees."),
                                         .takes_wheel = true});
  const auto send = [&](double x, double y, int size) {
    const int high = static_cast<int>(std::lround(size * tall));
    const int to_x = std::clamp(static_cast<int>(std::lround(x)), 0, std::max(0, image.width - size));
    const int to_y = std::clamp(static_cast<int>(std::lround(y)), 0, std::max(0, image.height - high));
    const PictureCrop next{to_x, to_y, size};
    if (!(next == now)) ui.send(fmt::format("pretrained.crop {} {} {}", to_x, to_y, size));
  };
  const int most = std::max(1, std::min(image.width, static_cast<int>(image.height / tall)));
  const int size = std::clamp(now.size, 1, most);
  const auto resize = [&](double factor) {
    const int next = std::clamp(static_cast<int>(std::lround(size * factor)), std::min(8, most), most);
    send(now.x + (size - next) / 2.0, now.y + (size - next) * tall / 2.0, next);
  };
  const Rect frame{place.x + static_cast<float>(part.x) * scale, place.y + static_cast<float>(part.y) * scale,
                   static_cast<float>(part.width) * scale, static_cast<float>(part.height) * scale};
  bool by_corner = false;
  const float handle = std::min({16.0f, frame.w / 3, frame.h / 3});
  // Near the picture's edge the mouse is at the edge.
  const auto snapped = [&](float at, float low, float high) {
    return at < low + handle / 2 + 1 ? low : at > high - handle / 2 - 1 ? high : at;
  };
  const Vec mouse = Vec{snapped(ui.input().mouse.x, place.x, place.right()) - place.x,
                        snapped(ui.input().mouse.y, place.y, place.bottom()) - place.y} *
                    (1 / scale);
  for (int corner = 0; corner < 4 && size > 0; ++corner) {
    const bool right = corner % 2 == 1, below = corner / 2 == 1;
    const Vec at{right ? frame.right() : frame.x, below ? frame.bottom() : frame.y};
    const Rect grip{std::clamp(at.x - handle / 2, place.x, place.right() - handle),
                    std::clamp(at.y - handle / 2, place.y, place.bottom() - handle), handle, handle};
    // For the mouse: the picture itself has the keys.
    const Response c = ui.interact(grip, {.label = kCorners[corner],
                                          .kind = "handle",
                                          .focusable = false,
                                          .tooltip = N_("Drag: how much of the picture the network sees")});
    if (!c.held || (c.dragged.x == 0 && c.dragged.y == 0)) continue;
    by_corner = true;
    // The corner across stays where it is.
    const double x = now.x + (right ? 0 : size), y = now.y + (below ? 0 : size * tall);
    const double wide = right ? static_cast<double>(mouse.x) - x : x - static_cast<double>(mouse.x);
    const double high = below ? static_cast<double>(mouse.y) - y : y - static_cast<double>(mouse.y);
    const double room = std::min(right ? image.width - x : x, (below ? image.height - y : y) / tall);
    const int next = std::clamp(static_cast<int>(std::lround((wide + high / tall) / 2)), std::min(8, most),
                                std::max(std::min(8, most), static_cast<int>(room)));
    send(right ? x : x - next, below ? y : y - next * tall, next);
  }
  if (by_corner) {
    // That is all that this drag does.
  } else if (r.pressed || r.held) {
    const Vec at = (ui.input().mouse - place.min()) * (1 / scale);
    send(static_cast<double>(at.x) - size / 2.0, static_cast<double>(at.y) - size * tall / 2.0, size);
  } else if (r.wheel != 0) {
    resize(std::pow(0.9, static_cast<double>(r.wheel)));
  }
  if (r.focused) {
    const int step = std::max(1, size / 20);
    if (ui.take_key("Left")) send(now.x - step, now.y, size);
    if (ui.take_key("Right")) send(now.x + step, now.y, size);
    if (ui.take_key("Up")) send(now.x, now.y - step, size);
    if (ui.take_key("Down")) send(now.x, now.y + step, size);
    if (ui.take_key("+") || ui.take_key("=")) resize(0.9);
    if (ui.take_key("-")) resize(1 / 0.9);
  }
  // What is left out steps back.
  const Color veil = faded(theme.background, 0.55f);
  ui.fill({place.x, place.y, place.w, std::max(0.0f, frame.y - place.y)}, veil);
  ui.fill({place.x, frame.bottom(), place.w, std::max(0.0f, place.bottom() - frame.bottom())}, veil);
  ui.fill({place.x, frame.y, std::max(0.0f, frame.x - place.x), frame.h}, veil);
  ui.fill({frame.right(), frame.y, std::max(0.0f, place.right() - frame.right()), frame.h}, veil);
  ui.stroke(frame, theme.input, 1, 2);
  for (int corner = 0; corner < 4; ++corner) {
    const Vec at{corner % 2 == 1 ? frame.right() : frame.x, corner / 2 == 1 ? frame.bottom() : frame.y};
    ui.fill(Rect{at.x - 4, at.y - 4, 8, 8}, theme.input, 2);
  }
  if (r.keyboard) ui.draw_focus(place, 2);
}

void PretrainedPage::draw_layers(Ui& ui, Rect area, const NetworkMoment& moment, HoverNote& note) const {
  const int node = chosen_node(moment);
  const bool low = area.h < 260;
  // Side by side where that gives more rows.
  if (low ? area.w >= kBesideMaps + 140 : area.w >= 1000 && area.w > 1.5f * area.h) {
    const float gap = low ? 12 : 20, most = area.w - gap - kBesideMaps;
    const float wide = low ? std::clamp(area.h * 0.85f, 120.0f, most) : std::min(most, area.w * 0.4f);
    const Rect maps = area.cut_right(wide);
    area.cut_right(gap);
    draw_layer_maps(ui, maps, moment, shown_, node, "pretrained", note);
  } else if (!low) {
    const float list = 32.0f + static_cast<float>(moment.info->layers.size()) * kLayerRow;
    const float least = std::clamp(area.h * 0.42f, 110.0f, 360.0f);
    const float room = std::max(least, area.h - 12 - list);
    // What the maps leave is the table's.
    const Rect maps = area.cut_bottom(std::min(room, layer_maps_height(moment, node, area.w, room)));
    area.cut_bottom(12);
    draw_layer_maps(ui, maps, moment, shown_, node, "pretrained", note);
  }
  draw_layer_table(ui, area, moment,
                   {.page = "pretrained",
                    .command = "pretrained.layer",
                    .chosen = chosen_node(moment),
                    .revealed = revealed_,
                    .timed = true,
                    .times = times_.of(moment)});
}

}  // namespace striate
