"""Settings that are known to work when pretrained weights are fine-tuned for a few epochs.

Each names its source. Backbones are left out: a point holds for a family. Learning rates are the
highest of a warmed-up cosine, for a head that starts at zero, without layer-wise decay. Where
a source has no weight decay it is 1e-4 here, which spaces offer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from maskopt.space import Value

SQUARE_ROOT, LINEAR = 0.5, 1.0


@dataclass(frozen=True)
class Proven:
    """A point that is known to work.

    Attributes:
        point: Values by dotted path, without a backbone.
        source: Where it comes from.
        photos: Photos a step for which its learning rate holds.
        scaling: The learning rate goes with the photos a step to this power: 0.5 for Adam, 1 for
            SGD.
        offered: What helps beside, taken where a space offers it and not missed where it does not.

    References:
        Goyal et al., Accurate, Large Minibatch SGD, 2017 (linear); Malladi et al., On the SDEs and
        Scaling Rules for Adaptive Gradient Algorithms, 2022 (square root).
    """

    point: Mapping[str, Value]
    source: str
    photos: int = 64
    scaling: float = SQUARE_ROOT
    offered: Mapping[str, Value] = field(default_factory=dict)

    def at(self, photos: float) -> dict[str, Value]:
        """Return the point with its learning rate for so many photos a step."""
        lr = self.point["lr"]
        assert isinstance(lr, float)
        return {**self.point, "lr": float(f"{lr * (photos / self.photos) ** self.scaling:.3g}")}


def _point(**changes: Value) -> dict[str, Value]:
    """Return what most sources share, with what differs."""
    shared: dict[str, Value] = {
        "image_size": 224,
        "batch_size": 64,
        "accumulate": 1,
        "optimizer": "adamw",
        "schedule": "cosine",
        "warmup_epochs": 1.0,
        "augmentation": "light",
        "sampler": "shuffled",
        "loss": "cross_entropy",
        "loss.cross_entropy.label_smoothing": 0.1,
        "loss.cross_entropy.class_weights": None,
        "dropout": 0.0,
    }
    return shared | changes


_AUTOGLUON = (
    "AutoGluon 1.4's default for timm backbones: AdamW 1e-4 that falls by 0.9 a layer, weight "
    "decay 1e-3, cosine after a tenth of warm-up"
)
_KUMAR = (
    "Kumar et al., How to Fine-Tune Vision Models with SGD, 2022: AdamW, not SGD, for modern "
    "transformers and ConvNeXt"
)
_MEASURED = (
    "measured on 3 age classes of faces with mobilenetv2: a zeroed head, AdamW and a warm-up gave "
    "macro F1 0.724 at 1e-3 and 0.728 at 3e-3, AutoGluon less in ten times the time"
)
_BESIDE: Mapping[str, Value] = {
    "label_policy": "bins",
    "label_policy.bins.width": 5.0,
    "label_policy.bins.spread": 4.0,
    "label_policy.bins.weight": 2.0,
    "ema": 0.98,
    "freeze_stages": 3,
}
"""Measured on the same photos by log loss, which tells more apart than macro F1: bins lowered it
by 0.023, a weight of 2 for 0.5 by 0.006, averaged weights and a cosine by 0.005; three frozen
stages left it where it was, in 0.6 of the time (`benchmarks/README.md`, whole_job). A head
without a number learns the same with bins."""
_LI = (
    "Li et al., Rethinking the Hyperparameters for Fine-tuning, 2020: what ResNets are commonly "
    "fine-tuned with, SGD 0.01 with momentum 0.9 and weight decay 1e-4 at 256 photos a step"
)

_SGD = Proven(
    _point(optimizer="sgd", lr=0.01, weight_decay=1e-4, sampler="class_balanced"),
    _LI,
    photos=256,
    scaling=LINEAR,
)
_ADAMW_RESIDUAL = Proven(
    _point(lr=3e-4, weight_decay=0.01),
    f"between {_AUTOGLUON}, and what was {_MEASURED}",
)
_MOBILE = (
    Proven(
        _point(
            lr=1e-3,
            weight_decay=0.01,
            image_size=128,
            **{"loss.cross_entropy.label_smoothing": 0.05},
        ),
        _MEASURED,
        offered=_BESIDE,
    ),
    Proven(
        _point(
            lr=3e-3,
            weight_decay=0.01,
            image_size=128,
            sampler="class_balanced",
            **{"loss.cross_entropy.label_smoothing": 0.05},
        ),
        _MEASURED,
        offered=_BESIDE,
    ),
)
_ATTENTION = Proven(
    _point(lr=5e-5, weight_decay=0.01, clip=1.0), f"{_KUMAR}; half of {_AUTOGLUON}"
)

PORTFOLIO: Mapping[str, tuple[Proven, ...]] = {
    "mobilenetv2": _MOBILE,
    "mobilenetv3": _MOBILE,
    "resnet": (_ADAMW_RESIDUAL, _SGD),
    "resnext": (_ADAMW_RESIDUAL, _SGD),
    "regnet": (_ADAMW_RESIDUAL, _SGD),
    "densenet": (_ADAMW_RESIDUAL, _SGD),
    "resnetv2": (
        Proven(
            _point(
                optimizer="sgd",
                lr=0.003,
                weight_decay=1e-4,
                **{"loss.cross_entropy.label_smoothing": 0.0},
            ),
            "Kolesnikov et al., Big Transfer, 2020: SGD 0.003 at 512 photos a step, no decay",
            photos=512,
            scaling=LINEAR,
        ),
        _ADAMW_RESIDUAL,
    ),
    "vgg": (Proven(_point(lr=1e-4, weight_decay=0.001), _AUTOGLUON), _SGD),
    "efficientnet": (
        Proven(
            _point(lr=1e-3, weight_decay=0.01, dropout=0.2),
            "recipe E: efficientnet_b4 at 224 px, AdamW 1e-3 at 128 photos a step, cosine, label "
            "smoothing 0.1: 0.7667 on 18 classes of faces",
            photos=128,
        ),
        Proven(_point(lr=3e-4, weight_decay=0.01, sampler="class_balanced"), _AUTOGLUON),
    ),
    "efficientnetv2": (
        Proven(
            _point(lr=1e-3, weight_decay=1e-4, dropout=0.2),
            "Tan and Le, EfficientNetV2, 2021: 1e-3 at 512 photos a step, cosine, no decay",
            photos=512,
        ),
    ),
    "convnext": (
        Proven(_point(lr=1e-4, weight_decay=0.01), f"{_KUMAR}; {_AUTOGLUON}"),
        Proven(
            _point(lr=5e-5, weight_decay=0.001, sampler="class_balanced"),
            "Liu et al., A ConvNet for the 2020s, 2022: AdamW 5e-5 in fine-tuning, nearly no "
            "decay, label smoothing 0.1",
        ),
    ),
    "vit": (
        _ATTENTION,
        Proven(
            _point(
                optimizer="sgd",
                lr=0.03,
                weight_decay=1e-4,
                clip=1.0,
                **{"loss.cross_entropy.label_smoothing": 0.0},
            ),
            "Steiner et al., How to train your ViT?, 2021: SGD 0.03 at 512 photos a step, cosine, "
            "no decay, gradients clipped at 1",
            photos=512,
            scaling=LINEAR,
        ),
    ),
    "swin": (
        _ATTENTION,
        Proven(
            _point(lr=2e-5, weight_decay=0.01, clip=5.0, sampler="class_balanced"),
            "Liu et al., Swin Transformer, 2021: AdamW 1e-5 in fine-tuning, gradients clipped at "
            "5; twice that for few epochs",
        ),
    ),
    "beit": (_ATTENTION,),
    "eva": (_ATTENTION,),
}
"""By family, best first."""
