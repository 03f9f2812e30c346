"""The augmentations: random changes of training photos."""

from __future__ import annotations

from maskopt.catalog import Entry, Parameter

_ROOM = "maskopt.vision.augmentations"

POLICIES = {
    "none": Entry(
        f"{_ROOM}:none",
        help="photos as they are",
        when="to see what the others bring; few epochs of very many photos",
    ),
    "light": Entry(
        f"{_ROOM}:light",
        help="flip, small shifts and scales",
        when="nearly always: it costs next to nothing and changes no class",
    ),
    "medium": Entry(
        f"{_ROOM}:medium",
        help="light, and rotation, colour, blur and erasing",
        when="validation loss rises while training loss falls; photos from other cameras",
    ),
    "heavy": Entry(
        f"{_ROOM}:heavy",
        help="medium and more of it, with crops down to 0.6 of the area, grey photos and noise",
        when="many epochs of few photos: medium still learns them by heart",
    ),
    "faces": Entry(
        f"{_ROOM}:faces",
        help="what cameras do to faces: mirrored, turned, moved and scaled a little, other light; "
        "nothing is cut out",
        when="faces fill the photo, and what is cut off or erased would be the class itself",
    ),
    "wrinkles_safe": Entry(
        f"{_ROOM}:wrinkles_safe",
        help="fine texture of skin stays: mirrored, moved by whole pixels, light, colour, "
        "sharpness; no scaling, rotation, blur, noise or erasing",
        when="age: wrinkles tell it, and blur, noise or another scale make faces younger or older",
    ),
    "hard_core": Entry(
        f"{_ROOM}:hard_core",
        help="everything there is, strong",
        when="very many epochs, large backbones, photos from anywhere",
    ),
}
"""Those that are the same for all photos and take no parameters."""


def _strength(high: float, text: str) -> Parameter:
    return Parameter("number", 0.0, 0.0, high, help=f"{text}; 0 leaves it out")


_CUSTOM = {
    "flip": _strength(1.0, "share of photos that are mirrored"),
    "center_crop": _strength(
        0.9, "most of the side that is cut off around the middle; scaled back"
    ),
    "random_resized_crop": _strength(
        0.95, "most of the area that is cut off, anywhere; scaled back"
    ),
    "affine": _strength(
        1.0,
        "how much of 45 degrees of rotation, 15 of shear, shifts by 0.2 of the side and scales by "
        "0.3, either way, at most",
    ),
    "grid_shuffle": _strength(
        1.0, "share of photos that are cut into 3 x 3 tiles, which are shuffled"
    ),
    "brightness": _strength(1.0, "most that is added or taken away, of the full range"),
    "contrast": _strength(1.0, "most that contrast grows or shrinks, as a share"),
    "color_jitter": _strength(
        1.0,
        "most that brightness, contrast and saturation grow or shrink, as a share; hue turns by a "
        "quarter of it, 1 being the whole wheel",
    ),
    "sharpness": _strength(1.0, "most of a sharpened copy in the photo"),
    "edges": _strength(1.0, "most of an embossed copy, whose edges stand out, in the photo"),
    "blur": _strength(20.0, "most standard deviation of a Gaussian blur, pixels"),
    "noise": _strength(1.0, "most standard deviation of Gaussian noise, of the full range"),
    "erasing": _strength(
        1.0, "share of photos of which a rectangle is blackened, 0.02 to 0.33 of the area"
    ),
}

AUGMENTATIONS = {
    **POLICIES,
    "custom": Entry(
        "maskopt.vision.augmentations_custom:custom",
        _CUSTOM,
        "single operations, each with a strength that can be searched: "
        "`custom: {flip: 0.5, color_jitter: {low: 0, high: 0.4}}`",
        "random crops: Szegedy et al., Going Deeper with Convolutions, 2015; colours: Chen et "
        "al., A Simple Framework for Contrastive Learning of Visual Representations, 2020; "
        "erasing: Zhong et al., Random Erasing Data Augmentation, 2020",
        when="to find which change of a photo helps, and how much of it",
    ),
    "by_class": Entry(
        "maskopt.vision.augmentations_by_class:by_class",
        {
            "others": Parameter(
                "text",
                "light",
                names=tuple(POLICIES),
                help="policy of photos that are of none of the names",
            )
        },
        "another policy for named classes: `by_class: {others: light, senior: heavy}`",
        named=Parameter(
            "text", "heavy", names=tuple(POLICIES), help="policy of photos of that name"
        ),
        names_help="classes, or ranges of a number such as `60+`; no photo may be in two of them",
        apart=True,
        when="rare classes shown more than once an epoch: each time they look different",
    ),
}
