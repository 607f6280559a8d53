# What the window's tests share: starting Striate where nobody is disturbed, finding things by what is written on them,
# moving the mouse and pressing keys through X (xdotool), reading numbers from the readouts. No step waits by the clock:
# wait_for asks until something holds, so that a slow machine is only slow.
#
#   source tests/window/hands.bash     at the top; starts Xvfb where there is no display, or skips
#   begin [ARGUMENT...]                starts the program (on the page pixels, unless told otherwise); $window is its
#                                      X window, $work a folder for files
#   click LABEL; over X Y; keys ctrl+s; type_text TEXT; readout NAME; wait_for SECONDS COMMAND...
STRIATE=${STRIATE:-build/release/striate}
skip() { echo "skipped: $1"; exit 77; }
fail() {
  echo "failed: $1"
  [ -f "$work/log" ] && sed 's/^/  /' "$work/log"
  [ -f "$work/readouts" ] && grep -E '^(page|document|notice|lesson)' "$work/readouts" | sed 's/^/  /'
  exit 1
}
command -v xdotool >/dev/null || skip "xdotool is not installed"
if [ -z "${DISPLAY:-}" ]; then
  command -v xvfb-run >/dev/null || skip "no display and no Xvfb"
  exec xvfb-run -a -s "-screen 0 1920x1080x24" bash "$0"
fi
work=$(mktemp -d)
pid=
window=
trap '[ -n "$pid" ] && kill "$pid" 2>/dev/null; rm -rf "$work"' EXIT
# With a folder of its own, libwayland, which GLFW 3.4 asks first, has nothing to say about a session that has none.
mkdir -m 700 "$work/runtime"
export XDG_RUNTIME_DIR=$work/runtime
export XDG_CONFIG_HOME=$work/config XDG_STATE_HOME=$work/state STRIATE_ITEMS=$work/items STRIATE_READOUTS=$work/readouts STRIATE_FIRST_FRAME=1
patience=30  # seconds

# wait_for SECONDS COMMAND...: until it succeeds, while the program lives
wait_for() {
  local end=$((SECONDS + $1)); shift
  until "$@"; do
    [ $SECONDS -ge $end ] && return 1
    kill -0 "$pid" 2>/dev/null || return 1
    sleep 0.05
  done
}
begin() {
  [ $# -gt 0 ] || set -- --page pixels
  rm -f "$work/items" "$work/readouts"
  "$STRIATE" "$@" >"$work/out" 2>"$work/log" &
  pid=$!
  wait_for "$patience" test -s "$work/items" || fail "the window did not draw"
  find_window() {
    window=$(xdotool search --pid "$pid" 2>/dev/null | tail -1)
    [ -n "$window" ] || window=$(xdotool search --class striate 2>/dev/null | tail -1)
    [ -n "$window" ]
  }
  wait_for "$patience" find_window || fail "there is no window"
  xdotool windowfocus "$window" 2>/dev/null
}
# finish: by the keyboard, and with a good status
finish() {
  xdotool key --window "$window" ctrl+q 2>/dev/null  # the window may be gone before the key is up
  local end=$((SECONDS + patience))
  while kill -0 "$pid" 2>/dev/null; do
    [ $SECONDS -ge $end ] && fail "Ctrl+Q did not close the window"
    sleep 0.05
  done
  wait "$pid"; local status=$?
  pid=
  [ $status -eq 0 ] || fail "the window ended with status $status"
}

# Items: label, command, kind, x, y, width, height, on|off.
# box LABEL: x y width height of the first item with this label, or nothing
box() { awk -F'\t' -v want="$1" '$1 == want { print $4, $5, $6, $7; exit }' "$work/items" 2>/dev/null; }
place() { box "$1" | awk '{ print int($1 + $3 / 2), int($2 + $4 / 2) }'; }  # its middle
has() { [ -n "$(box "$1")" ]; }
has_not() { [ -s "$work/items" ] && ! has "$1"; }
# cell LABEL COLUMNS ROWS COLUMN ROW: the middle of a cell of a grid, from 0
cell() {
  box "$1" | awk -v n="$2" -v m="$3" -v i="$4" -v j="$5" '{ print int($1 + $3 * (i + 0.5) / n), int($2 + $4 * (j + 0.5) / m) }'
}
over() { xdotool mousemove --window "$window" "$1" "$2"; }
press() { xdotool click 1; }
click() {
  wait_for "$patience" has "$1" || fail "nothing is called '$1'"
  over $(place "$1")
  press
}
keys() { xdotool key --window "$window" "$@"; }
type_text() { xdotool type --window "$window" --delay 12 "$1"; }

# readout NAME: its value as a script prints it; empty where there is nothing to read
readout() { awk -F'\t' -v want="$1" '$1 == want { print $2; exit }' "$work/readouts" 2>/dev/null; }
reads() { [ "$(readout "$1")" = "$2" ]; }
# expect NAME VALUE WHY: waits until the readout says it
expect() { wait_for "$patience" reads "$1" "$2" || fail "$3: $1 is '$(readout "$1")', not '$2'"; }
