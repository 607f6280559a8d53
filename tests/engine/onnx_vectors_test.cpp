// ONNX's own operator tests: every one in the reference data whose operators striate supports runs and agrees; those
// that don't are listed with the reason, and a vector that is neither is a failure.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <map>
#include <set>

#include "engine/error.h"
#include "engine/onnx/verify_onnx.h"

namespace striate {
namespace {

namespace fs = std::filesystem;

fs::path vectors() {
  const char* set = std::getenv("STRIATE_REFERENCE");
  const fs::path reference = set != nullptr ? fs::path(set) : fs::path(STRIATE_SOURCE_DIR) / ".." / "shared";
  return reference / "data" / "onnx";
}

TEST(OnnxVectors, every_one_agrees_or_is_listed) {
  if (!fs::is_directory(vectors())) GTEST_SKIP() << "no reference data at " << vectors();
  int passed = 0, failed = 0;
  std::map<std::string, std::string> refused;
  Stream stream(Device::cpu());
  std::set<fs::path> models;
  for (const auto& entry : fs::recursive_directory_iterator(vectors())) {
    if (entry.path().filename() == "model.onnx") models.insert(entry.path());
  }
  for (const fs::path& model : models) {
    for (const auto& set : fs::directory_iterator(model.parent_path())) {
      if (!set.is_directory()) continue;
      const std::string name = model.parent_path().filename().string();
      try {
        const OnnxVerification result = verify_onnx(stream, model.string(), set.path().string());
        (result.agrees() ? passed : failed)++;
        for (const auto& o : result.outputs) {
          EXPECT_TRUE(o.agrees) << name << " " << o.name << " " << o.problem << " at " << o.worst << ": " << o.got
                                << " stored " << o.stored;
        }
      } catch (const Error& error) {
        refused[name] = error.what();
      }
    }
  }
  std::cout << passed << " passed, " << failed << " failed, " << refused.size() << " refused\n";
  for (const auto& [name, why] : refused) std::cout << name << ": " << why << "\n";
}

}  // namespace
}  // namespace striate
