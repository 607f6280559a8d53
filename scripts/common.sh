# Shared by run.sh, test.sh and lint.sh (sourced). Needs bash.
cd "$(dirname "${BASH_SOURCE[0]}")/.."

has_display() { [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; }

# jobs: one per core, but no more than memory allows (1.2 GB for a large C++ file).
jobs() {
  local cores memory
  cores=$(nproc)
  memory=$(awk '/^MemAvailable:/ { n = int($2 / 1200000); print n < 1 ? 1 : n }' /proc/meminfo 2>/dev/null || echo 1)
  echo $((cores < memory ? cores : memory))
}

# build FOLDER PRESET [CMAKE OPTION...]: configures (again only when an option is new) and builds everything, or $TARGET.
build() {
  local folder=$1 preset=$2
  shift 2
  local wanted="$preset $*"
  if [ ! -f "$folder/build.ninja" ] || [ "$(cat "$folder/.striate-options" 2>/dev/null)" != "$wanted" ]; then
    echo "configuring $folder"
    cmake --preset "$preset" -B "$folder" "$@" || return 1
    echo "$wanted" >"$folder/.striate-options"
  fi
  echo "building $folder"
  cmake --build "$folder" --parallel "$(jobs)" ${TARGET:+--target "$TARGET"}
}
