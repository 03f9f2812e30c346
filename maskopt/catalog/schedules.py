"""The schedules of the learning rate."""

from __future__ import annotations

from maskopt.catalog import Entry, Parameter

_FLOOR = Parameter("number", 0.0, 0.0, 1.0, help="lowest learning rate as a share of the highest")
_SGDR = "Loshchilov and Hutter, SGDR: Stochastic Gradient Descent with Warm Restarts, 2017"

SCHEDULES = {
    "constant": Entry(
        "maskopt.vision.schedules:constant",
        help="the same learning rate throughout",
        when="a short look; trials that a longer study is to go on from",
    ),
    "cosine": Entry(
        "maskopt.vision.schedules:cosine",
        {"floor": _FLOOR},
        "half a cosine from the learning rate down to its floor",
        _SGDR,
        when="first: the number of epochs is known, and the last ones bring the most",
    ),
    "step": Entry(
        "maskopt.vision.schedules:step",
        {
            "epochs": Parameter(
                "whole", 3, 1, 10_000, help="epochs between two steps", idle=("factor", 1.0)
            ),
            "factor": Parameter("number", 0.1, 0.0, 1.0, help="what each step multiplies by"),
        },
        "the learning rate falls by a factor every few epochs",
        when="many epochs; trials that a longer study is to go on from",
    ),
    "warm_restarts": Entry(
        "maskopt.vision.schedules:warm_restarts",
        {
            "period": Parameter("number", 4.0, 0.1, 10_000, help="epochs of the first cosine"),
            "mult": Parameter(
                "number", 2.0, 1.0, 10.0, help="how many times as long each further one is"
            ),
            "floor": _FLOOR,
        },
        "half cosines one after another, each longer than the one before",
        _SGDR,
        when="many epochs; a search that judges trials at the end of a period",
    ),
    "one_cycle": Entry(
        "maskopt.vision.schedules:one_cycle",
        {
            "rise": Parameter(
                "number", 0.3, 0.0, 1.0, help="share of the epochs that rise", of_epochs=True
            ),
            "start_divisor": Parameter(
                "number", 25.0, 1.0, 1e6, help="highest learning rate by the first"
            ),
            "final_divisor": Parameter(
                "number", 1e4, 1.0, 1e9, help="first learning rate by the last"
            ),
        },
        "one rise to the learning rate and a longer fall to almost nothing",
        "Smith and Topin, Super-Convergence, 2018; with cosines, as torch's OneCycleLR",
        when="few epochs at a high learning rate",
    ),
    "plateau": Entry(
        "maskopt.vision.schedules:plateau",
        {
            "factor": Parameter("number", 0.1, 0.0, 1.0, help="what each fall multiplies by"),
            "patience": Parameter(
                "whole", 1, 0, 10_000, help="epochs without a lower validation loss let pass"
            ),
            "floor": _FLOOR,
        },
        "the learning rate falls by a factor where the validation loss has stopped to fall",
        "torch's ReduceLROnPlateau",
        when="nobody knows how many epochs are needed, and validation photos are many",
    ),
}
