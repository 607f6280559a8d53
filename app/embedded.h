// The files that the program carries inside itself: it needs no installed data and finds nothing missing at run time.
//
// What is embedded is decided in cmake/StriateEmbed.cmake. Names:
//   shaders/...  assets/...  kernels/...    as in the source tree
//   fonts/NAME                              from the distribution's packages, whatever file they have there:
//     inter-regular inter-medium inter-semibold inter-bold  mono-regular mono-medium mono-bold  dejavu-sans
//     (TrueType or OpenType; a font that was missing when the program was built is missing here)
//   notices/NAME  notices/license/NAME      the terms of what others made (cmake/StriateNotices.cmake);
//   notices.txt                             NAME, version, license and part of each, a line each, with tabs between
//
// While developing, the environment variable STRIATE_SOURCE_DIR may name the source tree: shaders and catalogs of
// texts are then read from there, so that an edit shows without a build. No path of the machine that built the program
// is in it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace striate {

// The bytes of one embedded file; valid as long as the program runs. Empty if there is no such file.
std::string_view embedded_file(std::string_view name);

// While developing: where the file is in the source tree; empty without STRIATE_SOURCE_DIR.
std::string path_in_source_tree(std::string_view name);
// The file in the source tree, where there is one, else the embedded one.
std::string newest_file(std::string_view name);

// The names of all embedded files that begin with `prefix`, in alphabetical order.
std::vector<std::string> embedded_files(std::string_view prefix);

}  // namespace striate
