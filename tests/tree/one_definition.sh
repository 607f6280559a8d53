#!/usr/bin/env bash
# No two types of one name in one namespace: the linker would take either for both (one definition rule). This looks at
# the text, in a second; `.ci/run odr` lets the linker compare what the compiler made of it.
set -euo pipefail
cd "$(dirname "$0")/../.."

# "namespace::name file:line" of every class, struct, union and enum that is defined outside of unnamed namespaces. The
# format (clang-format) puts namespaces and what stands directly in them at the beginning of a line.
definitions() {
  awk '
    FNR == 1 { depth = 0; hidden = 0 }
    /^namespace( [A-Za-z_:]+)? \{$/ {
      ++depth
      name[depth] = $2 == "{" ? "" : $2
      if (name[depth] == "") ++hidden
      next
    }
    /^}  \/\/ namespace/ {
      if (name[depth] == "") --hidden
      --depth
      next
    }
    # A definition has its brace or its base on the same line, and no semicolon behind its name.
    /^(class|struct|union|enum class|enum) [A-Za-z_][A-Za-z_0-9]*( final)?( :| \{)/ && !hidden {
      at = ""
      for (i = 1; i <= depth; ++i) at = at name[i] "::"
      type = $1 == "enum" && $2 == "class" ? $3 : $2
      print at type, FILENAME ":" FNR
    }' "$@"
}

check() {
  definitions "$@" | sort | awk '
    { file = $2; sub(/:[0-9]+$/, "", file) }
    # Twice in one file: branches of an #if.
    $1 == before && file != in_file { print $1 " is defined twice: " place ", " $2; bad = 1 }
    { before = $1; place = $2; in_file = file }
    END { exit bad }'
}

# The check sees one.
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
printf 'namespace a {\nnamespace {\nstruct In {\n};\n}  // namespace\nclass Out {\n};\n}  // namespace a\n' >"$folder/1.cpp"
printf 'namespace a {\nnamespace {\nstruct In {\n};\n}  // namespace\nclass Other {\n};\n}  // namespace a\n' >"$folder/2.cpp"
check "$folder"/[12].cpp || { echo "unnamed namespaces are taken for one"; exit 1; }
printf 'namespace a {\nclass Out : public Other {\n};\n}  // namespace a\n' >"$folder/3.h"
if check "$folder"/*.* >/dev/null; then
  echo "two types of one name are not seen"
  exit 1
fi

# What is linked into one program: the tests of each folder with what they are the tests of.
one_program() {
  mapfile -t files < <(find "$@" -name '*.h' -o -name '*.cpp' -o -name '*.cu')
  check "${files[@]}"
}
one_program app engine kernels tests/*.h tests/app
one_program engine kernels tests/*.h tests/engine
one_program engine kernels tests/*.h tests/kernels
echo "no two types of one name"
