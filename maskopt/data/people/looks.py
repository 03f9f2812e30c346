"""How a person looks, given gender and age: overlapping chances, never a rule.

Every cue is drawn by itself around what is common for the gender and for the age that the person
seems to have, which is some years off the true one. So no single cue decides, all of them
together mostly do, and people near 30 or 60 stay ambiguous.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp
from random import Random

from maskopt.data.people.canvas import Color, lit, mix

GREY_HAIR: Color = (205, 204, 202)
_NATURAL_HAIR: tuple[Color, ...] = ((22, 20, 24), (28, 28, 36), (26, 34, 48), (30, 44, 66))
_DYED_HAIR: tuple[Color, ...] = (
    (52, 78, 122), (46, 56, 118), (98, 146, 186), (150, 168, 190), (120, 84, 150)
)  # fmt: skip
_SKINS: tuple[Color, ...] = ((170, 200, 238), (150, 184, 226), (132, 168, 212), (112, 148, 196))
_LIPS: tuple[Color, ...] = ((90, 84, 200), (110, 100, 214), (74, 60, 176), (120, 120, 216))


@dataclass(frozen=True)
class Hair:
    """Hair on a head.

    Attributes:
        style: A name that `hair` can draw.
        length: y where long hair ends, in face coordinates.
        volume: How far it stands off the skull.
        fringe: How far it falls over the forehead, 0 to 1.
        receding: How far the forehead has grown, 0 to 1.
        grey: Share of grey, 0 to 1.
        part: x of the parting.
    """

    style: str
    color: Color
    length: float
    volume: float
    fringe: float
    receding: float
    grey: float
    part: float


@dataclass(frozen=True)
class Face:
    """A face's shape and skin; numbers in face coordinates or 0 to 1."""

    width: float
    jaw: float  # 0 pointed, 1 square
    fullness: float  # of the cheeks
    eye_size: float
    eye_gap: float
    eye_tilt: float
    iris: Color
    lashes: float
    brow: float  # thickness
    brow_arch: float
    nose: float
    lips: float
    lip_color: Color
    blush: float
    skin: Color
    stubble: float
    beard: str  # "", "moustache", "goatee", "full"
    wrinkles: float
    sag: float
    spots: tuple[tuple[float, float, float], ...]  # x, y, radius
    glasses: str  # "", "round", "square", "half"
    earrings: bool


@dataclass(frozen=True)
class Clothes:
    """What is worn below the face; `shoulders` is half their width."""

    kind: str
    color: Color
    second: Color
    shoulders: float
    neck: float


@dataclass(frozen=True)
class Looks:
    """All that stays the same in a person's photos."""

    hair: Hair
    face: Face
    clothes: Clothes


def draw_looks(gender: str, age: int, chance: Random) -> Looks:
    """Draw a person's looks.

    Args:
        gender: `female` or `male`.
        age: In years; 60 stands for 60 and more.
        chance: Where all randomness comes from.
    """
    female = gender == "female"
    seeming = age + chance.gauss(0.0, 2.5)
    if age >= 60:
        seeming += abs(chance.gauss(0.0, 7.0)) + 1.5
    hair = _hair(female, seeming, chance)
    return Looks(hair, _face(female, seeming, hair, chance), _clothes(female, seeming, chance))


def _unit(value: float) -> float:
    return min(max(value, 0.0), 1.0)


def _rise(value: float, middle: float, width: float) -> float:
    return 1.0 / (1.0 + exp((middle - value) / width))


def _one(chance: Random, shares: dict[str, float]) -> str:
    """Draw a name by its share."""
    return chance.choices(list(shares), list(shares.values()))[0]


def _hair(female: bool, seeming: float, chance: Random) -> Hair:
    old = _rise(seeming, 50.0, 5.0)
    if female:
        shares = {
            "long": 0.42 * (1 - old) + 0.06, "bob": 0.22 + 0.1 * old, "tied": 0.24, "bun": 0.1,
            "short": 0.07, "curls": 0.04 + 0.55 * old,
        }  # fmt: skip
    else:
        shares = {
            "short": 0.4, "side": 0.34, "buzz": 0.1, "mop": 0.3 * (1 - old),
            "long": 0.035 * (1 - old), "bald": 0.02 + 0.16 * old,
        }  # fmt: skip
    style = _one(chance, shares)
    grey = _unit(_rise(seeming + chance.gauss(0.0, 2.5), 59.0, 2.2) * 1.1 - 0.05)
    if chance.random() < (0.15 if female else 0.1):
        grey *= 0.15  # dyed back
    bright = chance.random() < (0.34 if female else 0.16) * (1.1 - _rise(seeming, 34.0, 4.0))
    color = chance.choice(_DYED_HAIR if bright else _NATURAL_HAIR)
    fringed = chance.random() < 0.8 - 0.7 * _rise(seeming, 32.0, 3.0)
    receding = 0.0 if female else _unit(_rise(seeming, 50.0, 7.0) + chance.gauss(-0.1, 0.2))
    return Hair(
        style=style,
        color=mix(lit(color, chance.uniform(0.8, 1.25)), GREY_HAIR, 0.9 * grey),
        length=chance.uniform(1.15, 2.1) - 0.5 * old,
        volume=chance.uniform(0.05, 0.14),
        fringe=chance.uniform(0.5, 1.0) if fringed and receding < 0.5 else 0.0,
        receding=receding,
        grey=grey,
        part=chance.uniform(-0.35, 0.35),
    )


def _skin(female: bool, seeming: float, chance: Random) -> Color:
    skin = mix(chance.choice(_SKINS), chance.choice(_SKINS), chance.random())
    light = (1.03 if female else 0.97) - 0.0014 * (seeming - 30.0)
    dull = mix(skin, (130, 158, 186), _unit(0.006 * (seeming - 25.0)))
    return lit(dull, light + chance.gauss(0.0, 0.03))


def _face(female: bool, seeming: float, hair: Hair, chance: Random) -> Face:
    def around(woman: float, man: float, spread: float) -> float:
        return chance.gauss(woman if female else man, spread)

    skin = _skin(female, seeming, chance)
    worn = _unit(_rise(seeming + chance.gauss(0.0, 2.5), 41.0, 6.0))
    made_up = female and chance.random() < 0.65
    lips = chance.choice(_LIPS) if made_up else mix(skin, (85, 85, 180), 0.65)
    beards = {"": 0.74, "moustache": 0.08, "goatee": 0.1, "full": 0.08}
    return Face(
        width=around(0.70, 0.75, 0.025),
        jaw=_unit(around(0.25, 0.72, 0.17)),
        fullness=_unit(chance.gauss(0.75 - 0.5 * worn, 0.15)),
        eye_size=around(1.14, 0.98, 0.07) - 0.32 * worn,
        eye_gap=chance.gauss(0.31, 0.012),
        eye_tilt=chance.gauss(-0.06 + 0.14 * worn, 0.04),
        iris=chance.choice(((20, 30, 50), (24, 40, 70), (16, 18, 26), (40, 60, 90))),
        lashes=_unit(around(0.75 if made_up else 0.45, 0.1, 0.15)),
        brow=around(0.040, 0.082, 0.012) * (1.0 - 0.25 * worn),
        brow_arch=around(0.075, 0.03, 0.02),
        nose=around(0.135, 0.165, 0.015) + 0.02 * worn,
        lips=around(0.085, 0.062, 0.012) * (1.0 - 0.3 * worn),
        lip_color=lips,
        blush=_unit(around(0.6, 0.25, 0.2) - 0.6 * worn),
        skin=skin,
        stubble=0.0 if female else _unit(chance.gauss(0.35, 0.3)),
        beard="" if female else _one(chance, beards),
        wrinkles=_unit(
            0.45 * _rise(seeming, 38.0, 4.0)
            + 0.6 * _rise(seeming + chance.gauss(0.0, 2.5), 60.0, 3.0)
        ),
        sag=worn,
        spots=_spots(seeming, chance),
        glasses=_glasses(seeming, chance),
        earrings=chance.random() < (0.4 if female else 0.04),
    )


def _spots(seeming: float, chance: Random) -> tuple[tuple[float, float, float], ...]:
    count = int(chance.random() * 3 + 9 * _rise(seeming, 60.0, 4.0) * chance.random())
    return tuple(
        (chance.uniform(-0.55, 0.55), chance.uniform(-0.5, 0.8), chance.uniform(0.012, 0.035))
        for _ in range(count)
    )


def _glasses(seeming: float, chance: Random) -> str:
    old = _rise(seeming, 57.0, 4.0)
    if chance.random() > 0.22 + 0.2 * old:
        return ""
    return _one(chance, {"round": 0.5 * (1.1 - old), "square": 0.5, "half": 0.05 + 0.6 * old})


def _clothes(female: bool, seeming: float, chance: Random) -> Clothes:
    old = _rise(seeming, 36.0, 4.0)
    shares = {
        "tee": 0.3 - 0.12 * old, "hoodie": 0.34 * (1.05 - old), "shirt": 0.12 if female else 0.26,
        "suit": 0.07 if female else 0.16, "blouse": 0.24 if female else 0.01,
        "cardigan": 0.06 + 0.24 * old, "turtleneck": 0.09, "scarf": 0.06,
    }  # fmt: skip
    return Clothes(
        kind=_one(chance, shares),
        color=_cloth_color(female, old, chance),
        second=_cloth_color(female, old, chance),
        shoulders=chance.gauss(1.43 if female else 1.57, 0.11),
        neck=chance.gauss(0.36 if female else 0.46, 0.035),
    )


def _cloth_color(female: bool, old: float, chance: Random) -> Color:
    vivid = (chance.uniform(30, 235), chance.uniform(30, 235), chance.uniform(30, 235))
    usual: Color = (150, 140, 205) if chance.random() < (0.6 if female else 0.3) else (110, 82, 62)
    sober = mix(usual, (96, 100, 108), chance.random())
    return mix(vivid, sober, 0.2 + 0.5 * chance.random() + 0.1 * old)
