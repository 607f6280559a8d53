# striate commands: every command and readout, one a line or as JSON.
. tests/cli/expect.bash

works commands
prints "command  pixels.zoom Z: "
prints "readout  convolution.output X Y [CHANNEL]: "
prints "command  channels.fit: "
[ "$(grep -Evc '^(command|readout)  [a-z][^:]*: ' "$WORK/out")" -eq 0 ] || fail "a line has another form"
mv "$WORK/out" "$WORK/lines"

works commands --json
[ "$(head -1 "$WORK/out")" == "[" ] && [ "$(tail -1 "$WORK/out")" == "]" ] || fail "it is no array"
# One entry a line, as many as without --json.
[ "$(grep -c '^{"name":' "$WORK/out")" -eq "$(wc -l <"$WORK/lines")" ] || fail "other entries than without --json"
grep -q '^{"name":"train.edit","kind":"command","help":"[^"]*","parameters":\[{"name":"TENSOR","kind":"word","minimum":null,"maximum":null,"choices":\[\],"optional":false},' "$WORK/out" ||
  fail "train.edit takes no word"
grep -q '{"name":"channels.tint","kind":"command",.*"kind":"choice","minimum":null,"maximum":null,"choices":\["on","off"\]' "$WORK/out" ||
  fail "channels.tint has no choices"
grep -q '{"name":"convolution.output","kind":"readout",.*{"name":"X","kind":"integer","minimum":-\?[0-9]*,"maximum":[0-9]*,"choices":\[\],"optional":false}' "$WORK/out" ||
  fail "convolution.output has no range"
if command -v python3 >/dev/null; then
  python3 - "$WORK/out" <<'END' || fail "the JSON is not what the help says"
import json, sys
entries = json.load(open(sys.argv[1]))
names = [(e["kind"], e["name"]) for e in entries]
assert len(set(names)) == len(names) > 300, len(names)
kinds = set()
for e in entries:
    assert list(e) == ["name", "kind", "help", "parameters"] and e["kind"] in ("command", "readout"), e
    optional = False
    for i, p in enumerate(e["parameters"]):
        assert list(p) == ["name", "kind", "minimum", "maximum", "choices", "optional"], p
        kinds.add(p["kind"])
        assert (p["minimum"] is not None) == (p["maximum"] is not None) == (p["kind"] in ("integer", "number")), p
        assert bool(p["choices"]) == (p["kind"] == "choice"), p
        assert p["kind"] != "text" or i + 1 == len(e["parameters"]), e
        assert p["optional"] or not optional, e
        optional = p["optional"]
assert kinds == {"integer", "number", "choice", "word", "text"}, kinds
END
fi

# What it lists is what a script has: every readout without values can be printed, or says why there is nothing.
grep -o '^readout  [^: ]*:' "$WORK/lines" | sed 's/^readout  /print /; s/:$//' | grep -E '^print (page|pixels\.width|convolution\.width)$' >"$WORK/all.striate"
works play "$WORK/all.striate" --headless
prints "pixels.width 12"
refuses 2 "no option '--jsn'" "did you mean '--json'?" commands --jsn
done_testing
