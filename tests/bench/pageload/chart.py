# SPDX-License-Identifier: MIT
"""The plot, an SVG of its own making: for each browser a grid of panels, a row for each round trip and a column for each
rate. In a panel stand three bars for each thinking time: LCP of first visits. A line across a bar is FCP, a dot LCP of
repeat visits. Panels of a row have one scale. Colours are for light and dark backgrounds alike.
"""
from statistics import median
from xml.sax.saxutils import escape

from measure import FIRST, REPEAT, Setting
from page import DELIVERED, INLINED, PLAIN, VARIANTS

COLOURS = {PLAIN: "#8f8f8f", INLINED: "#4f8fd0", DELIVERED: "#d98032"}
PANEL_WIDTH, PANEL_HEIGHT, GAP_X, GAP_Y = 270, 120, 34, 46
LEFT, TOP = 62, 76
STYLE = """<style>
  text { font: 11px sans-serif; fill: #444 } .small { font-size: 8px } .title { font-size: 14px; font-weight: bold }
  .axis { stroke: #8f8f8f; stroke-width: 1 } .grid { stroke: #8f8f8f; stroke-opacity: .3 }
  .mark { stroke: #222; stroke-width: 1.5 } .dot { fill: #222; stroke: #fff; stroke-width: .7 }
  @media (prefers-color-scheme: dark) { text { fill: #ccc } .mark { stroke: #eee } .dot { fill: #eee; stroke: #000 } }
</style>"""


def text(x, y, content, anchor="start", kind=""):
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" class="{kind}">{escape(str(content))}</text>'


def line(x1, y1, x2, y2, kind):
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" class="{kind}"/>'


def rectangle(x, y, width, height, colour):
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" fill="{colour}"/>'


def dot(x, y):
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.6" class="dot"/>'


def step_of(most):
    """Between grid lines, in ms: at most five of them."""
    return next(step for step in (10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, most) if most / step <= 5)


class Cell:
    """The medians of one setting in one browser, by variant."""

    def __init__(self, first, repeat):
        def medians(rounds, value):
            return {variant: median(loads[variant][value] for loads in rounds.values()) for variant in VARIANTS}
        self.lcp, self.fcp, self.repeat = medians(first, "lcp_ms"), medians(first, "fcp_ms"), medians(repeat, "lcp_ms")
        self.most = max([*self.lcp.values(), *self.repeat.values()])


def bars(cell, x, width, bottom, scale):
    parts = []
    each = width / len(VARIANTS)
    for number, variant in enumerate(VARIANTS):
        left, top = x + number * each + 1, bottom - cell.lcp[variant] * scale
        fcp, repeat = (bottom - value[variant] * scale for value in (cell.fcp, cell.repeat))
        middle = left + each / 2 - 1
        parts += [rectangle(left, top, each - 2, bottom - top, COLOURS[variant]), line(left, fcp, left + each - 2, fcp, "mark"),
                  dot(middle, repeat), text(middle, top - 3, f"{cell.lcp[variant]:.0f}", "middle", "small")]
    return parts


def panel(cells, x, y, most):
    """`cells`: {thinking time: Cell or None}."""
    bottom, scale = y + PANEL_HEIGHT, PANEL_HEIGHT / (most * 1.1)
    parts = []
    step = step_of(most)
    for number in range(1, int(most / step) + 1):
        height = bottom - number * step * scale
        parts += [line(x, height, x + PANEL_WIDTH, height, "grid"), text(x - 4, height + 3, number * step, "end", "small")]
    parts.append(line(x, bottom, x + PANEL_WIDTH, bottom, "axis"))
    group = PANEL_WIDTH / len(cells)
    for number, (think_ms, cell) in enumerate(cells.items()):
        if cell:
            parts += bars(cell, x + number * group + group * 0.08, group * 0.84, bottom, scale)
        parts.append(text(x + (number + 0.5) * group, bottom + 13, f"{think_ms} ms", "middle"))
    return parts


def grid(results, browser, settings, top):
    """One browser's panels from `top` downwards; returns (parts, the bottom)."""
    rtts, rates, thinks = (sorted({getattr(one, name) for one in settings}) for name in ("rtt_ms", "mbit", "think_ms"))
    parts = [text(LEFT, top - 24, f"{browser.name}, delivered by {browser.way}", kind="title")]
    cells = {}
    for setting in settings:
        first, repeat = (results.of(setting, browser.key, visit) for visit in (FIRST, REPEAT))
        if first and repeat:
            cells[setting] = Cell(first, repeat)
    for rtt_ms in rtts:
        most = max((cell.most for setting, cell in cells.items() if setting.rtt_ms == rtt_ms), default=1)
        for column, mbit in enumerate(rates):
            x = LEFT + column * (PANEL_WIDTH + GAP_X)
            here = {think_ms: cells.get(Setting(rtt_ms, mbit, think_ms)) for think_ms in thinks}
            parts += [text(x + PANEL_WIDTH / 2, top - 4, f"RTT {rtt_ms:g} ms, {mbit:g} Mbit/s", "middle"),
                      *panel(here, x, top, most)]
        top += PANEL_HEIGHT + GAP_Y
    return parts, top


def legend(y):
    parts, x = [text(LEFT, y, "LCP of first visits in ms, by how long the application thinks")], LEFT
    y += 20
    for variant in VARIANTS:
        parts += [rectangle(x, y - 9, 10, 10, COLOURS[variant]), text(x + 15, y, variant)]
        x += 90
    parts += [line(x, y - 4, x + 14, y - 4, "mark"), text(x + 19, y, "FCP")]
    return [*parts, dot(x + 67, y - 4), text(x + 75, y, "LCP of repeat visits")]


def svg(results, browsers):
    """The whole picture."""
    settings = results.settings()
    columns = max(len({setting.mbit for setting in settings}), 2)
    parts, top = legend(20), TOP
    for browser in browsers:
        more, top = grid(results, browser, settings, top + 14)
        parts += more
    width = LEFT + columns * (PANEL_WIDTH + GAP_X)
    return (f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{top}" viewBox="0 0 {width} {top}">\n{STYLE}\n'
            + "\n".join(parts) + "\n</svg>\n")
