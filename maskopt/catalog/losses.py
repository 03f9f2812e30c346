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
_SMOOTHING = Parameter("number", 0.0, 0.0, 0.99, help="share of the target spread evenly")

LOSSES = {
    "cross_entropy": Entry(
        "maskopt.vision.losses:cross_entropy",
        {"label_smoothing": _SMOOTHING, "class_weights": _WEIGHTS},
        "cross entropy of the softmax",
        "Szegedy et al., Rethinking the Inception Architecture, 2016 (label smoothing); "
        "Cui et al., Class-Balanced Loss Based on Effective Number of Samples, 2019 (weights)",
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
            "form": Parameter(
                "text",
                "softmax",
                names=("softmax", "cross_entropy"),
                help="what tells how right a photo is: its class's softmax, or exp(-cross "
                "entropy) with weights and smoothing in it; without these both are the same",
                idle=("gamma", 0.0),
            ),
            "label_smoothing": _SMOOTHING,
            "class_weights": _WEIGHTS,
        },
        "cross entropy that looks away from what is already right",
        "Lin et al., Focal Loss for Dense Object Detection, 2017",
        when="most photos are easy and the score is lost on few hard ones",
    ),
    "f1": Entry(
        "maskopt.vision.losses_batch:f1",
        help="1 less the macro F1 of a batch, counted in probabilities; wants large batches",
        source="Pastor-Pellicer et al., F-Measure as the Error Function, 2013",
        when="macro F1 is the score, batches are large, and plain cross entropy has found its way",
    ),
    "lade": Entry(
        "maskopt.vision.losses_batch:lade",
        {
            "weight": Parameter(
                "number", 0.1, 0.0, 10.0, help="of the regulariser beside the cross entropy"
            ),
            "penalty": Parameter(
                "number",
                0.1,
                0.0,
                10.0,
                help="of the squares inside the regulariser",
                idle=("weight", 0.0),
            ),
        },
        "cross entropy freed from the training proportions, for rare classes",
        "Hong et al., Disentangling Label Distribution for Long-Tailed Visual Recognition, 2021",
        when="rare classes count as much as common ones; proportions in use are others",
    ),
    "logit_adjusted": Entry(
        "maskopt.vision.losses_rare:logit_adjusted",
        {
            "tau": Parameter(
                "number", 1.0, 0.0, 5.0, help="0 is cross entropy; 1 is made for balanced classes"
            )
        },
        "cross entropy that adds classes' log frequencies to the logits, for rare classes",
        "Menon et al., Long-Tail Learning via Logit Adjustment, 2021",
        when="rare classes count as much as common ones; first to try of the losses for them",
    ),
    "ldam": Entry(
        "maskopt.vision.losses_rare:ldam",
        {
            "max_margin": Parameter(
                "number", 0.5, 0.0, 10.0, help="the rarest class's; others' go by n ** (-1/4)"
            ),
            "scale": Parameter(
                "number",
                1.0,
                0.01,
                100.0,
                help="of margins, which are in logits; the authors' cosines had 30",
                idle=("max_margin", 0.0),
            ),
            "deferred": Parameter(
                "number",
                0.8,
                0.0,
                1.0,
                help="share of the epochs before classes are weighted",
                of_epochs=True,
            ),
        },
        "margins that are wider for rare classes, with re-weighting near the end",
        "Cao et al., Label-Distribution-Aware Margin Loss, 2019",
        when="rare classes are learned by heart: few photos, many epochs",
    ),
    "bce": Entry(
        "maskopt.vision.losses:bce",
        {
            "positive_weight": Parameter(
                "number", 1.0, 0.01, 100.0, help="of the second class beside 1 of the first"
            ),
            "label_smoothing": _SMOOTHING,
        },
        "binary cross entropy, for heads of two classes",
        "the sigmoid of the difference of two logits is their softmax",
        when="two classes, of which one should be found rather once too often",
    ),
}
