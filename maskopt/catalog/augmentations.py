"""The augmentations: random changes of training photos."""

from __future__ import annotations

from maskopt.catalog import Entry

AUGMENTATIONS = {
    "none": Entry("maskopt.vision.augmentations:none", help="photos as they are"),
    "light": Entry("maskopt.vision.augmentations:light", help="flip, small shifts and scales"),
    "medium": Entry(
        "maskopt.vision.augmentations:medium",
        help="light, and rotation, colour, blur and erasing",
    ),
}
