#include "engine/filter.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>

#include "engine/error.h"
#include "engine/filter_run.h"
#include "engine/marked.h"
#include "engine/number_rows.h"
#include "engine/trimmed.h"

namespace striate {
namespace {

FilterKernel three_by_three(std::vector<double> taps) {
  FilterKernel kernel;
  kernel.width = kernel.height = 3;
  kernel.taps = std::move(taps);
  return kernel;
}

// Letters that must change to get from one word to another (Levenshtein 1966).
size_t distance(const std::string& a, const std::string& b) {
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t change = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({change, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row[b.size()];
}

bool is_blank(char c) { return c == ' ' || c == '\t' || c == ',' || c == '\r'; }

bool looks_like_a_name(const std::string& text) {
  if (text.empty() || !((text[0] >= 'a' && text[0] <= 'z') || (text[0] >= 'A' && text[0] <= 'Z'))) return false;
  if (text == "nan" || text == "NaN" || text == "inf" || text == "infinity") return false;
  return text.find_first_of(" ,;\n\t") == std::string::npos;
}

[[noreturn]] void throw_unknown(const char* what, const std::string& name, const std::vector<std::string>& names) {
  const std::string* nearest = &names[0];
  for (const std::string& each : names) {
    if (distance(name, each) < distance(name, *nearest)) nearest = &each;
  }
  const bool near = distance(name, *nearest) <= 1 + name.size() / 3;
  const std::string list = fmt::format("{}", fmt::join(names, " "));
  throw Error(fmt::format("no {} is called \"{}\"", what, name),
              near ? fmt::format("did you mean {}? There are: {}", *nearest, list)
                   : fmt::format("use rows of numbers, or one of: {}", list));
}

template <typename T>
struct Word {
  const char* word;
  T value;
};
constexpr Word<Border> kBorders[] = {
    {"zero", Border::zero}, {"replicate", Border::replicate}, {"reflect", Border::reflect}, {"wrap", Border::wrap}};
constexpr Word<Show> kShows[] = {
    {"clip", Show::clip}, {"abs", Show::absolute}, {"offset", Show::offset128}, {"minmax", Show::minmax}};

template <typename T, size_t n>
T parse_word(const Word<T> (&words)[n], const std::string& word, const char* what) {
  std::string list;
  for (const Word<T>& each : words) {
    if (word == each.word) return each.value;
    list += (list.empty() ? "" : ", ") + std::string(each.word);
  }
  throw Error(fmt::format("invalid {1} \"{0}\"", word, what), "use one of " + list);
}
template <typename T, size_t n>
std::string word_of(const Word<T> (&words)[n], T value) {
  for (const Word<T>& each : words) {
    if (value == each.value) return each.word;
  }
  return "";
}

}  // namespace

const std::vector<NamedKernel>& named_kernels() {
  constexpr double kNinth = 1.0 / 9;
  static const std::vector<NamedKernel> list = {
      {N_("edge"), N_("Edges"),
       N_("Eight times the pixel minus its eight neighbors: 0 where the picture is even, bright where it changes."),
       three_by_three({-1, -1, -1, -1, 8, -1, -1, -1, -1}), Show::clip},
      {N_("blur"), N_("Box blur"), N_("The mean of nine pixels. The numbers add up to 1, so the brightness stays."),
       three_by_three(std::vector<double>(9, kNinth)), Show::clip},
      {N_("sharpen"), N_("Sharpen"), N_("The pixel plus its difference from its four neighbors: edges gain contrast."),
       three_by_three({0, -1, 0, -1, 5, -1, 0, -1, 0}), Show::clip},
      {N_("gaussian"), N_("Gaussian blur"),
       N_("A mean in which near pixels count more: softer than the box, without its corners."),
       three_by_three({1. / 16, 2. / 16, 1. / 16, 2. / 16, 4. / 16, 2. / 16, 1. / 16, 2. / 16, 1. / 16}), Show::clip},
      {N_("sobel-x"), N_("Sobel, left to right"),
       N_("Right side minus left side: the steepness of the brightness from left to right. Negative where it falls."),
       three_by_three({-1, 0, 1, -2, 0, 2, -1, 0, 1}), Show::absolute},
      {N_("sobel-y"), N_("Sobel, top to bottom"),
       N_("Lower side minus upper side: the steepness of the brightness from top to bottom. Negative where it falls."),
       three_by_three({-1, -2, -1, 0, 0, 0, 1, 2, 1}), Show::absolute},
      {N_("emboss"), N_("Emboss"),
       N_("Lower right minus upper left, plus the pixel itself: the picture as if lit from a corner."),
       three_by_three({-2, -1, 0, -1, 1, 1, 0, 1, 2}), Show::clip},
      {N_("laplacian"), N_("Laplacian"),
       N_("Four neighbors minus four times the pixel: how much the slope changes. Positive on the dark side of an "
          "edge."),
       three_by_three({0, 1, 0, 1, -4, 1, 0, 1, 0}), Show::offset128},
      {N_("identity"), N_("Identity"), N_("Nothing but the pixel itself: the picture comes out as it went in."),
       three_by_three({0, 0, 0, 0, 1, 0, 0, 0, 0}), Show::clip},
  };
  return list;
}

const NamedKernel* find_named_kernel(const std::string& name) {
  for (const NamedKernel& each : named_kernels()) {
    if (each.name == name) return &each;
  }
  return nullptr;
}

std::string name_of_kernel(const FilterKernel& kernel) {
  for (const NamedKernel& each : named_kernels()) {
    const FilterKernel& known = each.kernel;
    if (kernel.width == known.width && kernel.height == known.height && kernel.taps == known.taps &&
        kernel.anchor_column() == known.anchor_column() && kernel.anchor_row() == known.anchor_row()) {
      return each.name;
    }
  }
  return "";
}

FilterKernel parse_kernel(const std::string& text) {
  size_t begin = 0, end = text.size();
  while (begin < end && (is_blank(text[begin]) || text[begin] == '\n')) ++begin;
  while (end > begin && (is_blank(text[end - 1]) || text[end - 1] == '\n')) --end;
  const std::string trimmed = text.substr(begin, end - begin);
  if (trimmed.empty()) {
    throw Error("the kernel is empty", "give a name like edge, or rows of numbers: \"0 -1 0; -1 5 -1; 0 -1 0\"");
  }
  if (looks_like_a_name(trimmed)) {
    if (const NamedKernel* known = find_named_kernel(trimmed)) return known->kernel;
    std::vector<std::string> names;
    for (const NamedKernel& each : named_kernels()) names.push_back(each.name);
    throw_unknown("kernel", trimmed, names);
  }
  const NumberRows read = parse_number_rows(trimmed, "kernel", kMaxFilterSize);
  FilterKernel kernel;
  kernel.width = read.columns;
  kernel.height = read.rows;
  kernel.taps = read.values;
  return kernel;
}

FilterStage parse_filter(const std::string& text) {
  const std::string whole(trimmed(text));
  const std::string name = whole.substr(0, whole.find_first_of(" \t\n"));
  if (const NonlinearFilter* filter = find_nonlinear_filter(name))
    return nonlinear_stage(filter->kind, parse_nonlinear(*filter, whole.substr(name.size())));
  if (looks_like_a_name(whole) && find_named_kernel(whole) == nullptr) {
    std::vector<std::string> names;
    for (const NamedKernel& each : named_kernels()) names.push_back(each.name);
    for (const NonlinearFilter& each : nonlinear_filters()) names.push_back(each.name);
    throw_unknown("filter", whole, names);
  }
  FilterStage stage;
  stage.kernel = parse_kernel(text);
  return stage;
}

std::string filter_text(const FilterStage& stage) {
  return stage.is_linear() ? kernel_text(stage.kernel) : nonlinear_text(stage.kind, stage.own);
}

std::string kernel_number_text(double value) {
  if (value == 0) return "0";  // never -0
  std::string plain = fmt::format("{}", value);
  if (plain.size() <= 8) return plain;
  for (int bottom = 2; bottom <= 1024; ++bottom) {
    const double top = std::rint(value * bottom);
    if (top != 0 && std::fabs(top) < 1024 && top / bottom == value) return fmt::format("{}/{}", top, bottom);
  }
  return plain;  // the shortest digits that read back as the same number
}

std::string kernel_text(const FilterKernel& kernel) {
  std::string text;
  for (int r = 0; r < kernel.height; ++r) {
    if (r > 0) text += "; ";
    for (int s = 0; s < kernel.width; ++s) {
      if (s > 0) text += ' ';
      text += kernel_number_text(kernel.taps[static_cast<size_t>(r) * kernel.width + s]);
    }
  }
  return text;
}

Border parse_border(const std::string& word) { return parse_word(kBorders, word, "padding"); }
std::string border_name(Border border) { return word_of(kBorders, border); }
const std::vector<Border>& all_borders() {
  static const std::vector<Border> all = {Border::zero, Border::replicate, Border::reflect, Border::wrap};
  return all;
}
Show parse_show(const std::string& word) { return parse_word(kShows, word, "way to show a result"); }
std::string show_name(Show show) { return word_of(kShows, show); }
const std::vector<Show>& all_shows() {
  static const std::vector<Show> all = {Show::clip, Show::absolute, Show::offset128, Show::minmax};
  return all;
}

const std::vector<std::string>& show_labels() {
  static const std::vector<std::string> all = {N_("clip"), N_("abs"), "+128", N_("min-max")};
  return all;
}

FilterChain chain_of(const FilterSettings& settings) {
  if (settings.divisor == 0) throw Error("the divisor is 0", "use 1 to leave the sum as it is");
  for (const double number : {settings.divisor, settings.offset, settings.strength}) {
    if (!std::isfinite(number)) throw Error("divisor, offset or strength is not finite", "use ordinary numbers");
  }
  if (settings.repeat < 1 || settings.repeat > kMaxRepeat) {
    throw Error(fmt::format("a filter cannot be repeated {} times", settings.repeat),
                fmt::format("use 1 to {}", kMaxRepeat));
  }
  FilterChain chain;
  FilterStage stage;
  if (settings.kind == FilterKind::linear) {
    stage.kernel = settings.kernel;
    stage.divisor = settings.divisor;
    stage.offset = settings.offset;
    stage.strength = settings.strength;
  } else {
    stage = nonlinear_stage(settings.kind, settings.own);
  }
  chain.stages = {stage};
  chain.repeat = settings.repeat;
  chain.border = settings.border;
  chain.show = settings.show;
  return chain;
}

ImagePtr apply_filter(Stream& stream, const FilterSettings& settings, const Image& image,
                      const std::atomic<bool>* canceled) {
  const std::atomic<bool> never{false};
  std::atomic<float> share{0};
  return filtered_image(stream, chain_of(settings), image, canceled ? *canceled : never, share);
}

}  // namespace striate
