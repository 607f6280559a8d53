# What of others is inside the program or linked to it, and under which terms: the one list. To add a library: a line
# here; of data in the tree (assets/SOURCES.md) the file with its terms stands in place of the package. Their texts are the `copyright` files of the distribution's packages, put into the program when it is built
# (none of them lies in this tree); `striate notices` prints them. Included by StriateEmbed.cmake.
#
#   STRIATE_NOTICE_PAIRS    NAME=FILE for each text, to be embedded as notices/NAME

# NAME | package | license (SPDX) | part: inside (compiled in, or copied into the program), linked (a shared library)
set(STRIATE_NOTICES
  "Dear ImGui|libimgui-dev|MIT|inside"
  "GLFW|libglfw3-dev|Zlib|linked"
  "glm|libglm-dev|MIT|inside"
  "glad|python3-glad|MIT|inside"
  "stb|libstb-dev|MIT|inside"
  "oneTBB|libtbb-dev|Apache-2.0|linked"
  "fmt|libfmt-dev|MIT|linked"
  "nlohmann-json|nlohmann-json3-dev|MIT|inside"
  "CLI11|libcli11-dev|BSD-3-Clause|inside"
  "zlib|zlib1g-dev|Zlib|linked"
  "libzip|libzip-dev|BSD-3-Clause|linked"
  "OpenSSL|libssl-dev|Apache-2.0|linked"
  "libwebp|libwebp-dev|BSD-3-Clause|linked"
  "giflib|libgif-dev|MIT|linked"
  "libtiff|libtiff-dev|libtiff|linked"
  "GLib|libglib2.0-dev|LGPL-2.1-or-later|linked"
  "Pango|libpango1.0-dev|LGPL-2.0-or-later|linked"
  "cairo|libcairo2-dev|LGPL-2.1-only OR MPL-1.1|linked"
  "fontconfig|libfontconfig-dev|HPND|linked"
  "ONNX|libonnx-dev|Apache-2.0|linked"
  "protobuf|libprotobuf-dev|BSD-3-Clause|linked"
  "Inter|fonts-inter|OFL-1.1|inside"
  "JetBrains-Mono|fonts-jetbrains-mono|OFL-1.1|inside"
  "DejaVu|fonts-dejavu-core|Bitstream-Vera|inside"
  "NASA-Blue-Marble-and-land-cover|assets/data/world.license|LicenseRef-public-domain|inside"
  "Readers-of-digits|assets/models/lenet.license|CC-BY-SA-3.0|inside"
  "SqueezeNet-1.1-weights|assets/models/squeezenet1_1.license|BSD-2-Clause|inside")
# Static: its terms lie beside the toolkit.
if(STRIATE_WITH_CUDA)
  list(APPEND STRIATE_NOTICES "CUDA-runtime||NVIDIA CUDA Toolkit EULA|inside")
endif()

set(STRIATE_NOTICE_PAIRS "")
set(table "")
foreach(entry IN LISTS STRIATE_NOTICES)
  string(REPLACE "|" ";" entry "${entry}")
  list(GET entry 0 name)
  list(GET entry 1 package)
  list(GET entry 2 license)
  list(GET entry 3 part)
  string(REPLACE " " "-" id "${name}")
  set(text /usr/share/doc/${package}/copyright)
  set(version "")
  if(package MATCHES "/")
    set(text ${CMAKE_SOURCE_DIR}/${package})
    set(version "float16")
    if(package MATCHES "lenet")
      set(version "float32")
    elseif(package MATCHES "data/")
      set(version "2019")
    endif()
  elseif(NOT package)
    set(version ${CUDAToolkit_VERSION})
    get_filename_component(root ${CMAKE_CUDA_COMPILER}/../.. REALPATH)
    set(text ${root}/EULA.txt)
  else()
    execute_process(COMMAND dpkg-query -W -f "\${Version}" ${package} RESULT_VARIABLE status OUTPUT_VARIABLE version
      ERROR_QUIET)
    if(NOT status STREQUAL "0")
      set(version "unknown")
    endif()
  endif()
  if(EXISTS ${text})
    list(APPEND STRIATE_NOTICE_PAIRS "notices/${id}=${text}")
  endif()
  string(APPEND table "${id}\t${version}\t${license}\t${part}\n")
endforeach()
# The packages' files point here for the license's own text.
foreach(common Apache-2.0)
  if(EXISTS /usr/share/common-licenses/${common})
    list(APPEND STRIATE_NOTICE_PAIRS "notices/license/${common}=/usr/share/common-licenses/${common}")
  endif()
endforeach()
file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/embedded/notices.txt CONTENT "${table}" @ONLY)
list(APPEND STRIATE_NOTICE_PAIRS "notices.txt=${CMAKE_BINARY_DIR}/embedded/notices.txt")
