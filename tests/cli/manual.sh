# Manual pages and completions say what --help says, of every command: each option, each subcommand, each value by its
# place. Where the shells and man are here, they are asked themselves.
. tests/cli/expect.bash

works manual --names
mapfile -t commands <"$WORK/out"
[ "${#commands[@]}" -gt 20 ] || fail "only ${#commands[@]} commands have a page"
for shell in bash zsh fish; do
  works completion "$shell"
  cp "$WORK/out" "$WORK/$shell"
done
if command -v zsh >/dev/null; then zsh -n "$WORK/zsh" || fail "zsh does not read its completion"; fi
if command -v fish >/dev/null; then fish --no-execute "$WORK/fish" || fail "fish does not read its completion"; fi

# What --help lists, one a line: options, subcommands, values by their place.
options_of() { grep -E '^  -' "$WORK/help" | grep -oE '^  -[^ ]+' | tr -d ' ' | tr ',' '\n'; }
section_of() { awk -v wanted="$1:" '$0 == wanted { on = 1; next } on && !/^  / { exit } on && /^  [^ ]/ { print $1 }' "$WORK/help"; }

# completed WORD...: what bash offers for the last one.
compopt() { :; }
. "$WORK/bash"
completed() {
  COMP_WORDS=(striate "$@")
  COMP_CWORD=$#
  COMPREPLY=()
  _striate striate "${!#}" ""
  printf '%s\n' "${COMPREPLY[@]}" | LC_ALL=C sort
}

listed=0
for command in "${commands[@]}"; do
  read -ra words <<<"$command"
  works "${words[@]}" --help
  cp "$WORK/out" "$WORK/help"
  works manual "${words[@]}"
  page=$WORK/out
  name=striate${command:+-${command// /-}}
  sed 's/\\-/-/g' "$page" >"$WORK/page"
  grep -qi "^\.TH $name 1 " "$WORK/page" || fail "the page of '$command' has another name"
  if command -v man >/dev/null && [ -n "$(type -P groff)" ]; then
    warnings=$(MANWIDTH=100 LC_ALL=C.UTF-8 man --warnings -E UTF-8 -l "$page" 2>&1 >/dev/null)
    [ -z "$warnings" ] || fail "man warns of $name: $warnings"
  fi
  options=$(options_of | LC_ALL=C sort -u)
  [ -n "$options" ] || fail "--help of '$command' lists no options: this test reads it wrongly"
  while read -r option; do
    listed=$((listed + 1))
    grep -qF -- "\\fB$option\\fR" "$WORK/page" || fail "the manual page of '$command' lacks $option"
    grep -qF -- "'$option:" "$WORK/zsh" || fail "zsh's completion lacks $option"
    if [ "${option#--}" != "$option" ]; then
      grep -qE -- "__striate_in '${command:+$command }'.* -l ${option#--}( |\$)" "$WORK/fish" || fail "fish's completion of '$command' lacks $option"
    fi
  done <<<"$options"
  offered=$(completed "${words[@]}" -)
  [ "$offered" = "$options" ] || fail "bash offers other options for '$command' than --help: $(diff <(echo "$options") <(echo "$offered") | grep '^[<>]' | tr '\n' ' ')"
  for below in $(section_of Subcommands); do
    grep -qF -- "\\fB$name-$below\\fR(1)" "$WORK/page" || fail "the manual page of '$command' lacks the command $below"
    completed "${words[@]}" "" | grep -qxF -- "$below" || fail "bash does not offer 'striate $command $below'"
  done
  for value in $(section_of Positionals); do
    grep -qxF -- "\\fI$value\\fR" "$WORK/page" || fail "the manual page of '$command' lacks $value"
  done
done
[ "$listed" -gt 200 ] || fail "only $listed options were compared"

# Values: words that are known, and files.
cd "$WORK" && mkdir place && touch place/photo.png
[[ "$(completed screenshot pi)" == *pixels* ]] || fail "bash does not offer the page pixels"
[ "$(completed filter sobel-)" = $'sobel-x\nsobel-y' ] || fail "bash does not offer the two kernels of Sobel"
[ "$(completed filter edge place/ph)" = place/photo.png ] || fail "bash does not offer a file"
[ "$(completed --device e)" = emulated ] || fail "bash does not offer a device"
[ "$(completed --page features tr | head -1)" = train ] || fail "bash takes a value for a command"
[ "$(completed notices JetB)" = JetBrains-Mono ] || fail "bash does not offer a notice"
if command -v fish >/dev/null; then
  export XDG_CONFIG_HOME=$WORK/config
  offers() { fish --no-config -c "source $WORK/fish; complete -C '$1'" 2>/dev/null | cut -f1; }
  offers 'striate filter sobel-' | grep -qxF sobel-x || fail "fish does not offer the kernel sobel-x"
  offers 'striate train --ep' | grep -qxF -- --epochs || fail "fish does not offer train --epochs"
  if offers 'striate pixels --ep' | grep -qxF -- --epochs; then fail "fish offers another command's option"; fi
fi
refuses 2 "no command 'trian'" "did you mean 'train'?" manual trian
refuses 2 "SHELL" "" completion csh
done_testing
