# A training that is ended from outside, at any moment and in any way: what was learned is there, and goes on to the very
# bytes of a training that nobody ended.
. tests/cli/expect.bash
DATA="--data digits:400 --quiet --device cpu --threads 1"
NEW="--model tiny --batch 16"
STATE=$XDG_STATE_HOME/striate

wait_for() { # COMMAND...: until it succeeds, while the training lives
  for _ in $(seq 1200); do
    "$@" && return 0
    kill -0 "$pid" 2>/dev/null || return 1
    sleep 0.05
  done
  return 1
}
begin() { # ARGUMENTS...: in the background, with $pid
  "$STRIATE" train $DATA "$@" >"$WORK/out" 2>"$WORK/err" &
  pid=$!
}
node() { stat -c %i:%Y:%y "$1" 2>/dev/null; }
saved_again() { [ -s "$1" ] && [ "$(node "$1")" != "$before" ]; }
steps_of() { "$STRIATE" summary "$1" | sed -n 's/^Trained for \([0-9]*\) steps.*/\1/p'; }
kept() { ls "$STATE"/training-*.safetensors 2>/dev/null | tail -1; }
has_kept() { [ -n "$(kept)" ]; }

# kill -9 at moments that nobody chose, again and again, going on each time.
for round in 1 2 3 4; do
  arguments="$NEW"
  [ $round -gt 1 ] && arguments="--resume $WORK/m.safetensors"
  begin $arguments --steps 1000000 --save "$WORK/m.safetensors" --log "$WORK/m.csv" --save-every 0.1
  for _ in $(seq $((1 + RANDOM % 3))); do
    before=$(node "$WORK/m.safetensors")
    wait_for saved_again "$WORK/m.safetensors" || fail "round $round: it is not saved while it trains"
  done
  kill -9 "$pid"
  wait "$pid" 2>/dev/null
done
steps=$(steps_of "$WORK/m.safetensors")
[ "${steps:-0}" -gt 0 ] || fail "nothing was learned in four rounds"
works train $DATA --resume "$WORK/m.safetensors" --steps $((steps + 20)) --save "$WORK/m.safetensors" --log "$WORK/m.csv"
works train $DATA $NEW --steps $((steps + 20)) --save "$WORK/whole.safetensors" --log "$WORK/whole.csv"
cmp -s "$WORK/m.safetensors" "$WORK/whole.safetensors" || fail "killed four times and resumed: another file"
cmp -s "$WORK/m.csv" "$WORK/whole.csv" || fail "killed four times and resumed: another log"

# A row that was cut off, and rows of steps that will be done again, are not kept; other files are not appended to.
works train $DATA $NEW --steps 30 --save "$WORK/thirty.safetensors" --log "$WORK/thirty.csv"
works train $DATA $NEW --steps 12 --save "$WORK/twelve.safetensors"
head -25 "$WORK/thirty.csv" >"$WORK/cut.csv"
printf '25,1.2' >>"$WORK/cut.csv"
works train $DATA --resume "$WORK/twelve.safetensors" --steps 30 --log "$WORK/cut.csv" --save "$WORK/again.safetensors"
cmp -s "$WORK/cut.csv" "$WORK/thirty.csv" || fail "a log with rows beyond the saved step: another log"
printf 'name,age\n' >"$WORK/other.csv"
refuses 1 "not a log of a training" "another name" train $DATA --resume "$WORK/twelve.safetensors" --steps 30 --log "$WORK/other.csv"

# Signals that ask: saved, and told by the status. A second one does not wait.
for signal in INT:130 TERM:143 HUP:129; do
  rm -f "$WORK/s.safetensors"
  begin $NEW --steps 1000000 --save "$WORK/s.safetensors" --log "$WORK/s.csv" --save-every 0.1
  wait_for test -s "$WORK/s.safetensors" || fail "$signal: it does not begin"
  kill -${signal%:*} "$pid"
  kill -${signal%:*} "$pid" 2>/dev/null  # as timeout(1) does, for the process and for its group: no second one
  wait "$pid"
  status=$?
  [ $status -eq ${signal#*:} ] || fail "SIG${signal%:*}: status $status, not ${signal#*:}"
  grep -q "stopped after step .* and saved to $WORK/s.safetensors; go on with --resume" "$WORK/err" ||
    fail "SIG${signal%:*}: not told where it is"
  steps=$(steps_of "$WORK/s.safetensors")
  [ "$(tail -1 "$WORK/s.csv" | cut -d, -f1)" == "$steps" ] || fail "SIG${signal%:*}: the log ends elsewhere"
done
(trap '' HUP; exec "$STRIATE" train $DATA $NEW --steps 1000000 --save "$WORK/nohup.safetensors" --save-every 0.1 \
  >"$WORK/out" 2>"$WORK/err") &
pid=$!
wait_for test -s "$WORK/nohup.safetensors" || fail "nohup: it does not begin"
kill -HUP "$pid"
before=$(node "$WORK/nohup.safetensors")
wait_for saved_again "$WORK/nohup.safetensors" || fail "nohup: a terminal that closes ends it"
kill -TERM "$pid"
wait "$pid"

# Without --save: kept in a file of its own, named on standard error, and gone at an ordinary end.
begin $NEW --steps 1000000 --save-every 0.1
wait_for grep -q "kept in $STATE/training-$pid.safetensors while it trains" "$WORK/err" || fail "no --save: nothing is kept"
kill -9 "$pid"
wait "$pid" 2>/dev/null
lost=$(kept)
[ -s "$lost" ] || fail "no --save, killed: nothing is there"
steps=$(steps_of "$lost")
run train --data digits:400 $NEW --steps 1 --device cpu
grep -q "a training that was not saved is kept: tiny on digits:400, step $steps, today .*--resume $lost" "$WORK/err" ||
  fail "a training that was lost is not named"
works train $DATA --resume "$lost" --steps $((steps + 20)) --save "$WORK/r.safetensors"
works train $DATA $NEW --steps $((steps + 20)) --save "$WORK/w.safetensors"
cmp -s "$WORK/r.safetensors" "$WORK/w.safetensors" || fail "no --save, killed and resumed: another file"
rm -f "$lost"
run train $DATA $NEW --steps 3000 --save-every 0.1
[ "$STATUS" -eq 0 ] || fail "no --save: status $STATUS"
has_kept && fail "no --save, an ordinary end: $(kept) is still there"
[ -z "$(ls "$STATE" "$TMPDIR" 2>/dev/null | grep -v :)" ] || [ -z "$(find "$STATE" "$TMPDIR" -type f)" ] || fail "files are left"

# Stopped without --save: beside what stopped before, never over it.
mkdir "$WORK/here"
stop_here() {
  : >"$WORK/err"  # of the one before
  (cd "$WORK/here" && exec "$STRIATE" train $DATA $NEW --steps 1000000 --save-every 0.1 >"$WORK/out" 2>"$WORK/err") &
  pid=$!
  wait_for grep -q "while it trains" "$WORK/err" || fail "stop: it does not begin"
  kill -INT "$pid"
  wait "$pid"
}
stop_here
stop_here
[ -s "$WORK/here/striate-stopped.safetensors" ] && [ -s "$WORK/here/striate-stopped-2.safetensors" ] ||
  fail "two trainings that stopped are not two files"
has_kept && fail "stopped and saved, and $(kept) is there as well"
# A name that anything else has is left to it: a text, a link to nowhere, and a training that took the place of the one
# that it went on from.
printf 'my notes' >"$WORK/here/striate-stopped-3.safetensors"
ln -s "$WORK/nowhere.safetensors" "$WORK/here/striate-stopped-4.safetensors"
stop_here
[ "$(cat "$WORK/here/striate-stopped-3.safetensors")" = "my notes" ] || fail "a text under the name is written over"
[ ! -e "$WORK/nowhere.safetensors" ] || fail "a link is written through"
[ -s "$WORK/here/striate-stopped-5.safetensors" ] || fail "the next free name is not taken"
grep -q "saved to striate-stopped-5.safetensors; go on with --resume striate-stopped-5.safetensors" "$WORK/err" || fail "its name is not told"
resume_here() {  # COMMAND...: run while it trains
  : >"$WORK/err"
  (cd "$WORK/here" && exec "$STRIATE" train $DATA --resume striate-stopped.safetensors --steps 1000000 --save-every 0.1 >"$WORK/out" 2>"$WORK/err") &
  pid=$!
  wait_for grep -q "while it trains" "$WORK/err" || fail "resume: it does not begin"
  "$@"
  kill -INT "$pid"
  wait "$pid"
}
before=$(steps_of "$WORK/here/striate-stopped.safetensors")
resume_here true
grep -q "saved to striate-stopped.safetensors;" "$WORK/err" || fail "the file that it went on from is not renewed"
[ "$(steps_of "$WORK/here/striate-stopped.safetensors")" -gt "$before" ] || fail "the file that it went on from is not renewed"
cp "$WORK/here/striate-stopped-2.safetensors" "$WORK/here/other"
resume_here mv "$WORK/here/other" "$WORK/here/striate-stopped.safetensors"
cmp -s "$WORK/here/striate-stopped.safetensors" "$WORK/here/striate-stopped-2.safetensors" || fail "another training is written over"
[ -s "$WORK/here/striate-stopped-6.safetensors" ] || fail "another training has the name, and no other is taken"

# Weights only: the minutes are kept whole, so that a training that is killed or stopped can go on.
begin $NEW --steps 1000000 --save-every 0.1 --weights-only --save "$WORK/light.safetensors"
wait_for has_kept || fail "--weights-only: nothing is kept"
[ -e "$WORK/light.safetensors" ] && fail "--weights-only: half a training in the file for its end"
kill -TERM "$pid"
wait "$pid"
goes_on=$(sed -n 's/.* and saved to .*; go on with --resume //p' "$WORK/err")
works train $DATA --resume "$goes_on" --steps $(($(steps_of "$goes_on") + 1)) --save "$WORK/heavy.safetensors"
rm -f "$goes_on"

# Standard error that cannot be written, standard output that cannot: the training is whole, and only output is an error.
works train $DATA $NEW --steps 40 --save "$WORK/a.safetensors"
for closed in '2>&-' '2>/dev/full' '2>&- </dev/null' '<&- 2>&-'; do
  rm -f "$WORK/b.safetensors"
  eval "\"\$STRIATE\" train --data digits:400 --device cpu $NEW --steps 40 --save \"$WORK/b.safetensors\" >\"$WORK/out\" $closed"
  status=$?
  [ $status -eq 0 ] || fail "$closed: status $status"
  cmp -s "$WORK/a.safetensors" "$WORK/b.safetensors" || fail "$closed: another file"
  prints "steps 40"
done
for closed in '>&-' '>/dev/full' '>&- 2>&-' '>&- 2>/dev/full'; do
  rm -f "$WORK/b.safetensors"
  eval "\"\$STRIATE\" train --data digits:400 --device cpu $NEW --steps 40 --save \"$WORK/b.safetensors\" 2>\"$WORK/err\" $closed"
  status=$?
  [ $status -eq 1 ] || fail "$closed: status $status"
  cmp -s "$WORK/a.safetensors" "$WORK/b.safetensors" || fail "$closed: another file"
done
"$STRIATE" train $DATA $NEW --steps 40 >/dev/full 2>"$WORK/err"
grep -q "the network was saved to $STATE/training-" "$WORK/err" && has_kept || fail "no --save and no output: lost"
cmp -s <("$STRIATE" summary "$(kept)") <("$STRIATE" summary "$WORK/a.safetensors") || fail "no output: another network"
rm -f "$(kept)"
"$STRIATE" train --data digits:2000 --device cpu $NEW --epochs 2 --save "$WORK/b.safetensors" 2>&1 >"$WORK/out" | head -c 1 >/dev/null
prints "saved $WORK/b.safetensors"

# A disk that fills up: files may not become larger than 30 KB, the network needs more and the log does not.
works train $DATA $NEW --steps 1 --save "$WORK/size.safetensors"
blocks=$(($(stat -c %s "$WORK/size.safetensors") / 1024 - 2))
full() { (ulimit -f "$blocks"; run "$@"; exit $STATUS); STATUS=$?; }
full train $DATA $NEW --steps 20 --save "$WORK/full.safetensors" --log "$WORK/full.csv"
[ $STATUS -eq 1 ] || fail "full disk: status $STATUS"
[ ! -e "$WORK/full.safetensors" ] || fail "full disk: half a file"
[ "$(wc -l <"$WORK/full.csv")" -eq 21 ] || fail "full disk: the log is not whole"
grep -q "striate: error: $WORK/full.safetensors: cannot be written" "$WORK/err" || fail "full disk: not told"
prints "steps 20"
[ -z "$(find "$WORK" -name 'full*.part')" ] || fail "full disk: half files are left"
# The error of a training that went wrong is the training's, whatever becomes of saving.
full train $DATA $NEW --optimizer sgd --rate 1e6 --steps 200 --save "$WORK/full.safetensors"
[ $STATUS -eq 1 ] || fail "NaN on a full disk: status $STATUS"
grep -q "striate: error: step .* is NaN" "$WORK/err" || fail "NaN on a full disk: the error is lost"

# A place that is gone at the end: another one takes it, and is named.
mkdir "$WORK/gone"
begin $NEW --steps 1000000 --save "$WORK/gone/m.safetensors" --save-every 0.1
wait_for test -s "$WORK/gone/m.safetensors" || fail "gone: it does not begin"
mv "$WORK/gone" "$WORK/elsewhere"
wait_for grep -q "gone/m.safetensors: cannot be written.*kept in $STATE/training-" "$WORK/err" || fail "gone: not told while it trains"
kill -TERM "$pid"
wait "$pid"
status=$?
[ $status -eq 1 ] || fail "gone: status $status"
grep -q "it was saved to $STATE/training-.* instead" "$WORK/err" || fail "gone: the hint does not name the place"
works train $DATA --resume "$(kept)" --steps $(($(steps_of "$(kept)") + 1)) --save "$WORK/found.safetensors"
rm -f "$(kept)"
# And where a user's state cannot be kept either: the folder for temporary files.
printf 'a file' >"$WORK/no-folder"
XDG_STATE_HOME=$WORK/no-folder begin $NEW --steps 1000000 --save-every 0.1
wait_for grep -q "kept in $TMPDIR/striate-.* while it trains" "$WORK/err" || fail "no state folder: not kept elsewhere"
kill -9 "$pid"
wait "$pid" 2>/dev/null
ls "$TMPDIR"/striate-*/training-*.safetensors >/dev/null || fail "no state folder, killed: nothing is there"

# What a killed program left half written beside the file is cleared away by the next training.
touch -d '1 hour ago' "$WORK/m.safetensors.999999999-0.part"
touch "$WORK/m.safetensors.999999999-1.part"
works train $DATA $NEW --steps 1 --save "$WORK/m.safetensors"
[ ! -e "$WORK/m.safetensors.999999999-0.part" ] || fail "a leftover stays"
[ -e "$WORK/m.safetensors.999999999-1.part" ] || fail "a file that was just written is taken for a leftover"

# Judging that is stopped says so by its status.
begin_evaluate() { "$STRIATE" evaluate "$WORK/a.safetensors" --data digits:60000 --part all --batch 1 --threads 1 >"$WORK/out" 2>"$WORK/err" & pid=$!; }
begin_evaluate
handles() { [ $((0x$(awk '/^SigCgt/ { print $2 }' "/proc/$pid/status") >> 1 & 1)) -eq 1 ]; }
wait_for handles || fail "evaluate: it ended before it was stopped"
kill -INT "$pid"
wait "$pid"
status=$?
[ $status -eq 130 ] || fail "evaluate, Ctrl+C: status $status"

# Asked again after half a second, it goes without a word, whatever it is at: here a pipe that nobody empties.
mkfifo "$WORK/nobody"
exec 9<>"$WORK/nobody"
head -c 65536 /dev/zero >&9
(cd "$WORK" && exec "$STRIATE" train $DATA $NEW --steps 1000000 >&9 2>&9) &
pid=$!
wait_for handles || fail "a full pipe: it does not begin"
kill -INT "$pid"
sleep 0.7
kill -0 "$pid" 2>/dev/null || fail "a full pipe: one signal is enough, nothing is proved by a second"
kill -INT "$pid"
wait "$pid"
status=$?
[ $status -eq 130 ] || fail "asked twice: status $status"
exec 9>&-
done_testing
