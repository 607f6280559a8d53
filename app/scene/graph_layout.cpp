#include "app/scene/graph_layout.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "engine/error.h"

namespace striate {
namespace {

constexpr float kFar = std::numeric_limits<float>::max();
// In a gap between columns what leaves runs up and down in the first third, what arrives in the last.
constexpr float kOut = 1 / 3.0f, kBetween = 1 / 2.0f, kIn = 2 / 3.0f;

size_t at(int index) { return static_cast<size_t>(index); }

// Boxes that stand close behind each other: one that is not tight, and the tight ones behind it.
struct Group {
  std::vector<int> boxes;
  std::vector<int> inputs, readers;  // groups, each once, ascending
  float along = 0;
  int column = 0, lane = 0;
  int next = -1;   // the reader that goes on in its lane
  int branch = 0;  // the branch that it is part of: the group that begins it
};

// What a lane is taken by in one column.
struct Cell {
  int branch = -1;  // -1: free
  bool box = false;
};

// How a link gets from its column to that of its reader, where both are in one line.
enum class Route { lane_of_source, lane_of_reader, arc };

class Lane {
 public:
  const Cell& operator[](int column) const {
    static const Cell free;
    return at(column) < cells_.size() ? cells_[at(column)] : free;
  }
  Cell& cell(int column) {
    if (at(column) >= cells_.size()) cells_.resize(at(column) + 1);
    return cells_[at(column)];
  }
  bool is_free(int from, int to) const {
    for (int column = from; column <= to && at(column) < cells_.size(); ++column)
      if (cells_[at(column)].branch >= 0) return false;
    return true;
  }

 private:
  std::vector<Cell> cells_;
};

// Pieces that lie beside each other where their stretches overlap: the level of each, from 0. Pieces of one id are one.
class Tracks {
 public:
  void add(int id, float from, float to) {
    if (from > to) std::swap(from, to);
    const auto [found, is_new] = pieces_.try_emplace(id, Piece{from, to});
    if (is_new) return;
    found->second.from = std::min(found->second.from, from), found->second.to = std::max(found->second.to, to);
  }
  // Returns how many there are.
  int set_levels() {
    std::vector<std::pair<int, Piece*>> order;
    for (auto& [id, piece] : pieces_) order.emplace_back(id, &piece);
    std::sort(order.begin(), order.end(), [](const auto& a, const auto& b) {
      return a.second->from != b.second->from ? a.second->from < b.second->from : a.first < b.first;
    });
    std::vector<float> ends;
    constexpr size_t kMost = 64;  // more than can be told apart: what comes then lies on the last
    for (const auto& [id, piece] : order) {
      size_t level = 0;
      while (level < ends.size() && ends[level] > piece->from && level + 1 < kMost) ++level;
      if (level == ends.size()) ends.push_back(piece->to);
      ends[level] = std::max(ends[level], piece->to);
      piece->level = static_cast<int>(level);
    }
    return static_cast<int>(ends.size());
  }
  float level(int id) const { return static_cast<float>(pieces_.at(id).level); }

 private:
  struct Piece {
    float from, to;
    int level = 0;
  };
  std::map<int, Piece> pieces_;
};

class Builder {
 public:
  Builder(const std::vector<GraphBox>& boxes, const GraphLayoutOptions& options) : boxes_(boxes), options_(options) {
    make_groups();
    make_columns();
    make_lanes();
    make_routes();
  }

  GraphLayout best() const {
    const int columns = static_cast<int>(widths_.size());
    if (options_.lines > 0) return layout(fold(std::min(options_.lines, columns)));
    // As large as possible in a place of the shape that is wanted: from a guess towards the best.
    const float aspect = std::max(options_.aspect, 1e-3f);
    std::map<int, GraphLayout> tried;
    const auto size = [&](int lines) {
      const auto [found, is_new] = tried.try_emplace(lines);
      if (is_new) found->second = layout(fold(lines));
      return std::max(found->second.width / aspect, found->second.height);
    };
    size(1);
    const float line = tried[1].height + options_.line_gap;
    const float guess = line > 0 ? std::sqrt(tried[1].width / (aspect * line)) : 1;
    int lines = std::clamp(static_cast<int>(std::lround(guess)), 1, columns);
    for (const int step : {-1, 1}) {
      // One more or less may change nothing before two do.
      for (int next = lines + step; next >= 1 && next <= columns && std::abs(next - lines) <= 2; next += step)
        if (size(next) < size(lines)) lines = next;
    }
    return tried[lines];
  }

 private:
  void make_groups() {
    const int count = static_cast<int>(boxes_.size());
    std::vector<int> readers(boxes_.size());
    for (int i = 0; i < count; ++i) {
      for (const int input : boxes_[at(i)].inputs) {
        check(input >= 0 && input < i, "box {} reads {}", i, input);
        ++readers[at(input)];
      }
    }
    group_.resize(boxes_.size());
    for (int i = 0; i < count; ++i) {
      const GraphBox& box = boxes_[at(i)];
      const bool joins = box.tight && box.inputs.size() == 1 && readers[at(box.inputs[0])] == 1;
      if (!joins) groups_.emplace_back();
      const int g = joins ? group_[at(box.inputs[0])] : static_cast<int>(groups_.size()) - 1;
      group_[at(i)] = g;
      Group& group = groups_[at(g)];
      group.along += box.along + (joins ? options_.tight_gap : 0);
      group.boxes.push_back(i);
      if (joins) continue;
      for (const int input : box.inputs) group.inputs.push_back(group_[at(input)]);
      std::sort(group.inputs.begin(), group.inputs.end());
      group.inputs.erase(std::unique(group.inputs.begin(), group.inputs.end()), group.inputs.end());
      for (const int input : group.inputs) groups_[at(input)].readers.push_back(g);
    }
  }

  void make_columns() {
    std::vector<char> from_input(groups_.size());
    if (!groups_.empty()) from_input[0] = 1;
    int columns = 0;
    for (size_t g = 0; g < groups_.size(); ++g) {
      Group& group = groups_[g];
      for (const int input : group.inputs) {
        group.column = std::max(group.column, groups_[at(input)].column + 1);
        from_input[g] = static_cast<char>(from_input[g] | from_input[at(input)]);
      }
      columns = std::max(columns, group.column + 1);
    }
    // What does not come from the input stands before whoever reads it.
    for (size_t g = groups_.size(); g-- > 0;) {
      Group& group = groups_[g];
      if (from_input[g] || group.readers.empty()) continue;
      int first = columns;
      for (const int reader : group.readers) first = std::min(first, groups_[at(reader)].column);
      group.column = first - 1;
    }
    widths_.assign(at(columns), 0);
    in_column_.resize(at(columns));
    for (size_t g = 0; g < groups_.size(); ++g) {
      const Group& group = groups_[g];
      widths_[at(group.column)] = std::max(widths_[at(group.column)], group.along);
      in_column_[at(group.column)].push_back(static_cast<int>(g));
    }
    // How many sources' links cross the gap behind each column.
    crossing_.assign(at(columns) + 1, 0);
    for (const Group& group : groups_) {
      if (group.readers.empty()) continue;
      int last = 0;
      for (const int reader : group.readers) last = std::max(last, groups_[at(reader)].column);
      ++crossing_[at(group.column)], --crossing_[at(last)];
    }
    for (int c = 1; c <= columns; ++c) crossing_[at(c)] += crossing_[at(c) - 1];
  }

  // A lane goes on to the first reader that leads to the end of the network.
  void make_lanes() {
    if (groups_.empty()) return;
    std::vector<char> ends(groups_.size());
    ends.back() = 1;
    for (size_t g = groups_.size(); g-- > 0;) {
      Group& group = groups_[g];
      for (const int reader : group.readers) {
        if (ends[at(reader)]) ends[g] = 1;
        if (group.next < 0 || (ends[at(reader)] && !ends[at(group.next)])) group.next = reader;
      }
    }
    lanes_.resize(1);
    std::vector<char> placed(groups_.size());
    for (int g = 0, column = 0; g >= 0; g = groups_[at(g)].next) {
      Group& group = groups_[at(g)];
      placed[at(g)] = 1;
      for (; column < group.column; ++column) lanes_[0].cell(column).branch = 0;
      lanes_[0].cell(column++) = {0, true};
    }
    for (int g = 0; g < static_cast<int>(groups_.size()); ++g) {
      if (!placed[at(g)]) place_branch(g, &placed);
    }
  }

  // A branch: as long as nothing joins it. It has its lane from where it begins to where it is joined.
  void place_branch(int first, std::vector<char>* placed) {
    std::vector<int> members = {first};
    int next = groups_[at(first)].next;
    for (; next >= 0 && !(*placed)[at(next)] && groups_[at(next)].inputs.size() == 1; next = groups_[at(next)].next)
      members.push_back(next);
    const int from = groups_[at(first)].column;
    const int to = next >= 0 ? groups_[at(next)].column - 1 : groups_[at(members.back())].column;
    int lane = 0;
    for (const int input : groups_[at(first)].inputs) {
      const Group& group = groups_[at(input)];
      if (group.next == first && group.lane > 0 && (lane == 0 || group.lane < lane)) lane = group.lane;
    }
    if (lane == 0 || !lanes_[at(lane)].is_free(from, to)) {
      for (lane = 1; lane < static_cast<int>(lanes_.size()) && !lanes_[at(lane)].is_free(from, to);) ++lane;
    }
    if (at(lane) == lanes_.size()) lanes_.emplace_back();
    for (int column = from; column <= to; ++column) lanes_[at(lane)].cell(column).branch = first;
    for (const int member : members) {
      groups_[at(member)].lane = lane, groups_[at(member)].branch = first;
      lanes_[at(lane)].cell(groups_[at(member)].column).box = true;
      (*placed)[at(member)] = 1;
    }
  }

  bool may_run(int lane, int branch, int from, int to) const {
    for (int column = from; column < to; ++column) {
      const Cell& cell = lanes_[at(lane)][column];
      if (cell.box || (cell.branch >= 0 && cell.branch != branch)) return false;
    }
    return true;
  }

  void make_routes() {
    for (int g = 0; g < static_cast<int>(groups_.size()); ++g) {
      const Group& reader = groups_[at(g)];
      for (const int input : reader.inputs) {
        const Group& source = groups_[at(input)];
        const int from = source.column + 1, to = reader.column;
        Route route = Route::arc;
        if (may_run(source.lane, source.branch, from, to)) {
          route = Route::lane_of_source;
          for (int column = from; column < to; ++column) lanes_[at(source.lane)].cell(column).branch = source.branch;
        } else if (may_run(reader.lane, reader.branch, from, to)) {
          route = Route::lane_of_reader;
          for (int column = from; column < to; ++column) lanes_[at(reader.lane)].cell(column).branch = reader.branch;
        }
        routes_.push_back({input, g, route});
      }
    }
    running_.resize(widths_.size());
    for (size_t r = 0; r < routes_.size(); ++r) {
      if (routes_[r].route == Route::arc) continue;
      for (int c = groups_[at(routes_[r].from)].column + 1; c < groups_[at(routes_[r].to)].column; ++c)
        running_[at(c)].push_back(static_cast<int>(r));
    }
  }

  // ---- lines --------------------------------------------------------------------------------------------------------

  // The first column of each line: lines of about the same width, folded where few links cross.
  std::vector<int> fold(int lines) const {
    const int columns = static_cast<int>(widths_.size());
    if (lines <= 1) return {0};
    std::vector<float> before(at(columns) + 1);
    for (int c = 0; c < columns; ++c) before[at(c) + 1] = before[at(c)] + widths_[at(c)] + options_.gap;
    const float wanted = before.back() > 0 ? before.back() / static_cast<float>(lines) : 1;
    const auto cost = [&](int from, int to) {
      const float off = (before[at(to)] - before[at(from)]) / wanted - 1;
      const float crossing = to < columns ? static_cast<float>(std::min(crossing_[at(to) - 1], 20) - 1) : 0;
      // Wider than others is worse than narrower, since it makes all of it wider; the last may end anywhere.
      return (off > 0 ? 4 : to < columns ? 1.0f : 0.3f) * off * off + 0.5f * std::max(crossing, 0.0f);
    };
    for (const float slack : {0.35f, 0.8f, static_cast<float>(columns)}) {
      // least[l][c]: the first l + 1 lines end before column c.
      std::vector<std::vector<float>> least(at(lines), std::vector<float>(at(columns) + 1, kFar));
      std::vector<std::vector<int>> begins(at(lines), std::vector<int>(at(columns) + 1, -1));
      for (int line = 0; line < lines; ++line) {
        int first = line;
        for (int to = line + 1; to <= columns - (lines - 1 - line); ++to) {
          const bool last = to == columns;
          while (first < to - 1 && before[at(to)] - before[at(first)] > wanted * (1 + slack)) ++first;
          for (int from = line == 0 ? 0 : std::max(first, line); from < to; ++from) {
            if (line == 0 && from > 0) break;
            if (line == 0 && first > 0) break;
            const float so_far = line == 0 ? 0 : least[at(line) - 1][at(from)];
            if (!last && before[at(to)] - before[at(from)] < wanted * (1 - slack)) break;
            if (so_far == kFar) continue;
            const float all = so_far + cost(from, to);
            if (all < least[at(line)][at(to)]) least[at(line)][at(to)] = all, begins[at(line)][at(to)] = from;
          }
        }
      }
      if (least.back().back() == kFar) continue;
      std::vector<int> starts(at(lines));
      for (int line = lines - 1, to = columns; line >= 0; --line) starts[at(line)] = to = begins[at(line)][at(to)];
      return starts;
    }
    check(false, "{} columns do not fold into {} lines", columns, lines);
    return {0};
  }

  // ---- places -------------------------------------------------------------------------------------------------------

  struct Line {
    int first = 0, last = 0;       // columns
    float top = 0, bottom = 0;     // about the axis of lane 0
    std::map<int, float> heights;  // of arcs, by their source
  };

  GraphLayout layout(const std::vector<int>& starts) const {
    const int columns = static_cast<int>(widths_.size()), lines = static_cast<int>(starts.size());
    GraphLayout made;
    made.lines = lines;
    made.places.resize(boxes_.size());
    std::vector<int> line_of(at(columns));
    std::vector<float> left(at(columns));  // of columns
    std::vector<Line> all(at(lines));
    for (int l = 0; l < lines; ++l) {
      Line& line = all[at(l)];
      line.first = starts[at(l)];
      line.last = l + 1 < lines ? starts[at(l) + 1] - 1 : columns - 1;
      float x = 0;
      for (int c = line.first; c <= line.last; ++c) {
        line_of[at(c)] = l;
        left[at(c)] = x;
        x += widths_[at(c)] + options_.gap;
      }
    }
    const std::vector<std::vector<std::pair<int, float>>> axes = make_axes(line_of, all);
    const auto axis = [&axes](int column, int lane) {
      for (const auto& [each, y] : axes[at(column)])
        if (each == lane) return y;
      return 0.0f;
    };
    const auto out_of = [&](int column) { return left[at(column)] + widths_[at(column)] + kOut * options_.gap; };
    const auto between = [&](int column) { return left[at(column)] + widths_[at(column)] + kBetween * options_.gap; };
    const auto into = [&](int column) { return left[at(column)] - (1 - kIn) * options_.gap; };

    make_arcs(axis, line_of, all);

    // Links that end in other lines: corridor l lies above line l + 1; those that go further pass the left margin.
    std::vector<Tracks> corridors(at(lines));
    Tracks margin;
    const float step = track_step();
    for (const Routed& route : routes_) {
      const Group &source = groups_[at(route.from)], &reader = groups_[at(route.to)];
      const int from = line_of[at(source.column)], to = line_of[at(reader.column)];
      if (from == to) continue;
      const bool next = to == from + 1;
      corridors[at(from)].add(route.from, out_of(source.column), next ? into(reader.column) : -options_.gap);
      if (next) continue;
      corridors[at(to) - 1].add(route.from, -options_.gap, into(reader.column));
      margin.add(route.from, static_cast<float>(from), static_cast<float>(to) - 0.5f);
    }
    const int margins = margin.set_levels();
    std::vector<float> axis_of(at(lines));
    std::vector<float> corridor_y(at(lines));
    float y = 0;
    for (int l = 0; l < lines; ++l) {
      axis_of[at(l)] = y - all[at(l)].top;
      y += all[at(l)].bottom - all[at(l)].top;
      if (l + 1 == lines) break;
      const int levels = corridors[at(l)].set_levels();
      corridor_y[at(l)] = y + options_.line_gap / 2;
      y += options_.line_gap + step * static_cast<float>(std::max(levels - 1, 0));
    }
    made.height = y;
    const float indent = lines > 1 ? options_.gap + step * static_cast<float>(margins) : 0;
    for (float& x : left) x += indent;
    for (const Line& line : all) {
      const float right = left[at(line.last)] + widths_[at(line.last)];
      made.width = std::max(made.width, right + (lines > 1 ? options_.gap : 0));
    }

    for (const Group& group : groups_) {
      const float width = widths_[at(group.column)];
      float x = left[at(group.column)] + (width - group.along) / 2;
      const int line = line_of[at(group.column)];
      const float middle = axis_of[at(line)] + axis(group.column, group.lane);
      for (const int box : group.boxes) {
        if (box != group.boxes.front()) x += options_.tight_gap;
        const float along = boxes_[at(box)].along;
        made.places[at(box)] = {x + along / 2, middle, line, group.lane, group.column};
        x += along;
      }
    }

    for (int to = 0; to < static_cast<int>(boxes_.size()); ++to) {
      for (const int from : boxes_[at(to)].inputs) {
        GraphLink link;
        link.from = from, link.to = to;
        const GraphPlace &a = made.places[at(from)], &b = made.places[at(to)];
        const float x0 = a.x + boxes_[at(from)].along / 2, x1 = b.x - boxes_[at(to)].along / 2;
        const int source = group_[at(from)], reader = group_[at(to)];
        link.points.emplace_back(x0, a.y);
        if (source == reader) {
          link.points.emplace_back(x1, b.y);
        } else if (a.line == b.line) {
          const Route route = route_of(source, reader);
          link.jump = route == Route::arc;
          if (link.jump) {
            const float high = axis_of[at(a.line)] + all[at(a.line)].heights.at(source);
            link.points.emplace_back(out_of(a.column), a.y);
            link.points.emplace_back(out_of(a.column), high);
            link.points.emplace_back(into(b.column), high);
            link.points.emplace_back(into(b.column), b.y);
          } else if (a.y != b.y) {
            const float x = between(route == Route::lane_of_source ? b.column - 1 : a.column);
            link.points.emplace_back(x, a.y);
            link.points.emplace_back(x, b.y);
          }
          link.points.emplace_back(x1, b.y);
        } else {
          link.between_lines = true;
          const auto corridor = [&](int line) {
            return corridor_y[at(line)] + step * corridors[at(line)].level(source);
          };
          const float first = corridor(a.line);
          link.points.emplace_back(out_of(a.column), a.y);
          link.points.emplace_back(out_of(a.column), first);
          if (b.line > a.line + 1) {
            const float x = indent - options_.gap - step * (margin.level(source) + 0.5f);
            const float last = corridor(b.line - 1);
            link.points.emplace_back(x, first);
            link.points.emplace_back(x, last);
            link.points.emplace_back(into(b.column), last);
          } else {
            link.points.emplace_back(into(b.column), first);
          }
          link.points.emplace_back(into(b.column), b.y);
          link.points.emplace_back(x1, b.y);
        }
        made.links.push_back(std::move(link));
      }
    }
    return made;
  }

  Route route_of(int from, int to) const {  // routes are in the order of their readers, and of what these read
    const auto found =
        std::lower_bound(routes_.begin(), routes_.end(), std::pair(to, from),
                         [](const Routed& a, const std::pair<int, int>& b) { return std::pair(a.to, a.from) < b; });
    return found->route;
  }

  float track_step() const { return options_.lane_gap / 2; }

  // The axes of the lanes of each column about that of lane 0, and the lines' tops and bottoms. Neighboring columns
  // with branches agree in them.
  std::vector<std::vector<std::pair<int, float>>> make_axes(const std::vector<int>& line_of,
                                                            std::vector<Line>& lines) const {
    const int columns = static_cast<int>(widths_.size());
    struct Extent {
      float above = 0, below = 0;
    };
    using Extents = std::map<int, Extent>;  // by lane
    std::vector<Extents> used(at(columns));
    for (const Group& group : groups_) {
      Extent& extent = used[at(group.column)][group.lane];
      for (const int box : group.boxes) {
        extent.above = std::max(extent.above, boxes_[at(box)].above);
        extent.below = std::max(extent.below, boxes_[at(box)].below);
      }
    }
    for (const Routed& route : routes_) {
      const Group &source = groups_[at(route.from)], &reader = groups_[at(route.to)];
      if (route.route == Route::arc || line_of[at(source.column)] != line_of[at(reader.column)]) continue;
      const int lane = route.route == Route::lane_of_source ? source.lane : reader.lane;
      for (int c = source.column + 1; c < reader.column; ++c) used[at(c)].try_emplace(lane);
    }
    const auto branches = [&used](int c) { return !used[at(c)].empty() && used[at(c)].rbegin()->first > 0; };
    std::vector<std::vector<std::pair<int, float>>> axes(at(columns));
    for (int from = 0, to = 0; from < columns; from = to) {
      Extents extents = used[at(from)];
      for (to = from + 1; to < columns && line_of[at(to)] == line_of[at(from)] && branches(to) && branches(to - 1);
           ++to) {
        for (const auto& [lane, extent] : used[at(to)]) {
          Extent& both = extents[lane];
          both.above = std::max(both.above, extent.above), both.below = std::max(both.below, extent.below);
        }
      }
      std::vector<std::pair<int, float>> list;
      float top = -extents[0].above, bottom = extents[0].below;
      for (const auto& [lane, extent] : extents) {
        if (lane == 0) {
          list.emplace_back(0, 0.0f);
        } else if (lane % 2 == 1) {
          const float y = top - options_.lane_gap - extent.below;
          list.emplace_back(lane, y);
          top = y - extent.above;
        } else {
          const float y = bottom + options_.lane_gap + extent.above;
          list.emplace_back(lane, y);
          bottom = y + extent.below;
        }
      }
      Line& line = lines[at(line_of[at(from)])];
      line.top = std::min(line.top, top), line.bottom = std::max(line.bottom, bottom);
      for (int c = from; c < to; ++c) axes[at(c)] = list;
    }
    return axes;
  }

  // How high the arcs of each line run: over all that they pass, the short ones below the long ones; those from one
  // source on one height.
  template <typename Axis>
  void make_arcs(const Axis& axis, const std::vector<int>& line_of, std::vector<Line>& lines) const {
    struct Arc {
      int source, last;  // the last column that it reaches
      float lowest;      // it runs above the axes of its ends
    };
    std::vector<std::vector<Arc>> arcs(lines.size());
    std::vector<int> arc_of(groups_.size(), -1);
    for (const Routed& route : routes_) {
      const Group &source = groups_[at(route.from)], &reader = groups_[at(route.to)];
      const int line = line_of[at(source.column)];
      if (route.route != Route::arc || line != line_of[at(reader.column)]) continue;
      std::vector<Arc>& list = arcs[at(line)];
      if (arc_of[at(route.from)] < 0) {
        arc_of[at(route.from)] = static_cast<int>(list.size());
        list.push_back({route.from, 0, axis(source.column, source.lane)});
      }
      Arc& arc = list[at(arc_of[at(route.from)])];
      arc.last = std::max(arc.last, reader.column);
      arc.lowest = std::min(arc.lowest, axis(reader.column, reader.lane));
    }
    for (size_t l = 0; l < lines.size(); ++l) {
      if (arcs[l].empty()) continue;
      Line& line = lines[l];
      std::stable_sort(arcs[l].begin(), arcs[l].end(), [this](const Arc& a, const Arc& b) {
        const int length_a = a.last - groups_[at(a.source)].column, length_b = b.last - groups_[at(b.source)].column;
        return length_a != length_b ? length_a < length_b : a.last < b.last;
      });
      // How many lie above each other, so that they don't take more room than what they pass.
      std::vector<int> deep(at(line.last - line.first) + 1);
      int deepest = 0;
      for (const Arc& arc : arcs[l]) {
        const int from = groups_[at(arc.source)].column + 1 - line.first, to = arc.last - line.first;
        const int depth = *std::max_element(deep.begin() + from, deep.begin() + to) + 1;
        std::fill(deep.begin() + from, deep.begin() + to, depth);
        deepest = std::max(deepest, depth);
      }
      const float room = std::max(line.bottom - line.top, 10 * track_step());
      const float step = std::min(track_step(), room / static_cast<float>(deepest));
      std::vector<float> tops(deep.size());
      for (int c = line.first; c <= line.last; ++c) {
        float& top = tops[at(c - line.first)];
        for (const int g : in_column_[at(c)]) {
          const Group& group = groups_[at(g)];
          const float middle = axis(c, group.lane);
          for (const int box : group.boxes) top = std::min(top, middle - boxes_[at(box)].above);
        }
        for (const int r : running_[at(c)]) {
          const Routed& route = routes_[at(r)];
          if (line_of[at(groups_[at(route.from)].column)] != line_of[at(groups_[at(route.to)].column)]) continue;
          const Group& of = groups_[at(route.route == Route::lane_of_source ? route.from : route.to)];
          top = std::min(top, axis(c, of.lane));
        }
      }
      for (const Arc& arc : arcs[l]) {
        const int from = groups_[at(arc.source)].column + 1 - line.first, to = arc.last - line.first;
        const float high = std::min(arc.lowest, *std::min_element(tops.begin() + from, tops.begin() + to)) - step;
        std::fill(tops.begin() + from, tops.begin() + to, high);
        line.heights[arc.source] = high;
        line.top = std::min(line.top, high);
      }
    }
  }

  struct Routed {
    int from, to;
    Route route;
  };

  const std::vector<GraphBox>& boxes_;
  const GraphLayoutOptions& options_;
  std::vector<int> group_;  // per box
  std::vector<Group> groups_;
  std::vector<float> widths_;                // of columns
  std::vector<std::vector<int>> in_column_;  // groups
  std::vector<int> crossing_;
  std::vector<Lane> lanes_;
  std::vector<Routed> routes_;
  std::vector<std::vector<int>> running_;  // per column: routes that run through it in a lane
};

}  // namespace

GraphLayout lay_out(const std::vector<GraphBox>& boxes, const GraphLayoutOptions& options) {
  if (boxes.empty()) return {};
  return Builder(boxes, options).best();
}

}  // namespace striate
