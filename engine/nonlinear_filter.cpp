#include "engine/nonlinear_filter.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <sstream>

#include "engine/error.h"
#include "engine/marked.h"
#include "engine/number_rows.h"

namespace striate {
namespace {

constexpr const char* kElements[] = {"square", "cross", "disk"};

NonlinearSettings with(int size, double sigma = 2) {
  NonlinearSettings settings;
  settings.size = size;
  settings.sigma = sigma;
  return settings;
}

std::string list_of(const std::vector<std::string>& words) { return fmt::format("{}", fmt::join(words, ", ")); }

// Half the columns that the disk has in each row, as OpenCV has it: the circle's chord, rounded half to even.
int half_chord(int radius, int row) {
  return static_cast<int>(std::nearbyint(std::sqrt(static_cast<double>(radius * radius - row * row))));
}

}  // namespace

bool NonlinearFilter::has(const std::string& field) const {
  return std::find(fields.begin(), fields.end(), field) != fields.end();
}

const std::vector<NonlinearField>& nonlinear_fields() {
  static const std::vector<NonlinearField> list = {
      {"size", 1, kMaxFilterSize, nullptr},
      {"element", 0, 0, nullptr},
      {"sigma", 0.1, 50, &NonlinearSettings::sigma},
      {"range", 0.1, 1000, &NonlinearSettings::range},
      {"amount", -10, 10, &NonlinearSettings::amount},
      {"threshold", 0, 255, &NonlinearSettings::threshold},
      {"low", 0, 1500, &NonlinearSettings::low},
      {"high", 0, 1500, &NonlinearSettings::high},
  };
  return list;
}

const std::vector<NonlinearFilter>& nonlinear_filters() {
  static const std::vector<NonlinearFilter> list = {
      {FilterKind::median,
       N_("median"),
       N_("Median"),
       N_("The middle one of the values under the window, in order of size: single wrong pixels vanish, edges stay "
          "sharp."),
       {"size"},
       with(3)},
      {FilterKind::bilateral,
       N_("bilateral"),
       N_("Bilateral"),
       N_("A mean in which a pixel counts more the nearer it is, and the more alike: it smooths, but not across "
          "edges."),
       {"size", "sigma", "range"},
       with(9, 3)},
      {FilterKind::erosion,
       N_("erosion"),
       N_("Erosion"),
       N_("The smallest value under the structuring element: bright things shrink, dark ones grow."),
       {"size", "element"},
       with(3)},
      {FilterKind::dilation,
       N_("dilation"),
       N_("Dilation"),
       N_("The largest value under the structuring element: bright things grow, dark ones shrink."),
       {"size", "element"},
       with(3)},
      {FilterKind::opening,
       N_("opening"),
       N_("Opening"),
       N_("An erosion, then a dilation: bright things into which the element does not fit vanish, the others keep "
          "their "
          "size."),
       {"size", "element"},
       with(3)},
      {FilterKind::closing,
       N_("closing"),
       N_("Closing"),
       N_("A dilation, then an erosion: dark gaps into which the element does not fit are closed, the others keep "
          "their "
          "size."),
       {"size", "element"},
       with(3)},
      {FilterKind::canny,
       N_("canny"),
       N_("Canny's edges"),
       N_("Lines one pixel wide where the brightness changes most: gradient, thinning across the edge, two thresholds, "
          "and "
          "weak edges only where they hang together with a clear one."),
       {"low", "high"},
       with(5)},
      {FilterKind::unsharp,
       N_("unsharp"),
       N_("Unsharp mask"),
       N_("The picture plus a part of what a blur takes away from it: edges gain contrast."),
       {"size", "sigma", "amount", "threshold"},
       with(5, 1)},
  };
  return list;
}

const NonlinearFilter* find_nonlinear_filter(const std::string& name) {
  for (const NonlinearFilter& each : nonlinear_filters()) {
    if (each.name == name) return &each;
  }
  return nullptr;
}

const NonlinearFilter* find_nonlinear_filter(FilterKind kind) {
  for (const NonlinearFilter& each : nonlinear_filters()) {
    if (each.kind == kind) return &each;
  }
  return nullptr;
}

const std::vector<Element>& all_elements() {
  static const std::vector<Element> all = {Element::square, Element::cross, Element::disk};
  return all;
}

std::string element_name(Element element) { return kElements[static_cast<int>(element)]; }

void check_nonlinear(FilterKind kind, const NonlinearSettings& settings) {
  const NonlinearFilter* filter = find_nonlinear_filter(kind);
  check(filter != nullptr, "a filter that is no sum of products, not kind {}", static_cast<int>(kind));
  if (filter->has("size") && (settings.size < 1 || settings.size > kMaxFilterSize || settings.size % 2 == 0))
    throw Error(fmt::format("{}: a window of {} x {} is not possible", filter->name, settings.size, settings.size),
                fmt::format("use an odd size of 1 to {}, so that it has a middle", kMaxFilterSize));
  for (const NonlinearField& field : nonlinear_fields()) {
    if (field.number == nullptr || !filter->has(field.name)) continue;
    const double value = settings.*field.number;
    if (!(value >= field.minimum && value <= field.maximum))
      throw Error(fmt::format("{}: {} {} is out of range", filter->name, field.name, value),
                  fmt::format("use {} to {}", field.minimum, field.maximum));
  }
  if (kind == FilterKind::canny && settings.low > settings.high)
    throw Error(fmt::format("canny: the low threshold {} is above the high one, {}", settings.low, settings.high),
                "what is above the high one is an edge; the low one is for what hangs together with it");
}

FilterKernel window_of(FilterKind kind, const NonlinearSettings& settings) {
  FilterKernel window;
  window.width = window.height = kind == FilterKind::canny ? 5 : settings.size;
  window.taps.assign(static_cast<size_t>(window.width) * window.height, 1);
  const int radius = window.width / 2;
  const double bell = -0.5 / (settings.sigma * settings.sigma);
  double sum = 0;
  for (int y = -radius; y <= radius; ++y) {
    for (int x = -radius; x <= radius; ++x) {
      double& weight = window.taps[static_cast<size_t>(y + radius) * window.width + (x + radius)];
      const int square = x * x + y * y;
      if (kind == FilterKind::bilateral) weight = square <= radius * radius ? std::exp(square * bell) : 0;
      if (kind == FilterKind::unsharp) weight = std::exp(square * bell);
      const bool morphology = kind == FilterKind::erosion || kind == FilterKind::dilation ||
                              kind == FilterKind::opening || kind == FilterKind::closing;
      if (morphology && settings.element == Element::cross) weight = x == 0 || y == 0 ? 1 : 0;
      if (morphology && settings.element == Element::disk) weight = std::abs(x) <= half_chord(radius, y) ? 1 : 0;
      sum += weight;
    }
  }
  if (kind == FilterKind::unsharp) {
    for (double& weight : window.taps) weight /= sum;
  }
  return window;
}

WindowFilter window_filter_of(FilterKind kind, const NonlinearSettings& settings) {
  WindowFilter filter;
  filter.window = window_of(kind, settings);
  filter.range = settings.range;
  filter.amount = settings.amount;
  filter.threshold = settings.threshold;
  switch (kind) {
    case FilterKind::median:
      filter.rule = WindowRule::median;
      break;
    case FilterKind::erosion:
      filter.rule = WindowRule::minimum;
      break;
    case FilterKind::dilation:
      filter.rule = WindowRule::maximum;
      break;
    case FilterKind::bilateral:
      filter.rule = WindowRule::bilateral;
      break;
    case FilterKind::unsharp:
      filter.rule = WindowRule::unsharp;
      break;
    default:
      check(false, "a filter of one window, not kind {}", static_cast<int>(kind));
  }
  return filter;
}

std::string nonlinear_text(FilterKind kind, const NonlinearSettings& settings) {
  const NonlinearFilter* filter = find_nonlinear_filter(kind);
  check(filter != nullptr, "a filter that is no sum of products, not kind {}", static_cast<int>(kind));
  std::string text = filter->name;
  for (const NonlinearField& field : nonlinear_fields()) {
    if (!filter->has(field.name)) continue;
    if (field.name == "size")
      text += fmt::format(" size {}", settings.size);
    else if (field.name == "element")
      text += " element " + element_name(settings.element);
    else
      text += fmt::format(" {} {}", field.name, settings.*field.number);
  }
  return text;
}

NonlinearSettings parse_nonlinear(const NonlinearFilter& filter, const std::string& pairs) {
  NonlinearSettings settings = filter.settings;
  std::istringstream words(pairs);
  std::string name, value;
  while (words >> name) {
    const auto known = std::find_if(nonlinear_fields().begin(), nonlinear_fields().end(),
                                    [&](const NonlinearField& field) { return field.name == name; });
    if (known == nonlinear_fields().end() || !filter.has(name))
      throw Error(fmt::format("{} has no setting \"{}\"", filter.name, name), "it has: " + list_of(filter.fields));
    if (!(words >> value))
      throw Error(fmt::format("{}: {} has no value", filter.name, name),
                  fmt::format("as in: {}", nonlinear_text(filter.kind, filter.settings)));
    if (name == "element") {
      const auto found = std::find_if(all_elements().begin(), all_elements().end(),
                                      [&](Element element) { return element_name(element) == value; });
      if (found == all_elements().end())
        throw Error(fmt::format("{}: no structuring element is called \"{}\"", filter.name, value),
                    "use one of square, cross, disk");
      settings.element = *found;
      continue;
    }
    const NumberRows read = parse_number_rows(value, name.c_str(), 1);
    if (name == "size") {
      settings.size = read.values[0] == std::round(read.values[0]) && std::abs(read.values[0]) < 1000
                          ? static_cast<int>(read.values[0])
                          : 0;
    } else {
      settings.*known->number = read.values[0];
    }
  }
  check_nonlinear(filter.kind, settings);
  return settings;
}

}  // namespace striate
