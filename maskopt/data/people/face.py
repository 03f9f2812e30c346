"""Head and features: what tells gender and age where no mask covers it."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

import numpy as np

from maskopt.data.people.canvas import Canvas, Color, Points, both_sides, curve, lit, mix, oval
from maskopt.data.people.looks import Face, Looks


@dataclass(frozen=True)
class Mood:
    """What a face does in one photo.

    Attributes:
        smile: -0.3 to 1.
        open_mouth: 0 closed, 1 wide open.
        lids: How far the eyes are open, 0 to 1.
        gaze: Where they look, -1 to 1.
    """

    smile: float
    open_mouth: float
    lids: float
    gaze: float


def draw_mood(chance: Random) -> Mood:
    """Draw a photo's mood."""
    opened = chance.random() < 0.18
    return Mood(
        smile=chance.uniform(-0.3, 0.9),
        open_mouth=chance.uniform(0.3, 1.0) if opened else 0.0,
        lids=0.1 if chance.random() < 0.03 else chance.uniform(0.8, 1.0),
        gaze=chance.uniform(-0.7, 0.7),
    )


def draw_head(canvas: Canvas, looks: Looks) -> None:
    """Draw ears, skull, jaw and what age left on the skin."""
    face = looks.face
    for side in (-1.0, 1.0):
        canvas.fill(oval(side * (face.width + 0.02), 0.14, 0.09, 0.2), lit(face.skin, 0.9), -0.4)
        if face.earrings:
            canvas.fill(
                oval(side * (face.width + 0.05), 0.37, 0.035, 0.035), (150, 220, 240), -0.4
            )
    canvas.fill(both_sides(head_outline(face)), face.skin, 0.15)
    _complexion(canvas, face)
    if face.beard or face.stubble > 0.45:
        _beard(canvas, looks)
    if face.wrinkles > 0.12:
        _wrinkles(canvas, face)


def head_outline(face: Face) -> Points:
    """Return the right half of a head's outline, from the top to the chin."""
    wide, jaw = face.width, face.jaw
    cheek = wide * (0.86 + 0.1 * face.fullness + 0.04 * jaw)
    chin = 0.16 + 0.2 * jaw
    return curve(
        (0.0, -1.0), (wide * 0.98, -1.0), (wide, -0.2), (wide, 0.22), (cheek, 0.48),
        (cheek * (0.84 + 0.14 * jaw), 0.86), (chin, 0.98), (chin * 0.5, 1.02), (0.0, 1.02),
    )  # fmt: skip


def _complexion(canvas: Canvas, face: Face) -> None:
    rosy = mix(face.skin, (120, 120, 235), 0.3 * face.blush)
    for side in (-1.0, 1.0):
        if face.blush > 0.2:
            canvas.fill(oval(side * 0.4, 0.34, 0.17, 0.11), rosy)
        canvas.soften(oval(side * face.width * 0.92, 0.45, 0.1, 0.45), 0.88, depth=0.2)
        if face.sag > 0.15:
            pouch = oval(side * face.eye_gap, 0.17, 0.16, 0.07)
            canvas.soften(pouch, 1.0 - 0.5 * face.sag)
            jowl = oval(side * 0.46, 0.74, 0.1, 0.16)
            canvas.soften(jowl, 1.0 - 0.35 * face.sag)
        canvas.soften(oval(side * face.eye_gap, -0.04, 0.2, 0.12), 0.9 - 0.1 * face.sag)
    canvas.soften(oval(0.0, -0.5, 0.3, 0.14), 1.06)
    for x, y, radius in face.spots:
        canvas.fill(oval(x, y, radius, radius * 0.8), mix(face.skin, (60, 85, 125), 0.5))


def _beard(canvas: Canvas, looks: Looks) -> None:
    face = looks.face
    color = mix(face.skin, looks.hair.color, 0.25 + 0.3 * face.stubble)
    if not face.beard:
        color = mix(face.skin, (110, 115, 120), 0.35 * face.stubble)
    if face.beard in ("", "full"):
        wide = face.width * 0.9
        low = curve((wide, 0.3), (wide * 0.9, 0.7), (0.3, 0.97), (0.15, 1.0), (0.0, 1.0))
        high = curve((0.0, 0.46), (0.3, 0.44), (0.42, 0.6), (0.55, 0.5), (wide, 0.3))
        canvas.fill(both_sides(np.concatenate([high, low])), color, 0.4)
    if face.beard in ("moustache", "goatee"):
        lip = curve((0.0, 0.43), (0.2, 0.42), (0.27, 0.54), (0.1, 0.49), (0.0, 0.5))
        canvas.fill(both_sides(lip), color)
    if face.beard == "goatee":
        canvas.fill(oval(0.0, 0.86, 0.17, 0.13), color)


def _wrinkles(canvas: Canvas, face: Face) -> None:
    deep, depth = (
        mix(face.skin, lit(face.skin, 0.55), face.wrinkles),
        0.012 + 0.016 * face.wrinkles,
    )
    for y in (-0.36, -0.45, -0.54)[: 1 + round(2 * face.wrinkles)]:
        brow = curve(
            (-0.36, y + 0.02), (-0.18, y - 0.03), (0.0, y), (0.2, y - 0.04), (0.36, y + 0.02)
        )
        canvas.stroke(brow, deep, depth)
        canvas.soften(brow, 1.0 - 0.4 * face.wrinkles, 0.05)
    for side in (-1.0, 1.0):
        outer = face.eye_gap + 0.17
        for end in (-0.07, 0.02, 0.1):
            canvas.stroke(
                [(side * outer, 0.01 + end * 0.3), (side * (outer + 0.11), end)], deep, depth
            )
        bag = curve((side * 0.18, 0.14), (side * face.eye_gap, 0.24), (side * 0.46, 0.13))
        canvas.stroke(bag, deep, depth)
        fold = curve((side * 0.19, 0.36), (side * 0.33, 0.46), (side * 0.33, 0.68))
        canvas.stroke(fold, deep, depth * 1.4)
        canvas.soften(fold, 1.0 - 0.35 * face.wrinkles, 0.12)
        canvas.stroke([(side * 0.05, -0.22), (side * 0.045, -0.12)], deep, depth)


def draw_features(canvas: Canvas, looks: Looks, mood: Mood) -> None:
    """Draw brows, eyes, nose and mouth, and glasses over them."""
    face = looks.face
    for side in (-1.0, 1.0):
        _brow(canvas, looks, side)
        _eye(canvas, face, mood, side)
    _nose(canvas, face)
    _mouth(canvas, face, mood)


def _brow(canvas: Canvas, looks: Looks, side: float) -> None:
    face = looks.face
    color = mix(mix(looks.hair.color, (30, 32, 40), 0.5), face.skin, 0.12)
    x, y, thick = face.eye_gap, -0.2, face.brow
    top = curve((x - 0.19, y), (x + 0.02, y - face.brow_arch - thick), (x + 0.21, y + 0.01))
    low = curve(
        (x + 0.21, y + 0.01), (x + 0.02, y - face.brow_arch + thick), (x - 0.19, y + thick)
    )
    canvas.fill(np.concatenate([top, low]) * (side, 1.0), color)


def _eye(canvas: Canvas, face: Face, mood: Mood, side: float) -> None:
    wide, x = 0.15 * (0.6 + 0.4 * face.eye_size), face.eye_gap
    high, tilt = 0.105 * face.eye_size * mood.lids, face.eye_tilt
    inner, outer = (x - wide, 0.02), (x + wide, 0.02 + tilt)
    upper = curve(inner, (x, -high * 1.25), outer)
    lower = curve(outer, (x, high * 1.05 + 0.02), inner)
    flip = np.array((side, 1.0))
    ink: Color = lit(face.skin, 0.3)
    if mood.lids > 0.5:
        canvas.fill(np.concatenate([upper, lower]) * flip, (228, 232, 236))
        pupil = x + side * mood.gaze * 0.05
        iris = 0.062 * (0.5 + 0.5 * face.eye_size)
        canvas.fill(oval(pupil, 0.0, iris, min(iris, high * 0.8)) * flip, face.iris)
        canvas.fill(oval(pupil, -0.01, iris * 0.5, iris * 0.5) * flip, (10, 10, 12))
        canvas.fill(oval(pupil + 0.02, -0.02, 0.014, 0.014) * flip, (240, 240, 240))
    canvas.stroke(upper * flip, ink, 0.022 + 0.028 * face.lashes)
    if face.lashes > 0.4:
        tip = (outer[0] + 0.07, outer[1] - 0.07)
        canvas.stroke(np.array([outer, tip]) * flip, ink, 0.03 * face.lashes + 0.008)
    crease = curve((x - wide * 0.9, -0.06), (x, -high * 1.3 - 0.05), (x + wide, -0.03 + tilt))
    canvas.stroke(crease * flip, lit(face.skin, 0.78), 0.014 + 0.012 * face.sag)


def _nose(canvas: Canvas, face: Face) -> None:
    dark, wide = lit(face.skin, 0.62), face.nose
    for side in (-1.0, 1.0):
        canvas.fill(oval(side * wide * 0.5, 0.36, 0.035, 0.02), dark)
        wing = curve(
            (side * wide * 0.75, 0.24), (side * wide * 1.25, 0.34), (side * wide * 0.7, 0.38)
        )
        canvas.stroke(wing, lit(face.skin, 0.64), 0.03)
    canvas.stroke(curve((0.07, -0.08), (0.05, 0.1), (0.09, 0.22)), lit(face.skin, 0.78), 0.03)
    canvas.soften([(0.0, -0.05), (0.0, 0.28)], 1.14, 0.08)
    canvas.soften(oval(0.0, 0.42, wide * 1.1, 0.05), 0.76)


def _mouth(canvas: Canvas, face: Face, mood: Mood) -> None:
    wide, y = 0.21 + 0.05 * mood.smile, 0.585
    corner, gap = y - 0.05 * mood.smile, 0.12 * mood.open_mouth
    left, right = (-wide, corner), (wide, corner)
    upper = curve(left, (-0.12, y - face.lips * 1.1), (0.0, y - face.lips * 0.6),
                  (0.12, y - face.lips * 1.1), right)  # fmt: skip
    lower = curve(right, (0.0, y + gap + face.lips * 2.4), left)
    canvas.fill(np.concatenate([upper, lower]), face.lip_color)
    line = curve(left, (0.0, y + 0.05 * mood.smile), right)
    if gap:
        inside = np.concatenate([line, curve(right, (0.0, y + gap * 1.7), left)])
        canvas.fill(inside, (38, 28, 60))
        canvas.fill(oval(0.0, y + gap * 0.2, wide * 0.6, gap * 0.28), (232, 236, 238))
    canvas.stroke(line, lit(face.lip_color, 0.5), 0.02)
    canvas.soften(oval(0.0, 0.76, 0.16, 0.04), 0.88)


def draw_glasses(canvas: Canvas, face: Face, rim: Color) -> None:
    """Draw the glasses that the face wears, if any."""
    if not face.glasses:
        return
    shape = {"round": (0.2, 0.19), "square": (0.23, 0.15), "half": (0.2, 0.11)}[face.glasses]
    for side in (-1.0, 1.0):
        glass = oval(side * face.eye_gap, 0.03, *shape)
        if face.glasses == "square":
            middle = np.array((side * face.eye_gap, 0.03))
            glass = middle + np.clip((glass - middle) * 1.35, (-shape[0], -shape[1]), shape)
        canvas.stroke(np.concatenate([glass, glass[:1]]), rim, 0.03, 1.1)
        temple = [(side * (face.eye_gap + shape[0]), 0.0), (side * (face.width + 0.02), -0.02)]
        canvas.stroke(temple, rim, 0.03, 0.6)
    canvas.stroke(curve((-0.11, 0.02), (0.0, -0.05), (0.11, 0.02)), rim, 0.03, 1.1)
