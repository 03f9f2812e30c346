"""What really ran: read off what was built, and never off what was asked for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import fields
from itertools import groupby
from typing import Any

import numpy as np
from torch import nn

from maskopt.labels import LabelSpace
from maskopt.records import TrialTask
from maskopt.vision.describing import describe, rounded
from maskopt.vision.learning import Learner
from maskopt.vision.loaders import Loader, Photos

_MOST_CLASSES = 60  # of all attributes together, beyond which each attribute is told alone
_MOST_EPOCHS = 100  # whose learning rates are told
_PROBES = 16  # learning rates that make an epoch's mean
_SEEN = 8  # photos whose pixels are summed up
_TOLD = {
    "model", "losses", "optimizer", "scaler", "precision", "train", "valid", "schedule", "fold",
    "seed", "compiled", "clock", "apart", "valid_losses", "frozen",
}  # fmt: skip
"""What of a learner has a section of its own, or decides nothing."""

_OF_LOADER = {"photos", "placement", "order", "seed", "augmentation", "own"}
_OF_GROUP = {"params", "lr", "foreach", "fused", "maximize", "capturable", "differentiable"}
"""What of a group is no setting: each step sets its learning rate, by the schedule."""


def effective(task: TrialTask, learners: Sequence[Learner]) -> dict[str, Any]:
    """Return what a trial's training is made of, as plain values.

    Of a trial with several folds it is the first one's, which the others share but for their
    photos; these are counted of each.

    Args:
        task: Gives names of heads and classes, threads, and the number of epochs.
        learners: As they were built; they are left as they are.
    """
    learner, space = learners[0], task.setup.label_space
    return {
        "device": {
            "device": str(learner.precision.device),
            "precision": str(learner.precision),
            "threads": task.setup.threads,
            "compile": task.setup.compile,
        },
        "photos": _photos(learners),
        "sampler": _sampler(learner, space),
        "augmentation": _augmentation(learner.train),
        "batches": _others(learner.train, _OF_LOADER),
        "model": _model(learner),
        "heads": {
            head.name: {"classes": head.class_count, "outputs": layer.out_features}
            for head, layer in zip(space.heads, learner.model.heads, strict=True)
        },
        "loss": _loss(learner),
        "optimizer": _optimizer(learner),
        "schedule": _schedule(learner, task.setup.epochs),
        "steps": _others(learner, _TOLD),
    }


def _photos(learners: Sequence[Learner]) -> dict[str, Any]:
    train = learners[0].train.photos
    counts = {str(each.fold): _counts(each) for each in learners}
    seen = np.asarray(train.images[train.rows[:_SEEN]], np.float64)
    return {
        "folds": counts,
        "size": int(train.images.shape[1]),
        "pixels": {"mean": rounded(float(seen.mean())), "std": rounded(float(seen.std()))},
    }


def _counts(learner: Learner) -> dict[str, int]:
    apart = {"apart": len(learner.apart.photos)} if learner.apart else {}
    return {"train": len(learner.train.photos), "valid": len(learner.valid.photos), **apart}


def _sampler(learner: Learner, space: LabelSpace) -> dict[str, Any]:
    """Return what one drawn epoch holds, the second: no schedule's first epochs are special."""
    photos, drawn = learner.train.photos, learner.train.order(2)
    return {
        "photos": len(drawn),
        "different": len(np.unique(drawn)),
        "steps": len(learner.train.step_sizes(learner.accumulate, 2)),
        "shares": _shares(photos, drawn, space),
    }


def _shares(photos: Photos, drawn: np.ndarray[Any, Any], space: LabelSpace) -> dict[str, Any]:
    joint = space.joint
    if joint.class_count <= _MOST_CLASSES:
        counts = np.bincount(photos.joint[drawn], minlength=joint.class_count)
        return _by_class(joint.classes, counts)
    split = np.unravel_index(photos.joint[drawn], joint.shape)
    return {
        name: share
        for attribute, ids in zip(joint.attributes, split, strict=True)
        for name, share in _by_class(
            [f"{attribute.name}:{each}" for each in attribute.classes],
            np.bincount(ids, minlength=len(attribute.classes)),
        ).items()
    }


def _by_class(names: Sequence[str], counts: np.ndarray[Any, Any]) -> dict[str, Any]:
    whole = max(1, int(counts.sum()))
    return {name: round(int(n) / whole, 4) for name, n in zip(names, counts, strict=True)}


def _augmentation(train: Loader) -> Any:
    augment = train.augmentation()
    return describe(getattr(augment, "transforms", augment))


def _model(learner: Learner) -> dict[str, Any]:
    model = learner.model
    facts = model.facts
    counts = {
        "all": model.parameters(),
        "learning": (each for each in model.parameters() if each.requires_grad),
        "backbone": model.backbone.parameters(),
        "heads": model.heads.parameters(),
    }
    kinds = Counter(type(each).__name__ for each in model.backbone.modules() if _is_leaf(each))
    drops = {getattr(each, "drop_prob", None) for each in model.backbone.modules()}
    return {
        "backbone": facts.name,
        "weights": facts.weights,
        "parameters": {name: sum(p.numel() for p in each) for name, each in counts.items()},
        "frozen stages": learner.frozen.stages,
        "features": facts.features,
        "layers": dict(sorted(kinds.items())),
        "dropout": describe(model.dropout.p),
        "drop_path": sorted(rounded(each) for each in drops if isinstance(each, float)),
        "mean": describe(facts.mean),
        "std": describe(facts.std),
    }


def _is_leaf(module: nn.Module) -> bool:
    return not any(True for _ in module.children())


def _loss(learner: Learner) -> Any:
    told = describe(learner.losses)
    shares = learner.train.photos.shares
    if shares is not None and shares.shape[1]:
        told["mean shares"] = describe(shares.mean(axis=0))
    return told


def _optimizer(learner: Learner) -> dict[str, Any]:
    """Return the optimiser's name and groups; neighbours that differ in size alone are one."""
    groups = [
        (
            {key: describe(each) for key, each in group.items() if key not in _OF_GROUP},
            sum(each.numel() for each in group["params"]),
        )
        for group in learner.optimizer.param_groups
    ]
    joined = [
        {"weights": sum(size for _, size in same), **told}
        for told, same in groupby(groups, key=lambda each: each[0])
    ]
    return {"is": type(learner.optimizer).__name__, "groups": joined}


def _schedule(learner: Learner, epochs: int) -> dict[str, Any]:
    """Return the schedule's rule, the mean learning rate of each epoch and the first step's.

    A schedule that follows validation losses is told as if none came.
    """
    steps = len(learner.train.step_sizes(learner.accumulate, 1))
    probes = np.unique(np.linspace(0, steps - 1, _PROBES).round())
    means = [
        float(np.mean([learner.schedule(epoch + (step + 0.5) / steps) for step in probes]))
        for epoch in range(min(epochs, _MOST_EPOCHS))
    ]
    return {
        "rule": describe(learner.schedule),
        "first step": rounded(learner.lr * learner.schedule(0.5 / steps)),
        "epochs": [rounded(learner.lr * mean) for mean in means],
    }


def _others(part: Learner | Loader, told: set[str]) -> dict[str, Any]:
    """Return whatever else a part has, under its own names."""
    kept = {each.name.lstrip("_"): getattr(part, each.name) for each in fields(part)}
    return {
        name: _average(each) if name == "average" else describe(each)
        for name, each in kept.items()
        if name not in told
    }


def _average(average: Any) -> Any:
    return None if average is None else {"decay": describe(float(average.decay))}
