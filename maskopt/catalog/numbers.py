"""The keys of a search space whose value is a number."""

from __future__ import annotations

from maskopt.catalog import Parameter

NUMBERS = {
    "image_size": Parameter(
        "whole",
        224,
        16,
        1024,
        help="side of the square that a photo becomes, pixels",
        when="larger where what tells classes apart is small; time grows with its square",
    ),
    "batch_size": Parameter(
        "whole",
        64,
        1,
        4096,
        help="photos a step",
        when="smaller where memory is short; the learning rate goes with it",
    ),
    "lr": Parameter(
        "number",
        1e-3,
        1e-8,
        10.0,
        help="learning rate at its highest",
        when="always: no other number decides as much; search it on a log scale",
    ),
    "weight_decay": Parameter(
        "number",
        0.01,
        0.0,
        1.0,
        help="pull of the weights towards zero; not on norms and biases",
        when="many epochs, few photos; with adamw it goes with the learning rate",
    ),
    "warmup_epochs": Parameter(
        "number",
        0.0,
        0.0,
        100.0,
        help="epochs in which the learning rate rises from zero",
        when="pretrained weights at a high learning rate; transformers",
    ),
    "dropout": Parameter(
        "number",
        0.0,
        0.0,
        0.9,
        help="share of features left out before the heads",
        when="a large backbone on few photos",
    ),
    "layer_decay": Parameter(
        "number",
        None,
        0.01,
        1.0,
        optional=True,
        help="learning rate of each layer of the backbone as a share of the next one's",
        when="pretrained transformers: 0.65 to 0.9; the deeper, the nearer to 1",
    ),
    "freeze_epochs": Parameter(
        "whole",
        0,
        0,
        10_000,
        help="first epochs in which only the heads learn",
        when="few photos, and weights that a fresh head should not disturb",
    ),
    "freeze_stages": Parameter(
        "whole",
        0,
        0,
        1000,
        help="first stages of the backbone that never learn; 1 is the stem",
        when="pretrained weights and little time: 2 or 3 of a CNN, whose first stages see most "
        "pixels",
    ),
    "clip": Parameter(
        "number",
        None,
        1e-3,
        1e4,
        optional=True,
        help="greatest norm of a step's gradient",
        when="losses leap or are not finite; transformers, high learning rates",
    ),
    "accumulate": Parameter(
        "whole",
        1,
        1,
        256,
        help="batches that make one optimiser step",
        when="a larger batch would not fit into memory",
    ),
    "mixup": Parameter(
        "number",
        None,
        0.01,
        10.0,
        optional=True,
        help="photos of a batch are blended, two and two; alpha of the beta distribution of their "
        "shares: 0.2 seldom blends much, 1 as often as not (Zhang et al., mixup, 2018)",
        when="many epochs of few photos; recipe E: 0.7519 -> 0.7637",
    ),
    "cutmix": Parameter(
        "number",
        None,
        0.01,
        10.0,
        optional=True,
        help="a rectangle of a photo is put into another of its batch; alpha of the beta "
        "distribution of their shares (Yun et al., CutMix, 2019); with mixup, each batch has one",
        when="many epochs of few photos, where half of one still tells its class",
    ),
    "ema": Parameter(
        "number",
        None,
        0.0,
        0.99999,
        optional=True,
        help="decay a step of an average of the weights, which is judged and kept",
        when="scores leap from epoch to epoch: 0.98 for some hundred steps, 0.999 for thousands",
    ),
}
