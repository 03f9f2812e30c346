"""The optimisers: three of torch's with fused steps, and those of timm's factory by timm's names.

The names stand here as a table, since importing timm takes seconds; a test compares them with the
installed timm's.
"""

from __future__ import annotations

from maskopt.catalog import Entry, Parameter
from maskopt.catalog.adam_relatives import ADAM_RELATIVES
from maskopt.catalog.sgd_relatives import SGD_RELATIVES

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
        "Sutskever et al., On the Importance of Initialization and Momentum, 2013",
    ),
    **{
        name: entry
        for family in (*ADAM_RELATIVES, *SGD_RELATIVES)
        for name, entry in family.entries()
    },
}

_BITSANDBYTES = ("adam", "adamw", "ademamix", "lion", "sgd")
_APEX = ("adam", "adamw", "lamb", "novograd", "sgd")

REFUSED_OPTIMIZERS = {
    "adahessian": "it needs second derivatives, which training steps do not compute",
    "lbfgs": "it needs the loss several times a step",
    **dict.fromkeys(
        ("kron", "kronw", "kronc"),
        "a trial that goes on from its checkpoint would not be the same",
    ),
    **dict.fromkeys(
        (f"bnb{name}{bits}" for name in _BITSANDBYTES for bits in ("", "8bit")),
        "it needs bitsandbytes, which maskopt does not bring",
    ),
    **dict.fromkeys(
        (f"fused{name}" for name in _APEX),
        "it needs NVIDIA's apex, which maskopt does not bring; adam, adamw and sgd are fused here",
    ),
    "adamwlegacy": "timm keeps it for old checkpoints; write adamw",
    "nadamlegacy": "timm keeps it for old checkpoints; write nadam",
    "radamlegacy": "timm keeps it for old checkpoints; write radam",
    "momentum": "write `sgd: {nesterov: false}`",
    "nesterov": "write sgd, which has Nesterov's momentum",
    "nesterovw": "write sgdw",
}
"""Names that timm or torch knows, and why they cannot be chosen."""
