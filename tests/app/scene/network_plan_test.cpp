// The plan of a network: what stands where, what the window does with it, and the files.
#include "app/scene/network_plan.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "app/widgets/input.h"
#include "app/widgets/textures.h"
#include "app/widgets/ui.h"
#include "engine/error.h"
#include "engine/files/image_file.h"
#include "engine/network/models.h"
#include "tests/app/scene/known_graphs.h"
#include "tests/test_folder.h"

namespace striate {
namespace {

OpenNetworkInfo info_of(const Architecture& architecture, const std::string& title) {
  OpenNetworkInfo info = describe_layers(architecture);
  info.title = title;
  return info;
}

OpenNetworkInfo info_of_model(const std::string& name) { return info_of(build_model(name), model(name).title); }

// 2,000 layers.
OpenNetworkInfo long_network() {
  std::string text = "input 4x8x8";
  for (int i = 0; i < 500; ++i) text += " | conv 4 3x3 pad 1 | batchnorm | relu | maxpool 3 stride 1 pad 1";
  return info_of(Architecture::parse(text), "long");
}

std::vector<std::pair<std::string, OpenNetworkInfo>> networks() {
  std::vector<std::pair<std::string, OpenNetworkInfo>> list;
  for (const std::vector<Model>* models_of : {&models(), &large_models()})
    for (const Model& each : *models_of) list.emplace_back(each.name, info_of_model(each.name));
  for (const auto& [name, text] : known_graphs()) list.emplace_back(name, info_of(Architecture::parse(text), name));
  list.emplace_back("resnet152", info_of(Architecture::parse(resnet_text({3, 8, 36, 3})), "ResNet-152"));
  list.emplace_back("long", long_network());
  Architecture empty;
  empty.set_input({7});
  list.emplace_back("nothing", info_of(empty, "nothing"));
  list.emplace_back(
      "long words",
      info_of(Architecture::parse("input 1x30x30 | "
                                  "a_name_that_goes_on_and_on.and_on/until-it-is-far-too-long.for_a_card: "
                                  "conv 4 3x3 stride 2x1 pad 2,1,1,0 dilation 2 groups 1 no bias\n"
                                  "reshape batch,1,2,1,2,-1"),
              "a title that is longer than any title should be, and then goes on for a while, up to here, "
              "where it ends"));
  return list;
}

// Well-formed: tags are closed in their order, attributes are quoted, nothing is bare that must be escaped. Texts by
// the class of their element.
std::multimap<std::string, std::string> texts_of_xml(const std::string& xml) {
  std::multimap<std::string, std::string> texts;
  std::vector<std::string> open, classes;
  size_t at = 0;
  const std::string declaration = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
  EXPECT_EQ(xml.substr(0, declaration.size()), declaration);
  at = declaration.size();
  const auto check_references = [](const std::string& text) {
    for (size_t amp = text.find('&'); amp != std::string::npos; amp = text.find('&', amp + 1)) {
      const std::string name = text.substr(amp, text.find(';', amp) - amp + 1);
      EXPECT_TRUE(name == "&amp;" || name == "&lt;" || name == "&gt;" || name == "&quot;") << name;
    }
  };
  while (at < xml.size()) {
    if (xml[at] != '<') {
      const size_t end = std::min(xml.find('<', at), xml.size());
      const std::string text = xml.substr(at, end - at);
      check_references(text);
      EXPECT_EQ(text.find('>'), std::string::npos) << text;
      if (open.empty()) {
        EXPECT_EQ(text.find_first_not_of('\n'), std::string::npos) << text;
      }
      if (!open.empty() && open.back() == "text") texts.emplace(classes.back(), text);
      at = end;
      continue;
    }
    const size_t end = xml.find('>', at);
    if (end == std::string::npos) {
      ADD_FAILURE() << "a tag is not closed";
      return texts;
    }
    std::string tag = xml.substr(at + 1, end - at - 1);
    at = end + 1;
    if (tag[0] == '/') {
      if (open.empty() || open.back() != tag.substr(1)) {
        ADD_FAILURE() << "</" << tag << " closes nothing";
        return texts;
      }
      open.pop_back(), classes.pop_back();
      continue;
    }
    const bool alone = tag.back() == '/';
    if (alone) tag.pop_back();
    const size_t name_end = std::min(tag.find(' '), tag.size());
    std::map<std::string, std::string> attributes;
    for (size_t i = name_end; i < tag.size();) {
      const size_t equals = tag.find("=\"", i), quote = tag.find('"', equals + 2);
      if (tag[i] != ' ' || equals == std::string::npos || quote == std::string::npos) {
        ADD_FAILURE() << "no attribute: " << tag.substr(i);
        return texts;
      }
      const bool added =
          attributes.emplace(tag.substr(i + 1, equals - i - 1), tag.substr(equals + 2, quote - equals - 2)).second;
      EXPECT_TRUE(added) << "an attribute stands twice: " << tag;
      check_references(attributes.rbegin()->second);
      i = quote + 1;
    }
    if (alone) continue;
    open.push_back(tag.substr(0, name_end));
    classes.push_back(attributes["class"]);
  }
  EXPECT_TRUE(open.empty());
  return texts;
}

// The window with nothing but a plan.
class NetworkPlanTest : public testing::Test {
 protected:
  Registry registry;
  NoTextures textures;
  Ui ui{registry, textures};
  InputQueue hands;
  Vec size{1280, 800};
  double now = 1;
  PlanLook look;
  PlanResponse last;
  std::vector<std::string> sent;
  std::vector<Ui::WholeText> texts;

  void frame(const NetworkPlan& plan, bool dark = true) {
    now += 1.0 / 60;
    texts.clear();
    ui.record_whole(&texts);
    Ui::Frame f;
    f.input = hands.next();
    f.size = size;
    f.now = now;
    f.dark = dark;
    ui.begin_frame(f);
    last = draw_network_plan(ui, {0, 0, size.x, size.y}, plan, look);
    ui.end_frame();
    ui.record_whole(nullptr);
    if (last.view_changed) look.view = last.view;
    for (std::string& line : ui.take_commands()) sent.push_back(std::move(line));
  }
  void play(const NetworkPlan& plan) {
    frame(plan);
    while (!hands.empty()) frame(plan);
    frame(plan);
  }
  int count(const std::string& text) const {
    return static_cast<int>(
        std::count_if(texts.begin(), texts.end(), [&](const Ui::WholeText& each) { return each.text == text; }));
  }
  Vec on_screen(const NetworkPlan& plan, int node) const {
    for (const PlanRow& row : plan.cards[static_cast<size_t>(plan.card_of[static_cast<size_t>(node)])].rows)
      if (row.node == node) return to_screen(last.view, {0, 0, size.x, size.y}, row.place.center());
    return {};
  }
};

}  // namespace

TEST_F(NetworkPlanTest, every_layer_stands_on_one_card_and_nothing_overlaps) {
  frame(plan_network(info_of_model("tiny")));  // fonts
  for (const auto& [name, info] : networks()) {
    SCOPED_TRACE(name);
    const NetworkPlan plan = plan_network(info);
    std::vector<int> stands(info.layers.size());
    for (size_t c = 0; c < plan.cards.size(); ++c) {
      const PlanCard& card = plan.cards[c];
      ASSERT_TRUE((Rect{0, 0, plan.width + 1, plan.height + 1}.contains(card.place))) << c;
      for (size_t k = c + 1; k < plan.cards.size(); ++k)
        ASSERT_FALSE(card.place.inset(0.1f).overlaps(plan.cards[k].place)) << c << " and " << k;
      float y = card.place.y;
      for (const PlanRow& row : card.rows) {
        ++stands[static_cast<size_t>(row.node)];
        EXPECT_EQ(plan.card_of[static_cast<size_t>(row.node)], static_cast<int>(c));
        EXPECT_NEAR(row.place.y, y, 0.01f);
        y = row.place.bottom();
        EXPECT_EQ(layer_at(plan, row.place.center()), row.node);
      }
      EXPECT_NEAR(y, card.place.bottom(), 0.01f);
      for (size_t i = card.texts; i < card.texts_end; ++i) {
        ASSERT_TRUE(card.place.inset(2, 1).contains(plan.texts[i].place)) << plan.texts[i].text;
        for (size_t k = i + 1; k < card.texts_end; ++k) {
          ASSERT_FALSE(plan.texts[i].place.inset(0.6f, 1.5f).overlaps(plan.texts[k].place))
              << plan.texts[i].text << " and " << plan.texts[k].text;
        }
      }
    }
    EXPECT_EQ(std::count(stands.begin(), stands.end(), 1), static_cast<int64_t>(stands.size()));
    ASSERT_EQ(plan.notes.size(), info.layers.size());
    for (const PlanArrow& arrow : plan.arrows) {
      const Rect& from = plan.cards[static_cast<size_t>(plan.card_of[static_cast<size_t>(arrow.from)])].place;
      const Rect& to = plan.cards[static_cast<size_t>(plan.card_of[static_cast<size_t>(arrow.to)])].place;
      EXPECT_NEAR(arrow.corners.front().x, from.right(), 0.1f);
      EXPECT_NEAR(arrow.corners.front().y, from.center().y, 0.1f);
      EXPECT_NEAR(arrow.corners.back().x, to.x, 0.1f);
      EXPECT_NEAR(arrow.corners.back().y, to.center().y, 0.1f);
    }
    // The window's fonts are no wider than what was measured for any font.
    const auto fits = [&](const PlanText& text) {
      const Font font = plan_text_is_mono(text.type)     ? Font::number
                        : plan_text_is_strong(text.type) ? Font::strong
                                                         : Font::caption;
      EXPECT_LE(ui.measure(font, text.text, plan_text_size(text.type)).x, text.place.w) << text.text;
    };
    for (const PlanText& text : plan.texts) fits(text);
    for (const PlanText& text : plan.header.texts) {
      fits(text);
      EXPECT_LE(text.place.right(), plan.header.width);
      EXPECT_LE(text.place.bottom(), plan.header.height);
    }
  }
}

TEST_F(NetworkPlanTest, layers_of_a_long_network_share_cards) {
  const OpenNetworkInfo info = info_of_model("resnet50");
  const NetworkPlan plan = plan_network(info);
  const auto card_of = [&](const std::string& name) {
    return plan.card_of[static_cast<size_t>(info.architecture.find(name))];
  };
  EXPECT_EQ(card_of("layer1.0.conv1"), card_of("layer1.0.bn1"));
  EXPECT_EQ(card_of("layer1.0.conv1"), card_of("layer1.0.relu1"));
  EXPECT_NE(card_of("layer1.0.relu1"), card_of("layer1.0.conv2"));
  EXPECT_EQ(card_of("layer1.0.add"), card_of("layer1.0"));
  EXPECT_EQ(plan.cards.size(), 1 + 1 + 1 + 4 * 5 + 12 * 4 + 2);
  EXPECT_EQ(plan_network(info_of_model("lenet5")).cards.size(), 13U);
  int jumps = 0;
  for (const PlanArrow& arrow : plan.arrows) jumps += arrow.jump ? 1 : 0;
  EXPECT_EQ(jumps, 12) << "identities, those that go into another line, too";
}

TEST_F(NetworkPlanTest, words_say_what_a_layer_does_and_notes_how_it_is_counted) {
  const NetworkPlan plan = plan_network(info_of_model("resnet50"));
  const auto says = [&](PlanType type, const std::string& words) {
    return std::count_if(plan.texts.begin(), plan.texts.end(),
                         [&](const PlanText& text) { return text.type == type && text.text == words; });
  };
  EXPECT_EQ(says(PlanType::words, "conv 64 7x7 stride 2"), 1);
  EXPECT_EQ(says(PlanType::words, "conv 2048 1x1 stride 2"), 1);
  EXPECT_EQ(says(PlanType::parameters, "2 049 000 parameters"), 1);
  EXPECT_EQ(says(PlanType::shape, "64 \u00d7 112 \u00d7 112"), 1);
  const NetworkPlan lenet = plan_network(info_of_model("lenet5"));
  const HoverNote& note = lenet.notes[1];
  EXPECT_EQ(note.title, "0: conv 6 5x5 pad 2");
  ASSERT_EQ(note.lines.size(), 3U);
  EXPECT_EQ(note.lines[0].value, "6 \u00d7 28 \u00d7 28");
  EXPECT_EQ(note.lines[1].value, "(5*5*1 + 1)*6 = 156");
  EXPECT_EQ(note.command, "architecture.show 0");
}

TEST_F(NetworkPlanTest, lenet_shows_every_label_at_1280_by_800_in_either_theme) {
  for (const auto& [name, info] : networks()) {
    if (name != "lenet5" && name != "lenet5-tanh" && name != "alexnet") continue;
    SCOPED_TRACE(name);
    NetworkPlanOptions options;
    options.aspect = size.x / size.y;
    const NetworkPlan plan = plan_network(info, options);
    for (const bool dark : {true, false}) {
      frame(plan, dark);
      EXPECT_EQ(texts.size(), plan.texts.size());
      for (const Ui::WholeText& text : texts) EXPECT_FALSE(text.cut) << text.text;
      for (const PlanText& text : plan.texts) EXPECT_GE(count(text.text), 1) << text.text;
    }
  }
}

TEST_F(NetworkPlanTest, labels_vanish_before_they_get_unreadable) {
  const NetworkPlan plan = plan_network(long_network());
  frame(plan);
  EXPECT_TRUE(texts.empty()) << "from afar there are cards alone";
  look.view = {plan.cards[5].place.center(), 1};
  frame(plan);
  EXPECT_GT(texts.size(), 20U);
  EXPECT_LT(texts.size(), plan.texts.size() / 4) << "what is elsewhere is not drawn";
  look.view.zoom = 0.6f;
  frame(plan);
  ASSERT_FALSE(texts.empty());
  for (const Ui::WholeText& text : texts) EXPECT_EQ(text.text.find("parameters"), std::string::npos);
}

TEST_F(NetworkPlanTest, hands_zoom_move_choose_and_ask) {
  const NetworkPlan plan = plan_network(info_of_model("lenet5"));
  frame(plan);
  const float fitted = last.view.zoom;
  hands.move(on_screen(plan, 4));
  play(plan);
  EXPECT_EQ(last.hovered, 4);
  EXPECT_EQ(last.note.title, "3: conv 16 5x5");
  EXPECT_TRUE(sent.empty());
  hands.button(0, true), hands.button(0, false);
  play(plan);
  EXPECT_EQ(sent, std::vector<std::string>{"architecture.show 3"});
  sent.clear();

  const Vec before = on_screen(plan, 4);
  hands.scroll({0, 2});
  play(plan);
  EXPECT_GT(last.view.zoom, fitted * 1.3f);
  EXPECT_NEAR(on_screen(plan, 4).x, before.x, 1) << "what is under the mouse stays";
  EXPECT_EQ(last.hovered, 4);

  hands.button(0, true);
  hands.move(before + Vec{60, 25});
  hands.button(0, false);
  play(plan);
  EXPECT_NEAR(on_screen(plan, 4).x, before.x + 60, 1);
  EXPECT_NEAR(on_screen(plan, 4).y, before.y + 25, 1);
  EXPECT_TRUE(sent.empty()) << "a drag is no click";

  look.view = {};
  look.chosen = 4;
  hands.key({"Tab", false});
  play(plan);
  hands.key({"Right", false});
  play(plan);
  hands.key({"Left", false});
  play(plan);
  EXPECT_EQ(sent, (std::vector<std::string>{"architecture.show 4", "architecture.show 2"}));
  look.chosen = 1;
  sent.clear();
  hands.key({"Left", false});
  play(plan);
  EXPECT_EQ(sent, std::vector<std::string>{"architecture.show input"});
}

TEST_F(NetworkPlanTest, a_drawing_is_well_formed_and_names_every_layer_once) {
  for (const auto& [name, info] : networks()) {
    SCOPED_TRACE(name);
    const std::string svg = plan_svg(plan_network(info), info.title);
    EXPECT_EQ(svg, plan_svg(plan_network(info), info.title)) << "the same every time";
    const std::multimap<std::string, std::string> texts_of = texts_of_xml(svg);
    if (HasFailure()) return;
    EXPECT_EQ(texts_of.count("name"), info.layers.size() - 1);
    std::multiset<std::string> names;
    for (auto [at, end] = texts_of.equal_range("name"); at != end; ++at) names.insert(at->second);
    for (size_t node = 1; node < info.layers.size(); ++node) {
      const std::string& layer = info.layers[node].name;
      if (names.count(layer) == 1) continue;
      // Shortened on the card; whole where a program shows it under the mouse.
      EXPECT_EQ(names.count(layer), 0U) << layer;
      EXPECT_NE(svg.find("<title>" + layer + "</title>"), std::string::npos) << layer;
      EXPECT_EQ(svg.find("<title>" + layer + "</title>"), svg.rfind("<title>" + layer + "</title>")) << layer;
    }
  }
  const OpenNetworkInfo info = info_of(Architecture::parse("input 4 | dense 2"), "<A & \"B\">\n\x01");
  const std::string svg = plan_svg(plan_network(info), info.title);
  texts_of_xml(svg);
  EXPECT_NE(svg.find("<title>&lt;A &amp; &quot;B&quot;&gt;"), std::string::npos);
}

TEST_F(NetworkPlanTest, a_picture_has_the_width_that_was_asked_for_and_the_colors_of_the_layers) {
  const NetworkPlan plan = plan_network(info_of_model("resnet20"));
  for (const PlanPictureOptions& options : {PlanPictureOptions{1200, false}, PlanPictureOptions{2000, true}}) {
    const Image picture = plan_picture(plan, options);
    EXPECT_NEAR(picture.width, options.width, 1);
    EXPECT_NEAR(static_cast<float>(picture.height) / static_cast<float>(picture.width),
                (plan.height + plan.header.height) / plan.width, 0.02f);
    const Theme& theme = options.dark ? dark_theme() : light_theme();
    const auto counted = [&](Color color) {
      int found = 0;
      for (int y = 0; y < picture.height; ++y) {
        for (int x = 0; x < picture.width; ++x) {
          const uint8_t* p = picture.at(x, y);
          const auto near = [&](int channel) {
            return std::abs(p[channel] - static_cast<int>(color >> (8 * channel) & 255)) < 4;
          };
          found += near(0) && near(1) && near(2) ? 1 : 0;
        }
      }
      return found;
    };
    EXPECT_GT(counted(theme.surface), picture.width * picture.height / 4) << "paper";
    for (const Concept tone : {Concept::input, Concept::kernel, Concept::bias, Concept::activation})
      EXPECT_GT(counted(plan_tone(theme, tone)), 20);
    EXPECT_EQ(picture.bytes, plan_picture(plan, options).bytes);
  }
  const Image large = plan_picture(plan_network(long_network()), {4000, false});
  EXPECT_NEAR(large.width, 4000, 1);
  const Image small = plan_picture(plan_network(info_of(Architecture::parse("input 7 | relu"), "one")), {3000, false});
  EXPECT_NEAR(small.width, 3000, 1);
}

TEST_F(NetworkPlanTest, files_are_written_by_their_ending_and_over_nothing_else) {
  const TestFolder folder;
  const OpenNetworkInfo info = info_of_model("lenet5");
  const auto failure = [&](const std::string& path, const SavePlanOptions& options) {
    try {
      save_network_plan(path, info, options);
    } catch (const Error& error) {
      return std::string(error.what()) + " / " + error.hint();
    }
    return std::string();
  };
  const std::string svg = folder / "plan.SVG", png = folder / "plan.png";
  SavePlanOptions options;
  options.picture.width = 640;
  for (int turn = 0; turn < 2; ++turn) {
    EXPECT_EQ(failure(svg, options), "");
    EXPECT_EQ(failure(png, options), "");
  }
  std::ifstream file(svg);
  texts_of_xml(std::string(std::istreambuf_iterator<char>(file), {}));
  EXPECT_NEAR(read_image(png)->width, 640, 1);
  EXPECT_NE(failure(folder / "plan.pdf", options).find("ends neither in .svg nor in .png"), std::string::npos);
  std::ofstream(folder / "notes.svg") << "Dear diary\n";
  EXPECT_NE(failure(folder / "notes.svg", options).find("another text, not a drawing (SVG)"), std::string::npos);
  options.force = true;
  EXPECT_EQ(failure(folder / "notes.svg", options), "");
}

}  // namespace striate
