#!/usr/bin/env bash
# American spelling everywhere: names, comments, strings, lessons, documents, files. To add a word: its British letters
# into `british`. What is spelled otherwise on purpose: names that old files have (engine/old_names.cpp), and words that
# tests misspell; and lessons in other languages.
set -u
cd "${1:-$(dirname "$0")/../..}" || exit 1
british='[Cc]olour|COLOUR|\b[Gg]rey|GREY|[Nn]eighbour|[Cc]entre|[Bb]ehaviour|[Ff]avour|[Nn]ormalis(e|i|a)|[Ii]nitialis(e|i|a)|[Rr]ecognis(e|i|a)|[Oo]ptimis(e|i|a)|[Rr]andomis(e|i|a)|[Ss]ummaris(e|i|a)|[Oo]rganis(e|i|a)|[Vv]isualis(e|i|a)|[Mm]aximis(e|i|a)|[Mm]inimis(e|i|a)|[Ss]pecialis(e|i|a)|[Gg]eneralis(e|i|a)|[Qq]uantis(e|i|a)|[Ss]ynchronis(e|i|a)|[Aa]nalyse|[Ll]abelled|[Cc]ancelled|[Mm]odelled|[Tt]ravelled|[Cc]atalogue'
on_purpose='--channel grey|^(tests/tree/spelling\.sh|engine/old_names\.cpp|tests/engine/old_names_test\.cpp):|pixels\.grey|^assets/lessons/[a-z]{2}(_[A-Z]{2})?/|pixels\.space grey|colour\|grey\|neighbour'
found=$({
  grep -rnE "$british" app engine kernels tests shaders scripts cmake assets/lessons README.md CONTRIBUTING.md CMakeLists.txt \
    CMakePresets.json .clang-tidy .ci --include='*' --exclude-dir=seeds -I
  find app engine kernels tests shaders scripts cmake assets/lessons | grep -E "$british"
} | grep -vE -e "$on_purpose")
if [ -n "$found" ]; then
  printf '%s\n' "$found"
  echo "failed: write it the American way (color, gray, neighbor, center, normalize)"
  exit 1
fi
echo "passed"
