"""The tables: what stands under each key of a search space.

`PARTS` are keys whose value is a name; `NUMBERS` are keys whose value is a number. A key that a
file leaves out takes the default given here, and `maskopt check` shows it.
"""

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
    ),
}

SAMPLERS = {
    "shuffled": Entry("maskopt.vision.samplers:shuffled", help="every photo once an epoch"),
    "class_balanced": Entry(
        "maskopt.vision.samplers:class_balanced",
        help="every combination of classes equally often, drawn with replacement",
    ),
}

LABEL_POLICIES = {
    "official": Entry(
        "maskopt.vision.label_policies:official", help="the classes as they are scored"
    ),
    "soft": Entry(
        "maskopt.vision.label_policies:soft",
        {"spread": Parameter("number", 2.0, 0.0, 1e6, help="in the number's own unit")},
        "a number near a cut is a little of both classes",
        "Geng, Label Distribution Learning, 2016",
    ),
    "bins": Entry(
        "maskopt.vision.label_policies:bins",
        {
            "width": Parameter("number", 5.0, 1e-6, 1e6, help="of a bin, in the number's unit"),
            "spread": Parameter("number", 4.0, 0.0, 1e6, help="of a number over bins, same unit"),
            "weight": Parameter("number", 0.5, 0.0, 100.0, help="of bins beside the classes"),
        },
        "narrow bins of a number, joined into the classes",
        "Gao et al., Deep Label Distribution Learning with Label Ambiguity, 2017",
    ),
}

AUGMENTATIONS = {
    "none": Entry("maskopt.vision.augmentations:none", help="photos as they are"),
    "light": Entry("maskopt.vision.augmentations:light", help="flip, small shifts and scales"),
    "medium": Entry(
        "maskopt.vision.augmentations:medium",
        help="light, and rotation, colour, blur and erasing",
    ),
}

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

BACKBONE_PARAMETERS = {
    "weights": Parameter(
        "path", None, optional=True, help="a local weights file (safetensors or pth)"
    ),
    "pad_type": Parameter(
        "text", None, names=("same",), optional=True, help="TensorFlow's padding"
    ),
    "mean": Parameter(
        "numbers", None, 0.0, 1.0, optional=True, help="what is subtracted from pixels in [0, 1]"
    ),
    "std": Parameter(
        "numbers", None, 1e-3, 10.0, optional=True, help="what pixels are divided by then"
    ),
    "drop_path_rate": Parameter("number", None, 0.0, 0.9, optional=True, help="stochastic depth"),
}
"""What an option of `backbone` may carry; its name is any of timm's."""

PARTS: dict[str, dict[str, Entry]] = {
    "backbone": {},  # open: any name that timm knows
    "loss": LOSSES,
    "sampler": SAMPLERS,
    "label_policy": LABEL_POLICIES,
    "augmentation": AUGMENTATIONS,
    "optimizer": OPTIMIZERS,
    "schedule": SCHEDULES,
}

DEFAULT_PARTS = {
    "loss": "cross_entropy",
    "sampler": "shuffled",
    "label_policy": "official",
    "augmentation": "light",
    "optimizer": "adamw",
    "schedule": "cosine",
}
"""What is used where a file does not name a part; `backbone` must be named."""

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
