// Which files of a folder are pictures, and which folders are classes.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace striate {

bool named_like_a_picture(const std::filesystem::path& path);
// Names of the folders in a folder, in the order of their bytes. Throws Error: it can't be listed.
std::vector<std::string> folders_in(const std::string& folder);
// All pictures below a class's folder, in the order of their paths. Throws Error.
std::vector<std::string> pictures_in(const std::string& folder, int64_t& passed_over);

}  // namespace striate
