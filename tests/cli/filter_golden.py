"""Compares `striate filter` with the reference values: filter_golden.py STRIATE FILTERS.safetensors FOLDER.

Writes the reference picture as a PNG, filters it with every kernel and padding, reads the result back with
`striate pixels`, and compares every value. Needs nothing but Python itself.
"""
import json
import struct
import subprocess
import sys
import zlib


def read_safetensors(path):
    """{name: (shape, values)} of U8 and F32 tensors."""
    with open(path, "rb") as file:
        (size,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(size))
        data = file.read()
    tensors = {}
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        first, last = entry["data_offsets"]
        code = {"U8": "B", "F32": "f"}[entry["dtype"]]
        count = (last - first) // struct.calcsize(code)
        tensors[name] = (entry["shape"], struct.unpack(f"<{count}{code}", data[first:last]))
    return tensors


def write_png(path, width, height, values):
    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    rows = b"".join(b"\0" + bytes(values[y * width * 3 : (y + 1) * width * 3]) for y in range(height))
    with open(path, "wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n")
        file.write(chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)))
        file.write(chunk(b"IDAT", zlib.compress(rows)))
        file.write(chunk(b"IEND", b""))


def main():
    striate, golden, folder = sys.argv[1:]
    tensors = read_safetensors(golden)
    (height, width, _), picture = tensors["image"]
    write_png(f"{folder}/picture.png", width, height, picture)
    kernels = sorted(name[: -len(".kernel")] for name in tensors if name.endswith(".kernel"))
    compared = wrong = 0
    for kernel in kernels:
        (rows, columns), taps = tensors[f"{kernel}.kernel"]
        text = "; ".join(" ".join(repr(t) for t in taps[r * columns : (r + 1) * columns]) for r in range(rows))
        for padding in ("zero", "replicate", "reflect", "wrap"):
            out = f"{folder}/{kernel}.{padding}.png"
            subprocess.run(
                [striate, "filter", text, f"{folder}/picture.png", out, "--padding", padding], check=True
            )
            region = f"0,0,{width},{height}"
            grid = subprocess.run(
                [striate, "pixels", out, "--region", region], check=True, stdout=subprocess.PIPE, text=True
            ).stdout
            got = [int(value) for cell in grid.split() for value in cell.split(",")]
            expected = tensors[f"{kernel}.{padding}.u8"][1]
            compared += len(expected)
            bad = sum(a != b for a, b in zip(got, expected)) + abs(len(got) - len(expected))
            if bad:
                print(f"{kernel}, {padding}: {bad} of {len(expected)} values differ")
            wrong += bad
    print(f"{len(kernels)} kernels, 4 paddings: {compared} values compared, {wrong} differ")
    return 1 if wrong or len(kernels) < 8 else 0


if __name__ == "__main__":
    sys.exit(main())
