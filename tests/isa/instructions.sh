# What every processor runs holds no instruction above x86-64-v2: the library for v2 and, in a package, the program. Nor
# has the library for v3 one of AVX-512.
. isa/levels.bash
command -v objdump >/dev/null || skip "no objdump"

# Reads assembly; prints the first functions with an instruction above a level, at most five.
above() { # v2|v3
  awk -v level="$1" '
    /^[0-9a-f]+ <.*>:$/ { name = $2; next }
    /\t/ {
      n = split($0, part, "\t")
      code = part[n]
      split(code, word, " ")
      op = word[1]
      wide = code ~ /%zmm|%k[0-7]|%[xy]mm(1[6-9]|2[0-9]|3[01])/
      # VEX: every v... but a few of the oldest; BMI, MOVBE and LZCNT (TZCNT is BSF to who lacks it).
      if (level == "v2") wide = wide || code ~ /%ymm/ || (op ~ /^v/ && op !~ /^(verr|verw|vm)/) ||
        op ~ /^(andn|bextr|blsi|blsmsk|blsr|bzhi|mulx|pdep|pext|rorx|sarx|shlx|shrx|movbe|lzcnt)[lqw]?$/
      if (wide && name != last) {
        print name, code
        last = name
        if (++found == 5) exit
      }
    }'
}
check() { # LEVEL FILE
  local found
  found=$(objdump -d --no-show-raw-insn "$2" | above "$1")
  [ -z "$found" ] || die "$2: above x86-64-$1:"$'\n'"$found"
}
[ -n "$(objdump -d --no-show-raw-insn "$(library v3)" | above v2)" ] || die "the check sees nothing of v3"
[ -n "$(objdump -d --no-show-raw-insn "$(library v4)" | above v3)" ] || die "the check sees nothing of v4"
check v2 "$(library v2)"
check v3 "$(library v3)"
if [ -n "${PACKAGE:-}" ]; then check v2 "$STRIATE"; fi
# The dynamic linker reads this note, and refuses where it does not hold.
for level in v2 v3 v4; do
  readelf -n "$(library $level)" | grep -q "ISA needed:.*x86-64-$level" || die "the library for $level has no note of it"
done
# Packs differ in width: none may stand between a library and what calls it.
for file in "$(library v2)" ${PACKAGE:+"$STRIATE"}; do
  ! nm -D --undefined-only -C "$file" | grep -E 'striate::.*(Pack<|CpuTarget)' || die "$file: a pack crosses"
done
echo "each part keeps to its instructions"
