# A network against stored inputs and outputs: what is printed and the exit status, for ONNX models that are written here
# byte by byte, and for ONNX's own vectors where the reference data are.
. tests/cli/expect.bash

# message FIELD BYTES...: a protobuf field that holds bytes (given as \x escapes), shorter than 128.
message() { printf '\\x%02x\\x%02x%s' $(($1 * 8 + 2)) $((${#2} / 4)) "$2"; }
text() { printf '%s' "$1" | od -An -v -tx1 | tr -d ' \n' | sed 's/../\\x&/g'; }
value() { # NAME: float32 of 1 x 4
  local dim="\\x08\\x01" four="\\x08\\x04"
  local shape="$(message 1 "$dim")$(message 1 "$four")"
  local tensor="\\x08\\x01$(message 2 "$shape")"
  printf '%s' "$(message 1 "$(text "$1")")$(message 2 "$(message 1 "$tensor")")"
}
model() { # OPERATOR FILE
  local node="$(message 1 "$(text x)")$(message 2 "$(text y)")$(message 4 "$(text "$1")")"
  local graph="$(message 1 "$node")$(message 2 "$(text g)")$(message 11 "$(value x)")$(message 12 "$(value y)")"
  printf "\\x08\\x08$(message 7 "$graph")$(message 8 "\\x10\\x0d")" >"$2"
}
tensor() { # FILE BYTES: float32 of 1 x 4
  printf "\\x08\\x01\\x08\\x04\\x10\\x01$(message 9 "$2")" >"$1"
}
ONE='\x00\x00\x80\x3f' MINUS='\x00\x00\x80\xbf' ZERO='\x00\x00\x00\x00' NAN='\x00\x00\xc0\x7f' INF='\x00\x00\x80\x7f'
ALMOST='\xf0\x01\x80\x3f' # 1.00006: within 0.001

disagrees() { # WHAT: status 1, the largest errors and the two lines
  run verify "$WORK/relu.onnx" "$WORK/set"
  [ "$STATUS" -eq 1 ] || fail "status $STATUS, not 1"
  grep -qF "$1" "$WORK/err" || fail "the error lacks '$1'"
  [ "$(wc -l <"$WORK/err")" -eq 2 ] || fail "not two lines"
  prints "agrees no"
}

mkdir "$WORK/set"
model Relu "$WORK/relu.onnx"
tensor "$WORK/set/input_0.pb" "$ONE$MINUS$ZERO$INF"
tensor "$WORK/set/output_0.pb" "$ALMOST$ZERO$ZERO$INF"
works verify "$WORK/relu.onnx" "$WORK/set" --device cpu
prints "output y"
prints "shape 1x4"
prints "agrees yes"
grep -Eq '^largest.error 0.0000591[0-9]*$' "$WORK/out" || fail "another largest error"

tensor "$WORK/set/output_0.pb" "$ONE$ONE$ZERO$INF"
disagrees 'output "y" does not agree: value 1 is 0, stored is 1'
prints "largest.error 1"
tensor "$WORK/set/output_0.pb" "$ONE$ZERO$ZERO$NAN"
disagrees "value 3 is inf, stored is nan"
tensor "$WORK/set/input_0.pb" "$ONE$MINUS$ZERO$NAN"
works verify "$WORK/relu.onnx" "$WORK/set"

model Einsum "$WORK/einsum.onnx"
refuses 1 "node \"y\" (Einsum): the operator Einsum is not supported" "striate knows Abs, Add" verify "$WORK/einsum.onnx" "$WORK/set"
head -c 40 "$WORK/relu.onnx" >"$WORK/cut.onnx"
refuses 1 "cut.onnx: not a valid ONNX file" "download or export it again" verify "$WORK/cut.onnx" "$WORK/set"
head -c 12 "$WORK/set/output_0.pb" >"$WORK/short" && mv "$WORK/short" "$WORK/set/output_0.pb"
refuses 1 "output_0.pb: not a valid ONNX file" "" verify "$WORK/relu.onnx" "$WORK/set"
rm "$WORK/set/output_0.pb"
refuses 1 "no output_0.pb in it" "" verify "$WORK/relu.onnx" "$WORK/set"
refuses 1 "no such folder" "" verify "$WORK/relu.onnx" "$WORK/nowhere"
refuses 1 "there is no such file" "" verify "$WORK/nothing.onnx" "$WORK/set"
refuses 2 "the folder with stored inputs and outputs is missing" "striate verify MODEL.onnx DIR" verify "$WORK/relu.onnx"
refuses 2 "neither .onnx nor .safetensors" "" verify "$WORK/set/input_0.pb" "$WORK/set"

# Every vector of one operator that is supported, through the program.
VECTORS=${STRIATE_REFERENCE:-../shared}/data/onnx
if [ ! -d "$VECTORS" ]; then
  echo "skipped in part: no $VECTORS"
  done_testing
fi
for name in test_basic_conv_with_padding test_maxpool_2d_dilations test_softmax_large_number test_Linear_no_bias; do
  folder=$(echo "$VECTORS"/*/$name)
  works verify "$folder/model.onnx" "$folder/test_data_set_0"
  prints "agrees yes"
done
done_testing
