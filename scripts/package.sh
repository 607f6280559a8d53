#!/usr/bin/env bash
# Makes packages of Striate for the system that it runs on: a .deb for this release of Debian or Ubuntu, and a portable
# archive with the libraries in it, for other x86-64 Linux systems.
#
#   scripts/package.sh [OPTION...]
#     --out FOLDER      where both go (build/packages)
#     --no-cuda         without kernels for NVIDIA GPUs although a CUDA compiler is here
#     --no-deb, --no-portable    only the other one
#     --level N         how hard xz tries, 0 to 9 (6)
#     --build FOLDER    nothing is installed or built: the finished build in FOLDER is packed
#
# The same commit, on the same system, makes the same bytes, wherever and whenever: the program names no folder of the
# build, and times are the commit's. DEBFULLNAME and DEBEMAIL name the maintainer of the .deb, otherwise the commit's author.
set -euo pipefail
source "$(dirname "$0")/common.sh"

out=build/packages
folder=
deb=yes
level=6
portable=yes
options=(-DSTRIATE_NATIVE=OFF -DSTRIATE_CUDA_ALL_ARCHITECTURES=ON -DBUILD_TESTING=OFF)
while [ $# -gt 0 ]; do
  case $1 in
    --out) out=${2:?--out needs a folder}; shift ;;
    --build) folder=${2:?--build needs a folder}; shift ;;
    --level) level=${2:?--level needs a number}; shift ;;
    --no-cuda) options+=(-DSTRIATE_CUDA=OFF) ;;
    --no-deb) deb= ;;
    --no-portable) portable= ;;
    -h | --help) sed -n '2,15s/^# \{0,1\}//p' "$0"; exit 0 ;;
    *) echo "package.sh: unknown option '$1' (--help lists them)" >&2; exit 2 ;;
  esac
  shift
done
mkdir -p "$out"
out=$(cd "$out" && pwd)

if [ -z "$folder" ]; then
  scripts/setup.sh --package
  folder=build/package
  TARGET=striate build "$folder" release "${options[@]}"
fi
folder=$(cd "$folder" && pwd)
stop() {
  echo "package.sh: $1" >&2
  exit 1
}
[ -x "$folder/striate" ] || stop "there is no finished program in $folder"
[ "$(uname -m)" = x86_64 ] || stop "packages are made on x86-64"

# ---- the commit: time and version ----
export TZ=UTC LC_ALL=C.UTF-8
version=$("$folder/striate" --version)
version=${version#striate }
maintainer="${DEBFULLNAME:-} <${DEBEMAIL:-}>"
if commit=$(git rev-parse HEAD 2>/dev/null); then
  SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)
  subject=$(git log -1 --format=%s)
  [ "$maintainer" != " <>" ] || maintainer=$(git log -1 --format='%an <%ae>')
  # Until a commit is marked as the version, it is one on the way there; ~ sorts before the end.
  if [ "$(git tag --points-at HEAD --list "v$version")" != "v$version" ]; then
    version="$version~git$(date -u -d "@$SOURCE_DATE_EPOCH" +%Y%m%d%H%M%S).${commit:0:8}"
  fi
  if [ -n "$(git status --porcelain --untracked-files=no)" ]; then
    echo "package.sh: files differ from the commit: the version ends in +changed, and the bytes are not the commit's" >&2
    version+=+changed
  fi
else
  : "${SOURCE_DATE_EPOCH:?without git, SOURCE_DATE_EPOCH has to say the time that the package gets}"
  subject="Packaged from an archive of the sources"
  [ "$maintainer" != " <>" ] || stop "without git, DEBFULLNAME and DEBEMAIL have to name the maintainer"
fi
export SOURCE_DATE_EPOCH
system=$(. /etc/os-release && echo "$ID${VERSION_ID:-}")

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
umask 022

# ---- what both hold ----
# installed STAGE PREFIX: the program and all that belongs to it, stripped, with icons in their sizes.
installed() {
  DESTDIR=$1 cmake --install "$folder" --prefix "$2" --component program >"$work/installed" || {
    cat "$work/installed" >&2
    return 1
  }
  local root=$1$2 size file
  local share=$root/share
  for size in 16 24 32 48 64 128 256; do
    mkdir -p "$share/icons/hicolor/${size}x$size/apps"
    rsvg-convert --width $size --height $size cmake/desktop/striate.svg --output "$share/icons/hicolor/${size}x$size/apps/striate.png"
  done
  while IFS= read -r file; do
    strip --strip-unneeded --remove-section=.comment --remove-section=.note "$file"
    if grep -qaF -- "$folder" "$file" || grep -qaF -- "$PWD/" "$file"; then
      echo "package.sh: ${file#"$root"} names the folder that it was built in: it would differ elsewhere" >&2
      return 1
    fi
  done < <(programs_in "$root")
}
# programs_in FOLDER: programs and libraries, by what they begin with.
programs_in() {
  local file
  find "$1" -type f | sort | while IFS= read -r file; do
    if [ "$(head -c 4 "$file" | tr -d '\177\0')" = ELF ]; then printf '%s\n' "$file"; fi
  done
}

# copyright: what is known of whose it is, in the form that Debian's tools read, from the notices inside the program.
copyright() {
  local name terms part
  echo "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/"
  echo "Upstream-Name: Striate"
  echo "Comment:"
  echo " Parts of others that are compiled into the program stand below, by name, each with the text of its terms;"
  echo " 'striate notices' prints them, too, with the shared libraries that it is linked to."
  echo
  echo "Files: *"
  echo "Copyright: $(date -u -d "@$SOURCE_DATE_EPOCH" +%Y) the authors of Striate"
  if [ -f LICENSE ]; then
    echo "License: striate"
    as_field <LICENSE
  else
    echo "License: not-stated"
    echo " The authors have not yet stated the terms under which others may use their own part of this program."
  fi
  "$folder/striate" notices >"$work/notices"
  while read -r name _ terms; do
    part=${terms##* }
    terms=${terms% *}
    [ "$part" = inside ] || continue
    # Where a text was not to be had when the program was built, its name stands for it.
    "$folder/striate" notices "$name" >"$work/terms" 2>/dev/null || echo "See the terms of $name, ${terms}." >"$work/terms"
    echo
    echo "Files: inside/$name"
    holders "$work/terms" | sed '1s/^/Copyright: /; 2,$s/^/           /'
    echo "License: ${terms// /-}"
    as_field <"$work/terms"
  done <"$work/notices"
}
as_field() { tr -d '\r\f' | sed 's/[[:space:]]*$//; s/^$/./; s/^/ /'; }
# holders FILE: the lines of a license that say whose it is; where none does, that its text is to be read.
holders() {
  grep -ioE '(copyright|©)[^a-z]*[0-9]{4}.*' "$1" | tr -d '\r' | sed -E 's/^(copyright|©)[: ]*(\(c\)|©)?[: ]*//I; s/[[:space:]]+$//' |
    awk 'NF && !seen[$0]++' >"$work/holders" || true
  if [ ! -s "$work/holders" ]; then echo "see the text below" >"$work/holders"; fi
  cat "$work/holders"
}
same_times() { find "$1" -exec touch --no-dereference --date "@$SOURCE_DATE_EPOCH" {} +; }

# ---- the .deb ----
make_deb() {
  local stage=$work/deb revision="1~$system" doc package file
  mkdir -p "$stage"
  installed "$stage" /usr
  doc=$stage/usr/share/doc/striate
  mkdir -p "$doc" "$stage/DEBIAN" "$work/source/debian"
  copyright >"$doc/copyright"
  {
    printf 'striate (%s-%s) unstable; urgency=medium\n\n  * %s\n\n' "$version" "$revision" "$subject"
    printf ' -- %s  %s\n' "$maintainer" "$(date -u -R -d "@$SOURCE_DATE_EPOCH")"
  } | gzip -9n >"$doc/changelog.Debian.gz"
  find "$stage/usr/share/man" -name '*.1' -exec gzip -9n {} +

  printf 'Source: striate\n\nPackage: striate\nArchitecture: amd64\n' >"$work/source/debian/control"
  local -a programs
  mapfile -t programs < <(programs_in "$stage")
  local libraries=$stage/usr/lib/striate/glibc-hwcaps/x86-64-v2 needs
  needs=$(cd "$work/source" && dpkg-shlibdeps -O -S"$stage" ${libraries:+-l"$libraries"} "${programs[@]/#/-e}" 2>"$work/shlibdeps") || {
    cat "$work/shlibdeps" >&2
    return 1
  }
  needs=${needs#shlibs:Depends=}
  cat >"$stage/DEBIAN/control" <<TEXT
Package: striate
Version: $version-$revision
Architecture: amd64
Maintainer: $maintainer
Installed-Size: $(du -k --apparent-size -s "$stage/usr" | cut -f1)
Depends: $needs, libgl1
Suggests: ffmpeg
Section: education
Priority: optional
Description: shows how a computer sees
 Open a picture and zoom in until it is what a computer has of it: a grid of
 numbers. Lay nine weights over it and watch an edge appear, with the sum that
 made every pixel written out. Then let a network learn, look at it from the
 inside, and find out why it answers as it does.
 .
 One program for a class and a projector, for a student alone, and for the
 command line, with short guided lessons. An NVIDIA GPU is used where there is
 one, and none is needed.
TEXT
  (cd "$stage" && find usr -type f -print0 | sort -z | xargs -0 md5sum >DEBIAN/md5sums)
  find "$stage" -type d -exec chmod 755 {} +
  find "$stage" -type f ! -perm -100 -exec chmod 644 {} +
  find "$stage/usr/lib" -type f -exec chmod 644 {} + 2>/dev/null || true
  same_times "$stage"
  package=$out/striate_$version-${revision}_amd64.deb
  dpkg-deb --root-owner-group -Zxz -z"$level" --threads-max=1 --build "$stage" "$package" >/dev/null
  echo "$package"
}

# ---- the portable archive ----
# Stays the system's: the C library, those that a driver for OpenGL brings or shares with it, and the display.
stays_outside() {
  case $1 in
    ld-linux* | libc.so* | libm.so* | libdl.so* | libpthread.so* | librt.so* | libresolv.so* | libutil.so*) ;;
    libstdc++.so* | libgcc_s.so*) ;; # a driver may need a newer one than ours
    libGL.so* | libEGL.so* | libGLX.so* | libOpenGL.so* | libGLdispatch.so* | libdrm* | libgbm*) ;;
    libX11* | libxcb.so* | libXau* | libXdmcp* | libbsd* | libmd.so* | libwayland-*) ;;
    *) return 1 ;;
  esac
}
# newest PREFIX FOLDER: the newest version of symbols that any program in it wants of another library: "GLIBC_2.36".
newest() {
  local -a programs
  mapfile -t programs < <(programs_in "$2")
  objdump -T "${programs[@]}" 2>/dev/null | grep -oE "\(?${1}_[0-9][0-9.]*" | tr -d '(' | sort -u -V | tail -1
}
make_portable() {
  local name=striate-$version-x86_64 stage library path package file wanted problem=
  stage=$work/portable/$name
  mkdir -p "$stage"
  installed "" "$stage"
  mkdir -p "$stage/lib/striate" "$stage/licenses"
  copyright >"$stage/licenses/striate"

  # Everything that the dynamic linker would load, from where it would load it.
  {
    echo "Libraries in lib/striate, unchanged but for where they look for each other, from packages of $system:"
    echo "library, package, version, its source package. The terms of each stand beside this file under the package's name."
    echo
    while read -r library path; do
      stays_outside "$library" && continue
      [[ "$path" != "$stage"* ]] || continue
      cp -L "$path" "$stage/lib/striate/$library"
      chmod 755 "$stage/lib/striate/$library"
      # With /lib a link to /usr/lib, dpkg may know the file under either name.
      package=$(dpkg -S "$path" "$(readlink -f "$path")" "/usr$path" 2>/dev/null | grep -v '^diversion' | sed -n '1s/[:,].*//p' || true)
      [ -n "$package" ] || stop "$path is of no package: its license is not known"
      cp -L "/usr/share/doc/$package/copyright" "$stage/licenses/$package"
      dpkg-query -W -f "$library \${Package} \${Version} \${source:Package}\n" "$package:amd64"
    done < <(programs_in "$stage" | LD_LIBRARY_PATH=$stage/lib/striate/glibc-hwcaps/x86-64-v2 xargs ldd | awk '$2 == "=>" { print $1, $3 }' | sort -u)
  } >"$stage/licenses/LIBRARIES.txt"
  for file in "$stage"/licenses/*; do grep -ohE '/usr/share/common-licenses/[A-Za-z0-9.+-]*[A-Za-z0-9]' "$file" || true; done | sort -u |
    while IFS= read -r file; do
      if [ -f "$file" ]; then cp -L "$file" "$stage/licenses/common-${file##*/}"; fi
    done
  # Each finds the others from its own place.
  for file in "$stage"/lib/striate/*.so*; do patchelf --set-rpath '$ORIGIN' "$file"; done
  for file in "$stage"/lib/striate/glibc-hwcaps/*/*.so; do
    [ ! -f "$file" ] || patchelf --set-rpath '$ORIGIN/../..' "$file"
  done
  patchelf --set-rpath '$ORIGIN/../lib/striate' "$stage/bin/striate"

  # Nothing is loaded from elsewhere but what stays outside, and nothing is missing.
  while read -r library path; do
    if [ "$path" = not ]; then problem+=" $library:missing"; continue; fi
    stays_outside "$library" || [[ "$path" == "$stage"* ]] || problem+=" $library:$path"
  done < <(programs_in "$stage" | xargs env -u LD_LIBRARY_PATH ldd | awk '$2 == "=>" { print $1, $3 }' | sort -u)
  [ -z "$problem" ] || stop "not in the archive:$problem"
  wanted="$(newest GLIBC "$stage"), $(newest GLIBCXX "$stage")"
  cat >"$stage/README.txt" <<TEXT
Striate $version, for x86-64 Linux

  bin/striate                 opens the window
  bin/striate --help          everything else
  man -l share/man/man1/striate.1

The folder can be moved as a whole. It wants of the system, as measured in its files: a C library with
${wanted/, / and a C++ library with } (glibc; libstdc++), a driver for OpenGL (libGL, libEGL), and X11 (libX11, libxcb).
It was built on $system; the libraries beside it, and their terms, are listed in licenses/LIBRARIES.txt.
To have it in your menu: copy share/applications, share/icons and share/mime to ~/.local/share, put bin into PATH, and run
update-mime-database ~/.local/share/mime
TEXT
  find "$stage" -type d -exec chmod 755 {} +
  find "$stage" -type f ! -perm -100 -exec chmod 644 {} +
  same_times "$stage"
  package=$out/$name.tar.xz
  tar --create --directory "$work/portable" --sort=name --owner=0 --group=0 --numeric-owner --format=gnu \
    --mtime="@$SOURCE_DATE_EPOCH" "$name" | xz "-$level" --threads=1 >"$package"
  echo "$package"
  echo "package.sh: it needs $wanted" >&2
}

if [ -n "$deb" ]; then make_deb; fi
if [ -n "$portable" ]; then make_portable; fi
