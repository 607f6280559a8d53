# Devices: one a line, the processor first; options before and behind the command.
. tests/cli/expect.bash

works devices
[[ "$(head -1 "$WORK/out")" == "cpu "* ]] || fail "the first line is not the processor"
grep -Eq '^cuda(:[0-9]+)? ' "$WORK/out" || fail "nothing about CUDA"
grep -Eq '^chosen (cpu|cuda(:[0-9]+)?)$' "$WORK/out" || fail "no line says which one auto takes"
works --device cpu --threads 1 devices
prints "chosen cpu"
prints "threads 1"
works devices --device=cpu --threads=1 --seed 7
prints "threads 1"
works devices --device emulated
prints "chosen emulated"
works train --data digits:100 --model tiny --steps 3 --batch 8 --quiet --device emulated --save "$WORK/tiny.safetensors"
works evaluate "$WORK/tiny.safetensors" --data digits:100 --quiet --device emulated
works devices
! grep -q emulated "$WORK/out" || fail "the emulated GPU is listed, or taken unasked"
if grep -q '^cuda none' "$WORK/out"; then refuses 1 "CUDA" "--device cpu" devices --device cuda; fi
done_testing
