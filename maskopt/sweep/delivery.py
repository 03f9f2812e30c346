"""The bundle of a sweep with `--export`: the best that the time allows, and never none.

What stands at every moment is worth keeping: the best trial's own bundle first, in the place of
nothing, then the vote in its place.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path

from maskopt.bundle import read_bundle, staging
from maskopt.cluster.devices import DevicePlan
from maskopt.data.photos import read_photos
from maskopt.ensembles import Bundle
from maskopt.errors import MaskoptError
from maskopt.export.best import BestBundle, standing
from maskopt.export.composing import Exporting, compose
from maskopt.export.networks import Members
from maskopt.export.options import ExportOptions
from maskopt.export.sources import Source, identity_of
from maskopt.plan.alarm import OutOfTime, ringing
from maskopt.plan.costs import Costs
from maskopt.records import StudyRecord, TrialRecord, least_by_luck, settled_loss
from maskopt.report.console import show_note, show_warning
from maskopt.report.wording import score_words
from maskopt.sweep.earlier import Earlier, earlier_vote
from maskopt.sweep.options import SweepOptions
from maskopt.sweep.stage import Stage

ALONE = "the best trial alone is exported"


class NoVote(Exception):  # noqa: N818 - it is no error
    """Nothing can vote; the text says why."""


def export_options(options: SweepOptions, names: Sequence[str], output: Path) -> ExportOptions:
    """Return the options of the export that a sweep of studies goes on to: the defaults."""
    return ExportOptions(
        tuple(names),
        output,
        studies=options.studies,
        storage=options.storage,
        workers=options.workers,
        gpus_per_trial=options.gpus_per_trial,
        address=options.address,
        command=options.command,
    )


def source_of(stage: Stage, scratch: Sequence[str]) -> Source:
    """Return the study as an export takes it, its trials still to be chosen."""
    table = read_photos(stage.folder / "photos.csv")
    return Source(stage.spec, stage.folder, table, (), tuple(scratch), identity_of(table))


def deliver(
    stage: Stage,
    output: Path,
    source: Source,
    members: Members,
    devices: DevicePlan,
    costs: Costs,
    record: StudyRecord,
) -> Bundle | None:
    """Write the vote of the members that are whole, or else the best trial alone.

    Args:
        stage: Its deadline holds.
        output: Where the bundle is to stand.
        source: The study.
        members: Those that are whole, best first.
        devices: Ray must run.
        costs: What is reserved for the ending.
        record: What is known of the study; its open trials are settled.

    Returns:
        What stands there; none where no trial has weights.
    """

    def vote() -> Bundle | None:
        fitting = _fitting(stage, members, costs, len(source.table))
        if not fitting:
            return None
        trials = tuple(folds[0].trial for folds in fitting.values())
        tell_of_luck(record, trials, stage.spec.folds.judged(len(source.table)))
        export = Exporting(
            export_options(stage.options, (source.name,), output),
            (replace(source, trials=trials),),
            stage.spec.label_space.scored.attributes,
        )
        return compose(export, fitting, devices, costs)

    return deliver_in_time(
        output,
        vote,
        lambda: _copy_best(output, best_place(stage, record)),
        lambda: _earlier(stage, output, best_place(stage, record)),
        None if stage.deadline is None else stage.deadline - costs.ending(exports=True),
        ALONE,
    )


def deliver_in_time(
    output: Path,
    vote: Callable[[], Bundle | None],
    best: Callable[[], Bundle | None],
    earlier: Callable[[], Earlier | None],
    until: float | None,
    alone: str,
) -> Bundle | None:
    """Put a vote in its place; where nothing stands, the best that is there stands until then.

    Args:
        output: The place.
        vote: Composes it there; none where nothing fits; may say why with NoVote.
        best: Puts what is best without a vote there; none where nothing is.
        earlier: Gives what stands there by now where that is more than `best` would put.
        until: Monotonic time at which the vote is cut off; none lets it take its time.
        alone: Says what is exported where the vote is not.

    Returns:
        What stands there; none where the sweep has nothing to put.
    """
    before = None if output.exists() else best()
    voted, show, why = _voted(vote, until)
    if voted is not None:
        return voted
    stays = earlier()  # be it this very vote, which stood already when the alarm rang
    if why:
        show(f"{why}; {alone if stays is None else stays.words}")
    elif stays is not None:
        show(stays.words)
    return stays.bundle if stays is not None else before or best()


def _voted(
    vote: Callable[[], Bundle | None], until: float | None
) -> tuple[Bundle | None, Callable[[str], None], str]:
    """Return the vote; where there is none, why, and what shows that."""
    try:
        with ringing(None if until is None else until - time.monotonic()):
            return vote(), show_note, ""
    except OutOfTime:
        return None, show_note, "the vote was not composed in time"
    except NoVote as reason:
        return None, show_note, str(reason)
    except MaskoptError as error:
        return None, show_warning, f"the vote could not be composed: {error}"


def tell_of_luck(record: StudyRecord, voting: Sequence[TrialRecord], photos: int) -> None:
    """Say why the trial with the highest score does not vote, where it does not."""
    best, first = record.best, voting[0]
    if best is None or best.score is None or best.number in {trial.number for trial in voting}:
        return
    lucky = (first.score or 0.0) >= least_by_luck(best.score, photos)
    losses = [settled_loss(trial.reports, photos) for trial in (first, best)]
    if lucky and losses[0] < losses[1]:
        why = f"which may be luck: trial {first.number} has less validation loss and votes"
    else:
        why = f"too late for networks of its own: trial {first.number} votes"
    show_note(f"trial {best.number} scored highest, {score_words(best.score)}, {why}")


def deliver_late(stage: Stage, output: Path, record: StudyRecord) -> Bundle | None:
    """Copy the best trial's bundle to the place, unless an earlier vote there is more than that.

    Returns:
        What stands there; none where there is no best trial.
    """
    place = best_place(stage, record)
    stays = _earlier(stage, output, place)
    if stays is None:
        return _copy_best(output, place)
    show_note(stays.words)
    return stays.bundle


def _earlier(stage: Stage, output: Path, best: Path | None) -> Earlier | None:
    places = [] if best is None else [best]
    return earlier_vote(output, [stage.spec.study], places, "the best trial's")


def _copy_best(output: Path, best: Path | None) -> Bundle | None:
    if best is None:
        return None
    with staging(output) as folder:
        shutil.copytree(best, folder, dirs_exist_ok=True)
    return read_bundle(output)


def _fitting(stage: Stage, members: Members, costs: Costs, photos: int) -> Members:
    """Leave out the worst members while choosing and writing is not to be expected in time."""
    if stage.left is None:
        return members
    left = stage.left - costs.ending(exports=True)
    epochs = [r.seconds for folds in members.values() for r in folds[0].trial.reports]
    photo = max(epochs, default=0.0) / max(1, photos)
    count = costs.members_in_time([len(each) for each in members.values()], photos, photo, left)
    return dict(islice(members.items(), count))


def best_place(stage: Stage, record: StudyRecord) -> Path | None:
    """Return where the best trial's bundle stands, brought up to date; none where none does."""
    best = BestBundle(stage.scene, show_warning)
    best.catch_up(record)
    best.closed(record, "")
    place = stage.scene.place
    return None if standing(place) is None else place


def note_ending(costs: Costs, began: float | None, studies: Path) -> None:
    """Keep what a sweep took, and how long Ray took to end; none is where it has not ended."""
    if began is not None:  # the process itself takes a moment more
        costs.note("end", time.monotonic() - began + 1.0)
    costs.write(studies)
