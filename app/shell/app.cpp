#include "app/shell/app.h"
#include "app/shell/speaking.h"

#include <algorithm>
#include <filesystem>
#include <limits>
#include <utility>

#include "app/command/lesson_package.h"
#include "app/command/player.h"
#include "app/command/recorder.h"
#include "app/network/network_in_use.h"
#include "app/shell/home_page.h"
#include "app/shell/samples.h"
#include "app/words/words.h"
#include "app/worker/jobs.h"
#include "engine/export/overwrite.h"
#include "engine/files/image_file.h"
#include "engine/shorten.h"

namespace striate {
namespace {

constexpr size_t kMaxEdits = 200;  // edits that can be undone
constexpr size_t kMaxNotices = 20;
constexpr double kNoticeSeconds = 6;  // good news stays so long

// The page that a command belongs to, or "document" for those without a page's prefix; also for those of the open
// network while there is no page `network` yet: they are the document's.
std::string owner_of(const std::string& command, const PageShelf& shelf) {
  std::string prefix = command.substr(0, command.find('.'));
  return shelf.find(prefix) ? prefix : "document";
}

bool ends_in(const std::string& path, const char* ending) {
  return std::filesystem::path(path).extension().string() == ending;
}

// The home page knows the others, so it is the program's and not one of theirs.
std::vector<PageKind> kinds_with_home(const App& app) {
  std::vector<PageKind> kinds = page_kinds();
  kinds.push_back(home_page(app));
  return kinds;
}

}  // namespace

App::App(Device device, Settings settings)
    : settings_(std::move(settings)),
      document_(device),
      shelf_(kinds_with_home(*this),
             PageContext{document_, [this] { wake(); }, [this](std::string line) { send(std::move(line)); }},
             registry_),
      loader_([this] { wake(); }),
      pyramid_maker_([this] { wake(); }, JobPriority::behind) {
  document_.network = std::make_shared<NetworkInUse>(document_, [this] { wake(); });
  declare_commands();
  document_.network->declare(registry_);
  declare_lesson_commands();
  show_image(portrait(), "portrait");
  shelf_.show(shelf_.places().front()->info().id);
  if (!settings_.course.empty()) {
    try {
      course_.open(settings_.course);
    } catch (const Error& error) {
      notify({error.what(), error.hint(), "course"});
    }
  }
}

App::~App() = default;

void App::declare_commands() {
  registry_.add(Command{
      "open",
      N_("Opens a picture, a network, a lesson, a course or a script: a file, 'portrait', or 'sample:NAME'"),
      {Parameter::file_to_read("FILE", "path of the file, 'portrait', or 'sample:NAME'",
                               [](std::string_view value) {
                                 return value == "portrait" || value.starts_with("sample:") ? std::string_view()
                                                                                            : value;
                               })},
      [this](const Arguments& arguments) { open(arguments.text(0)); },
      Undo::edit,
  });
  registry_.add(Command{"open.cancel", N_("Stops reading the file that is being opened"), {}, [this](const Arguments&) {
                          loader_.cancel();
                          opening_.clear();
                          document_.network->cancel();
                        }});
  std::vector<std::string> ids;
  for (const auto& page : pages()) ids.push_back(page->info().id);
  registry_.add(Command{
      "page",
      N_("Shows a page"),
      {Parameter::choice("ID", "which page", ids)},
      [this](const Arguments& arguments) { show_page(arguments.text(0)); },
  });
  registry_.add(Command{"undo", N_("Takes back the last edit"), {}, [this](const Arguments&) {
                          restore(undo_, redo_, N_("there is no edit to take back"));
                        }});
  registry_.add(Command{"redo", N_("Does again what was taken back"), {}, [this](const Arguments&) {
                          restore(redo_, undo_, N_("there is no edit to do again"));
                        }});
  registry_.add(Command{"quit", N_("Closes the program"), {}, [this](const Arguments&) {
                          for (Page* page : shelf_.made()) {
                            if (page->may_quit()) continue;
                            show_page(page->info().id);
                            return;
                          }
                          quit_ = true;
                        }});
  registry_.add(Command{
      "record",
      N_("Writes every command from now on to a script that `striate play` runs"),
      {Parameter::file_to_write("FILE", "the script's path, ending in .striate")},
      [this](const Arguments& arguments) {
        check_overwrite({arguments.text(0), FileKind::recording, {}, document_.force});
        recorder_ = std::make_unique<Recorder>(arguments.text(0), state());
      },
  });
  registry_.add(
      Command{"record.stop", N_("Ends the recording"), {}, [this](const Arguments&) {
                if (!recorder_) throw Error("nothing is being recorded", "start with: record FILE");
                for (Page* page : shelf_.made()) {
                  for (const std::string& line : page->recorded("record.stop")) recorder_->add(line);
                }
                recorder_->finish();
                notify({format_tr("The recording is in {}", recorder_->path()), "", "record.stop", false, now_});
                recorder_.reset();
              }});
  registry_.add(Command{"memory.release",
                        N_("Gives back the memory of what is not seen and can be made again: results of hidden pages, "
                           "textures"),
                        {},
                        [this](const Arguments&) {
                          shelf_.release();
                          ++releases_;
                        }});
  registry_.add(Readout{"memory.held", "megabytes that hidden pages keep, so that they are there at once",
                        [this] { return ReadoutValue(static_cast<double>(shelf_.held()) / 1e6); }});
  registry_.add(Readout{"memory.pages", "the pages that were made so far, by their ids", [this] {
                          std::string names;
                          for (const Page* page : shelf_.made()) names += (names.empty() ? "" : " ") + page->info().id;
                          return ReadoutValue(names);
                        }});
  registry_.add(Readout{"page", "id of the page that is shown", [this] { return ReadoutValue(page().info().id); }});
  registry_.add(Readout{"document.name", "name of the open image", [this] {
                          if (!document_.image) throw Error("no picture is open", "open one: open FILE");
                          return ReadoutValue(document_.image->name);
                        }});
}

void App::run(std::string_view line, uint64_t gesture) {
  const Command& command = registry_.check(line);
  if (permit_ && !restoring_) permit_(line);
  const bool edit = command.undo == Undo::edit && !restoring_;
  std::vector<std::string> before;
  if (edit) before = state_of(owner_of(command.name, shelf_));
  registry_.run(line);
  if (edit) remember_edit(command, std::move(before), gesture);
  if (restoring_) return;
  if (recorder_ && command.name != "record" && !command.answer) record(command, line);
  // What a step sets up, and turning the pages, is not what it asks to try.
  if (!entering_ && command.name.rfind("lesson", 0) != 0) lessons_.command_was_run(line, registry_);
  answers_.look(line);
  // An error that the same command left is over once it succeeds.
  const std::string name = command.name;
  std::erase_if(notices_, [&](const Notice& notice) {
    return notice.error && notice.command.substr(0, notice.command.find(' ')) == name;
  });
}

void App::run_of_script(const std::string& line, const ScriptFiles& rules) {
  const std::string allowed = files_.permitted(line, rules, registry_);
  // A copy: the line may open another lesson, with rules of its own.
  const ScriptFiles held = rules;  // NOLINT(performance-unnecessary-copy-initialization)
  const LessonFiles::Running running(files_, held);
  const Speaking speaking(speaker_, lessons_.is_open() ? Controls::Origin::lesson : Controls::Origin::person);
  run(allowed);
}

void App::record(const Command& command, std::string_view line) {
  const std::string owner = owner_of(command.name, shelf_);
  if (shelf_.has(owner)) {
    for (const std::string& each : shelf_.need(owner).recorded(line)) recorder_->add(each);
  } else {
    recorder_->add(line);
  }
}

bool App::holds_scripts() const {
  const std::vector<Page*> pages = shelf_.made();
  return document_.network->holds_scripts() ||
         std::any_of(pages.begin(), pages.end(), [](const Page* page) { return page->holds_scripts(); });
}

bool App::goes_on() const {
  const std::vector<Page*> pages = shelf_.made();
  return std::any_of(pages.begin(), pages.end(), [](const Page* page) { return page->goes_on(); });
}

void App::send(std::string line, uint64_t gesture) {
  {
    std::lock_guard lock(queue_mutex_);
    queue_.push_back({std::move(line), gesture});
  }
  wake();
}

bool App::update(double now) {
  now_ = std::max(now, now_);
  bool moving = due() <= now_;
  for (Notice& notice : notices_) {
    if (notice.held && notice.leaves > 0 && notice.leaves <= now_) notice.leaves = now_ + kNoticeSeconds;
  }
  std::erase_if(notices_, [&](const Notice& notice) { return notice.leaves > 0 && notice.leaves <= now_; });
  lessons_.follow_language();
  std::vector<Sent> lines;
  {
    std::lock_guard lock(queue_mutex_);
    lines.swap(queue_);
  }
  for (const auto& [line, gesture] : lines) {
    try {
      controls_.check(line);
      run(line, gesture);
    } catch (...) {
      const Error error = as_error(std::current_exception());
      notify({error.what(), error.hint(), line, true, now_});
    }
  }
  try {
    if (std::optional<ImagePtr> image = loader_.take()) show_image(*image, std::exchange(opening_, {}));
    pyramid_maker_.take();
  } catch (...) {
    const Error error = as_error(std::current_exception());
    notify({error.what(), error.hint(), "open " + std::exchange(opening_, {}), true, now_});
    failures_.push_back(error);
  }
  moving |= !lines.empty();
  moving |= advance_step();
  moving |= shelf_.update(now_, [this](const std::string& page, const std::exception_ptr& thrown) {
    const Error error = as_error(thrown);
    notify_once(error, page);
    failures_.push_back(error);
  });
  try {
    moving |= document_.network->update(now_);
  } catch (...) {
    const Error error = as_error(std::current_exception());
    notify({error.what(), error.hint(), "network.open", true, now_});
    failures_.push_back(error);
  }
  try {
    answers_.update();
  } catch (const Error& error) {
    notify_once(error, "lesson.results");
  }
  // What a step asks for may come true by itself, when what a command began is done.
  if (lessons_.is_open() && !step_player_) lessons_.look(registry_);
  look_at_task();
  return moving;
}

bool App::busy() const { return (step_player_ && !files_.question()) || work_is_under_way(); }

bool App::work_is_under_way() const {
  return loader_.busy() || pyramid_maker_.busy() || document_.network->busy() || shelf_.busy() || answers_.busy();
}

std::optional<Error> App::take_failure() {
  if (failures_.empty()) return std::nullopt;
  Error error = failures_.front();
  failures_.pop_front();
  return error;
}

void App::set_wake(std::function<void()> wake) {
  std::lock_guard lock(wake_mutex_);
  wake_ = std::move(wake);
}

void App::keep_work(const std::function<void(const std::string& words)>& tell) {
  for (Page* page : shelf_.made()) page->keep_work(tell);
}

void App::wake() {
  std::lock_guard lock(wake_mutex_);
  if (wake_) wake_();
}

bool App::permits(const std::string& line) {
  try {
    if (permit_) permit_(line);
    return true;
  } catch (const Error& error) {
    notify({error.what(), error.hint(), line, true, now_});
    return false;
  }
}

void App::notify(Notice notice) {
  notice.what = readable_line(notice.what);
  notice.hint = readable_line(notice.hint);
  if (!notice.error) notice.leaves = std::max(notice.time, now_) + kNoticeSeconds;
  notices_.push_back(std::move(notice));
  if (notices_.size() > kMaxNotices) notices_.pop_front();
}

void App::notify_once(const Error& error, const std::string& command) {
  const bool told = std::any_of(notices_.begin(), notices_.end(), [&](const Notice& notice) {
    return notice.command == command && notice.what == error.what();
  });
  if (!told) notify({error.what(), error.hint(), command, true, now_});
}

void App::dismiss_notice(size_t index) {
  if (index < notices_.size()) notices_.erase(notices_.begin() + static_cast<std::ptrdiff_t>(index));
}

void App::hold_notice(size_t index, bool held) {
  if (index < notices_.size()) notices_[index].held = held;
}

double App::due() const {
  double first = std::numeric_limits<double>::infinity();
  for (const Notice& notice : notices_) {
    if (notice.leaves > 0) first = std::min(first, notice.leaves);
  }
  return first;
}

float App::loading() const { return loader_.busy() ? loader_.progress() : -1.0f; }

void App::open(const std::string& source) {
  const bool course = ends_in(source, ".course") || (is_lesson_package(source) && holds_course(source));
  if (!course && (ends_in(source, ".md") || is_lesson_package(source))) {
    open_lesson(source);
    return;
  }
  if (course) {
    open_course(source);
    notify({format_tr("The course {} is open", course_.course().title), N_("course.next opens its first lesson"),
            "open", false, now_});
    return;
  }
  if (ends_in(source, ".striate")) {
    open_script(source);
    return;
  }
  if (const ModelKind kind = model_kind(source); kind != ModelKind::none) {
    registry_.run((kind == ModelKind::training ? "train.open " : "network.open ") + quoted(source));
    show_page(kind == ModelKind::training ? "train" : "network");
    return;
  }
  if (source == "portrait") {
    loader_.cancel();
    show_image(portrait(), source);
    return;
  }
  const ImageLimits limits{settings_.megapixel_limit};
  if (source.rfind("sample:", 0) == 0) {
    loader_.cancel();
    show_image(sample_image(source.substr(7)), source);
    return;
  }
  read_image_header(source);  // the mistakes that can be seen at once are told at once
  opening_ = std::filesystem::absolute(source).lexically_normal().string();
  loader_.request([path = opening_, limits](Progress&) { return read_image(path, limits); });
}

void App::show_image(const ImagePtr& image, std::string source) {
  // A large picture takes a while to go: behind the window.
  Jobs::shared().post(
      [old = std::exchange(document_.image, nullptr), small = std::exchange(document_.pyramid, nullptr)]() mutable {
        old = nullptr;
        small = nullptr;
        trim_heap();
      },
      JobPriority::behind);
  document_.image = image;
  document_.pyramid = nullptr;
  document_.source = std::move(source);
  ++document_.image_version;
  if (image) {
    auto pyramid = std::make_shared<Pyramid>(image);
    document_.pyramid = pyramid;
    pyramid_maker_.request([pyramid](Progress& progress) {
      pyramid->build(progress.canceled);
      return true;
    });
    if (!image->path.empty()) settings_.remember_file(image->path);
  } else {
    pyramid_maker_.cancel();
  }
  shelf_.image_changed();
}

void App::show_page(const std::string& id) {
  shelf_.show(id);
  if (id != kHomePage) settings_.last_page = id;
}

std::vector<std::string> App::state_of(const std::string& owner) const {
  if (owner == "document") {
    std::vector<std::string> lines = document_.network->state();
    if (!document_.source.empty()) lines.insert(lines.begin(), "open " + quoted(document_.source));
    return lines;
  }
  const Page* page = shelf_.find(owner);
  return page ? page->state() : std::vector<std::string>();
}

std::vector<std::string> App::state() const {
  std::vector<std::string> lines;
  if (!document_.source.empty()) lines.push_back("open " + quoted(document_.source));
  std::vector<std::string> own = page().replay();
  const bool says =
      std::any_of(own.begin(), own.end(), [](const auto& line) { return line.starts_with("network.image "); });
  if (!document_.network->as_at_first() && !says) {
    for (std::string& line : document_.network->state()) lines.push_back(std::move(line));
  }
  lines.push_back("page " + page().info().id);
  for (std::string& line : own) lines.push_back(std::move(line));
  for (std::string& line : controls_.state()) lines.push_back(std::move(line));
  return lines;
}

void App::remember_edit(const Command& command, std::vector<std::string> before, uint64_t gesture) {
  redo_.clear();
  if (gesture != 0 && !undo_.empty() && undo_.back().gesture == gesture && undo_.back().command == command.name) return;
  undo_.push_back({owner_of(command.name, shelf_), std::move(before), command.name, gesture});
  if (undo_.size() > kMaxEdits) undo_.erase(undo_.begin());
}

// A line that fails leaves everything as it is now.
void App::run_all_or_nothing(const std::vector<std::string>& lines, const std::vector<std::string>& now) {
  try {
    for (const std::string& line : lines) run(line);
  } catch (...) {
    for (const std::string& line : now) {
      try {
        run(line);
      } catch (const Error&) {
        continue;  // the error that is thrown on says more
      }
    }
    throw;
  }
}

void App::restore(std::vector<Edit>& from, std::vector<Edit>& to, const char* nothing) {
  if (from.empty()) throw Error(nothing, "every edit of this session that can be taken back was");
  Edit edit = std::move(from.back());
  from.pop_back();
  const std::vector<std::string> now = state_of(edit.owner);
  restoring_ = true;
  try {
    run_all_or_nothing(edit.before, now);
  } catch (...) {
    restoring_ = false;
    throw;
  }
  // What is no edit stays as it is now: where one looks, what is selected. A place that is gone is given up.
  for (const std::string& line : now) {
    try {
      if (registry_.check(line).undo == Undo::none) run(line);
    } catch (const Error&) {
      continue;
    }
  }
  restoring_ = false;
  to.push_back({edit.owner, now, edit.command, 0});
  if (edit.owner != "document" && edit.owner != "network") show_page(edit.owner);
}

}  // namespace striate
