"""The augmentations: random changes of training photos."""

from __future__ import annotations

from maskopt.catalog import Entry

AUGMENTATIONS = {
    "none": Entry(
        "maskopt.vision.augmentations:none",
        help="photos as they are",
        when="to see what the others bring; few epochs of very many photos",
    ),
    "light": Entry(
        "maskopt.vision.augmentations:light",
        help="flip, small shifts and scales",
        when="nearly always: it costs next to nothing and changes no class",
    ),
    "medium": Entry(
        "maskopt.vision.augmentations:medium",
        help="light, and rotation, colour, blur and erasing",
        when="validation loss rises while training loss falls; photos from other cameras",
    ),
}
