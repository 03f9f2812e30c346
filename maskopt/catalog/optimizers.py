"""The optimisers."""

from __future__ import annotations

from maskopt.catalog import Entry, Parameter

OPTIMIZERS = {
    "adam": Entry(
        "maskopt.vision.optimizers:adam",
        {
            "beta1": Parameter("number", 0.9, 0.0, 0.999),
            "beta2": Parameter("number", 0.999, 0.0, 0.9999),
        },
        "Adam with weight decay in the gradient",
        "Kingma and Ba, Adam, 2015",
    ),
    "adamw": Entry(
        "maskopt.vision.optimizers:adamw",
        {
            "beta1": Parameter("number", 0.9, 0.0, 0.999),
            "beta2": Parameter("number", 0.999, 0.0, 0.9999),
        },
        "Adam with decoupled weight decay",
        "Loshchilov and Hutter, Decoupled Weight Decay Regularization, 2019",
    ),
    "sgd": Entry(
        "maskopt.vision.optimizers:sgd",
        {"momentum": Parameter("number", 0.9, 0.0, 0.999), "nesterov": Parameter("flag", True)},
        "stochastic gradient descent with momentum",
    ),
}
