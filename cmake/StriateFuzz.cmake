# Fuzz targets: every tests/fuzz/NAME_fuzz.cpp is a libFuzzer program NAME_fuzz (preset `asan`, needs clang).
# scripts/fuzz.sh builds and runs them.
if(NOT CMAKE_CXX_COMPILER_ID MATCHES "Clang")
  message(FATAL_ERROR "Fuzz targets need clang: cmake --preset asan, after apt install clang")
endif()
# What is fuzzed is compiled with coverage, so that the fuzzer sees which branches an input took.
foreach(library striate_kernels striate_engine striate_app)
  target_compile_options(${library} PRIVATE -fsanitize=fuzzer-no-link)
endforeach()
file(GLOB STRIATE_FUZZ_SOURCES CONFIGURE_DEPENDS tests/fuzz/*.cpp)
foreach(source IN LISTS STRIATE_FUZZ_SOURCES)
  get_filename_component(name ${source} NAME_WE)
  string(REGEX REPLACE "_fuzz$" "" name ${name})
  add_executable(${name}_fuzz ${source})
  # The window's half is compiled where it is fuzzed; onnx_fuzz makes models to start from.
  file(STRINGS ${source} uses_app REGEX "#include \"app/" LIMIT_COUNT 1)
  if(uses_app)
    target_link_libraries(${name}_fuzz PRIVATE striate_app)
  endif()
  target_link_libraries(${name}_fuzz PRIVATE striate_engine striate::onnx)
  target_link_options(${name}_fuzz PRIVATE -fsanitize=fuzzer)
  striate_compile_options(${name}_fuzz)
endforeach()
