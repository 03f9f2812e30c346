"""The keys of a search space whose value is a number."""

from __future__ import annotations

from maskopt.catalog import Parameter

NUMBERS = {
    "image_size": Parameter(
        "whole", 224, 16, 1024, help="side of the square that a photo becomes, pixels"
    ),
    "batch_size": Parameter("whole", 64, 1, 4096, help="photos a step"),
    "lr": Parameter("number", 1e-3, 1e-8, 10.0, help="learning rate at its highest"),
    "weight_decay": Parameter("number", 0.01, 0.0, 1.0, help="not on norms and biases"),
    "warmup_epochs": Parameter(
        "number", 0.0, 0.0, 100.0, help="epochs in which the learning rate rises from zero"
    ),
    "dropout": Parameter("number", 0.0, 0.0, 0.9, help="before the heads"),
    "layer_decay": Parameter(
        "number",
        None,
        0.01,
        1.0,
        optional=True,
        help="learning rate of each layer of the backbone as a share of the next one's",
    ),
    "freeze_epochs": Parameter(
        "whole", 0, 0, 10_000, help="first epochs in which only the heads learn"
    ),
    "clip": Parameter(
        "number", None, 1e-3, 1e4, optional=True, help="greatest norm of a step's gradient"
    ),
    "accumulate": Parameter("whole", 1, 1, 256, help="batches that make one optimiser step"),
    "ema": Parameter(
        "number",
        None,
        0.0,
        0.99999,
        optional=True,
        help="decay a step of an average of the weights, which is judged and kept",
    ),
}
