// Where the tensors of networks stand: what must hold for any graph, and what is expected of known ones.
#include "app/scene/graph_layout.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <random>
#include <set>
#include <string>

#include "engine/network/layer_kind.h"
#include "engine/network/models.h"
#include "tests/app/scene/known_graphs.h"

namespace striate {
namespace {

constexpr float kSlack = 0.02f;  // of places in the thousands, as floats

// Sizes as a scene has them: maps as high as their rows, as long as their channels.
std::vector<GraphBox> boxes_of(const Architecture& architecture) {
  std::vector<GraphBox> boxes(architecture.nodes().size());
  const std::vector<Shape> shapes = architecture.shapes(1);
  for (size_t i = 0; i < boxes.size(); ++i) {
    const Node& node = architecture.nodes()[i];
    const Shape& shape = shapes[i];
    boxes[i].inputs = node.inputs;
    boxes[i].along = 0.2f + 0.3f * std::log2(1 + static_cast<float>(shape.rank() > 1 ? shape[1] : 1));
    boxes[i].above = boxes[i].below = shape.rank() == 4 ? 0.3f + static_cast<float>(shape[2]) / 50 : 0.3f;
    boxes[i].tight = node.layer && node.inputs.size() == 1 &&
                     (node.layer->info().is_activation() || node.layer->info().follow == Follow::normalized);
  }
  return boxes;
}

struct Named {
  std::vector<GraphBox> boxes;
  GraphLayout layout;
  Architecture architecture;
  int lane(const std::string& name) const { return place(name).lane; }
  const GraphPlace& place(const std::string& name) const {
    const int node = architecture.find(name);
    EXPECT_GE(node, 0) << name;
    return layout.places[static_cast<size_t>(std::max(node, 0))];
  }
  int jumps() const {
    return static_cast<int>(
        std::count_if(layout.links.begin(), layout.links.end(), [](const GraphLink& link) { return link.jump; }));
  }
};

Named laid_out(Architecture architecture, int lines) {
  Named named;
  named.boxes = boxes_of(architecture);
  named.architecture = std::move(architecture);
  GraphLayoutOptions options;
  options.lines = lines;
  named.layout = lay_out(named.boxes, options);
  return named;
}

struct Sides {
  float left, right, top, bottom;
  bool overlaps(const Sides& other) const {
    return left + kSlack < other.right && other.left + kSlack < right && top + kSlack < other.bottom &&
           other.top + kSlack < bottom;
  }
};

Sides sides_of(const GraphBox& box, const GraphPlace& place) {
  return {place.x - box.along / 2, place.x + box.along / 2, place.y - box.above, place.y + box.below};
}

// All that must hold for any graph. The first thing that does not is enough.
void expect_holds(const std::vector<GraphBox>& boxes, const GraphLayout& layout, const std::string& what) {
  SCOPED_TRACE(what);
  ASSERT_EQ(layout.places.size(), boxes.size());
  std::vector<Sides> sides;
  for (size_t i = 0; i < boxes.size(); ++i) sides.push_back(sides_of(boxes[i], layout.places[i]));

  for (size_t i = 0; i < boxes.size(); ++i) {
    const GraphPlace& place = layout.places[i];
    ASSERT_GE(sides[i].left, -kSlack) << i;
    ASSERT_GE(sides[i].top, -kSlack) << i;
    ASSERT_LE(sides[i].right, layout.width + kSlack) << i;
    ASSERT_LE(sides[i].bottom, layout.height + kSlack) << i;
    ASSERT_TRUE(place.line >= 0 && place.line < layout.lines && place.lane >= 0) << i;
    for (size_t k = 0; k < i; ++k) {
      ASSERT_FALSE(sides[i].overlaps(sides[k])) << k << " and " << i;
      // Lines are read one after the other, and stand below each other.
      if (layout.places[k].line < place.line) {
        ASSERT_LT(layout.places[k].column, place.column) << k << " and " << i;
        ASSERT_LE(sides[k].bottom, sides[i].top + kSlack) << k << " and " << i;
      }
      if (layout.places[k].line == place.line && layout.places[k].column < place.column) {
        ASSERT_LE(sides[k].right, sides[i].left + kSlack) << k << " and " << i;
      }
    }
  }

  size_t link = 0;
  for (size_t to = 0; to < boxes.size(); ++to) {
    for (const int input : boxes[to].inputs) {
      ASSERT_LT(link, layout.links.size());
      const GraphLink& each = layout.links[link++];
      const size_t from = static_cast<size_t>(input);
      ASSERT_EQ(each.from, input);
      ASSERT_EQ(each.to, static_cast<int>(to));
      const GraphPlace &a = layout.places[from], &b = layout.places[to];
      ASSERT_TRUE(a.column < b.column || (a.column == b.column && boxes[to].tight));
      ASSERT_EQ(each.between_lines, a.line != b.line);
      ASSERT_FALSE(each.jump && each.between_lines);
      ASSERT_GE(each.points.size(), 2U);
      ASSERT_NEAR(each.points.front().first, sides[from].right, kSlack);
      ASSERT_NEAR(each.points.front().second, a.y, kSlack);
      ASSERT_NEAR(each.points.back().first, sides[to].left, kSlack);
      ASSERT_NEAR(each.points.back().second, b.y, kSlack);
      for (size_t p = 1; p < each.points.size(); ++p) {
        const auto [x0, y0] = each.points[p - 1];
        const auto [x1, y1] = each.points[p];
        ASSERT_TRUE(x0 == x1 || y0 == y1) << "a piece from " << from << " to " << to << " is oblique";
        const Sides piece{std::min(x0, x1), std::max(x0, x1), std::min(y0, y1), std::max(y0, y1)};
        ASSERT_TRUE(piece.left > -kSlack && piece.top > -kSlack && piece.right < layout.width + kSlack &&
                    piece.bottom < layout.height + kSlack)
            << "from " << from << " to " << to;
        for (size_t k = 0; k < boxes.size(); ++k)
          ASSERT_FALSE(piece.overlaps(sides[k])) << "from " << from << " to " << to << " through " << k;
      }
    }
  }
  ASSERT_EQ(link, layout.links.size());
}

bool same(const GraphLayout& a, const GraphLayout& b) {
  const auto same_place = [](const GraphPlace& p, const GraphPlace& q) {
    return p.x == q.x && p.y == q.y && p.line == q.line && p.lane == q.lane && p.column == q.column;
  };
  const auto same_link = [](const GraphLink& p, const GraphLink& q) {
    return p.from == q.from && p.to == q.to && p.points == q.points && p.jump == q.jump;
  };
  return a.width == b.width && a.height == b.height && a.lines == b.lines &&
         std::equal(a.places.begin(), a.places.end(), b.places.begin(), b.places.end(), same_place) &&
         std::equal(a.links.begin(), a.links.end(), b.links.begin(), b.links.end(), same_link);
}

// Each box reads some of the `reach` before it; some read nothing.
std::vector<GraphBox> random_graph(int count, int reach, unsigned seed) {
  std::mt19937 random(seed);
  const auto below = [&random](int end) { return static_cast<int>(random() % static_cast<unsigned>(end)); };
  std::vector<GraphBox> boxes(static_cast<size_t>(count));
  for (int i = 0; i < count; ++i) {
    GraphBox& box = boxes[static_cast<size_t>(i)];
    box.along = static_cast<float>(below(30)) / 10;
    box.above = static_cast<float>(below(20)) / 10, box.below = static_cast<float>(below(20)) / 10;
    if (i == 0 || below(25) == 0) continue;
    for (int k = 1 + below(3) * below(2); k > 0; --k) box.inputs.push_back(i - 1 - below(std::min(i, reach)));
    box.tight = box.inputs.size() == 1 && below(2) == 0;
  }
  return boxes;
}

TEST(GraphLayout, holds_for_every_model_at_any_number_of_lines) {
  for (const std::vector<Model>* list : {&models(), &large_models()}) {
    for (const Model& model : *list) {
      const std::vector<GraphBox> boxes = boxes_of(build_model(model.name));
      for (const int lines : {0, 1, 2, 3, 7, 1000}) {
        GraphLayoutOptions options;
        options.lines = lines;
        const GraphLayout layout = lay_out(boxes, options);
        expect_holds(boxes, layout, fmt::format("{} in {} lines", model.name, lines));
        if (lines > 0 && lines < 4) {
          EXPECT_EQ(layout.lines, lines) << model.name;
        }
        if (HasFatalFailure()) return;
      }
    }
  }
}

TEST(GraphLayout, holds_for_other_shapes_of_networks) {
  for (const auto& [name, text] : known_graphs()) {
    const std::vector<GraphBox> boxes = boxes_of(Architecture::parse(text));
    for (const int lines : {0, 1, 2, 5}) {
      GraphLayoutOptions options;
      options.lines = lines;
      expect_holds(boxes, lay_out(boxes, options), fmt::format("{} in {} lines", name, lines));
      if (HasFatalFailure()) return;
    }
  }
}

TEST(GraphLayout, holds_for_random_graphs_and_is_the_same_every_time) {
  for (unsigned seed = 0; seed < 60; ++seed) {
    const std::vector<GraphBox> boxes = random_graph(2 + static_cast<int>(seed) * 5,
                                                     seed % 3 == 0   ? 1000
                                                     : seed % 3 == 1 ? 4
                                                                     : 25,
                                                     seed);
    GraphLayoutOptions options;
    if (seed % 5 == 4) options.lines = 1 + static_cast<int>(seed) / 5;
    const GraphLayout layout = lay_out(boxes, options);
    expect_holds(boxes, layout, fmt::format("seed {}", seed));
    if (HasFatalFailure()) return;
    EXPECT_TRUE(same(layout, lay_out(boxes, options))) << seed;
  }
}

TEST(GraphLayout, holds_for_what_is_extreme) {
  const auto expect = [](const std::vector<GraphBox>& boxes, const char* what) {
    for (const float gap : {1.0f, 0.0f}) {
      const GraphLayoutOptions options{gap, 0.2f * gap, 0.6f * gap, 1.5f * gap};
      expect_holds(boxes, lay_out(boxes, options), what);
    }
  };
  EXPECT_TRUE(lay_out({}, {}).places.empty());
  expect(std::vector<GraphBox>(1), "one box");
  GraphBox nothing;
  nothing.along = nothing.above = nothing.below = 0;
  std::vector<GraphBox> boxes(40, nothing);
  for (int i = 1; i < 40; ++i) boxes[static_cast<size_t>(i)].inputs = {i - 1};
  expect(boxes, "boxes without a size");
  boxes.assign(2000, {});
  for (int i = 1; i < 2000; ++i) boxes[static_cast<size_t>(i)].inputs = {i - 1};
  expect(boxes, "a chain");
  for (GraphBox& box : boxes) box.tight = true;
  expect(boxes, "a chain that is tight");
  boxes.assign(500, {});
  for (int i = 1; i < 500; ++i) boxes[static_cast<size_t>(i)].inputs = {0};
  expect(boxes, "a star");
  boxes.resize(502);
  for (int i = 1; i < 500; ++i) boxes[500].inputs.push_back(i);
  boxes[501].inputs = {500};
  expect(boxes, "a join of 499");
  for (int i = 1; i < 500; ++i) boxes[static_cast<size_t>(i)].inputs.clear();
  expect(boxes, "a join of constants");
  boxes.assign(3, {});
  boxes[2].inputs = {1, 1};
  expect(boxes, "an input that nobody reads, and one read twice");
  expect(random_graph(2000, 2000, 1), "2,000 boxes at random");
}

TEST(GraphLayout, a_residual_block_has_its_projection_above_and_its_identity_as_an_arc) {
  const Named resnet = laid_out(build_model("resnet50"), 1);
  EXPECT_EQ(resnet.jumps(), 12);  // of sixteen blocks, four project
  int above = 0;
  for (int i = 0; i < resnet.architecture.size(); ++i) {
    const std::string& name = resnet.architecture.nodes()[static_cast<size_t>(i)].name;
    const bool projects = name.find("downsample") != std::string::npos;
    EXPECT_EQ(resnet.layout.places[static_cast<size_t>(i)].lane, projects ? 1 : 0) << name;
    above += projects ? 1 : 0;
  }
  EXPECT_EQ(above, 8);
  EXPECT_LT(resnet.place("layer2.0.downsample.0").y, resnet.place("layer2.0.conv1").y);
  EXPECT_EQ(resnet.place("layer2.0.downsample.0").column, resnet.place("layer2.0.conv1").column);
}

TEST(GraphLayout, the_branches_of_a_module_stand_side_by_side) {
  const Named fire = laid_out(build_model("squeezenet1_1"), 1);
  EXPECT_EQ(fire.jumps(), 0);
  for (const std::string name : {"features.3", "features.12"}) {
    EXPECT_EQ(fire.lane(name + ".squeeze"), 0);
    EXPECT_EQ(fire.lane(name + ".expand1x1"), 0);
    EXPECT_EQ(fire.lane(name + ".expand3x3"), 1);
    EXPECT_EQ(fire.place(name + ".expand1x1").column, fire.place(name + ".expand3x3").column);
  }
  const Named inception = laid_out(Architecture::parse(known_graphs().at("inception")), 1);
  EXPECT_EQ(inception.jumps(), 0);
  for (const char* module : {"m1.", "m2."}) {
    const std::string name = module;
    EXPECT_EQ(inception.lane(name + "a"), 0);
    EXPECT_EQ(inception.lane(name + "b"), 1);
    EXPECT_EQ(inception.lane(name + "c"), 2);
    EXPECT_EQ(inception.lane(name + "d"), 3);
    EXPECT_EQ(inception.lane(name + "join"), 0);
    EXPECT_EQ(inception.place(name + "a").column + 2, inception.place(name + "join").column);
  }
  EXPECT_EQ(inception.lane("aux"), 1);  // it leads nowhere: the main path goes on
}

TEST(GraphLayout, long_links_run_above_all_that_they_pass_the_short_ones_inside) {
  const Named unet = laid_out(Architecture::parse(known_graphs().at("unet")), 1);
  for (const GraphPlace& place : unet.layout.places) EXPECT_EQ(place.lane, 0);
  ASSERT_EQ(unet.jumps(), 3);
  std::map<float, float> height_of_length;
  for (const GraphLink& link : unet.layout.links) {
    if (link.jump) height_of_length[link.points.back().first - link.points.front().first] = link.points[2].second;
  }
  ASSERT_EQ(height_of_length.size(), 3U);
  float before = 1e9f;
  for (const auto& [length, y] : height_of_length) {
    EXPECT_LT(y, before) << length;
    before = y;
  }

  const Named dense = laid_out(Architecture::parse(known_graphs().at("densenet")), 1);
  std::map<int, std::set<float>> heights;  // what leaves one box runs at one height
  for (const GraphLink& link : dense.layout.links) {
    if (link.jump) heights[link.from].insert(link.points[2].second);
  }
  EXPECT_GE(heights.size(), 8U);
  for (const auto& [from, ys] : heights) EXPECT_EQ(ys.size(), 1U) << from;
}

TEST(GraphLayout, what_is_tight_stands_close_behind_its_input_and_is_never_torn_off) {
  for (const char* name : {"lenet5", "resnet18", "squeezenet1_1"}) {
    for (const int lines : {0, 1, 4, 1000}) {
      const Named named = laid_out(build_model(name), lines);
      int tight = 0;
      for (size_t i = 0; i < named.boxes.size(); ++i) {
        if (!named.boxes[i].tight) continue;
        ++tight;
        const size_t input = static_cast<size_t>(named.boxes[i].inputs[0]);
        const GraphPlace &a = named.layout.places[input], &b = named.layout.places[i];
        EXPECT_EQ(a.line, b.line);
        EXPECT_EQ(a.y, b.y);
        EXPECT_NEAR(b.x - named.boxes[i].along / 2 - a.x - named.boxes[input].along / 2, 0.2f, kSlack);
      }
      EXPECT_GT(tight, 2) << name;
    }
  }
}

TEST(GraphLayout, folds_where_one_link_crosses_and_fills_the_shape_that_is_wanted) {
  for (const char* name : {"resnet50", "squeezenet1_1", "vgg16"}) {
    const Named named = laid_out(build_model(name), 4);
    std::vector<std::set<int>> crossing(4);
    for (const GraphLink& link : named.layout.links) {
      const int from = named.layout.places[static_cast<size_t>(link.from)].line;
      const int to = named.layout.places[static_cast<size_t>(link.to)].line;
      for (int line = from; line < to; ++line) crossing[static_cast<size_t>(line)].insert(link.from);
    }
    for (size_t line = 0; line + 1 < crossing.size(); ++line) EXPECT_EQ(crossing[line].size(), 1U) << name;
  }
  const std::vector<GraphBox> boxes = boxes_of(build_model("resnet50"));
  int before = 1000;
  for (const float aspect : {0.5f, 1.6f, 6.0f}) {
    GraphLayoutOptions options;
    options.aspect = aspect;
    const auto size = [aspect](const GraphLayout& layout) { return std::max(layout.width / aspect, layout.height); };
    const GraphLayout layout = lay_out(boxes, options);
    EXPECT_LT(std::abs(std::log(layout.width / layout.height / aspect)), 0.5f) << aspect;
    EXPECT_LT(layout.lines, before) << "a wider shape has fewer lines";
    before = layout.lines;
    for (const int other : {layout.lines - 1, layout.lines + 1}) {
      options.lines = other;
      if (other == 0) continue;
      EXPECT_GE(size(lay_out(boxes, options)), size(layout)) << aspect << " in " << other;
    }
  }
}

}  // namespace
}  // namespace striate
