# Every 8-bit value of the reference filters, through the command line.
. tests/cli/expect.bash

GOLDEN=${STRIATE_REFERENCE:-../shared}/golden/filters.safetensors
[ -f "$GOLDEN" ] || skip "no $GOLDEN: set STRIATE_REFERENCE to the folder that holds the reference data"
command -v python3 >/dev/null || skip "no python3 to read the reference data with"
python3 tests/cli/filter_golden.py "$STRIATE" "$GOLDEN" "$WORK" || fail "values differ"
done_testing
