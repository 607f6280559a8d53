#include "app/shell/home_cards.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "app/widgets/mini_grid.h"
#include "app/widgets/ui.h"
#include "app/words/words.h"
#include "engine/hardware/observation.h"
#include "engine/training/data/digits.h"
#include "engine/training/trainer.h"
#include "kernels/softmax.h"

namespace striate {
namespace {

constexpr int kWindow = 5;  // pixels of a side of the magnified part

Convolution edge_of_portrait() {
  const ImagePtr image = portrait();
  Convolution convolution;
  ConvolutionGeometry& g = convolution.geometry;
  g.height = image->height, g.width = image->width;
  g.kernel_height = g.kernel_width = 3;
  g.top = g.bottom = g.left = g.right = 1;
  g.border = Border::replicate;
  for (size_t i = 0; i < image->value_count(); ++i) convolution.x.push_back(image->bytes.data()[i]);
  convolution.w = {-1, -1, -1, -1, 8, -1, -1, -1, -1};
  return convolution;
}

}  // namespace

LearnedDigits learn_digits(Progress& progress) {
  constexpr int kSteps = 150, kTraining = 512;
  LearnedDigits out;
  Stream stream(Device::cpu());
  const Digits data(kTraining);
  std::vector<int64_t> all(kTraining);
  std::iota(all.begin(), all.end(), 0);
  Network network(stream, Architecture::parse(fmt::format("input 1x28x28 | conv {} 5x5 | relu | maxpool 4 | flatten | "
                                                          "dense 10",
                                                          LearnedDigits::kFilters)));
  TrainerSettings settings;
  settings.batch = 16;
  settings.rate = 5e-3;
  settings.keyframes = false;
  {
    Trainer trainer(stream, network, data, all, {}, settings);
    for (int step = 0; step < kSteps && !progress.canceled; ++step) trainer.step();
    out.steps = static_cast<int>(trainer.steps());
  }
  out.training = kTraining;
  network.replan(stream, {.batch = LearnedDigits::kDigits});
  constexpr size_t kPixels = static_cast<size_t>(LearnedDigits::kSide) * LearnedDigits::kSide;
  out.pixels.resize(LearnedDigits::kDigits * kPixels);
  for (int digit = 0; digit < LearnedDigits::kDigits; ++digit) {  // of another seed: none of those it learned from
    draw_digit(digit, 7, static_cast<uint64_t>(digit), {}, out.pixels.data() + static_cast<size_t>(digit) * kPixels);
  }
  network.write_tensor(stream, network.activation(0), out.pixels);
  network.forward(stream, Mode::evaluation);
  out.maps = network.read_tensor(stream, network.activation(2));
  const std::vector<float> logits = network.read_tensor(stream, network.output());
  out.probabilities.resize(logits.size());
  softmax_forward(stream, LearnedDigits::kDigits, 10, 1, logits.data(), out.probabilities.data());
  stream.synchronize();
  return out;
}

HomeCards::HomeCards(const PageContext& context) : context_(context), learner_(context.wake, JobPriority::behind) {}

bool HomeCards::update() {
  bool news = false;
  if (!asked_) {
    asked_ = news = true;
    convolution_ = edge_of_portrait();
    edges_ = convolve(context_.document.stream, convolution_);
    learner_.request(learn_digits);
  }
  if (std::optional<LearnedDigits> learned = learner_.take()) {
    learned_ = std::move(*learned);
    news = true;
  }
  return news;
}

void HomeCards::draw(Ui& ui, const Rect& area, const std::string& chapter, bool over) const {
  ui.push_clip(intersection(area, ui.clip()));
  if (chapter == "Convolution") {
    draw_kernel(ui, area, over);
  } else if (chapter == "Networks") {
    draw_network(ui, area, over);
  } else if (chapter == "The machine") {
    draw_warp(ui, area, over);
  } else {
    draw_pixels(ui, area, over);
  }
  ui.pop_clip();
}

// The open picture, and as cells with their numbers what lies under the mouse.
void HomeCards::draw_pixels(Ui& ui, const Rect& area, bool over) const {
  const ImagePtr& image = context_.document.image;
  if (!image || !context_.document.pyramid) return;
  Rect right = area;
  Rect left = right.cut_left(area.w * 0.5f).inset(8, 0);
  const float scale = std::min(left.w / static_cast<float>(image->width), left.h / static_cast<float>(image->height));
  const Rect picture = left.centered(std::max(1.0f, scale * static_cast<float>(image->width)),
                                     std::max(1.0f, scale * static_cast<float>(image->height)));
  ui.thumbnail(picture, pyramid_source("home.picture", context_.document.pyramid, context_.document.image_version),
               image->width > 64 || image->height > 64);
  const int columns = std::min(kWindow, image->width), rows = std::min(kWindow, image->height);
  // An eye of the portrait unless the mouse is over the picture.
  Vec at{0.33f, 0.46f};
  const Vec mouse = ui.input().mouse;
  if (over && picture.contains(mouse)) at = {(mouse.x - picture.x) / picture.w, (mouse.y - picture.y) / picture.h};
  const int x =
      std::clamp(static_cast<int>(at.x * static_cast<float>(image->width)) - columns / 2, 0, image->width - columns);
  const int y =
      std::clamp(static_cast<int>(at.y * static_cast<float>(image->height)) - rows / 2, 0, image->height - rows);
  MiniGrid grid;
  grid.rows = rows, grid.columns = columns;
  grid.row_index = {y}, grid.column_index = {x};
  grid.fill = [&](int row, int column) {
    const uint8_t* pixel = image->at(x + column, y + row);
    const bool gray = image->color_channels() == 1;
    return rgb(static_cast<uint32_t>(pixel[0]) << 16 | static_cast<uint32_t>(pixel[gray ? 0 : 1]) << 8 |
               pixel[gray ? 0 : 2]);
  };
  grid.text = [&](int row, int column) {  // of a color pixel, the green: it counts most
    return fmt::format("{}", image->at(x + column, y + row)[image->color_channels() == 1 ? 0 : 1]);
  };
  const Rect cells = mini_grid(ui, right.inset(8, 0), grid);
  const float side = picture.w / static_cast<float>(image->width);
  const Rect frame{picture.x + side * static_cast<float>(x), picture.y + side * static_cast<float>(y),
                   side * static_cast<float>(columns), side * static_cast<float>(rows)};
  const Color tone = ui.theme().input;
  ui.stroke(frame, tone, 1, 2);
  ui.line({frame.right(), frame.y}, {cells.x - 1, cells.y}, faded(tone, 0.6f));
  ui.line({frame.right(), frame.bottom()}, {cells.x - 1, cells.bottom()}, faded(tone, 0.6f));
  ui.stroke(cells.inset(-2), tone, 2, 1);
}

// The portrait, the edge kernel over a window of it, and what that gives.
void HomeCards::draw_kernel(Ui& ui, const Rect& area, bool over) const {
  if (edges_.value.empty()) return;
  const ConvolutionGeometry& g = convolution_.geometry;
  const float third = area.w * 0.36f;
  Rect rest = area;
  const Rect left = rest.cut_left(third), right = rest.cut_right(third);
  const Rect input = mini_grid_place(left, g.height, g.width), output = mini_grid_place(right, g.height, g.width);
  int row = 7, column = 4;
  if (over) {
    for (const Rect& place : {input, output}) {
      if (const auto cell = mini_cell_at(place, g.height, g.width, ui.input().mouse)) {
        row = cell->first, column = cell->second;
      }
    }
  }
  MiniGrid grid;
  grid.rows = g.height, grid.columns = g.width;
  grid.fill = [&](int r, int c) { return byte_gray(convolution_.x[static_cast<size_t>(r * g.width + c)]); };
  mini_grid(ui, left, grid);
  grid.fill = [&](int r, int c) { return signed_color(ui.theme(), edges_.value_at(0, r, c), 800); };
  mini_grid(ui, right, grid);
  ui.push_clip(intersection(input.inset(-3), ui.clip()));
  const Rect center = mini_cell(input, g.height, g.width, row, column);
  ui.stroke(center.inset(-center.w), ui.theme().kernel, 2, 2);
  ui.pop_clip();
  ui.stroke(mini_cell(output, g.height, g.width, row, column).inset(-1), ui.theme().activation, 1, 2);
  // The kernel, and below it the sum at that place.
  Rect middle = rest.inset(6, 0);
  MiniGrid kernel;
  kernel.rows = kernel.columns = 3;
  kernel.fill = [&](int, int) { return mixed(ui.theme().surface, ui.theme().kernel, 0.3f); };
  kernel.text = [&](int r, int c) { return fmt::format("{:g}", convolution_.w[static_cast<size_t>(r * 3 + c)]); };
  const Rect cells = mini_grid(ui, middle.inset(0, 26), kernel);
  ui.stroke(cells.inset(-2), ui.theme().kernel, 2, 1);
  const Rect words{middle.x - 6, cells.bottom() + 6, middle.w + 12, 22.0f};
  ui.label(words, fmt::format("= {:g}", edges_.value_at(0, row, column)), Font::number, ui.theme().activation,
           Align::center);
}

// A digit, what the filters make of it, and the ten probabilities.
void HomeCards::draw_network(Ui& ui, const Rect& area, bool over) const {
  const Theme& t = ui.theme();
  if (learned_.pixels.empty()) {
    ui.label(area, tr("learning digits\u2026"), Font::caption, t.secondary, Align::center);
    return;
  }
  int digit = 3;
  if (over && area.contains(ui.input().mouse)) {
    digit = std::clamp(static_cast<int>((ui.input().mouse.x - area.x) / area.w * 10), 0, 9);
  }
  Rect rest = area;
  const Rect left = rest.cut_left(area.w * 0.34f).inset(4, 0);
  const Rect right = rest.cut_right(area.w * 0.26f);
  constexpr int kSide = LearnedDigits::kSide, kMap = LearnedDigits::kMapSide;
  MiniGrid grid;
  grid.rows = grid.columns = kSide;
  const float* pixels = learned_.pixels.data() + static_cast<size_t>(digit) * kSide * kSide;
  grid.fill = [&](int r, int c) { return byte_gray(255.0 * pixels[r * kSide + c]); };
  const Rect picture = mini_grid(ui, left, grid);
  ui.stroke(picture.inset(-2), t.input, 2, 1);
  // Two by two maps, each in its own scale.
  grid.rows = grid.columns = kMap / 2;
  const float half = std::min(rest.w, rest.h) / 2;
  const Rect maps = rest.centered(2 * half, 2 * half);
  for (int filter = 0; filter < LearnedDigits::kFilters; ++filter) {
    const float* map =
        learned_.maps.data() + static_cast<size_t>(digit * LearnedDigits::kFilters + filter) * kMap * kMap;
    const float most = std::max(1e-6f, *std::max_element(map, map + static_cast<size_t>(kMap) * kMap));
    grid.fill = [&](int r, int c) {  // the largest of four
      const float* at = map + 2 * r * kMap + 2 * c;
      return mixed(t.dark ? rgb(0x0B0D10) : t.raised, t.activation,
                   std::max({at[0], at[1], at[kMap], at[kMap + 1]}) / most);
    };
    const Rect place{maps.x + half * static_cast<float>(filter % 2), maps.y + half * static_cast<float>(filter / 2),
                     half, half};
    mini_grid(ui, place.inset(3), grid);
  }
  const float* shares = learned_.probabilities.data() + static_cast<size_t>(digit) * 10;
  const auto best = static_cast<int>(std::max_element(shares, shares + 10) - shares);
  const float line = right.h / 10;
  const float size = std::min(ui.text_size(Font::number), line * 0.95f);
  for (int i = 0; i < 10; ++i) {
    Rect bar{right.x + 4, right.y + line * static_cast<float>(i), right.w - 8, line};
    const Rect name = bar.cut_left(14);
    ui.label(name, fmt::format("{}", i), Font::number, i == best ? t.text : t.secondary, Align::left, size);
    ui.fill(bar.inset(0, line * 0.22f), t.raised, 2);
    bar.w = std::max(1.0f, bar.w * shares[i]);
    ui.fill(bar.inset(0, line * 0.22f), i == best ? t.activation : t.secondary, 2);
  }
}

// A warp's lanes, and the sectors of memory that they touch together; further apart where the mouse is further right.
void HomeCards::draw_warp(Ui& ui, const Rect& area, bool over) const {
  const Theme& t = ui.theme();
  int stride = 1;
  if (over && area.contains(ui.input().mouse)) {
    stride = 1 << std::clamp(static_cast<int>((ui.input().mouse.x - area.x) / area.w * 4), 0, 3);
  }
  int32_t at[kWarp];
  for (int lane = 0; lane < kWarp; ++lane) at[lane] = 4 * stride * lane;
  const int sectors = sectors_of(~0u, at, 4);
  Rect inside = area.inset(12, 8);
  const Rect lanes = inside.cut_top(14);
  const Rect words = inside.cut_bottom(22);
  const Rect strip = inside.cut_bottom(std::min(inside.h * 0.45f, 34.0f));
  const float word = strip.w / (kWarp * 8), sector = word * 8;
  for (int i = 0; i < kWarp; ++i) {
    const bool lit = i < sectors;
    ui.fill({strip.x + sector * static_cast<float>(i), strip.y, sector - 1, strip.h},
            lit ? faded(t.input, 0.35f) : t.raised, 1);
  }
  for (int lane = 0; lane < kWarp; ++lane) {
    const float from = lanes.x + lanes.w * (static_cast<float>(lane) + 0.5f) / kWarp;
    const float to = strip.x + word * (static_cast<float>(at[lane] / 4) + 0.5f);
    ui.fill({to - word / 2, strip.y, std::max(word, 1.0f), strip.h}, t.input);
    ui.line({from, lanes.center().y}, {to, strip.y}, faded(t.input, 0.5f));
    ui.draw().AddCircleFilled({from, lanes.center().y}, 2.5f, t.input, 8);
  }
  ui.label(words, trn("{} sector of 32 bytes", "{} sectors of 32 bytes", sectors), Font::caption, t.text,
           Align::center);
}

}  // namespace striate
