// striate filter: one filter over one picture.
#include "engine/filter.h"

#include <memory>

#include "app/cli/cli.h"
#include "engine/export/overwrite.h"
#include "engine/files/image_file.h"

namespace striate {
namespace {

struct FilterOptionsOfLine {
  std::string kernel;
  std::string in, out;
  std::string padding = "replicate";
  std::string show = "clip";
  double divisor = 1;
  double offset = 0;
  bool force = false;
};

void filter_picture(const FilterOptionsOfLine& options, const CommandLine& line) {
  FilterSettings settings;
  try {
    const FilterStage stage = parse_filter(options.kernel);
    settings.kernel = stage.kernel;
    settings.kind = stage.kind;
    settings.own = stage.own;
  } catch (const Error& error) {
    throw UsageError(error.what(), error.hint());
  }
  if (options.divisor == 0)
    throw UsageError("--divisor: 0 is not possible", "a number other than 0; 1 changes nothing");
  if (settings.kind != FilterKind::linear && (options.divisor != 1 || options.offset != 0))
    throw UsageError(fmt::format("{} is no sum of products: there is nothing to divide or to add to",
                                 find_nonlinear_filter(settings.kind)->name),
                     "leave out --divisor and --offset");
  settings.divisor = options.divisor;
  settings.offset = options.offset;
  settings.border = parse_border(options.padding);
  settings.show = parse_show(options.show);
  check_overwrite({options.out, FileKind::picture, {options.in}, options.force, true});
  Stream stream(line.device());
  const ImagePtr image = read_image(options.in);
  print_notes(*image);
  if (image->bits == 16) print_note(fmt::format("{}: 16 bits a channel are filtered as their upper 8", image->name));
  write_image(options.out, *apply_filter(stream, settings, *image));
}

std::vector<std::string> names_of(const std::vector<NamedKernel>& kernels) {
  std::vector<std::string> names;
  for (const NamedKernel& kernel : kernels) names.push_back(kernel.name);
  return names;
}

// Each filter that is no sum with its settings as they are where nothing is said.
std::string nonlinear_lines() {
  std::string lines;
  for (const NonlinearFilter& filter : nonlinear_filters())
    lines += fmt::format("  {}\n", nonlinear_text(filter.kind, filter.settings));
  return lines;
}

template <typename T>
std::vector<std::string> words_of(const std::vector<T>& values, std::string (*word)(T)) {
  std::vector<std::string> words;
  for (T value : values) words.push_back(word(value));
  return words;
}

}  // namespace

void add_filter(CLI::App& parent, CommandLine& line) {
  auto options = std::make_shared<FilterOptionsOfLine>();
  CLI::App* command = add_command(
      parent, line, "filter", "Run a filter over a picture",
      fmt::format(
          "KERNEL is a name ({})\nor rows of numbers, 15 x 15 at most: \"0 -1 0; -1 5 -1; 0 -1 0\". "
          "Fractions may be written: 1/9.\n"
          "Or it is a filter that is no sum of products, with settings where they are to differ:\n{}"
          "Elements are square, cross and disk. OpenCV's medianBlur, erode, dilate and Canny have --padding "
          "replicate,\n"
          "its bilateralFilter has --padding reflect.\n"
          "Each channel is filtered on its own, alpha is carried through. The sum of products is divided,\n"
          "the offset added, the result shown, rounded (half to even) and clamped to 0..255. --show clip leaves\n"
          "it as it is, abs takes its size without the sign, offset adds 128, minmax stretches the smallest to 0\n"
          "and the largest to 255.\n\n"
          "Examples:\n"
          "  striate filter edge photo.jpg edges.png\n"
          "  striate filter \"median size 5\" photo.jpg clean.png\n"
          "  striate filter \"canny low 50 high 150\" photo.jpg lines.png\n"
          "  striate filter sobel-x photo.jpg upright.png --show offset\n"
          "  striate filter \"-1 -1 -1; -1 8 -1; -1 -1 -1\" photo.jpg edges.png --padding zero\n"
          "  striate filter \"1 2 1; 2 4 2; 1 2 1\" photo.jpg soft.jpg --divisor 16",
          fmt::join(names_of(named_kernels()), " "), nonlinear_lines()));
  add_text(*command, "KERNEL", options->kernel, "The filter: a name or rows of numbers")->required()->type_name("");
  add_text(*command, "IN", options->in, "The picture")->required()->type_name("");
  add_text(*command, "OUT", options->out, "What to write: .png or .jpg")->required()->type_name("");
  add_choice(*command, "--padding", options->padding, "What stands outside the picture (replicate)",
             words_of(all_borders(), border_name));
  add_number(*command, "--divisor", options->divisor, "The sum is divided by it (1)", -1e9, 1e9);
  add_number(*command, "--offset", options->offset, "Added after the division (0)", -1e9, 1e9);
  add_choice(*command, "--show", options->show, "Results outside 0..255 (clip); see below",
             words_of(all_shows(), show_name));
  add_force(*command, options->force);
  command->callback([options, &line] { line.run = [options, &line] { filter_picture(*options, line); }; });
}

}  // namespace striate
