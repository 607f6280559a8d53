// State, commands and readouts of the pooling page.
#include "app/pages/pooling.h"

#include <algorithm>
#include <cmath>

#include "app/pages/input_region.h"
#include "app/widgets/ui.h"
#include "app/words/words.h"
#include "engine/error.h"
#include "engine/filter.h"
#include "engine/number_rows.h"
#include "engine/walk/printed_sum.h"

namespace striate {
namespace {

constexpr int kMaxInput = 32;
constexpr const char* kDeck = "2 2 7 3; 9 4 6 1; 8 5 2 4; 3 1 2 6";  // the course's slide: 9 7; 8 6

}  // namespace

const char* pool_kind_name(PoolKind kind) {
  return kind == PoolKind::max ? "max" : kind == PoolKind::average ? "average" : "global";
}

PoolingPage::PoolingPage(const PageContext& context)
    : info_(pooling_page().info),
      context_(context),
      settings_("pooling", state_, [this](State next) { commit(std::move(next)); }),
      player_("pooling", 2) {
  reset();
  declare_settings();
}

void PoolingPage::reset() {
  State start;
  set_input(start, "deck");
  commit(std::move(start));
  player_.begin_again(0, 0);
}

void PoolingPage::commit(State state) {
  PoolingPicture picture = pool(context_.document.stream, state.pooling);
  const std::vector<double> ones(picture.value.size(), 1.0);
  gradient_ = pool_gradient(context_.document.stream, state.pooling, ones);
  state_ = std::move(state);
  picture_ = std::move(picture);
  shifted_ = pool(context_.document.stream, shifted_pooling());
  player_.set_size(picture_.width, picture_.height);
  std::erase_if(state_.pins, [this](const Pin& pin) {
    try {
      check_pin(pin);
      return false;
    } catch (const Error&) {
      return true;  // its cell is gone
    }
  });
  const auto [least, most] = std::minmax_element(state_.pooling.x.begin(), state_.pooling.x.end());
  const bool picture_range = *least >= 0 && *most <= 255 && *most > 16;
  low_ = picture_range ? 0 : std::min(0.0, *least);
  high_ = picture_range ? 255 : *most;
  active_ = shown_walk();
}

bool PoolingPage::update(double now) {
  const bool moves = player_.update(now);
  active_ = shown_walk();
  return moves;
}

PoolingWalk PoolingPage::shown_walk() const {
  const bool hovers = hover_.in("output");
  return walk_pooling(state_.pooling, 0, std::min(hovers ? hover_.row : player_.row(), picture_.height - 1),
                      std::min(hovers ? hover_.column : player_.column(), picture_.width - 1));
}

Pooling PoolingPage::shifted_pooling() const {
  Pooling moved = state_.pooling;
  const PoolGeometry& g = moved.geometry;
  moved.x = shifted(moved.x, g.channels, g.height, g.width, state_.shift_x, state_.shift_y);
  return moved;
}

int PoolingPage::kept_cells() const {
  int kept = 0;
  for (size_t i = 0; i < picture_.value.size(); ++i) kept += picture_.value[i] == shifted_.value[i];
  return kept;
}

void PoolingPage::resize_input(State& state, int columns, int rows) const {
  const PoolGeometry& g = geometry();
  if (state.input == "image") {
    // The region grows to the right and down; at the picture's edge it moves inwards.
    const ImagePtr& image = context_.document.image;
    const int x = image ? std::clamp(state.x, 0, std::max(0, image->width - columns)) : state.x;
    const int y = image ? std::clamp(state.y, 0, std::max(0, image->height - rows)) : state.y;
    set_input(state, fmt::format("image {} {} {} {}", x, y, columns, rows));
    return;
  }
  if (columns == g.width && rows == g.height) return;
  std::vector<double> cells;
  for (int row = 0; row < rows; ++row) {
    for (int column = 0; column < columns; ++column) {
      const bool inside = row < g.height && column < g.width;
      cells.push_back(inside ? state_.pooling.x[static_cast<size_t>(row) * g.width + column] : 0);
    }
  }
  state.input = "numbers";
  state.pooling.geometry.height = rows;
  state.pooling.geometry.width = columns;
  state.pooling.x = std::move(cells);
}

void PoolingPage::check_pin(const Pin& pin) const {
  const PoolGeometry& g = geometry();
  const bool output = pin.grid == "output";
  const int columns = output ? picture_.width : g.width, rows = output ? picture_.height : g.height;
  if (pin.column >= 0 && pin.row >= 0 && pin.column < columns && pin.row < rows) return;
  throw Error(fmt::format("the {} has no cell {} {}", pin.grid, pin.column, pin.row),
              fmt::format("it has columns 0 to {} and rows 0 to {}", columns - 1, rows - 1));
}

void PoolingPage::set_input(State& state, const std::string& text) const {
  const InputRegion region = read_input(text, {{"deck", kDeck}}, context_.document.image, kMaxInput, false);
  state.input = region.name;
  state.x = region.x;
  state.y = region.y;
  state.pooling.geometry.height = region.cells.rows;
  state.pooling.geometry.width = region.cells.columns;
  state.pooling.x = region.cells.values;
  if (region.cells.planes != 1) {
    throw Error(fmt::format("the input has {} channels", region.cells.planes),
                "pooling works on each channel alone: give one grid");
  }
}

std::vector<std::string> PoolingPage::state() const {
  const PoolGeometry& g = geometry();
  // In an order in which every line is legal whatever the page holds: a 1 x 1 window fits any input.
  std::vector<std::string> lines = {"pooling.padding 0", "pooling.size 1"};
  if (state_.input == "image") {
    lines.push_back(fmt::format("pooling.input image {} {} {} {}", state_.x, state_.y, g.width, g.height));
  } else if (state_.input == "numbers") {
    lines.push_back("pooling.input " +
                    number_planes_text({1, g.height, g.width, state_.pooling.x}, kernel_number_text));
  } else {
    lines.push_back("pooling.input " + state_.input);
  }
  // A window larger than the input is legal for the global mean alone, which does not use it.
  lines.push_back("pooling.kind global");
  lines.push_back(fmt::format("pooling.size {} {}", g.window_width, g.window_height));
  lines.push_back(fmt::format("pooling.shift {} {}", state_.shift_x, state_.shift_y));
  for (std::string& line : settings_.state()) lines.push_back(std::move(line));
  for (std::string& line : player_.state()) lines.push_back(std::move(line));
  lines.push_back("pooling.unpin");
  for (const Pin& pin : state_.pins) {
    lines.push_back(fmt::format("pooling.pin {} {} {}", pin.column, pin.row, pin.grid));
  }
  return lines;
}

void PoolingPage::image_changed() {
  if (state_.input != "image") return;
  // Another picture: the same place where it has one, else its middle.
  State next = state_;
  try {
    const ImagePtr& image = context_.document.image;
    const bool fits = image && next.x + geometry().width <= image->width && next.y + geometry().height <= image->height;
    set_input(next, fits ? fmt::format("image {} {} {} {}", next.x, next.y, geometry().width, geometry().height)
                         : std::string("image"));
    commit(std::move(next));
  } catch (const Error&) {
    state_.input = "numbers";  // without a picture the numbers stay as they are
  }
}

std::vector<Page::Key> PoolingPage::keys() const {
  std::vector<Key> keys = player_.keys();
  keys.push_back({"I", "pooling.focus input", N_("to the input's cells")});
  keys.push_back({"O", "pooling.focus output", N_("to the output's cells")});
  keys.push_back({"P", fmt::format("pooling.pin {} {}", player_.column(), player_.row()), N_("pin the cell's card")});
  keys.push_back({"U", "pooling.unpin", N_("take all cards away")});
  return keys;
}

PageKind pooling_page() {
  return {
      {"pooling", N_("Pooling"), N_("Convolution"),
       N_("A window steps over the input and keeps one number of what it sees: the largest, or the mean. Move the "
          "mouse over an output cell to see its window and which input won; a right-click keeps a cell's card. Under "
          "Gradient you see where learning flows back to, under Shift what stays when the input moves by a "
          "cell.\n\nWith the keyboard alone: I and O go to the input and the output. In a grid the arrows walk, "
          "digits or Enter begin to type, Enter ends and goes on. Tab reaches every other control: arrows change "
          "it, Enter or Space press it, Escape leaves it.")},
      [](const PageContext& context) -> std::unique_ptr<Page> { return std::make_unique<PoolingPage>(context); }};
}

}  // namespace striate
