# Notices: every library that the program is linked to and every font inside it stands in the list, with its text.
. tests/cli/expect.bash

works notices
cp "$WORK/out" "$WORK/list"
while read -r name version license part; do
  [ -n "$part" ] || fail "'$name $version $license' lacks a field"
  [ -e /usr/share/doc ] || continue
  [ "$name" = CUDA-runtime ] && continue
  works notices "$name"
  [ "$(wc -c <"$WORK/out")" -gt 200 ] || fail "no text for $name"
done <"$WORK/list"
for inside in Dear-ImGui stb CLI11 Inter DejaVu; do
  grep -q "^$inside .* inside$" "$WORK/list" || fail "$inside is inside the program and not in the list"
done
works notices glfw
refuses 1 "no notice of 'GLWF'" "GLFW" notices GLWF

# Shared libraries of others that the program asks the loader for itself: each has its line.
if command -v readelf >/dev/null; then
  while read -r library; do
    case $library in
      libc.so* | libm.so* | libgcc_s.so* | libstdc++.so* | ld-linux* | libdl.so* | libpthread.so* | librt.so*) continue ;;
      libEGL.so*) continue ;;  # the system's own OpenGL
      libstriate_kernels.so*) continue ;;  # our own, in a package
      libstb.so*) name=stb ;; libtbb.so*) name=oneTBB ;; libfmt.so*) name=fmt ;; libz.so*) name=zlib ;; libcrypto.so*) name=OpenSSL ;; libzip.so*) name=libzip ;;
      libwebp*) name=libwebp ;; libgif.so*) name=giflib ;; libtiff.so*) name=libtiff ;; libonnx*) name=ONNX ;; libprotobuf.so*) name=protobuf ;; libglfw.so*) name=GLFW ;;
      libpango*) name=Pango ;; libcairo.so*) name=cairo ;; libfontconfig.so*) name=fontconfig ;; libglib-2.0.so* | libgobject-2.0.so*) name=GLib ;;
      libcuda* | libasan* | libubsan* | libtsan*) continue ;;
      *) fail "$library is linked and has no notice: cmake/StriateNotices.cmake" ; continue ;;
    esac
    grep -q "^$name " "$WORK/list" || fail "$library is linked; $name is not in the list"
  done < <(readelf -d "$STRIATE" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p')
fi
done_testing
