#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Three programs that used SciPy or Keras, ported to twofold, with pictures and times.

    PYTHONPATH=build/release/python examples/porting.py [FOLDER] [--quick]

1. A filter that calls scipy.signal.convolve2d: one import changes.
2. A layer of a network, keras.layers.Conv2D: arguments and weights stay as they are.
3. Deblurring a photo, in a loop that convolves sixty times: two plans, made once.

Everything is computed as before and with twofold, on one thread, and the largest difference is
printed, with both times. Needs SciPy, Pillow and matplotlib (Debian: python3-scipy, …).
"""

import argparse
import statistics
import sys
import time
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from PIL import Image
from scipy import signal

import twofold
from twofold import ops

PHOTOS = Path(__file__).resolve().parent / "photos"


# What the three sections share.

def photo(name, mode, quick):
    """A photo with numbers from 0 to 1; only a part of it where it has to be quick."""
    pixels = np.asarray(Image.open(PHOTOS / name).convert(mode), dtype="float32") / 255
    return pixels[250:442, 320:512] if quick else pixels


def camera_path(size, rows, cols):
    """The kernel of a camera that moves while its shutter is open: the path that a point of light
    draws on size × size pixels, going on to the next of the given places at equal times."""
    dwells, _, _ = np.histogram2d(rows, cols, bins=size, range=[(-size / 2, size / 2)] * 2)
    return (dwells / dwells.sum()).astype("float32")


def race(turns, *programs):
    """The results, and the medians of the times. The programs take turns, so that whatever else the
    machine does meets all of them alike."""
    results = [program() for program in programs]  # also warms up
    times = [[] for _ in programs]
    for _ in range(turns):
        for program, taken in zip(programs, times):
            start = time.perf_counter()
            program()
            taken.append(time.perf_counter() - start)
    return results, [statistics.median(taken) for taken in times]


def title(text):
    print(f"\n{text:48}  difference       before      twofold")


def row(text, wanted, found, before, after, tolerance):
    """A line of the table. `before` and `after` are seconds."""
    difference = np.abs(found - wanted).max()
    print(f"   {text:45}{difference:12.1e}{before * 1e3:10.1f} ms{after * 1e3:10.2f} ms"
          f"{before / after:8.1f} ×")
    if found.shape != wanted.shape or not difference <= tolerance:
        sys.exit(f"{text}: the results do not agree")


def save_picture(path, panels):
    """Panels side by side: a title and pixels each. White is 1, or what 0.5 % exceed."""
    rows, cols = panels[0][1].shape[:2]
    size = (10, 10 / len(panels) * rows / cols + 0.3)  # inches
    figure = Figure(layout="constrained", figsize=size)
    for place, (text, pixels) in zip(figure.subplots(1, len(panels)), panels):
        place.imshow(pixels, cmap="gray", vmin=0, vmax=max(1, np.percentile(pixels, 99.5)))
        place.set_title(text, fontsize=10)
        place.set_axis_off()
    figure.savefig(path, dpi=90)
    print(f"   → {path}")


# 1. A filter

def filters(folder, quick):
    """The only change is the import:

        from scipy.signal import convolve2d    →    from twofold import convolve2d

    Modes, boundaries, dtypes and errors are SciPy's. Most taps of the first kernel are zero, and
    twofold leaves them out. The second kernel is from the documentation of SciPy's function: the
    gradients in x and y as one complex number. Its sums are whole numbers: not a bit may differ.
    """
    title("1. A filter: scipy.signal.convolve2d")
    image = photo("ascent.png", "L", quick)
    path = np.linspace(-7, 7, 2000)
    motion = camera_path(15, -path * 0.75, path)
    scharr = np.array([[-3 - 3j, -10j, 3 - 3j], [-10, 0, 10], [-3 + 3j, 10j, 3 + 3j]])

    panels = [("photo", image)]
    for text, picture, kernel, tolerance in [
            ("motion blur, 15×15", image, motion, 1e-5),
            ("Scharr gradient, 3×3, complex", np.rint(image * 255).astype(int), scharr, 0)]:
        (theirs, ours), times = race(
            3 if quick else 9,
            lambda: signal.convolve2d(picture, kernel, mode="same", boundary="symm"),
            lambda: twofold.convolve2d(picture, kernel, mode="same", boundary="symm"))
        row(text, theirs, ours, *times, tolerance)
        panels.append((text, np.abs(ours)))
    save_picture(folder / "filters.png", panels)


# 2. A layer

def edge_detectors():
    """A kernel of 5×5 pixels, 3 colours and 8 filters, in Keras' order. Filters 0 to 3 look for
    what is brighter to the right, below, to the left and above; 4 to 7 for what is redder there.
    Many a trained network begins with filters like these."""
    y, x = np.mgrid[-2:3, -2:3]
    nearby = np.exp(-(x * x + y * y) / 3)
    ways = np.stack([x, y, -x, -y], axis=-1) * nearby[:, :, None]
    colours = np.array([(0.3, 0.6, 0.1), (5, -5, 0)])
    return np.einsum("yxw,kc->yxckw", ways, colours).reshape(5, 5, 3, 8).astype("float32")


def padded_same(x, taps, stride):
    """Padding 'same': as few zeros as ceil(size / stride) outputs need, and where their number is
    odd, one more after than before."""
    zeros = [max(0, (-(-n // stride) - 1) * stride + taps - n) for n in x.shape[:2]]
    return np.pad(x, [(n // 2, n - n // 2) for n in zeros] + [(0, 0)])


def layer_by_hand(x, kernel, bias, stride):
    """Conv2D(8, 5, strides=stride, padding="same", activation="relu"), one channel and one filter
    at a time. It computes all sums and keeps every fourth."""
    x = padded_same(x, len(kernel), stride)
    maps = [sum(signal.correlate2d(x[:, :, c], kernel[:, :, c, f], mode="valid")
                for c in range(kernel.shape[2]))[::stride, ::stride]
            for f in range(kernel.shape[3])]
    return np.maximum(np.stack(maps, axis=-1) + bias, 0)


def layer_as_product(x, kernel, bias, stride):
    """The same as a product of matrices, as fast as the BLAS that NumPy finds (and its threads)."""
    x = padded_same(x, len(kernel), stride)
    windows = np.lib.stride_tricks.sliding_window_view(x, kernel.shape[:2], axis=(0, 1))
    sums = np.tensordot(windows[::stride, ::stride], kernel, axes=((3, 4, 2), (0, 1, 2)))
    return np.maximum(sums + bias, 0)


def layer(folder, quick):
    """Keras' weights are used as they are: `kernel, bias = layer.get_weights()`. Who writes the
    layer with SciPy instead may go wrong in three ways, and each gives a plausible picture.

    - What networks call convolution is a correlation, `correlate2d`. `convolve2d` turns the kernel
      by 180°: what was to be brighter on the right is brighter on the left.
    - Keras' kernels are (rows, columns, channels, filters), those of PyTorch and ONNX (filters,
      channels, rows, columns): `kernel_format="oihw"`. Neither has rows and columns exchanged.
    - 'same' depends on the strides. For 5 taps and an even size, strides of 1 need 2 zeros before
      and 2 after, strides of 2 need 1 and 2. So the layer has not every second output of stride 1
      from the first one on, as PyTorch has it with padding=2, but those in between.
    """
    title("2. A layer: keras.layers.Conv2D")
    x = photo("raccoon.png", "RGB", quick)
    kernel, bias = edge_detectors(), np.full(8, 0.02, "float32")
    (by_hand, product, [ours]), times = race(
        3 if quick else 5,
        lambda: layer_by_hand(x, kernel, bias, 2),
        lambda: layer_as_product(x, kernel, bias, 2),
        lambda: ops.conv(x[None], kernel, strides=2, padding="same", bias=bias, activation="relu"))
    row("against SciPy's correlate2d, pair by pair", by_hand, ours, times[0], times[2], 1e-4)
    row("against NumPy's product of matrices", product, ours, times[1], times[2], 1e-4)

    stride_1 = layer_by_hand(x, kernel, bias, 1)
    for text, other in [
            ("no: convolve2d, not correlate2d", layer_by_hand(x, kernel[::-1, ::-1], bias, 2)),
            ("no: every second output of stride 1", stride_1[::2, ::2]),
            ("yes: those in between, [1::2, 1::2]", stride_1[1::2, 1::2])]:
        print(f"   {text:45}{np.abs(other - ours).max():12.1e}")
    save_picture(folder / "layer.png",
                 [("photo", x), ("filter 0: brighter to the right", ours[:, :, 0]),
                  ("filter 5: redder below", ours[:, :, 5])])


# 3. A loop

def richardson_lucy(seen, blur, blur_back, rounds):
    """Which picture explains what was seen? Blur a guess, divide what was seen by it, and carry the
    ratio back to where the light came from: by the adjoint of the blur. That of a convolution is
    the correlation with the same kernel (exactly so but for the margin)."""
    guess = seen
    for _ in range(rounds):
        guess = guess * blur_back(seen / np.maximum(blur(guess), 1e-4))
    return guess


def psnr(picture, truth):
    return -10 * np.log10(np.mean((np.clip(picture, 0, 1) - truth) ** 2))


def deblurring(folder, quick):
    """What lay beyond the frame is in a blurred photo's margin, too, and nobody knows it. So a
    larger scene is blurred here, of which only the inside is seen ('valid'), in 8 bits.

    Both loops assume that the scene goes on as its mirror image, 'symm'. (With darkness around it,
    the loop makes the photo worse.) SciPy's convolutions get a padded copy for that. The two plans
    choose a method and transform the kernel once, for all iterations.
    """
    title("3. A loop: Richardson-Lucy")
    scene = photo("ascent.png", "L", quick)
    rounds = 10 if quick else 30
    angle = np.linspace(0.2 * np.pi, 1.5 * np.pi, 20000)
    kernel = camera_path(31, 13 * np.sin(angle), 13 * np.cos(angle) + 3)
    truth = scene[15:-15, 15:-15]
    seen = np.rint(twofold.convolve2d(scene, kernel, mode="valid") * 255) / np.float32(255)

    blur = twofold.Plan("convolve", seen.shape, kernel, mode="same", boundary="symm")
    blur_back = twofold.Plan("correlate", seen.shape, kernel, mode="same", boundary="symm")

    def by(convolve, kernel):
        return lambda image: convolve(np.pad(image, 15, "symmetric"), kernel, mode="valid")
    _, (fft, overlap_add) = race(3, *(lambda f=f: by(f, kernel)(seen)
                                      for f in (signal.fftconvolve, signal.oaconvolve)))
    theirs = signal.fftconvolve if fft < overlap_add else signal.oaconvolve
    (before, after), times = race(
        1 if quick else 5,
        lambda: richardson_lucy(seen, by(theirs, kernel), by(theirs, kernel[::-1, ::-1]), rounds),
        lambda: richardson_lucy(seen, blur, blur_back, rounds))
    row(f"{rounds} iterations, 31×31, against {theirs.__name__}", before, after, *times, 1e-3)
    print(f"   PSNR: {psnr(seen, truth):.1f} dB blurred, {psnr(after, truth):.1f} dB deblurred")
    save_picture(folder / "deblurring.png",
                 [("the scene", truth), (f"seen, {psnr(seen, truth):.1f} dB", seen),
                  (f"deblurred, {psnr(after, truth):.1f} dB", np.clip(after, 0, 1))])


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("folder", nargs="?", type=Path, default="porting", help="for the pictures")
    parser.add_argument("--quick", action="store_true", help="small pictures, few repetitions")
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    for section in (filters, layer, deblurring):
        section(arguments.folder, arguments.quick)


if __name__ == "__main__":
    main()
