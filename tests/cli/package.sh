# A package of the finished program: twice, into other folders and at another time, the same bytes; whole, as lintian
# judges it; and what is unpacked from either runs. Nothing is built.
. tests/cli/expect.bash

for tool in dpkg-deb dpkg-shlibdeps objdump strip rsvg-convert patchelf xz cmake git; do
  command -v $tool >/dev/null || skip "no $tool (scripts/setup.sh --package)"
done
[ "$(uname -m)" = x86_64 ] || skip "packages are made on x86-64"
[ -n "${STRIATE_BUILD_DIR:-}" ] && [ -f "$STRIATE_BUILD_DIR/cmake_install.cmake" ] || skip "no folder of a build to pack"
readelf -S "$STRIATE" | grep -q '\.debug_info' && skip "a build for debugging is not what is packed"
strings -a "$STRIATE" | grep -q '__asan_init' && skip "a build with a sanitizer is not what is packed"
git rev-parse HEAD >/dev/null 2>&1 || export SOURCE_DATE_EPOCH=1700000000 DEBFULLNAME=Test DEBEMAIL=test@example.org

# A copy with a name of another length: where the build lies must not be seen.
for turn in one another-folder; do
  mkdir -p "$WORK/$turn"
  TMPDIR=$WORK/$turn scripts/package.sh --level 0 --build "$STRIATE_BUILD_DIR" --out "$WORK/$turn/out" >"$WORK/$turn/files" 2>"$WORK/err" || fail "scripts/package.sh failed"
done
for kind in deb tar.xz; do
  first=$(echo "$WORK"/one/out/*.$kind) second=$(echo "$WORK"/another-folder/out/*.$kind)
  [ -f "$first" ] || fail "no .$kind was made"
  cmp "$first" "$second" || fail "the same commit gave other bytes: .$kind"
done
[ "$FAILURES" -eq 0 ] || done_testing
deb=$(echo "$WORK"/one/out/*.deb)
archive=$(echo "$WORK"/one/out/*.tar.xz)

dpkg-deb -c "$deb" >"$WORK/list"
grep -vE '^[-d][-rwx]+ root/root ' "$WORK/list" && fail "not all belongs to root"
for file in usr/bin/striate usr/share/applications/striate.desktop usr/share/mime/packages/striate.xml \
  usr/share/metainfo/striate.metainfo.xml usr/share/icons/hicolor/scalable/apps/striate.svg \
  usr/share/icons/hicolor/48x48/apps/striate.png usr/share/icons/hicolor/256x256/apps/striate.png \
  usr/share/man/man1/striate.1.gz usr/share/man/man1/striate-train.1.gz usr/share/man/man1/striate-bench-filter.1.gz \
  usr/share/bash-completion/completions/striate usr/share/zsh/vendor-completions/_striate \
  usr/share/fish/vendor_completions.d/striate.fish usr/share/doc/striate/copyright \
  usr/share/doc/striate/changelog.Debian.gz; do
  grep -q " \./$file\$" "$WORK/list" || fail "the package lacks $file"
done
dpkg-deb -f "$deb" Depends >"$WORK/depends"
for library in libc6 libglfw3 libgl1 libegl1; do
  grep -qE "(^|, )$library( |,|\$)" "$WORK/depends" || fail "the package does not depend on $library: $(cat "$WORK/depends")"
done

dpkg-deb -x "$deb" "$WORK/unpacked"
STRIATE=$WORK/unpacked/usr/bin/striate works --version
# Every part of others that is inside the program has its paragraph.
works notices
while read -r name _ terms; do
  [ "${terms##* }" != inside ] || grep -qxF "Files: inside/$name" "$WORK/unpacked/usr/share/doc/striate/copyright" || fail "copyright lacks $name"
done <"$WORK/out"
command -v desktop-file-validate >/dev/null && ! desktop-file-validate "$WORK/unpacked/usr/share/applications/striate.desktop" && fail "the desktop entry is wrong"
if command -v appstreamcli >/dev/null; then
  # An identifier needs a domain of the project's own: it has none.
  appstreamcli validate --no-net "$WORK/unpacked/usr/share/metainfo/striate.metainfo.xml" >"$WORK/err" 2>&1
  grep -E '^[EW]:' "$WORK/err" | grep -v cid-desktopapp-is-not-rdns && fail "the metadata is wrong"
fi
if command -v update-mime-database >/dev/null; then
  update-mime-database "$WORK/unpacked/usr/share/mime" 2>"$WORK/err" || fail "the types of files are wrong"
  grep -q '^60:application/x-striate-lesson:\*.striate.zip$' "$WORK/unpacked/usr/share/mime/globs2" || fail "no type of *.striate.zip"
  grep -q ':application/x-striate:\*.striate$' "$WORK/unpacked/usr/share/mime/globs2" || fail "no type of *.striate"
fi
if command -v lintian >/dev/null; then
  lintian --tag-display-limit 0 --fail-on error "$deb" >"$WORK/err" 2>&1 || fail "lintian has errors"
fi

# The archive: all libraries from beside it, from any place, and a lesson runs.
tar -xJf "$archive" -C "$WORK" || fail "the archive cannot be unpacked"
mv "$WORK"/striate-*-x86_64 "$WORK/moved here"
for library in libglfw.so.3 libtbb.so.12; do
  [ -f "$WORK/moved here/lib/striate/$library" ] || fail "the archive lacks $library"
done
grep -qE 'GLIBC_2\.[0-9]+ .*GLIBCXX_' "$WORK/moved here/README.txt" || fail "the archive does not say what it needs"
STRIATE="$WORK/moved here/bin/striate"
works --version
run play assets/lessons/stride.md --headless --out "$WORK"
[ "$STATUS" -eq 0 ] || fail "the archive's program does not play a lesson"
while read -r library _; do
  [ -s "$WORK/moved here/licenses/$(awk -v l="$library" '$1 == l { print $2 }' "$WORK/moved here/licenses/LIBRARIES.txt")" ] || fail "no license of $library"
done < <(cd "$WORK/moved here/lib/striate" && ls -- *.so*)
done_testing
