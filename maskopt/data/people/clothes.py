"""Neck, shoulders and what is worn on them."""

from __future__ import annotations

from collections.abc import Callable

from maskopt.data.people.canvas import Canvas, Color, Points, both_sides, curve, lit, oval
from maskopt.data.people.looks import Clothes, Looks

_FAR = 4.5  # below every photo's lower edge


def draw_body(canvas: Canvas, looks: Looks) -> None:
    """Draw neck and shoulders, dressed."""
    clothes, skin = looks.clothes, lit(looks.face.skin, 0.93)
    canvas.fill(both_sides(_torso(clothes, 1.5)), clothes.color, 0.0)
    canvas.fill(both_sides(_neck(clothes)), skin, 0.0)
    canvas.soften(oval(0.0, 1.05, clothes.neck + 0.1, 0.28), 0.72, depth=0.0)
    _KINDS[clothes.kind](canvas, clothes, skin)
    _folds(canvas, clothes)


def _torso(clothes: Clothes, collar: float) -> Points:
    wide, neck = clothes.shoulders, clothes.neck
    return curve(
        (neck * 0.9, collar - 0.12), (neck + 0.2, collar + 0.1), (wide * 0.72, collar + 0.2),
        (wide, collar + 0.28), (wide + 0.08, collar + 0.75), (wide + 0.15, 3.0), (wide, _FAR),
    )  # fmt: skip


def _neck(clothes: Clothes) -> Points:
    neck = clothes.neck
    return curve((neck, 0.5), (neck * 0.95, 1.1), (neck + 0.1, 1.5), (neck, 1.75), (0.0, 1.85))


def _folds(canvas: Canvas, clothes: Clothes) -> None:
    dark = lit(clothes.color, 0.8)
    for side in (-1.0, 1.0):
        x = side * clothes.shoulders
        canvas.stroke(curve((x * 0.8, 2.1), (x * 0.72, 2.5), (x * 0.78, 3.2)), dark, 0.03, 0.0)
        canvas.soften([(x * 1.05, 1.9), (x * 1.1, 3.6)], 0.8, 0.25, 0.0)


def _tee(canvas: Canvas, clothes: Clothes, skin: Color) -> None:
    rim = curve((-clothes.neck - 0.1, 1.45), (0.0, 2.1), (clothes.neck + 0.1, 1.45))
    canvas.stroke(rim, lit(clothes.color, 0.75), 0.07, 0.0)
    if clothes.second[0] > 120:  # a print
        canvas.fill(oval(0.0, 2.75, 0.42, 0.3), clothes.second, 0.0)


def _hoodie(canvas: Canvas, clothes: Clothes, skin: Color) -> None:
    wide, dark = clothes.neck + 0.12, lit(clothes.color, 0.7)
    hood = curve(
        (wide - 0.08, 0.95), (wide + 0.42, 1.2), (wide + 0.3, 1.6), (0.4, 2.1), (0.0, 2.2)
    )
    canvas.fill(both_sides(hood), lit(clothes.color, 0.88), 0.0)
    opening = curve((wide, 1.05), (wide + 0.1, 1.6), (0.0, 2.0))
    canvas.fill(both_sides(opening), dark, 0.0)
    canvas.fill(both_sides(_neck(clothes) * (0.9, 0.98)), skin, 0.0)
    for side in (-0.22, 0.22):
        canvas.stroke([(side, 2.0), (side * 1.15, 2.75)], (225, 225, 225), 0.04, 0.0)


def _collar(canvas: Canvas, clothes: Clothes, color: Color) -> None:
    for side in (-1.0, 1.0):
        x = side * (clothes.neck + 0.08)
        flap = [(x, 1.28), (side * 0.02, 1.86), (x * 0.72, 2.14), (x * 1.35, 1.52)]
        canvas.fill(flap, color, 0.0)
        canvas.stroke(flap, lit(color, 0.72), 0.02, 0.0)


def _shirt(canvas: Canvas, clothes: Clothes, skin: Color) -> None:
    canvas.stroke([(0.0, 1.85), (0.0, _FAR)], lit(clothes.color, 0.75), 0.03, 0.0)
    _collar(canvas, clothes, lit(clothes.color, 1.12))
    for y in (2.25, 2.75, 3.25):
        canvas.fill(oval(0.06, y, 0.03, 0.03), lit(clothes.second, 0.9), 0.0)


def _suit(canvas: Canvas, clothes: Clothes, skin: Color) -> None:
    wide = clothes.neck + 0.12
    canvas.fill([(-wide, 1.4), (wide, 1.4), (0.0, 3.4)], (235, 235, 232), 0.0)
    canvas.fill(both_sides(_neck(clothes) * (0.85, 0.97)), skin, 0.0)
    if clothes.shoulders > 1.48:  # a tie
        tie = [(-0.1, 1.9), (0.1, 1.9), (0.16, 3.2), (0.0, 3.5), (-0.16, 3.2)]
        canvas.fill(tie, clothes.second, 0.0)
    _collar(canvas, clothes, (240, 240, 240))
    for side in (-1.0, 1.0):
        x = side * wide
        lapel = [(x, 1.45), (side * 0.04, 3.4), (x * 1.25, 2.6), (x * 1.75, 2.2), (x * 1.45, 1.55)]
        canvas.fill(lapel, lit(clothes.color, 0.82), 0.0)


def _blouse(canvas: Canvas, clothes: Clothes, skin: Color) -> None:
    wide = clothes.neck + 0.22
    canvas.fill([(-wide, 1.5), (wide, 1.5), (0.0, 2.45)], skin, 0.0)
    if clothes.second[2] > 110:  # a necklace
        chain = curve((-wide * 0.8, 1.55), (0.0, 2.35), (wide * 0.8, 1.55))
        canvas.stroke(chain, (90, 190, 220), 0.025, 0.0)


def _cardigan(canvas: Canvas, clothes: Clothes, skin: Color) -> None:
    wide = clothes.neck + 0.2
    canvas.fill([(-wide, 1.42), (wide, 1.42), (0.3, _FAR), (-0.3, _FAR)], clothes.second, 0.0)
    canvas.fill(both_sides(_neck(clothes) * (0.9, 0.96)), skin, 0.0)
    for side in (-1.0, 1.0):
        edge = [(side * wide, 1.4), (side * 0.3, _FAR)]
        canvas.stroke(edge, lit(clothes.color, 0.72), 0.1, 0.0)


def _turtleneck(canvas: Canvas, clothes: Clothes, skin: Color) -> None:
    wide = clothes.neck + 0.09
    roll = curve((wide, 1.12), (wide + 0.06, 1.4), (wide + 0.02, 1.75), (0.2, 1.9), (0.0, 1.9))
    canvas.fill(both_sides(roll), lit(clothes.color, 1.06), 0.0)
    fold = curve((-wide, 1.4), (0.0, 1.62), (wide, 1.4))
    canvas.stroke(fold, lit(clothes.color, 0.75), 0.03, 0.0)


def _scarf(canvas: Canvas, clothes: Clothes, skin: Color) -> None:
    wide = clothes.neck + 0.3
    wrap = curve((wide, 0.98), (wide + 0.25, 1.35), (wide, 1.85), (0.3, 2.15), (0.0, 2.1))
    canvas.fill(both_sides(wrap), clothes.second, 0.0)
    canvas.fill([(0.1, 1.8), (0.55, 1.8), (0.5, 3.3), (0.15, 3.3)], lit(clothes.second, 0.9), 0.0)
    for y in (1.3, 1.6):
        fold = curve((-wide, y), (0.0, y + 0.3), (wide, y))
        canvas.stroke(fold, lit(clothes.second, 0.78), 0.03, 0.0)


_KINDS: dict[str, Callable[[Canvas, Clothes, Color], None]] = {
    "tee": _tee,
    "hoodie": _hoodie,
    "shirt": _shirt,
    "suit": _suit,
    "blouse": _blouse,
    "cardigan": _cardigan,
    "turtleneck": _turtleneck,
    "scarf": _scarf,
}
