"""maskopt's side: the learner that a trial builds, and the epochs that it trains."""

from __future__ import annotations

import time
from itertools import count
from typing import Any

import torch

from maskopt.data.photos import read_photos
from maskopt.labels import Attribute, Head, LabelSpace
from maskopt.records import TrialSetup, TrialTask, derive_seed
from maskopt.space import TrialConfig
from maskopt.vision.compiling import build_compiled
from maskopt.vision.fit import train_epoch
from maskopt.vision.fold_photos import NO_FOLD, open_photos, split_photos
from maskopt.vision.learner import build_learner
from maskopt.vision.memory import keep_freed_memory
from speed.cases import CLASSES, Job
from speed.worker import Side

NEVER_ENDS = 10_000  # epochs of the schedule: the learning rate stays near its highest


def prepare(job: Job) -> Side:
    """Build a learner as `maskopt.vision.trial` does, and train its first epoch."""
    keep_freed_memory()
    torch.set_num_threads(job.threads)
    torch.backends.cudnn.benchmark = True
    task = make_task(job)
    space = task.setup.label_space
    table = read_photos(task.setup.photos_table)
    photos = split_photos(open_photos(task, table), table, space, NO_FOLD)
    learner = build_learner(task, *photos, NO_FOLD)
    learner.compiled = build_compiled(task, learner, lambda text: None)
    epochs = count(1)

    def measure() -> dict[str, float]:
        start = time.perf_counter()
        train_epoch(learner, next(epochs))  # its last look at the losses waits for a GPU
        return {"": len(learner.train.photos) / (time.perf_counter() - start)}

    measure()  # compiles, where that is asked for
    return Side(measure, {"precision": str(learner.precision)})


def make_task(job: Job) -> TrialTask:
    """Return a trial's task: the catalog's defaults, but for what the case says."""
    classes = Attribute("class", tuple(map(str, range(CLASSES))))
    setup = TrialSetup(
        study="throughput",
        label_space=LabelSpace((Head((classes,)),)),
        photos_table=job.table,
        cache_folder=job.cache,
        folds=(),
        objective="macro_f1",
        epochs=NEVER_ENDS,
        scratch=(job.case.backbone,),
        threads=job.threads,
        compile="always" if job.compile else "never",
    )
    return TrialTask(0, _config(job), derive_seed("throughput", 0), 0, "", setup)


def _config(job: Job) -> TrialConfig:
    values: dict[str, Any] = {
        "backbone": job.case.backbone,
        "image_size": job.case.image_size,
        "batch_size": job.case.batch_size,
        "augmentation": "light",
    }
    if job.weights is not None:
        values[f"backbone.{job.case.backbone}.weights"] = job.weights
    return TrialConfig(values)
