# No command replaces a file that it was not told to replace: its input (also through links), a file beside its output, a
# file of another kind. --force does, and the same output is written again as easily as the first time.
. tests/cli/expect.bash
. tests/cli/export.bash

gray_picture step.pgm 3 3 45 81 87 194 203 215 164 116 131
run filter identity step.pgm photo.png
run train --data digits:100 --model "flatten | dense 10" --steps 2 --batch 8 --quiet --save net.safetensors --log net.csv
[ -s net.safetensors ] && [ -s net.csv ] || fail "nothing was saved"
run export net.safetensors net.onnx
color_picture digit.ppm 28 28 $(seq 2352 | awk '{print $1 % 256}')
echo 'Dear diary' >diary.txt
printf 'flatten\ndense 10\n' >text.net
printf 'zero\none\ntwo\nthree\nfour\nfive\nsix\nseven\neight\nnine\n' >labels.txt
printf 'pixels.zoom 3\n' >tour.striate
TRAIN="train --data digits:100 --steps 1 --batch 8 --quiet"
TABLE=(photo.png step.pgm net.safetensors net.csv net.onnx diary.txt text.net labels.txt digit.ppm tour.striate)

# FILE WORDS ARGUMENTS...: refused with these words, and nothing has changed; with --force it is done.
keeps() {
  local file=$1 words=$2
  shift 2
  rm -rf before && mkdir before && cp -a "${TABLE[@]}" before/
  refuses 1 "$words" "--force" "$@"
  for each in "${TABLE[@]}"; do cmp -s "$each" "before/$each" || fail "striate $*: $each has changed"; done
  run "$@" --force
  [ "$STATUS" -eq 0 ] || fail "striate $* --force: status $STATUS"
  cmp -s "$file" "before/$file" && fail "striate $* --force: $file is as it was"
  cp -a before/* .
}
ln -s photo.png link.png

keeps photo.png "over what is read" filter edge photo.png photo.png
keeps photo.png "over what is read" filter edge photo.png ./photo.png
keeps photo.png "over what is read" filter edge photo.png link.png
keeps photo.png "over what is read" filter edge link.png photo.png
ln step.pgm hard.png
refuses 1 "over what is read" "--force" filter edge step.pgm hard.png
cp net.safetensors model.png && TABLE+=(model.png)
keeps model.png "a file of weights (safetensors), not a picture" filter edge step.pgm model.png
keeps net.safetensors "over what is read" classify net.safetensors digit.ppm --save-activations net.safetensors
keeps digit.ppm "over what is read" classify net.safetensors digit.ppm --save-activations digit.ppm
keeps labels.txt "over what is read" classify net.safetensors digit.ppm --labels labels.txt --save-activations labels.txt
keeps diary.txt "another text, not a file of weights" classify net.safetensors digit.ppm --save-activations diary.txt
keeps photo.png "over what is read" explain net.safetensors photo.png photo.png
keeps model.png "a file of weights (safetensors), not a picture" explain net.safetensors digit.ppm model.png
keeps model.png "a file of weights (safetensors), not a picture" map net.safetensors digit.ppm model.png --quiet
keeps diary.txt "another text, not a grid of values" explain net.safetensors digit.ppm map.png --values diary.txt
keeps photo.png "a picture, not a file of weights" $TRAIN --model "flatten | dense 10" --save photo.png
keeps model.png "a file of weights (safetensors), not a picture" features net.safetensors --layer 1 model.png --method filters
keeps net.safetensors "over what is read" features net.safetensors --layer 1 sheet.png --method filters --values net.safetensors
keeps text.net "over what is read" $TRAIN --model text.net --save text.net
keeps text.net "over what is read" $TRAIN --model text.net --log text.net
keeps net.safetensors "not a log of a training" $TRAIN --model "flatten | dense 10" --log net.safetensors
cp diary.txt diary.svg && TABLE+=(diary.svg)
keeps diary.svg "another text, not a drawing (SVG)" summary net.safetensors --plan diary.svg
keeps model.png "a file of weights (safetensors), not a picture" summary net.safetensors --plan model.png
cp net.onnx onnx.svg && TABLE+=(onnx.svg)
keeps onnx.svg "an ONNX model, not a drawing (SVG)" summary lenet5 --plan onnx.svg
cp diary.txt diary.csv
refuses 1 "another text, not a table of answers" "another name" --page pixels --results diary.csv
cmp -s diary.csv diary.txt || fail "--results has written over a diary"
keeps diary.txt "not a log of a training" $TRAIN --model "flatten | dense 10" --log diary.txt
refuses 2 "--save and --log both name" "" $TRAIN --model "flatten | dense 10" --save both --log ./both
[ ! -e both ] || fail "--save and --log of one name left a file"
keeps net.safetensors "over what is read" train --data digits:100 --resume net.safetensors --steps 4 --weights-only --quiet --save net.safetensors
keeps net.safetensors "over what is read" train --data digits:100 --resume net.safetensors --steps 4 --quiet --log net.safetensors
# Beside what is written.
cp net.safetensors a.safetensors && TABLE+=(a.safetensors)
keeps a.safetensors "does not belong to a.py" export net.onnx a.py
keeps a.safetensors "does not belong to a.py" export net.onnx a.py --to keras
keeps net.safetensors "over what is read" export net.safetensors net.py
keeps net.safetensors "over what is read" export net.safetensors net.safetensors
cp photo.png photo.onnx && TABLE+=(photo.onnx)
keeps photo.onnx "a picture, not an ONNX model" export net.safetensors photo.onnx
cp photo.png photo.py && TABLE+=(photo.py)
keeps photo.py "a picture, not a script" export net.safetensors photo.py
rm -f photo.safetensors

# Pictures of pages need OpenGL; that a place is refused is told before.
refuses 1 "over what is read" "--force" screenshot pixels photo.png photo.png
refuses 1 "not a picture" "--force" screenshot pixels model.png
cp photo.png film.gif
refuses 1 "a picture, not a film" "--force" render tour.striate film.gif
ln tour.striate tour.gif
refuses 1 "over what is read" "--force" render tour.striate tour.gif
mkdir shots && cp net.safetensors shots/model.png
printf 'open photo.png\nscreenshot model.png\n' >shot.striate
run play shot.striate --headless --out shots
if grep -q "OpenGL\|EGL" err; then
  echo "no OpenGL here: screenshots are not written"
else
  [ "$STATUS" -eq 1 ] && grep -q "not a picture" err || fail "play wrote a picture over weights"
  cmp -s net.safetensors shots/model.png || fail "play has changed weights"
  run play shot.striate --headless --out shots --force
  [ "$STATUS" -eq 0 ] || fail "play --force: status $STATUS"
  run screenshot pixels photo2.png photo.png
  run screenshot pixels photo2.png photo.png
  [ "$STATUS" -eq 0 ] || fail "a screenshot is not written again"
fi
cp net.csv shots/session.striate
printf 'record session.striate\n' >rec.striate
refuses 1 "not a recorded session" "" play rec.striate --headless --out shots
cp diary.txt shots/lesson.md
printf 'lesson.make lesson.md\n' >make.striate
refuses 1 "not a lesson" "" play make.striate --headless --out shots

# The same output again, as easily as the first time.
for turn in first second; do
  works filter edge photo.png edges.png
  works summary net.safetensors --plan plan.svg
  works summary net.safetensors --plan plan.png
  works train --data digits:100 --model "flatten | dense 10" --steps 1 --batch 8 --quiet --save again.safetensors --log again.csv
  run classify net.safetensors digit.ppm --save-activations all.safetensors
  [ "$STATUS" -eq 0 ] || fail "activations, $turn time: status $STATUS"
  exports net.onnx b.py
  exports net.onnx b.py --to keras
  exports net.safetensors b.onnx
  exports net.onnx c.safetensors
  printf 'record again.striate\nrecord.stop\nlesson.make again.md\n' >twice.striate
  works play twice.striate --headless --out shots
done
works train --data digits:100 --resume again.safetensors --steps 3 --quiet --save again.safetensors
done_testing
