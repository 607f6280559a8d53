// What the filters page can do, what can be read from it, and its work behind the window; filters_stage.cpp and
// filters_inspector.cpp have what it looks like.
#include "app/pages/filters.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <thread>

#include "app/embedded.h"
#include "app/widgets/ui.h"
#include "engine/error.h"
#include "engine/export/overwrite.h"
#include "engine/files/image_file.h"
#include "engine/trimmed.h"
#include "engine/walk/printed_sum.h"

namespace striate {
namespace {

constexpr size_t kMaxStages = 8;
constexpr double kCheapPixel = 1e7;    // multiplications; 2 to 4 ms: what the window's thread does by itself
constexpr double kReplaceAfter = 0.4;  // seconds that older work may still run, so that a drag shows results as it goes
constexpr float kNumberLimit = 1e6f;   // of divisors, offsets

// Files of the program, and what does the same in Python.
const char* const kSourceFiles[] = {"kernels/image_filter.cu", "kernels/image_filter.h", "numpy", "pytorch"};

std::vector<std::string> words_of_borders() {
  std::vector<std::string> words;
  for (Border border : all_borders()) words.push_back(border_name(border));
  return words;
}

std::vector<std::string> words_of_shows() {
  std::vector<std::string> words;
  for (Show show : all_shows()) words.push_back(show_name(show));
  return words;
}

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

}  // namespace

FiltersPage::FiltersPage(const PageContext& context)
    : info_{"filters", "Filters", "Pictures",
            "The open picture before and after a filter. Every new pixel is a sum: its neighbors times the numbers of "
            "a "
            "kernel. Drag the handle to compare, choose a kernel or edit its numbers, build a chain of them. Move the "
            "mouse over a pixel and read under Pixel how its value came about, click to pin it; The code shows the "
            "program that computed it, and the same in NumPy and PyTorch. A photo filter works on each channel alone."},
      context_(context),
      stage_view_("filters", context.document),
      names_{"edge"},
      source_(kSourceFiles[0]),
      run_stream_(std::make_shared<Stream>(context.document.stream.device())),
      walk_stream_(std::make_shared<Stream>(context.document.stream.device())),
      save_stream_(std::make_shared<Stream>(context.document.stream.device())),
      runner_(context.wake),
      walker_(context.wake),
      saver_(context.wake) {
  set_kernel(stage(), names_[0], "edge");
}

const Image& FiltersPage::need_image() const {
  if (!context_.document.image) throw Error("no picture is open", "open one: open FILE, or open portrait");
  return *context_.document.image;
}

void FiltersPage::changed() {
  ++revision_;
  wanted_ = true;
  failure_.reset();
  const ImagePtr& image = context_.document.image;
  tile_cost_ =
      image ? cost_of(chain_, image->channels, {0, 0, std::min(258, image->width), std::min(258, image->height)}) : 0;
}

void FiltersPage::set_kernel(FilterStage& stage, std::string& name, const std::string& text) const {
  FilterStage fresh;
  fresh.kernel = parse_kernel(text);
  fresh.strength = stage.strength;
  const bool named = find_named_kernel(std::string(trimmed(text))) != nullptr;
  if (named) use_whole_numbers(fresh);
  name = named ? std::string(trimmed(text)) : std::string();
  stage = std::move(fresh);
}

// ---------------------------------------------------------------------------------------------------------- commands

void FiltersPage::declare(Registry& registry) {
  stage_view_.declare(registry);
  declare_kernel_commands(registry);
  declare_chain_commands(registry);
  declare_view_commands(registry);
  declare_readouts(registry);
}

void FiltersPage::declare_kernel_commands(Registry& registry) {
  registry.add(Command{
      "filters.kernel",
      "Filters with this kernel; its divisor and offset become 1 and 0, or what the named kernel has",
      {Parameter::text("KERNEL",
                       "a name (edge blur sharpen gaussian sobel-x sobel-y emboss laplacian identity) or rows "
                       "of numbers: 0 -1 0; -1 5 -1; 0 -1 0")},
      [this](const Arguments& arguments) {
        set_kernel(stage(), names_[static_cast<size_t>(selected_)], arguments.text(0));
        changed();
      },
      Undo::edit,
  });
  registry.add(Command{
      "filters.taps",
      "Changes the kernel's numbers; divisor, offset and strength stay",
      {Parameter::text("ROWS", "rows of numbers: 0 -1 0; -1 5 -1; 0 -1 0")},
      [this](const Arguments& arguments) {
        FilterKernel kernel = parse_kernel(arguments.text(0));
        // The editor's cells are floats: a number that was not touched keeps all its digits.
        const FilterKernel& old = stage().kernel;
        if (kernel.width == old.width && kernel.height == old.height) {
          for (size_t i = 0; i < kernel.taps.size(); ++i) {
            if (static_cast<float>(kernel.taps[i]) == static_cast<float>(old.taps[i])) kernel.taps[i] = old.taps[i];
          }
        }
        stage().kernel = std::move(kernel);
        names_[static_cast<size_t>(selected_)].clear();
        changed();
      },
      Undo::edit,
  });
  registry.add(Command{
      "filters.size",
      "Makes the kernel larger with zeros around it, or smaller by its outer rows and columns",
      {Parameter::integer("COLUMNS", "its width", 1, kMaxFilterSize),
       Parameter::integer("ROWS", "its height; as many as columns where it is left out", 1, kMaxFilterSize).or_none()},
      [this](const Arguments& arguments) {
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
        names_[static_cast<size_t>(selected_)].clear();
        changed();
      },
      Undo::edit,
  });
  registry.add(Command{
      "filters.divisor",
      "Divides every sum of products by this",
      {Parameter::number("D", "the divisor, not 0", -kNumberLimit, kNumberLimit)},
      [this](const Arguments& arguments) {
        if (arguments.number(0) == 0)
          throw Error("filters.divisor: nothing can be divided by 0", "give a number above or below it, as in 9");
        stage().divisor = arguments.number(0);
        changed();
      },
      Undo::edit,
  });
  registry.add(Command{
      "filters.offset",
      "Adds this after the division",
      {Parameter::number("O", "the offset, in gray values", -kNumberLimit, kNumberLimit)},
      [this](const Arguments& arguments) {
        stage().offset = arguments.number(0);
        changed();
      },
      Undo::edit,
  });
  registry.add(Command{
      "filters.strength",
      "Mixes the filter with the picture as it is",
      {Parameter::number("S", "0: the picture, 1: the filter, above 1: exaggerated", 0, 4)},
      [this](const Arguments& arguments) {
        stage().strength = arguments.number(0);
        changed();
      },
      Undo::edit,
  });
  registry.add(Command{
      "filters.sum",
      "Makes the kernel sum to 1, by its divisor, so that brightness stays; or to 0, by its middle number, so that "
      "flat "
      "areas vanish",
      {Parameter::integer("SUM", "1 or 0", 0, 1)},
      [this](const Arguments& arguments) {
        FilterKernel& kernel = stage().kernel;
        const double sum = kernel_sum(kernel);
        if (arguments.integer(0) == 1) {
          if (std::abs(sum) < 1e-12)
            throw Error("filters.sum: this kernel sums to 0, which no divisor turns into 1",
                        "change a number first: the middle one plus 1 keeps the picture and adds the filter to it");
          stage().divisor = sum;
        } else {
          const size_t middle = static_cast<size_t>(kernel.anchor_row()) * kernel.width + kernel.anchor_column();
          if (sum != 0) names_[static_cast<size_t>(selected_)].clear();
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
      "Adds a stage after the selected one and selects it",
      {Parameter::text("KERNEL", "a name or rows of numbers, as for filters.kernel; identity where it is left out")
           .or_none()},
      [this](const Arguments& arguments) {
        if (chain_.stages.size() >= kMaxStages)
          throw Error(fmt::format("filters.add: a chain has at most {} stages", kMaxStages),
                      "remove one first: filters.remove");
        FilterStage fresh;
        std::string name;
        set_kernel(fresh, name, arguments.has(0) ? arguments.text(0) : "identity");
        ++selected_;
        chain_.stages.insert(chain_.stages.begin() + selected_, std::move(fresh));
        names_.insert(names_.begin() + selected_, std::move(name));
        changed();
      },
      Undo::edit,
  });
  registry.add(Command{
      "filters.remove",
      "Takes a stage out of the chain",
      {Parameter::integer("STAGE", "which one, from 1; the selected one where it is left out", 1, kMaxStages)
           .or_none()},
      [this](const Arguments& arguments) {
        const int stages = static_cast<int>(chain_.stages.size());
        const int stage = arguments.has(0) ? static_cast<int>(arguments.integer(0)) - 1 : selected_;
        if (stage >= stages)
          throw Error(fmt::format("filters.remove: there is no stage {}", stage + 1),
                      fmt::format("the chain has {}", stages));
        if (stages == 1)
          throw Error("filters.remove: the last stage stays", "filters.kernel identity leaves the picture as it is");
        chain_.stages.erase(chain_.stages.begin() + stage);
        names_.erase(names_.begin() + stage);
        if (selected_ > stage || selected_ == stages - 1) --selected_;
        changed();
      },
      Undo::edit,
  });
  registry.add(Command{
      "filters.stage",
      "Selects the stage whose kernel is shown and edited",
      {Parameter::integer("STAGE", "which one, from 1", 1, kMaxStages)},
      [this](const Arguments& arguments) {
        const int stages = static_cast<int>(chain_.stages.size());
        if (arguments.integer(0) > stages)
          throw Error(fmt::format("filters.stage: there is no stage {}", arguments.integer(0)),
                      fmt::format("the chain has {}; add one with filters.add", stages));
        selected_ = static_cast<int>(arguments.integer(0)) - 1;
      },
  });
  registry.add(Command{
      "filters.place",
      "Moves the selected stage to another place in the chain",
      {Parameter::integer("PLACE", "the place, from 1", 1, kMaxStages)},
      [this](const Arguments& arguments) {
        const int stages = static_cast<int>(chain_.stages.size());
        const int place = static_cast<int>(arguments.integer(0)) - 1;
        if (place >= stages)
          throw Error(fmt::format("filters.place: there is no place {}", place + 1),
                      fmt::format("the chain has {}", stages));
        const auto move = [&](auto& list) {
          auto item = std::move(list[static_cast<size_t>(selected_)]);
          list.erase(list.begin() + selected_);
          list.insert(list.begin() + place, std::move(item));
        };
        move(chain_.stages);
        move(names_);
        selected_ = place;
        changed();
      },
      Undo::edit,
  });
  registry.add(Command{
      "filters.repeat",
      "Runs the whole chain this many times, each time on its own result",
      {Parameter::integer("N", "how often", 1, kMaxRepeat)},
      [this](const Arguments& arguments) {
        chain_.repeat = static_cast<int>(arguments.integer(0));
        changed();
      },
      Undo::edit,
  });
  registry.add(Command{
      "filters.mode",
      "Says what stands outside the picture: zeros, the edge repeated, a mirror, or the other side",
      {Parameter::choice("MODE", "the border rule", words_of_borders())},
      [this](const Arguments& arguments) {
        chain_.border = parse_border(arguments.text(0));
        changed();
      },
      Undo::edit,
  });
  registry.add(Command{
      "filters.show",
      "Says how numbers below 0 and above 255 are shown: cut off, without their sign, moved up by 128, or stretched",
      {Parameter::choice("SHOW", "clip, abs, offset (plus 128) or minmax (smallest 0, largest 255)", words_of_shows())},
      [this](const Arguments& arguments) {
        chain_.show = parse_show(arguments.text(0));
        changed();
      },
      Undo::edit,
  });
  registry.add(Command{
      "filters.reset",
      "Back to one stage, edge, and to what the page began with",
      {},
      [this](const Arguments&) {
        chain_ = FilterChain{};
        names_ = {"edge"};
        selected_ = 0;
        set_kernel(stage(), names_[0], "edge");
        changed();
      },
      Undo::edit,
  });
}

void FiltersPage::declare_view_commands(Registry& registry) {
  registry.add(Command{
      "filters.split",
      "Puts the border between before and after: 0 shows after alone, 1 before alone",
      {Parameter::number("T", "share of the picture that shows before", 0, 1)},
      [this](const Arguments& arguments) { split_ = arguments.number(0); },
  });
  registry.add(Command{
      "filters.split.by",
      "Moves the border between before and after",
      {Parameter::number("D", "by this share of the picture, to the right", -1, 1)},
      [this](const Arguments& arguments) { split_ = std::clamp(split_ + arguments.number(0), 0.0, 1.0); },
  });
  registry.add(Command{
      "filters.tab",
      "Shows the filter's settings, the arithmetic of the pixel, or the program",
      {Parameter::choice("TAB", "which one", {"filter", "pixel", "code"})},
      [this](const Arguments& arguments) { tab_ = arguments.text(0); },
  });
  registry.add(Command{
      "filters.channel",
      "Shows the arithmetic of this channel",
      {Parameter::choice("CHANNEL", "which one", {"red", "green", "blue"})},
      [this](const Arguments& arguments) {
        channel_ = arguments.text(0) == "red" ? 0 : arguments.text(0) == "green" ? 1 : 2;
      },
  });
  registry.add(Command{
      "filters.walk",
      "Counts the products of the sum one by one; a running total fills",
      {Parameter::integer("N", "how many products are counted; -1 for all", -1, kMaxFilterSize * kMaxFilterSize)},
      [this](const Arguments& arguments) { walked_ = static_cast<int>(arguments.integer(0)); },
  });
  registry.add(Command{
      "filters.source",
      "Shows a file of the program that filters, or lines that do the same in NumPy or PyTorch",
      {Parameter::choice("FILE", "which one", {std::begin(kSourceFiles), std::end(kSourceFiles)})},
      [this](const Arguments& arguments) { source_ = arguments.text(0); },
  });
  registry.add(Command{
      "filters.save",
      "Writes the result at full size as a PNG or JPEG file, by its ending",
      {Parameter::file_to_write("FILE", "path of the file, ending in .png or .jpg")},
      [this](const Arguments& arguments) { save(arguments.text(0)); },
  });
  registry.add(Command{
      "filters.stop",
      "Stops writing the file; an older one of that name stays",
      {},
      [this](const Arguments&) { saver_.cancel(); },
  });
}

void FiltersPage::declare_readouts(Registry& registry) {
  const auto number = [&](const std::string& name, const std::string& help, const std::function<double()>& value) {
    registry.add(Readout{"filters." + name, help, [value] { return ReadoutValue(value()); }});
  };
  number("milliseconds", "time that the last run over the whole picture took, in milliseconds",
         [this] { return finished_result().milliseconds; });
  registry.add(Readout{"filters.device", "where it ran", [this] { return ReadoutValue(finished_result().device); }});
  static constexpr const char* colors[] = {"red", "green", "blue"};
  for (int c = 0; c < 3; ++c) {
    const auto channel = [this, c]() {
      const WalkPtr walk = finished_walk();
      return walk->channels[walk->channels.size() == 1 ? 0 : static_cast<size_t>(c)];
    };
    const std::string color = colors[c];
    number(color, color + " of the result at the cursor, 0 to 255", [channel] { return channel().result; });
    number("before." + color, color + " of the picture at the cursor, 0 to 255",
           [channel] { return channel().before; });
    number("raw." + color, color + " at the cursor: sum / divisor + offset of the last stage, as it is",
           [channel] { return channel().value; });
    number("total." + color, color + " at the cursor: the last stage's sum of products",
           [channel] { return channel().sum; });
  }
  registry.add(Readout{"filters.terms", "the products of the channel that is shown, at the cursor", [this] {
                         const WalkPtr walk = finished_walk();
                         const size_t c = std::min(static_cast<size_t>(channel_), walk->channels.size() - 1);
                         std::vector<Term> terms;
                         for (size_t i = 0; i < walk->taps.size(); ++i)
                           terms.push_back({walk->channels[c].window[i], walk->stage.kernel.taps[i]});
                         return ReadoutValue(print_sum(terms, nullptr, walk->channels[c].sum).factors());
                       }});
  number("sum", "what the selected stage's kernel sums to, divided by its divisor",
         [this] { return kernel_sum(stage().kernel) / stage().divisor; });
  number("divisor", "the selected stage's divisor", [this] { return stage().divisor; });
  number("offset", "the selected stage's offset", [this] { return stage().offset; });
  number("strength", "the selected stage's strength", [this] { return stage().strength; });
  registry.add(Readout{"filters.kernel", "the selected stage's kernel in rows",
                       [this] { return ReadoutValue(kernel_text(stage().kernel)); }});
  registry.add(Readout{"filters.separable", "whether the selected stage's kernel is a column times a row", [this] {
                         std::vector<double> column, row;
                         return ReadoutValue(std::string(separate(stage().kernel, &column, &row) ? "yes" : "no"));
                       }});
  number("stages", "how many stages the chain has", [this] { return static_cast<double>(chain_.stages.size()); });
  number("stage", "which stage is selected, from 1", [this] { return selected_ + 1.0; });
  number("repeat", "how often the chain runs", [this] { return static_cast<double>(chain_.repeat); });
  number("split", "share of the picture that shows before", [this] { return split_; });
  number("width", "columns of the result", [this] { return static_cast<double>(need_image().width); });
  number("height", "rows of the result", [this] { return static_cast<double>(need_image().height); });
  registry.add(Readout{"filters.mode", "the border rule", [this] { return ReadoutValue(border_name(chain_.border)); }});
  registry.add(
      Readout{"filters.show", "how the result is shown", [this] { return ReadoutValue(show_name(chain_.show)); }});
  registry.add(Readout{"filters.saved", "the file that was written last", [this] {
                         if (saved_.empty()) throw Error("no file was written yet", "write one: filters.save FILE");
                         return ReadoutValue(saved_);
                       }});
}

std::vector<std::string> FiltersPage::state() const {
  std::vector<std::string> lines{"filters.reset"};
  for (size_t i = 0; i < chain_.stages.size(); ++i) {
    const FilterStage& stage = chain_.stages[i];
    lines.push_back((i == 0 ? "filters.kernel " : "filters.add ") +
                    (names_[i].empty() ? kernel_text(stage.kernel) : names_[i]));
    lines.push_back("filters.divisor " + to_text(stage.divisor));
    lines.push_back("filters.offset " + to_text(stage.offset));
    lines.push_back("filters.strength " + to_text(stage.strength));
  }
  lines.push_back(fmt::format("filters.stage {}", selected_ + 1));
  lines.push_back("filters.mode " + border_name(chain_.border));
  lines.push_back("filters.show " + show_name(chain_.show));
  lines.push_back(fmt::format("filters.repeat {}", chain_.repeat));
  lines.push_back("filters.split " + to_text(split_));
  lines.push_back("filters.tab " + tab_);
  static constexpr const char* colors[] = {"red", "green", "blue"};
  lines.push_back(std::string("filters.channel ") + colors[channel_]);
  lines.push_back("filters.source " + source_);
  lines.push_back(fmt::format("filters.walk {}", walked_));
  for (std::string& line : stage_view_.state()) lines.push_back(std::move(line));
  return lines;
}

std::vector<Page::Key> FiltersPage::keys() const {
  std::vector<Key> keys = {
      {"Left", "filters.split.by -0.02", "the border between before and after to the left"},
      {"Right", "filters.split.by 0.02", "the border between before and after to the right"},
      {"B", split_ < 1 ? "filters.split 1" : "filters.split 0.5", "before alone, or both"},
      {"A", split_ > 0 ? "filters.split 0" : "filters.split 0.5", "after alone, or both"},
      {"Shift+Left", "filters.move -1 0", "the cursor one column to the left"},
      {"Shift+Right", "filters.move 1 0", "the cursor one column to the right"},
      {"Shift+Up", "filters.move 0 -1", "the cursor one row up"},
      {"Shift+Down", "filters.move 0 1", "the cursor one row down"},
  };
  const std::vector<NamedKernel>& kernels = named_kernels();
  const std::string& name = names_[static_cast<size_t>(selected_)];
  size_t at = kernels.size();
  for (size_t i = 0; i < kernels.size(); ++i) {
    if (kernels[i].name == name) at = i;
  }
  keys.push_back(
      {"K", "filters.kernel " + kernels[at >= kernels.size() ? 0 : (at + 1) % kernels.size()].name, "the next kernel"});
  keys.push_back(
      {"Shift+K",
       "filters.kernel " + kernels[(std::min(at, kernels.size()) + kernels.size() - 1) % kernels.size()].name,
       "the kernel before"});
  const std::vector<std::string> shows = words_of_shows(), borders = words_of_borders();
  const auto after = [](const std::vector<std::string>& words, const std::string& word) {
    const size_t i = static_cast<size_t>(std::find(words.begin(), words.end(), word) - words.begin());
    return words[(i + 1) % words.size()];
  };
  keys.push_back({"D", "filters.show " + after(shows, show_name(chain_.show)), "the next way to show signed results"});
  keys.push_back({"M", "filters.mode " + after(borders, border_name(chain_.border)), "the next border rule"});
  keys.push_back({"X",
                  tab_ == "pixel"  ? "filters.tab code"
                  : tab_ == "code" ? "filters.tab filter"
                                   : "filters.tab pixel",
                  "the next tab of the inspector"});
  for (Key& key : stage_view_.keys()) {
    const bool arrow = key.command.rfind("filters.move", 0) == 0;
    if (!arrow) keys.push_back(std::move(key));
  }
  return keys;
}

void FiltersPage::image_changed() {
  stage_view_.image_changed();
  runner_.cancel();
  walker_.cancel();
  shown_ = {};
  walk_.reset();
  has_walk_ = false;
  walk_asked_ = 0;
  asked_at_ = -10;
  after_cells_.clear();
  after_cells_key_ = 0;
  changed();
  wanted_ = false;  // until somebody looks again
}

std::string FiltersPage::suggested_path() const {
  const ImagePtr& image = context_.document.image;
  if (!image) return "filtered.png";
  const std::filesystem::path path(image->path.empty() ? image->name : image->path);
  const std::string name = names_.size() == 1 && !names_[0].empty() ? names_[0] : "filtered";
  return (path.parent_path() / (path.stem().string() + "-" + name + ".png")).string();
}

void FiltersPage::save(const std::string& path) {
  need_image();
  std::string ending = std::filesystem::path(path).extension().string();
  std::transform(ending.begin(), ending.end(), ending.begin(), [](unsigned char c) { return std::tolower(c); });
  if (ending != ".png" && ending != ".jpg" && ending != ".jpeg")
    throw Error(fmt::format("filters.save: '{}' is no name of a PNG or JPEG file", path),
                "let it end in .png or .jpg: filters.save result.png");
  check_overwrite({path, FileKind::picture, {context_.document.image->path}, context_.document.force});
  if (saver_.busy()) throw Error("a file is being written", "wait until it is there, or stop it: filters.stop");
  saver_.request([stream = save_stream_, chain = chain_, image = context_.document.image, path](Progress& progress) {
    try {
      const ImagePtr result = filtered_image(*stream, chain, *image, progress.canceled, progress.share);
      if (!result || progress.canceled) return std::string();
      write_image(path, *result);
      return path;
    } catch (const std::bad_alloc&) {
      throw Error(fmt::format("not enough memory to write '{}'", path),
                  "close other programs, or try a smaller picture");
    }
  });
}

// -------------------------------------------------------------------------------------------------------------- work

const Range* FiltersPage::range() const {
  static const Range whole{0, 255};
  if (chain_.show != Show::minmax) return &whole;
  return shown_.result && shown_.revision == revision_ ? &shown_.result->range : nullptr;
}

void FiltersPage::request_run() const {
  const ImagePtr& image = context_.document.image;
  if (!image || asked_ == revision_ || failure_) return;
  asked_ = revision_;
  asked_chain_ = chain_;
  asked_at_ = now_;
  const bool keep_full_size = !tiles_are_cheap();
  // Two results at full size would be one too many in memory.
  if (keep_full_size && shown_.result && shown_.result->levels.size() > 1)
    std::vector<uint8_t>().swap(shown_.result->levels[0].bytes);
  runner_.request([stream = run_stream_, chain = chain_, image, keep_full_size](Progress& progress) {
    return run_filter_chain(*stream, chain, *image, keep_full_size, progress.canceled, progress.share);
  });
}

void FiltersPage::take_results() const {
  try {
    if (std::optional<Result> result = runner_.take(); result && *result) {
      shown_.result = std::move(*result);
      shown_.revision = asked_;
      shown_.chain = asked_chain_;
    }
    if (std::optional<WalkPtr> walk = walker_.take()) {
      walk_ = std::move(*walk);
      walk_key_ = walk_asked_;
      has_walk_ = true;
    }
  } catch (const Error& error) {
    failure_ = error;
  } catch (const std::exception& error) {
    failure_ = Error(fmt::format("the filter stopped: {}", error.what()), "try a smaller picture or a shorter chain");
  }
}

bool FiltersPage::update(double now) {
  now_ = now;
  const bool failed = failure_.has_value();
  take_results();
  const bool stale = runner_.busy() && now - asked_at_ < kReplaceAfter;
  if (wanted_ && !stale) request_run();
  if (std::optional<std::string> path = saver_.take(); path && !path->empty()) saved_ = *path;
  if (failure_ && !failed) throw *failure_;
  return runner_.busy() || walker_.busy() || saver_.busy();
}

bool FiltersPage::busy() const {
  if (saver_.busy() || walker_.busy()) return true;
  return context_.document.image && wanted_ && shown_.revision != revision_ && !failure_;
}

const FilteredPicture& FiltersPage::finished_result() const {
  need_image();
  wanted_ = true;
  while (shown_.revision != revision_) {
    if (failure_) throw *failure_;
    request_run();
    take_results();
    if (shown_.revision != revision_) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return *shown_.result;
}

uint64_t FiltersPage::walk_key() const {
  uint64_t key = revision_;
  for (uint64_t part : {static_cast<uint64_t>(stage_view_.x()), static_cast<uint64_t>(stage_view_.y()),
                        range() ? shown_.revision * (chain_.show == Show::minmax) + 1 : uint64_t{0}}) {
    key = (key ^ part) * 0x9E3779B97F4A7C15ull;
    key ^= key >> 29;
  }
  return key;
}

FiltersPage::WalkPtr FiltersPage::walk() const {
  const ImagePtr& image = context_.document.image;
  if (!image || failure_) return nullptr;
  const uint64_t key = walk_key();
  if (has_walk_ && walk_key_ == key) return walk_;
  const int x = stage_view_.x(), y = stage_view_.y();
  const Range* known = range();
  const FilterKernel& last = chain_.stages.back().kernel;
  if (cost_of(chain_, image->channels, {x, y, last.width, last.height}) < kCheapPixel) {
    try {
      walk_ =
          std::make_shared<FilterWalk>(walk_filter(context_.document.stream, chain_, known, picture_of(*image), x, y));
    } catch (const Error& error) {
      failure_ = error;
      return nullptr;
    }
    walk_key_ = key;
    has_walk_ = true;
    return walk_;
  }
  if (walk_asked_ != key || !walker_.busy()) {
    walk_asked_ = key;
    walker_.request([stream = walk_stream_, chain = chain_, image, x, y, has_range = known != nullptr,
                     value = known ? *known : Range{}](Progress&) -> WalkPtr {
      return std::make_shared<FilterWalk>(
          walk_filter(*stream, chain, has_range ? &value : nullptr, picture_of(*image), x, y));
    });
  }
  return nullptr;
}

FiltersPage::WalkPtr FiltersPage::finished_walk() const {
  need_image();
  if (chain_.show == Show::minmax) finished_result();
  while (true) {
    if (WalkPtr found = walk()) return found;
    if (failure_) throw *failure_;
    take_results();
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

std::unique_ptr<Page> make_filters_page(const PageContext& context) { return std::make_unique<FiltersPage>(context); }

}  // namespace striate
