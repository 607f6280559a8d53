# A lesson or a script as a film: how many pictures, of which size, how long; the same film each time; and what is wrong.
. tests/cli/expect.bash
cd "$WORK"
root=$OLDPWD
printf 'pixels.cursor 3 3\npause 1\npixels.zoom 12\n' >tour.striate

refuses 2 "--rate: '0'" "from 1 to 60" render tour.striate no.gif --rate 0
refuses 2 "--rate: '61'" "from 1 to 60" render tour.striate no.gif --rate 61
refuses 2 "--size: invalid size '12'" "1280x800" render tour.striate no.gif --size 12
refuses 2 "there is no 'sepia'" "dark|light" render tour.striate no.gif --theme sepia
refuses 2 "OUT is required" "striate render --help" render tour.striate
refuses 1 "a GIF has no 60 pictures a second" "1 to 50" render tour.striate no.gif --rate 60
refuses 1 "no films of the kind '.avi'" ".mp4 or .gif" render tour.striate no.avi
refuses 1 "folder does not exist" "" render tour.striate no/such/film
refuses 1 "missing.striate" "" render missing.striate no.gif
PATH=$WORK/nothing "$STRIATE" render tour.striate no.mp4 2>err
grep -q "ffmpeg, which is not installed" err && grep -q "apt install ffmpeg" err || fail "no word about the missing ffmpeg"
cp tour.striate diary.gif
refuses 1 "is there already" "--force" render tour.striate diary.gif
mkdir other && cp tour.striate other/
refuses 1 "holds other files" "--force" render tour.striate other
cp tour.striate mine.gif
refuses 1 "over what is read" "--force" render mine.gif mine.gif

run render tour.striate film.gif --size 480x320 --rate 5
if [ "$STATUS" -ne 0 ]; then
  grep -q "OpenGL\|EGL" err && skip "no OpenGL here: $(sed -n 1p err)"
  fail "a plain film: status $STATUS"
fi
# A second before, half a second behind each of two commands, the pause, two seconds at the end; a moment for each line.
prints "frames 26"
prints "seconds 5.20"
number() { od -An -tu1 -j"$2" -N2 "$1" | awk '{print $1 + 256 * $2}'; }
[ "$(head -c 6 film.gif)" == GIF89a ] && [ "$(number film.gif 6)x$(number film.gif 8)" == 480x320 ] || fail "no GIF of 480x320"
# The hundredths of a second of all its pictures: 21 f9 04 and, a byte further, two bytes.
hundredths() {
  od -An -v -tx1 "$1" | tr -d ' \n' | grep -oE '21f904..[0-9a-f]{4}' |
    awk '{ at = "0123456789abcdef"; s = 0; d = substr($0, 9, 4)
           split("16 1 4096 256", w, " "); for (i = 1; i <= 4; ++i) s += (index(at, substr(d, i, 1)) - 1) * w[i]; all += s } END { print all }'
}
[ "$(hundredths film.gif)" -eq 520 ] || fail "the GIF lasts $(hundredths film.gif) hundredths of a second"
works render tour.striate again.gif --size 480x320 --rate 5
cmp -s film.gif again.gif || fail "the same film twice is two"
works render tour.striate again.gif --size 480x320 --rate 5 --theme light
cmp -s film.gif again.gif && fail "light and dark are the same film"

works render tour.striate frames --size 480x320 --rate 5 --rest 0.2
prints "frames 23"
[ "$(ls frames | wc -l)" -eq 23 ] && [ -s frames/frame-000000.png ] && [ -s frames/frame-000022.png ] || fail "not 23 pictures"
cmp -s frames/frame-000000.png frames/frame-000022.png && fail "nothing has moved"
cmp -s frames/frame-000021.png frames/frame-000022.png || fail "the end moves"
works render tour.striate frames --size 480x320 --rate 2
[ "$(ls frames | wc -l)" -eq 11 ] || fail "the older film's pictures are still there"

# A script that fails leaves no film, says its line, and what it writes is thrown away.
printf 'pixels.cursor 3 3\nscreenshot here.png\npixels.cursor 12 0\n' >wrong.striate
refuses 1 "wrong.striate:3: " "" render wrong.striate wrong.gif --size 320x200 --rate 2
refuses 1 "wrong.striate:3: " "" render wrong.striate wrong --size 320x200 --rate 2
printf 'pixels.zom 3\n' >wrong.striate
refuses 1 "wrong.striate:1: there is no command 'pixels.zom'" "pixels.zoom" render wrong.striate wrong.gif

# A lesson is gone through to its end: "Show me" has moved the cursor.
printf '# Two steps\npage: pixels\n\nMove the cursor.\n\n```try\npixels.cursor 5 5\n```\n\n## The end\n\nThat was all.\n' >two.md
works render two.md lesson --size 640x400 --rate 4 --words 600
frames=$(ls lesson | wc -l)
[ "$frames" -ge 28 ] && [ "$frames" -le 60 ] || fail "the lesson has $frames pictures"
[ "$(ls lesson/*.png | xargs -n1 cksum | awk '{print $1}' | sort -u | wc -l)" -ge 4 ] || fail "the lesson does not move"
works render two.md slow --size 640x400 --rate 4 --words 60
[ "$(ls slow | wc -l)" -gt "$((frames + 12))" ] || fail "slow readers have no more time"

# What a session shows is recorded by commands, too.
printf 'film.rate 5\nfilm.record live.gif\npixels.cursor 3 3\nwait until film.frames >= 3\nfilm.stop\n' >live.striate
works play live.striate --headless --out recorded
[ "$(head -c 6 recorded/live.gif)" == GIF89a ] && [ "$(number recorded/live.gif 6)" -eq 1280 ] || fail "film.record left no film"
[ "$(hundredths recorded/live.gif)" -ge 60 ] || fail "the recorded film lasts $(hundredths recorded/live.gif) hundredths"

# Ended from outside: nothing is left.
timeout -s INT 2 "$STRIATE" render "$root/assets/lessons/tour.md" cut.gif >out 2>err
[ ! -e cut.gif ] || fail "a film that was cut off is there"
if command -v ffmpeg >/dev/null; then
  works render tour.striate film.mp4 --size 481x321 --rate 5
  ffmpeg -hide_banner -i film.mp4 -f rawvideo -pix_fmt gray - 2>info | wc -c >bytes
  [ "$(cat bytes)" -eq $((480 * 320 * 26)) ] || fail "the MP4 has $(cat bytes) bytes of gray, not 26 pictures of 480x320"
  grep -q "yuv420p" info || fail "the MP4 is not 4:2:0"
  works render tour.striate again.mp4 --size 481x321 --rate 5
  cmp -s film.mp4 again.mp4 || fail "the same MP4 twice is two"
fi
left=$(ls -A . | grep -E 'part|^no|^wrong\.gif|^wrong$|here' || true)
[ -z "$left" ] || fail "left behind: $left"
[ -z "$(ls -A "$TMPDIR")" ] || fail "temporary files are left: $(ls -A "$TMPDIR")"
command -v ffmpeg >/dev/null || { [ "$FAILURES" -eq 0 ] && skip "all but MP4 holds: ffmpeg is missing (apt install ffmpeg)"; }
done_testing
