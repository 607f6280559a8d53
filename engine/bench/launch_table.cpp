#include "engine/bench/launch_table.h"

#include <algorithm>

#include <fmt/format.h>

namespace striate {

std::string launch_table(const LaunchLog& log) {
  double all = 0;
  int64_t launches = 0;
  size_t width = 6;
  for (const LaunchLog::Row& row : log.rows()) {
    all += row.seconds;
    launches += row.launches;
    width = std::max(width, row.name.size());
  }
  std::string text = fmt::format("{:<{}}  {:>17}  {:>5}  {:>12}  {:>9}  {:>8}  {:>9}  {:>6}\n", "launch", width, "grid",
                                 "block", "shared bytes", "registers", "launches", "ms", "share");
  for (const LaunchLog::Row& row : log.rows()) {
    const LaunchShape& s = row.shape;
    std::string grid = std::to_string(s.grid[0]);
    if (s.grid[1] > 1 || s.grid[2] > 1) grid += fmt::format(" x {}", s.grid[1]);
    if (s.grid[2] > 1) grid += fmt::format(" x {}", s.grid[2]);
    text += fmt::format("{:<{}}  {:>17}  {:>5}  {:>12}  {:>9}  {:>8}  {:>9.3f}  {:>5.1f}%\n", row.name, width, grid,
                        s.block, s.shared_bytes, s.registers > 0 ? std::to_string(s.registers) : "-", row.launches,
                        1e3 * row.seconds, all > 0 ? 100 * row.seconds / all : 0.0);
  }
  return text + fmt::format("{:<{}}  {:>17}  {:>5}  {:>12}  {:>9}  {:>8}  {:>9.3f}\n", "all, each waited for", width,
                            "", "", "", "", launches, 1e3 * all);
}

}  // namespace striate
