#include "app/shell/window.h"

#define GLFW_INCLUDE_NONE
#include <GLFW/glfw3.h>
#include <fmt/format.h>
#include <glad/gl.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <limits>
#include <mutex>
#include <optional>
#include <string>

#include "app/film/film_recorder.h"
#include "app/gl/context.h"
#include "app/gl/renderer.h"
#include "app/shell/capture.h"
#include "app/shell/frame.h"
#include "app/shell/glfw_keys.h"
#include "app/shell/layout.h"
#include "app/shell/settings_keeper.h"
#include "app/widgets/ui_fit.h"
#include "app/words/words.h"
#include "app/worker/kept_training.h"
#include "engine/error.h"
#include "engine/utf8.h"

namespace striate {
namespace {

const char* const kHint =
    "the command line needs no display: striate pixels, striate filter, striate screenshot, striate play --headless";

std::string glfw_problem;  // GLFW reports through a callback without a place to put anything

// Seconds since the process began, from the kernel: what a person who started it has waited.
double since_process_start() {
  std::ifstream stat("/proc/self/stat");
  std::string line;
  std::getline(stat, line);
  size_t at = line.rfind(')');
  if (at == std::string::npos) return 0;
  at += 1;
  for (int field = 3; field < 22 && at != std::string::npos; ++field) at = line.find(' ', at + 1);
  if (at == std::string::npos) return 0;
  double ticks = std::strtod(line.c_str() + at, nullptr);
  timespec now{};
  clock_gettime(CLOCK_BOOTTIME, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9 - ticks / 100.0;
}

// Whether there is a window to wake, for other threads.
std::mutex open_mutex;
bool window_is_open = false;
void set_window_open(bool open) {
  std::lock_guard lock(open_mutex);
  window_is_open = open;
}

// GLFW's library and window, closed in order whatever happens.
struct GlfwWindow {
  GLFWwindow* handle = nullptr;

  GlfwWindow(int width, int height) {
    glfwSetErrorCallback([](int, const char* words) { glfw_problem = words; });
    if (!glfwInit()) throw Error("there is no display to open a window on" + reason(), kHint);
    glfwWindowHint(GLFW_CONTEXT_VERSION_MAJOR, 3);
    glfwWindowHint(GLFW_CONTEXT_VERSION_MINOR, 3);
    glfwWindowHint(GLFW_OPENGL_PROFILE, GLFW_OPENGL_CORE_PROFILE);
    glfwWindowHint(GLFW_OPENGL_FORWARD_COMPAT, GLFW_TRUE);
    glfwWindowHint(GLFW_SCALE_TO_MONITOR, GLFW_TRUE);
    glfwWindowHint(GLFW_DEPTH_BITS, 0);
    glfwWindowHint(GLFW_STENCIL_BITS, 0);
    glfwWindowHint(GLFW_VISIBLE, GLFW_FALSE);
    glfwWindowHintString(GLFW_X11_CLASS_NAME, "striate");
    glfwWindowHintString(GLFW_X11_INSTANCE_NAME, "striate");
    handle = glfwCreateWindow(width, height, "Striate", nullptr, nullptr);
    if (!handle) {
      glfwTerminate();
      throw Error("a window with OpenGL 3.3 could not be opened" + reason(), kHint);
    }
    glfwMakeContextCurrent(handle);
    set_window_open(true);
  }
  ~GlfwWindow() {
    set_window_open(false);
    glfwDestroyWindow(handle);
    glfwTerminate();
  }
  GlfwWindow(const GlfwWindow&) = delete;
  GlfwWindow& operator=(const GlfwWindow&) = delete;

  static std::string reason() { return glfw_problem.empty() ? "" : ": " + glfw_problem; }
};

struct Events {
  InputQueue queue;
  Shell* shell = nullptr;
  GLFWwindow* window = nullptr;
  float scale = 1;
  bool changed = true;
  bool repeats = false;  // the key that went down last is held: what it types now is no new press

  static Events& of(GLFWwindow* window) {
    auto& events = *static_cast<Events*>(glfwGetWindowUserPointer(window));
    events.changed = true;
    return events;
  }
  // GLFW's cursor is in window coordinates, which need not be pixels.
  Vec logical(double x, double y) const {
    int window_width = 1, window_height = 1, width = 1, height = 1;
    glfwGetWindowSize(window, &window_width, &window_height);
    glfwGetFramebufferSize(window, &width, &height);
    return {static_cast<float>(x * width / std::max(1, window_width)) / scale,
            static_cast<float>(y * height / std::max(1, window_height)) / scale};
  }
};

void connect(GLFWwindow* window) {
  glfwSetCursorPosCallback(window, [](GLFWwindow* w, double x, double y) {
    Events& e = Events::of(w);
    e.queue.move(e.logical(x, y));
  });
  glfwSetCursorEnterCallback(window, [](GLFWwindow* w, int entered) {
    if (!entered) Events::of(w).queue.move({-1, -1});
  });
  glfwSetMouseButtonCallback(window, [](GLFWwindow* w, int button, int action, int mods) {
    Events& e = Events::of(w);
    e.queue.modifiers(mods & GLFW_MOD_SHIFT, mods & GLFW_MOD_CONTROL, mods & GLFW_MOD_ALT);
    if (button <= 2) e.queue.button(button, action == GLFW_PRESS, glfwGetTime());
  });
  glfwSetScrollCallback(window, [](GLFWwindow* w, double x, double y) {
    Events::of(w).queue.scroll({static_cast<float>(x), static_cast<float>(y)});
  });
  glfwSetKeyCallback(window, [](GLFWwindow* w, int key, int scancode, int action, int mods) {
    Events& e = Events::of(w);
    // The modifiers of a key event are those before it; a modifier's own key changes them.
    bool down = action != GLFW_RELEASE;
    e.repeats = action == GLFW_REPEAT;
    bool shift = mods & GLFW_MOD_SHIFT, ctrl = mods & GLFW_MOD_CONTROL, alt = mods & GLFW_MOD_ALT;
    if (key == GLFW_KEY_LEFT_SHIFT || key == GLFW_KEY_RIGHT_SHIFT) shift = down;
    if (key == GLFW_KEY_LEFT_CONTROL || key == GLFW_KEY_RIGHT_CONTROL) ctrl = down;
    if (key == GLFW_KEY_LEFT_ALT || key == GLFW_KEY_RIGHT_ALT) alt = down;
    e.queue.modifiers(shift, ctrl, alt);
    std::string name = key_name(key, scancode, mods);
    if (down && !name.empty()) e.queue.key({name, action == GLFW_REPEAT});
  });
  glfwSetCharCallback(window, [](GLFWwindow* w, unsigned code) {
    Events& e = Events::of(w);
    std::string typed;
    append_utf8(typed, code);
    e.queue.type(typed, e.repeats);
  });
  glfwSetDropCallback(window, [](GLFWwindow* w, int count, const char** paths) {
    Events& e = Events::of(w);
    e.shell->drop({paths, paths + count});
  });
  glfwSetFramebufferSizeCallback(window, [](GLFWwindow* w, int, int) { Events::of(w); });
  glfwSetWindowRefreshCallback(window, [](GLFWwindow* w) { Events::of(w); });
  glfwSetWindowContentScaleCallback(window, [](GLFWwindow* w, float, float) { Events::of(w); });
  glfwSetWindowFocusCallback(window, [](GLFWwindow* w, int) { Events::of(w); });
}

// The least size is in the interface's units; a screen that is smaller than that gets what it has.
void limit_size(GLFWwindow* window, float scale) {
  int window_width = 1, window_height = 1, width = 1, height = 1;
  glfwGetWindowSize(window, &window_width, &window_height);
  glfwGetFramebufferSize(window, &width, &height);
  const float per_pixel_x = static_cast<float>(window_width) / static_cast<float>(std::max(1, width));
  const float per_pixel_y = static_cast<float>(window_height) / static_cast<float>(std::max(1, height));
  int least_width = static_cast<int>(std::lround(kLeastWindow.x * scale * per_pixel_x));
  int least_height = static_cast<int>(std::lround(kLeastWindow.y * scale * per_pixel_y));
  if (GLFWmonitor* monitor = glfwGetPrimaryMonitor()) {
    int x = 0, y = 0, room_width = 0, room_height = 0;
    glfwGetMonitorWorkarea(monitor, &x, &y, &room_width, &room_height);
    if (room_width > 0) least_width = std::min(least_width, room_width);
    if (room_height > 0) least_height = std::min(least_height, room_height);
  }
  glfwSetWindowSizeLimits(window, least_width, least_height, GLFW_DONT_CARE, GLFW_DONT_CARE);
}

// The whole of the monitor that shows most of the window, and back to where the window was.
class FullScreen {
 public:
  explicit FullScreen(GLFWwindow* window) : window_(window) {}
  bool is_on() const { return on_; }
  void follow(bool wanted) {
    if (wanted == on_) return;
    on_ = wanted;
    if (!wanted) {
      glfwSetWindowMonitor(window_, nullptr, x_, y_, width_, height_, GLFW_DONT_CARE);
      return;
    }
    glfwGetWindowPos(window_, &x_, &y_);
    glfwGetWindowSize(window_, &width_, &height_);
    GLFWmonitor* monitor = widest_overlap();
    const GLFWvidmode* mode = monitor ? glfwGetVideoMode(monitor) : nullptr;
    if (!mode) {
      on_ = false;
      return;
    }
    glfwSetWindowMonitor(window_, monitor, 0, 0, mode->width, mode->height, mode->refreshRate);
  }

 private:
  GLFWmonitor* widest_overlap() const {
    int count = 0;
    GLFWmonitor** monitors = glfwGetMonitors(&count);
    GLFWmonitor* best = glfwGetPrimaryMonitor();
    float most = 0;
    for (int i = 0; i < count; ++i) {
      int x = 0, y = 0;
      glfwGetMonitorPos(monitors[i], &x, &y);
      const GLFWvidmode* mode = glfwGetVideoMode(monitors[i]);
      if (!mode) continue;
      const Rect place{static_cast<float>(x), static_cast<float>(y), static_cast<float>(mode->width),
                       static_cast<float>(mode->height)};
      const Rect shared = intersection(place, {static_cast<float>(x_), static_cast<float>(y_),
                                               static_cast<float>(width_), static_cast<float>(height_)});
      if (shared.w * shared.h > most) most = shared.w * shared.h, best = monitors[i];
    }
    return best;
  }
  GLFWwindow* window_;
  bool on_ = false;
  int x_ = 0, y_ = 0, width_ = 1280, height_ = 800;
};

float scale_of(GLFWwindow* window, const Settings& settings) {
  if (settings.scale > 0) return static_cast<float>(settings.scale);
  float x = 1, y = 1;
  glfwGetWindowContentScale(window, &x, &y);
  // Steps of an eighth, so that hairlines and type stay crisp.
  return std::clamp(std::round(std::max(x, y) * 8) / 8, 0.5f, 4.0f);
}

// When something is due by itself: a message leaves, settings are to be saved, a film lacks what was drawn last.
double next_due(const App& app, const Shell& shell, const SettingsKeeper& keeper, const std::optional<Kiosk>& kiosk) {
  double due = app.due();
  if (kiosk) due = std::min(due, kiosk->due());
  if (keeper.waits()) due = std::min(due, glfwGetTime() + SettingsKeeper::kSeconds);
  if (shell.film()) due = std::min(due, shell.film()->due());
  return due;
}

// An error is a message of the App's.
void run_now(App& app, const std::string& line) {
  try {
    app.run(line);
  } catch (const Error& error) {
    app.notify({error.what(), error.hint(), line, true, app.now()});
  }
}

// A small square in the upper right corner while a film is recorded, drawn when the film has its picture.
void mark_recording(int width, int height, float scale, Color color) {
  const int side = static_cast<int>(std::lround(10 * scale)), margin = static_cast<int>(std::lround(6 * scale));
  const auto part = [color](int shift) { return static_cast<float>(color >> shift & 0xFF) / 255.0f; };
  glEnable(GL_SCISSOR_TEST);
  glScissor(width - side - margin, height - side - margin, side, side);
  glClearColor(part(0), part(8), part(16), 1);
  glClear(GL_COLOR_BUFFER_BIT);
  glDisable(GL_SCISSOR_TEST);
}

// What lasts while one App follows another.
struct OpenWindow {
  GlfwWindow glfw;
  std::unique_ptr<Renderer> renderer;
  FullScreen full_screen;

  OpenWindow(int width, int height, bool bench) : glfw(width, height), full_screen(glfw.handle) {
    load_gl(reinterpret_cast<void* (*)(const char*)>(glfwGetProcAddress));
    glfwSwapInterval(bench ? 0 : 1);
    renderer = std::make_unique<Renderer>();
  }
};

// Shows an App until it ends, or a kiosk is to begin anew: then it returns true.
bool show(OpenWindow& open, App& app, const WindowOptions& options, const KioskOptions* kiosk_options,
          WindowResult& result) {
  GLFWwindow* window = open.glfw.handle;
  Renderer& renderer = *open.renderer;
  FullScreen& full_screen = open.full_screen;
  const bool bench = options.seconds > 0;
  Shell shell(app, renderer);
  shell.set_output_folder(options.output_folder);
  Events events;
  events.shell = &shell;
  events.window = window;
  glfwSetWindowUserPointer(window, &events);
  glfwSetInputMode(window, GLFW_LOCK_KEY_MODS, GLFW_TRUE);  // whether the number block types digits or moves
  connect(window);
  ImGuiIO& io = ImGui::GetIO();
  io.SetClipboardTextFn = [](void*, const char* text) { glfwSetClipboardString(nullptr, text); };
  io.GetClipboardTextFn = [](void*) { return glfwGetClipboardString(nullptr); };
  app.set_wake([] { glfwPostEmptyEvent(); });
  struct Unhook {
    App& app;
    ~Unhook() { app.set_wake(nullptr); }
  } unhook{app};
  SettingsKeeper keeper(app, options.settings_file);
  if (!options.settings_file.empty()) {
    app.document().state_folder = state_folder();
    app.document().fallback_folder = fallback_folder();
  }

  // At once: a kiosk's visitor could not send them.
  if (const char* items = std::getenv("STRIATE_ITEMS")) run_now(app, "items " + striate::quoted(items));
  if (const char* readouts = std::getenv("STRIATE_READOUTS")) run_now(app, "readouts " + striate::quoted(readouts));
  for (const std::string& line : options.commands) app.send(line);
  if (!options.close_after_script) shell.ask_about_files();
  app.document().pace.watched = !bench;
  app.document().attended = !bench && !options.close_after_script;
  std::optional<Kiosk> kiosk;
  if (kiosk_options) {
    kiosk.emplace(app, *kiosk_options);
    // The next visitor may press before the mouse has moved.
    double x = 0, y = 0;
    glfwGetCursorPos(window, &x, &y);
    events.scale = scale_of(window, app.settings());
    events.queue.move(events.logical(x, y));
  }
  if (options.script) shell.play(*options.script, options.skip_expectations);

  const bool print_first = options.print_first_frame || std::getenv("STRIATE_FIRST_FRAME") != nullptr;
  std::string shader_message;
  double shaders_looked = 0, last_frame = -1;
  bool moving = true, first = true;
  int extra = 2;  // what the mouse is over is known a frame after things moved
  std::string title;
  float limited_for = 0;
  glfwShowWindow(window);
  const auto asked_to_end = [&] { return options.asked_to_end && options.asked_to_end(); };
  while (!app.wants_to_quit() && !asked_to_end()) {
    if (glfwWindowShouldClose(window)) {  // a page may have something to ask first
      if (kiosk) break;
      glfwSetWindowShouldClose(window, GLFW_FALSE);
      app.send("quit");
    }
    if (bench) {
      glfwPollEvents();
    } else if (moving || extra > 0 || !events.queue.empty()) {
      // Where the screen doesn't hold the swap back (software renderers), a frame lasts a sixtieth of a second anyway.
      double rest = last_frame + 1.0 / 62 - glfwGetTime();
      if (rest > 0.001) {
        glfwWaitEventsTimeout(rest);
      } else {
        glfwPollEvents();
      }
      double early = last_frame + 1.0 / 125 - glfwGetTime();
      if (early > 0.001) glfwWaitEventsTimeout(early);  // a flood of events doesn't draw faster than this
    } else if (const double due = next_due(app, shell, keeper, kiosk); std::isfinite(due)) {
      // Asleep until then, unless something happens before.
      glfwWaitEventsTimeout(std::max(0.0005, due - glfwGetTime()));
    } else {
      glfwWaitEvents();
    }
    if (full_screen.is_on() != app.settings().full_screen) {
      full_screen.follow(app.settings().full_screen);
      app.settings().full_screen = full_screen.is_on();
      extra = 2;
    }
    int width = 0, height = 0;
    glfwGetFramebufferSize(window, &width, &height);
    if (width <= 0 || height <= 0) {  // iconified
      glfwWaitEventsTimeout(0.1);
      continue;
    }
    double start = glfwGetTime();
    last_frame = start;
    // Events that came together are handed out over several frames; each changes what the next one draws.
    const bool changed = std::exchange(events.changed, false) || !events.queue.empty();
    extra = changed ? 2 : extra - 1;
    events.scale = scale_of(window, app.settings());
    if (std::exchange(limited_for, events.scale) != events.scale) limit_size(window, events.scale);
    Shell::Moment moment;
    moment.input = events.queue.next();
    moment.size = {static_cast<float>(width) / events.scale, static_cast<float>(height) / events.scale};
    moment.scale = events.scale;
    moment.now = start;
    if (options.each_frame) {
      for (std::string& line : options.each_frame(start)) app.send(std::move(line));
    }
    if (kiosk) {
      if (kiosk->look(moment.input, start)) return true;
      shell.set_countdown(kiosk->counts());
    }
    moving = shell.frame(moment);
    renderer.draw(*ImGui::GetDrawData(), shell.theme().background);
    if (write_capture(shell, width, height, events.scale)) moving = true;
    record_picture(shell, start, width, height);
    if (shell.film()) mark_recording(width, height, events.scale, shell.theme().accent);
    glfwSwapBuffers(window);
    double end = glfwGetTime();
    if (bench) result.frame_milliseconds.push_back((end - start) * 1000);
    if (std::exchange(first, false) && print_first)
      std::fputs(fmt::format("first frame after {:.0f} ms\n", since_process_start() * 1000).c_str(), stderr);

    const ImagePtr& image = app.document().image;
    std::string wanted = image ? short_name(image->name) + " - Striate" : "Striate";
    if (shell.film()) wanted = format_tr("{} (recording: Escape ends it)", wanted);
    if (wanted != title) glfwSetWindowTitle(window, (title = wanted).c_str());
    if (!glfwGetWindowAttrib(window, GLFW_MAXIMIZED) && !full_screen.is_on()) {
      app.settings().window_width = static_cast<int>(std::lround(moment.size.x));
      app.settings().window_height = static_cast<int>(std::lround(moment.size.y));
    }
    keeper.look(end);
    if (end - shaders_looked > 1) {
      shaders_looked = end;
      std::string message = renderer.reload_shaders();
      if (!message.empty())
        app.notify({N_("a shader does not compile; the one before stays in use"), message, "shader", true, app.now()});
    }
    if (options.script && options.close_after_script && !shell.playing() && !shell.capture()) break;
    if (bench && end > options.seconds) break;
  }
  result.film_error = shell.end_film();
  result.script_error = shell.take_script_error();
  result.script_counts = shell.script_counts();
  return false;
}

}  // namespace

WindowResult run_window(App& app, const WindowOptions& options) {
  WindowResult result;
  glfw_problem.clear();
  OpenWindow open(app.settings().window_width, app.settings().window_height, options.seconds > 0);
  show(open, app, options, nullptr, result);
  return result;
}

WindowResult run_kiosk(const std::function<std::unique_ptr<App>()>& make, const KioskOptions& kiosk,
                       const WindowOptions& options) {
  WindowResult result;
  glfw_problem.clear();
  const Settings usual;
  OpenWindow open(usual.window_width, usual.window_height, false);
  while (show(open, *make(), options, &kiosk, result)) continue;
  return result;
}

void wake_window() {
  std::lock_guard lock(open_mutex);
  if (window_is_open) glfwPostEmptyEvent();
}

}  // namespace striate
