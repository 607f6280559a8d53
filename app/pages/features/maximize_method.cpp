#include "app/pages/features/maximize_method.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <tuple>
#include <utility>

#include "app/command/not_ready.h"
#include "app/command/setting.h"
#include "app/network/same_network.h"
#include "app/pages/features/learning_film.h"
#include "app/pages/features/maximize_job.h"
#include "app/pages/features/unit_grid.h"
#include "app/widgets/curves.h"
#include "app/widgets/ui.h"
#include "app/words/words.h"
#include "engine/error.h"

namespace striate {
namespace {

constexpr int kSmall = 48;  // sides of the pictures in the grid of units, at most

struct Settings {
  bool waves = true, colors = true, jitter = true, scale = true, rotation = true;
  std::string over = "map";
  int size = 0;
  int seed = 1;
};

// What a picture was made of, besides the network.
using Key = std::tuple<int, int64_t, bool, bool, bool, bool, bool, std::string, int, int, int>;

struct Stored {
  MaximizedPicture picture;
  uint64_t serial = 0;  // no two are alike
};

class MaximizeMethod : public FeatureMethod {
 public:
  explicit MaximizeMethod(const PageContext& context)
      : settings_("features", own_, Undo::edit), film_(context.document), job_(context) {}

  std::vector<Word> words() const override {
    return {{"maximize", N_("Maximize"),
             N_("A picture that is made to excite the unit, from noise, by following the gradient uphill")}};
  }
  bool has_film() const override { return true; }
  int film_frames() const override { return static_cast<int>(frames_.size()); }

  void declare(Registry& registry) override {
    settings_.on_off("waves", "waves",
                     "Moves waves of all lengths alike instead of pixels: without them the ascent ends in noise",
                     "on: waves", &Settings::waves);
    settings_.on_off("colors", "correlated colors", "Moves colors together as they go together in photos",
                     "on: together", &Settings::colors);
    settings_.on_off("jitter", "jitter", "Looks at the picture a few pixels aside at every step", "on: shifted",
                     &Settings::jitter);
    settings_.on_off("scaling", "scaling", "Looks at it a little larger or smaller at every step", "on: scaled",
                     &Settings::scale);
    settings_.on_off("rotation", "rotation", "Looks at it a little turned at every step", "on: turned",
                     &Settings::rotation);
    settings_
        .choice("over", "what grows", "The channel's mean over the whole map, or the one unit in its middle",
                Parameter::choice("WHAT", "the map, or the middle", {"map", "middle"}), &Settings::over)
        .labels = {N_("the map"), N_("the middle")};
    settings_.integer("size", "size", "Sides of the picture; 0: four times what a unit sees, 64 to 128",
                      {"N", "pixels; 0: as the layer asks for", 0, 256}, &Settings::size);
    settings_.integer("seed", "seed", "What the noise that it begins with is drawn from", {"N", "any number", 0, 9999},
                      &Settings::seed);
    settings_.declare(registry);
    registry.add(Readout{"features.done", "steps of the picture that is shown",
                         [this] { return ReadoutValue(static_cast<double>(shown_steps_)); }});
  }
  std::vector<std::string> state() const override { return settings_.state(); }

  bool update(const FeatureLook& look) override {
    bool changed = forget_others(look);
    for (MaximizeResult& each : job_.take()) {
      changed = true;
      if (film_.is_made()) {
        if (frames_.size() <= each.moment) frames_.resize(each.moment + 1);
        frames_[each.moment] = {std::move(each.picture), ++serial_};
        continue;
      }
      const Key key = key_of(asked_.node, each.channel, asked_.options, asked_.over);
      const bool fresh = !pictures_.contains(key);
      pictures_[key] = {std::move(each.picture), ++serial_};
      ++version_;
      // The grid of units gets this one anew, and not all that it has.
      const bool in_grid = !units_.empty() && units_of_ == asked_.node && units_renewed_ + 1 == version_ &&
                           units_key_ == key_of(asked_.node, 0, asked_.options, asked_.over);
      if (!in_grid || each.channel >= kMostUnits) continue;
      put_small(pictures_[key].picture, each.channel);
      units_made_ += fresh ? 1 : 0;
      units_renewed_ = version_;
      ++units_version_;
    }
    if (std::vector<NetworkRequest> moments = film_.begin(look.moment->of); !moments.empty()) {
      MaximizeRequest request = request_of(look, false);
      request.moments = std::move(moments);
      frames_.clear();
      film_key_ = key_of(look);
      begin(std::move(request));
    }
    const Stored* stored = shown(look);
    shown_steps_ = stored != nullptr ? stored->picture.steps : 0;
    return changed || renew_units(look);
  }
  bool busy() const override { return job_.busy() || film_.wanted(); }
  size_t held() const override {
    size_t bytes = units_.size() * sizeof(float);
    for (const auto& [key, stored] : pictures_) bytes += stored.picture.pixels.size() * sizeof(float);
    return bytes;
  }
  void release() override {
    if (busy()) return;
    pictures_.clear(), frames_.clear(), units_.clear();
    ++version_;
  }

  void start(const FeatureLook& look, bool all) override {
    if (look.node == 0) throw Error("the input has no units to maximize", "choose a layer: features.layer 0");
    if (look.info().picture.rank() != 3) {
      throw Error(fmt::format("{} takes no pictures", look.info().name),
                  "choose a model for pictures of 1 or 3 channels");
    }
    if (look.state.film) {
      film_.want(look.moment->of);
      job_.stop();
      return;
    }
    film_.leave();
    of_ = look.moment->of;
    begin(request_of(look, all));
  }
  void stop() override {
    job_.stop();
    film_.stop();
  }

  void draw_units(Ui& ui, Rect area, const FeatureLook& look, HoverNote& note) const override {
    if (units_.empty() || units_of_ != look.node) return draw_unit_maps(ui, area, look, note);
    UnitGrid units;
    units.pictures = true;
    units.caption = format_tr("{} of {} units have a picture that excites them", units_made_, look.cells[0]);
    units.grid.maps = {units_, static_cast<int64_t>(units_.size()) / (3 * unit_side_ * unit_side_), unit_side_,
                       unit_side_, 3};
    units.grid.key = "features.maximized";
    units.grid.version = units_version_;
    units.grid.scale.scope = ScaleScope::fixed;
    units.grid.scale.limits = {1};
    units.grid.name = [&look](int64_t unit) { return unit_words(look, unit); };
    draw_unit_grid(ui, area, look, std::move(units), note);
  }

  void draw_large(Ui& ui, Rect area, const FeatureLook& look, HoverNote& note) const override {
    const Theme& theme = ui.theme();
    Rect head = area.cut_top(24);
    const Stored* stored = shown(look);
    const MaximizedPicture* picture = stored != nullptr ? &stored->picture : nullptr;
    const bool film = in_film(look);
    std::string caption = unit_words(look, look.channel);
    if (film) caption += ", " + format_tr("after step {}", film_.step(look.frame));
    if (picture != nullptr) {
      if (!film && !same_weights(*of_, look.moment->of)) {
        caption += ", " + format_tr("after step {}", of_->training->step);
      }
      caption += ", " + (over() == Objective::Over::map
                             ? format_tr("its mean {}", shortest_text(static_cast<float>(picture->score)))
                             : format_tr("its value {}", shortest_text(static_cast<float>(picture->score))));
      if (!picture->finished) caption += ", " + format_tr("{} steps, not finished", picture->steps);
    }
    ui.label(head, ui.fitted(caption, Font::caption, head.w), Font::caption, theme.secondary);
    area.cut_top(4);
    if (busy()) {
      ui.begin_panel("maximizing", area.cut_top(64), 0, false);
      const char* words = film_.wanted()    ? N_("Asking for the weights of all steps")
                          : film_.is_made() ? N_("Filming")
                                            : N_("Maximizing");
      ui.progress(words, film_.wanted() ? -1 : job_.share(), "features.stop");
      ui.end_panel();
      area.cut_top(8);
    }
    if (picture == nullptr || picture->pixels.empty()) {
      if (!busy()) draw_invitation(ui, area);
      return;
    }
    // The curve beside the picture where it is wide, else below.
    const bool beside = area.w > area.h * 1.4f;
    Rect curve = beside ? area.cut_right(area.w - area.h - 16) : area.cut_bottom(std::min(130.0f, area.h * 0.3f));
    if (!beside) area.cut_bottom(8);
    const Rect place =
        draw_one_picture(ui, area.inset(2), "features.maximize", stored->serial, picture->shape, picture->pixels);
    ui.stroke(place.inset(-1), faded(picture->finished ? theme.activation : theme.warning, 0.7f), 2, 1.5f);
    const Response hover =
        ui.interact(place, {.label = "the picture that excites the unit",
                            .kind = "picture",
                            .focusable = false,
                            .tooltip = tr("Made from noise: every step changed it so that the unit grew")});
    if (hover.hovered) ui.light(Concept::activation);
    if (curve.w > 120 && curve.h > 80) draw_scores(ui, curve, *picture);
    static_cast<void>(note);
  }

  void draw_inspector(Ui& ui, const FeatureLook& look) const override {
    ui.section("MAXIMIZE");
    ui.begin_flow();
    ui.button("Start", "features.start", {.style = ButtonStyle::primary, .icon = Icon::play, .enabled = look.node > 0});
    ui.button("All units", "features.start all",
              {.enabled = look.node > 0 && !look.state.film,
               .tooltip = N_("The unit that is chosen, then all others of the layer")});
    ui.button("Stop", "features.stop", {.enabled = busy()});
    ui.end_flow();
    ui.error_beside("features.start");
    ui.setting("features.steps", {.field = true});
    ui.setting("features.over");
    ui.hairline();
    ui.section("WHAT KEEPS IT A PICTURE");
    for (const char* name : {"waves", "colors", "jitter", "scaling", "rotation"}) {
      ui.setting(std::string("features.") + name);
    }
    ui.note("Switch one off and start again: that is why it is there.");
    ui.hairline();
    ui.setting("features.size", {.field = true});
    ui.setting("features.seed", {.field = true});
    if (!look.moment->of.state.opened) ui.setting("features.film");
    ui.hairline();
  }

  double score(const FeatureLook& look) override {
    const Stored* stored = shown(look);
    if (stored == nullptr) {
      if (busy()) throw NotReady("the picture is not there yet");
      throw Error("nothing was maximized yet", "begin: features.start");
    }
    if (!stored->picture.finished && busy()) throw NotReady("the picture is not finished yet");
    return stored->picture.score;
  }
  ImagePtr picture(const FeatureLook& look) const override {
    const Stored* stored = shown(look);
    if (stored == nullptr) throw Error("nothing was maximized yet", "begin: features.start");
    return image_of_pixels(stored->picture.shape, stored->picture.pixels, "maximized");
  }

 private:
  static Key key_of(int node, int64_t channel, const MaximizeOptions& o, Objective::Over over) {
    return {node,
            channel,
            o.waves,
            o.colors,
            o.jitter,
            o.scale,
            o.rotation,
            over == Objective::Over::map ? "map" : "middle",
            o.steps,
            o.size,
            static_cast<int>(o.seed)};
  }
  MaximizeOptions options_of(const FeatureLook& look) const {
    MaximizeOptions options;
    if (look.state.steps > 0) options.steps = look.state.steps;
    options.size = own_.size;
    options.seed = static_cast<uint64_t>(own_.seed);
    options.waves = own_.waves, options.colors = own_.colors, options.jitter = own_.jitter;
    options.scale = own_.scale, options.rotation = own_.rotation;
    return options;
  }
  Objective::Over over() const { return own_.over == "map" ? Objective::Over::map : Objective::Over::middle; }
  Key key_of(const FeatureLook& look) const { return key_of(look.node, look.channel, options_of(look), over()); }
  MaximizeRequest request_of(const FeatureLook& look, bool all) const {
    MaximizeRequest request;
    request.moments = {look.moment->of};
    request.node = look.node;
    request.channels = {look.channel};
    for (int64_t c = 0; all && c < std::min(look.cells[0], kMostUnits); ++c) {
      if (c != look.channel) request.channels.push_back(c);
    }
    request.over = over();
    request.options = options_of(look);
    return request;
  }
  void begin(MaximizeRequest request) {
    asked_ = request;
    job_.start(std::move(request));
  }

  // Pictures of other weights are none of these; those of a training that moves on stay, and say of which step they
  // are.
  bool forget_others(const FeatureLook& look) {
    const NetworkRequest& now = look.moment->of;
    bool changed = false;
    if (film_.forget_other(now)) {
      if (film_.is_made()) job_.forget();
      film_.leave();
      frames_.clear();
      changed = true;
    }
    if (of_ && !still_shown(of_, now)) {
      if (!film_.is_made()) job_.forget();
      of_.reset();
      pictures_.clear(), units_.clear();
      ++version_;
      changed = true;
    }
    return changed;
  }

  bool in_film(const FeatureLook& look) const {
    return look.frame >= 0 && look.frame < static_cast<int>(frames_.size()) && film_key_ == key_of(look);
  }
  const Stored* shown(const FeatureLook& look) const {
    if (in_film(look)) return &frames_[static_cast<size_t>(look.frame)];
    if (!still_shown(of_, look.moment->of)) return nullptr;
    const auto found = pictures_.find(key_of(look));
    return found == pictures_.end() ? nullptr : &found->second;
  }

  // The pictures of all units of the layer that are there, small.
  bool renew_units(const FeatureLook& look) {
    const Key now = key_of(look.node, 0, options_of(look), over());
    const bool busy = job_.busy();
    if (units_renewed_ == version_ && units_key_ == now && units_busy_ == busy) return false;
    units_renewed_ = version_, units_key_ = now, units_busy_ = busy;
    units_.clear();
    units_made_ = 0;
    for (int64_t c = 0; c < std::min(look.cells[0], kMostUnits); ++c) {
      const auto found = pictures_.find(key_of(look.node, c, options_of(look), over()));
      if (found == pictures_.end() || found->second.picture.pixels.empty()) continue;
      if (!found->second.picture.finished && !busy) continue;  // stopped: large it says so, small it could not
      const Shape& shape = found->second.picture.shape;
      if (units_.empty()) {
        unit_side_ = static_cast<int>(std::min<int64_t>(std::max(shape[1], shape[2]), kSmall));
        units_.assign(
            static_cast<size_t>(std::min(look.cells[0], kMostUnits)) * 3 * static_cast<size_t>(unit_side_ * unit_side_),
            0);
      }
      ++units_made_;
      put_small(found->second.picture, c);
    }
    units_of_ = look.node;
    ++units_version_;
    return true;
  }
  void put_small(const MaximizedPicture& picture, int64_t channel) {
    const Shape& shape = picture.shape;
    float* to = units_.data() + static_cast<size_t>(channel) * 3 * static_cast<size_t>(unit_side_ * unit_side_);
    for (int64_t c = 0; c < 3; ++c) {
      const float* plane = picture.pixels.data() + std::min(c, shape[0] - 1) * shape[1] * shape[2];
      for (int64_t y = 0; y < unit_side_; ++y) {
        const int64_t top = y * shape[1] / unit_side_, bottom = std::max(top + 1, (y + 1) * shape[1] / unit_side_);
        for (int64_t x = 0; x < unit_side_; ++x) {
          const int64_t left = x * shape[2] / unit_side_, right = std::max(left + 1, (x + 1) * shape[2] / unit_side_);
          float sum = 0;
          for (int64_t row = top; row < bottom; ++row)
            for (int64_t column = left; column < right; ++column) sum += plane[row * shape[2] + column];
          *to++ = 2 * sum / static_cast<float>((bottom - top) * (right - left)) - 1;
        }
      }
    }
  }

  static void draw_invitation(Ui& ui, const Rect& area) {
    ui.begin_panel("begin", area.centered(std::min(area.w, 420.0f), std::min(area.h, 150.0f)), 0);
    ui.note("A picture that excites this unit: it begins as noise, and every step follows the gradient uphill.");
    ui.begin_flow();
    ui.push_id("invitation");
    ui.button("Make it", "features.start", {.style = ButtonStyle::primary, .icon = Icon::play});
    ui.pop_id();
    ui.end_flow();
    ui.end_panel();
  }

  static std::string limit_words(double value) { return fmt::format("{:.4g}", value); }
  static void draw_scores(Ui& ui, Rect area, const MaximizedPicture& picture) {
    const Theme& theme = ui.theme();
    area = area.inset(0, 2);
    Rect plot = area.cut_top(std::min(area.h, 180.0f));
    const Rect title = plot.cut_top(20);
    const std::string words = tr("its value at each step, of the picture shifted, scaled and turned");
    ui.label(title, ui.fitted(words, Font::caption, title.w), Font::caption, theme.secondary);
    if (picture.scores.size() < 2) return;
    const auto [least, most] = std::minmax_element(picture.scores.begin(), picture.scores.end());
    ui.label(plot.cut_top(18), limit_words(*most), Font::caption, theme.secondary);
    const Rect below = plot.cut_bottom(18);
    ui.label(below, limit_words(*least), Font::caption, theme.secondary);
    ui.label(below, format_tr("step {}", picture.scores.size()), Font::caption, theme.secondary, Align::right);
    ui.fill(plot, faded(theme.raised, 0.5f), 3);
    const double range = std::max(*most - *least, 1e-12);
    Vec before;
    for (size_t i = 0; i < picture.scores.size(); ++i) {
      const Vec at{plot.x + plot.w * static_cast<float>(i) / static_cast<float>(picture.scores.size() - 1),
                   plot.bottom() - plot.h * static_cast<float>((picture.scores[i] - *least) / range)};
      if (i > 0) ui.line(before, at, theme.activation, 1.5f);
      before = at;
    }
  }

  Settings own_;
  SettingsOf<Settings> settings_;
  std::optional<NetworkRequest> of_;  // what the pictures are of
  MaximizeRequest asked_;
  std::map<Key, Stored> pictures_;
  uint64_t serial_ = 0;
  uint64_t version_ = 1;
  LearningFilm film_;
  std::vector<Stored> frames_;
  Key film_key_;
  int shown_steps_ = 0;
  std::vector<float> units_;
  int units_of_ = -1, unit_side_ = 1;
  int64_t units_made_ = 0;
  uint64_t units_version_ = 0, units_renewed_ = 0;
  Key units_key_;
  bool units_busy_ = false;
  MaximizeJob job_;
};

}  // namespace

std::unique_ptr<FeatureMethod> make_maximize_method(const PageContext& context) {
  return std::make_unique<MaximizeMethod>(context);
}

}  // namespace striate
