// Every page and every tab of the page `train`, on the desk and on a projector, in every size that a window may have:
// what the Ui records of a frame is looked at, no window is needed. Nothing overlaps, nothing is cut, the stage comes
// first while presenting and its numbers don't get smaller; tooltips hide neither menus nor what they explain.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "app/words/languages.h"
#include "tests/app/every_page.h"

namespace striate {
namespace {

constexpr Vec kSizes[] = {{800, 500}, {1024, 600}, {1280, 720}, {1280, 800}, {1920, 1080}, {2560, 1440}};
// The least part of the window that the stage has while presenting; under a lesson's words, half of that.
constexpr float kStageShare = 0.85f, kStageShareInLesson = 0.45f;
// A number on a projector is no smaller; in a window that is smaller than a projector, no smaller than on the desk.
constexpr float kLeastNumber = 11, kLeastNumberInSmallWindow = 8;

// The shell with a small training, so that every tab has something to show.
class Sizes : public testing::Test {
 protected:
  static ShellDriver& driver() {
    static ShellDriver* shared = [] {
      auto* made = new ShellDriver();  // one training for all tests of this file; it lives until the end
      train_a_little(*made);
      return made;
    }();
    return *shared;
  }
  void TearDown() override {
    driver().run("language system");
    driver().run("presentation off");
    if (driver().app.lessons().is_open()) driver().run("lesson.close");
    driver().resize({1280, 800});
  }

  static Vec units() { return driver().shell.ui().frame().size; }  // the window, in the units that items have
  static float stage_share() {
    const Rect& stage = driver().shell.layout().stage;
    return stage.w * stage.h / (units().x * units().y);
  }
  static std::string named(const Item& item) { return "'" + item.label + "' (" + item.kind + ")"; }
};

// What may lie on something else: a handle on a picture, a button on its row, a scroll bar on its panel.
bool may_lie_on(const Item& above, const Item& below) {
  if (above.kind == "scroll" || below.kind == "scroll") return true;
  return below.visible.inset(-1).contains(above.visible);
}

void expect_nothing_overlaps(const std::vector<Item>& items, const std::string& where) {
  for (size_t i = 0; i < items.size(); ++i) {
    const Item& a = items[i];
    if (a.visible.empty()) continue;
    for (size_t k = i + 1; k < items.size(); ++k) {
      const Item& b = items[k];
      if (b.visible.empty() || a.layer != b.layer) continue;
      const Rect shared = intersection(a.visible, b.visible);
      if (shared.w <= 1 || shared.h <= 1) continue;
      EXPECT_TRUE(may_lie_on(b, a)) << where << ": '" << a.label << "' and '" << b.label << "' overlap";
    }
  }
}

void expect_nothing_is_cut(const std::vector<Item>& items, Vec size, const std::string& where) {
  const Rect window = Rect{0, 0, size.x, size.y}.inset(-0.5f);
  for (const Item& item : items) {
    EXPECT_TRUE(item.visible.empty() || window.contains(item.visible)) << where << ": '" << item.label << "'";
    EXPECT_GT(item.rect.w, 0) << where << ": '" << item.label << "' has no width";
    // What a panel scrolls may be cut above and below, never at its sides.
    if (item.visible.empty()) {
      EXPECT_TRUE(item.scrolls) << where << ": '" << item.label << "' cannot be seen";
      continue;
    }
    EXPECT_NEAR(item.visible.w, item.rect.w, 1) << where << ": '" << item.label << "' is cut at its side";
    if (!item.scrolls) {
      EXPECT_NEAR(item.visible.h, item.rect.h, 1) << where << ": '" << item.label << "' is cut";
    }
  }
}

TEST_F(Sizes, nothing_overlaps_and_nothing_is_cut_on_the_desk_and_on_the_projector) {
  for (const Vec size : kSizes) {
    driver().resize(size);
    for (const bool presentation : {false, true}) {
      driver().run(presentation ? "presentation on" : "presentation off");
      each_page(driver(), [&](const std::string& page) {
        const std::string where =
            fmt::format("{} at {} x {}{}", page, size.x, size.y, presentation ? ", presenting" : "");
        expect_nothing_overlaps(driver().shell.ui().items(), where);
        expect_nothing_is_cut(driver().shell.ui().items(), units(), where);
      });
    }
  }
}

// Words that are longer than the English ones (app/words/languages.h): the layout gives way, or they do.
TEST_F(Sizes, nothing_overlaps_and_nothing_is_cut_in_a_language_with_longer_words) {
  driver().run(fmt::format("language {}", kMadeUpLanguage));
  for (const Vec size : {Vec{800, 500}, Vec{1280, 800}, Vec{1920, 1080}}) {
    driver().resize(size);
    for (const bool presentation : {false, true}) {
      driver().run(presentation ? "presentation on" : "presentation off");
      each_page(driver(), [&](const std::string& page) {
        const std::string where =
            fmt::format("{} at {} x {}{}, made-up words", page, size.x, size.y, presentation ? ", presenting" : "");
        expect_nothing_overlaps(driver().shell.ui().items(), where);
        expect_nothing_is_cut(driver().shell.ui().items(), units(), where);
      });
      driver().run("page home");
      for (const auto& [open, close] : {std::pair("help on", "help off"),
                                        {"palette on", "palette off"},
                                        {"glossary stride", "glossary.close"},
                                        {"browse open", "browse close"},
                                        {"browse save", "browse close"}}) {
        driver().run(open);
        const std::string where =
            fmt::format("{} at {} x {}{}, made-up words", open, size.x, size.y, presentation ? ", presenting" : "");
        std::vector<Item> items = driver().shell.ui().items();
        std::erase_if(items, [](const Item& item) { return item.layer == 0; });
        expect_nothing_overlaps(items, where);
        expect_nothing_is_cut(items, units(), where);
        driver().run(close);
      }
    }
  }
}

TEST_F(Sizes, nothing_overlaps_at_any_scale_in_the_smallest_window) {
  driver().resize(kLeastWindow);
  for (const float scale : {1.25f, 1.5f, 2.0f}) {
    driver().scale = scale;
    each_page(driver(), [&](const std::string& page) {
      const std::string where = fmt::format("{} at scale {}", page, scale);
      expect_nothing_overlaps(driver().shell.ui().items(), where);
      expect_nothing_is_cut(driver().shell.ui().items(), units(), where);
    });
  }
  driver().scale = 1;
}

// Items by label and place in the order of drawing, which is the same at every scale.
std::vector<Item> placed(const std::vector<Item>& items) {
  std::vector<Item> out;
  for (const Item& item : items) {
    if (item.kind != "scroll" && item.kind != "live number") out.push_back(item);
  }
  return out;
}

void expect_in_proportion(const std::vector<Item>& a, const std::vector<Item>& b, const std::string& where) {
  ASSERT_EQ(a.size(), b.size()) << where;
  for (size_t i = 0; i < a.size(); ++i) {
    const Rect &p = a[i].rect, &q = b[i].rect;
    EXPECT_EQ(a[i].label, b[i].label) << where;
    // Type is made in whole pixels: a text is a little narrower or wider, what follows it in a line moves along.
    const float across = 6 + 0.03f * std::max(p.x, p.w);
    EXPECT_TRUE(std::abs(p.y - q.y) <= 6 && std::abs(p.h - q.h) <= 6 && std::abs(p.x - q.x) <= across &&
                std::abs(p.w - q.w) <= across)
        << fmt::format("{}: '{}' is at {:.1f} {:.1f}, {:.1f} x {:.1f}, and there at {:.1f} {:.1f}, {:.1f} x {:.1f}",
                       where, a[i].label, p.x, p.y, p.w, p.h, q.x, q.y, q.w, q.h);
  }
}

TEST_F(Sizes, every_distance_grows_with_the_monitors_scale_and_on_a_projector) {
  const auto places = [] {
    std::map<std::string, std::vector<Item>> found;
    each_page(driver(), [&](const std::string& page) { found[page] = placed(driver().shell.ui().items()); });
    return found;
  };
  const auto expect_same = [](const auto& all, const auto& others, const char* where) {
    for (const auto& [page, items] : all) expect_in_proportion(items, others.at(page), page + where);
  };
  driver().resize({1280, 800});
  const auto one = places();
  driver().scale = 2;
  const auto two = places();
  EXPECT_EQ(ImGui::GetDrawData()->FramebufferScale.x, 2);
  EXPECT_EQ(ImGui::GetDrawData()->DisplaySize.x, 1280);
  driver().scale = 1;
  expect_same(one, two, " at scale 2");
  // A projector's window is a small one of larger units.
  driver().run("presentation on");
  const auto large = places();
  EXPECT_FLOAT_EQ(driver().shell.unit(), 1.6f);
  EXPECT_FLOAT_EQ(ImGui::GetDrawData()->FramebufferScale.x, 1.6f);
  EXPECT_FLOAT_EQ(ImGui::GetDrawData()->DisplaySize.x, 800);
  driver().resize({800, 500});
  EXPECT_FLOAT_EQ(driver().shell.unit(), 1);
  expect_same(places(), large, " on a projector");
}

// What the stage has in the smallest window: a third of it at least, with something on it.
TEST_F(Sizes, the_stage_is_there_in_the_smallest_window) {
  driver().resize(kLeastWindow);
  each_page(driver(), [&](const std::string& page) {
    const Rect stage = driver().shell.layout().stage;
    EXPECT_GE(stage_share(), 0.33f) << page;
    EXPECT_GE(stage.h, 250) << page;
    const std::vector<Item>& items = driver().shell.ui().items();
    EXPECT_TRUE(std::any_of(items.begin(), items.end(),
                            [&](const Item& item) {
                              const Rect seen = intersection(item.visible, stage);
                              return item.layer == 0 && seen.w * seen.h > 0.004f * stage.w * stage.h;
                            }))
        << page << ": nothing stands on the stage";
  });
}

// No words give way to an ellipsis but names of files and what is said to be shortened.
TEST_F(Sizes, words_are_whole_in_the_smallest_window) {
  driver().resize(kLeastWindow);
  each_page(driver(), [&](const std::string& page) {
    std::vector<std::string> texts;
    driver().shell.ui().record_texts(&texts);
    driver().frame();
    driver().shell.ui().record_texts(nullptr);
    for (const std::string& text : texts) {
      // "Open\u2026" says that a question follows; the text of a field is as long as it is.
      const bool whole = !text.ends_with("\u2026") || text.starts_with("learning digits") ||
                         driver().shell.ui().find_item(text) || text.find(" | ") != std::string::npos;
      EXPECT_TRUE(whole) << page << ": " << text;
    }
  });
}

TEST_F(Sizes, nothing_overlaps_where_the_inspector_is_unfolded_while_presenting) {
  for (const Vec size : kSizes) {
    driver().resize(size);
    driver().run("presentation on");
    driver().run("inspector on");
    each_page(driver(), [&](const std::string& page) {
      const std::string where = fmt::format("{} at {} x {}, unfolded", page, size.x, size.y);
      EXPECT_NE(driver().shell.layout().inspector.empty(), driver().app.page().has_inspector()) << where;
      expect_nothing_overlaps(driver().shell.ui().items(), where);
      expect_nothing_is_cut(driver().shell.ui().items(), units(), where);
    });
  }
}

TEST_F(Sizes, a_lesson_leaves_its_page_whole) {
  const std::map<std::string, std::string> lessons = {
      {"pixels", "pixels"},           {"channels", "channels"},         {"filters", "filters"},
      {"convolution", "convolution"}, {"pooling", "pooling"},           {"pretrained", "shortcut"},
      {"architecture", "one-cell"},   {"neuron", "why-layers"},         {"sharing", "sharing"},
      {"lenet", "lenet-reads"},       {"satellite", "split-that-lies"}, {"transfer", "what-to-freeze"},
      {"hardware", "shared-memory"}};
  for (const auto& [page, lesson] : lessons) {
    driver().resize({1280, 800});
    driver().run("presentation off");
    driver().run("lesson " + lesson);
    const int steps = driver().app.lessons().step_count();
    for (int step = 1; step <= steps; ++step) {
      driver().run("presentation off");
      driver().run(fmt::format("lesson.step {}", step));
      for (const Vec size : kSizes) {
        driver().resize(size);
        for (const bool presentation : {false, true}) {
          driver().run(presentation ? "presentation on" : "presentation off");
          const std::string where = fmt::format("lesson {}, step {} at {} x {}{}", lesson, step, size.x, size.y,
                                                presentation ? ", presenting" : "");
          expect_nothing_overlaps(driver().shell.ui().items(), where);
          expect_nothing_is_cut(driver().shell.ui().items(), units(), where);
          if (!presentation || !driver().shell.layout().inspector.empty()) continue;
          EXPECT_GE(stage_share(), kStageShareInLesson) << where;
        }
      }
    }
  }
}

TEST(Lessons, each_step_stands_in_the_smallest_window) {
  ShellDriver driver(kLeastWindow);
  for (const LessonEntry& entry : LessonSession::entries()) {
    driver.run("lesson " + entry.name);
    const int steps = driver.app.lessons().step_count();
    for (int step = 1; step <= steps; ++step) {
      driver.run(fmt::format("lesson.step {}", step));
      const std::string where = fmt::format("lesson {}, step {}", entry.name, step);
      expect_nothing_overlaps(driver.shell.ui().items(), where);
      expect_nothing_is_cut(driver.shell.ui().items(), kLeastWindow, where);
      EXPECT_GE(driver.shell.layout().stage.h, 0.3f * kLeastWindow.y) << where;
    }
  }
}

TEST_F(Sizes, dialogs_stand_in_every_window) {
  for (const Vec size : kSizes) {
    driver().resize(size);
    for (const bool presentation : {false, true}) {
      driver().run(presentation ? "presentation on" : "presentation off");
      for (const auto& [open, close] : {std::pair("help on", "help off"),
                                        {"palette on", "palette off"},
                                        {"glossary stride", "glossary.close"},
                                        {"glossary", "glossary.close"},
                                        {"browse open", "browse close"},
                                        {"browse save", "browse close"}}) {
        driver().run(open);
        const std::string where =
            fmt::format("{} at {} x {}{}", open, size.x, size.y, presentation ? ", presenting" : "");
        std::vector<Item> items = driver().shell.ui().items();
        std::erase_if(items, [](const Item& item) { return item.layer == 0; });
        EXPECT_FALSE(items.empty()) << where;
        expect_nothing_overlaps(items, where);
        expect_nothing_is_cut(items, units(), where);
        driver().run(close);
      }
    }
  }
}

// The size of a grid's numbers in the window, by the grid's label; a grid without numbers is not in it.
std::map<std::string, float> numbers(ShellDriver& driver) {
  std::map<std::string, float> found;
  for (const Item& item : driver.shell.ui().items()) {
    if (item.number > 0 && !item.visible.empty()) found[item.label] = item.number * driver.shell.unit();
  }
  return found;
}

TEST_F(Sizes, presenting_gives_the_stage_its_share_and_makes_no_number_smaller) {
  for (const Vec size : kSizes) {
    driver().resize(size);
    each_page(driver(), [&](const std::string& page) {
      const std::string where = fmt::format("{} at {} x {}", page, size.x, size.y);
      driver().run("presentation off");
      const std::map<std::string, float> on_the_desk = numbers(driver());
      driver().run("presentation on");
      EXPECT_GE(stage_share(), kStageShare) << where;
      const float least = size.x >= 1280 ? kLeastNumber : kLeastNumberInSmallWindow;
      const std::map<std::string, float> presented = numbers(driver());
      for (const auto& [label, number] : presented) EXPECT_GE(number, least) << where << ": " << label;
      for (const auto& [label, number] : on_the_desk) {
        const Item* grid = driver().shell.ui().find_item(label);
        if (!grid || grid->visible.empty()) continue;  // it stands in the inspector, which is folded
        const auto now = presented.find(label);
        ASSERT_NE(now, presented.end()) << where << ": the numbers of '" << label << "' are gone";
        EXPECT_GE(now->second, number) << where << ": " << label;
      }
      driver().run("presentation off");
    });
  }
}

// How much of the stage its grids take, in the one of its two directions that they take more of.
float filled(ShellDriver& driver) {
  const Rect& stage = driver.shell.layout().stage;
  Rect all;
  for (const Item& item : driver.shell.ui().items()) {
    if (item.kind != "grid" || !stage.contains(item.rect)) continue;
    if (all.empty()) all = item.rect;
    const Rect& r = item.rect;
    const float right = std::max(all.right(), r.right()), bottom = std::max(all.bottom(), r.bottom());
    all.x = std::min(all.x, r.x), all.y = std::min(all.y, r.y);
    all.w = right - all.x, all.h = bottom - all.y;
  }
  return std::max(all.w / stage.w, all.h / stage.h);
}

TEST_F(Sizes, grids_fill_the_stage_however_few_their_cells_are) {
  for (const Vec size : {Vec{1280, 800}, Vec{1920, 1080}, Vec{2560, 1440}}) {
    driver().resize(size);
    for (const char* page : {"convolution", "pooling"}) {
      driver().run(std::string("page ") + page);
      for (const char* input : {"1 2; 3 4", "deck"}) {
        driver().run(fmt::format("{}.input {}", page, input));
        EXPECT_GE(filled(driver()), 0.8f) << page << " " << input << " at " << size.x;
      }
    }
  }
}

// ---- tooltips -------------------------------------------------------------------------------------------------------

class Tips : public Sizes {
 protected:
  // The tooltip and the note beside the mouse, drawn; empty where there is none.
  static std::vector<Ui::Note> tips_of(const Item& item) {
    driver().move(item.visible.center());
    driver().frame();
    driver().frame();
    driver().wait(1);
    driver().frame();
    return driver().shell.ui().tips();
  }
};

TEST_F(Tips, lie_in_the_window_and_beside_what_they_explain_a_menu_a_notice_and_an_error) {
  driver().patient = false;
  int seen = 0;
  for (const Vec size : {Vec{800, 500}, Vec{1280, 720}, Vec{1920, 1080}}) {
    driver().resize(size);
    for (const bool presentation : {false, true}) {
      driver().run(presentation ? "presentation on" : "presentation off");
      const Rect window{0, 0, units().x, units().y};
      each_page(driver(), [&](const std::string& page) {
        driver().app.send("open /nonexistent/folder/picture.png");  // a notice over the stage
        driver().settle();
        const std::vector<Item> items = driver().shell.ui().items();
        Rect notice;
        for (const Item& item : items) {
          if (item.label == "Dismiss") notice = item.visible;
        }
        EXPECT_FALSE(notice.empty());
        for (const Item& item : items) {
          if (item.visible.empty()) continue;
          const auto tips = tips_of(item);
          const std::string where =
              fmt::format("{} at {} x {}{}: {}", page, size.x, size.y, presentation ? ", presenting" : "", named(item));
          for (const Ui::Note& tip : tips) {
            ++seen;
            EXPECT_TRUE(window.contains(tip.place)) << where;
            EXPECT_FALSE(tip.place.overlaps(tip.about)) << where << " covers what it explains";
            EXPECT_FALSE(tip.place.overlaps(notice)) << where << " covers a notice";
            for (const Rect& error : driver().shell.ui().error_places()) {
              EXPECT_FALSE(tip.place.overlaps(error)) << where << " covers an error";
            }
          }
        }
        driver().run("notice.dismiss");
      });
    }
  }
  EXPECT_GT(seen, 300);
  driver().queue.move({-1, -1});
  driver().patient = true;
}

TEST_F(Tips, leave_an_open_menu_alone) {
  driver().patient = false;
  driver().run("page train");
  driver().click("speed");
  Rect menu;
  const std::vector<Item> items = driver().shell.ui().items();
  for (const Item& item : items) {
    if (item.layer != Ui::kPopupLayer) continue;
    if (menu.empty()) menu = item.visible;
    menu = {menu.x, std::min(menu.y, item.visible.y), menu.w, 0};
    menu.h = item.visible.bottom() - menu.y;
  }
  ASSERT_FALSE(menu.empty());
  int seen = 0;
  for (const Item& item : items) {
    if (item.visible.empty()) continue;
    for (const Ui::Note& tip : tips_of(item)) {
      ++seen;
      EXPECT_FALSE(tip.place.overlaps(menu)) << named(item);
    }
  }
  EXPECT_GT(seen, 5);
  driver().queue.move({-1, -1});
  driver().key("Escape");
  driver().patient = true;
}

}  // namespace
}  // namespace striate
