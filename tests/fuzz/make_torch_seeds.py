"""Writes tests/fuzz/seeds/torch: small files that PyTorch itself saved. Needs PyTorch: python3 tests/fuzz/make_torch_seeds.py

tests/engine/torch_seeds_test.cpp knows what is in them; the fuzzer starts from them."""
import collections
import pathlib

import torch
from torch import nn

FOLDER = pathlib.Path(__file__).parent / "seeds" / "torch"
FOLDER.mkdir(parents=True, exist_ok=True)

TYPES = ["float64", "float32", "float16", "bfloat16", "int64", "int32", "int16", "int8", "uint8", "bool"]
types = {name: torch.arange(6).reshape(2, 3).to(getattr(torch, name)) for name in TYPES}

base = torch.arange(24, dtype=torch.float32).reshape(4, 6)
views = collections.OrderedDict(
    whole=base,
    transposed=base.t(),
    part=base[1:3, 2:5],
    column=base[:, 5],
    every_other=base[::2],
    expanded=base[0].expand(2, 6),
    scalar=base[3, 5],
    empty=base[:0],
    parameter=nn.Parameter(base[2].clone()),
    channels_last=torch.arange(16, dtype=torch.float32).reshape(1, 2, 2, 4).to(memory_format=torch.channels_last),
)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 2, 3)
        self.norm = nn.BatchNorm2d(2)
        self.blocks = nn.Sequential(nn.Linear(4, 3), nn.ReLU())

    def forward(self, x):
        return self.blocks(self.norm(self.conv(x)).flatten(2))


net = Net()
with torch.no_grad():
    for i, each in enumerate(net.parameters()):
        each.fill_(i + 1)
checkpoint = {
    "epoch": 7,
    "arch": "net",
    "state_dict": net.state_dict(),
    "optimizer": torch.optim.SGD(net.parameters(), lr=0.1).state_dict(),
    "best": 0.5,
    "sizes": torch.Size([1, 2]),
    "device": torch.device("cpu"),
    "classes": ["cat", "dog", "owl"],
}

for name, thing in (("types", types), ("views", views), ("checkpoint", checkpoint)):
    torch.save(thing, FOLDER / f"{name}.pt")
    torch.save(thing, FOLDER / f"{name}_legacy.pt", _use_new_zipfile_serialization=False)
torch.save(checkpoint, FOLDER / "protocol5.pt", pickle_protocol=5)
torch.save(net, FOLDER / "module.pt")
torch.jit.script(net).save(FOLDER / "script.pt")
