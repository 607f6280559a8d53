#!/usr/bin/env bash
# The arrows between the folders only point down: app -> engine -> kernels (CONTRIBUTING.md). This reads every #include
# and prints FILE:LINE for each that points up, or that brings a window or a GPU where it does not belong. The folders of
# engine/ have an order, too, so that none of them needs another that needs it.
#
#   tests/tree/includes.sh [ROOT]    ROOT: the tree to look at (this one unless given)
#
# Before the real tree it checks a small wrong one, so that a rule that finds nothing any more is noticed.
set -uo pipefail
root=${1:-$(cd "$(dirname "$0")/../.." && pwd)}

# check ROOT: prints one line per forbidden include.
check() {
  # A page is a file of app/pages that holds a class derived from Page; other files there are parts that pages share.
  local pages
  pages=$(cd "$1" && grep -lE 'public Page\b' app/pages/*.h app/pages/*.cpp 2>/dev/null | sed -E 's|.*/||; s|\.[a-z]+$||' |
    sort -u | tr '\n' ' ')
  (cd "$1" && find kernels engine app tests -type f \( -name '*.h' -o -name '*.cpp' -o -name '*.cu' \) 2>/dev/null |
    sort | xargs -r awk -v pages=" $pages" '
    BEGIN {
      # Each may use those before it; "." are the files of engine/ itself. A new folder gets its place here.
      count = split(". files camera world network training/data onnx drawing preprocess training points neocognitron sharing session transfer walk explain export hardware bench", order, " ")
      for (i = 1; i <= count; ++i) rank[order[i]] = i
    }
    # The folder of engine/ that a path lies in.
    function room(path) {
      sub(/^engine\//, "", path)
      if (path ~ /^training\/data\//) return "training/data"
      if (path !~ /\//) return "."
      sub(/\/.*/, "", path)
      return path
    }
    function complain(why) { printf "%s:%d: %s: %s\n", FILENAME, FNR, why, $0 }
    FNR == 1 {
      folder = FILENAME; sub(/\/.*/, "", folder)
      if (folder == "tests") { part = FILENAME; sub(/^tests\//, "", part); sub(/\/.*/, "", part) } else part = folder
      stem = FILENAME; sub(/.*\//, "", stem); sub(/\.(h|cpp|cu)$/, "", stem)
      may_draw = FILENAME ~ /^app\/(gl\/|shell\/(window|glfw))/ || FILENAME ~ /^tests\/app\//
      may_cuda = FILENAME ~ /\.cu$/ || FILENAME == "tests/engine/occupancy_test.cpp" || FILENAME == "kernels/launch.h" || FILENAME == "kernels/device_cuda.h"
    }
    /<<</ && folder == "kernels" && FILENAME !~ /^kernels\/launch(_[a-z]+)?\.h$/ && !/^[ \t]*\/\// {
      complain("only kernels/launch.h launches kernels")
    }
    !/^[ \t]*#[ \t]*include/ { next }
    {
      name = $0; sub(/^[^<"]*[<"]/, "", name); sub(/[>"].*$/, "", name)
      up = name; sub(/\/.*/, "", up)
    }
    part == "kernels" && (up == "engine" || up == "app") { complain("kernels/ uses nothing of engine/ and app/") }
    folder == "engine" && up == "engine" {
      from = room(FILENAME); to = room(name)
      if (!(from in rank) || !(to in rank)) complain("a folder of engine/ without a place in the order of tests/tree/includes.sh")
      else if (rank[to] > rank[from]) complain("engine/" from " comes before engine/" to)
    }
    part == "engine" && up == "app" { complain("engine/ uses nothing of app/") }
    folder != "tests" && up == "tests" { complain("the program uses nothing of tests/") }
    folder == "kernels" && name ~ /^(fmt|nlohmann|CLI|glm)\// { complain("kernels/ needs only the standard library, oneTBB and CUDA") }
    part != "app" && name ~ /^(imgui|backends\/imgui|GLFW\/|glad\/|GL\/|EGL\/)/ { complain("no window below app/") }
    part == "app" && !may_draw && name ~ /^(GLFW\/|glad\/|GL\/|EGL\/|(backends\/)?imgui_impl_)/ {
      complain("only app/gl/ and the window (app/shell/window*, glfw*) know OpenGL and GLFW")
    }
    !may_cuda && name ~ /^(cuda|cub\/|thrust\/|cooperative_groups|device_launch_parameters|driver_types|vector_types|mma\.h)/ {
      complain("only .cu files and kernels/launch.h know CUDA")
    }
    FILENAME ~ /^app\/pages\// && stem != "pages" && name ~ /^app\/pages\// {
      other = name; sub(/.*\//, "", other); sub(/\.h$/, "", other)
      if (other != stem && index(pages, " " other " ") && index(stem, other "_") != 1) complain("pages do not include each other")
    }')
}

# A tree in which every rule is broken once.
wrong=$(mktemp -d)
trap 'rm -rf "$wrong"' EXIT
mkdir -p "$wrong"/{kernels,engine/network,engine/odd,app/pages,app/shell,tests/kernels}
printf '#include "engine/image.h"\n' >"$wrong/kernels/upward.h"
printf '#include <fmt/format.h>\n' >"$wrong/kernels/format.h"
printf 'void f() { g<<<1, 2>>>(); }\n' >"$wrong/kernels/launches.cu"
printf '#include "app/shell/app.h"\n' >"$wrong/engine/upward.cpp"
printf '#include "engine/training/trainer.h"\n' >"$wrong/engine/network/cycle.h"
printf '#include "engine/image.h"\n' >"$wrong/engine/odd/odd.h"
printf '#include <imgui.h>\n' >"$wrong/engine/window.cpp"
mkdir -p "$wrong/engine/network/layers"
printf '#include "engine/export/torch_script.h"\n' >"$wrong/engine/network/layers/relu.cpp"
printf '#include <cuda_runtime.h>\n' >"$wrong/engine/device.cpp"
printf '#include <GLFW/glfw3.h>\n' >"$wrong/app/pages/pixels.cpp"
printf '#include "app/pages/page.h"\nclass Pixels : public Page {};\n' >"$wrong/app/pages/pixels.h"
printf '#include "app/pages/pixels.h"\n' >"$wrong/app/pages/filters.cpp"
printf '#include "engine/image.h"\n' >"$wrong/tests/kernels/test.cpp"
printf '#include "tests/kernels/test.h"\n' >"$wrong/app/shell/test.cpp"
found=$(check "$wrong" | cut -d: -f1 | sort -u | wc -l)
if [ "$found" -ne 13 ]; then
  echo "includes.sh: the wrong tree has 13 wrong files, of which $found were found:"
  check "$wrong"
  exit 1
fi

if [ ! -d "$root/kernels" ]; then echo "includes.sh: no kernels/ in $root"; exit 1; fi
findings=$(check "$root")
if [ -n "$findings" ]; then
  printf '%s\n' "$findings"
  exit 1
fi
echo "all includes point down"
