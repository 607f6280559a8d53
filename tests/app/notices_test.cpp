// Messages: what leaves by itself and when, what stays, that the window sleeps meanwhile; paths that give way.
#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "app/widgets/ui_fit.h"
#include "tests/app/shell_driver.h"

namespace striate {
namespace {

TEST(Notices, good_news_leaves_by_itself_exactly_when_due_and_the_window_sleeps_until_then) {
  ShellDriver driver;
  driver.patient = false;
  EXPECT_TRUE(std::isinf(driver.app.due()));
  driver.app.notify({"The picture is in /tmp/a.png", "", "save.stage", false, driver.app.now()});
  driver.settle();
  const double due = driver.app.due();
  ASSERT_TRUE(std::isfinite(due));
  EXPECT_GT(due - driver.now(), 3);
  EXPECT_FALSE(driver.frame());  // nothing moves: the window waits for `due`, it doesn't draw
  driver.wait(due - driver.now() - 0.1);
  driver.frame();
  ASSERT_NE(driver.shell.ui().find_item("Dismiss"), nullptr);
  driver.wait(due - driver.now());
  driver.frame();
  EXPECT_TRUE(driver.app.notices().empty());
  EXPECT_EQ(driver.shell.ui().find_item("Dismiss"), nullptr);
  EXPECT_TRUE(std::isinf(driver.app.due()));
}

TEST(Notices, an_error_stays_and_keeps_nobody_awake) {
  ShellDriver driver;
  driver.app.send("open /nonexistent/picture.png");
  driver.settle();
  EXPECT_TRUE(std::isinf(driver.app.due()));
  driver.wait(1000);
  driver.frame();
  EXPECT_EQ(driver.app.notices().size(), 1u);
}

TEST(Notices, what_the_mouse_is_on_waits) {
  ShellDriver driver;
  driver.app.notify({"The picture is in /tmp/a.png", "", "save.stage", false, driver.app.now()});
  driver.settle();
  const Item* item = driver.shell.ui().find_item("Dismiss");
  ASSERT_NE(item, nullptr);
  driver.point(item->visible.center());
  driver.wait(7);
  driver.frame();
  EXPECT_EQ(driver.app.notices().size(), 1u);
  EXPECT_TRUE(std::isfinite(driver.app.due()));
  driver.point({2, 2});
  driver.wait(7);
  driver.frame();
  EXPECT_TRUE(driver.app.notices().empty());
}

TEST(Notices, a_long_path_goes_on_in_the_next_line_and_one_without_end_scrolls) {
  ShellDriver driver;
  std::string path = "/home/student";
  for (int i = 0; i < 12; ++i) path += "/a-folder-with-a-rather-long-name";
  path += "/picture.png";
  std::vector<std::string> texts;
  driver.app.notify({"The picture is in " + path, "", "save.stage", false, driver.app.now()});
  driver.settle();
  driver.shell.ui().record_texts(&texts);
  driver.frame();
  driver.shell.ui().record_texts(nullptr);
  auto piece =
      std::find_if(texts.begin(), texts.end(), [](const std::string& text) { return text.starts_with("/home"); });
  std::string shown;
  for (; piece != texts.end() && shown.size() < path.size(); ++piece) {
    EXPECT_LE(driver.shell.ui().measure(Font::control, *piece).x, 520.0f);
    shown += *piece;
  }
  EXPECT_EQ(shown, path);
  driver.app.notify({"The picture is in /" + std::string(4000, 'x'), "", "save.stage", false, driver.app.now()});
  driver.settle();
  const Item* dismiss = driver.shell.ui().find_item("Dismiss");
  ASSERT_NE(dismiss, nullptr);
  EXPECT_GE(dismiss->visible.y, driver.shell.layout().stage.y);
  EXPECT_NEAR(dismiss->visible.h, dismiss->rect.h, 1);
}

TEST(Fit, what_gives_way_in_its_middle) {
  EXPECT_TRUE(gives_way_in_its_middle("/home/a/b.png"));
  EXPECT_TRUE(gives_way_in_its_middle("mnist:/data/mnist"));
  EXPECT_TRUE(gives_way_in_its_middle("a long name of a picture.jpeg"));
  EXPECT_FALSE(gives_way_in_its_middle("134 / 255 = 0.5255"));
  EXPECT_FALSE(gives_way_in_its_middle("50 steps/s"));
  EXPECT_FALSE(gives_way_in_its_middle("0.5255"));
  EXPECT_FALSE(gives_way_in_its_middle("What a sentence says. And another"));
  EXPECT_EQ(short_name("abcdefghij", 10), "abcdefghij");
  EXPECT_EQ(short_name("abcdefghijk", 10), "abcd…ghijk");
  EXPECT_EQ(short_name("ääääääääääää", 5), "ää…ää");
}

}  // namespace
}  // namespace striate
