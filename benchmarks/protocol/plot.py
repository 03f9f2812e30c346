"""Regret against the share of the budget, as a picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from protocol.clock import GRID
from protocol.figures import Curves

WIDTH, HEIGHT, LEFT, TOP, RIGHT, BOTTOM = 760, 420, 60, 50, 170, 50
COLOURS = {
    "maskopt": "#0969da",
    "maskopt_warm": "#1a7f37",
    "ray_stock": "#cf222e",
    "tpe_hyperband": "#bc4c00",
    "tpe": "#8250df",
    "random_asha": "#9a6700",
    "random": "#59636e",
}
FIRST = 0.01


def draw(curves: Curves, tasks: Sequence[str], title: str) -> str:
    """Return an SVG with one line a strategy: regret against the logarithm of the budget."""
    lines = {
        name: np.mean([curves[name][t].mean(axis=0) for t in tasks], axis=0) for name in curves
    }
    top = max(0.2, float(max(line[_first()] for line in lines.values())))
    low = min(0.0, float(min(line.min() for line in lines.values())))
    parts = [*_frame(title, low, top), *_lines(lines, low, top)]
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}"'
    font = 'font-family="system-ui, sans-serif" font-size="13"'
    return "\n".join(
        [f"{head} {font}>", '<rect width="100%" height="100%" fill="#fff"/>', *parts, "</svg>\n"]
    )


def _first() -> int:
    return int(np.searchsorted(GRID, FIRST))


def _x(share: float) -> float:
    return LEFT + (WIDTH - LEFT - RIGHT) * float(np.log(share / FIRST) / np.log(1 / FIRST))


def _y(value: float, low: float, top: float) -> float:
    return TOP + (HEIGHT - TOP - BOTTOM) * (top - value) / (top - low)


def _frame(title: str, low: float, top: float) -> list[str]:
    parts = [f'<text x="{LEFT}" y="26" font-size="16" font-weight="600">{title}</text>']
    for share in (0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0):
        x, y = _x(share), float(HEIGHT - BOTTOM)
        parts.append(f'<line x1="{x:.1f}" y1="{TOP}" x2="{x:.1f}" y2="{y}" stroke="#eaeef2"/>')
        parts.append(f'<text x="{x:.1f}" y="{y + 20}" text-anchor="middle">{share:.0%}</text>')
    for value in np.arange(np.ceil(low * 10) / 10, top, 0.1):
        y = _y(float(value), low, top)
        parts.append(
            f'<line x1="{LEFT}" y1="{y:.1f}" x2="{WIDTH - RIGHT}" y2="{y:.1f}" stroke="#eaeef2"/>'
        )
        parts.append(
            f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{value + 0:.1f}</text>'
        )
    parts.append(
        f'<text x="{LEFT}" y="{HEIGHT - 10}">share of the budget; lower regret is better</text>'
    )
    return parts


def _lines(lines: Mapping[str, np.ndarray], low: float, top: float) -> list[str]:
    parts, taken = [], list[float]()
    for name, line in sorted(lines.items(), key=lambda each: -each[1][-1]):
        shown = range(_first(), len(GRID), 3)
        points = " ".join(
            f"{_x(GRID[at]):.1f},{_y(min(line[at], top), low, top):.1f}" for at in shown
        )
        colour, wide = COLOURS[name], 3 if name.startswith("maskopt") else 1.6
        parts.append(
            f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="{wide}"/>'
        )
        y = _y(line[-1], low, top) + 4
        y = max(y, taken[-1] + 15) if taken else y
        taken.append(y)
        parts.append(
            f'<text x="{WIDTH - RIGHT + 8}" y="{y:.1f}" fill="{colour}">'
            f"{name} {line[-1]:.2f}</text>"
        )
    return parts
