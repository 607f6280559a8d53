# Help at every level; wrong usage is told in two lines with status 2 and the nearest right word.
. tests/cli/expect.bash

for command in "" devices pixels filter play screenshot render export verify classify summary explain evaluate mislabeled compare models bench "bench filter" "bench frame" "bench kernels"; do
  works $command --help
  prints "Usage: striate${command:+ $command}"
  prints "Example"
  prints "--help"
  [ -n "$command" ] && [ "$command" != bench ] && for option in --device --threads --seed; do prints "$option"; done
done
works --version
[[ "$(cat "$WORK/out")" == "striate "[0-9]* ]] || fail "--version prints no version"

refuses 2 "no command 'teach'" "devices, pixels, filter, " teach --data digits
refuses 2 "no command 'pixls'" "did you mean 'striate pixels'?" pixls photo.png
refuses 2 "no option '--chanel'" "did you mean '--channel'?" pixels a.png --chanel r
refuses 2 "no option '--paddin'" "did you mean '--padding'?" filter edge a.png b.png --paddin=zero
refuses 2 "no option '-x'" "striate devices --help" devices -x
refuses 2 "IMAGE is required" "striate pixels --help" pixels
refuses 2 "OUT is required" "striate filter --help" filter edge in.png
refuses 2 "--region needs a value" "striate pixels --help" pixels a.png --region
refuses 2 "not expected" "striate pixels --help" pixels a.png b.png c.png
refuses 2 "no kind of device 'gpu'" "auto, cpu or cuda" devices --device gpu
refuses 2 "--threads: '1.5'" "a whole number" devices --threads 1.5
refuses 2 "--threads: '-1'" "a whole number from 0" devices --threads -1
refuses 2 "--seed: 'now'" "a whole number" devices --seed now
refuses 2 "'striate bench' needs a command" "filter, frame" bench
refuses 2 "no command 'filtr'" "did you mean 'striate bench filter'?" bench filtr
refuses 1 "photo.png" "" photo.png
refuses 1 "lesson.md" "" lesson.md
refuses 1 "tour.striate" "" tour.striate
done_testing
