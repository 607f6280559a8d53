// Where trained weights of the models by name are published: file names, licenses, pages. Nothing is downloaded: a user
// fetches a file, or PyTorch has put it into its cache already.
//
// To add one: a row in published_weights.cpp, with what its page says and no more.
#pragma once

#include <string>
#include <vector>

namespace striate {

struct PublishedWeights {
  const char* model;    // of models.h
  const char* file;     // its publisher's name; "-12fca82f" before the ending are the first digits of its SHA-256
  const char* data;     // what it was trained on, and how where there are several
  double mebibytes;     // of 2^20 bytes, as its publisher states it or as it was measured
  const char* license;  // that it is published under
  const char* page;     // where it is described
};

const std::vector<PublishedWeights>& published_weights();

// The digits of the SHA-256 that a file's name ends with, 8 or more: "f37072fd" of resnet18-f37072fd.pth; empty: none.
std::string hash_in_name(const std::string& path);
// Where PyTorch keeps what it downloads: $TORCH_HOME/hub/checkpoints, else $XDG_CACHE_HOME/torch/hub/checkpoints, else
// ~/.cache/torch/hub/checkpoints. Empty where none of these variables is set.
std::string torch_cache_folder();

}  // namespace striate
