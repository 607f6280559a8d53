# Options, warnings, sanitizers and the instruction set: everything that decides HOW files are compiled.
#
#   striate_compile_options(TARGET)   gives a target of ours the warnings, sanitizers and floating-point rules.
#   striate::egl                      EGL.
#   imgui::imgui                      Dear ImGui with its GLFW and OpenGL 3 backends, from the distribution.
#   striate::onnx                     the messages of ONNX files (onnx/onnx_pb.h) and protobuf.

option(STRIATE_NATIVE "Use this machine's own instructions (OFF for packages: kernels for x86-64-v2, v3 and v4)" ON)
option(STRIATE_ISA_LEVELS "Kernels for x86-64-v2, v3 and v4: a package chooses of them, a native build tests them" ON)
option(STRIATE_WARNINGS_AS_ERRORS "Stop at the first warning (CI does)" OFF)
option(STRIATE_CUDA "Compile the kernels for NVIDIA GPUs too, where a CUDA compiler is found" ON)
option(STRIATE_CUDA_ALL_ARCHITECTURES "Every GPU generation the CUDA compiler knows, for packages" OFF)
option(STRIATE_FUZZ "Build the fuzz targets (needs clang)" OFF)
option(STRIATE_ODR "Let the linker compare the types of all files, an error where two of one name differ (needs g++)" OFF)
set(STRIATE_SANITIZE "" CACHE STRING "Sanitizers: empty, \"address,undefined\" or \"thread\"")
set_property(CACHE STRIATE_SANITIZE PROPERTY STRINGS "" "address,undefined" "thread")

if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "Release or Debug" FORCE)
endif()

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_C_STANDARD 11)
set(CMAKE_CUDA_STANDARD 17)
set(CMAKE_CUDA_STANDARD_REQUIRED ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

# A native build has one instruction set for all targets alike. A package has x86-64-v2 for all but the kernels, which are
# shared libraries of their own, one for each set (StriateKernels.cmake says why that is safe): a target's property
# STRIATE_MARCH stands in place of STRIATE_MARCH below.
include(CheckCXXCompilerFlag)
set(STRIATE_MARCH "")
if(STRIATE_NATIVE)
  check_cxx_compiler_flag(-march=native STRIATE_HAS_MARCH_NATIVE)
  if(STRIATE_HAS_MARCH_NATIVE)
    set(STRIATE_MARCH -march=native)
  endif()
elseif(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64)$")
  set(STRIATE_MARCH -march=x86-64-v2)
endif()

# A product and a sum are rounded twice, as written, on every CPU: the same number with and without FMA instructions,
# and the printed terms add up to the printed sum. A kernel that wants a fused multiply-add says so (std::fma).
set(STRIATE_FLOATING_POINT -ffp-contract=off)

# A package is the same to the last byte wherever its commit is built (scripts/package.sh looks whether the build's folder is
# named in it). Installing overwrites the run path in place: written from the program's own place, its length does not depend
# on the folder.
if(NOT STRIATE_NATIVE)
  set(CMAKE_BUILD_RPATH_USE_ORIGIN ON)
  add_link_options(-Wl,-z,relro -Wl,-z,now)  # as distributions link their programs
endif()

set(own_march "$<TARGET_PROPERTY:STRIATE_MARCH>")
add_compile_options("$<$<COMPILE_LANGUAGE:CXX>:$<IF:$<BOOL:${own_march}>,${own_march},${STRIATE_MARCH}>;${STRIATE_FLOATING_POINT}>")
if(STRIATE_SANITIZE)
  add_compile_options("$<$<COMPILE_LANGUAGE:C,CXX>:-fsanitize=${STRIATE_SANITIZE};-fno-omit-frame-pointer>")
  if(STRIATE_SANITIZE MATCHES "undefined")
    add_compile_options("$<$<COMPILE_LANGUAGE:C,CXX>:-fno-sanitize-recover=undefined>")
  endif()
  add_link_options(-fsanitize=${STRIATE_SANITIZE})
endif()

# The compiler sees one file at a time and so never that two files mean different things by one name: the program then
# runs with either, and crashes by chance. Link-time optimization streams the types to one place, which compares them.
# Without optimization: the diagnosis needs none.
if(STRIATE_ODR)
  if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    message(FATAL_ERROR "STRIATE_ODR needs g++: -Wodr is its warning")
  endif()
  set(CMAKE_INTERPROCEDURAL_OPTIMIZATION ON)
  add_link_options(-O0 -Wodr -Werror=odr -Wlto-type-mismatch -Werror=lto-type-mismatch)
endif()

function(striate_compile_options target)
  target_compile_definitions(${target} PRIVATE "$<$<CONFIG:Debug>:STRIATE_DEBUG=1>")
  set(warnings -Wall -Wextra -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -Wcast-qual -Wformat=2 -Wundef
               -Wextra-semi -Wno-unknown-pragmas -Wno-missing-field-initializers)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    list(APPEND warnings -Wduplicated-cond -Wlogical-op -Wno-psabi)
    if(CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
      list(APPEND warnings -Wno-restrict)  # GCC bug 105651: warns of "literal" + std::string
    else()
      # Takes every reference that a function returns for one to its argument, when that was a temporary (bug 107532).
      list(APPEND warnings -Wno-dangling-reference)
      if(CMAKE_CXX_COMPILER_VERSION VERSION_LESS 14)
        list(APPEND warnings -Wno-array-bounds -Wno-stringop-overflow)  # of fmt 9's own format_dragon(), inlined
      endif()
    endif()
  elseif(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
    list(APPEND warnings -Wno-psabi -Wno-pass-failed)
  endif()
  if(STRIATE_WARNINGS_AS_ERRORS)
    list(APPEND warnings -Werror)
  endif()
  target_compile_options(${target} PRIVATE "$<$<COMPILE_LANGUAGE:CXX>:${warnings}>")
endfunction()

# EGL makes an OpenGL context without a window. CMake's own FindOpenGL would ask for libOpenGL.so too, which nothing here
# links: glad finds OpenGL's functions at run time.
find_path(STRIATE_EGL_INCLUDE EGL/egl.h REQUIRED)
find_library(STRIATE_EGL_LIBRARY EGL REQUIRED)
add_library(striate::egl UNKNOWN IMPORTED)
set_target_properties(striate::egl PROPERTIES
  IMPORTED_LOCATION ${STRIATE_EGL_LIBRARY} INTERFACE_INCLUDE_DIRECTORIES "${STRIATE_EGL_INCLUDE}")

# Dear ImGui: Debian and Ubuntu ship a static library with the backends inside and no CMake file. It was built with
# stb from the distribution, so that has to be linked too.
find_path(STRIATE_IMGUI_INCLUDE imgui.h PATH_SUFFIXES imgui REQUIRED)
find_library(STRIATE_IMGUI_LIBRARY imgui REQUIRED)
find_library(STRIATE_STB_LIBRARY stb REQUIRED)
add_library(imgui::imgui STATIC IMPORTED)
set_target_properties(imgui::imgui PROPERTIES
  IMPORTED_LOCATION ${STRIATE_IMGUI_LIBRARY}
  INTERFACE_INCLUDE_DIRECTORIES "${STRIATE_IMGUI_INCLUDE};${STRIATE_IMGUI_INCLUDE}/backends"
  INTERFACE_LINK_LIBRARIES "${STRIATE_STB_LIBRARY};glfw;${CMAKE_DL_LIBS}")

# ONNX: the distribution's CMake files name their targets differently in each release and ask for more than the messages
# of the format, which are all that is used. ONNX_ML: the variant that every other program uses.
find_path(STRIATE_ONNX_INCLUDE onnx/onnx_pb.h REQUIRED)
find_library(STRIATE_ONNX_LIBRARY onnx_proto REQUIRED)
find_library(STRIATE_PROTOBUF_LIBRARY protobuf REQUIRED)
add_library(striate::onnx UNKNOWN IMPORTED)
set_target_properties(striate::onnx PROPERTIES
  IMPORTED_LOCATION ${STRIATE_ONNX_LIBRARY} INTERFACE_INCLUDE_DIRECTORIES "${STRIATE_ONNX_INCLUDE}"
  INTERFACE_COMPILE_DEFINITIONS "ONNX_ML=1;ONNX_NAMESPACE=onnx" INTERFACE_LINK_LIBRARIES "${STRIATE_PROTOBUF_LIBRARY}")
