// A page lives only while it is needed: made when it is first opened, commanded or read; told when it is shown and
// hidden; asked for nothing while it is hidden; giving back what it holds when hidden pages hold too much.
#include "app/shell/page_shelf.h"

#include <gtest/gtest.h>

#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "app/command/not_ready.h"
#include "app/worker/jobs.h"
#include "engine/error.h"
#include "tests/app/page_driver.h"
#include "tests/app/shell_driver.h"

namespace striate {
namespace {

struct Log {
  int made = 0, updates = 0, shown = 0, hidden = 0, images = 0, released = 0;
  bool busy = false, goes_on = false, throws = false;
  size_t held = 0;
};
std::map<std::string, Log> logs;  // by id

// A page of which everything is written down.
class NotedPage : public Page {
 public:
  explicit NotedPage(PageInfo info) : info_(std::move(info)) { ++log().made; }
  Log& log() const { return logs[info_.id]; }
  const PageInfo& info() const override { return info_; }
  void declare(Registry& registry) override {
    registry.add(Command{info_.id + ".touch", "Touches it", {}, [](const Arguments&) {}});
    registry.add(Readout{info_.id + ".updates", "how often it was updated",
                         [this] { return ReadoutValue(static_cast<double>(log().updates)); }});
  }
  std::vector<std::string> state() const override { return {}; }
  bool update(double) override {
    ++log().updates;
    if (log().throws) throw std::bad_alloc();
    return false;
  }
  bool busy() const override { return log().busy; }
  bool goes_on() const override { return log().goes_on; }
  void image_changed() override { ++log().images; }
  size_t held() const override { return log().held; }
  void release() override { ++log().released, log().held = 0; }
  void draw_stage(Ui&, const Rect&) const override {}
  void draw_inspector(Ui&) const override {}

 protected:
  void shown() override { ++log().shown; }
  void hidden() override { ++log().hidden; }

 private:
  PageInfo info_;
};

template <char Id>
PageKind noted(bool (*calls)(const Document&) = nullptr) {
  return {{std::string(1, Id), "Noted", "Tests", "A page for tests"},
          [](const PageContext&) -> std::unique_ptr<Page> {
            return std::make_unique<NotedPage>(PageInfo{std::string(1, Id), "Noted", "Tests", "A page for tests"});
          },
          calls};
}

class PageShelfTest : public testing::Test {
 protected:
  PageShelfTest() { logs.clear(); }
  void update() {
    now += 0.02;
    shelf.update(now, [this](const std::string& id, const std::exception_ptr& thrown) {
      failures.push_back(id + ": " + as_error(thrown).what());
    });
  }

  Document document{Device::cpu()};
  Registry registry;
  PageShelf shelf{{noted<'a'>(), noted<'b'>(), noted<'c'>()}, PageContext{document, [] {}}, registry};
  double now = 0;
  std::vector<std::string> failures;
};

TEST_F(PageShelfTest, a_page_is_made_when_it_is_first_opened_commanded_or_read) {
  EXPECT_TRUE(shelf.made().empty());
  shelf.show("a");
  EXPECT_EQ(logs["a"].made, 1);
  EXPECT_EQ(logs["b"].made + logs["c"].made, 0);
  EXPECT_EQ(registry.find_command("d.touch"), nullptr);
  registry.run("b.touch");
  EXPECT_EQ(logs["b"].made, 1);
  EXPECT_EQ(logs["c"].made, 0);
  registry.read("c.updates");
  EXPECT_EQ(logs["c"].made, 1);
  registry.run("b.touch");
  shelf.show("b");
  EXPECT_EQ(logs["b"].made, 1);
}

TEST_F(PageShelfTest, a_list_of_all_commands_names_those_of_every_page) {
  shelf.show("a");
  EXPECT_EQ(registry.declared_readouts().size(), 1u);
  EXPECT_EQ(registry.commands().size(), 3u);
  EXPECT_EQ(registry.readouts().size(), 3u);
}

TEST_F(PageShelfTest, a_misspelled_name_gets_the_nearest_of_a_page_that_was_not_made) {
  try {
    registry.run("c.tuch");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.hint(), "did you mean 'c.touch'?");
  }
}

TEST_F(PageShelfTest, only_the_shown_page_is_updated_and_a_hidden_one_that_is_busy_or_goes_on) {
  shelf.show("a");
  registry.run("b.touch");
  update();
  EXPECT_EQ(logs["a"].updates, 1);
  EXPECT_EQ(logs["b"].updates, 0);
  shelf.show("b");
  EXPECT_EQ(logs["a"].hidden, 1);
  EXPECT_EQ(logs["b"].shown, 1);
  EXPECT_FALSE(shelf.find("a")->is_shown());
  EXPECT_TRUE(shelf.find("b")->is_shown());
  update();
  EXPECT_EQ(logs["a"].updates, 1);
  EXPECT_EQ(logs["b"].updates, 1);
  logs["a"].busy = true;  // a readout was asked for
  EXPECT_TRUE(shelf.busy());
  update();
  EXPECT_EQ(logs["a"].updates, 2);
  logs["a"].busy = false;
  logs["a"].goes_on = true;  // a training
  update();
  EXPECT_EQ(logs["a"].updates, 3);
  shelf.show("b");
  EXPECT_EQ(logs["b"].shown, 1);
}

TEST_F(PageShelfTest, a_page_that_is_made_late_knows_the_picture) {
  shelf.show("a");
  document.image = made_picture(4, 3, 3);
  shelf.image_changed();
  EXPECT_EQ(logs["a"].images, 1);
  shelf.show("b");
  EXPECT_EQ(logs["b"].images, 1);
}

TEST_F(PageShelfTest, what_a_page_throws_is_told_and_the_others_go_on) {
  shelf.show("a");
  registry.run("b.touch");
  logs["a"].throws = true;
  logs["b"].goes_on = true;
  update();
  EXPECT_EQ(failures, std::vector<std::string>{"a: there is not enough memory for this"});
  EXPECT_EQ(logs["b"].updates, 1);
}

TEST_F(PageShelfTest, hidden_pages_give_memory_back_beyond_the_limit_the_longest_unseen_first) {
  for (const char* id : {"a", "b", "c"}) shelf.show(id);
  logs["a"].held = logs["b"].held = PageShelf::kHeldBytes / 2 + 1;
  logs["c"].held = 10 * PageShelf::kHeldBytes;  // it is shown
  EXPECT_EQ(shelf.held(), PageShelf::kHeldBytes + 2);
  update();
  EXPECT_EQ(logs["a"].released, 1);
  EXPECT_EQ(logs["b"].released, 0);
  EXPECT_EQ(logs["c"].released, 0);
  shelf.release();
  EXPECT_EQ(logs["b"].released, 1);
  EXPECT_EQ(logs["c"].released, 0);
  EXPECT_EQ(shelf.held(), 0u);
}

TEST(PageShelf, a_page_that_calls_is_made_though_nobody_asked_for_it) {
  logs.clear();
  Document document{Device::cpu()};
  document.state_folder = "where work is kept";
  Registry registry;
  PageShelf shelf{
      {noted<'a'>(), noted<'b'>([](const Document& d) { return d.force; })}, PageContext{document, [] {}}, registry};
  shelf.show("a");
  shelf.update(1, [](const std::string&, const std::exception_ptr&) {});
  EXPECT_EQ(logs["b"].made, 0);
  document.force = true;
  shelf.update(10, [](const std::string&, const std::exception_ptr&) {});
  EXPECT_EQ(logs["b"].made, 1);
}

// ---- the program's own pages --------------------------------------------------------------------------------------

TEST(Pages, the_program_begins_with_one_page) {
  ShellDriver driver;
  EXPECT_EQ(driver.text("memory.pages"), "pixels");
  driver.run("page convolution");
  EXPECT_EQ(driver.text("memory.pages"), "pixels convolution");
  driver.run("filters.kernel blur");  // from another page
  EXPECT_EQ(driver.text("memory.pages"), "pixels filters convolution");
}

TEST(Pages, a_hidden_page_takes_commands_and_begins_no_work) {
  PageDriver driver("pixels");
  driver.show(made_picture(300, 200, 3));
  for (const char* line : {"filters.kernel blur", "filters.show minmax", "channels.gain r 0.5", "pixels.space gray"}) {
    driver.app.run(line);
  }
  driver.settle();
  EXPECT_EQ(driver.number("memory.held"), 0);
  driver.run("page channels");
  driver.app.run("filters.repeat 3");
  EXPECT_FALSE(driver.app.busy());
  driver.frame();
  EXPECT_FALSE(driver.app.busy());
  driver.run("page filters");  // catches up
  EXPECT_EQ(driver.text("filters.kernel"), "1 1 1; 1 1 1; 1 1 1");
  EXPECT_EQ(driver.number("filters.repeat"), 3);
  EXPECT_NO_THROW(driver.app.registry().read("filters.milliseconds"));
  driver.run("page pixels");
  EXPECT_GT(driver.number("memory.held"), 0);
  driver.run("memory.release");
  EXPECT_EQ(driver.number("memory.held"), 0);
  driver.run("page filters");
  EXPECT_NO_THROW(driver.app.registry().read("filters.milliseconds"));
}

TEST(Pages, a_readout_of_a_hidden_page_asks_for_its_work) {
  PageDriver driver("pixels");
  driver.show(made_picture(300, 200, 3));
  EXPECT_THROW(driver.app.registry().read("channels.mean.red"), NotReady);
  EXPECT_TRUE(driver.app.busy());
  driver.settle();
  EXPECT_NO_THROW(driver.app.registry().read("channels.mean.red"));
  EXPECT_THROW(driver.app.registry().read("filters.milliseconds"), NotReady);
  driver.settle();
  EXPECT_NO_THROW(driver.app.registry().read("filters.milliseconds"));
}

TEST(Pages, undo_brings_back_a_setting_of_a_page_that_was_set_from_another) {
  PageDriver driver("pixels");
  const std::string before = driver.text("filters.kernel");
  driver.run("filters.kernel blur");
  driver.run("undo");
  EXPECT_EQ(driver.text("filters.kernel"), before);
  EXPECT_EQ(driver.app.page().info().id, "filters");
}

TEST(Pages, memory_that_is_released_takes_textures_that_nobody_sees_along) {
  ShellDriver driver;
  driver.run("open sample:balloons");
  driver.run("page channels");
  driver.run("page pixels");
  const int before = driver.textures.destroyed;
  driver.run("memory.release");
  EXPECT_GT(driver.textures.destroyed, before);
}

}  // namespace
}  // namespace striate
