# The library `striate_kernels`, and how many there are of it.
#
# STRIATE_NATIVE=ON: one static library with the instructions that everything else has.
#
# A package (STRIATE_NATIVE=OFF) on x86-64: one shared library for each of x86-64-v2, v3 and v4, in
#
#   FOLDER/glibc-hwcaps/x86-64-v4/libstriate_kernels.so      FOLDER: kernels/ in the build, lib/striate installed
#
# The dynamic linker loads the best one that this processor runs, before the program's first instruction: nothing is
# chosen in our own code and a start costs what it did. All else is compiled once, for v2. `--isa` (app/cli/isa.cpp) starts
# the program anew with LD_LIBRARY_PATH naming another of these folders.
#
# Why this is safe. An inline function (std::sort, Pack<16>) that is compiled in many places is kept once by the linker,
# any of them; kept from a file for v4, it would end the program on an older processor.
#   - A file has one instruction set and all that is linked into it has the same: what v4 compiled lies in v4's library
#     alone, which is only opened where v4 runs. The library says so in a note, too (-z x86-64-v4), and the dynamic linker
#     refuses it elsewhere.
#   - Widths: a library's calls of its own functions are bound when it is linked (-Bsymbolic-functions), never to the
#     program's copy for v2. Data (type information, thread-local places) is still one for both.
#   - Between them stand plain functions of kernels/*.h. No Pack crosses (tests/tree/isa.sh).
#
#   STRIATE_LEVELS            the instruction sets to choose from; none with sanitizers, in native debug builds, and on other
#                             processors
#   STRIATE_PACKAGE_LEVELS    the same in a package, else empty
#   STRIATE_KERNEL_FOLDER     where their libraries are
#   striate_kernels_LEVEL     the library of one, for v2, v3, v4. A native build has them for tests, without CUDA
#   striate_find_kernels_at_run_time(TARGET)    for a program that is linked to them
include(CheckLinkerFlag)

set(STRIATE_LEVELS "")
if(STRIATE_ISA_LEVELS AND CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64)$" AND NOT STRIATE_SANITIZE AND NOT STRIATE_ODR)
  set(STRIATE_LEVELS v2 v3 v4)
endif()
if(STRIATE_NATIVE AND CMAKE_BUILD_TYPE STREQUAL "Debug")
  set(STRIATE_LEVELS "")  # their tests would take as long as all others
endif()
set(STRIATE_PACKAGE_LEVELS "")
if(NOT STRIATE_NATIVE)
  set(STRIATE_PACKAGE_LEVELS ${STRIATE_LEVELS})
endif()
set(STRIATE_KERNEL_FOLDER ${CMAKE_BINARY_DIR}/kernels)

# The CUDA compiler's half is the same for all levels, and compiled once.
if(STRIATE_PACKAGE_LEVELS AND STRIATE_WITH_CUDA)
  add_library(striate_kernels_cuda OBJECT ${STRIATE_KERNEL_CUDA})
  target_include_directories(striate_kernels_cuda PRIVATE ${CMAKE_SOURCE_DIR})
  striate_cuda_options(striate_kernels_cuda)
  set_target_properties(striate_kernels_cuda PROPERTIES CXX_STANDARD 17)
  striate_compile_options(striate_kernels_cuda)
endif()

function(striate_add_level level)
  set(target striate_kernels_${level})
  set(march x86-64-${level})
  add_library(${target} SHARED ${STRIATE_KERNEL_CPP})
  set_target_properties(${target} PROPERTIES
    STRIATE_MARCH -march=${march}
    OUTPUT_NAME striate_kernels
    DEFINE_SYMBOL ""
    CXX_STANDARD 17  # as in striate_kernel_sources
    LIBRARY_OUTPUT_DIRECTORY ${STRIATE_KERNEL_FOLDER}/glibc-hwcaps/${march})
  target_include_directories(${target} PUBLIC ${CMAKE_SOURCE_DIR})
  target_compile_definitions(${target} PRIVATE STRIATE_ISA="${level}")
  target_link_libraries(${target} PUBLIC TBB::tbb Threads::Threads)
  striate_host_forms(${target} levels ${STRIATE_KERNEL_CUDA})
  if(STRIATE_PACKAGE_LEVELS AND STRIATE_WITH_CUDA)
    target_sources(${target} PRIVATE $<TARGET_OBJECTS:striate_kernels_cuda>)
    target_compile_definitions(${target} PUBLIC STRIATE_WITH_CUDA=1)
    target_link_libraries(${target} PUBLIC CUDA::cudart_static)
  else()
    target_compile_definitions(${target} PUBLIC STRIATE_WITH_CUDA=0)
  endif()
  target_link_options(${target} PRIVATE -Wl,-Bsymbolic-functions -Wl,--no-undefined)
  check_linker_flag(CXX -Wl,-z,${march} STRIATE_LINKER_NOTES_${level})
  if(STRIATE_LINKER_NOTES_${level})
    target_link_options(${target} PRIVATE -Wl,-z,${march})
  endif()
  striate_compile_options(${target})
endfunction()

foreach(level IN LISTS STRIATE_LEVELS)
  if(STRIATE_PACKAGE_LEVELS OR BUILD_TESTING OR NOT DEFINED BUILD_TESTING)
    striate_add_level(${level})
  endif()
endforeach()

if(STRIATE_PACKAGE_LEVELS)
  add_library(striate_kernels ALIAS striate_kernels_v2)
else()
  add_library(striate_kernels STATIC ${STRIATE_KERNEL_CUDA} ${STRIATE_KERNEL_CPP})
  target_include_directories(striate_kernels PUBLIC ${CMAKE_SOURCE_DIR})
  target_link_libraries(striate_kernels PUBLIC TBB::tbb Threads::Threads)
  striate_kernel_sources(striate_kernels ${STRIATE_KERNEL_CUDA})
  striate_compile_options(striate_kernels)
  if(NOT STRIATE_NATIVE)
    set_source_files_properties(kernels/isa.cpp PROPERTIES COMPILE_DEFINITIONS "STRIATE_ISA=\"generic\"")
  endif()
endif()

# The program names the folder, the dynamic linker finds the level in it.
function(striate_find_kernels_at_run_time target)
  get_target_property(own ${target} STRIATE_LEVEL_TEST)
  if(STRIATE_PACKAGE_LEVELS OR own)
    foreach(level IN LISTS STRIATE_LEVELS)
      add_dependencies(${target} striate_kernels_${level})
    endforeach()
    # A run path, which stands behind LD_LIBRARY_PATH, and not the older kind, which stands before.
    target_link_options(${target} PRIVATE -Wl,--enable-new-dtags)
    # From the program's own place in the build, too: a package's bytes do not depend on the folder it was built in.
    file(RELATIVE_PATH way ${CMAKE_CURRENT_BINARY_DIR} ${STRIATE_KERNEL_FOLDER})
    set_target_properties(${target} PROPERTIES BUILD_RPATH "$ORIGIN/${way}" INSTALL_RPATH "$ORIGIN/../lib/striate")
  endif()
endfunction()
