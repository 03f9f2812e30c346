"""Hair: what hangs behind the head, and what lies over skull and forehead."""

from __future__ import annotations

from random import Random

import numpy as np

from maskopt.data.people.canvas import Canvas, Color, Points, both_sides, curve, lit, mix, oval
from maskopt.data.people.looks import GREY_HAIR, Looks

_HANGING = ("long", "bob", "mop")


def draw_hair_behind(canvas: Canvas, looks: Looks) -> None:
    """Draw the hair that head and shoulders cover."""
    hair, wide = looks.hair, looks.face.width + looks.hair.volume
    dark = lit(hair.color, 0.82)
    if hair.style == "long":
        canvas.fill(both_sides(_mane(wide + 0.06, hair.length)), dark, 0.0)
    elif hair.style == "bob":
        canvas.fill(both_sides(_mane(wide + 0.08, 0.75 + 0.15 * hair.length)), dark, 0.0)
    elif hair.style == "bun":
        canvas.fill(oval(hair.part * 0.5, -1.18 - hair.volume, 0.27, 0.25), dark, 0.0)
    elif hair.style == "tied":
        side = 1.0 if hair.part > 0 else -1.0
        tail = curve(
            (side * 0.4, -0.75), (side * 1.15, -0.7), (side * 0.98, 0.3), (side * 0.95, 1.0),
            (side * 0.8, hair.length * 0.8), (side * 0.55, 0.6), (side * 0.6, -0.2),
        )  # fmt: skip
        canvas.fill(tail, dark, 0.0)
    elif hair.style == "curls":
        for angle in np.linspace(-0.35, 1.15, 9):
            x, y = (wide + 0.02) * np.cos(np.pi * angle), -0.3 - 0.75 * np.sin(np.pi * angle)
            canvas.fill(oval(x, y, 0.26, 0.26), dark, 0.0)


def _mane(wide: float, end: float) -> Points:
    return curve(
        (0.0, -1.1), (wide * 0.95, -1.12), (wide, -0.2), (wide + 0.06, 0.3),
        (wide + 0.02, end - 0.1), (wide * 0.9, end + 0.06), (0.2, end),
    )  # fmt: skip


def draw_hair(canvas: Canvas, looks: Looks, chance: Random) -> None:
    """Draw the hair over skull, temples and forehead.

    Args:
        canvas: Where the head is drawn already.
        looks: The person's.
        chance: Of this photo: single strands never lie the same way twice.
    """
    hair = looks.hair
    if hair.style == "bald":
        _wreath(canvas, looks)
        return
    color = mix(hair.color, looks.face.skin, 0.35) if hair.style == "buzz" else hair.color
    cap = np.concatenate([_skull(looks), _hairline(looks)])
    canvas.fill(cap, color, 0.35)
    if hair.style == "curls":
        _curls(canvas, looks)
    if hair.fringe and hair.style != "buzz":
        _fringe(canvas, looks)
    if hair.style in _HANGING:
        _locks(canvas, looks)
    if hair.style != "buzz":
        _strands(canvas, looks, chance)
    canvas.soften(oval(hair.part - 0.1, -0.86, 0.3, 0.09), 1.18, depth=0.3)


def _skull(looks: Looks) -> Points:
    """The hair's outer edge from the left temple over the top to the right one."""
    hair = looks.hair
    puff = {"buzz": 0.02, "tied": 0.04, "bun": 0.04, "short": 0.08, "curls": 0.12}
    off = puff.get(hair.style, 0.03 + hair.volume)
    wide, ear = looks.face.width + off, 0.12 if hair.style in ("short", "side", "buzz") else 0.2
    half = curve(
        (0.0, -1.02 - off), (wide, -1.04 - off), (wide, -0.25), (wide, 0.0), (wide - 0.06, ear)
    )
    return np.concatenate([(half * (-1.0, 1.0))[::-1], half])


def _hairline(looks: Looks) -> Points:
    """The hair's inner edge from the right temple over the forehead to the left one."""
    hair, wide = looks.hair, looks.face.width
    top = -0.58 - 0.3 * hair.receding
    corner = -0.42 - 0.42 * hair.receding
    temple = wide - 0.07
    right = curve((temple, 0.1), (temple - 0.02, -0.2), (temple - 0.1, corner))
    left = curve((-temple + 0.1, corner), (-temple + 0.02, -0.2), (-temple, 0.1))
    bend = top - 0.22 * (hair.style in ("side", "long", "bob")) * (1.0 - hair.receding)
    middle = curve(
        (temple - 0.1, corner), (hair.part + 0.25, bend), (hair.part, top - 0.06),
        (hair.part - 0.25, bend + 0.05), (-temple + 0.1, corner),
    )  # fmt: skip
    return np.concatenate([right, middle, left])


def _fringe(canvas: Canvas, looks: Looks) -> None:
    hair, wide = looks.hair, looks.face.width - 0.08
    low = -0.5 + 0.28 * hair.fringe
    tips = np.linspace(wide, -wide, 20)
    wave = np.where(np.arange(20) % 2, -0.05, 0.02) - 0.1 * np.abs(tips - hair.part) ** 2
    edge = np.stack([tips, low + wave], axis=1)
    roof = [(-wide, -0.62), (-0.3, -0.9), (0.3, -0.9), (wide, -0.62)]
    canvas.fill(np.concatenate([np.array(roof), edge]), hair.color, 0.6)
    canvas.soften([(-wide, low + 0.06), (wide, low + 0.06)], 0.84, 0.1)


def _locks(canvas: Canvas, looks: Looks) -> None:
    hair, wide = looks.hair, looks.face.width
    ends = {"long": hair.length, "bob": 0.62 + 0.15 * hair.length, "mop": 0.3}
    end = ends[hair.style]
    inner = wide - 0.02 - 0.1 * hair.fringe
    for side in (-1.0, 1.0):
        lock = curve(
            (side * (wide - 0.25), -0.8), (side * (wide + 0.12), -0.7), (side * (wide + 0.1), 0.0),
            (side * (wide + 0.16), 0.5 * end), (side * (wide + 0.02), end),
            (side * inner, 0.5 * end), (side * inner, 0.0), (side * inner, -0.4),
            (side * (wide - 0.25), -0.8),
        )  # fmt: skip
        canvas.fill(lock, hair.color, 0.0)


def _curls(canvas: Canvas, looks: Looks) -> None:
    wide = looks.face.width + 0.08
    for count, angle in enumerate(np.linspace(0.0, 1.0, 8)):
        x, y = wide * np.cos(np.pi * angle), -0.28 - 0.68 * np.sin(np.pi * angle)
        canvas.fill(oval(x, y, 0.2, 0.19), lit(looks.hair.color, 0.9 + 0.12 * (count % 2)), 0.2)


def _wreath(canvas: Canvas, looks: Looks) -> None:
    wide = looks.face.width + 0.02
    for side in (-1.0, 1.0):
        patch = curve(
            (side * (wide - 0.1), -0.55), (side * (wide + 0.1), -0.4), (side * wide, 0.15),
            (side * (wide - 0.12), 0.1), (side * (wide - 0.1), -0.55),
        )  # fmt: skip
        canvas.fill(patch, looks.hair.color, 0.2)
    canvas.soften(oval(looks.hair.part, -0.78, 0.22, 0.1), 1.25)


def _strands(canvas: Canvas, looks: Looks, chance: Random) -> None:
    hair, wide = looks.hair, looks.face.width
    shine, gloom = lit(mix(hair.color, (150, 160, 170), 0.15), 1.1), lit(hair.color, 0.75)
    white: Color = mix(hair.color, GREY_HAIR, 0.75)
    for _ in range(9):
        x = chance.uniform(-wide, wide) * 0.95
        color = white if chance.random() < 1.6 * hair.grey else chance.choice((shine, gloom))
        top, low = -1.0 + 0.2 * x * x, -0.62 + 0.5 * abs(x) ** 3
        bow = curve((0.5 * (x + hair.part), top), (x, top + 0.05), (x * 1.04, low))
        canvas.stroke(bow, color, 0.02, 0.3)
