# The plan of a network in a file: a drawing or a picture, the same every time, of models, texts and files.
. tests/cli/expect.bash

works summary lenet5 --plan "$WORK/plan.svg"
prints "Plan: $WORK/plan.svg"
prints "Total params: 61,706"
grep -q '<title>LeNet-5 with ReLU and max pooling</title>' "$WORK/plan.svg" || fail "the drawing has no title"
[ "$(grep -c 'class="name"' "$WORK/plan.svg")" -eq 12 ] || fail "not every layer has its name"
grep -q '>conv 16 5x5</text>' "$WORK/plan.svg" || fail "a layer does not say what it does"
cp "$WORK/plan.svg" "$WORK/first.svg"
works summary lenet5 --plan "$WORK/plan.svg"
cmp -s "$WORK/plan.svg" "$WORK/first.svg" || fail "another drawing the second time"

works summary "flatten | dense 10" --input 1x28x28 --plan "$WORK/own.SVG"
grep -q '<title>own layers</title>' "$WORK/own.SVG" || fail "layers of one's own are called otherwise"
printf 'input 3x32x32\nconv 8 3x3\n' >"$WORK/a&b.net"
works summary "$WORK/a&b.net" --plan "$WORK/text.svg"
grep -q '<title>a&amp;b.net</title>' "$WORK/text.svg" || fail "the name of a file is not escaped"
works summary resnet50 --plan "$WORK/large.svg"
[ "$(grep -c 'class="name"' "$WORK/large.svg")" -eq 174 ] || fail "not every layer of a large network has its name"
if command -v xmllint >/dev/null; then
  for file in plan own text large; do
    xmllint --noout "$WORK/$file".[sS]* || fail "$file is no XML"
  done
fi

works summary resnet18 --plan "$WORK/plan.png" --plan-width 1000
width=$(od -An -tu1 -j16 -N4 "$WORK/plan.png" | awk '{print (($1 * 256 + $2) * 256 + $3) * 256 + $4}')
[ "$width" -eq 1000 ] || fail "the picture is $width pixels wide"

refuses 1 "ends neither in .svg nor in .png" "plan.svg" summary lenet5 --plan "$WORK/plan.pdf"
refuses 2 "--plan-width" "" summary lenet5 --plan "$WORK/plan.png" --plan-width 3
done_testing
