"""One trial: from a task to a report an epoch. Workers name this by `maskopt.vision.trial:run`."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import replace
from math import nan
from statistics import fmean
from traceback import clear_frames
from typing import Any

import torch

from maskopt.catalog.views import view_of
from maskopt.data.photos import read_photos
from maskopt.records import EpochReport, Stage, TrialTask, settled_epoch
from maskopt.vision.checkpoints import Saved, TrialFolder
from maskopt.vision.clocks import TrialClock
from maskopt.vision.compiling import build_compiled
from maskopt.vision.costs import count_weights
from maskopt.vision.effective import effective
from maskopt.vision.fit import fit
from maskopt.vision.fold_photos import NO_FOLD, open_photos, split_photos
from maskopt.vision.glimpses import take_glimpse
from maskopt.vision.journal import Journal
from maskopt.vision.learner import build_learner
from maskopt.vision.learning import Fitted, Learner
from maskopt.vision.memory import give_memory_back, keep_freed_memory
from maskopt.vision.parts import chosen, number
from maskopt.votes.scores import epoch_scores, join_heads


def run(task: TrialTask) -> Iterator[EpochReport]:
    """Train a trial and yield a report an epoch, from epoch `known_epochs + 1` on.

    A trial with several folds trains a model for each, epoch by epoch in turn, and reports their
    means. It goes on from the checkpoint in its folder: reports in it that are not known yet are
    yielded again; where the checkpoint is missing or broken, the trial starts anew, and on the
    same CPU gives the same reports. The folder then holds `checkpoint.pt`, the weights of the best
    epoch as `settled_epoch` has it, what they said of the validation photos (`best.npz`), and
    `log.txt`.

    A task may name the epoch whose weights are kept instead, and the epoch after which it ends
    whatever its patience says. Scores of epochs that it does not judge are nan, and so are all
    where there are no folds, and it trains on all photos.

    When the iterator ends or is closed, everything that the trial held is given back.

    Raises:
        TrainingError: The configuration cannot be trained: unknown backbone, missing weights, a
            loss that is not finite.
        DataError: Photos are missing or broken.
    """
    with telling(task):
        yield from _run(task)


@contextmanager
def telling(task: TrialTask) -> Iterator[None]:
    """Note in a task's log why what runs inside failed; give back what it held."""
    try:
        yield
    except Exception as error:
        with suppress(OSError):  # a full disk may be the very reason
            Journal(task.folder).failed(error)
        clear_frames(error.__traceback__)  # their variables hold the model, and outlive the trial
        raise
    finally:
        give_memory_back()


def _run(task: TrialTask) -> Iterator[EpochReport]:
    folder, journal = TrialFolder(task), Journal(task.folder)
    saved, lost = folder.read()
    journal.started(task, len(saved.reports))
    if lost and task.known_epochs:
        journal.note(f"{lost}: {task.known_epochs} epochs are trained again, the same as before")
    yield from _telling(saved.effective, saved.reports[task.known_epochs :])
    if _is_over(saved.reports, task):
        journal.note("was over already")
        return
    with closing(_train(task, folder, journal, saved)) as reports:
        for report in reports:
            if report.epoch > task.known_epochs:
                yield report
    journal.note("over")


def _train(
    task: TrialTask, folder: TrialFolder, journal: Journal, saved: Saved
) -> Generator[EpochReport, None, None]:
    """Train the epochs that are not done yet; each report is kept before it is yielded."""
    clock = TrialClock()
    learners = _build_learners(task, journal, saved)
    clock.ended(Stage.START)
    told = effective(task, learners)
    reports = list(saved.reports)
    epochs = range(len(reports) + 1, _last_epoch(task) + 1)
    with ExitStack() as stack:
        fits = [stack.enter_context(closing(fit(each, epochs, task.judges))) for each in learners]
        for fitted in zip(*fits, strict=True):
            report = _report(task, learners, fitted)
            # The lap ends here: the checkpoint, whose writing it would tell, holds the report.
            reports.append(replace(report, spent=clock.lap(each.spent for each in fitted)))
            if _is_kept(reports, task, learners):
                _keep(task, folder, learners, fitted)
            folder.write(Saved(tuple(reports), tuple(each.state() for each in learners), told))
            journal.reported(reports[-1])
            clock.ended(Stage.CHECKPOINT)
            yield from _telling(told if len(reports) == epochs.start else {}, reports[-1:])
            clock.ended(Stage.ENGINE)
            if _is_over(reports, task):
                return


def _telling(told: Mapping[str, Any], reports: Sequence[EpochReport]) -> Iterator[EpochReport]:
    """Yield reports, the first of which tells what really ran."""
    for report in reports[:1]:
        yield replace(report, effective=told)
    yield from reports[1:]


def _keep(
    task: TrialTask, folder: TrialFolder, learners: Sequence[Learner], fitted: Sequence[Fitted]
) -> None:
    facts = {**_facts(task, learners[0]), "epoch": fitted[0].epoch}
    glimpse = take_glimpse(learners, fitted) if task.kept_epoch is None else None
    folder.write_best([each.judged for each in learners], facts, glimpse)


def _build_learners(task: TrialTask, journal: Journal, saved: Saved) -> list[Learner]:
    """Build a learner for each fold, and put it where the trial stands."""
    keep_freed_memory()
    torch.set_num_threads(task.setup.threads)
    torch.backends.cudnn.benchmark = True
    table = read_photos(task.setup.photos_table)
    images = open_photos(task, table)
    learners = []
    for fold in task.setup.folds or (NO_FOLD,):
        train, valid = split_photos(images, table, task.setup.label_space, fold)
        learners.append(build_learner(task, train, valid, fold))
        journal.built(learners[-1], task.setup.threads)
        learners[-1].compiled = build_compiled(task, learners[-1], journal.note)
    for learner, state in zip(learners, saved.states, strict=bool(saved.states)):
        learner.restore(state)
    return learners


def _report(task: TrialTask, learners: Sequence[Learner], fitted: Sequence[Fitted]) -> EpochReport:
    """Return the mean of the folds' epochs; seconds are summed. What is not judged is nan."""
    space = task.setup.label_space
    scores = [
        epoch_scores(space, each.valid.photos.joint, join_heads(space, tuple(fit.predicted)))
        for each, fit in zip(learners, fitted, strict=True)
        if fit.predicted.size
    ]
    names = sorted({name for each in scores for name in each})
    means = {name: fmean(each[name] for each in scores if name in each) for name in names}
    return EpochReport(
        epoch=fitted[0].epoch,
        score=means.pop(task.setup.objective, nan),
        train_loss=fmean(each.train_loss for each in fitted),
        valid_loss=fmean(each.valid_loss for each in fitted),
        seconds=sum(each.seconds for each in fitted),
        scores={**means, **_costs(task, learners, fitted)},
        device=learners[0].precision.device.type,
    )


def _costs(
    task: TrialTask, learners: Sequence[Learner], fitted: Sequence[Fitted]
) -> dict[str, float]:
    """Return what is to be kept low beside the score, the mean of the folds' networks."""
    measured = {
        "latency": fmean(each.latency for each in fitted),
        "parameters": float(fmean(count_weights(each.model) for each in learners)),
    }
    return {name: measured[name] for name in task.setup.objectives if name in measured}


def _best_epoch(reports: Sequence[EpochReport]) -> int:
    """Return the number of the best epoch, the earliest of equals; 0 before the first."""
    best = max(reports, key=lambda report: report.score, default=None)
    return best.epoch if best else 0


def _is_kept(reports: Sequence[EpochReport], task: TrialTask, learners: Sequence[Learner]) -> bool:
    """Tell whether the weights of the last report's epoch are to be kept."""
    kept = task.kept_epoch
    if kept is None:
        kept = settled_epoch(reports, sum(len(each.valid.photos) for each in learners))
    return kept == len(reports)


def _last_epoch(task: TrialTask) -> int:
    return task.setup.epochs if task.last_epoch is None else task.last_epoch


def _is_over(reports: Sequence[EpochReport], task: TrialTask) -> bool:
    """Tell whether the last epoch is done, or patience is at its end."""
    patience = task.setup.patience if task.last_epoch is None else None
    stale = len(reports) - _best_epoch(reports)
    return len(reports) >= _last_epoch(task) or (patience is not None and stale >= patience > 0)


def _facts(task: TrialTask, learner: Learner) -> dict[str, Any]:
    """Return what is needed to build the model again and to prepare photos for it."""
    facts, part = learner.model.facts, chosen(task.config, "backbone")
    options = {key: value for key, value in part.parameters.items() if key != "weights"}
    return {
        "backbone": {"name": part.name, "options": options},
        "image_size": int(number(task.config, "image_size")),
        "view": view_of(task.config.values).judged.to_dict(),
        "mean": facts.mean,
        "std": facts.std,
        "features": facts.features,
        "heads": task.setup.label_space.to_dict(),
    }
