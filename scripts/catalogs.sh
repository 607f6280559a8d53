#!/usr/bin/env bash
# Makes the templates of all texts of the window, assets/locale/PAGE.pot, from the sources, with gettext's xgettext: one
# for each page, one for each other folder of app/, one for what engine/ marks, and messages.pot for what errors say that
# no other has (app/words/messages.h). Run it after a text was added or changed and commit what it wrote;
# tests/tree/catalogs.sh compares.
#
#   scripts/catalogs.sh              writes assets/locale/*.pot
#   scripts/catalogs.sh --to FOLDER  writes them there
#   scripts/catalogs.sh --texts      prints how many texts each has
#
# Which calls hold texts stands below: `NAME:N` is the Nth value of every call of NAME. A page is found by its files:
# app/pages/NAME.cpp with NAME_*.cpp beside it, or a folder. What they share is in pages.pot. The output is the same
# whatever xgettext made it: no dates, no line numbers, no guesses at formats; sorted.
set -euo pipefail
cd "$(dirname "$0")/.."
export LC_ALL=C.UTF-8
to=assets/locale
count=
while [ $# -gt 0 ]; do
  case $1 in
    --to) to=$2; shift ;;
    --texts) count=1 ;;
    *) sed -n '2,14s/^# \{0,1\}//p' "$0"; exit 2 ;;
  esac
  shift
done
command -v xgettext >/dev/null || { echo "catalogs.sh: xgettext is missing (apt install gettext)" >&2; exit 77; }

# Asked for by name, and what widgets translate themselves (app/widgets/ui.h). xgettext takes one place of a call at a
# time: declarations, which hold several texts, are read again for each.
passes=(
  "tr:1 N_:1 format_tr:1 trn:1,2 plural_tr:1,2 button:1 section:1 row:1 big_row:1 slider:1 number_field:1
   toggle:1 segmented:1 tabs:1 dropdown:1 text_field:1 note:1 paragraph:1 progress:1 kernel_editor:1 empty_state:3
   error_note:1 Error:1 fail:1 choice:2 on_off:2 integer:2 number:2 text:2 word:2 file_to_read:2 file_to_write:2 explained:1
   format_marked:1"
  "choice:3 on_off:3 integer:3 number:3 text:3 empty_state:4 Error:2 error_note:2 text_field:4 live_text:3"
  "choice:4 on_off:4"
)

page_of() { # the template that a source belongs to
  local path=${1#app/} stem
  case $path in
    pages/*/*) path=${path#pages/}; echo "${path%%/*}" ;;
    pages/*)
      stem=${path#pages/}; stem=${stem%.*}
      if [ -f "app/pages/${stem%%_*}.cpp" ] && [ "${stem%%_*}" != pages ]; then echo "${stem%%_*}"; else echo pages; fi ;;
    engine/*) if grep -qE 'N_\(|\.explained\(' "$1"; then echo engine; fi ;;
    cli/* | gl/* | words/*) ;;
    */*) echo "${path%%/*}" ;;
  esac
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
declare -A files=()
while IFS= read -r file; do
  page=$(page_of "$file")
  [ -n "$page" ] && files[$page]+="$file"$'\n'
done < <(find app engine -name '*.cpp' -o -name '*.h' | LC_ALL=C sort)

# Errors whose texts have values in them, and those of kernels/ and engine/, which know no language: every literal between
# the parentheses of an Error that has words, is whole (no piece of a sum) and stands in no other template.
errors() { # FILE...
  perl -0777 -ne '
    s{^\s*//.*$}{}mg;
    while (/\b\w*Error\(/g) {
      my ($from, $at, $depth, $text, @texts) = (pos, pos, 1, undef);
      while ($depth > 0 && $at < length) {
        pos = $at;
        if (/\G"((?:[^"\\]|\\.)*)"\s*/gc) { $text .= $1; $at = pos; next }
        push @texts, $text if defined $text;
        undef $text;
        if (/\G\x27(?:[^\x27\\]|\\.)\x27/gc) { $at = pos; next }
        my $sign = substr $_, $at++, 1;
        $depth += ($sign eq "(") - ($sign eq ")");
      }
      pos = $from;
      for (@texts) { print "msgid \"$_\"\n" if /[A-Za-z]{2}.* .*|.* .*[A-Za-z]{2}/ && !/^[ ,;:]| $|\\n/ }
    }' "$@" | LC_ALL=C sort -u
}

mkdir -p "$to"
rm -f "$to"/*.pot
for page in "${!files[@]}"; do
  printf '%s' "${files[$page]}" >"$work/list"
  pot=$work/$page.pot
  join=()
  for pass in "${passes[@]}"; do
    keywords=()
    for keyword in $pass; do keywords+=("--keyword=$keyword"); done
    xgettext --language=C++ --from-code=UTF-8 --files-from="$work/list" --output="$pot" "${join[@]}" --keyword \
      "${keywords[@]}" --no-location --no-wrap --add-comments=Translators 2>"$work/said" || {
      cat "$work/said" >&2
      exit 1
    }
    if [ -f "$pot" ]; then join=(--join-existing); fi
  done
  [ -s "$pot" ] || continue
  {
    echo "# Texts of the window, made by scripts/catalogs.sh: do not edit."
    printf 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n"Content-Transfer-Encoding: 8bit\\n"\n\n'
    # Entries without a letter are no texts (nor is xgettext's header, whose date differs); flags are guesses that differ between versions.
    LC_ALL=C awk -v RS= -v ORS='\n\n' '
      {
        out = ""; id = ""; n = split($0, lines, "\n"); in_id = 0
        for (i = 1; i <= n; ++i) {
          if (lines[i] ~ /^#,/) continue
          if (lines[i] ~ /^msgid/) in_id = 1
          if (lines[i] ~ /^msgstr/) in_id = 0
          if (in_id) { text = lines[i]; sub(/^msgid(_plural)? /, "", text); id = id text }
          out = out (out == "" ? "" : "\n") lines[i]
        }
        gsub(/\{[^}]*\}/, "", id); gsub(/\\[nt]/, "", id)
        if (id ~ /[A-Za-z]/) print out
      }' "$pot" | awk -v RS= '{ gsub(/\n/, "\1"); print }' | LC_ALL=C sort -u | awk '{ gsub(/\1/, "\n"); printf "%s\n\n", $0 }'
  } | sed -e '$d' >"$to/$page.pot"
  if [ -n "$count" ]; then printf '%s %s\n' "$page" "$(($(grep -c '^msgid "' "$to/$page.pot") - 1))"; fi
done
{
  echo "# What errors say, made by scripts/catalogs.sh: do not edit."
  printf 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n"Content-Transfer-Encoding: 8bit\\n"\n'
  cat "$to"/*.pot >"$work/others"
  find app engine kernels \( -name '*.cpp' -o -name '*.h' -o -name '*.cu' \) ! -path 'app/cli/*' ! -path 'engine/bench/*' |
    LC_ALL=C sort >"$work/list"
  mapfile -t sources <"$work/list"
  errors "${sources[@]}" | grep -vxFf <(grep '^msgid "' "$work/others") | sed 's/$/\nmsgstr ""/; s/^msgid/\n&/'
} >"$work/messages.pot"
if grep -q '^msgid "..*' "$work/messages.pot"; then mv "$work/messages.pot" "$to/messages.pot"; fi
if [ -n "$count" ]; then printf 'messages %s\n' "$(($(grep -c '^msgid "' "$to/messages.pot") - 1))"; fi
