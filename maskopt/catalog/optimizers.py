"""The optimisers: three of torch's with fused steps, and those of timm's factory by timm's names.

The names stand here as a table, since importing timm takes seconds; a test compares them with the
installed timm's.
"""

from __future__ import annotations

from maskopt.catalog import Entry, Parameter
from maskopt.catalog.adam_relatives import ADAM_RELATIVES
from maskopt.catalog.sgd_relatives import SGD_RELATIVES

_BETA1 = Parameter("number", 0.9, 0.0, 0.999, help="share of the mean gradient that stays a step")
_BETA2 = Parameter(
    "number", 0.999, 0.0, 0.9999, help="share of the mean squared gradient that stays a step"
)

OPTIMIZERS = {
    "adam": Entry(
        "maskopt.vision.optimizers:adam",
        {"beta1": _BETA1, "beta2": _BETA2},
        "Adam with weight decay in the gradient",
        "Kingma and Ba, Adam, 2015",
        when="little or no weight decay; what older recipes were tuned with",
    ),
    "adamw": Entry(
        "maskopt.vision.optimizers:adamw",
        {"beta1": _BETA1, "beta2": _BETA2},
        "Adam with decoupled weight decay",
        "Loshchilov and Hutter, Decoupled Weight Decay Regularization, 2019",
        when="first: fine-tuning for a few epochs, transformers and ConvNeXt above all",
    ),
    "sgd": Entry(
        "maskopt.vision.optimizers:sgd",
        {
            "momentum": Parameter(
                "number", 0.9, 0.0, 0.999, help="share of the last step that goes on"
            ),
            "nesterov": Parameter(
                "flag",
                True,
                help="whether the gradient is taken where momentum leads to",
                idle=("momentum", 0.0),
            ),
        },
        "stochastic gradient descent with momentum",
        "Sutskever et al., On the Importance of Initialization and Momentum, 2013",
        when="residual networks trained for many epochs; half of Adam's memory",
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
