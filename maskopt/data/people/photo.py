"""A person's seven photos, from looks to JPEG."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from random import Random

from maskopt.data.people.camera import Shot, draw_shot, take
from maskopt.data.people.canvas import HEIGHT, WIDTH, Canvas, Pose
from maskopt.data.people.clothes import draw_body
from maskopt.data.people.face import draw_features, draw_glasses, draw_head, draw_mood
from maskopt.data.people.hair import draw_hair, draw_hair_behind
from maskopt.data.people.looks import Looks, draw_looks
from maskopt.data.people.masks import (
    Mask,
    Wearing,
    draw_mask,
    draw_masks,
    worn_rightly,
    worn_wrongly,
)
from maskopt.data.people.scenery import draw_scenery

PHOTO_NAMES = ("mask1", "mask2", "mask3", "mask4", "mask5", "incorrect_mask", "normal")


@dataclass(frozen=True)
class _Take:
    """What a photo shows beside the person: seeds repeat it, however often it is taken."""

    scenery: str
    pose: Pose
    shot: Shot
    mask: Mask | None
    wearing: Wearing | None


def draw_photos(gender: str, age: int, seed: str, again: int = 0) -> Iterator[tuple[str, bytes]]:
    """Draw a person's photos.

    Args:
        gender: `female` or `male`.
        age: In years; 60 stands for 60 and more.
        seed: Of the person: looks, masks, places, poses.
        again: 0, or the number of a second upload: the same photos a little shifted, in other
            light and compressed again.

    Yields:
        Name without ending, and the JPEG's bytes, in the order of `PHOTO_NAMES`.
    """
    looks = draw_looks(gender, age, Random(f"{seed}/looks"))
    masks = draw_masks(Random(f"{seed}/masks"))
    for number, name in enumerate(PHOTO_NAMES):
        shown = _shown(name, f"{seed}/{number}", masks, seed)
        chance = Random(f"{seed}/{number}/strands")
        if again:
            shown = _again(shown, Random(f"{seed}/{number}/again/{again}"))
        yield name, _draw(looks, shown, chance, f"{seed}/{number}/{again}")


def _shown(name: str, seed: str, masks: list[Mask], person: str) -> _Take:
    chance = Random(seed)
    wearing = None
    mask = None
    if name != "normal":
        mask = masks[int(name[-1]) - 1] if name != "incorrect_mask" else chance.choice(masks)
        wearing = (worn_wrongly if name == "incorrect_mask" else worn_rightly)(chance)
    at_home = chance.random() < 0.6
    return _Take(
        f"{person}/home" if at_home else seed, _pose(chance), draw_shot(chance), mask, wearing
    )


def _pose(chance: Random) -> Pose:
    scale = min(max(chance.gauss(124.0, 14.0), 88.0), 160.0)
    return Pose(
        x=WIDTH * chance.gauss(0.5, 0.07),
        y=HEIGHT * chance.gauss(0.43, 0.05),
        scale=scale,
        roll=chance.gauss(0.0, 0.09),
        yaw=max(-1.0, min(1.0, chance.gauss(0.0, 0.35))),
        pitch=max(-1.0, min(1.0, chance.gauss(0.0, 0.25))),
    )


def _again(shown: _Take, chance: Random) -> _Take:
    pose, shot = shown.pose, shown.shot
    moved = replace(pose, x=pose.x + chance.uniform(-4, 4), y=pose.y + chance.uniform(-4, 4))
    taken = replace(
        shot,
        exposure=shot.exposure * chance.uniform(0.93, 1.07),
        noise=shot.noise + chance.uniform(0.0, 2.0),
        quality=chance.randint(70, 90),
    )
    return replace(shown, pose=moved, shot=taken)


def _draw(looks: Looks, shown: _Take, chance: Random, grain: str) -> bytes:
    canvas = Canvas(draw_scenery(Random(f"{shown.scenery}/scenery")), shown.pose)
    mood = draw_mood(chance)
    rim = chance.choice(((30, 30, 34), (60, 70, 90), (150, 150, 160), (60, 40, 90)))
    draw_hair_behind(canvas, looks)
    draw_body(canvas, looks)
    draw_head(canvas, looks)
    draw_features(canvas, looks, mood)
    if shown.mask and shown.wearing and shown.wearing.top > 0.0:
        draw_mask(canvas, looks.face, shown.mask, shown.wearing)
    draw_glasses(canvas, looks.face, rim)
    if shown.mask and shown.wearing and shown.wearing.top <= 0.0:
        draw_mask(canvas, looks.face, shown.mask, shown.wearing)
    draw_hair(canvas, looks, chance)
    return take(canvas, shown.shot, Random(grain))
