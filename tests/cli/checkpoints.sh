# PyTorch checkpoints wherever weights are taken; the last part writes them with PyTorch itself, where it is.
. tests/cli/expect.bash
. tests/cli/torch_files.bash
[ -n "$(command -v python3)" ] || skip "needs python3"
PYTHONPATH=$WORK python3 - "$WORK" <<'PY' || fail "no checkpoints could be written"
import sys
from torch_files import *
w = sys.argv[1]
# y0 = red - blue, y1 = blue - red, means over the picture.
net = collections.OrderedDict([('c.weight', Tensor([2, 3, 1, 1], [9, 0, -9, -9, 0, 9])), ('c.bias', Tensor([2], [0, 0]))])
stored = {'input': Tensor([2, 3, 1, 2], [1, 1, 0, 0, 0, 0, 0, 0, 1, 1, 1, 0]), 'logits': Tensor([2, 2], [9, -9, -4.5, 4.5])}
save(w + '/net.pt', net)
save_legacy(w + '/net.pth', net)
save(w + '/checkpoint.ckpt', {'epoch': 3, 'best': 0.5, 'state_dict': net, 'classes': ['warm', 'cold']})
save(w + '/right.pt', {**net, **stored})
save(w + '/whole.pt', ResNet())
save(w + '/os.pt', {'state_dict': net, 'args': print})
tiny = {}
for name, shape in (('0', [8, 1, 3, 3]), ('3', [16, 8, 3, 3]), ('7', [10, 400])):
    tiny[name + '.weight'], tiny[name + '.bias'] = wave(shape), wave(shape[:1])
save(w + '/tiny.pt', {'arch': 'tiny', 'state_dict': tiny})
PY
NET="input 3x1x2 | c: conv 2 1x1 | globalavgpool"
color_picture red.ppm 2 1 255 0 0 255 0 0

for file in net.pt net.pth; do
  works classify "$WORK/$file" --model "$NET" "$WORK/red.ppm" --best 1
  prints "$WORK/red.ppm,1,0,1.000000"
  works summary "$WORK/$file" --model "$NET"
  prints "Total params: 8"
done
# Which of a checkpoint's dictionaries was taken is said; the classes that it names are used.
run classify "$WORK/checkpoint.ckpt" --model "$NET" "$WORK/red.ppm" --best 1
[ "$STATUS" -eq 0 ] || fail "a checkpoint is not read"
prints "$WORK/red.ppm,1,warm,1.000000"
grep -qF 'striate: note: checkpoint.ckpt: its weights are those under "state_dict"' "$WORK/err" || fail "what was taken is not said"
works verify "$WORK/right.pt" --model "$NET"
prints "agrees yes"
# A network that a checkpoint tells needs no --model.
run summary "$WORK/tiny.pt"
[ "$STATUS" -eq 0 ] || fail "the network is not told by its tensors"
prints "Total params: 5,258"
grep -qF "striate: note: $WORK/tiny.pt: its weights are those of tiny" "$WORK/err" || fail "which network it is is not said"
# In the window it is the open network, and what can't be is told in the window's words.
printf 'open %s\nexpect page == "network"\nprint network.name\nprint network.source\nprint network.parameters\nprint network.class\n' "$WORK/tiny.pt" >"$WORK/open.striate"
works play "$WORK/open.striate" --headless
prints "network.name tiny"
prints "network.source given"
prints "network.parameters 5258"
run classify "$WORK/tiny.pt" assets/images/night.png --best 1
best=$(sed -n 2p "$WORK/out" | cut -d, -f3)
printf 'network.open %s\nnetwork.image sample:night\nexpect network.class == "%s"\n' "$WORK/tiny.pt" "$best" >"$WORK/open.striate"
works play "$WORK/open.striate" --headless
for file in net.pt whole.pt; do
  printf 'open %s\nprint network.class\n' "$WORK/$file" >"$WORK/open.striate"
  [ "$file" == net.pt ] && what="holds weights but not the network" hint="network.open NAME FILE"
  [ "$file" == whole.pt ] && what="program code" hint="torch.save(model.state_dict()"
  refuses 1 "$what" "$hint" play "$WORK/open.striate" --headless
done
run train --data digits:100 --weights "$WORK/tiny.pt" --steps 2 --batch 8 --quiet --save "$WORK/went-on.safetensors"
[ "$STATUS" -eq 0 ] || fail "a training does not begin with a checkpoint's weights"
run evaluate "$WORK/tiny.pt" --data digits:100 --quiet
[ "$STATUS" -eq 0 ] || fail "a checkpoint is not evaluated"
works bench infer --model "$WORK/tiny.pt" --runs 1 --batch 1 --csv --device cpu
run export "$WORK/tiny.pt" "$WORK/tiny.onnx"
[ "$STATUS" -eq 0 ] || fail "a checkpoint is not exported"

# What holds code is named, and nothing else is said of it.
refuses 1 "whole.pt holds a ResNet from torchvision.models.resnet, which is program code" "torch.save(model.state_dict()" \
  classify "$WORK/whole.pt" --model "$NET" "$WORK/red.ppm"
refuses 1 "os.pt holds a print from __builtin__, which is program code" "torch.save" summary "$WORK/os.pt" --model "$NET"
head -c 300 "$WORK/net.pt" >"$WORK/cut.pt"
refuses 1 "cut.pt: not a valid zip archive: it has no directory at its end" "again" summary "$WORK/cut.pt" --model "$NET"
echo hello >"$WORK/text.pt"
refuses 1 "text.pt: not a valid PyTorch file: it begins neither like" "" summary "$WORK/text.pt" --model "$NET"
refuses 1 "holds weights but not the network" "--model NAME" summary "$WORK/net.pt"
refuses 1 "this is a PyTorch checkpoint" "--weights" train --data digits:50 --resume "$WORK/net.pt"
refuses 1 "holds weights but not the network" "network.open NAME FILE" "$WORK/net.pt"
refuses 2 "does not say which network its weights belong to" "--model" train --data digits:50 --weights "$WORK/net.pt"

# ---- by PyTorch itself ----
. tests/cli/export.bash
need_python torch
cat >write.py <<'PY'  # a file: TorchScript compiles a class from its source
import torch
from torch import nn
torch.manual_seed(1)
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.c = nn.Conv2d(3, 4, 3, padding=1)
        self.b = nn.BatchNorm2d(4)
        self.d = nn.Linear(4 * 5 * 6, 3)
    def forward(self, x):
        return self.d(torch.relu(self.b(self.c(x))).flatten(1))
net = Net()
net.train()
for _ in range(3): net(torch.randn(8, 3, 5, 6))
net.eval()
x = torch.randn(2, 3, 5, 6)
state = {**net.state_dict(), 'input': x, 'logits': net(x).detach()}
torch.save(state, 'zip.pt')
torch.save(state, 'legacy.pt', _use_new_zipfile_serialization=False)
torch.save(state, 'protocol4.pt', pickle_protocol=4)
# The same values stored otherwise: transposed, parts of one storage, parameters, double precision.
views = dict(state)
views['d.weight'] = nn.Parameter(state['d.weight'].t().contiguous().t())
views['c.weight'] = state['c.weight'].to(memory_format=torch.channels_last)
both = torch.cat([state['b.weight'], state['b.bias']])
views['b.weight'], views['b.bias'] = both[:4], both[4:]
views['input'] = x.double()
torch.save({'epoch': 1, 'model': views, 'optimizer': torch.optim.Adam(net.parameters()).state_dict()}, 'views.pt')
torch.save(views, 'legacy_views.pt', _use_new_zipfile_serialization=False)
class Script(Net):
    def __init__(self):
        super().__init__()
        self.register_buffer('input', x)
        self.register_buffer('logits', net(x).detach())
script = Script()
script.load_state_dict(state)
torch.jit.script(script.eval()).save('script.pt')
torch.save(net, 'module.pt')
PY
"$PYTHON" -W ignore write.py || fail "PyTorch could not write its files"
REAL="input 3x5x6 | c: conv 4 3x3 pad 1 | b: batchnorm | relu | flatten | d: dense 3"
for file in zip legacy protocol4 views legacy_views script; do
  run verify "$file.pt" --model "$REAL"
  [ "$STATUS" -eq 0 ] || fail "$file.pt does not give PyTorch's answers"
done
refuses 1 "module.pt holds a Net from __main__, which is program code" "state_dict" verify module.pt --model "$REAL"
done_testing
