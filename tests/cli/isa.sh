# Instruction sets of the kernels: which one runs is told, another one can be had in a package, and results agree.
. tests/cli/expect.bash
unset STRIATE_ISA

works devices
isa=$(sed -n 's/^isa \([a-z0-9]*\) .*/\1/p' "$WORK/out")
read -ra isas <<<"$(sed -n 's/^isas //p' "$WORK/out")"
grep -Eq '^isa (native|generic|v[234]) .*, [0-9]+ floats in a register$' "$WORK/out" || fail "no line of the instruction set"
[[ " ${isas[*]} " == *" $isa "* ]] || fail "what runs is not among what is here"
works devices --isa "$isa"
works --isa auto devices
refuses 2 "--isa: there is no 'v9'" "v2, v3 or v4" devices --isa v9
STRIATE_ISA=sse refuses 2 "STRIATE_ISA: there is no 'sse'" "v2, v3 or v4" devices

if [[ "$isa" != v* ]]; then
  for level in v2 v4; do
    refuses 1 "it was built for one instruction set ($isa)" "STRIATE_NATIVE=OFF" devices --isa "$level"
    STRIATE_ISA=$level refuses 1 "it was built for one instruction set ($isa)" "STRIATE_NATIVE=OFF" devices
  done
  done_testing
fi

[ "$isa" == "${isas[-1]}" ] || fail "not the best is taken"
for level in v3 v4; do
  [[ " ${isas[*]} " == *" $level "* ]] || refuses 1 "lacks instructions of x86-64-$level" "it runs ${isas[*]}" devices --isa "$level"
done
export LD_LIBRARY_PATH=$WORK/none
mkdir "$WORK/none"
first=
for level in "${isas[@]}"; do
  works --isa "$level" devices
  prints "isa $level "
  STRIATE_ISA=$level works devices --threads 1
  prints "isa $level "
  prints "threads 1"
  STRIATE_ISA=v2 works devices --isa "$level"
  prints "isa $level "
  works filter gaussian assets/images/balloons.png "$WORK/$level.png" --isa "$level"
  cmp -s "$WORK/$level.png" "$WORK/${isas[0]}.png" || fail "a filtered picture is another one with $level"
  works train --data digits:200 --model lenet5 --steps 20 --batch 16 --quiet --isa "$level" --log "$WORK/$level.csv"
  loss=$(tail -1 "$WORK/$level.csv" | cut -d, -f3)
  first=${first:-$loss}
  awk -v a="$loss" -v b="$first" 'BEGIN { exit !(a > 0 && (a - b) ^ 2 < (1e-3 * b) ^ 2) }' ||
    fail "after 20 steps $level has the loss $loss, ${isas[0]} $first"
done
done_testing
