#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Draws what `twofold map` measured: which method is the fastest, and what `automatic` loses to it.

    plot_map.py MAP.json -o FILE.svg|FILE.png

The same map gives the same file. Needs matplotlib (Debian: python3-matplotlib).
"""

import argparse
import json
import math
import statistics
import sys
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as pyplot
from matplotlib.colors import LinearSegmentedColormap, to_rgb
from matplotlib.patches import Patch, Rectangle
from matplotlib.transforms import ScaledTranslation

# Okabe and Ito's colours, which the colour-blind tell apart, too.
COLOURS = {"direct": "#0072b2", "overlap_save": "#e69f00", "whole_fft": "#009e73",
           "separable": "#cc79a7", "reference": "#7f7f7f"}
REGRETS = LinearSegmentedColormap.from_list("regret", ["#f3f0ec", "#e3a6c4", "#ae3a86", "#4d0a4b"])
INK = "#22262b"
FAINT = "#6b7178"

SHOWN_REGRET = 1.02  # below, it is the measurement's noise
DARKEST_REGRET = 1.5
CLEAR_MARGIN = 4  # from here on a method's colour is at its strongest
PALEST = 0.4

# At 800 pixels, the width of a README, a point is one pixel and a seventh.
WIDTH = 9.7
DOTS_PER_INCH = 165
LARGEST_CELL = 0.45  # inches
PANELS_LEFT, PANEL_WIDTH = (0.066, 0.564), 0.43  # of the figure
STYLE = {"font.size": 8.5, "text.color": INK, "axes.labelcolor": INK, "xtick.color": INK,
         "ytick.color": INK, "axes.spines.top": False, "axes.spines.right": False,
         "axes.spines.left": False, "axes.spines.bottom": False, "svg.hashsalt": "twofold"}


def read_map(path):
    try:
        measured = json.loads(Path(path).read_text())
        if not measured["cells"]:
            sys.exit(f"twofold: {path}: no cells")
        return measured
    except OSError as error:
        sys.exit(f"twofold: {path}: {error.strerror}")
    except (ValueError, KeyError, TypeError):
        sys.exit(f"twofold: {path}: not a map that 'twofold map' has written")


def sides(cells, what):
    return sorted({cell[what] for cell in cells})


def mixed(colour, strength):
    """The colour on white, as strong as a number from 0 to 1 says."""
    return tuple(1 - strength * (1 - part) for part in to_rgb(colour))


def ink_on(colour):
    """Black or white, whichever is read more easily: by the luminance of WCAG 2."""
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
              for part in to_rgb(colour)]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return "white" if luminance < 0.3 else INK


def winner_colour(cell):
    """Pale where another method is nearly as fast."""
    margin = min(cell["margin"] or CLEAR_MARGIN, CLEAR_MARGIN)
    strength = PALEST + (1 - PALEST) * math.log(margin) / math.log(CLEAR_MARGIN)
    return mixed(COLOURS[cell["winner"]], strength)


def margin_text(cell):
    margin = cell["margin"]
    if margin is None:
        return ""
    return f"{margin:.2f}" if margin < 1.095 else f"{margin:.1f}" if margin < 9.95 else \
        f"{margin:.0f}"


def regret_colour(cell):
    darkness = math.log(cell["regret"]) / math.log(DARKEST_REGRET)
    return REGRETS(min(darkness, 1.0))


def regret_text(cell):
    return f"{cell['regret']:.2f}" if cell["regret"] > SHOWN_REGRET else ""


def draw_cells(axes, cells, colour_of, text_of):
    images, kernels = sides(cells, "image"), sides(cells, "kernel")
    size = min(7.7, 7.7 * 14 / len(kernels))
    for cell in cells:
        x, y = kernels.index(cell["kernel"]), images.index(cell["image"])
        colour = colour_of(cell)
        axes.add_patch(Rectangle((x - 0.5, y - 0.5), 1, 1, facecolor=colour, edgecolor="white",
                                 linewidth=1))
        axes.text(x, y - 0.02, text_of(cell), ha="center", va="center_baseline", fontsize=size,
                  color=ink_on(colour[:3]))
    axes.set_xlim(-0.5, len(kernels) - 0.5)
    axes.set_ylim(-0.5, len(images) - 0.5)
    axes.set_aspect("equal")
    axes.set_xticks(range(len(kernels)), kernels)
    axes.set_yticks(range(len(images)), images)
    axes.tick_params(length=0, pad=3)
    axes.set_xlabel("kernel, n × n", labelpad=3)
    axes.set_ylabel("image, n × n", labelpad=3)


def caption(axes, title, note):
    """Above the cells, a bold line and a faint one."""
    for line, text, style in ((18, title, {"fontsize": 10, "fontweight": "bold"}),
                              (5, note, {"fontsize": 8, "color": FAINT})):
        axes.annotate(text, (0, 1), (0, line), xycoords="axes fraction",
                      textcoords="offset points", **style)


def draw_winners(axes, cells):
    draw_cells(axes, cells, winner_colour, margin_text)
    caption(axes, "Fastest method",
            "the second best time ÷ the best; no number: predicted to be > 6")
    winners = {cell["winner"] for cell in cells}
    handles = [Patch(color=colour, label=method)
               for method, colour in COLOURS.items() if method in winners]
    panel_right = PANEL_WIDTH / axes.get_position().width
    above_note = ScaledTranslation(0, 15 / 72, axes.figure.dpi_scale_trans)
    axes.legend(handles=handles, loc="lower right", bbox_to_anchor=(panel_right, 1),
                bbox_transform=axes.transAxes + above_note, ncol=len(handles), fontsize=8,
                frameon=False, borderpad=0, borderaxespad=0, handlelength=1, handleheight=1,
                handletextpad=0.5, columnspacing=1.3)


def draw_regrets(axes, cells):
    draw_cells(axes, cells, regret_colour, regret_text)
    regrets = [cell["regret"] for cell in cells]
    caption(axes, "Regret of automatic",
            "its choice's time ÷ the best; "
            f"{statistics.mean(regrets):.3f} on the mean, {max(regrets):.2f} at worst")


def what_of(measured):
    if "layer" in measured:
        return (f"{measured['layer']}, {measured['channels']} channels, {measured['filters']} "
                f"filters, padding {measured['padding']}, {measured['data_format']}")
    boundary = dict.fromkeys(measured["boundary"].values())
    return f"convolve, mode {measured['mode']}, boundary {','.join(boundary)}"


def title_of(measured):
    threads = measured["threads"]
    return (f"{what_of(measured)} · {measured['type']} · {threads} thread{'s' if threads != 1 else ''} · "
            f"{measured['isa']}")


def draw(measured):
    cells = measured["cells"]
    rows, columns = len(sides(cells, "image")), len(sides(cells, "kernel"))
    side = min(PANEL_WIDTH * WIDTH / columns, LARGEST_CELL)
    above, below = 0.77, 0.47  # inches
    height = above + rows * side + below
    figure = pyplot.figure(figsize=(WIDTH, height))
    for left, draw_panel in zip(PANELS_LEFT, (draw_winners, draw_regrets)):
        draw_panel(figure.add_axes((left, below / height, columns * side / WIDTH,
                                    rows * side / height)), cells)
    figure.text(PANELS_LEFT[0], 1 - 0.1 / height, title_of(measured), va="top", fontsize=9,
                color=FAINT)
    return figure


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("map", metavar="MAP.json")
    parser.add_argument("-o", "--output", required=True, metavar="FILE.svg|FILE.png")
    arguments = parser.parse_args()
    if Path(arguments.output).suffix not in (".svg", ".png"):
        parser.error("FILE: expected a name that ends in .svg or .png")
    measured = read_map(arguments.map)
    with pyplot.rc_context(STYLE):
        figure = draw(measured)
        try:
            metadata = {"Date": None} if arguments.output.endswith(".svg") else None
            figure.savefig(arguments.output, dpi=DOTS_PER_INCH, metadata=metadata)
        except OSError as error:
            sys.exit(f"twofold: {arguments.output}: {error.strerror}")


if __name__ == "__main__":
    main()
