#!/usr/bin/env bash
# Installs what Striate needs to build and run, with apt. Does nothing, quickly and without the network, when nothing
# is missing.
#
#   scripts/setup.sh              what run.sh and test.sh need
#   scripts/setup.sh --dev        also what CI needs: format, lint, fuzzing, a compiler cache
#   scripts/setup.sh --package    also what package.sh needs: a Debian package, its checks, icons, a portable archive
#
# Works on Debian 12, Debian 13 and Ubuntu 24.04, as root or with sudo.
set -euo pipefail

packages=(
  g++ cmake ninja-build                                    # compile
  libimgui-dev libstb-dev libglfw3-dev libgl-dev libegl-dev libglm-dev  # window and drawing
  python3-glad                                             # writes the OpenGL loader at build time, offline
  libtbb-dev libfmt-dev libcli11-dev nlohmann-json3-dev zlib1g-dev libssl-dev libzip-dev libwebp-dev libgif-dev libtiff-dev  # libraries
  libonnx-dev libprotobuf-dev                              # ONNX files
  libpango1.0-dev pkg-config                               # handouts: pages of a PDF, by Pango and cairo
  fonts-inter fonts-jetbrains-mono fonts-dejavu-core       # copied into the program
  libgl1 libegl1 libgl1-mesa-dri                           # draw without a graphics card
  gettext                                                  # the catalogs of texts: a test compares them
  libgtest-dev xvfb xauth xdotool                          # tests; the window's tests need a display: Xvfb is one
)
for argument in "$@"; do
  case $argument in
    --dev) packages+=(clang-format clang-tidy clang ccache) ;;
    --package) packages+=(dpkg-dev binutils xz-utils lintian desktop-file-utils appstream shared-mime-info librsvg2-bin patchelf git) ;;
    -h | --help) sed -n '2,9s/^# \{0,1\}//p' "$0"; exit 0 ;;
    *) echo "setup.sh: unknown option '$argument' (there are --dev and --package)" >&2; exit 2 ;;
  esac
done

if ! command -v dpkg-query >/dev/null; then
  echo "setup.sh: this is not Debian or Ubuntu, so nothing was installed. Striate needs the equivalents of:" >&2
  printf '  %s\n' "${packages[*]}" >&2
  exit 0
fi

# dpkg-query names what is installed; a package that another one provides (libgl-dev, python3-glad) counts by its name.
installed=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' 2>/dev/null | sed -n 's/^installed //p' | sort -u)
missing=()
for package in "${packages[@]}"; do
  grep -qxF -- "$package" <<<"$installed" || missing+=("$package")
done
if [ ${#missing[@]} -eq 0 ]; then
  echo "setup: all ${#packages[@]} packages are installed"
  exit 0
fi

as_root=()
if [ "$(id -u)" -ne 0 ]; then
  if ! command -v sudo >/dev/null; then
    echo "setup.sh: packages are missing and you are neither root nor is sudo here. As root, run:" >&2
    echo "  apt-get install ${missing[*]}" >&2
    exit 1
  fi
  as_root=(sudo)
fi
echo "setup: installing with apt: ${missing[*]}"
apt() {
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -o Dpkg::Use-Pty=0 -o Acquire::Retries=3 "$@" </dev/null
}
# The lists may be old or absent: try with what is there only if it is complete, else fetch them.
if ! apt install --yes --no-install-recommends --download-only "${missing[@]}" >/dev/null 2>&1; then
  echo "setup: fetching the package lists"
  apt update
fi
apt install --yes --no-install-recommends "${missing[@]}"
echo "setup: done"
