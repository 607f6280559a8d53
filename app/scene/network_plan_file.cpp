// The plan of a network as a file: SVG, for print and for other programs, or a picture.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <string_view>

#include "app/scene/network_plan.h"
#include "engine/error.h"
#include "engine/export/overwrite.h"
#include "engine/files/atomic_write.h"
#include "engine/files/image_file.h"
#include "engine/lower_case.h"

namespace striate {
namespace {

// What XML cannot hold at all becomes a replacement character.
std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        if (static_cast<unsigned char>(c) < 32) {
          out += "\uFFFD";
        } else {
          out += c;
        }
    }
  }
  return out;
}

std::string number(float value) {
  std::string text = fmt::format("{:.2f}", static_cast<double>(value));
  while (text.back() == '0') text.pop_back();
  if (text.back() == '.') text.pop_back();
  return text == "-0" ? "0" : text;
}

std::string hex(Color color) {
  return fmt::format("#{:02X}{:02X}{:02X}", color & 255, color >> 8 & 255, color >> 16 & 255);
}

class SvgWriter {
 public:
  explicit SvgWriter(const Theme& theme) : theme_(theme) {}
  std::string text;

  void begin(const std::string& title, float width, float height) {
    text += "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
    text += fmt::format(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0}\" height=\"{1}\" viewBox=\"0 0 {0} {1}\" "
        "font-family=\"sans-serif\">\n<title>{2}</title>\n",
        number(width), number(height), escaped(title));
    text += fmt::format("<rect width=\"{}\" height=\"{}\" fill=\"{}\"/>\n", number(width), number(height),
                        hex(theme_.surface));
  }

  void rect(const Rect& at, Color fill, float radius, Color stroke = 0) {
    text += fmt::format("<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" fill=\"{}\"", number(at.x), number(at.y),
                        number(at.w), number(at.h), fill == 0 ? "none" : hex(fill));
    if (radius > 0) text += fmt::format(" rx=\"{}\"", number(radius));
    if (stroke != 0) text += fmt::format(" stroke=\"{}\"", hex(stroke));
    text += "/>\n";
  }

  void head(Vec tip, Color color) {
    text += fmt::format("<path d=\"M{} {}l-7 -3.5v7z\" fill=\"{}\"/>\n", number(tip.x), number(tip.y), hex(color));
  }

  void arrow(const PlanArrow& arrow) {
    if (arrow.corners.size() < 2) return;
    const Color color = arrow.jump ? theme_.input : theme_.secondary;
    const Vec from = arrow.corners.front(), tip = arrow.corners.back();
    std::string path = fmt::format("M{} {}", number(from.x), number(from.y));
    for (const PlanBend& bend : bends_of(arrow)) {
      path += fmt::format("L{} {}Q{} {} {} {}", number(bend.before.x), number(bend.before.y), number(bend.corner.x),
                          number(bend.corner.y), number(bend.after.x), number(bend.after.y));
    }
    const float head_room = std::min(5.6f, tip.x - arrow.corners[arrow.corners.size() - 2].x);
    path += fmt::format("L{} {}", number(tip.x - head_room), number(tip.y));
    text += fmt::format("<path d=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"1.6\"/>\n", path, hex(color));
    head(tip, color);
  }

  void words(const PlanText& each) {
    static constexpr const char* kClasses[] = {"title", "facts", "legend", "words",
                                               "words", "name",  "shape",  "parameters"};
    const bool quiet =
        each.type != PlanType::title && each.type != PlanType::words && each.type != PlanType::more_words;
    const float size = plan_text_size(each.type);
    text += fmt::format(
        "<text class=\"{}\" x=\"{}\" y=\"{}\" font-size=\"{}\" fill=\"{}\"", kClasses[static_cast<size_t>(each.type)],
        number(each.right ? each.place.right() - 1 : each.place.x + 1), number(each.place.center().y + 0.35f * size),
        number(size), hex(quiet ? theme_.secondary : theme_.text));
    if (plan_text_is_mono(each.type)) text += " font-family=\"monospace\"";
    if (plan_text_is_strong(each.type)) text += " font-weight=\"bold\"";
    if (each.right) text += " text-anchor=\"end\"";
    text += fmt::format(">{}", escaped(each.text));
    if (!each.whole.empty()) text += fmt::format("<title>{}</title>", escaped(each.whole));
    text += "</text>\n";
  }

  void card(const NetworkPlan& plan, const PlanCard& card) {
    const Color tone = plan_tone(theme_, card.rows.front().tone);
    text += "<g>\n";
    rect(card.place, mixed(theme_.surface, tone, 0.09f), 6, mixed(theme_.line, tone, 0.35f));
    for (const PlanRow& row : card.rows) rect(plan_mark(card, row), plan_tone(theme_, row.tone), 2);
    for (size_t i = card.texts; i < card.texts_end; ++i) words(plan.texts[i]);
    text += "</g>\n";
  }

  void header(const PlanHeader& header) {
    for (const PlanSwatch& swatch : header.swatches) {
      const Color color = plan_tone(theme_, swatch.tone);
      if (!swatch.arrow) {
        rect(swatch.place, color, 2);
        continue;
      }
      const Rect& at = swatch.place;
      text += fmt::format("<path d=\"M{} {}h{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"1.6\"/>\n", number(at.x),
                          number(at.center().y), number(at.w - 6), hex(color));
      head({at.right(), at.center().y}, color);
    }
    for (const PlanText& each : header.texts) words(each);
  }

 private:
  const Theme& theme_;
};

bool is_svg(const std::string& path) { return lower_case(path).ends_with(".svg"); }

}  // namespace

std::string plan_svg(const NetworkPlan& plan, const std::string& title) {
  SvgWriter svg(light_theme());
  svg.begin(title, std::max(plan.width, plan.header.width), plan.height + plan.header.height);
  svg.header(plan.header);
  svg.text += fmt::format("<g transform=\"translate(0 {})\">\n", number(plan.header.height));
  for (const bool jumps : {true, false}) {
    for (const PlanArrow& arrow : plan.arrows)
      if (arrow.jump == jumps) svg.arrow(arrow);
  }
  for (const PlanCard& card : plan.cards) svg.card(plan, card);
  svg.text += "</g>\n</svg>\n";
  return std::move(svg.text);
}

void check_plan_path(const std::string& path, const SavePlanOptions& options) {
  const bool svg = is_svg(path);
  if (!svg && !lower_case(path).ends_with(".png")) {
    throw Error(fmt::format("{} ends neither in .svg nor in .png", path),
                "a plan is a drawing, plan.svg, or a picture, plan.png");
  }
  check_overwrite(
      {path, svg ? FileKind::drawing : FileKind::picture, options.inputs, options.force, options.has_force});
}

void save_network_plan(const std::string& path, const OpenNetworkInfo& info, const SavePlanOptions& options) {
  check_plan_path(path, options);
  NetworkPlan plan = plan_network(info, options.plan);
  // The header takes some of the height.
  NetworkPlanOptions again = options.plan;
  again.aspect *= (plan.height + plan.header.height) / plan.height;
  plan = plan_network(info, again);
  if (!is_svg(path)) return write_image(path, plan_picture(plan, options.picture));
  const std::string svg = plan_svg(plan, info.title.empty() ? info.name : info.title);
  AtomicFile file(path);
  file.write(svg.data(), svg.size());
  file.commit();
}

}  // namespace striate
