#include "app/pages/features/features.h"

#include <algorithm>
#include <utility>

#include "app/pages/features/class_choices.h"
#include "app/pages/features/unit_grid.h"
#include "app/words/words.h"
#include "engine/error.h"
#include "engine/network/find_layer.h"

namespace striate {

FeaturesPage::FeaturesPage(const PageContext& context)
    : info_(features_page().info),
      context_(context),
      methods_(make_feature_methods(context)),
      settings_("features", state_, [this](State next) { commit(std::move(next)); }),
      writer_(context.wake, JobPriority::behind) {}

size_t FeaturesPage::method_of(const std::string& word) const {
  for (size_t i = 0; i < methods_.size(); ++i) {
    for (const FeatureMethod::Word& each : methods_[i]->words())
      if (word == each.word) return i;
  }
  throw Error(fmt::format("there is no method {}", word), "choose another: features.method maps");
}

void FeaturesPage::commit(State next) {
  const size_t before = method_of(state_.method);
  if (before != method_of(next.method)) methods_[before]->hidden();
  state_ = std::move(next);
  ++revision_;
}

std::vector<std::string> FeaturesPage::state() const {
  std::vector<std::string> lines = network().state();
  for (std::string& line : settings_.state()) lines.push_back(std::move(line));
  for (const auto& each : methods_)
    for (std::string& line : each->state()) lines.push_back(std::move(line));
  for (std::string& line : film_.state()) lines.push_back(std::move(line));
  return lines;
}

// A picture that is opened or dropped while this page is shown is what the network looks at.
void FeaturesPage::image_changed() {
  if (context_.document.image && is_shown()) network().look_at_open_picture();
}

const NetworkMoment* FeaturesPage::known() const {
  const NetworkMomentPtr& moment = network().moment();
  return moment && moment->info && !network().opening() ? moment.get() : nullptr;
}

FeatureLook FeaturesPage::look_at(const NetworkMomentPtr& moment) const {
  FeatureLook look;
  look.moment = moment;
  look.state = state_;
  const OpenNetworkInfo& info = *moment->info;
  const int found = find_layer(info.architecture, state_.layer);
  look.node = found >= 0 ? found : std::min(1, info.architecture.size() - 1);
  look.cells = cells_of(info, look.node);
  look.channel = std::min(state_.channel, look.cells[0] - 1);
  const std::vector<float>& values = look.values();
  if (state_.row >= 0) {
    look.row = std::min(state_.row, look.cells[1] - 1);
    look.column = std::min(std::max<int64_t>(state_.column, 0), look.cells[2] - 1);
  } else if (!values.empty() && !(look.node == 0 && info.channels_last)) {
    const int64_t plane = look.cells[1] * look.cells[2];
    const auto from = values.begin() + static_cast<std::ptrdiff_t>(look.channel * plane);
    const int64_t at = std::max_element(from, from + static_cast<std::ptrdiff_t>(plane)) - from;
    look.row = at / look.cells[2], look.column = at % look.cells[2];
  } else {
    look.row = look.cells[1] / 2, look.column = look.cells[2] / 2;
  }
  look.frame = film_.count() > 0 ? film_.frame() : -1;
  look.of = class_said(*moment, state_.the_class);
  if (state_.against != "none") look.against = class_said(*moment, state_.against);
  return look;
}

bool FeaturesPage::renew_look() {
  const NetworkMomentPtr& moment = network().moment();
  if (!network().has_network() || !moment || !moment->info) {
    const bool changed = look_.has_value();
    look_.reset();
    return changed;
  }
  if (look_ && look_->moment == moment && look_revision_ == revision_) return false;
  const bool same = look_ && look_->moment == moment;
  FeatureLook next = look_at(moment);
  if (same && look_->node == next.node) {
    next.scale = look_->scale;
  } else if (const TensorMaps maps = unit_maps(next); maps.count > 0) {
    const bool negative = std::any_of(maps.values.begin(), maps.values.end(), [](float v) { return v < 0; });
    next.scale = scale_of(maps, ScaleScope::layer, negative);
  }
  look_ = std::move(next);
  look_revision_ = revision_;
  return true;
}

const FeatureLook& FeaturesPage::need_look() {
  network().need_network();
  renew_look();
  return *look_;
}

bool FeaturesPage::update(double now) {
  bool changed = false;
  if (std::optional<std::string> written = writer_.take(); written && !written->empty()) {
    saved_ = std::move(*written);
    changed = true;
  }
  changed |= renew_look();
  if (look_ && !network().opening()) changed |= method().update(*look_);
  film_.set_count(state_.film ? method().film_frames() : 0);
  changed |= film_.update(now);
  const int frame = film_.count() > 0 ? film_.frame() : -1;
  if (look_ && look_->frame != frame) look_->frame = frame, changed = true;
  return changed;
}

bool FeaturesPage::busy() const { return writer_.busy() || method().busy(); }

void FeaturesPage::hidden() {
  for (const auto& each : methods_) each->hidden();
}

size_t FeaturesPage::held() const {
  size_t bytes = 0;
  for (const auto& each : methods_) bytes += each->held();
  return bytes;
}

void FeaturesPage::release() {
  for (const auto& each : methods_) each->release();
}

void FeaturesPage::drawn(const Drawn& frame) {
  revealed_ = static_cast<int>(frame.number("features.revealed", revealed_));
}

std::vector<Page::Key> FeaturesPage::keys() const {
  std::vector<Key> keys = film_.keys();
  if (!look_) return keys;
  if (method().has_units()) {
    const int node = look_->node, count = look_->info().architecture.size();
    if (node > 1) keys.push_back({"Up", fmt::format("features.layer {}", node - 2), N_("the layer before")});
    if (node + 1 < count) keys.push_back({"Down", fmt::format("features.layer {}", node), N_("the next layer")});
    const int64_t unit = look_->channel;
    if (unit > 0) keys.push_back({"Left", fmt::format("features.unit {}", unit - 1), N_("the unit before")});
    if (unit + 1 < look_->cells[0]) {
      keys.push_back({"Right", fmt::format("features.unit {}", unit + 1), N_("the next unit")});
    }
  }
  for (Key& key : method().keys()) keys.push_back(std::move(key));
  return keys;
}

PageKind features_page() {
  return {
      {"features", N_("What units see"), N_("Networks"),
       N_("What each unit of the open network responds to: its weights, its map of the present picture, the places in "
          "a "
          "set of pictures that excite it most, a picture that is made to excite it, and the part of the picture that "
          "it can see at all. Choose a layer at the left, a unit in the middle and a method at the right. What takes "
          "long begins with Start and can be stopped; all else follows at once, also the training while it runs.")},
      [](const PageContext& context) -> std::unique_ptr<Page> { return std::make_unique<FeaturesPage>(context); }};
}

}  // namespace striate
