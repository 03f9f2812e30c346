"""A network that never saw one fold, and what it says of that fold's photos.

Letters of shapes: n photos of the fold, B photos of a batch, C classes of a head, F features.
Workers name this by `maskopt.vision.held_out:run`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from maskopt.data.photos import read_photos
from maskopt.ensembles import VIEWS
from maskopt.records import BEST, CHECKPOINT, EpochReport, TrialTask
from maskopt.vision import trial
from maskopt.vision.fold_photos import find_photos, open_judged
from maskopt.vision.journal import Journal
from maskopt.vision.learner import valid_loader
from maskopt.vision.loaders import Loader, Placement
from maskopt.vision.memory import keep_freed_memory
from maskopt.vision.models import Model
from maskopt.vision.networks import build_network
from maskopt.vision.parts import chosen, number
from maskopt.vision.precision import find_device, strict_float32
from maskopt.vision.views import VIEW_COUNTS, average, look
from maskopt.votes.out_of_fold import HELD_OUT, Floats, HeldOut, write_held_out

_LARGEST = VIEWS[-1]


def run(task: TrialTask) -> Iterator[EpochReport]:
    """Train a trial's configuration without one fold, then predict that fold.

    The network is trained as the trial would be, with the same seed and schedule, up to
    `last_epoch`; the weights of `kept_epoch` are kept as `best.safetensors`, and their
    predictions, by every test-time augmentation, as `held_out.npz`. That epoch alone is judged,
    unless the task wants the whole curve: the others' scores are nan. It goes on from its
    checkpoint. With `last_epoch` 0 the weights must lie there already, and are only looked at;
    where both files are there and no checkpoint, nothing is left to do.

    Args:
        task: Its setup has exactly one fold; `kept_epoch` and `last_epoch` are set.

    Raises:
        TrainingError: The configuration cannot be trained, or the weights are missing or of
            another model.
        DataError: Photos are missing or broken.
    """
    if len(task.setup.folds) != 1 or task.kept_epoch is None or task.last_epoch is None:
        raise ValueError("a fold's run takes one fold, the epoch to keep and the last epoch")
    folder = Path(task.folder)
    checkpoint, known = folder / CHECKPOINT, folder / HELD_OUT
    if known.exists() and (folder / BEST).exists() and not checkpoint.exists():
        return
    if task.last_epoch:
        yield from trial.run(task)
    with trial.telling(task):
        write_held_out(known, predict(task))
        Journal(task.folder).note(f"fold {task.setup.folds[0]} predicted")
    checkpoint.unlink(missing_ok=True)


def predict(task: TrialTask) -> HeldOut:
    """Return what the kept weights say of the fold that they never saw."""
    keep_freed_memory()
    torch.set_num_threads(task.setup.threads)
    table, space = read_photos(task.setup.photos_table), task.setup.label_space
    (fold,) = task.setup.folds
    photos = find_photos(open_judged(task, table), table, space, table.folds == fold)
    size = int(number(task.config, "image_size"))
    model = build_network(chosen(task.config, "backbone"), space, size, Path(task.folder) / BEST)
    device = find_device()
    model.to(device).to(memory_format=torch.channels_last)
    placement = Placement(device, model.facts.mean, model.facts.std)
    views, features = _look_at_all(
        model, valid_loader(task, photos, placement, VIEW_COUNTS[_LARGEST])
    )
    return HeldOut(fold, photos.rows, views, features.astype(np.float16))


def _look_at_all(model: Model, loader: Loader) -> tuple[dict[str, tuple[Floats, ...]], Floats]:
    """Return log-probabilities by views, of each head [n, C], and features, [n, F]."""
    said: dict[str, list[list[Tensor]]] = {name: [] for name in VIEWS}
    features = []
    with torch.inference_mode(), strict_float32():
        for batch in loader.epoch(0):
            heads, seen = look(model, batch.images, _LARGEST)
            for name, batches in said.items():
                batches.append([average(each, name) for each in heads])
            features.append(seen)
    joined = {
        name: tuple(torch.cat(head).cpu().numpy() for head in zip(*batches, strict=True))
        for name, batches in said.items()
    }
    return joined, torch.cat(features).cpu().numpy()
