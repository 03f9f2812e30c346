"""The samplers: which training photos an epoch shows."""

from __future__ import annotations

from maskopt.catalog import Entry, Parameter

_KANG = "Kang et al., Decoupling Representation and Classifier for Long-Tailed Recognition, 2020"

SAMPLERS = {
    "shuffled": Entry(
        "maskopt.vision.samplers:shuffled",
        help="every photo once an epoch",
        when="classes are about as frequent as where the network will be used",
    ),
    "class_balanced": Entry(
        "maskopt.vision.samplers:class_balanced",
        help="every combination of classes equally often, drawn with replacement",
        source=_KANG,
        when="rare classes count as much as common ones: macro F1, or other proportions in use",
    ),
    "sqrt_balanced": Entry(
        "maskopt.vision.samplers:sqrt_balanced",
        help="combinations of classes in proportion to the square roots of their photos: half way "
        "from shuffled to class_balanced",
        source=_KANG,
        when="rare classes need more, and class_balanced shows their few photos too often",
    ),
    "class_targets": Entry(
        "maskopt.vision.samplers:class_targets",
        help="so many photos of a class an epoch, all others once: `class_targets: {senior: 800}`",
        named=Parameter(
            "whole",
            800,
            1,
            1_000_000,
            help="photos an epoch: a new random part of the class, or each more than once",
        ),
        names_help="classes, or ranges of a number such as `60+`; no photo may be in two of them",
        apart=True,
        when="a number of photos of a class is known to be enough, however many there are",
    ),
    "factors": Entry(
        "maskopt.vision.samplers:factors",
        help="photos a number of times an epoch, all others once: "
        '`factors: {senior: 2, "age 30-49": 1.5}`',
        named=Parameter(
            "number",
            1.0,
            0.0,
            100.0,
            help="times an epoch; of 1.5 every other photo is shown a second time, by chance",
        ),
        names_help="classes, or ranges of a number such as `age 30-49` (both ends included) or "
        "`60+`; factors of a photo in several of them are multiplied",
        when="one class or range is too weak; recipe E: 0.7261 once, 0.7466 twice, 0.7667 thrice",
    ),
    "under": Entry(
        "maskopt.vision.samplers:under",
        {
            "ratio": Parameter(
                "number",
                3.0,
                1.0,
                1000.0,
                help="most photos of a combination of classes for one of the rarest",
            )
        },
        "no combination of classes much more often than the rarest: of the others a new random "
        "part each epoch, which is shorter therefore",
        when="common classes have photos to spare, and epochs should be short",
    ),
}
