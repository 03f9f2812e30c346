"""The schedules of the learning rate."""

from __future__ import annotations

from maskopt.catalog import Entry, Parameter

SCHEDULES = {
    "constant": Entry(
        "maskopt.vision.schedules:constant", help="the same learning rate throughout"
    ),
    "cosine": Entry(
        "maskopt.vision.schedules:cosine",
        {
            "floor": Parameter(
                "number", 0.0, 0.0, 1.0, help="last learning rate as a share of the first"
            )
        },
        "half a cosine from the learning rate down to its floor",
        "Loshchilov and Hutter, SGDR, 2017",
    ),
    "step": Entry(
        "maskopt.vision.schedules:step",
        {
            "epochs": Parameter("whole", 3, 1, 10_000, help="epochs between two steps"),
            "factor": Parameter("number", 0.1, 0.0, 1.0, help="what each step multiplies by"),
        },
        "the learning rate falls by a factor every few epochs",
    ),
}
