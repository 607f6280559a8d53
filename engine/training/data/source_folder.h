// Which folder a data set's text names, without opening anything.
#pragma once

#include <string_view>

namespace striate {

// "folder:DIR", "mnist:DIR": what stands behind the colon. Empty for a source that lies in no folder.
std::string_view folder_of_source(std::string_view source);

}  // namespace striate
