#include "app/gl/context.h"

#include <EGL/egl.h>
#include <EGL/eglext.h>
#include <fmt/format.h>
#include <glad/gl.h>

#include <cstring>

#include "engine/error.h"

namespace striate {
namespace {

const char* const kHint = "install a driver, or Mesa's software one: apt install libegl1 libgl1-mesa-dri";

void* egl_address(const char* name) { return reinterpret_cast<void*>(eglGetProcAddress(name)); }

EGLDisplay surfaceless_display() {
  const char* extensions = eglQueryString(EGL_NO_DISPLAY, EGL_EXTENSIONS);
  auto platform_display =
      reinterpret_cast<PFNEGLGETPLATFORMDISPLAYEXTPROC>(eglGetProcAddress("eglGetPlatformDisplayEXT"));
  if (extensions && platform_display && std::strstr(extensions, "EGL_MESA_platform_surfaceless")) {
    EGLDisplay display = platform_display(EGL_PLATFORM_SURFACELESS_MESA, EGL_DEFAULT_DISPLAY, nullptr);
    if (display != EGL_NO_DISPLAY && eglInitialize(display, nullptr, nullptr)) return display;
  }
  EGLDisplay display = eglGetDisplay(EGL_DEFAULT_DISPLAY);
  if (display != EGL_NO_DISPLAY && eglInitialize(display, nullptr, nullptr)) return display;
  return EGL_NO_DISPLAY;
}

}  // namespace

OffscreenContext::OffscreenContext() {
  EGLDisplay display = surfaceless_display();
  if (display == EGL_NO_DISPLAY) throw Error("there is no EGL to draw with", kHint);
  display_ = display;
  eglBindAPI(EGL_OPENGL_API);
  const EGLint wanted[] = {EGL_SURFACE_TYPE, EGL_PBUFFER_BIT, EGL_RENDERABLE_TYPE, EGL_OPENGL_BIT, EGL_NONE};
  EGLConfig config = nullptr;
  EGLint count = 0;
  if (!eglChooseConfig(display, wanted, &config, 1, &count) || count == 0) config = nullptr;
  const EGLint version[] = {
      EGL_CONTEXT_MAJOR_VERSION,           3,       EGL_CONTEXT_MINOR_VERSION, 3, EGL_CONTEXT_OPENGL_PROFILE_MASK,
      EGL_CONTEXT_OPENGL_CORE_PROFILE_BIT, EGL_NONE};
  EGLContext context = eglCreateContext(display, config, EGL_NO_CONTEXT, version);
  if (context == EGL_NO_CONTEXT || !eglMakeCurrent(display, EGL_NO_SURFACE, EGL_NO_SURFACE, context)) {
    if (context != EGL_NO_CONTEXT) eglDestroyContext(display, context);
    throw Error("OpenGL 3.3 could not be started without a window", kHint);
  }
  context_ = context;
  load_gl(egl_address);
}

OffscreenContext::~OffscreenContext() {
  if (!context_) return;
  eglMakeCurrent(display_, EGL_NO_SURFACE, EGL_NO_SURFACE, EGL_NO_CONTEXT);
  eglDestroyContext(display_, context_);
}

void load_gl(void* (*address)(const char*)) {
  int version = gladLoadGL(reinterpret_cast<GLADloadfunc>(address));
  if (version < GLAD_MAKE_VERSION(3, 3)) {
    throw Error(fmt::format("OpenGL 3.3 is needed, and this machine offers {}.{}", GLAD_VERSION_MAJOR(version),
                            GLAD_VERSION_MINOR(version)),
                kHint);
  }
}

std::string gl_description() {
  auto text = [](GLenum name) {
    const GLubyte* words = glGetString(name);
    return words ? reinterpret_cast<const char*>(words) : "unknown";
  };
  return fmt::format("{}, OpenGL {}", text(GL_RENDERER), text(GL_VERSION));
}

}  // namespace striate
