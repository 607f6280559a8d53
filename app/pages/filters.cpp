// What the filters page can do, what can be read from it, and its work behind the window; filters_stage.cpp and
// filters_inspector.cpp have what it looks like.
#include "app/pages/filters.h"

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "app/command/not_ready.h"
#include "app/embedded.h"
#include "app/widgets/ui.h"
#include "app/words/words.h"
#include "engine/camera/camera.h"
#include "engine/error.h"
#include "engine/export/overwrite.h"
#include "engine/files/image_file.h"
#include "engine/lower_case.h"
#include "engine/trimmed.h"
#include "engine/walk/printed_sum.h"

namespace striate {
namespace {

constexpr size_t kMaxStages = 8;
constexpr double kCheapPixel = 1e7;   // multiplications; 2 to 4 ms: what the window's thread does by itself
constexpr int kStripPixels = 256;     // the longer side of a stage's small picture, at most
constexpr double kCameraSeconds = 2;  // after which it is looked whether there is one
constexpr uint64_t kLiveVersions = uint64_t{1} << 40;  // of the camera's pictures: none of an opened one is as large
constexpr double kReplaceAfter = 0.4;  // seconds that older work may still run, so that a drag shows results as it goes
constexpr float kNumberLimit = 1e6f;   // of divisors, offsets

constexpr const char* kColors[] = {"red", "green", "blue"};

// The same filter with whole numbers and a divisor, where there is one up to 1024: 1/9 ... becomes 1 ... over 9.
void use_whole_numbers(FilterStage& stage) {
  for (int divisor = 1; divisor <= 1024; ++divisor) {
    const auto whole = [&](double tap) { return std::abs(tap * divisor - std::round(tap * divisor)) < 1e-9; };
    if (!std::all_of(stage.kernel.taps.begin(), stage.kernel.taps.end(), whole)) continue;
    for (double& tap : stage.kernel.taps) tap = std::round(tap * divisor);
    stage.divisor = divisor;
    return;
  }
}

// A stage that is a kernel; throws where it is none.
FilterStage& kernel_of(FilterStage& stage, const char* command) {
  if (stage.is_linear()) return stage;
  throw Error(fmt::format("{}: {} is no sum of products", command, find_nonlinear_filter(stage.kind)->name),
              "choose a kernel first, as in: filters.kernel blur");
}

// A chain that is repeated may leave what a float can hold.
double finite(double value) {
  if (!std::isfinite(value))
    throw Error("the numbers of this chain are larger than a float can hold",
                "divide by more, repeat less often, or use smaller numbers in the kernels");
  return value;
}

}  // namespace

FiltersPage::FiltersPage(const PageContext& context)
    : info_(filters_page().info),
      context_(context),
      stage_view_("filters", context.document),
      live_(context.document.stream.device()),
      settings_("filters", state_,
                [this](State next) {
                  const bool filters = next.chain == state_.chain && next.upto == state_.upto;
                  state_ = std::move(next);
                  if (!filters) changed();
                }),
      run_stream_(std::make_shared<Stream>(context.document.stream.device())),
      walk_stream_(std::make_shared<Stream>(context.document.stream.device())),
      save_stream_(std::make_shared<Stream>(context.document.stream.device())),
      strip_stream_(std::make_shared<Stream>(context.document.stream.device())),
      layers_stream_(std::make_shared<Stream>(context.document.stream.device())),
      runner_(context.wake),
      walker_(context.wake),
      saver_(context.wake, JobPriority::behind),
      stripper_(context.wake, JobPriority::behind),
      mapper_(context.wake),
      learner_(context.wake),
      frames_(context.wake) {
  set_kernel(stage(), state_.names[0], "edge");
  declare_settings();
}

void FiltersPage::changed() {
  ++revision_;
  failure_.reset();
  seen_ = up_to_stage(state_.chain, state_.upto);
  const ImagePtr& image = looked().image;
  tile_cost_ =
      image ? cost_of(seen_, picture_of(*image), {0, 0, std::min(258, image->width), std::min(258, image->height)}) : 0;
}

void FiltersPage::set_kernel(FilterStage& stage, std::string& name, const std::string& text) const {
  FilterStage fresh = parse_filter(text);
  if (!fresh.is_linear()) {
    name = find_nonlinear_filter(fresh.kind)->name;
    stage = std::move(fresh);
    return;
  }
  fresh.strength = stage.strength;
  const bool named = find_named_kernel(std::string(trimmed(text))) != nullptr;
  if (named) use_whole_numbers(fresh);
  name = named ? std::string(trimmed(text)) : std::string();
  stage = std::move(fresh);
}

// ---------------------------------------------------------------------------------------------------------- commands

// In the order in which state() writes them.
void FiltersPage::declare_settings() {
  settings_
      .choice(
          "mode", "border",
          "Says what stands outside the picture: zeros, the edge repeated, a mirror, or the other side",
          "the border rule", all_borders(), border_name, [](auto& s) -> auto& { return s.chain.border; })
      .labels = {N_("zero"), N_("replicate"), N_("reflect"), N_("wrap")};
  settings_
      .choice(
          "show", "show",
          "Says how numbers below 0 and above 255 are shown: cut off, without their sign, moved up by 128, or "
          "stretched",
          "clip, abs, offset (plus 128) or minmax (smallest 0, largest 255)", all_shows(), show_name,
          [](auto& s) -> auto& { return s.chain.show; })
      .labels = show_labels();
  settings_
      .integer(
          "repeat", "repeat", "Runs the whole chain this many times, each time on its own result",
          {"N", "how often", 1, kMaxRepeat}, [](auto& s) -> auto& { return s.chain.repeat; })
      .hands = {1, 20};
  // Of the selected stage; state() writes them with their stage.
  Setting& divisor = settings_.number(
      "divisor", "divisor", "Divides every sum of products by this",
      {"D", "the divisor, not 0", -kNumberLimit, kNumberLimit}, [](const State& s) { return s.stage().divisor; },
      [](State& s, double value) {
        if (value == 0)
          throw Error("filters.divisor: nothing can be divided by 0", "give a number above or below it, as in 9");
        kernel_of(s.stage(), "filters.divisor").divisor = value;
      });
  divisor.kept = false;
  divisor.hands = {-1000, 1000};
  divisor.step = 1;
  divisor.decimals = 2;
  Setting& offset = settings_.number(
      "offset", "offset", "Adds this after the division",
      {"O", "the offset, in gray values", -kNumberLimit, kNumberLimit}, [](const State& s) { return s.stage().offset; },
      [](State& s, double value) { kernel_of(s.stage(), "filters.offset").offset = value; });
  offset.kept = false;
  offset.hands = {-255, 255};
  offset.step = 1;
  offset.decimals = 1;
  Setting& strength = settings_.number(
      "strength", "strength", "Mixes the filter with the picture as it is",
      {"S", "0: the picture, 1: the filter, above 1: exaggerated", 0, 4},
      [](const State& s) { return s.stage().strength; },
      [](State& s, double value) { kernel_of(s.stage(), "filters.strength").strength = value; });
  strength.kept = false;
  strength.hands = {0, 2};
  strength.decimals = 2;
  declare_nonlinear_settings();
  settings_
      .integer(
          "upto", "result of stage", "Shows what the chain has made up to this stage, and its arithmetic",
          {"STAGE", "which one, from 1; 0 for the whole chain", 0, kMaxStages}, [](auto& s) -> auto& { return s.upto; })
      .undo = Undo::none;
  settings_
      .number(
          "split", "divider", "Puts the border between before and after: 0 shows after alone, 1 before alone",
          {"T", "share of the picture that shows before", 0, 1}, [](auto& s) -> auto& { return s.split; })
      .undo = Undo::none;
  Setting& tab = settings_.choice(
      "tab", "filters tabs", "Shows the filter's settings, the arithmetic of the pixel, or the program",
      Parameter::choice("TAB", "which one", {"filter", "pixel", "layers", "code"}),
      [](auto& s) -> auto& { return s.tab; });
  tab.labels = {N_("Filter"), N_("Pixel"), N_("Two layers"), N_("The code")};
  tab.undo = Undo::none;
  Setting& channel = settings_.choice(
      "channel", "channel", "Shows the arithmetic of this channel", "which one", std::vector{0, 1, 2},
      [](int c) { return kColors[c]; }, [](auto& s) -> auto& { return s.channel; });
  channel.undo = Undo::none;
  channel.labels = {N_("red"), N_("green"), N_("blue")};
  Setting& source = settings_.choice(
      "source", "source file",
      "Shows a file of the program that filters, or lines that do the same in NumPy or PyTorch",
      Parameter::choice(
          "FILE", "which one",
          {"kernels/image_filter_kernel.h", "kernels/image_filter.cu", "kernels/image_filter.h", "numpy", "pytorch"}),
      [](auto& s) -> auto& { return s.source; });
  source.labels = {N_("Kernel"), "", N_("Contract"), N_("NumPy"), N_("PyTorch")};
  source.undo = Undo::none;
  Setting& learned = settings_.choice(
      "learned", "learned network", "Whose first layer stands beside the one that is made by hand",
      Parameter::choice("NETWORK", "which one", {"lenet5-digits", "squeezenet1_1"}),
      [](auto& s) -> auto& { return s.learned; });
  learned.labels = {"LeNet-5", "SqueezeNet"};
  learned.undo = Undo::none;
  settings_
      .integer(
          "learned.filter", "learned filter", "Which of the learned filters is compared",
          {"N", "its number, from 0; beyond the last one: the last", 0, 63},
          [](auto& s) -> auto& { return s.learned_filter; })
      .undo = Undo::none;
  settings_
      .integer(
          "walk", "products that are counted", "Counts the products of the sum one by one; a running total fills",
          {"N", "how many products are counted; -1 for all", -1, kMaxFilterSize * kMaxFilterSize},
          [](auto& s) -> auto& { return s.walked; })
      .undo = Undo::none;
}

void FiltersPage::declare(Registry& registry) {
  stage_view_.declare(registry);
  settings_.declare(registry);
  declare_kernel_commands(registry);
  declare_chain_commands(registry);
  declare_view_commands(registry);
  declare_readouts(registry);
  declare_nonlinear_readouts(registry);
  declare_layers(registry);
  declare_camera(registry);
}

void FiltersPage::declare_kernel_commands(Registry& registry) {
  registry.add(Command{
      "filters.kernel",
      N_("Filters with this kernel; its divisor and offset become 1 and 0, or what the named kernel has"),
      {Parameter::text("KERNEL",
                       "a name (edge blur sharpen gaussian sobel-x sobel-y emboss laplacian identity), rows of "
                       "numbers: 0 -1 0; -1 5 -1; 0 -1 0, or a filter that is no sum, with its settings: median size 5 "
                       "(median bilateral erosion dilation opening closing canny unsharp)")},
      [this](const Arguments& arguments) {
        set_kernel(stage(), state_.names[static_cast<size_t>(state_.selected)], arguments.text(0));
        changed();
      },
      Undo::edit,
  });
  registry.add(Command{
      "filters.taps",
      N_("Changes the kernel's numbers; divisor, offset and strength stay"),
      {Parameter::text("ROWS", "rows of numbers: 0 -1 0; -1 5 -1; 0 -1 0")},
      [this](const Arguments& arguments) {
        kernel_of(stage(), "filters.taps");
        FilterKernel kernel = parse_kernel(arguments.text(0));
        // The editor's cells are floats: a number that was not touched keeps all its digits.
        const FilterKernel& old = stage().kernel;
        if (kernel.width == old.width && kernel.height == old.height) {
          for (size_t i = 0; i < kernel.taps.size(); ++i) {
            if (static_cast<float>(kernel.taps[i]) == static_cast<float>(old.taps[i])) kernel.taps[i] = old.taps[i];
          }
        }
        stage().kernel = std::move(kernel);
        state_.names[static_cast<size_t>(state_.selected)].clear();
        changed();
      },
      Undo::edit,
  });
  registry.add(Command{
      "filters.size",
      N_("Makes the kernel larger with zeros around it, or smaller by its outer rows and columns; of a filter that is "
         "no sum: the size of its window"),
      {Parameter::integer("COLUMNS", "its width", 1, kMaxFilterSize),
       Parameter::integer("ROWS", "its height; as many as columns where it is left out", 1, kMaxFilterSize).or_none()},
      [this](const Arguments& arguments) {
        if (!stage().is_linear()) {
          const NonlinearFilter& filter = *find_nonlinear_filter(stage().kind);
          if (!filter.has("size"))
            throw Error(fmt::format("filters.size: the window of {} has one size", filter.name),
                        "its settings are filters.low and filters.high");
          if (arguments.has(1) && arguments.integer(1) != arguments.integer(0))
            throw Error(fmt::format("filters.size: the window of {} is square", filter.name), "give one odd number");
          NonlinearSettings own = stage().own;
          own.size = static_cast<int>(arguments.integer(0));
          stage() = nonlinear_stage(stage().kind, own);
          changed();
          return;
        }
        const FilterKernel old = stage().kernel;
        FilterKernel kernel;
        kernel.width = static_cast<int>(arguments.integer(0));
        kernel.height = static_cast<int>(arguments.integer(arguments.has(1) ? 1 : 0));
        kernel.taps.assign(static_cast<size_t>(kernel.width) * kernel.height, 0);
        for (int r = 0; r < kernel.height; ++r) {
          for (int s = 0; s < kernel.width; ++s) {
            const int from_r = r - kernel.anchor_row() + old.anchor_row();
            const int from_s = s - kernel.anchor_column() + old.anchor_column();
            if (from_r < 0 || from_s < 0 || from_r >= old.height || from_s >= old.width) continue;
            kernel.taps[static_cast<size_t>(r) * kernel.width + s] =
                old.taps[static_cast<size_t>(from_r) * old.width + from_s];
          }
        }
        if (kernel.width == old.width && kernel.height == old.height) return;
        stage().kernel = std::move(kernel);
        state_.names[static_cast<size_t>(state_.selected)].clear();
        changed();
      },
      Undo::edit,
  });
  registry.add(Command{
      "filters.sum",
      N_("Makes the kernel sum to 1, by its divisor, so that brightness stays; or to 0, by its middle number, so "
         "that flat areas vanish"),
      {Parameter::integer("SUM", "1 or 0", 0, 1)},
      [this](const Arguments& arguments) {
        FilterKernel& kernel = kernel_of(stage(), "filters.sum").kernel;
        const double sum = kernel_sum(kernel);
        if (arguments.integer(0) == 1) {
          if (std::abs(sum) < 1e-12)
            throw Error("filters.sum: this kernel sums to 0, which no divisor turns into 1",
                        "change a number first: the middle one plus 1 keeps the picture and adds the filter to it");
          stage().divisor = sum;
        } else {
          const size_t middle = static_cast<size_t>(kernel.anchor_row()) * kernel.width + kernel.anchor_column();
          if (sum != 0) state_.names[static_cast<size_t>(state_.selected)].clear();
          kernel.taps[middle] -= sum;
        }
        changed();
      },
      Undo::edit,
  });
}

void FiltersPage::declare_chain_commands(Registry& registry) {
  registry.add(Command{
      "filters.add",
      N_("Adds a stage after the selected one and selects it"),
      {Parameter::text("KERNEL", "a name or rows of numbers, as for filters.kernel; identity where it is left out")
           .or_none()},
      [this](const Arguments& arguments) {
        if (state_.chain.stages.size() >= kMaxStages)
          throw Error(fmt::format("filters.add: a chain has at most {} stages", kMaxStages),
                      "remove one first: filters.remove");
        FilterStage fresh;
        std::string name;
        set_kernel(fresh, name, arguments.has(0) ? arguments.text(0) : "identity");
        ++state_.selected;
        state_.chain.stages.insert(state_.chain.stages.begin() + state_.selected, std::move(fresh));
        state_.names.insert(state_.names.begin() + state_.selected, std::move(name));
        changed();
      },
      Undo::edit,
  });
  registry.add(Command{
      "filters.remove",
      N_("Takes a stage out of the chain"),
      {Parameter::integer("STAGE", "which one, from 1; the selected one where it is left out", 1, kMaxStages)
           .or_none()},
      [this](const Arguments& arguments) {
        const int stages = static_cast<int>(state_.chain.stages.size());
        const int stage = arguments.has(0) ? static_cast<int>(arguments.integer(0)) - 1 : state_.selected;
        if (stage >= stages)
          throw Error(fmt::format("filters.remove: there is no stage {}", stage + 1),
                      fmt::format("the chain has {}", stages));
        if (stages == 1)
          throw Error("filters.remove: the last stage stays", "filters.kernel identity leaves the picture as it is");
        state_.chain.stages.erase(state_.chain.stages.begin() + stage);
        state_.names.erase(state_.names.begin() + stage);
        if (state_.selected > stage || state_.selected == stages - 1) --state_.selected;
        if (state_.upto >= stages) state_.upto = 0;
        changed();
      },
      Undo::edit,
  });
  registry.add(Command{
      "filters.stage",
      N_("Selects the stage whose kernel is shown and edited"),
      {Parameter::integer("STAGE", "which one, from 1", 1, kMaxStages)},
      [this](const Arguments& arguments) {
        const int stages = static_cast<int>(state_.chain.stages.size());
        if (arguments.integer(0) > stages)
          throw Error(fmt::format("filters.stage: there is no stage {}", arguments.integer(0)),
                      fmt::format("the chain has {}; add one with filters.add", stages));
        state_.selected = static_cast<int>(arguments.integer(0)) - 1;
      },
  });
  registry.add(Command{
      "filters.place",
      N_("Moves the selected stage to another place in the chain"),
      {Parameter::integer("PLACE", "the place, from 1", 1, kMaxStages)},
      [this](const Arguments& arguments) {
        const int stages = static_cast<int>(state_.chain.stages.size());
        const int place = static_cast<int>(arguments.integer(0)) - 1;
        if (place >= stages)
          throw Error(fmt::format("filters.place: there is no place {}", place + 1),
                      fmt::format("the chain has {}", stages));
        const auto move = [&](auto& list) {
          auto item = std::move(list[static_cast<size_t>(state_.selected)]);
          list.erase(list.begin() + state_.selected);
          list.insert(list.begin() + place, std::move(item));
        };
        move(state_.chain.stages);
        move(state_.names);
        state_.selected = place;
        changed();
      },
      Undo::edit,
  });
  registry.add(Command{
      "filters.reset",
      N_("Back to one stage, edge, and to what the page began with"),
      {},
      [this](const Arguments&) {
        state_.chain = FilterChain{};
        state_.names = {"edge"};
        state_.selected = 0;
        state_.upto = 0;
        set_kernel(stage(), state_.names[0], "edge");
        changed();
      },
      Undo::edit,
  });
}

void FiltersPage::declare_view_commands(Registry& registry) {
  registry.add(Command{
      "filters.split.by",
      N_("Moves the border between before and after"),
      {Parameter::number("D", "by this share of the picture, to the right", -1, 1)},
      [this](const Arguments& arguments) { state_.split = std::clamp(state_.split + arguments.number(0), 0.0, 1.0); },
  });
  registry.add(Command{
      "filters.save",
      N_("Writes the result at full size as a PNG or JPEG file, by its ending"),
      {Parameter::file_to_write("FILE", "path of the file, ending in .png or .jpg")},
      [this](const Arguments& arguments) { save(arguments.text(0)); },
  });
  registry.add(Command{
      "filters.stop",
      N_("Stops writing the file; an older one of that name stays"),
      {},
      [this](const Arguments&) { saver_.cancel(); },
  });
}

void FiltersPage::declare_readouts(Registry& registry) {
  const auto number = [&](const std::string& name, const std::string& help, const std::function<double()>& value) {
    registry.add(Readout{"filters." + name, help, [value] { return ReadoutValue(value()); }});
  };
  number("milliseconds", "time that the last run over the whole picture took, in milliseconds",
         [this] { return need_result().milliseconds; });
  registry.add(Readout{"filters.device", "where it ran", [this] { return ReadoutValue(need_result().device); }});
  for (int c = 0; c < 3; ++c) {
    const auto channel = [this, c]() {
      const WalkPtr walk = need_walk();
      return walk->channels[walk->channels.size() == 1 ? 0 : static_cast<size_t>(c)];
    };
    const std::string color = kColors[c];
    number(color, color + " of the result at the cursor, 0 to 255", [channel] { return channel().result; });
    number("before." + color, color + " of the picture at the cursor, 0 to 255",
           [channel] { return channel().before; });
    number("raw." + color, color + " at the cursor: sum / divisor + offset of the last stage, as it is",
           [channel] { return finite(channel().value); });
    number("total." + color,
           color +
               " at the cursor: the last stage's sum of products; bilateral's before it is divided by the weights, "
               "unsharp's blurred value",
           [this, channel] {
             const FilterWalk::Channel at = channel();
             if (!at.order.empty() || need_walk()->canny)
               throw Error("the last filter that runs adds nothing up", "its result is filters.red");
             return finite(at.sum);
           });
  }
  registry.add(Readout{"filters.terms", "the products of the channel that is shown, at the cursor", [this] {
                         const WalkPtr walk = need_walk();
                         const FilterWalk::Channel& c = walk->channels[channel_of(*walk)];
                         if (!c.order.empty() || walk->canny)
                           throw Error("the last filter that runs adds nothing up",
                                       "filters.ordered has the values of median, erosion and dilation");
                         std::vector<Term> terms;
                         for (size_t i = 0; i < walk->taps.size(); ++i) terms.push_back({c.window[i], walk->weight(i)});
                         return ReadoutValue(print_sum(terms, nullptr, c.sum).factors());
                       }});
  number("sum", "what the selected stage's kernel sums to, divided by its divisor", [this] {
    const FilterStage& kernel = kernel_of(stage(), "filters.sum");
    return kernel_sum(kernel.kernel) / kernel.divisor;
  });
  registry.add(Readout{"filters.kernel",
                       "the selected stage's kernel in rows, or the name and the settings of what is no sum",
                       [this] { return ReadoutValue(filter_text(stage())); }});
  registry.add(Readout{"filters.separable", "whether the selected stage's kernel is a column times a row", [this] {
                         std::vector<double> column, row;
                         const bool split = stage().is_linear() && separate(stage().kernel, &column, &row);
                         return ReadoutValue(std::string(split ? "yes" : "no"));
                       }});
  number("stages", "how many stages the chain has", [this] { return static_cast<double>(state_.chain.stages.size()); });
  number("stage", "which stage is selected, from 1", [this] { return state_.selected + 1.0; });
  number("width", "columns of the result", [this] { return static_cast<double>(stage_view_.need_image().width); });
  number("height", "rows of the result", [this] { return static_cast<double>(stage_view_.need_image().height); });
  registry.add(Readout{"filters.saved", "the file that was written last", [this] {
                         if (saved_.empty()) throw Error("no file was written yet", "write one: filters.save FILE");
                         return ReadoutValue(saved_);
                       }});
}

std::vector<std::string> FiltersPage::state() const {
  std::vector<std::string> lines{"filters.reset"};
  for (size_t i = 0; i < state_.chain.stages.size(); ++i) {
    const FilterStage& stage = state_.chain.stages[i];
    lines.push_back((i == 0 ? "filters.kernel " : "filters.add ") +
                    (state_.names[i].empty() || !stage.is_linear() ? filter_text(stage) : state_.names[i]));
    if (!stage.is_linear()) continue;
    lines.push_back("filters.divisor " + to_text(stage.divisor));
    lines.push_back("filters.offset " + to_text(stage.offset));
    lines.push_back("filters.strength " + to_text(stage.strength));
  }
  lines.push_back(fmt::format("filters.stage {}", state_.selected + 1));
  for (std::string& line : settings_.state()) lines.push_back(std::move(line));
  for (std::string& line : stage_view_.state()) lines.push_back(std::move(line));
  return lines;
}

std::vector<Page::Key> FiltersPage::keys() const {
  std::vector<Key> keys = {
      {"Left", "filters.split.by -0.02", N_("the border between before and after to the left")},
      {"Right", "filters.split.by 0.02", N_("the border between before and after to the right")},
      {"B", state_.split < 1 ? "filters.split 1" : "filters.split 0.5", N_("before alone, or both")},
      {"A", state_.split > 0 ? "filters.split 0" : "filters.split 0.5", N_("after alone, or both")},
      {"Shift+Left", "filters.move -1 0", N_("the cursor one column to the left")},
      {"Shift+Right", "filters.move 1 0", N_("the cursor one column to the right")},
      {"Shift+Up", "filters.move 0 -1", N_("the cursor one row up")},
      {"Shift+Down", "filters.move 0 1", N_("the cursor one row down")},
  };
  std::vector<std::string> names;
  for (const NamedKernel& kernel : named_kernels()) names.push_back(kernel.name);
  for (const NonlinearFilter& filter : nonlinear_filters()) names.push_back(filter.name);
  const std::string& name = state_.names[static_cast<size_t>(state_.selected)];
  const auto at = static_cast<size_t>(std::find(names.begin(), names.end(), name) - names.begin());
  const size_t count = names.size();
  keys.push_back({"K", "filters.kernel " + names[at >= count ? 0 : (at + 1) % count], N_("the next kernel")});
  keys.push_back(
      {"Shift+K", "filters.kernel " + names[(std::min(at, count) + count - 1) % count], N_("the kernel before")});
  const auto after = [](const auto& all, auto now) {
    const auto place = std::find(all.begin(), all.end(), now) - all.begin();
    return all[static_cast<size_t>(place + 1) % all.size()];
  };
  keys.push_back({"D", "filters.show " + show_name(after(all_shows(), state_.chain.show)),
                  N_("the next way to show signed results")});
  keys.push_back(
      {"M", "filters.mode " + border_name(after(all_borders(), state_.chain.border)), N_("the next border rule")});
  keys.push_back({"X",
                  state_.tab == "pixel"    ? "filters.tab layers"
                  : state_.tab == "layers" ? "filters.tab code"
                  : state_.tab == "code"   ? "filters.tab filter"
                                           : "filters.tab pixel",
                  N_("the next tab of the inspector")});
  for (Key& key : stage_view_.keys()) {
    const bool arrow = key.command.rfind("filters.move", 0) == 0;
    if (!arrow) keys.push_back(std::move(key));
  }
  return keys;
}

void FiltersPage::image_changed() {
  turn_camera(false);
  stage_view_.image_changed();
  forget_picture();
}

void FiltersPage::forget_picture() {
  runner_.cancel();
  walker_.cancel();
  Jobs::shared().post([old = std::move(shown_.result)] {}, JobPriority::behind);  // it is large, and goes with the job
  shown_ = {};
  walk_.reset();
  walk_asked_ = 0;
  stripper_.cancel();
  strip_.clear();
  mapper_.cancel();
  maps_.reset();
  maps_of_ = maps_asked_ = 0;
  asked_at_ = -10;
  after_cells_.clear();
  after_cells_key_ = 0;
  changed();
}

// -------------------------------------------------------------------------------------------------------- the camera

void FiltersPage::declare_camera(Registry& registry) {
  registry.add(Command{
      "filters.camera",
      N_("Filters what the camera sees, as long as this page is shown, or the open picture again"),
      // A camera is a file as far as a lesson from elsewhere is concerned: it asks before it looks.
      {Parameter::file_to_read("on|off", "on: the camera is read, as a file would be; off: it is not",
                               [](std::string_view value) { return value == "on" ? value : std::string_view(); })},
      [this](const Arguments& arguments) {
        const std::string& value = arguments.text(0);
        if (value != "on" && value != "off")
          throw Error(fmt::format("filters.camera: '{}' is neither on nor off", value), "on begins, off ends");
        if (value == "on") need_camera();
        turn_camera(value == "on");
      },
  });
  registry.add(Readout{"filters.camera", "whether the camera's picture is filtered",
                       [this] { return ReadoutValue(std::string(camera_on_ ? "on" : "off")); }});
}

void FiltersPage::turn_camera(bool on) {
  if (on == camera_on_) return;
  const bool was_live = live_.image != nullptr;
  camera_on_ = on;
  if (on) return;
  frames_.cancel();
  camera_.reset();
  live_.image = nullptr;
  live_.pyramid = nullptr;
  if (!was_live) return;
  stage_view_.look_at(context_.document);
  stage_view_.image_changed();
  forget_picture();
}

void FiltersPage::watch(double now) {
  if (now - camera_looked_for_ > kCameraSeconds) {
    has_camera_ = has_camera();
    camera_looked_for_ = now;
  }
  if (!camera_on_) return;
  if (!is_shown()) {
    frames_.cancel();
    camera_.reset();
    return;
  }
  try {
    if (auto frame = frames_.take(); frame && *frame) {
      const ImagePtr image = (*frame)->image();
      const bool same = live_.image && live_.image->width == image->width && live_.image->height == image->height;
      live_.image = image;
      live_.pyramid = *frame;
      live_.image_version = std::max(live_.image_version, kLiveVersions) + 1;
      stage_view_.look_at(live_);
      if (same) {
        changed();  // the view and the last result stay until the next is there
      } else {
        stage_view_.image_changed();
        forget_picture();
      }
    }
  } catch (const Error&) {
    turn_camera(false);
    throw;
  }
  if (!camera_) camera_ = std::make_shared<CameraWorker>();
  // As fast as its pictures are filtered.
  if (frames_.busy() || (runner_.busy() && shown_.result)) return;
  frames_.request([camera = camera_](Progress& progress) -> std::shared_ptr<Pyramid> {
    const ImagePtr image = camera->next(progress);
    if (!image) return nullptr;
    auto pyramid = std::make_shared<Pyramid>(image);
    pyramid->build(progress.canceled);
    return pyramid;
  });
}

// A file that is being written goes on.
void FiltersPage::hidden() {
  runner_.cancel();
  walker_.cancel();
  stripper_.cancel();
  mapper_.cancel();
  learner_.cancel();
  frames_.cancel();
  camera_.reset();
  walk_asked_ = 0;
  strip_asked_ = strip_of_;
  maps_asked_ = maps_of_;
  learned_asked_ = learned_ ? learned_->name : std::string();
  asked_ = shown_.revision;
}

size_t FiltersPage::held() const {
  size_t bytes = after_cells_.capacity();
  for (const Result& result : strip_) {
    for (const FilteredPicture::Level& level : result->levels) bytes += level.bytes.capacity();
  }
  if (!shown_.result) return bytes;
  for (const FilteredPicture::Level& level : shown_.result->levels) bytes += level.bytes.capacity();
  return bytes;
}

void FiltersPage::release() {
  shown_ = {};
  asked_ = 0;
  walk_.reset();
  strip_.clear();
  strip_asked_ = 0;
  maps_.reset();
  maps_of_ = maps_asked_ = 0;
  learned_.reset();
  learned_asked_.clear();
  std::vector<uint8_t>().swap(after_cells_);
  after_cells_key_ = 0;
}

std::string FiltersPage::suggested_path() const {
  const ImagePtr& image = looked().image;
  if (!image) return "filtered.png";
  const std::filesystem::path path(image->path.empty() ? image->name : image->path);
  const std::string name = state_.names.size() == 1 && !state_.names[0].empty() ? state_.names[0] : "filtered";
  return (path.parent_path() / (path.stem().string() + "-" + name + ".png")).string();
}

void FiltersPage::save(const std::string& path) {
  stage_view_.need_image();
  const std::string ending = lower_case(std::filesystem::path(path).extension().string());
  if (ending != ".png" && ending != ".jpg" && ending != ".jpeg")
    throw Error(fmt::format("filters.save: '{}' is no name of a PNG or JPEG file", path),
                "let it end in .png or .jpg: filters.save result.png");
  check_overwrite({path, FileKind::picture, {looked().image->path}, context_.document.force});
  if (saver_.busy()) throw Error("a file is being written", "wait until it is there, or stop it: filters.stop");
  saver_.request([stream = save_stream_, chain = seen_, image = looked().image, path](Progress& progress) {
    const ImagePtr result = filtered_image(*stream, chain, *image, progress.canceled, progress.share);
    if (!result || progress.canceled) return std::string();
    write_image(path, *result);
    return path;
  });
}

// -------------------------------------------------------------------------------------------------------------- work

const Range* FiltersPage::range() const {
  static const Range whole{0, 255};
  if (state_.chain.show != Show::minmax) return &whole;
  return shown_.result && shown_.revision == revision_ ? &shown_.result->range : nullptr;
}

int FiltersPage::finest_kept() const {
  int level = 0;
  for (double cost = tile_cost_; cost < kCheapTile && level < kMostComputed; cost *= 4) ++level;
  return level;
}

void FiltersPage::request_run() {
  const ImagePtr& image = looked().image;
  if (!image || asked_ == revision_ || failure_) return;
  asked_ = revision_;
  asked_chain_ = seen_;
  asked_at_ = now_;
  const int finest = finest_kept();
  // Two results at full size would be one too many in memory.
  if (finest == 0 && shown_.result && shown_.result->levels.size() > 1)
    std::vector<uint8_t>().swap(shown_.result->levels[0].bytes);
  runner_.request([stream = run_stream_, chain = seen_, image, finest](Progress& progress) {
    return run_filter_chain(*stream, chain, *image, finest, progress.canceled, progress.share);
  });
}

// Small pictures of what each stage makes: of a chain of one there is nothing to tell apart.
void FiltersPage::request_strip() {
  const ImagePtr& image = looked().image;
  if (!image || strip_asked_ == revision_ || failure_) return;
  strip_asked_ = revision_;
  if (state_.chain.stages.size() < 2) {
    strip_.clear();
    stripper_.cancel();
    return;
  }
  int finest = 0;
  while (std::max(image->width, image->height) >> finest > kStripPixels) ++finest;
  stripper_.request([stream = strip_stream_, chain = state_.chain, image, finest](Progress& progress) {
    std::vector<Result> results;
    for (size_t i = 1; i <= chain.stages.size(); ++i) {
      const FilterChain part = i == chain.stages.size() ? chain : up_to_stage(chain, static_cast<int>(i));
      results.push_back(run_filter_chain(*stream, part, *image, finest, progress.canceled, progress.share));
      if (!results.back()) return std::vector<Result>();
    }
    return results;
  });
}

void FiltersPage::take_results() {
  try {
    if (std::optional<Result> result = runner_.take(); result && *result) {
      shown_.result = std::move(*result);
      shown_.revision = asked_;
      shown_.chain = asked_chain_;
    }
    if (std::optional<std::vector<Result>> strip = stripper_.take()) {
      strip_ = std::move(*strip);
      strip_of_ = strip_asked_;
    }
    take_layers();
    if (std::optional<WalkPtr> walk = walker_.take()) {
      walk_ = std::move(*walk);
      walk_key_ = walk_asked_;
    }
  } catch (const Error& error) {
    failure_ = error;
  }
}

bool FiltersPage::update(double now) {
  now_ = now;
  const bool failed = failure_.has_value();
  watch(now);
  take_results();
  const bool stale = runner_.busy() && now - asked_at_ < kReplaceAfter;
  if (is_shown()) {
    if (!stale) request_run();
    if (!runner_.busy()) request_strip();
    follow();
    filter_cells();
    if (state_.tab == "layers") request_layers();
  }
  if (std::optional<std::string> path = saver_.take(); path && !path->empty()) saved_ = *path;
  if (failure_ && !failed) throw *failure_;
  return runner_.busy() || walker_.busy() || saver_.busy() || stripper_.busy() || mapper_.busy() || learner_.busy() ||
         frames_.busy();
}

bool FiltersPage::busy() const {
  if (saver_.busy() || walker_.busy() || runner_.busy() || stripper_.busy()) return true;
  if (mapper_.busy() || learner_.busy()) return true;
  if (camera_on_) return is_shown() && !live_.image;
  return is_shown() && looked().image && shown_.revision != revision_ && !failure_;
}

const FilteredPicture& FiltersPage::need_result() {
  stage_view_.need_image();
  if (shown_.revision == revision_) return *shown_.result;
  if (failure_) throw *failure_;
  request_run();
  throw NotReady("the picture is still being filtered");
}

uint64_t FiltersPage::walk_key() const {
  uint64_t key = revision_;
  for (uint64_t part : {static_cast<uint64_t>(stage_view_.x()), static_cast<uint64_t>(stage_view_.y()),
                        range() ? shown_.revision * (state_.chain.show == Show::minmax) + 1 : uint64_t{0}}) {
    key = (key ^ part) * 0x9E3779B97F4A7C15ull;
    key ^= key >> 29;
  }
  return key;
}

// What drawing found: a tap under the mouse, and which numbers are seen.
void FiltersPage::drawn(const Drawn& frame) {
  stage_view_.drawn(frame);
  hot_tap_ = static_cast<int>(frame.number("filters.tap", -1));
  const auto number = [&](const char* name) { return static_cast<float>(frame.number(name, 0)); };
  last_view_ = {{number("filters.view.x"), number("filters.view.y")}, number("filters.view.zoom")};
  const auto whole = [&](const char* name) { return static_cast<int>(frame.number(name, 0)); };
  cells_wanted_ = {whole("filters.cells.x"), whole("filters.cells.y"), whole("filters.cells.w"),
                   whole("filters.cells.h")};
}

uint64_t FiltersPage::cells_key() const { return revision_ * 2 + (state_.chain.show == Show::minmax); }

// The result's numbers in the cells that are seen.
void FiltersPage::filter_cells() {
  const ImagePtr& image = looked().image;
  const Range* known = range();
  const CellRect seen =
      image ? CellRect{std::clamp(cells_wanted_.x, 0, image->width), std::clamp(cells_wanted_.y, 0, image->height),
                       std::min(cells_wanted_.w, image->width - cells_wanted_.x),
                       std::min(cells_wanted_.h, image->height - cells_wanted_.y)}
            : CellRect();
  if (seen.w <= 0 || seen.h <= 0 || !known) return;
  if (after_cells_key_ == cells_key() && after_cells_rect_ == seen && !after_cells_.empty()) return;
  after_cells_.resize(static_cast<size_t>(seen.w) * seen.h * image->channels);
  try {
    filter_chain(context_.document.stream, seen_, *known, picture_of(*image), {seen.x, seen.y, seen.w, seen.h},
                 after_cells_.data(), static_cast<int64_t>(seen.w) * image->channels);
  } catch (const Error&) {
    std::fill(after_cells_.begin(), after_cells_.end(), uint8_t{0});  // reported by the run behind
  }
  after_cells_key_ = cells_key();
  after_cells_rect_ = seen;
}

FiltersPage::WalkPtr FiltersPage::walk() const {
  return looked().image && !failure_ && walk_key_ == walk_key() ? walk_ : nullptr;
}

void FiltersPage::follow() {
  const ImagePtr& image = looked().image;
  if (!image || failure_ || walk()) return;
  const uint64_t key = walk_key();
  const int x = stage_view_.x(), y = stage_view_.y();
  const Range* known = range();
  const FilterKernel& last = seen_.stages.back().kernel;
  if (cost_of(seen_, picture_of(*image), {x, y, last.width, last.height}) < kCheapPixel) {
    try {
      walk_ =
          std::make_shared<FilterWalk>(walk_filter(context_.document.stream, seen_, known, picture_of(*image), x, y));
      walk_key_ = key;
    } catch (...) {
      failure_ = as_error(std::current_exception());
    }
    return;
  }
  if (walk_asked_ == key && walker_.busy()) return;
  walk_asked_ = key;
  walker_.request([stream = walk_stream_, chain = seen_, image, x, y, has_range = known != nullptr,
                   value = known ? *known : Range{}](Progress&) -> WalkPtr {
    return std::make_shared<FilterWalk>(
        walk_filter(*stream, chain, has_range ? &value : nullptr, picture_of(*image), x, y));
  });
}

FiltersPage::WalkPtr FiltersPage::need_walk() {
  stage_view_.need_image();
  if (state_.chain.show == Show::minmax) need_result();
  follow();
  if (failure_) throw *failure_;
  WalkPtr found = walk();
  if (!found) throw NotReady("this pixel is still being followed back");
  return found;
}

PageKind filters_page() {
  return {
      {"filters", N_("Filters"), N_("Pictures"),
       N_("The open picture before and after a filter. Every new pixel is a sum: its neighbors times the numbers of "
          "a kernel. Drag the handle to compare, choose a kernel or edit its numbers, build a chain of them. Move "
          "the mouse over a pixel and read under Pixel how its value came about, click to pin it; The code shows "
          "the program that computed it, and the same in NumPy and PyTorch. A photo filter works on each channel "
          "alone.")},
      [](const PageContext& context) -> std::unique_ptr<Page> { return std::make_unique<FiltersPage>(context); }};
}

}  // namespace striate
