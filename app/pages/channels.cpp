// What the channels page can do and what can be read from it; channels_draw.cpp has what it looks like.
#include "app/pages/channels.h"

#include <algorithm>

#include "app/widgets/ui.h"
#include "app/words/words.h"
#include "engine/error.h"

namespace striate {
namespace {

constexpr const char* kLetters[] = {"r", "g", "b"};
constexpr const char* kNames[] = {"red", "green", "blue"};

int channel_of(const std::string& letter) { return letter == "r" ? 0 : letter == "g" ? 1 : letter == "b" ? 2 : -1; }

}  // namespace

ChannelsPage::ChannelsPage(const PageContext& context)
    : info_(channels_page().info),
      context_(context),
      stage_("channels", context.document),
      settings_("channels", state_, [this](State next) { state_ = std::move(next); }),
      tables_(gain_tables(Gains{}, false)),
      count_(context.document, context.wake) {
  declare_settings();
}

bool ChannelsPage::gray() const { return context_.document.image && context_.document.image->color_channels() == 1; }

const ChannelStatistics& ChannelsPage::plane(int c) const {
  return planes_.components[std::min(static_cast<size_t>(c), planes_.components.size() - 1)];
}

const ChannelStatistics& ChannelsPage::need_plane(int c) {
  stage_.need_image();
  count_.need(ColorView{});
  return plane(c);
}

// In the order in which state() writes them.
void ChannelsPage::declare_settings() {
  const auto look = [](Setting& setting, std::vector<std::string> labels = {}) {
    setting.undo = Undo::none;
    setting.labels = std::move(labels);
  };
  look(settings_.choice(
           "show", "plane", "Shows one plane alone, or all together", "red, green, blue or all",
           std::vector{-1, 0, 1, 2}, [](int c) { return c < 0 ? "all" : kLetters[c]; },
           [](auto& s) -> auto& { return s.view.shown; }),
       {N_("All"), N_("Red"), N_("Green"), N_("Blue")});
  look(settings_.on_off(
      "tint", "planes in their color", "Shows a plane alone in its own color instead of gray",
      "whether planes are colored", [](auto& s) -> auto& { return s.view.tint; }));
  look(settings_.choice(
           "order", "order",
           "Shows where a pixel's values stand in memory: pixel by pixel, plane by plane, or blue first",
           "the order in memory", std::vector{MemoryOrder::hwc, MemoryOrder::chw, MemoryOrder::bgr},
           [](MemoryOrder order) { return name_of(order); }, [](auto& s) -> auto& { return s.order; }),
       {"HWC", "CHW", "BGR"});
  look(settings_.choice(
           "panel", "panel", "Shows gains and brush, or the order in memory",
           Parameter::choice("PANEL", "what the inspector shows below the pixel", {"mix", "memory"}),
           [](auto& s) -> auto& { return s.panel; }),
       {N_("Mix and brush"), N_("Memory")});
  look(settings_.on_off(
      "misread", "BGR bytes taken for RGB",
      "Shows the picture as a program does that takes BGR bytes for RGB: red and blue change places",
      "whether red and blue change places", [](auto& s) -> auto& { return s.view.misread; }));
}

void ChannelsPage::declare(Registry& registry) {
  stage_.declare(registry);
  settings_.declare(registry);
  registry.add(Command{
      "channels.gain",
      N_("Multiplies every value of a plane; a gray picture takes the gain of r"),
      {Parameter::choice("C", "the plane", {"r", "g", "b"}), Parameter::number("V", "the factor", 0, 2)},
      [this](const Arguments& arguments) {
        state_.view.gains.of[channel_of(arguments.text(0))] = static_cast<float>(arguments.number(1));
        apply_gains_to_counts();
      },
      Undo::edit,
  });
  registry.add(Command{"channels.gain.reset",
                       N_("Sets all three gains to 1"),
                       {},
                       [this](const Arguments&) {
                         state_.view.gains = {};
                         apply_gains_to_counts();
                       },
                       Undo::edit});
  registry.add(Command{
      "channels.brush",
      N_("Lights the pixels whose value in a plane lies in a range, and dims the others"),
      {Parameter::choice("C", "the plane", {"r", "g", "b"}),
       Parameter::integer("LOW", "least value that is lit", 0, 255),
       Parameter::integer("HIGH", "greatest value that is lit", 0, 255)},
      [this](const Arguments& arguments) {
        const int64_t low = arguments.integer(1), high = arguments.integer(2);
        if (low > high) {
          throw Error(fmt::format("channels.brush: {} to {} is no range", low, high),
                      fmt::format("the smaller value first: channels.brush {} {} {}", arguments.text(0), high, low));
        }
        state_.view.brushed = channel_of(arguments.text(0));
        state_.view.low = static_cast<uint8_t>(low), state_.view.high = static_cast<uint8_t>(high);
      },
      Undo::edit,
  });
  registry.add(
      Command{"channels.brush.clear",
              N_("Lights all pixels again"),
              {},
              [this](const Arguments&) { state_.view.brushed = -1, state_.view.low = 0, state_.view.high = 255; },
              Undo::edit});
  declare_readouts(registry);
}

void ChannelsPage::declare_readouts(Registry& registry) {
  const auto number = [&](std::string name, std::string help, const std::function<double()>& value) {
    registry.add(Readout{std::move(name), std::move(help), [value] { return ReadoutValue(value()); }});
  };
  number("channels.planes", "color planes of the picture: 1 or 3",
         [this] { return stage_.need_image().color_channels(); });
  for (int c = 0; c < 3; ++c) {
    const char* name = kNames[c];
    number(fmt::format("channels.mean.{}", name), fmt::format("mean of the {} plane after its gain", name),
           [this, c] { return need_plane(c).mean; });
    number(fmt::format("channels.minimum.{}", name), fmt::format("least value of the {} plane after its gain", name),
           [this, c] { return need_plane(c).minimum; });
    number(fmt::format("channels.maximum.{}", name), fmt::format("greatest value of the {} plane after its gain", name),
           [this, c] { return need_plane(c).maximum; });
    number(fmt::format("channels.gain.{}", name), fmt::format("gain of the {} plane", name), [this, c]() -> double {
      const float gain = state_.view.gains.of[c];
      double shortest = gain;
      parse_number(shortest_text(gain), &shortest);
      return shortest;
    });
    number(fmt::format("channels.{}", name), fmt::format("{} of the cursor's pixel after its gain", name),
           [this, c]() -> double {
             const Image& image = stage_.need_image();
             const auto plane = static_cast<size_t>(c);
             return tables_[plane][image.at(stage_.x(), stage_.y())[gray() ? 0 : c]];
           });
    number(fmt::format("channels.index.{}", name),
           fmt::format("where {} of the cursor's pixel stands in memory, counted from 0", name), [this, c]() -> double {
             const Image& image = stage_.need_image();
             return static_cast<double>(memory_index(state_.order, image.width, image.height, image.channels,
                                                     stage_.x(), stage_.y(), gray() ? 0 : c));
           });
  }
  number("channels.lit", "pixels in the brushed range; all where nothing is brushed", [this]() -> double {
    if (state_.view.brushed < 0) return static_cast<double>(need_plane(0).count);
    return static_cast<double>(count_between(need_plane(state_.view.brushed), state_.view.low, state_.view.high));
  });
}

std::vector<std::string> ChannelsPage::state() const {
  std::vector<std::string> lines = settings_.state();
  for (int c = 0; c < 3; ++c) {
    lines.push_back(fmt::format("channels.gain {} {}", kLetters[c], shortest_text(state_.view.gains.of[c])));
  }
  lines.push_back(state_.view.brushed < 0 ? "channels.brush.clear"
                                          : fmt::format("channels.brush {} {} {}", kLetters[state_.view.brushed],
                                                        state_.view.low, state_.view.high));
  for (std::string& line : stage_.state()) lines.push_back(std::move(line));
  return lines;
}

std::vector<Page::Key> ChannelsPage::keys() const {
  std::vector<Key> keys = stage_.keys();
  keys.push_back({"A", "channels.show all", N_("all planes together")});
  keys.push_back({"R", "channels.show r", N_("red alone")});
  keys.push_back({"G", "channels.show g", N_("green alone")});
  keys.push_back({"B", "channels.show b", N_("blue alone")});
  keys.push_back({"C", state_.view.tint ? "channels.tint off" : "channels.tint on", N_("planes in color or gray")});
  return keys;
}

void ChannelsPage::image_changed() {
  stage_.image_changed();
  count_.image_changed();
  apply_gains_to_counts();
}

// Gains act on each value alone, so new histograms need the old ones and not the picture: at once, for any size.
void ChannelsPage::apply_gains_to_counts() {
  tables_ = gain_tables(state_.view.gains, gray());
  planes_.components.clear();
  const std::vector<ChannelStatistics>& stored = count_.counted().components;
  for (size_t c = 0; c < stored.size(); ++c) planes_.components.push_back(mapped(stored[c], tables_[c]));
}

bool ChannelsPage::update(double) {
  if (!count_.update(ColorView{})) return false;
  apply_gains_to_counts();
  return true;
}

PageKind channels_page() {
  return {{"channels", N_("Color channels"), N_("Pictures"),
           N_("The open picture taken apart into its red, green and blue planes, each a gray picture with its "
              "histogram. Click a plane to see it alone, change its gain, drag over a histogram to light the pixels "
              "whose value lies in that range, and see in which order programs keep the values in memory.")},
          [](const PageContext& context) -> std::unique_ptr<Page> { return std::make_unique<ChannelsPage>(context); }};
}

}  // namespace striate
