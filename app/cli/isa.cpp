#include "app/cli/isa.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "app/cli/cli.h"
#include "kernels/isa.h"

namespace striate {
namespace {

constexpr const char* kLevels[] = {"v2", "v3", "v4"};
constexpr const char* kRestarted = "STRIATE_ISA_PATH_BEFORE";  // tells the new start, and keeps LD_LIBRARY_PATH

bool is_level(const std::string& word) {
  return std::find(std::begin(kLevels), std::end(kLevels), word) != std::end(kLevels);
}

bool processor_runs(const std::string& level) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (level == "v2") return __builtin_cpu_supports("sse4.2") && __builtin_cpu_supports("popcnt");
  const bool v3 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi") &&
                  __builtin_cpu_supports("bmi2");
  if (level == "v3") return v3;
  return v3 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
#else
  (void)level;
  return false;
#endif
}

// The folder of a level's library; that of the running one has the same name but for the level.
std::filesystem::path folder_of(const std::string& level) {
  std::error_code ignored;
  return std::filesystem::absolute(kernel_file(), ignored).parent_path().parent_path() / ("x86-64-" + level);
}

bool has_kernels(const std::string& level) {
  std::error_code ignored;
  return is_level(kernel_isa()) &&
         std::filesystem::exists(folder_of(level) / std::filesystem::path(kernel_file()).filename(), ignored);
}

// What a new start got is not handed on to what this program starts.
void forget_restart() {
  const char* before = std::getenv(kRestarted);
  if (!before) return;
  if (*before) {
    setenv("LD_LIBRARY_PATH", before, 1);
  } else {
    unsetenv("LD_LIBRARY_PATH");
  }
  unsetenv(kRestarted);
}

[[noreturn]] void start_anew(const std::string& level, const std::vector<std::string>& arguments) {
  const char* before = std::getenv("LD_LIBRARY_PATH");
  const std::string kept = before ? before : "";
  setenv(kRestarted, kept.c_str(), 1);
  setenv("LD_LIBRARY_PATH", (folder_of(level).string() + (kept.empty() ? "" : ":" + kept)).c_str(), 1);
  std::string name = "striate";
  std::vector<std::string> words = arguments;
  std::vector<char*> pointers{name.data()};
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  execv("/proc/self/exe", pointers.data());
  const int reason = errno;
  forget_restart();
  throw Error(fmt::format("the program could not be started anew for {}: {}", level, std::strerror(reason)),
              "leave out --isa (and STRIATE_ISA)");
}

void check_word(const char* said_by, const std::string& word) {
  if (word != "auto" && word != kernel_isa() && !is_level(word))
    throw UsageError(fmt::format("{}: there is no '{}'", said_by, word), "auto, v2, v3 or v4 (x86-64-v2 and so on)");
}

}  // namespace

void check_isa(const std::string& word) { check_word("--isa", word); }

std::vector<std::string> isas_here() {
  if (!is_level(kernel_isa())) return {kernel_isa()};
  std::vector<std::string> levels;
  for (const char* level : kLevels)
    if (has_kernels(level) && processor_runs(level)) levels.emplace_back(level);
  return levels;
}

void take_isa(const std::string& wanted, const std::vector<std::string>& arguments) {
  const bool restarted = std::getenv(kRestarted) != nullptr;
  forget_restart();
  const char* variable = std::getenv("STRIATE_ISA");
  if (wanted.empty() && variable && *variable) check_word("STRIATE_ISA", variable);
  const std::string level = wanted.empty() && variable ? variable : wanted;
  if (level.empty() || level == "auto" || level == kernel_isa()) return;
  if (!is_level(kernel_isa()))
    throw Error(fmt::format("no kernels for {} in this program: it was built for one instruction set ({})", level,
                            kernel_isa()),
                "on x86-64, cmake -DSTRIATE_NATIVE=OFF builds one with kernels for v2, v3 and v4");
  if (!processor_runs(level))
    throw Error(fmt::format("this processor lacks instructions of x86-64-{}", level),
                fmt::format("it runs {}; without --isa the best is taken", fmt::join(isas_here(), ", ")));
  if (restarted || !has_kernels(level))
    throw Error(fmt::format("the kernels for {} cannot be loaded from {}", level, folder_of(level).string()),
                "install the package again, or leave out --isa");
  start_anew(level, arguments);
}

}  // namespace striate
