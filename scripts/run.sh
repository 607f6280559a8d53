#!/usr/bin/env bash
# Installs what is missing, builds Striate and starts it. Arguments go to the program:
#
#   scripts/run.sh                      open the window
#   scripts/run.sh photo.jpg            open the window with a picture
#   scripts/run.sh pixels photo.jpg     a command that needs no window (scripts/run.sh --help lists them)
set -euo pipefail
source "$(dirname "$0")/common.sh"
here=$OLDPWD

# What this script says goes to standard error: standard output belongs to the program.
{
  scripts/setup.sh
  TARGET=striate build build/release release
} >&2

# The program starts in the folder you called from, so that relative file names mean what you meant.
program=$PWD/build/release/striate
cd "$here"
opens_window=false
if [ $# -eq 0 ] || { [ $# -eq 1 ] && [ -e "$1" ]; }; then opens_window=true; fi
if $opens_window && ! has_display; then
  cat >&2 <<TEXT
striate: error: there is no display here to open a window on (neither DISPLAY nor WAYLAND_DISPLAY is set)
  hint: these work without one:
    scripts/run.sh pixels IMAGE --region 0,0,12,16          the numbers of a picture
    scripts/run.sh filter edge IMAGE OUT.png                a filtered picture
    scripts/run.sh screenshot filters OUT.png IMAGE         a page of the window as a picture
    scripts/run.sh play LESSON.md --headless                a lesson, with its checks
    scripts/run.sh --help                                   everything else
TEXT
  exit 1
fi
exec "$program" "$@"
