"""The best trial so far as a bundle of one member, at any moment of a sweep."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from maskopt.bundle import check_place, read_bundle, seal, staging, store_photo, write_card
from maskopt.catalog.views import WHOLE
from maskopt.data.images import pick_images
from maskopt.data.photos import PhotoTable
from maskopt.ensembles import Bundle, Ensemble, Member, StoredPhoto
from maskopt.errors import BundleError, MaskoptError
from maskopt.export.assemble import Candidate, bring_member
from maskopt.export.facts import Floats, Ints, class_shares, describe_fold
from maskopt.records import (
    EpochReport,
    StudyRecord,
    TrialRecord,
    TrialState,
    TrialTask,
    Verdict,
    best_file,
)
from maskopt.roles import SweepPlan
from maskopt.spec import StudySpec
from maskopt.votes.glimpse import GLIMPSE, PLAIN, Glimpse, read_facts, read_glimpse
from maskopt.votes.marginals import marginalise

BEST_BUNDLE = "best.bundle"
"""Its name in the study's folder."""

_UNREADABLE = (OSError, ValueError, KeyError, BadZipFile, EOFError)


@dataclass(frozen=True, eq=False)
class Scene:
    """What all trials of a sweep share.

    Attributes:
        folder: The study's own folder.
        cache: Where decoded images are kept.
    """

    spec: StudySpec
    table: PhotoTable
    folder: Path
    cache: Path

    @property
    def place(self) -> Path:
        """Where the bundle stands."""
        return self.folder / BEST_BUNDLE


class BestBundle:
    """Watches a sweep, and writes a bundle whenever the best trial has changed.

    It writes on a thread of its own, so that no trial waits for the disk. The best trial is the
    complete one with the highest score; until there is one, the best that was pruned.

    Args:
        scene: What all trials share.
        warn: Is handed one line where a bundle could not be written.
    """

    def __init__(self, scene: Scene, warn: Callable[[str], None]) -> None:
        self._scene, self._warn = scene, warn
        self._best: TrialRecord | None = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="best bundle")
        self._writing: Future[None] | None = None

    def opened(self, plan: SweepPlan, record: StudyRecord) -> None:
        """Write what an earlier sweep could not write any more."""
        self.catch_up(record)

    def catch_up(self, record: StudyRecord) -> None:
        """Write the best trial of a study unless its bundle stands already."""
        if self.is_behind(record) and self._best is not None:
            self._write(self._best)

    def is_behind(self, record: StudyRecord) -> bool:
        """Tell whether a study has a best trial whose bundle does not stand."""
        for trial in record.trials:
            if _rank(trial) > _rank(self._best):
                self._best = trial
        return self._best is not None and standing(self._scene.place) != self._best.number

    def started(self, task: TrialTask) -> None:
        """Nothing is over yet."""

    def reported(self, number: int, report: EpochReport, verdict: Verdict) -> None:
        """Nothing is over yet."""

    def ended(self, trial: TrialRecord) -> None:
        """Write a bundle if this trial is the best now."""
        if _rank(trial) > _rank(self._best):
            self._best = trial
            self._write(trial)

    def tick(self) -> None:
        """Tell of a bundle that could not be written."""
        if self._writing is not None and self._writing.done():
            self._tell(self._writing)
            self._writing = None

    def closed(self, record: StudyRecord, reason: str) -> None:
        """Wait for what is being written."""
        self._thread.shutdown()
        self.tick()

    def _write(self, trial: TrialRecord) -> None:
        self.tick()
        self._writing = self._thread.submit(self._write_if_best, trial)

    def _write_if_best(self, trial: TrialRecord) -> None:
        if self._best is trial:  # a better one may have ended while another was written
            write_best(self._scene, trial)

    def _tell(self, writing: Future[None]) -> None:
        error = writing.exception()
        if isinstance(error, (MaskoptError, *_UNREADABLE)):
            self._warn(f"{self._scene.place} could not be written: {error}")
        elif error is not None:
            raise error


def standing(place: Path) -> int | None:
    """Return the number of the trial whose bundle stands at a place, if one does."""
    try:
        return read_bundle(place).members[0].trial
    except MaskoptError:
        return None


def write_best(scene: Scene, trial: TrialRecord) -> None:
    """Write one trial as a bundle; whoever looks finds the old one or this one.

    Nothing is trained or predicted: the trial left what its networks said of their unseen folds,
    and of the photos to store. A trial whose worker died between two files is passed over.

    Raises:
        BundleError: Something else stands in the place, or the trial left nothing to show.
        OSError: Something cannot be read or written.
        ValueError: A file is broken; also raised are KeyError and BadZipFile.
    """
    folder = scene.folder / "trials" / f"{trial.number:05d}"
    try:
        glimpse = read_glimpse(folder)
    except FileNotFoundError as error:
        raise BundleError(
            f"trial {trial.number} has no {GLIMPSE}, which earlier versions did not leave; "
            f"maskopt export-best {scene.spec.study} makes a bundle of it"
        ) from error
    weights = _weights(scene, folder)
    if any(read_facts(file)["epoch"] != glimpse.epoch for file in weights):
        return
    space = scene.spec.label_space
    attributes = space.scored.attributes
    check_place(scene.place)
    with staging(scene.place) as staged:
        (staged / "members").mkdir()
        member = bring_member(staged, Candidate(scene.spec.study, trial, space, weights))
        bundle = Bundle(
            attributes=attributes,
            members=(member,),
            ensembles=(Ensemble(tuple(a.name for a in attributes), {0: 1.0}),),
            priors=class_shares(scene.table, attributes),
            photos=_store(scene, member, glimpse, staged),
            facts=describe_fold(scene.spec, scene.table, trial, *_said(scene, glimpse)),
        )
        write_card(staged, bundle)
        seal(staged, bundle, {})


def _rank(trial: TrialRecord | None) -> tuple[bool, float]:
    if trial is None or trial.score is None:
        return False, float("-inf")
    over = trial.state in (TrialState.COMPLETE, TrialState.PRUNED)
    return trial.state is TrialState.COMPLETE, trial.score if over else float("-inf")


def _weights(scene: Scene, folder: Path) -> tuple[Path, ...]:
    folds = range(scene.spec.folds.use)
    return tuple(folder / best_file(fold, folds) for fold in folds)


def _said(scene: Scene, glimpse: Glimpse) -> tuple[Ints, dict[str, Floats]]:
    """Return places of the photos of unseen folds, and what was said of them by attribute."""
    rows = np.concatenate([part.rows for part in glimpse.held_out])
    parts = [part.log_probabilities[PLAIN] for part in glimpse.held_out]
    heads = [np.exp(np.concatenate(each)) for each in zip(*parts, strict=True)]
    return rows, marginalise(scene.spec.label_space, heads)


def _store(
    scene: Scene, member: Member, glimpse: Glimpse, folder: Path
) -> tuple[StoredPhoto, ...]:
    """Write the photos that the trial has predicted in float32 proper; return what it said."""
    space = scene.spec.label_space
    said = marginalise(space, [each.mean(axis=0) for each in glimpse.probabilities])
    photos = []
    size, view = member.input
    images = pick_images(scene.table, size, scene.cache, glimpse.stored, view)
    for place, pixels in enumerate(images):
        path = f"photos/{place:02d}.png"
        (folder / path).parent.mkdir(exist_ok=True)
        store_photo(pixels, folder / path)
        each = {a.name: tuple(map(float, said[a.name][place])) for a in space.scored.attributes}
        photos.append(StoredPhoto(path, each, seen=view != WHOLE))
    return tuple(photos)
