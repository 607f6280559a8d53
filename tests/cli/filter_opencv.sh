# Filters that are no sum of products beside OpenCV's, through the command line: 30 random pictures each.
. tests/cli/expect.bash
HERE=$PWD/tests/cli
. tests/cli/export.bash
need_python cv2,numpy
"$PYTHON" "$HERE/filter_opencv.py" "$STRIATE" "$WORK" || fail "values differ"
done_testing
