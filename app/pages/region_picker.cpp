#include "app/pages/region_picker.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "app/widgets/ui.h"
#include "app/words/words.h"

namespace striate {

void region_picker(Ui& ui, const Document& document, int x, int y, int width, int height, std::string_view prefix) {
  const ImagePtr& image = document.image;
  if (!image || !document.pyramid) return;
  const std::string command = std::string(prefix) + " image";
  const Rect room = ui.take(std::min(ui.width() * 0.66f, 190.0f));
  const float scale = std::min(room.w / static_cast<float>(image->width), room.h / static_cast<float>(image->height));
  const Rect place = room.centered(static_cast<float>(image->width) * scale, static_cast<float>(image->height) * scale);
  ui.thumbnail(place, pyramid_source(command, document.pyramid, document.image_version));
  const Response r = ui.interact(
      place, {.label = "region of the picture",
              .command = command,
              .kind = "picker",
              .tooltip = N_("Click or drag: the region that the kernel slides over. Arrow keys move it by a cell.")});
  const auto send = [&](int to_x, int to_y) {
    to_x = std::clamp(to_x, 0, image->width - width);
    to_y = std::clamp(to_y, 0, image->height - height);
    if (to_x != x || to_y != y) ui.send(fmt::format("{} image {} {} {} {}", prefix, to_x, to_y, width, height));
  };
  if (r.pressed || r.held) {
    const Vec at = ui.input().mouse - place.min();
    send(static_cast<int>(at.x / scale) - width / 2, static_cast<int>(at.y / scale) - height / 2);
  }
  if (r.focused) {
    if (ui.take_key("Left")) send(x - 1, y);
    if (ui.take_key("Right")) send(x + 1, y);
    if (ui.take_key("Up")) send(x, y - 1);
    if (ui.take_key("Down")) send(x, y + 1);
  }
  const Rect frame{place.x + static_cast<float>(x) * scale, place.y + static_cast<float>(y) * scale,
                   std::max(6.0f, static_cast<float>(width) * scale),
                   std::max(6.0f, static_cast<float>(height) * scale)};
  ui.stroke(frame.inset(-1), ui.theme().background, 1, 1);
  ui.stroke(frame, ui.theme().input, 1, 2);
  if (r.keyboard) ui.draw_focus(place, 1);
  ui.row("region", fmt::format("{}, {}", x, y));
}

}  // namespace striate
