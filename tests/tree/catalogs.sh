#!/usr/bin/env bash
# The templates of all texts (assets/locale/*.pot) are those that scripts/catalogs.sh makes of the sources: a text that was
# added or changed is in the template of its page. And no text is put together around a translation: `tr("a ") + b` cannot be
# translated, one text with placeholders can (format_tr).
#
# Before the real tree it checks a small wrong one, so that a rule that finds nothing any more is noticed.
set -uo pipefail
root=${1:-$(cd "$(dirname "$0")/../.." && pwd)}
command -v xgettext >/dev/null || { echo "skipped: xgettext is missing (apt install gettext)"; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Half a text: it begins or ends with a space, or is a space and a comma away from one.
halves() { # ROOT
  (cd "$1" && grep -rnE '\b(tr|N_|format_tr|trn)\("( |, |; |: )|\b(tr|N_)\("([^"\\]|\\.)* "\)' app --include='*.cpp' --include='*.h')
}

# A new text, two halves, and all that an error may say are found.
mkdir -p "$work/wrong/scripts" "$work/wrong/app/pages" "$work/wrong/assets/locale" "$work/wrong/engine" "$work/wrong/kernels"
cp "$root/scripts/catalogs.sh" "$work/wrong/scripts"
printf 'void draw() { ui.note("A new text."); ui.label(r, tr("of ") + name); ui.row(format_tr(", {} more", 3), ""); }\n' \
  >"$work/wrong/app/pages/pixels.cpp"
printf 'void f() { throw Error(n > 1 ? fmt::format("{} rows are "\n "too many", n) : "it says \\"no\\" (1)", "a hint"); }\n' >"$work/wrong/kernels/f.cu"
bash "$work/wrong/scripts/catalogs.sh" --to "$work/first" || exit 1
errors=$(grep -c '^msgid "{} rows are too many"$\|^msgid "it says \\"no\\" (1)"$\|^msgid "a hint"$' "$work/first/messages.pot")
if ! grep -q 'A new text' "$work/first/pixels.pot" || [ "$errors" -ne 3 ] || [ "$(halves "$work/wrong" | wc -l)" -ne 1 ]; then
  echo "failed: the wrong tree's text, its halves and its errors were not found"
  ls "$work/first"
  halves "$work/wrong"
  exit 1
fi

found=$(halves "$root")
if [ -n "$found" ]; then
  printf '%s\n' "$found" "failed: half a text cannot be translated: one text with placeholders (app/words/words.h)"
  exit 1
fi
bash "$root/scripts/catalogs.sh" --to "$work/made" || exit 1
differences=$(diff -ru "$root/assets/locale" "$work/made" | grep -vE '^Only in .*/assets/locale: [a-z]{2,3}(_[A-Z]{2})?$')
if [ -n "$differences" ]; then
  head -40 <<<"$differences"
  echo "failed: the templates are not up to date: run scripts/catalogs.sh and commit assets/locale"
  exit 1
fi
echo "all texts are in their templates"
