# PyTorch checkpoints for tests on machines without PyTorch: `. tests/cli/expect.bash` and this, then, in python3,
# `from torch_files import *` with PYTHONPATH=$WORK. Python's own pickler writes them, as torch.save has it do: the
# classes here have the names of PyTorch's and nothing behind them.
cat >"$WORK/torch_files.py" <<'PY'
import collections, io, pickle, struct, sys, types, zipfile

class FloatStorage:
    def __init__(self, values): self.values = values
class Tensor:
    def __init__(self, shape, values): self.shape, self.storage = list(shape), FloatStorage(list(values))
    def __reduce_ex__(self, protocol):
        strides, step = [], 1
        for side in reversed(self.shape): strides.insert(0, step); step *= side
        return _rebuild_tensor_v2, (self.storage, 0, tuple(self.shape), tuple(strides), False, collections.OrderedDict())
class ResNet: pass
def _rebuild_tensor_v2(*arguments): raise RuntimeError('only written, never called')

def place(thing, module):
    thing.__module__ = module
    parts = module.split('.')
    for i in range(len(parts)):  # the pickler imports the packages around it, too
        package = '.'.join(parts[:i + 1])
        made = sys.modules.setdefault(package, types.ModuleType(package))
    setattr(made, thing.__name__, thing)
place(FloatStorage, 'torch'); place(_rebuild_tensor_v2, 'torch._utils'); place(ResNet, 'torchvision.models.resnet')

def pickled(thing):
    out, storages = io.BytesIO(), []
    class Pickler(pickle.Pickler):
        def persistent_id(self, each):
            if not isinstance(each, FloatStorage): return None
            if each not in storages: storages.append(each)
            return 'storage', FloatStorage, str(storages.index(each)), 'cpu', len(each.values)
    Pickler(out, 2).dump(thing)
    return out.getvalue(), storages
def raw(storage): return struct.pack('<%df' % len(storage.values), *storage.values)
def save(path, thing):
    data, storages = pickled(thing)
    with zipfile.ZipFile(path, 'w') as archive:
        archive.writestr('archive/data.pkl', data)
        archive.writestr('archive/byteorder', 'little')
        for i, storage in enumerate(storages): archive.writestr('archive/data/%d' % i, raw(storage))
        archive.writestr('archive/version', '3\n')
def save_legacy(path, thing):
    data, storages = pickled(thing)
    with open(path, 'wb') as file:
        for each in (0x1950a86a20f9469cfc6c, 1001, {'protocol_version': 1001, 'little_endian': True}): pickle.dump(each, file, 2)
        file.write(data)
        pickle.dump([str(i) for i in range(len(storages))], file, 2)
        for storage in storages: file.write(struct.pack('<q', len(storage.values)) + raw(storage))
def wave(shape, step=0.37):  # some values that are not all the same
    count, values = 1, []
    for side in shape: count *= side
    for i in range(count): values.append(((i * 7919) % 211) / 211 * step - step / 2)
    return Tensor(shape, values)
PY
