// What a call throws, for tests of the words that a user reads.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "engine/error.h"

namespace striate {

// The first line of the Error that `f` throws, whose hint must say something; "no error" where it throws none.
inline std::string failure(const std::function<void()>& f) {
  try {
    f();
  } catch (const Error& error) {
    EXPECT_FALSE(error.hint().empty()) << error.what();
    return error.what();
  }
  return "no error";
}

}  // namespace striate
