// State and commands of the convolution page.
#include "app/pages/convolution.h"

#include <algorithm>
#include <cmath>

#include "app/pages/input_region.h"
#include "app/widgets/ui.h"
#include "app/words/words.h"
#include "engine/error.h"
#include "engine/filter.h"

namespace striate {
namespace {

constexpr int kMaxInput = 32;  // cells along an axis

// The worked sum of the course: kernel 1 2 1; 2 4 2; 1 2 1, centered on the 25, gives 198.
constexpr const char* kDeck =
    "1 0 4 2 125 67; 8 2 5 4 34 12; 20 13 25 15 240 2; 76 8 6 6 100 76; 34 66 134 223 201 3; 255 123 89 55 32 2";
// The slide's single step: the edge kernel gives 591.
constexpr const char* kSlide = "45 81 87; 194 203 215; 164 116 131";

}  // namespace

ConvolutionPage::ConvolutionPage(const PageContext& context)
    : info_(convolution_page().info),
      context_(context),
      settings_("convolution", state_, [this](State next) { commit(std::move(next)); }),
      player_("convolution", 4, [this] { state_.walked = -1; }) {
  reset();
  declare_settings();
}

void ConvolutionPage::reset() {
  State start;
  set_input(start, "deck");
  ConvolutionGeometry& g = start.convolution.geometry;
  g.kernel_height = g.kernel_width = 3;
  g.top = g.bottom = g.left = g.right = 1;
  start.convolution.w = {1, 2, 1, 2, 4, 2, 1, 2, 1};
  commit(std::move(start));
  player_.begin_again(2, 2);
}

void ConvolutionPage::commit(State state) {
  // The output is looked at before anything is replaced: an illegal setting leaves the page as it was.
  ConvolutionPicture picture = convolve(context_.document.stream, state.convolution);
  state_ = std::move(state);
  picture_ = std::move(picture);
  player_.set_size(picture_.width, picture_.height);
  state_.slice = std::min(state_.slice, geometry().channels - 1);
  state_.walked = std::min(state_.walked, geometry().group_channels() * taps());
  std::erase_if(state_.pins, [this](const Pin& pin) {
    try {
      check_pin(pin);
      return false;
    } catch (const Error&) {
      return true;  // its cell is gone
    }
  });
  const auto [least, most] = std::minmax_element(state_.convolution.x.begin(), state_.convolution.x.end());
  const bool picture_range = *least >= 0 && *most <= 255 && (*most > 1 || *most == *least);
  low_ = picture_range ? 0 : *least;
  high_ = picture_range ? 255 : *most;
  const auto [lowest, highest] = std::minmax_element(picture_.total.begin(), picture_.total.end());
  output_low_ = *lowest / geometry().divisor + geometry().offset;
  output_high_ = *highest / geometry().divisor + geometry().offset;
  if (output_low_ > output_high_) std::swap(output_low_, output_high_);
  look();
}

bool ConvolutionPage::update(double now) {
  const bool moves = player_.update(now);
  look();
  return moves;
}

void ConvolutionPage::set_planes(State& state, const NumberRows& planes) {
  ConvolutionGeometry& g = state.convolution.geometry;
  const int slices = g.channels;
  g.height = planes.rows;
  g.width = planes.columns;
  g.channels = planes.planes;
  state.convolution.x = planes.values;
  if (slices != g.channels) set_groups(state, g.groups == slices && slices > 1 ? g.channels : 1);
  if (!state.convolution.w.empty()) fit_slices(state, std::vector<double>(state.convolution.w), slices);
}

void ConvolutionPage::set_groups(State& state, int groups) {
  ConvolutionGeometry& g = state.convolution.geometry;
  const double bias = g.has_bias ? state.convolution.bias[0] : 0;
  g.groups = g.outputs = groups;
  state.convolution.bias.assign(g.has_bias ? static_cast<size_t>(groups) : 0, bias);
}

void ConvolutionPage::resize_input(State& state, int columns, int rows) const {
  const ConvolutionGeometry& g = geometry();
  if (state.input == "image") {
    // The region grows to the right and down; at the picture's edge it moves inwards.
    const ImagePtr& image = context_.document.image;
    const int x = image ? std::clamp(state.x, 0, std::max(0, image->width - columns)) : state.x;
    const int y = image ? std::clamp(state.y, 0, std::max(0, image->height - rows)) : state.y;
    set_input(state, fmt::format("image {} {} {} {}", x, y, columns, rows));
    return;
  }
  if (columns == g.width && rows == g.height) return;
  NumberRows planes{g.channels, rows, columns, {}};
  for (int c = 0; c < g.channels; ++c) {
    for (int row = 0; row < rows; ++row) {
      for (int column = 0; column < columns; ++column) {
        const bool inside = row < g.height && column < g.width;
        planes.values.push_back(
            inside ? state.convolution.x[(static_cast<size_t>(c) * g.height + row) * g.width + column] : 0);
      }
    }
  }
  state.input = "numbers";
  set_planes(state, planes);
}

void ConvolutionPage::fit_slices(State& state, const std::vector<double>& old, int slices) {
  const ConvolutionGeometry& g = state.convolution.geometry;
  const size_t size = static_cast<size_t>(g.kernel_height) * g.kernel_width;
  state.convolution.w.resize(size * g.channels);
  for (int c = 0; c < g.channels; ++c) {
    const size_t from = c < slices ? size * c : 0;
    std::copy_n(old.begin() + static_cast<std::ptrdiff_t>(from), size,
                state.convolution.w.begin() + static_cast<std::ptrdiff_t>(size * c));
  }
}

void ConvolutionPage::set_input(State& state, const std::string& text) const {
  const InputRegion region =
      read_input(text, {{"deck", kDeck}, {"slide", kSlide}}, context_.document.image, kMaxInput, state.color);
  if (region.cells.planes > 4) {
    throw Error(fmt::format("the input has {} channels", region.cells.planes), "use 1 to 4 grids between the | signs");
  }
  state.input = region.name;
  state.x = region.x;
  state.y = region.y;
  set_planes(state, region.cells);
}

void ConvolutionPage::pick_region(State& state, int x, int y) const {
  set_input(state, fmt::format("image {} {} {} {}", x, y, geometry().width, geometry().height));
}

NumberRows ConvolutionPage::kernel_rows() const {
  NumberRows rows;
  rows.planes = geometry().channels;
  rows.rows = geometry().kernel_height;
  rows.columns = geometry().kernel_width;
  rows.values = state_.convolution.w;
  // Slices that are all the same are written once.
  const size_t size = static_cast<size_t>(rows.rows) * rows.columns;
  bool same = true;
  for (size_t i = size; i < rows.values.size(); ++i) same &= rows.values[i] == rows.values[i % size];
  if (same) {
    rows.planes = 1;
    rows.values.resize(size);
  }
  return rows;
}

NumberRows ConvolutionPage::input_rows() const {
  return {geometry().channels, geometry().height, geometry().width, state_.convolution.x};
}

std::vector<std::string> ConvolutionPage::state() const {
  const ConvolutionGeometry& g = geometry();
  // In an order in which every line is legal whatever the page holds: a 1 x 1 kernel fits any input.
  std::vector<std::string> lines = {
      "convolution.mode zero", "convolution.kernel 1",
      "convolution.stride 1",  "convolution.dilation 1",
      "convolution.groups 1",  std::string("convolution.color ") + (state_.color ? "on" : "off")};
  if (state_.input == "image") {
    lines.push_back(fmt::format("convolution.input image {} {} {} {}", state_.x, state_.y, g.width, g.height));
  } else if (state_.input == "numbers") {
    lines.push_back("convolution.input " + number_planes_text(input_rows(), kernel_number_text));
  } else {
    lines.push_back("convolution.input " + state_.input);
  }
  // With the most padding every kernel fits that fits in the end.
  lines.push_back("convolution.padding 7");
  lines.push_back("convolution.kernel " +
                  (state_.kernel.empty() ? number_planes_text(kernel_rows(), kernel_number_text) : state_.kernel));
  for (std::string& line : settings_.state()) lines.push_back(std::move(line));
  for (std::string& line : player_.state()) lines.push_back(std::move(line));
  lines.push_back(fmt::format("convolution.walk {}", state_.walked));
  lines.push_back(fmt::format("convolution.slice {}", state_.slice));
  lines.push_back("convolution.unpin");
  for (const Pin& pin : state_.pins) {
    lines.push_back(fmt::format("convolution.pin {} {} {} {}", pin.column, pin.row, pin.grid, pin.channel));
  }
  return lines;
}

void ConvolutionPage::image_changed() {
  if (state_.input != "image") return;
  // Another picture: the same place where it has one, else its middle; without a picture the numbers stay as they are.
  State next = state_;
  try {
    if (!context_.document.image) throw Error("", "");
    const Image& image = *context_.document.image;
    const bool fits = next.x + geometry().width <= image.width && next.y + geometry().height <= image.height;
    if (fits) {
      pick_region(next, next.x, next.y);
    } else {
      set_input(next, "image");
    }
    commit(std::move(next));
  } catch (const Error&) {
    state_.input = "numbers";
  }
}

std::vector<Page::Key> ConvolutionPage::keys() const {
  std::vector<Key> keys = player_.keys();
  keys.push_back({"I", "convolution.focus input", N_("to the input's cells")});
  keys.push_back({"K", "convolution.focus kernel", N_("to the kernel's numbers")});
  keys.push_back({"O", "convolution.focus output", N_("to the output's cells")});
  keys.push_back({"S", "convolution.focus products", N_("to the products of the sum")});
  keys.push_back(
      {".", fmt::format("convolution.walk {}", std::max(0, state_.walked) + 1), N_("count the next product")});
  keys.push_back(
      {",", fmt::format("convolution.walk {}", std::max(0, state_.walked - 1)), N_("count one product less")});
  keys.push_back(
      {"P", fmt::format("convolution.pin {} {}", player_.column(), player_.row()), N_("pin the cell's card")});
  keys.push_back({"U", "convolution.unpin", N_("take all cards away")});
  keys.push_back({"V", std::string("convolution.flip ") + (geometry().flip ? "off" : "on"), N_("turn the kernel")});
  return keys;
}

PageKind convolution_page() {
  return {
      {"convolution", N_("Step a kernel"), N_("Convolution"),
       N_("A kernel lies over the padded input: each of its numbers is multiplied with the cell under it, everything "
          "is added up, and that sum is one cell of the output. Then it slides on. Move the mouse over any of the "
          "three grids and the other two show what belongs to it; a right-click keeps the cell's card. Click a cell "
          "and type, drag it up or down, or paint; play, step or drag the track to let the kernel slide.\n\nWith the "
          "keyboard alone: I, K, O and S go to the input, the kernel, the output and the sum. In a grid the arrows "
          "walk, digits or Enter begin to type, Enter ends and goes on; in the sum they count the products. Tab "
          "reaches every other control: arrows change it, Enter or Space press it, Escape leaves it.")},
      [](const PageContext& context) -> std::unique_ptr<Page> { return std::make_unique<ConvolutionPage>(context); }};
}

}  // namespace striate
