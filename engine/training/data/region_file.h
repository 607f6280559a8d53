// regions.csv beside a folder's classes: where each picture was taken, so that a split can be geographic.
//
//   forest/0001.png,west
//   "sea/a,b.png",east
//
// The first column is the picture's path in the folder, with /, the second a region's name. A first line
// "picture,region" is a heading; empty lines and those that begin with # are passed over; "..." keeps a comma, "" in it
// is one quotation mark. Regions are numbered in the order of their names.
#pragma once

#include <string>
#include <vector>

#include "engine/training/data/byte_dataset.h"

namespace striate {

// Fills in regions, and notes what does not fit: pictures without a line, lines without a picture. Does nothing where
// there is no such file. Throws Error: a line that is no two columns, a picture with two regions.
void read_regions(const std::string& path, const std::vector<std::string>& pictures, ByteDataset::Content& content);

}  // namespace striate
