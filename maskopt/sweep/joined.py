"""One bundle of several studies in time: what each brings is joined when all are swept."""

from __future__ import annotations

import time
from collections.abc import Sequence

from maskopt.ensembles import Bundle
from maskopt.errors import MaskoptError, plural
from maskopt.export.ballots import Ballot
from maskopt.export.composing import Exporting, compose
from maskopt.export.fold_queue import FoldQueue
from maskopt.export.joining import join_bundles
from maskopt.export.networks import Members
from maskopt.export.options import ExportOptions
from maskopt.export.shelf import Shelf
from maskopt.export.sources import Source, scratch_of, wanted_attributes
from maskopt.export.story import holding_all
from maskopt.plan.costs import FACTOR, Costs
from maskopt.plan.speeds import Speeds
from maskopt.plan.timetable import Timetable
from maskopt.records import StudyRecord
from maskopt.report.console import show_note, show_warning
from maskopt.study.study import Study
from maskopt.sweep.delivery import (
    NoVote,
    best_place,
    deliver_in_time,
    source_of,
    tell_of_luck,
)
from maskopt.sweep.earlier import earlier_vote
from maskopt.sweep.stage import Stage
from maskopt.sweep.timing import MEMBERS, export_of

ALONE = "the best trial of each study is exported"


def ballot_of(stage: Stage, source: Source, members: Members, record: StudyRecord) -> Ballot:
    """Return what a sweep that is over brings; its best trial's bundle is caught up."""
    ballot = Ballot(source, members, best_place(stage, record))
    if members:
        tell_of_luck(record, ballot.voting.trials, stage.spec.folds.judged(len(source.table)))
    return ballot


def late_ballot(stage: Stage, study: Study, costs: Costs) -> Ballot:
    """Return what lies there of earlier sweeps, where there is no time for more."""
    source = source_of(stage, scratch_of(stage.folder))
    timetable = Timetable(
        time.monotonic,
        stage.deadline,
        1,
        stage.spec.budget.epochs,
        Speeds({}),
        costs,
        export=export_of(stage, MEMBERS),
    )
    timetable.recall(study.record())
    timetable.searches = False
    queue = FoldQueue(
        Shelf(source, 1, stage.cache),
        study.trial_record,
        timetable,
        members=MEMBERS,
        warn=show_warning,
    )
    return ballot_of(stage, source, queue.members(), study.record())


def composing_seconds(ballots: Sequence[Ballot], costs: Costs) -> float:
    """Return the seconds expected of choosing who votes and of writing the folder."""
    photos = sum(len(each.source.table) for each in ballots)
    members = sum(len(each.members) for each in ballots)
    networks = sum(each.networks for each in ballots)
    photo = max((each.photo for each in ballots), default=0.0)
    return costs.choosing(photos, members) + costs.writing(networks, photo)


def reserved_seconds(ballots: Sequence[Ballot], costs: Costs) -> float:
    """Return what is reserved for what studies brought, so that the next ones leave it alone."""
    return FACTOR * composing_seconds(ballots, costs) if ballots else 0.0


def deliver_joined(
    options: ExportOptions, ballots: Sequence[Ballot], deadline: float | None
) -> Bundle | None:
    """Write the vote of all studies, or else their best trials side by side.

    Args:
        options: Name the studies and the place.
        ballots: What they bring.
        deadline: Monotonic time at which the process is to be gone; none where nothing limits it.

    Returns:
        What stands there; none where no study has a trial with weights.
    """
    costs, able = Costs.read(options.studies), [each for each in ballots if each.best is not None]
    for each in ballots:
        if each.best is None:
            show_warning(f"study {each.source.name!r} has no trial to export: it is left out")
    if not able:
        return None
    until = None if deadline is None else deadline - costs.ending(exports=True)

    def vote() -> Bundle:
        voting = _fitting(able, costs, until)
        if not voting:
            raise NoVote("not all studies have networks that can vote in time")
        return _compose(options, voting, costs)

    places = [each.best for each in able if each.best is not None]
    return deliver_in_time(
        options.output,
        vote,
        lambda: _fall_back(options, able),
        lambda: earlier_vote(options.output, options.names, places, "the best trials'"),
        until,
        ALONE,
    )


def _compose(options: ExportOptions, ballots: Sequence[Ballot], costs: Costs) -> Bundle:
    sources = tuple(each.voting for each in ballots)
    members = {key: runs for each in ballots for key, runs in each.members.items()}
    export = Exporting(options, sources, wanted_attributes(sources, options))
    show_note(
        f"joining {plural(len(members), 'member')} of {plural(len(sources), 'study', 'studies')}"
    )
    with holding_all(export) as devices:
        bundle = compose(export, members, devices, costs)
    costs.write(options.studies)
    return bundle


def _fitting(ballots: Sequence[Ballot], costs: Costs, until: float | None) -> Sequence[Ballot]:
    """Leave out the worst members while choosing and writing is not to be expected in time."""
    if not all(each.members for each in ballots):
        return ()
    if until is None:
        return ballots
    left = until - time.monotonic()
    for most in range(max(len(each.members) for each in ballots), 0, -1):
        fewer = [each.first(most) for each in ballots]
        if costs.is_sure(composing_seconds(fewer, costs), left):
            return fewer
    return ()


def _fall_back(options: ExportOptions, ballots: Sequence[Ballot]) -> Bundle | None:
    sources = [each.source for each in ballots]
    try:
        order = [attribute.name for attribute in wanted_attributes(sources, options)]
        return join_bundles([each.best for each in ballots if each.best], options.output, order)
    except MaskoptError as error:
        show_warning(f"the best trials could not be joined: {error}")
        return None
