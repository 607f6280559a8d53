# striate models: the list, PyTorch's cache, files checked by their tensors and the digits in their names.
. tests/cli/expect.bash
. tests/cli/torch_files.bash
[ -n "$(command -v python3)" ] || skip "needs python3"
export HOME=$WORK/home
unset TORCH_HOME XDG_CACHE_HOME
mkdir "$HOME"

works models
grep -Eq '^resnet18 +11,689,512 +resnet18-f37072fd\.pth +44\.7 MiB +ImageNet +BSD-3-Clause +no$' "$WORK/out" || fail "no row for resnet18"
grep -Eq '^lenet5 +61,706 +- +- +- +- +-$' "$WORK/out" || fail "no row for lenet5"
[ "$(grep -c '^resnet50 ' "$WORK/out")" -eq 2 ] || fail "ResNet-50 has two published files"
prints "torchvision.models.squeezenet1_1.html"
prints "PyTorch's cache $HOME/.cache/torch/hub/checkpoints"
works models --csv
prints "model,title,parameters,file,mebibytes,data,license,page,found"
prints "vgg16,VGG-16,138357544,vgg16-397923af.pth,527.796,ImageNet,BSD-3-Clause,https://"

# Where PyTorch keeps its files, by the variables that it looks at.
folder=$WORK/torch/hub/checkpoints
mkdir -p "$folder" "$HOME/.cache/torch/hub/checkpoints"
touch "$folder/resnet18-f37072fd.pth" "$HOME/.cache/torch/hub/checkpoints/vgg16-397923af.pth"
works models
grep -Eq '^vgg16 .* yes$' "$WORK/out" || fail "a file in the cache is not found"
prints "striate summary $HOME/.cache/torch/hub/checkpoints/vgg16-397923af.pth --model vgg16"
TORCH_HOME=$WORK/torch works models
grep -Eq '^resnet18 .* yes$' "$WORK/out" || fail "TORCH_HOME is not looked at"
grep -Eq '^vgg16 .* no$' "$WORK/out" || fail "a file of another cache is found"
XDG_CACHE_HOME=$WORK works models
grep -Eq '^resnet18 .* yes$' "$WORK/out" || fail "XDG_CACHE_HOME is not looked at"

# Files: SqueezeNet's names and shapes, for 3 classes.
PYTHONPATH=$WORK python3 - "$WORK" <<'PY' || fail "no checkpoint could be written"
import hashlib, os, sys
from torch_files import *
w = sys.argv[1]
net = {}
def conv(name, out, into, side): net[name + '.weight'], net[name + '.bias'] = wave([out, into, side, side]), wave([out])
conv('features.0', 64, 3, 3)
into = 64
for place, squeeze, expand in ((3, 16, 64), (4, 16, 64), (6, 32, 128), (7, 32, 128), (9, 48, 192), (10, 48, 192), (11, 64, 256), (12, 64, 256)):
    fire = 'features.%d.' % place
    conv(fire + 'squeeze', squeeze, into, 1)
    conv(fire + 'expand1x1', expand, squeeze, 1)
    conv(fire + 'expand3x3', expand, squeeze, 3)
    into = 2 * expand
conv('classifier.1', 3, into, 1)
save(w + '/net.pth', {'state_dict': net})
digits = hashlib.sha256(open(w + '/net.pth', 'rb').read()).hexdigest()
os.link(w + '/net.pth', w + '/net-%s.pth' % digits[:8])
os.link(w + '/net.pth', w + '/net-%08x.pth' % (int(digits[:8], 16) ^ 1))
open(w + '/digits', 'w').write(digits)
save(w + '/other.pt', {'weight': wave([2, 2])})
PY
digits=$(cat "$WORK/digits")
works models "$WORK/net.pth" "$WORK/net-${digits:0:8}.pth"
prints 'note its weights are those under "state_dict"'
prints "tensors 52"
prints "fits squeezenet1_1"
prints "classes 3"
prints "sha256 $digits"
prints "name says nothing of it"
prints "name says ${digits:0:8}: right"
rm "$WORK/net-${digits:0:8}.pth"
refuses 1 "its SHA-256 begins with ${digits:0:8}, its name says" "download it again" models "$WORK"/net-*.pth
refuses 1 "its 1 tensors are those of no network that is known by name" "--model FILE" models "$WORK/other.pt"
refuses 1 "there is no such file" "" models "$WORK/missing.pth"
refuses 2 "--csv is for the list" "" models --csv "$WORK/net.pth"
# Its network is told by its tensors wherever it is opened, the number of classes too.
run summary "$WORK/net.pth"
[ "$STATUS" -eq 0 ] || fail "the network is not told by its tensors"
grep -qF "its weights are those of squeezenet1_1" "$WORK/err" || fail "which network it is is not said"
color_picture red.ppm 2 1 255 0 0 255 0 0
run classify "$WORK/net.pth" "$WORK/red.ppm"
[ "$STATUS" -eq 0 ] || fail "it does not classify"
[ "$(grep -c '^.*red.ppm,' "$WORK/out")" -eq 3 ] || fail "not three classes"
done_testing
