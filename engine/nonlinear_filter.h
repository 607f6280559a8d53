// Filters that are no sum of products, by name and by their settings: median, erosion, dilation, opening, closing,
// bilateral, unsharp, canny. What they compute stands in kernels/window_filter.h and kernels/canny.h; a stage of a
// chain is one of them, or a kernel (engine/filter_chain.h). The one ordered list is in nonlinear_filter.cpp.
#pragma once

#include <string>
#include <vector>

#include "kernels/canny.h"
#include "kernels/image_filter.h"
#include "kernels/window_filter.h"

namespace striate {

enum class FilterKind { linear, median, erosion, dilation, opening, closing, bilateral, unsharp, canny };

// The structuring element of erosion, dilation, opening and closing, by OpenCV's names rect, cross and ellipse.
enum class Element { square, cross, disk };

struct NonlinearSettings {
  int size = 3;                       // columns and rows of the window: odd, 1 .. 15
  Element element = Element::square;  // of the four of morphology
  double sigma = 2;      // standard deviation in pixels: of bilateral's weights by place, of unsharp's blur; above 0
  double range = 30;     // bilateral: standard deviation in gray values; above 0
  double amount = 1;     // unsharp: how much of the difference is added
  double threshold = 0;  // unsharp: smaller differences are left alone; 0 or more gray values
  double low = 100;      // canny: an edge's magnitude, where it hangs together with a clear one; 0 or more
  double high = 200;     // canny: a clear edge's magnitude; not below `low`
  bool operator==(const NonlinearSettings&) const = default;
};

// A setting by its name in texts and commands: size element sigma range amount threshold low high.
struct NonlinearField {
  std::string name;
  double minimum, maximum;
  double NonlinearSettings::*number;  // null for size and element
};
const std::vector<NonlinearField>& nonlinear_fields();

struct NonlinearFilter {
  FilterKind kind;
  std::string name;                 // as commands spell it: "median"
  std::string title;                // as people read it
  std::string about;                // one or two sentences for a student
  std::vector<std::string> fields;  // the settings that it has, in the order of its text
  NonlinearSettings settings;       // that it begins with
  bool has(const std::string& field) const;
};

// median bilateral erosion dilation opening closing canny unsharp, in the order in which they are offered.
const std::vector<NonlinearFilter>& nonlinear_filters();
// Null where none has that name, and for FilterKind::linear.
const NonlinearFilter* find_nonlinear_filter(const std::string& name);
const NonlinearFilter* find_nonlinear_filter(FilterKind kind);

const std::vector<Element>& all_elements();
std::string element_name(Element element);  // square cross disk

// Throws Error that names the setting that is out of range for this kind.
void check_nonlinear(FilterKind kind, const NonlinearSettings& settings);

// The window of one application: 1 where a value counts, of bilateral and unsharp the weights by place. Of canny the
// 5 x 5 pixels on which thinning depends.
FilterKernel window_of(FilterKind kind, const NonlinearSettings& settings);
// What the kernel is told. `kind` is one that runs at once: no opening, closing, canny, linear.
WindowFilter window_filter_of(FilterKind kind, const NonlinearSettings& settings);

// "erosion size 5 element cross": its name, then pairs of a setting and its value; a setting that is left out is that
// of nonlinear_filters(). parse throws Error for an unknown setting, one that the filter lacks, and a value out of
// range.
std::string nonlinear_text(FilterKind kind, const NonlinearSettings& settings);
NonlinearSettings parse_nonlinear(const NonlinearFilter& filter, const std::string& pairs);

}  // namespace striate
