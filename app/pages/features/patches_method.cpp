#include "app/pages/features/patches_method.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <tuple>
#include <utility>

#include "app/command/not_ready.h"
#include "app/command/setting.h"
#include "app/network/same_network.h"
#include "app/pages/features/learning_film.h"
#include "app/pages/features/patches_job.h"
#include "app/pages/features/unit_grid.h"
#include "app/shell/samples.h"
#include "app/shell/xdg_folder.h"
#include "app/widgets/curves.h"
#include "app/widgets/sample_grid.h"
#include "app/widgets/ui.h"
#include "app/words/words.h"
#include "engine/error.h"

namespace striate {
namespace {

struct Settings {
  int keep = 10;
};

// The large ones of a unit.
struct Large {
  const Patches* of = nullptr;
  int64_t channel = -1;
  std::vector<CutPatch> patches;
};

class PatchesMethod : public FeatureMethod {
 public:
  explicit PatchesMethod(const PageContext& context)
      : document_(context.document),
        settings_("features", own_, Undo::edit),
        film_(context.document),
        cut_worker_(std::make_shared<NetworkWorker>(context.document.stream.device())),
        job_(context),
        cutting_(context.wake) {}

  std::vector<Word> words() const override {
    return {{"patches", N_("Patches"),
             N_("The strongest places of the unit in a set of pictures, each cut to what the unit can see")}};
  }
  bool has_film() const override { return true; }
  int film_frames() const override { return static_cast<int>(frames_.size()); }

  void declare(Registry& registry) override {
    settings_.integer("keep", "places", "How many of the strongest places are kept for each unit",
                      {"N", "places", 1, 100}, &Settings::keep);
    settings_.declare(registry);
    registry.add(Readout{"features.seen", "how many pictures were looked through for patches",
                         [this] { return ReadoutValue(static_cast<double>(found_ ? found_->seen : 0)); }});
    registry.add(Readout{"features.unreadable", "how many of them could not be read",
                         [this] { return ReadoutValue(static_cast<double>(found_ ? found_->unreadable : 0)); }});
  }
  std::vector<std::string> state() const override { return settings_.state(); }

  bool update(const FeatureLook& look) override {
    bool changed = forget_others(look);
    for (PatchesResult& each : job_.take()) {
      changed = true;
      if (film_.is_made()) {
        if (frames_.size() <= each.moment) frames_.resize(each.moment + 1);
        frames_[each.moment] = std::move(each.patches);
      } else {
        found_ = std::move(each.patches);
        found_source_ = job_.source();
        units_ = std::move(each.units);
      }
      ++version_;
    }
    if (std::vector<NetworkRequest> moments = film_.begin(look.moment->of); !moments.empty()) {
      frames_.clear();
      film_unit_ = {look.node, look.channel};
      begin(look, std::move(moments));
    }
    if (auto made = cutting_.take()) {
      large_ = std::move(*made);
      ++version_;
      changed = true;
    }
    cut(look);
    return changed;
  }
  bool busy() const override { return job_.busy() || film_.wanted() || cutting_.busy(); }
  size_t held() const override { return found_ ? found_->thumbnails.size() + units_.size() * sizeof(float) : 0; }
  void release() override {
    if (busy()) return;
    found_ = nullptr, large_ = nullptr, cut_for_ = {};
    units_.clear(), frames_.clear();
    ++version_;
  }

  void start(const FeatureLook& look, bool) override {
    if (look.info().picture.rank() != 3) {
      throw Error(fmt::format("{} takes no pictures", look.info().name),
                  "choose a model for pictures of 1 or 3 channels");
    }
    if (look.state.source == "data" && !document_.training) {
      throw Error("there is no training whose pictures could be looked through",
                  "samples, or a folder: features.source samples");
    }
    if (look.state.film) {
      film_.want(look.moment->of);
      job_.stop();
      return;
    }
    film_.leave();
    of_ = look.moment->of;
    found_in_ = look.state.source;
    found_ = nullptr, large_ = nullptr, cut_for_ = {};
    units_.clear();
    begin(look, {look.moment->of});
  }
  void stop() override {
    job_.stop();
    film_.stop();
  }

  void draw_units(Ui& ui, Rect area, const FeatureLook& look, HoverNote& note) const override {
    if (!here(look) || units_.empty()) return draw_unit_maps(ui, area, look, note);
    UnitGrid units;
    units.pictures = true;
    units.caption = format_tr("the strongest place of each unit of {}", layer_words(look));
    const Shape& small = found_->small;
    units.grid.maps = {units_, static_cast<int64_t>(units_.size()) / (3 * small[1] * small[2]),
                       static_cast<int>(small[1]), static_cast<int>(small[2]), 3};
    units.grid.key = "features.patches";
    units.grid.version = version_;
    units.grid.scale.scope = ScaleScope::fixed;
    units.grid.scale.limits = {1};
    units.grid.name = [&look](int64_t unit) { return unit_words(look, unit); };
    const Patches* found = found_.get();
    units.more = [found](int64_t unit, HoverNote& at) {
      const std::vector<Patch>& best = found->best[static_cast<size_t>(unit)];
      if (!best.empty()) at.lines.push_back({best[0].name, shortest_text(best[0].value), 0});
    };
    draw_unit_grid(ui, area, look, std::move(units), note);
  }

  void draw_large(Ui& ui, Rect area, const FeatureLook& look, HoverNote& note) const override {
    const Theme& theme = ui.theme();
    Rect head = area.cut_top(24);
    const bool film = in_film(look);
    const Patches* patches = film         ? frames_[static_cast<size_t>(look.frame)].get()
                             : here(look) ? found_.get()
                                          : nullptr;
    std::string caption = unit_words(look, look.channel);
    if (film) caption += ", " + format_tr("after step {}", film_.step(look.frame));
    if (patches != nullptr) {
      caption +=
          ", " + (patches->finished
                      ? trn("the strongest places in one picture", "the strongest places in {} pictures", patches->seen)
                      : format_tr("{} of {} pictures seen, not finished", patches->seen, patches->all));
      if (patches->from_cache) caption += ", " + std::string(tr("as found before"));
    }
    ui.label(head, ui.fitted(caption, Font::caption, head.w), Font::caption, theme.secondary);
    area.cut_top(4);
    if (job_.busy() || film_.wanted()) {
      const auto [seen, all] = job_.pictures();
      ui.begin_panel("looking", area.cut_top(64), 0, false);
      ui.progress("Looking through the pictures", all > 0 ? static_cast<float>(seen) / static_cast<float>(all) : -1,
                  "features.stop");
      ui.end_panel();
      area.cut_top(8);
    }
    if (patches == nullptr) {
      if (!busy()) draw_invitation(ui, area, look);
      return;
    }
    const int64_t channel = film ? 0 : look.channel;
    if (channel >= static_cast<int64_t>(patches->best.size())) return;
    const std::vector<Patch>& best = patches->best[static_cast<size_t>(channel)];
    const bool cut = !film && large_ && large_->of == patches && large_->channel == look.channel &&
                     large_->patches.size() == best.size();
    const Shape shape = cut && !large_->patches.empty() ? large_->patches[0].shape : patches->small;
    SampleGrid grid;
    grid.key = "features.patches.large";
    grid.version = ((version_ * 4096 + static_cast<uint64_t>(std::max(look.frame, 0))) * 2 + (cut ? 1 : 0)) * 65536 +
                   static_cast<uint64_t>(look.channel);
    grid.shape = shape;
    grid.count = static_cast<int64_t>(best.size());
    grid.pixels = [&](int64_t n, int, float* to) {
      const std::vector<float> pixels =
          cut ? large_->patches[static_cast<size_t>(n)].pixels : patches->thumbnail(channel, n);
      std::copy(pixels.begin(), pixels.end(), to);
    };
    grid.sample = [&](int64_t n) {
      const Patch& each = best[static_cast<size_t>(n)];
      Sample sample;
      sample.words = shortest_text(each.value);
      sample.title = each.name;
      sample.lines = {{tr("value"), shortest_text(each.value), 0},
                      {tr("place"), format_tr("row {}, column {}", each.row, each.column), 0}};
      return sample;
    };
    // As large as all of them fit.
    SampleLayout layout;
    for (grid.size = 168; grid.size >= 24; grid.size -= 8) {
      layout = sample_layout(grid, area.w, kSampleLine, 64);
      if (layout.total_height() <= area.h) break;
    }
    const SampleAnswer hit = draw_samples(ui, "patches of the unit", area, grid, layout);
    if (hit.hovered) note = hit.note;
  }

  void draw_inspector(Ui& ui, const FeatureLook& look) const override {
    ui.section("PATCHES");
    std::vector<Choice> choices = {{N_("the samples"), "samples"}};
    if (document_.training) choices.push_back({N_("the training's pictures"), "data"});
    const std::string& source = look.state.source;
    if (source != "samples" && (source != "data" || !document_.training)) {
      choices.push_back(
          {source == "data" ? std::string(N_("the training's pictures")) : source.substr(source.rfind('/') + 1),
           source});
    }
    if (choices.size() > 1) {
      ui.dropdown("pictures", choices, source, "features.source");
    } else {
      ui.row("pictures", tr("the samples"));
    }
    ui.begin_flow();
    ui.button("A folder\u2026", "browse.folder features.source",
              {.icon = Icon::folder, .enabled = ui.registry().find_command("browse.folder") != nullptr});
    ui.button("Start", "features.start", {.style = ButtonStyle::primary, .icon = Icon::play});
    ui.button("Stop", "features.stop", {.enabled = job_.busy() || film_.wanted()});
    ui.end_flow();
    ui.error_beside("features.source");
    ui.error_beside("features.start");
    ui.setting("features.keep", {.field = true});
    if (!look.moment->of.state.opened) ui.setting("features.film");
    if (found_ && here(look)) {
      ui.row("pictures seen", grouped(found_->seen));
      if (found_->unreadable > 0) {
        ui.row("could not be read", grouped(found_->unreadable));
        for (const std::string& each : found_->problems) ui.note(each);
      }
    }
    ui.hairline();
  }

  double patch(const FeatureLook& look, int64_t n) override {
    const Patches* found = in_film(look) ? frames_[static_cast<size_t>(look.frame)].get()
                           : here(look)  ? found_.get()
                                         : nullptr;
    if (found == nullptr || !found->finished) {
      if (job_.busy() || film_.wanted()) throw NotReady("the pictures are being looked through");
      if (found == nullptr) throw Error("no patches were looked for yet", "begin: features.start");
    }
    const std::vector<Patch>& best = found->best[in_film(look) ? 0 : static_cast<size_t>(look.channel)];
    if (n >= static_cast<int64_t>(best.size())) {
      throw Error(fmt::format("there is no patch {}", n), fmt::format("there are {}: they count from 0", best.size()));
    }
    return static_cast<double>(best[static_cast<size_t>(n)].value);
  }
  ImagePtr picture(const FeatureLook& look) const override {
    const bool cut = large_ && large_->channel == look.channel && !large_->patches.empty() && here(look);
    if (!cut) throw Error("there are no patches of this unit", "begin: features.start");
    const Shape& shape = large_->patches[0].shape;
    const auto count = static_cast<int64_t>(large_->patches.size());
    std::vector<float> row(static_cast<size_t>(shape[0] * shape[1] * (shape[2] * count + 2 * (count - 1))), 1);
    const int64_t wide = shape[2] * count + 2 * (count - 1);
    for (int64_t n = 0; n < count; ++n) {
      for (int64_t y = 0; y < shape[0] * shape[1]; ++y) {
        std::copy_n(large_->patches[static_cast<size_t>(n)].pixels.begin() + static_cast<std::ptrdiff_t>(y * shape[2]),
                    shape[2], row.begin() + static_cast<std::ptrdiff_t>(y * wide + n * (shape[2] + 2)));
      }
    }
    return image_of_pixels(Shape{shape[0], shape[1], wide}, row, "patches");
  }

 private:
  bool here(const FeatureLook& look) const {
    return found_ && found_->node == look.node && found_in_ == look.state.source && still_shown(of_, look.moment->of);
  }
  bool in_film(const FeatureLook& look) const {
    return look.frame >= 0 && look.frame < static_cast<int>(frames_.size()) &&
           frames_[static_cast<size_t>(look.frame)] && film_unit_ == std::pair(look.node, look.channel);
  }

  void begin(const FeatureLook& look, std::vector<NetworkRequest> moments) {
    PatchesRequest request;
    request.moments = std::move(moments);
    request.node = look.node;
    request.channel = look.channel;
    const std::string& source = look.state.source;
    if (source == "data") {
      const TrainedNetworkPtr& training = document_.training;
      request.source = patches_of(training->pictures, training->split->training);
    } else if (source == "samples") {
      std::vector<ImagePtr> pictures;
      for (const SamplePicture& each : samples()) pictures.push_back(sample_image(each.name));
      request.source = patches_of(std::move(pictures));
    } else {
      request.folder = source;
    }
    request.options.keep = own_.keep;
    // Nothing of a test's or a script's is left in a person's folder.
    if ((document_.attended || !document_.state_folder.empty()) && request.moments.size() == 1) {
      request.options.cache_folder = (xdg_folder("XDG_CACHE_HOME", ".cache") / "striate").string();
    }
    job_.start(std::move(request));
  }

  // As of maximize: what is of other weights goes, but for a training that moves on.
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
      found_ = nullptr, large_ = nullptr, cut_for_ = {};
      units_.clear();
      ++version_;
      changed = true;
    }
    return changed;
  }

  // The chosen unit's own, at their full size.
  void cut(const FeatureLook& look) {
    if (!here(look) || !of_ || (job_.busy() && !film_.is_made()) || !found_source_) return;
    if (look.channel >= static_cast<int64_t>(found_->best.size())) return;
    const std::pair<const Patches*, int64_t> now{found_.get(), look.channel};
    if (cut_for_ == now) return;
    cut_for_ = now;
    cutting_.request([worker = cut_worker_, of = *of_, found = found_, source = found_source_, node = look.node,
                      channel = look.channel](Progress& progress) {
      auto made = std::make_shared<Large>();
      made->of = found.get();
      made->channel = channel;
      const OpenNetwork& network = worker->network_of(of);
      for (const Patch& each : found->best[static_cast<size_t>(channel)]) {
        if (progress.canceled) break;
        made->patches.push_back(cut_patch(network, node, channel, each, *source));
      }
      return std::shared_ptr<const Large>(std::move(made));
    });
  }

  static void draw_invitation(Ui& ui, const Rect& area, const FeatureLook& look) {
    ui.begin_panel("begin", area.centered(std::min(area.w, 420.0f), std::min(area.h, 150.0f)), 0);
    ui.note(
        look.state.source == "samples"
            ? tr("The strongest places of every unit of this layer, among the sample pictures or in a folder of yours.")
            : tr("The strongest places of every unit of this layer, among the pictures that are chosen at the right."));
    ui.begin_flow();
    ui.push_id("invitation");
    ui.button("Find them", "features.start", {.style = ButtonStyle::primary, .icon = Icon::play});
    ui.pop_id();
    ui.end_flow();
    ui.end_panel();
  }

  Document& document_;
  Settings own_;
  SettingsOf<Settings> settings_;
  std::optional<NetworkRequest> of_;  // what was found is of this
  std::string found_in_;
  std::shared_ptr<const Patches> found_;
  std::shared_ptr<const PatchSource> found_source_;
  std::vector<float> units_;
  LearningFilm film_;
  std::vector<std::shared_ptr<const Patches>> frames_;
  std::pair<int, int64_t> film_unit_{-1, -1};
  uint64_t version_ = 1;
  std::shared_ptr<const Large> large_;
  std::pair<const Patches*, int64_t> cut_for_{nullptr, -1};
  std::shared_ptr<NetworkWorker> cut_worker_;
  PatchesJob job_;
  Latest<std::shared_ptr<const Large>> cutting_;  // last: it uses the above
};

}  // namespace

std::unique_ptr<FeatureMethod> make_patches_method(const PageContext& context) {
  return std::make_unique<PatchesMethod>(context);
}

}  // namespace striate
