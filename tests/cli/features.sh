# What units respond to, as a sheet of pictures and as numbers: every method, the same for the same seed, patches from a
# folder with files that can't be read and from what was kept of them, and how it is used wrongly.
. tests/cli/expect.bash
export XDG_CACHE_HOME=$WORK/cache
cd "$WORK" || exit 1

works train --data digits:200 --model "conv 4 5x5 pad 2 | relu | maxpool 2 | conv 6 3x3 | relu | flatten | dense 10" \
  --steps 4 --batch 16 --quiet --save net.safetensors
is_png() { [ "$(head -c 4 "$1" | od -An -tx1 | tr -d ' ')" == 89504e47 ] || fail "$1 is no PNG file"; }

works features net.safetensors --layer 3 a.png --steps 6 --values a.csv
printed "network net.safetensors
layer 3
method maximize
units 6
steps 6
size 28
$(grep '^score ' out)"
is_png a.png
[ "$(wc -l <a.csv)" -eq 7 ] || fail "not a line for each unit"
[ "$(head -1 a.csv)" == "unit,score,steps" ] || fail "the table's head"
works features net.safetensors --layer 3 b.png --steps 6 --values b.csv
cmp -s a.png b.png && cmp -s a.csv b.csv || fail "the same seed gave something else"
works features net.safetensors --layer 3 b.png --steps 6 --seed 2
cmp -s a.png b.png && fail "another seed gave the same"
works features net.safetensors --layer 3 b.png --steps 6 --without waves --without jitter
cmp -s a.png b.png && fail "without waves and jitter it is the same"
works features net.safetensors --layer 3 b.png --steps 2 --units 2-3 --values b.csv
prints "units 2"
[ "$(cut -d, -f1 b.csv | tr '\n' ' ')" == "unit 2 3 " ] || fail "--units 2-3 gave others"

works features net.safetensors --layer 0 f.png --method filters --values f.csv
prints "kind whole"
is_png f.png
gray_picture step.pgm 28 28 $(seq 784 | awk '{print $1 % 256}')
works features net.safetensors --layer 1 m.png --method maps --image step.pgm --values m.csv
[ "$(head -1 m.csv)" == "unit,largest,row,column,mean" ] || fail "the table's head"
# Its largest value is the network's own.
run classify net.safetensors step.pgm --as picture --activation 1
[ "$(awk -F, '$2 == "1" && $3 ~ /x/ {printf "%.4f", $5}' out)" == "$(awk -F, 'NR > 1 && $2 > m {m = $2} END {printf "%.4f", m}' m.csv)" ] ||
  fail "maps: another largest value than classify --activation prints"

mkdir -p photos/more
for i in 1 2 3 4 5; do gray_picture "photos/$i.pgm" 28 28 $(seq 784 | awk -v k=$i '{print ($1 * k) % 256}'); done
cp photos/5.pgm photos/more/6.pgm
echo "no picture" >photos/broken.png
echo "a text" >photos/notes.txt
run features net.safetensors --layer 3 p.png --method patches --source photos --values p.csv
[ "$STATUS" -eq 0 ] || fail "patches: status $STATUS"
prints "pictures 7"
prints "unreadable 1"
prints "cached 0"
grep -q "broken.png" err || fail "nothing says which picture can't be read"
is_png p.png
[ "$(awk -F, '$1 == 0' p.csv | wc -l)" -eq 6 ] || fail "not a line for each picture that can be read"
awk -F, 'NR > 1 && $1 == u && $3 > v {exit 1} {u = $1; v = $3}' p.csv || fail "patches are not in the order of their values"
cp p.csv first.csv
run features net.safetensors --layer 3 p.png --method patches --source photos --values p.csv
prints "cached 1"
cmp -s p.csv first.csv || fail "what was kept is something else"
gray_picture photos/7.pgm 28 28 $(seq 784 | awk '{print ($1 * 9) % 256}')
run features net.safetensors --layer 3 p.png --method patches --source photos
prints "cached 0"
prints "pictures 8"
refuses 1 "photos/broken.png would be written over what is read" "--force" \
  features net.safetensors --layer 3 photos/broken.png --method patches --source photos
works features net.safetensors --layer 3 s.png --method patches --source digits:20
prints "pictures 20"

refuses 1 "unknown layer \"c9\"" "" features net.safetensors --layer c9 x.png
refuses 2 "--layer is required" "" features net.safetensors x.png
refuses 1 "the input has no units" "--layer 0" features net.safetensors --layer input x.png
refuses 1 "the layer has 6" "from 0 to 5" features net.safetensors --layer 3 x.png --units 4-9
refuses 2 "--units: 'a' is not possible" "a range" features net.safetensors --layer 3 x.png --units a
refuses 2 "--method maps shows what a picture gives" "--image" features net.safetensors --layer 3 x.png --method maps
refuses 1 "there is no such folder" "samples" features net.safetensors --layer 3 x.png --method patches --source nowhere
refuses 1 "pictures are written as PNG or JPEG" ".png" features net.safetensors --layer 3 x.txt
mkdir empty
refuses 1 "there is no picture in it" "" features net.safetensors --layer 3 x.png --method patches --source empty
mkdir bad && echo no >bad/a.png
run features net.safetensors --layer 3 x.png --method patches --source bad
[ "$STATUS" -eq 1 ] && grep -q "none of the 1 pictures can be read" err || fail "a folder without a readable picture"
refuses 1 "does not take pictures of 64 x 64" "28 x 28" features net.safetensors --layer 6 x.png --size 64
[ ! -e x.png ] || fail "a refused command left a file"
done_testing
