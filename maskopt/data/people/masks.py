"""Masks: five kinds worn as they should be, and the ways to wear one wrongly."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

import numpy as np

from maskopt.data.people.canvas import (
    Canvas,
    Color,
    Points,
    both_sides,
    curve,
    lit,
    mix,
    moved,
    oval,
)
from maskopt.data.people.looks import Face

_WHITE: Color = (238, 238, 236)
_KINDS = ("surgical", "folded", "cloth", "sport", "printed")
_COLORS: dict[str, tuple[Color, ...]] = {
    "surgical": (_WHITE, (222, 196, 150), (196, 206, 160), (205, 190, 232)),
    "folded": (_WHITE, _WHITE, (38, 36, 36), (150, 148, 146)),
    "cloth": ((40, 38, 38), (110, 84, 60), (70, 60, 150), (185, 170, 150), (150, 120, 60)),
    "sport": ((30, 30, 32), (96, 92, 90), (150, 110, 40), (60, 110, 70)),
    "printed": (_WHITE, (214, 190, 200), (130, 120, 90), (90, 160, 200), (205, 200, 160)),
}


@dataclass(frozen=True)
class Mask:
    """A mask, and a second colour for what is on it."""

    kind: str
    color: Color
    second: Color


@dataclass(frozen=True)
class Wearing:
    """Where a mask sits on a face, in face coordinates.

    Attributes:
        top: y of its upper edge over the nose; the nose ends at 0.4, the mouth at 0.7.
        bottom: y of its lower edge; the chin is at 1.02.
        wide: Half its width as a share of the face's.
        shift: x of its middle.
        tilt: Radians that it hangs askew.
    """

    top: float
    bottom: float
    wide: float = 0.93
    shift: float = 0.0
    tilt: float = 0.0


def draw_masks(chance: Random) -> list[Mask]:
    """Draw a person's five masks, one of each kind in any order."""
    kinds = chance.sample(_KINDS, len(_KINDS))
    return [_mask(kind, chance) for kind in kinds]


def _mask(kind: str, chance: Random) -> Mask:
    tint = (chance.uniform(20, 240), chance.uniform(20, 240), chance.uniform(20, 240))
    color = mix(chance.choice(_COLORS[kind]), tint, 0.12 if kind != "surgical" else 0.05)
    return Mask(kind, color, tint)


def worn_rightly(chance: Random) -> Wearing:
    """Draw how a mask sits that covers nose, mouth and chin."""
    return Wearing(
        top=chance.gauss(0.12, 0.03),
        bottom=chance.gauss(1.06, 0.03),
        wide=chance.uniform(0.9, 0.97),
        tilt=chance.gauss(0.0, 0.03),
    )


def worn_wrongly(chance: Random) -> Wearing:
    """Draw one of the wrong ways: under the nose, on the chin, over the eyes, off one ear."""
    tilt, way = chance.gauss(0.0, 0.05), chance.random()
    if way < 0.48:
        return Wearing(chance.uniform(0.38, 0.52), chance.uniform(1.1, 1.22), 0.93, tilt=tilt)
    if way < 0.88:
        return Wearing(chance.uniform(0.72, 0.86), chance.uniform(1.16, 1.32), 0.8, tilt=tilt)
    if way < 0.95:
        return Wearing(chance.uniform(-0.42, -0.3), chance.uniform(0.36, 0.5), 1.0, tilt=tilt)
    side = chance.choice((-1.0, 1.0))
    return Wearing(
        0.2, 1.0, 0.5, side * chance.uniform(0.55, 0.7), side * chance.uniform(0.2, 0.5)
    )


def draw_mask(canvas: Canvas, face: Face, mask: Mask, wearing: Wearing) -> None:
    """Draw a mask on a face, straps first."""
    edge = both_sides(_outline(face, mask, wearing))
    _straps(canvas, face, mask, wearing)
    canvas.soften(_sit(moved(edge * (1.02, 1.0), 0.0, 0.02), wearing), 0.9)
    canvas.fill(_sit(edge, wearing), mask.color)
    canvas.soften(_sit(edge * (0.92, 1.0), wearing), 1.0)
    canvas.soften(_sit(oval(0.0, _middle(wearing), 0.3, 0.18), wearing), 1.07)
    if mask.kind in ("surgical", "cloth"):
        _pleats(canvas, face, mask, wearing)
    elif mask.kind == "printed":
        _print(canvas, mask, wearing)
    else:
        _seam(canvas, face, mask, wearing)


def _middle(wearing: Wearing) -> float:
    return 0.5 * (wearing.top + wearing.bottom)


def _sit(points: Points, wearing: Wearing) -> Points:
    """Move a mask's points, drawn around x = 0, to where it hangs."""
    if not wearing.tilt and not wearing.shift:
        return points
    cosine, sine = np.cos(wearing.tilt), np.sin(wearing.tilt)
    axis = np.array((0.0, _middle(wearing)))
    turned = (points - axis) @ np.array([[cosine, sine], [-sine, cosine]])
    return moved(turned, axis[0] + wearing.shift, axis[1])


def _outline(face: Face, mask: Mask, wearing: Wearing) -> Points:
    top, low, wide = wearing.top, wearing.bottom, wearing.wide * face.width
    high = low - top
    if mask.kind in ("folded", "sport"):  # a beak: pointed over nose and chin
        return curve(
            (0.0, top), (0.22, top + 0.02), (wide * 0.75, top + 0.18 * high),
            (wide * 1.05, top + 0.24 * high), (wide, top + 0.5 * high),
            (wide * 0.75, top + 0.86 * high), (0.2, low), (0.1, low + 0.02), (0.0, low + 0.02),
        )  # fmt: skip
    return curve(
        (0.0, top), (0.24, top), (wide * 0.9, top + 0.12 * high), (wide * 1.04, top + 0.2 * high),
        (wide, top + 0.6 * high), (wide * 0.92, top + 0.84 * high), (0.42, low - 0.02),
        (0.2, low + 0.02), (0.0, low + 0.02),
    )  # fmt: skip


def _straps(canvas: Canvas, face: Face, mask: Mask, wearing: Wearing) -> None:
    color = _WHITE if mask.kind == "surgical" else lit(mask.color, 0.85)
    high = wearing.bottom - wearing.top
    for side in (-1.0, 1.0):
        if wearing.shift * side < 0.0:
            continue  # hangs off the other ear
        ear = side * (face.width + 0.03)
        for start, end in ((0.2, -0.02), (0.72, 0.3)):
            knot = np.array(
                [(side * wearing.wide * face.width * 0.94, wearing.top + start * high)]
            )
            x, y = _sit(knot, wearing)[0]
            canvas.stroke([(x, y), (ear, end)], color, 0.028, 0.4)


def _pleats(canvas: Canvas, face: Face, mask: Mask, wearing: Wearing) -> None:
    wide, high = wearing.wide * face.width * 0.9, wearing.bottom - wearing.top
    for share in (0.3, 0.5, 0.7):
        y = wearing.top + share * high
        pleat = curve((-wide, y), (0.0, y + 0.07), (wide, y))
        canvas.stroke(_sit(pleat, wearing), lit(mask.color, 0.84), 0.02)
        canvas.soften(_sit(moved(pleat, 0.0, 0.03), wearing), 0.93, 0.05)


def _seam(canvas: Canvas, face: Face, mask: Mask, wearing: Wearing) -> None:
    dark, wide = lit(mask.color, 0.82), wearing.wide * face.width * 0.95
    y, high = _middle(wearing), wearing.bottom - wearing.top
    if mask.kind == "folded":
        for shift in (-0.17, 0.17):
            y_end = y + 0.6 * shift * high
            fold = curve((-wide, y_end), (0.0, y + 2.4 * shift * high), (wide, y_end))
            canvas.stroke(_sit(fold, wearing), dark, 0.02)
        return
    seam = curve((0.0, wearing.top), (0.03, y), (0.0, wearing.bottom))
    canvas.stroke(_sit(seam, wearing), dark, 0.025)
    canvas.fill(_sit(oval(wide * 0.55, y + 0.05, 0.07, 0.07), wearing), mask.second)


def _print(canvas: Canvas, mask: Mask, wearing: Wearing) -> None:
    high = wearing.bottom - wearing.top
    for row, share in enumerate((0.28, 0.5, 0.72)):
        for step in range(-2, 3):
            x = 0.21 * step + 0.1 * (row % 2)
            if abs(x) < 0.55 - 0.2 * share:
                dot = oval(x, wearing.top + share * high, 0.055, 0.05)
                canvas.fill(_sit(dot, wearing), mask.second)
