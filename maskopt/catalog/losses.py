"""The losses that a trial may descend."""

from __future__ import annotations

from maskopt.catalog import Entry, Parameter

_WEIGHTS = Parameter(
    "text",
    None,
    names=("inverse", "effective"),
    optional=True,
    help="weights of classes in the loss: inverse frequency, or effective number of samples",
)

LOSSES = {
    "cross_entropy": Entry(
        "maskopt.vision.losses:cross_entropy",
        {
            "label_smoothing": Parameter(
                "number", 0.0, 0.0, 0.99, help="share of the target spread evenly"
            ),
            "class_weights": _WEIGHTS,
        },
        "cross entropy of the softmax",
        when="first; with label smoothing where labels are noisy, with weights where classes are "
        "rare and the sampler does not balance them",
    ),
    "focal": Entry(
        "maskopt.vision.losses:focal",
        {
            "gamma": Parameter(
                "number",
                2.0,
                0.0,
                10.0,
                help="0 is cross entropy; more looks away from easy photos",
            ),
            "class_weights": _WEIGHTS,
        },
        "cross entropy that looks away from what is already right",
        "Lin et al., Focal Loss for Dense Object Detection, 2017",
        when="most photos are easy and the score is lost on few hard ones",
    ),
}
