#!/usr/bin/env bash
# American spelling in all that people read: every string of app/, engine/ and kernels/, the lessons and the documents.
# Names in the sources may be spelled otherwise; a string that is a name (with a dot, an underscore, of one word and code)
# is one. To add a word: its British letters into `british`.
set -u
cd "${1:-$(dirname "$0")/../..}" || exit 1
british='[Cc]olour|COLOUR|\b[Gg]rey|GREY|[Nn]eighbour|[Cc]entre|[Bb]ehaviour|[Ff]avour|[Nn]ormalis|[Ii]nitialis|[Rr]ecognis|[Oo]ptimis|[Rr]andomis|[Ss]ummaris|[Oo]rganis|[Vv]isualis|[Mm]aximis|[Mm]inimis|[Ss]pecialis|[Gg]eneralis|[Qq]uantis|[Ss]ynchronis|[Aa]nalyse|[Ll]abeled|[Cc]anceled|[Mm]odeled|[Tt]ravelled|[Cc]atalogue'
british="(${british})"
found=0
# File:line:"string", without those that are names.
while IFS= read -r line; do
  echo "$line"
  found=1
done < <(
  find app engine kernels \( -name '*.cpp' -o -name '*.h' -o -name '*.cu' \) -not -path 'app/gl/*' -print0 |
    xargs -0 grep -nE "\"[^\"]*$british" | grep -vE '^[^:]+:[0-9]+: *(//|#include)' |
    while IFS= read -r hit; do
      place=$(echo "$hit" | cut -d: -f1,2)
      echo "$hit" | cut -d: -f3- | sed 's|  // .*||' | grep -oE '"([^"\\]|\\.)*"' | grep -E "$british" |
        sed -E "s/[A-Za-z0-9_.]*[A-Za-z0-9][._][A-Za-z0-9_.]+//g" | grep -E "$british" | grep -E '[ A-Z]' |
        sed "s|^|$place: |"
    done
  grep -nE "$british" README.md CONTRIBUTING.md assets/lessons/*.md
)
if [ $found -ne 0 ]; then
  echo "failed: people read this; write it the American way (color, gray, neighbor, center, normalize)"
  exit 1
fi
echo "passed"
