# Puts shaders, lessons, pictures, fonts, notices and the kernels' own source into the program, so that it is one file that runs
# anywhere. The assembler reads the bytes (.incbin): a large picture costs no compile time. A changed file rebuilds the
# object, a new file re-runs the configure step.
#
#   striate_embedded    library behind app/embedded.h
#   striate_carried     library behind engine/files/carried_weights.h: what lies in assets/models
#   striate_data        library behind engine/files/carried_data.h: what lies in assets/data
#
# Bytes that nobody asks for stay in the program's file: they cost neither memory nor time when it starts.

enable_language(ASM)

# striate_embed(TARGET HEADER BYTES NAMES NAME=FILE...): a library with the two functions that HEADER declares,
# BYTES(name) and NAMES(prefix).
function(striate_embed target header bytes names)
  set(pairs ${ARGN})
  list(SORT pairs)
  set(assembly "# Made by cmake/StriateEmbed.cmake.\n.section .rodata\n")
  set(STRIATE_EMBED_HEADER ${header})
  set(STRIATE_EMBED_BYTES ${bytes})
  set(STRIATE_EMBED_NAMES ${names})
  set(STRIATE_EMBED_SYMBOLS "")
  set(STRIATE_EMBED_TABLE "")
  set(paths "")
  set(index 0)
  foreach(pair IN LISTS pairs)
    string(REGEX MATCH "^([^=]+)=(.*)$" pair "${pair}")
    set(name "${CMAKE_MATCH_1}")
    set(path "${CMAKE_MATCH_2}")
    list(APPEND paths "${path}")
    set(symbol ${target}_${index})
    string(APPEND assembly ".balign 16\n.globl ${symbol}\n${symbol}:\n.incbin \"${path}\"\n"
                           ".globl ${symbol}_end\n${symbol}_end:\n.byte 0\n")
    string(APPEND STRIATE_EMBED_SYMBOLS "extern const char ${symbol}[], ${symbol}_end[];\n")
    string(APPEND STRIATE_EMBED_TABLE "    {\"${name}\", ${symbol}, ${symbol}_end},\n")
    math(EXPR index "${index} + 1")
  endforeach()
  string(APPEND assembly ".section .note.GNU-stack,\"\",%progbits\n")

  set(folder ${CMAKE_BINARY_DIR}/embedded)
  file(CONFIGURE OUTPUT ${folder}/${target}_data.s CONTENT "${assembly}" @ONLY)
  configure_file(${CMAKE_SOURCE_DIR}/cmake/embedded.cpp.in ${folder}/${target}.cpp @ONLY)
  set_source_files_properties(${folder}/${target}_data.s PROPERTIES OBJECT_DEPENDS "${paths}")
  add_library(${target} STATIC ${folder}/${target}.cpp ${folder}/${target}_data.s)
  target_include_directories(${target} PUBLIC ${CMAKE_SOURCE_DIR})
  striate_compile_options(${target})
endfunction()

file(GLOB_RECURSE STRIATE_EMBED_FILES CONFIGURE_DEPENDS RELATIVE ${CMAKE_SOURCE_DIR}
  ${CMAKE_SOURCE_DIR}/shaders/* ${CMAKE_SOURCE_DIR}/assets/* ${CMAKE_SOURCE_DIR}/kernels/*.h
  ${CMAKE_SOURCE_DIR}/kernels/*.cu)
# The README's pictures and the programs that make assets are for people, not for the program.
list(FILTER STRIATE_EMBED_FILES EXCLUDE REGEX
  "^assets/(screenshots|make_samples)/|^assets/models/.*\\.safetensors$|^assets/data/.*\\.(jpg|png)$|/\\.|~$")

# NAME=FILE for every embedded file; fonts get names that don't depend on the distribution.
set(STRIATE_EMBED_PAIRS "")
foreach(file IN LISTS STRIATE_EMBED_FILES)
  list(APPEND STRIATE_EMBED_PAIRS "${file}=${CMAKE_SOURCE_DIR}/${file}")
endforeach()

# Where the packages of Debian 12, Debian 13 and Ubuntu 24.04 put them; other distributions follow.
set(STRIATE_FONT_FOLDERS /usr/share/fonts/opentype/inter /usr/share/fonts/truetype/jetbrains-mono
  /usr/share/fonts/truetype/dejavu /usr/share/fonts/inter /usr/share/fonts/jetbrains-mono /usr/share/fonts/dejavu
  /usr/share/fonts/TTF /usr/share/fonts/OTF)
set(STRIATE_FONTS_MISSING "")
foreach(entry inter-regular=Inter-Regular inter-medium=Inter-Medium inter-semibold=Inter-SemiBold inter-bold=Inter-Bold
              mono-regular=JetBrainsMono-Regular mono-medium=JetBrainsMono-Medium mono-bold=JetBrainsMono-Bold
              dejavu-sans=DejaVuSans)
  string(REGEX MATCH "^([^=]+)=(.*)$" entry ${entry})
  set(name ${CMAKE_MATCH_1})
  set(stem ${CMAKE_MATCH_2})
  find_file(STRIATE_FONT_${stem} NAMES ${stem}.otf ${stem}.ttf PATHS ${STRIATE_FONT_FOLDERS} NO_DEFAULT_PATH)
  if(STRIATE_FONT_${stem})
    list(APPEND STRIATE_EMBED_PAIRS "fonts/${name}=${STRIATE_FONT_${stem}}")
  else()
    list(APPEND STRIATE_FONTS_MISSING ${stem})
  endif()
endforeach()
if(STRIATE_FONTS_MISSING)
  list(JOIN STRIATE_FONTS_MISSING ", " text)
  message(STATUS "Striate: fonts not found: ${text}: other faces stand in "
                 "(apt install fonts-inter fonts-jetbrains-mono fonts-dejavu-core)")
endif()

include(StriateNotices)
list(APPEND STRIATE_EMBED_PAIRS ${STRIATE_NOTICE_PAIRS})

striate_embed(striate_embedded app/embedded.h embedded_file embedded_files ${STRIATE_EMBED_PAIRS})

# Trained weights: the engine opens them by their model's name, so they are part of it.
file(GLOB models CONFIGURE_DEPENDS RELATIVE ${CMAKE_SOURCE_DIR}/assets/models
  ${CMAKE_SOURCE_DIR}/assets/models/*.safetensors)
set(pairs "")
foreach(model IN LISTS models)
  string(REPLACE ".safetensors" "" name ${model})
  list(APPEND pairs "${name}=${CMAKE_SOURCE_DIR}/assets/models/${model}")
endforeach()
striate_embed(striate_carried engine/files/carried_weights.h carried_weights carried_models ${pairs})

# Measured data: the engine's data sets are cut out of it.
file(GLOB files CONFIGURE_DEPENDS RELATIVE ${CMAKE_SOURCE_DIR}/assets/data
  ${CMAKE_SOURCE_DIR}/assets/data/*.jpg ${CMAKE_SOURCE_DIR}/assets/data/*.png)
set(pairs "")
foreach(file IN LISTS files)
  list(APPEND pairs "${file}=${CMAKE_SOURCE_DIR}/assets/data/${file}")
endforeach()
striate_embed(striate_data engine/files/carried_data.h carried_data carried_data_files ${pairs})
