# Benchmarks run, check their answers and print the columns that they promise.
. tests/cli/expect.bash

works bench filter --width 64 --height 48 --runs 1 --csv
[ "$(head -1 "$WORK/out")" == "filter,device,threads,width,height,median_ms" ] || fail "bench filter: other columns"
for filter in edge3 sharpen3 blur3 gaussian7; do
  grep -Eq "^$filter,(cpu|cuda[:0-9]*),[0-9]+,64,48,[0-9.]+$" "$WORK/out" || fail "bench filter: no line of $filter"
done
works bench filter --width 64 --height 48 --runs 1 --threads 1 --device cpu
prints "checked against"
works bench kernels --runs 1 --csv --device cpu
[ "$(head -1 "$WORK/out")" == "operator,shape,device,median_us,gflops,gbytes_per_second,limit_share" ] ||
  fail "bench kernels: other columns"
for operator in "filter edge3" gray resize_area statistics conv2d "conv2d by input" "conv2d by weights" dense "dense by input" \
  "dense by weights" relu "relu backward" leaky_relu sigmoid tanh "tanh backward" max_pool "max_pool backward" average_pool \
  global_average_pool "batch_norm" "batch_norm backward" dropout add softmax softmax_cross_entropy mean_squared_error \
  binary_cross_entropy sgd "sgd momentum 0.9" adam; do
  grep -Eq "^$operator,[^,]+,cpu,[0-9.]+,[0-9.]+,[0-9.]+,[0-9.]+$" "$WORK/out" || fail "bench kernels: no line of $operator"
done
[ "$(grep -c "^conv2d,resnet50" "$WORK/out")" -eq 12 ] || fail "bench kernels: not the 12 convolutions of ResNet-50"
works bench kernels --runs 1 --device cpu --part networks --batch 2
prints "measured limits"
grep -q "^filter" "$WORK/out" && fail "bench kernels --part networks: filters"
works bench infer --model lenet5 --batch 2 --runs 1 --csv --device cpu
[ "$(head -1 "$WORK/out")" == "model,device,threads,batch,median_ms" ] || fail "bench infer: other columns"
grep -Eq '^lenet5,cpu,[0-9]+,2,[0-9.]+$' "$WORK/out" || fail "bench infer: no line of lenet5"
# Launches: the emulated GPU's shapes are a GPU's.
works bench train --model tiny --batch 4 --steps 1 --launches --device emulated
prints "launch  "
grep -Eq '^convolution_weight_gradient +[0-9x ]+ +128 +[0-9]+ +- ' "$WORK/out" || fail "no blocks of 128 threads"
works bench infer --model lenet5 --runs 1 --layers --launches --device emulated
prints "of 12 of 12 layers against their terms in double precision"
grep -Eq '^convolution +[0-9]+ +256 +0 +- ' "$WORK/out" || fail "no blocks of 256 threads"
works bench infer --model lenet5 --runs 1 --launches --device cpu
grep -Eq '^convolution +[0-9]+ +1 +0 +- ' "$WORK/out" || fail "no launches of the CPU"
works bench infer --model lenet5 --runs 1 --layers
prints "of 12 of 12 layers against their terms in double precision"
prints "layer 0 (conv 6 5x5 pad 2)"
refuses 2 'no model is called "lenet"' "lenet5" bench infer --model lenet
refuses 2 "does not say what it takes" "input 3x224x224" bench infer --model "conv 6 5x5 | relu"
works train --data digits --model tiny --steps 1 --save "$WORK/tiny.safetensors"
works bench infer --model "$WORK/tiny.safetensors" --runs 1
prints "of 8 of 8 layers"
head -c 100 /dev/zero > "$WORK/zeros.onnx"
refuses 1 "not a valid ONNX file" "export it again" bench infer --model "$WORK/zeros.onnx"
refuses 2 "--part" "networks" bench kernels --part nets
refuses 2 "--width: '0'" "a whole number from 1" bench filter --width 0
refuses 2 "there is no page 'pixel'" "did you mean 'pixels'?" bench frame --page pixel
refuses 2 "--seconds: '-1'" "a number" bench frame --seconds -1

run bench frame --page pixels --seconds 0.2 --csv
if [ "$STATUS" -ne 0 ] && grep -q "OpenGL\|EGL" "$WORK/err"; then
  echo "bench frame was not tried: $(sed -n 1p "$WORK/err")"
else
  [ "$STATUS" -eq 0 ] || fail "bench frame: status $STATUS"
  [ "$(head -1 "$WORK/out")" == "page,frames,median_ms,p99_ms" ] || fail "bench frame: other columns"
  grep -Eq '^pixels,[0-9]+,[0-9.]+,[0-9.]+$' "$WORK/out" || fail "bench frame: no line of numbers"
  works bench frame --page channels --seconds 0.2 sample:balloons --do "channels.show r"
  works bench frame --page features --do "network.open lenet5" --do "features.method maximize" --do "features.steps 3" \
    --while "features.start"
  grep -Eq "^seconds [0-9.]+$" "$WORK/out" || fail "bench frame --while: not how long it took"
fi
done_testing
