"""The competition's answers: one number a photo, of its mask, gender and age."""

from __future__ import annotations

from maskopt.labels import Attribute, Head

ANSWER = Head(
    (
        Attribute("mask", ("wear", "incorrect", "not_wear")),
        Attribute("gender", ("male", "female")),
        Attribute("age", ("young", "middle", "senior"), (30, 60)),
    )
)
"""`ans` is its class id: 6 * mask + 3 * gender + age."""

PHOTO, CLASS_ID = "ImageID", "ans"
"""The columns of `info.csv`."""
