"""What is behind a person: walls, rooms, streets and lights, out of focus."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import cv2
import numpy as np

from maskopt.data.people.canvas import HEIGHT, WIDTH, Color, Pixels, enlarge, lit, mix

_SCALE = 4  # backgrounds are painted on a quarter of the pixels: they are out of focus anyway
_WIDE, _HIGH = WIDTH // _SCALE, HEIGHT // _SCALE


def draw_scenery(chance: Random) -> Pixels:
    """Draw a background, [512, 384, 3]."""
    scene: Pixels = np.empty((_HIGH, _WIDE, 3), np.uint8)
    scene[:] = _any_color(chance)
    chance.choice(_KINDS)(scene, chance)
    if chance.random() < 0.8:
        cv2.GaussianBlur(scene, (0, 0), chance.uniform(0.6, 2.5), dst=scene)
    return enlarge(scene)


def _any_color(chance: Random) -> Color:
    grey = chance.uniform(25, 245)
    tint = (chance.uniform(20, 235), chance.uniform(20, 235), chance.uniform(20, 235))
    return mix((grey, grey, grey), tint, 0.7 * chance.random())


def _spot(chance: Random) -> tuple[int, int]:
    return chance.randrange(_WIDE), chance.randrange(_HIGH)


def _wall(scene: Pixels, chance: Random) -> None:
    ends = [_any_color(chance) for _ in range(2)]
    corners = np.array(
        [[ends[0], mix(ends[0], ends[1], chance.random())], [mix(ends[0], ends[1], 0.5), ends[1]]]
    ).astype(np.uint8)
    scene[:] = cv2.resize(corners, (_WIDE, _HIGH), interpolation=cv2.INTER_LINEAR)


def _room(scene: Pixels, chance: Random) -> None:
    for _ in range(chance.randint(3, 8)):
        x, y = _spot(chance)
        far = (x + chance.randint(8, 60), y + chance.randint(8, 90))
        cv2.rectangle(scene, (x - 10, y - 10), far, _any_color(chance), -1)


def _shelves(scene: Pixels, chance: Random) -> None:
    step = chance.randint(14, 26)
    for y in range(0, _HIGH, step):
        x = 0
        while x < _WIDE:
            wide = chance.randint(3, 9)
            top = y + chance.randint(1, 6)
            cv2.rectangle(scene, (x, top), (x + wide - 1, y + step - 3), _any_color(chance), -1)
            x += wide


def _stripes(scene: Pixels, chance: Random) -> None:
    other, step = _any_color(chance), chance.randint(6, 24)
    slant = chance.randint(-60, 60)
    for x in range(-60, _WIDE + 60, 2 * step):
        corners = [[x, 0], [x + step, 0], [x + step + slant, _HIGH], [x + slant, _HIGH]]
        cv2.fillPoly(scene, [np.array(corners, np.int32)], other)


def _street(scene: Pixels, chance: Random) -> None:
    horizon = chance.randint(30, 90)
    scene[:horizon] = lit((235, 205, 175), chance.uniform(0.5, 1.08))
    for _ in range(chance.randint(3, 7)):
        x, wide = chance.randrange(_WIDE), chance.randint(10, 30)
        top = chance.randint(0, horizon)
        cv2.rectangle(scene, (x, top), (x + wide, _HIGH), _any_color(chance), -1)
    for _ in range(chance.randint(0, 6)):
        green = mix((40, 90, 60), (60, 150, 110), chance.random())
        cv2.circle(scene, _spot(chance), chance.randint(5, 22), green, -1)


def _lights(scene: Pixels, chance: Random) -> None:
    for _ in range(chance.randint(8, 26)):
        cv2.circle(scene, _spot(chance), chance.randint(2, 10), _any_color(chance), -1)


_KINDS: tuple[Callable[[Pixels, Random], None], ...] = (
    _wall, _wall, _room, _room, _shelves, _stripes, _street, _lights
)  # fmt: skip
