"""A trial's configuration made real: photos, model, loss, optimiser and schedule of one fold."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray
from timm.utils.model_ema import ModelEmaV3

from maskopt.catalog.parts import HEAD_LOSSES
from maskopt.records import TrialTask
from maskopt.space import TrialConfig
from maskopt.vision.augmentations import Augmentation
from maskopt.vision.fold_photos import part_groups, taught_photos
from maskopt.vision.freezing import freeze
from maskopt.vision.label_policies import Lesson
from maskopt.vision.learning import Learner
from maskopt.vision.lessons import HeadLosses
from maskopt.vision.loaders import Loader, Photos, Placement
from maskopt.vision.mixing import build_mixing
from maskopt.vision.models import Model, build_model
from maskopt.vision.optimizing import build_optimizer
from maskopt.vision.parameter_groups import Groups
from maskopt.vision.parts import builder, chosen, number, value
from maskopt.vision.precision import choose_precision, find_device
from maskopt.vision.schedules import warmed_up
from maskopt.vision.seeds import derive, generator, seed_torch
from maskopt.vision.stock import Stock

VALID_BATCH = {"cpu": 64, "cuda": 512}  # photos at most
VALID_TO_TRAIN = 8  # most photos of a validation batch for one of a training batch
GPU_LOADER_THREADS = 8
LOSS_LR_SCALE = 10.0  # learning rate of what a loss learns, over that of the network


def build_learner(task: TrialTask, train: Photos, valid: Photos, fold: int) -> Learner:
    """Build everything that a fold's training needs, by the catalog's names.

    Raises:
        TrainingError: The backbone cannot be built as the configuration says.
    """
    config, heads = task.config, task.setup.label_space.heads
    lessons = [
        builder(config, "label_policy")(head, train.numbers, targets)
        for head, targets in zip(heads, train.targets, strict=True)
    ]
    train = taught_photos(train, task.setup.label_space, lessons)
    apart = None
    share = max(each.apart for each in lessons)
    if share:
        train, apart = part_groups(train, share, generator(task.seed, "apart", fold))
    model = _build_model(task, fold, lessons)
    frozen = freeze(model.backbone, int(number(config, "freeze_stages")), model.facts.name)
    precision = choose_precision(model.backbone, find_device())
    precision.place(model)  # what never learns is placed otherwise
    losses = _build_losses(task, train, lessons).to(precision.device)
    placement = Placement(precision.device, model.facts.mean, model.facts.std)
    clip = value(config, "clip")
    return Learner(
        model=model,
        losses=losses,
        optimizer=build_optimizer(config, model, _groups_of(losses)),
        scaler=precision.scaler(),
        precision=precision,
        train=_train_loader(task, train, placement, fold),
        valid=valid_loader(task, valid, placement),
        apart=None if apart is None else valid_loader(task, apart, placement),
        schedule=warmed_up(
            builder(config, "schedule"), task.setup.epochs, number(config, "warmup_epochs")
        ),
        lr=number(config, "lr"),
        clip=None if clip is None else number(config, "clip"),
        accumulate=int(number(config, "accumulate")),
        seed=task.seed,
        fold=fold,
        average=_build_average(config, model),
        freeze_epochs=int(number(config, "freeze_epochs")),
        frozen=frozen,
        followed=task.losses,
    )


def _build_average(config: TrialConfig, model: Model) -> ModelEmaV3 | None:
    decay = value(config, "ema")
    return None if decay is None else ModelEmaV3(model, number(config, "ema"), use_warmup=True)


def _build_model(task: TrialTask, fold: int, lessons: Sequence[Lesson]) -> Model:
    seed_torch(task.seed, "model", fold)
    backbone = chosen(task.config, "backbone")
    return build_model(
        backbone,
        task.setup.label_space,
        image_size=int(number(task.config, "image_size")),
        dropout=number(task.config, "dropout"),
        scratch=backbone.name in task.setup.scratch,
        joins=[each.join for each in lessons],
    )


def _build_losses(task: TrialTask, train: Photos, lessons: Sequence[Lesson]) -> HeadLosses:
    config, space = task.config, task.setup.label_space
    heads = space.heads
    counts = [
        np.bincount(targets, minlength=head.class_count)
        for head, targets in zip(heads, train.targets, strict=True)
    ]
    keys = [f"{HEAD_LOSSES}.{head.name}" for head in heads]
    losses = [
        builder(config, key if key in config.values else "loss")(each)
        for key, each in zip(keys, counts, strict=True)
    ]
    weigh = builder(config, "head_weights")([head.name for head in heads])
    scored = [space.is_scored(head) for head in heads]
    return HeadLosses(losses, lessons, weigh=weigh, scored=scored, epochs=task.setup.epochs)


def _groups_of(losses: HeadLosses) -> Groups:
    """Return what a loss learns itself: without decay, and faster, being a few numbers."""
    learned = list(losses.parameters())
    # Timm's Muon is for weight matrices: its AdamW takes what falls back
    alike = {"weight_decay": 0.0, "lr_scale": LOSS_LR_SCALE, "use_fallback": True}
    return [{"params": learned, **alike}] if learned else []


def _train_loader(task: TrialTask, photos: Photos, placement: Placement, fold: int) -> Loader:
    space, size = task.setup.label_space, photos.images.shape[1]
    stock = Stock(space, photos.joint, size, photos.numbers)
    sampler = builder(task.config, "sampler")(stock)

    def order(epoch: int) -> NDArray[np.int64]:
        drawn: NDArray[np.int64] = sampler(generator(task.seed, "sampler", fold, epoch))
        return drawn

    return Loader(
        photos,
        placement,
        int(number(task.config, "batch_size")),
        order,
        lambda epoch: derive(task.seed, "augmentation", fold, epoch),
        partial(builder(task.config, "augmentation"), stock),
        _threads(task, placement),
        build_mixing(task, fold),
    )


def valid_batch_size(device: str, train_batch_size: int) -> int:
    """Return the photos of a validation batch, given `cpu` or `cuda`.

    Without a backward pass a photo takes a fraction of the memory that it takes in training, but
    who lowers the training batch because memory is short must not run out of it here.
    """
    return min(VALID_BATCH[device], VALID_TO_TRAIN * train_batch_size)


def valid_loader(task: TrialTask, photos: Photos, placement: Placement, views: int = 1) -> Loader:
    """Return what gives photos as they are, in their order, in batches without a backward pass.

    Args:
        task: Gives the size of a training batch, and threads.
        photos: All of them are given.
        placement: Where they are to go.
        views: Of each photo; as many fewer photos make a batch.
    """
    most = valid_batch_size(placement.device.type, int(number(task.config, "batch_size")))
    return Loader(
        photos,
        placement,
        max(1, most // views),
        lambda _: np.arange(len(photos)),
        lambda _: 0,
        Augmentation,
        _threads(task, placement),
    )


def _threads(task: TrialTask, placement: Placement) -> int:
    beside_gpu = placement.device.type == "cuda"
    return min(task.setup.threads, GPU_LOADER_THREADS) if beside_gpu else 0
