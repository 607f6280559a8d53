#!/usr/bin/env bash
# The kiosk in its window: it begins anew as it was opened when nobody is there, visitors cannot leave it, it keeps the
# table of answers through all that and no settings, and a signal ends it.
set -u
source "$(dirname "$0")/hands.bash"

printf '# Harbor\npage: pixels\n\nLook.\n\n```striate\nopen portrait\n```\n\n```ask\nWhich?\n- [ ] one: No.\n- [x] two: Yes.\n```\n\n## Further\n\nMore.\n' >"$work/harbor.md"
begin "$work/harbor.md" --kiosk 30 --results "$work/answers.csv"
expect lesson.step 1 "the lesson is not open"
expect fullscreen on "it does not fill the screen"
click "one"
answered() { [ "$(wc -l <"$work/answers.csv")" -eq "$1" ]; }
wait_for $patience answered 2 || fail "the answer is not in the table"
click "two"
wait_for $patience answered 3 || fail "the second answer is not in the table"

# What would leave it is refused.
keys ctrl+q
refused() { readout notice | grep -q "$1"; }
wait_for $patience refused "next visitor" || fail "Ctrl+Q is not refused: $(readout notice)"
keys F11
wait_for $patience refused "whole screen" || fail "F11 is not refused: $(readout notice)"

# Somebody goes on to another page in other colors, and leaves.
keys t
expect theme light "the colors do not change"
keys ctrl+k
type_text "page convolution"
keys Return
expect page convolution "the other page does not open"
begun_anew() { [ "$(readout page)" = pixels ] && [ "$(readout lesson.step)" = 1 ] && [ "$(readout theme)" = dark ]; }
wait_for $((patience + 30)) begun_anew || fail "it does not begin anew: page $(readout page), theme $(readout theme)"
expect lesson.answers 0 "the answers of the one before are still counted"
expect notice "" "the messages of the one before are still there"
expect fullscreen on "it does not fill the screen any more"
answered 3 || fail "the table changed by itself"
click "two"
wait_for $patience answered 4 || fail "the table does not go on"

[ ! -e "$XDG_CONFIG_HOME/striate/settings.json" ] || fail "settings are kept"
kill -TERM "$pid"
wait "$pid"; status=$?
pid=
[ $status -eq 143 ] || fail "it ended with status $status"
answered 4 || fail "the table is not whole at the end"
echo "passed"
