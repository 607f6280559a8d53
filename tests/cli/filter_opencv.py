"""Compares `striate filter` with OpenCV: filter_opencv.py STRIATE FOLDER.

30 random pictures, gray and color, of noise, shapes and both, with random settings. Median, erosion, dilation, opening,
closing and Canny's edges (L2 gradient) must be equal, bilateral may be 1 apart. OpenCV's borders: replicate for median
and Canny; what is outside left out in morphology, which is replicate; reflect for bilateral.
"""
import random
import subprocess
import sys

import cv2
import numpy as np

PICTURES = 30


def picture(seed):
    noise = np.random.default_rng(seed)
    chance = random.Random(seed)
    height, width = chance.randint(9, 90), chance.randint(9, 90)
    channels = chance.choice([1, 3])
    made = noise.integers(0, 256, (height, width, channels)).astype(np.uint8)
    if seed % 3:  # shapes with some noise, so that edges of all directions and lengths are there
        made = np.full((height, width, channels), chance.randint(0, 255), np.uint8)
        for _ in range(6):
            color = [chance.randint(0, 255) for _ in range(channels)]
            at = (chance.randint(0, width), chance.randint(0, height))
            if chance.random() < 0.5:
                cv2.circle(made, at, chance.randint(3, 30), color, -1)
            else:
                cv2.line(made, at, (chance.randint(0, width), chance.randint(0, height)), color, chance.randint(1, 6))
        if seed % 3 == 1:
            made = np.clip(made + noise.normal(0, 12, made.shape), 0, 255).astype(np.uint8)
        else:
            made = cv2.GaussianBlur(made, (0, 0), 1.2)
    return made.reshape(height, width) if channels == 1 else made


def element(name, size):
    shapes = {"square": cv2.MORPH_RECT, "cross": cv2.MORPH_CROSS, "disk": cv2.MORPH_ELLIPSE}
    return cv2.getStructuringElement(shapes[name], (size, size))


def cases(seed, made):
    """(text, padding, expected) of every filter, with settings by chance."""
    chance = random.Random(1000 + seed)
    size = chance.choice([3, 5, 7, 9, 15])
    yield f"median size {size}", "replicate", cv2.medianBlur(made, size)
    for word, call in [
        ("erosion", lambda k: cv2.erode(made, k)),
        ("dilation", lambda k: cv2.dilate(made, k)),
        ("opening", lambda k: cv2.morphologyEx(made, cv2.MORPH_OPEN, k)),
        ("closing", lambda k: cv2.morphologyEx(made, cv2.MORPH_CLOSE, k)),
    ]:
        size, shape = chance.choice([1, 3, 5, 7, 11, 15]), chance.choice(["square", "cross", "disk"])
        yield f"{word} size {size} element {shape}", "replicate", call(element(shape, size))
    low = chance.choice([0, chance.randint(10, 200), chance.uniform(10, 200)])
    high = low + chance.choice([0, chance.randint(10, 300), chance.uniform(10, 300)])
    edges = cv2.Canny(made, low, high, apertureSize=3, L2gradient=True)
    yield f"canny low {low!r} high {high!r}", "replicate", edges if made.ndim == 2 else np.stack([edges] * 3, -1)
    size, sigma, spread = chance.choice([3, 5, 9, 15]), chance.uniform(0.5, 6), chance.uniform(5, 150)
    text = f"bilateral size {size} sigma {sigma!r} range {spread!r}"
    yield text, "reflect", cv2.bilateralFilter(made, size, spread, sigma, borderType=cv2.BORDER_DEFAULT)


def main():
    striate, folder = sys.argv[1:]
    compared = wrong = 0
    seen = {}
    for seed in range(PICTURES):
        made = picture(seed)
        cv2.imwrite(f"{folder}/in.png", made)
        for text, padding, expected in cases(seed, made):
            command = [striate, "filter", text, f"{folder}/in.png", f"{folder}/out.png", "--padding", padding, "--force"]
            subprocess.run(command, check=True)
            got = cv2.imread(f"{folder}/out.png", cv2.IMREAD_UNCHANGED)
            if got.ndim != expected.ndim:
                print(f"picture {seed}: {text}: {got.shape} instead of {expected.shape}")
                return 1
            apart = abs(got.astype(int) - expected.astype(int))
            bad = int((apart > (1 if text.startswith("bilateral") else 0)).sum())
            if bad:
                print(f"picture {seed}, {made.shape}: {text}: {bad} of {apart.size} values differ, by {apart.max()}")
            wrong += bad
            compared += apart.size
            word = text.split()[0]
            count, largest, white = seen.get(word, (0, 0, 0))
            seen[word] = (count + 1, max(largest, int(apart.max())), white + int((expected == 255).sum()))
    for word, (count, largest, _) in seen.items():
        print(f"{word}: {count} pictures, at most {largest} apart")
    print(f"OpenCV {cv2.__version__}: {compared} values compared, {wrong} differ")
    # What has nothing to find proves nothing.
    return 1 if wrong or len(seen) != 7 or seen["canny"][2] < 1000 else 0


if __name__ == "__main__":
    sys.exit(main())
