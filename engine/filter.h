// Filters by name and by text: what the filters page, the command line and the lessons say when they mean a filter.
// The one ordered list of named kernels is in filter.cpp; to add one, add a line there.
//
// The arithmetic is engine/filter_chain.h (a chain over regions) and kernels/image_filter.h (one filter).
#pragma once

#include <atomic>
#include <string>
#include <vector>

#include "engine/filter_chain.h"
#include "engine/image.h"

namespace striate {

struct NamedKernel {
  std::string name;   // as commands spell it: "sobel-x"
  std::string title;  // as people read it: "Sobel, left to right"
  std::string about;  // one or two sentences for a student
  FilterKernel kernel;
  Show show;  // how its result is best looked at
};

// edge blur sharpen gaussian sobel-x sobel-y emboss laplacian identity, in the order in which they are offered.
const std::vector<NamedKernel>& named_kernels();
// Null where no kernel has that name.
const NamedKernel* find_named_kernel(const std::string& name);
// The name of a kernel with the same numbers, or an empty string.
std::string name_of_kernel(const FilterKernel& kernel);

// A name of the list, or rows of numbers: "0 -1 0; -1 5 -1; 0 -1 0". Rows end with ; or a line break, numbers are
// separated by blanks or commas, and may be fractions (1/9). The decimal point is a point in every locale.
// Throws Error that says where: an unknown name (with the nearest right one), a row without numbers, rows of different
// lengths, more than 15 columns or rows, something that is no number, a division by 0, NaN and infinity.
FilterKernel parse_kernel(const std::string& text);

// One stage of a chain: a kernel as parse_kernel() reads it, or the name of a filter that is no sum with its settings,
// "median size 5" (engine/nonlinear_filter.h). Throws the Errors of both.
FilterStage parse_filter(const std::string& text);
// As parse_filter() reads it, but for divisor, offset and strength.
std::string filter_text(const FilterStage& stage);

// Rows as parse_kernel() reads them: the very same numbers come back. 1/9 and other unit fractions are written so.
std::string kernel_text(const FilterKernel& kernel);
// One number as kernel_text() writes it.
std::string kernel_number_text(double value);

// zero replicate reflect wrap, and clip abs offset minmax. Parsing throws Error that lists the words.
Border parse_border(const std::string& word);
std::string border_name(Border border);
const std::vector<Border>& all_borders();
Show parse_show(const std::string& word);
std::string show_name(Show show);
const std::vector<Show>& all_shows();
const std::vector<std::string>& show_labels();  // as buttons have them, in the order of all_shows()

// One filter with everything that can be set about it; a chain of one stage.
struct FilterSettings {
  FilterKernel kernel;
  FilterKind kind = FilterKind::linear;  // otherwise `own` counts instead of kernel, divisor, offset and strength
  NonlinearSettings own;
  double divisor = 1;
  double offset = 0;
  Border border = Border::replicate;
  Show show = Show::clip;
  double strength = 1;  // 0: the picture as it is, 1: the filter, above 1: exaggerated
  int repeat = 1;       // 1 or more
};

// Throws Error where a setting is out of range: divisor 0, no or too many repeats, a number that is not finite.
FilterChain chain_of(const FilterSettings& settings);
constexpr int kMaxRepeat = 100;

// A new picture. Alpha is carried through; a 16-bit picture is filtered as its 8-bit values. `canceled`, when given,
// is polled between bands of rows, and a null picture is returned once it is set.
ImagePtr apply_filter(Stream& stream, const FilterSettings& settings, const Image& image,
                      const std::atomic<bool>* canceled = nullptr);

}  // namespace striate
