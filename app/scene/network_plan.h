// The plan of a network: its graph in two dimensions, for the screen, the projector and for print. What stands where is
// plain data, made once (layout: graph_layout.h); the window draws it, and two writers put it into files.
//
//   const NetworkPlan plan = plan_network(info);
//   const PlanResponse hands = draw_network_plan(ui, area, plan, {view, chosen});
//   save_network_plan("resnet50.svg", info);
//
// A layer is a card with what it does, its name, its shape and its parameters. Where a network is long, layers that
// follow a convolution one by one (normalization, activation) stand on its card, a line for each. All sizes are in
// units of the plan, at which text is as large as in the window; texts are measured for the widest of the usual fonts,
// since a file is shown with others.
#pragma once

#include <string>
#include <vector>

#include "app/shell/theme.h"
#include "app/widgets/geometry.h"
#include "app/widgets/hover_note.h"
#include "app/widgets/view.h"
#include "engine/image.h"
#include "engine/session/open_network.h"

namespace striate {

class Ui;

enum class PlanType { title, facts, legend, words, more_words, name, shape, parameters };

// One line of text, centered on the height of its place; it never needs more than its width.
struct PlanText {
  Rect place;
  std::string text;
  PlanType type = PlanType::words;
  bool right = false;  // ends at the right side of its place
  int node = 0;
  std::string whole = {};  // where it had to be shortened
};

// A layer on a card.
struct PlanRow {
  int node = 0;
  Rect place;  // as wide as the card
  Concept tone = Concept::none;
};

struct PlanCard {
  Rect place;
  std::vector<PlanRow> rows;
  size_t texts = 0, texts_end = 0;  // of NetworkPlan::texts
};

struct PlanArrow {
  std::vector<Vec> corners;  // horizontal and vertical pieces
  bool jump = false;         // passes layers by
  int from = 0, to = 0;      // nodes
};

// What stands above the plan in a file: its title and what the colors mean.
struct PlanSwatch {
  Rect place;
  Concept tone = Concept::none;
  bool arrow = false;
};
struct PlanHeader {
  float width = 0, height = 0;
  std::vector<PlanText> texts;
  std::vector<PlanSwatch> swatches;
};

struct NetworkPlan {
  float width = 0, height = 0;
  int lines = 1;
  std::vector<PlanCard> cards;
  std::vector<PlanText> texts;  // of the cards
  std::vector<PlanArrow> arrows;
  std::vector<int> card_of;      // per node
  std::vector<HoverNote> notes;  // per node: shape and costs with their formulas
  PlanHeader header;
};

struct NetworkPlanOptions {
  float aspect = 1.5f;  // width over height of the place that it is for
};
NetworkPlan plan_network(const OpenNetworkInfo& info, const NetworkPlanOptions& options = {});

// The layer at a point of the plan; -1: none.
int layer_at(const NetworkPlan& plan, Vec at);

// How large a type is, and whether its letters are equally wide.
float plan_text_size(PlanType type);
bool plan_text_is_mono(PlanType type);
bool plan_text_is_strong(PlanType type);
// At most as wide as this in any usual font.
float plan_text_width(const std::string& text, PlanType type);
// A layer's color; gray for none.
Color plan_tone(const Theme& theme, Concept tone);
// The bar before a layer's words, in its color.
Rect plan_mark(const PlanCard& card, const PlanRow& row);
// A corner of an arrow is rounded between the two points.
struct PlanBend {
  Vec before, corner, after;
};
std::vector<PlanBend> bends_of(const PlanArrow& arrow);

// ---- in the window --------------------------------------------------------------------------------------------------

struct PlanLook {
  View view;        // in units of the plan; no zoom: all of it
  int chosen = -1;  // a node; it is framed
};
struct PlanResponse {
  View view;                  // what is shown, after this frame's wheel and drag
  bool view_changed = false;  // by hand: the page sends its view command
  bool fit = false;           // double-clicked: the page shows all of it
  int hovered = -1;           // a node
  HoverNote note;             // of it; the page draws it last
};
// A click on a layer, and the arrow keys, send "architecture.show LAYER", the layer's number.
PlanResponse draw_network_plan(Ui& ui, const Rect& area, const NetworkPlan& plan, const PlanLook& look);

// ---- files ----------------------------------------------------------------------------------------------------------

// In the colors of print (the light theme), which any program shows. The same plan is the same text.
std::string plan_svg(const NetworkPlan& plan, const std::string& title);

struct PlanPictureOptions {
  int width = 2400;  // pixels; fewer where it would be higher than can be
  bool dark = false;
};
Image plan_picture(const NetworkPlan& plan, const PlanPictureOptions& options = {});

struct SavePlanOptions {
  PlanPictureOptions picture;
  NetworkPlanOptions plan;
  std::vector<std::string> inputs;  // what the same command reads
  bool force = false, has_force = false;
};
// Throws Error: a name that ends in neither .svg nor .png, a file that must not be written over (overwrite.h).
void check_plan_path(const std::string& path, const SavePlanOptions& options = {});
void save_network_plan(const std::string& path, const OpenNetworkInfo& info, const SavePlanOptions& options = {});

}  // namespace striate
