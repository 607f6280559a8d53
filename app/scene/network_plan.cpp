#include "app/scene/network_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string_view>
#include <utility>

#include "app/pages/network_words.h"
#include "app/scene/graph_layout.h"
#include "app/widgets/curves.h"
#include "app/words/words.h"
#include "engine/network/layer_kind.h"
#include "engine/utf8.h"

namespace striate {
namespace {

constexpr float kText = 18, kPad = 11, kEdge = 6;        // of a card: at its sides, above and below
constexpr float kRow = 19, kFacts = 16;                  // heights of a layer's line and of the line with the shape
constexpr float kBetween = 14;                           // words and name
constexpr float kUsualWords = 214, kLongestWords = 240;  // of settings, as many as fit into the usual width
constexpr float kLongestLine = 330, kShortestName = 120;
constexpr float kHeader = 24;  // where it begins
constexpr float kMargin = 10;  // around the plan
constexpr float kGap = 34, kTightGap = 18, kLaneGap = 20, kLineGap = 46;
constexpr int kShort = 16;  // more layers stand several on a card
constexpr size_t kMostRows = 4;

size_t at(int index) { return static_cast<size_t>(index); }

Concept tone_of(const OpenNetworkInfo& info, int node, const std::vector<Shape>& shapes) {
  const Node& each = info.architecture.nodes()[at(node)];
  if (!each.layer) return Concept::input;
  if (each.layer->info().is_activation()) return Concept::activation;
  const std::vector<WeightSpec> weights = each.layer->parameters(info.architecture.input_shapes(node, shapes));
  if (weights.empty() && each.layer->info().follow != Follow::normalized) return Concept::none;
  const bool kernel = std::any_of(weights.begin(), weights.end(),
                                  [](const WeightSpec& spec) { return spec.kind == WeightSpec::Kind::weight; });
  return kernel ? Concept::kernel : Concept::bias;
}

// Whether a layer only finishes what the one before it computes.
bool finishes(const Layer& layer) {
  return layer.takes() == Takes::one && (layer.info().is_activation() || layer.info().follow == Follow::normalized ||
                                         layer.info().follow == Follow::dropped);
}

// Cut at its end, or in its middle, so that it is no wider.
std::string cut_to(const std::string& text, PlanType type, float width, bool middle) {
  if (plan_text_width(text, type) <= width) return text;
  const std::vector<size_t> begins = character_begins(text);
  const auto kept = [&](size_t count) {
    const size_t tail = middle ? count / 2 : 0;
    return text.substr(0, begins[count - tail]) + "\u2026" +
           (tail > 0 ? text.substr(begins[begins.size() - tail]) : std::string());
  };
  // No character is narrower than a third of the size.
  size_t count = std::min(begins.size() - 1, static_cast<size_t>(3 * width / plan_text_size(type)));
  while (count > 0 && plan_text_width(kept(count), type) > width) --count;
  return kept(count);
}

struct Drawer {
  const OpenNetworkInfo& info;
  NetworkPlan plan;

  std::string words_of(int node) const {
    const std::string& text = info.layers[at(node)].text;
    if (node == 0) return tr("input");
    // On a card of several, what makes no difference to what goes out is left out first.
    const bool several = info.architecture.size() > kShort;
    return shorter_layer_text(text, [several](const std::string& shorter) {
      return plan_text_width(shorter, PlanType::words) <= kUsualWords &&
             !(several && (shorter.find(" pad ") != std::string::npos || shorter.ends_with(" bias")));
    });
  }
  PlanText text(PlanType type, const std::string& full, int node, float most, bool middle) const {
    PlanText made;
    made.type = type;
    made.text = cut_to(full, type, most, middle);
    made.node = node;
    if (made.text != full) made.whole = full;
    made.place.w = plan_text_width(made.text, type);
    made.place.h = plan_text_size(type) * 1.3f;
    return made;
  }

  // A card with its lines; its place is found later.
  void add_card(const std::vector<int>& nodes, const std::vector<Concept>& tones) {
    PlanCard card;
    card.texts = plan.texts.size();
    float y = kEdge, inner = 0;
    for (const int node : nodes) {
      const bool first = node == nodes.front();
      PlanText words = text(first ? PlanType::words : PlanType::more_words, words_of(node), node, kLongestWords, false);
      float wide = words.place.w;
      const auto put = [&](PlanText& each, float height) {
        each.place = {kText, y + (height - each.place.h) / 2, each.place.w, each.place.h};
        plan.texts.push_back(each);
      };
      put(words, kRow);
      if (node > 0) {
        PlanText name =
            text(PlanType::name, info.layers[at(node)].name, node, std::max(kShortestName, kLongestLine - wide), true);
        name.right = true;
        wide += kBetween + name.place.w;
        put(name, kRow);
      }
      inner = std::max(inner, wide);
      card.rows.push_back({node, {0, first ? 0 : y, 0, first ? y + kRow : kRow}, tones[at(node)]});
      y += kRow;
    }
    const int last = nodes.back();
    PlanText shape = text(PlanType::shape, sizes_text(info.layers[at(last)].shape), last, kLongestLine, false);
    shape.place = {kText, y + (kFacts - shape.place.h) / 2, shape.place.w, shape.place.h};
    float wide = shape.place.w;
    int64_t parameters = 0;
    for (const int node : nodes) parameters += info.layers[at(node)].parameters;
    if (parameters > 0) {
      PlanText count =
          text(PlanType::parameters,
               parameters == 1 ? std::string(tr("one parameter")) : format_tr("{} parameters", grouped(parameters)),
               last, kLongestWords, false);
      count.place = {kText, y + (kFacts - count.place.h) / 2, count.place.w, count.place.h};
      count.right = true;
      wide += kBetween + count.place.w;
      plan.texts.push_back(count);
    }
    plan.texts.push_back(shape);
    inner = std::max(inner, wide);
    card.rows.back().place.h += kFacts + kEdge;
    card.place = {0, 0, std::ceil(inner) + kText + kPad, y + kFacts + kEdge};
    for (PlanRow& row : card.rows) row.place.w = card.place.w;
    card.texts_end = plan.texts.size();
    for (size_t i = card.texts; i < card.texts_end; ++i) {
      PlanText& each = plan.texts[i];
      if (each.right) each.place.x = card.place.w - kPad - each.place.w;
    }
    plan.cards.push_back(std::move(card));
  }

  void move_card(PlanCard* card, Vec to) {
    card->place = card->place.moved(to);
    for (PlanRow& row : card->rows) row.place = row.place.moved(to);
    for (size_t i = card->texts; i < card->texts_end; ++i) plan.texts[i].place = plan.texts[i].place.moved(to);
  }
};

std::string show_command(int node) {
  return node == 0 ? "architecture.show input" : fmt::format("architecture.show {}", node - 1);
}

HoverNote note_of(const OpenNetworkInfo& info, int node, const std::vector<Shape>& shapes) {
  const OpenLayer& layer = info.layers[at(node)];
  HoverNote note;
  const std::string number = std::to_string(node - 1);
  const std::string called = layer.name == number ? number : fmt::format("{}, {}", number, layer.name);
  note.title = node == 0 ? std::string(tr("input")) : fmt::format("{}: {}", called, layer.text);
  note.title = cut_to(note.title, PlanType::words, 420, false);
  note.lines.push_back({N_("shape"), sizes_text(layer.shape)});
  note.hint = N_("click: show it");
  note.command = show_command(node);
  const Layer* computes = info.architecture.nodes()[at(node)].layer.get();
  if (computes == nullptr) return note;
  const std::vector<Shape> inputs = info.architecture.input_shapes(node, shapes);
  const auto counted = [&note](const char* name, const Counted& count) {
    if (count.value == 0) return;
    const std::string value = grouped(count.value);
    note.lines.push_back({name, count.formula.empty() || count.formula == value || count.formula.size() > 60
                                    ? value
                                    : fmt::format("{} = {}", count.formula, value)});
  };
  counted(N_("parameters"), computes->parameter_count(inputs));
  counted(N_("multiply-adds"), computes->multiply_adds(inputs));
  return note;
}

void add_header(const OpenNetworkInfo& info, const std::vector<Concept>& tones, NetworkPlan* plan) {
  PlanHeader& header = plan->header;
  const auto put = [&](PlanType type, const std::string& words, Vec at) {
    PlanText text{{at.x, at.y, plan_text_width(words, type), plan_text_size(type) * 1.3f}, words, type};
    header.width = std::max(header.width, text.place.right() + kMargin);
    header.texts.push_back(std::move(text));
    return header.texts.back().place.right();
  };
  put(PlanType::title, cut_to(info.title.empty() ? info.name : info.title, PlanType::title, 700, true), {kHeader, 14});
  const int64_t layers = static_cast<int64_t>(info.layers.size()) - 1;
  put(PlanType::facts,
      fmt::format("{} · {} · {}", trn("one layer", "{} layers", layers),
                  format_tr("{} parameters", grouped(info.parameters)),
                  format_tr("{} multiply-adds for one picture", grouped(info.multiply_adds))),
      {kHeader, 46});
  float x = kHeader;
  const struct {
    Concept tone;
    const char* words;
  } legend[] = {{Concept::input, N_("input")},
                {Concept::kernel, N_("with weights")},
                {Concept::bias, N_("normalization")},
                {Concept::activation, N_("activation")},
                {Concept::none, N_("other")}};
  const auto add = [&](Concept tone, bool arrow, const char* words) {
    header.swatches.push_back({{x, 75, arrow ? 22.0f : 10.0f, 10}, tone, arrow});
    x = put(PlanType::legend, tr(words), {header.swatches.back().place.right() + 6, 72}) + 14;
  };
  for (const auto& each : legend) {
    if (std::find(tones.begin(), tones.end(), each.tone) != tones.end()) add(each.tone, false, each.words);
  }
  const auto jumps = [](const PlanArrow& arrow) { return arrow.jump; };
  if (std::any_of(plan->arrows.begin(), plan->arrows.end(), jumps)) add(Concept::input, true, N_("passes layers by"));
  header.height = 98;
}

}  // namespace

float plan_text_size(PlanType type) {
  switch (type) {
    case PlanType::title:
      return 22;
    case PlanType::facts:
    case PlanType::words:
    case PlanType::more_words:
      return 14;
    case PlanType::legend:
      return 13;
    case PlanType::name:
    case PlanType::shape:
    case PlanType::parameters:
      break;
  }
  return 11.5f;
}

bool plan_text_is_mono(PlanType type) { return type == PlanType::name || type == PlanType::shape; }

bool plan_text_is_strong(PlanType type) { return type == PlanType::title || type == PlanType::words; }

float plan_text_width(const std::string& text, PlanType type) {
  const float size = plan_text_size(type);
  const std::string_view narrow = "ijl|'.,:;!", half = "ftrI()[]-/ ", wide = "mwMW%@";
  float width = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if ((byte & 0xC0) == 0x80) continue;  // goes on
    if (byte >= 0xE3) {
      width += 1.2f;  // as wide as high
    } else if (plan_text_is_mono(type)) {
      width += 0.61f;
    } else if (byte >= 0x80) {
      width += 0.85f;
    } else if (narrow.find(text[i]) != std::string_view::npos) {
      width += 0.34f;
    } else if (half.find(text[i]) != std::string_view::npos) {
      width += 0.42f;
    } else if (wide.find(text[i]) != std::string_view::npos) {
      width += 1;
    } else {
      width += byte >= 'A' && byte <= 'Z' ? 0.79f : 0.64f;
    }
  }
  return width * size * (plan_text_is_strong(type) ? 1.12f : 1) + 2;
}

Color plan_tone(const Theme& theme, Concept tone) {
  return tone == Concept::none ? mixed(theme.secondary, theme.surface, 0.35f) : theme.of(tone);
}

std::vector<PlanBend> bends_of(const PlanArrow& arrow) {
  std::vector<PlanBend> bends;
  const std::vector<Vec>& corners = arrow.corners;
  const auto length = [](Vec a, Vec b) { return std::abs(a.x - b.x) + std::abs(a.y - b.y); };
  for (size_t i = 1; i + 1 < corners.size(); ++i) {
    const Vec corner = corners[i];
    const float to = length(corners[i - 1], corner), from = length(corner, corners[i + 1]);
    if (to == 0 || from == 0) continue;
    const float radius = std::min({9.0f, to / 2, from / 2});
    bends.push_back({corner + (corners[i - 1] - corner) * (radius / to), corner,
                     corner + (corners[i + 1] - corner) * (radius / from)});
  }
  return bends;
}

NetworkPlan plan_network(const OpenNetworkInfo& info, const NetworkPlanOptions& options) {
  const std::vector<Node>& nodes = info.architecture.nodes();
  const std::vector<Shape> shapes = info.architecture.shapes(1);
  const int count = info.architecture.size();
  std::vector<int> readers(nodes.size());
  for (const Node& node : nodes)
    for (const int input : node.inputs) ++readers[at(input)];
  std::vector<Concept> tones;
  for (int n = 0; n < count; ++n) tones.push_back(tone_of(info, n, shapes));

  // Cards: layers that finish what one computes are on its card, or close behind it.
  Drawer drawer{info, {}};
  NetworkPlan& plan = drawer.plan;
  plan.card_of.assign(nodes.size(), -1);
  std::vector<std::vector<int>> on_card;
  std::vector<char> tight;
  for (int n = 0; n < count; ++n) {
    const Node& node = nodes[at(n)];
    const bool behind = node.layer && finishes(*node.layer) && node.inputs.size() == 1 && node.inputs[0] > 0 &&
                        readers[at(node.inputs[0])] == 1;
    const int before = behind ? plan.card_of[at(node.inputs[0])] : -1;
    if (behind && count > kShort && on_card[at(before)].size() < kMostRows) {
      on_card[at(before)].push_back(n);
      plan.card_of[at(n)] = before;
      continue;
    }
    plan.card_of[at(n)] = static_cast<int>(on_card.size());
    on_card.push_back({n});
    tight.push_back(behind && count <= kShort);
  }
  std::vector<GraphBox> boxes;
  for (size_t c = 0; c < on_card.size(); ++c) {
    drawer.add_card(on_card[c], tones);
    const Rect& place = plan.cards.back().place;
    GraphBox box{place.w, place.h / 2, place.h / 2, {}, tight[c] != 0};
    for (const int input : nodes[at(on_card[c].front())].inputs) {
      const int from = plan.card_of[at(input)];
      if (std::find(box.inputs.begin(), box.inputs.end(), from) == box.inputs.end()) box.inputs.push_back(from);
    }
    boxes.push_back(std::move(box));
  }

  GraphLayoutOptions how{kGap, kTightGap, kLaneGap, kLineGap, options.aspect, 0};
  const GraphLayout layout = lay_out(boxes, how);
  for (size_t c = 0; c < plan.cards.size(); ++c) {
    const GraphPlace& place = layout.places[c];
    const Rect& card = plan.cards[c].place;
    drawer.move_card(&plan.cards[c], {kMargin + place.x - card.w / 2, kMargin + place.y - card.h / 2});
  }
  for (const GraphLink& link : layout.links) {
    PlanArrow arrow;
    const int columns = layout.places[at(link.to)].column - layout.places[at(link.from)].column;
    arrow.jump = link.jump || (link.between_lines && columns > 1);
    arrow.from = on_card[at(link.from)].back(), arrow.to = on_card[at(link.to)].front();
    for (const auto& [x, y] : link.points) {
      const Vec corner{kMargin + x, kMargin + y};
      if (arrow.corners.empty() || !(arrow.corners.back() == corner)) arrow.corners.push_back(corner);
    }
    plan.arrows.push_back(std::move(arrow));
  }
  plan.width = layout.width + 2 * kMargin, plan.height = layout.height + 2 * kMargin;
  plan.lines = layout.lines;
  for (int n = 0; n < count; ++n) plan.notes.push_back(note_of(info, n, shapes));
  add_header(info, tones, &plan);
  return std::move(drawer.plan);
}

Rect plan_mark(const PlanCard& card, const PlanRow& row) {
  const bool first = &row == &card.rows.front(), last = &row == &card.rows.back();
  const float top = row.place.y + (first ? kEdge + 2 : 1.5f), bottom = row.place.bottom() - (last ? kEdge + 2 : 1.5f);
  return {row.place.x + 7, top, 4, bottom - top};
}

int layer_at(const NetworkPlan& plan, Vec at) {
  for (const PlanCard& card : plan.cards) {
    if (!card.place.contains(at)) continue;
    for (const PlanRow& row : card.rows)
      if (row.place.contains(at)) return row.node;
  }
  return -1;
}

}  // namespace striate
