#!/usr/bin/env bash
# A window that is ended from outside - a session that closes, a terminal that goes, Ctrl+C there - goes in good order:
# with the status of the signal, its settings written, and its training kept and offered by the next one.
set -u
source "$(dirname "$0")/hands.bash"
printf 'theme light\npage train\ntrain.data digits:200\ntrain.batch 16\ntrain.start\n' >"$work/train.striate"

for signal in TERM HUP INT; do
  begin "$work/train.striate"
  learned() { [ "$(readout train.step)" -ge 3 ] 2>/dev/null; }
  wait_for $patience learned || fail "SIG$signal: it does not train"
  kill -"$signal" "$pid"
  gone() { ! kill -0 "$pid" 2>/dev/null; }
  end=$((SECONDS + patience))
  until gone; do [ $SECONDS -lt $end ] || fail "SIG$signal: the window stays"; sleep 0.05; done
  wait "$pid"; status=$?
  pid=
  [ $status -eq $((128 + $(kill -l "$signal"))) ] || fail "SIG$signal: the window ended with status $status"
  step=$(sed -n 's/.*training is kept at step \([0-9]*\):.*/\1/p' "$work/log")
  [ -n "$step" ] && [ "$step" -ge 3 ] || fail "SIG$signal: it is not told what was kept"
  ls "$XDG_STATE_HOME"/striate/training-*.safetensors >/dev/null || fail "SIG$signal: no training is kept"
  [ -z "$(ls "$XDG_STATE_HOME"/striate/*.lock 2>/dev/null)" ] || fail "SIG$signal: a lock is left"
  grep -q light "$XDG_CONFIG_HOME/striate/settings.json" || fail "SIG$signal: the settings are not written"

  # The next window has it, step for step. At rest it is ended the same way.
  begin
  click "Recover"
  expect train.step "$step" "SIG$signal: the recovered training is another one"
  kill -"$signal" "$pid"
  until gone; do [ $SECONDS -lt $((end + patience)) ] || fail "SIG$signal at rest: the window stays"; sleep 0.05; done
  wait "$pid"; status=$?
  pid=
  [ $status -eq $((128 + $(kill -l "$signal"))) ] || fail "SIG$signal at rest: the window ended with status $status"
  kept=("$XDG_STATE_HOME"/striate/training-*.safetensors)
  [ ${#kept[@]} -eq 1 ] && [ -s "${kept[0]}" ] || fail "SIG$signal at rest: what was recovered is gone"
  rm "${kept[0]}"
done

# Nothing learned, nothing kept, nothing said.
begin
kill -TERM "$pid"
wait "$pid"; status=$?
pid=
[ $status -eq 143 ] || fail "an idle window ended with status $status"
# Drivers may speak: on a display without a graphics card Mesa does.
! grep -q 'striate:\|training' "$work/log" || fail "an idle window says something"
[ -z "$(ls "$XDG_STATE_HOME/striate" 2>/dev/null)" ] || fail "an idle window leaves files"
echo "passed"
