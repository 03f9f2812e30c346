"""What a plan is made from, and what it says."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from maskopt.plan.networks import Candidate, Network, Rectangle, shapes
from maskopt.spec import FoldsSpec


@dataclass(frozen=True)
class Export:
    """What is exported after the search.

    Attributes:
        members: The most trials that vote.
        folds: Folds of the study.
        searched: Folds that the search trains.
        photos: Photos of the study.
    """

    members: int
    folds: int
    searched: int
    photos: int

    @property
    def judged(self) -> int:
        """Photos that a trial's score is of, 1 at least."""
        return FoldsSpec(self.folds, self.searched).judged(self.photos)

    @cached_property
    def shapes(self) -> Sequence[Rectangle]:
        """Members and folds that it may have, those that are worth most first."""
        return shapes(self.members, self.folds, self.searched)


@dataclass(frozen=True)
class Situation:
    """What a plan is made from; times are of one clock, in seconds.

    Attributes:
        now: The time.
        first: When the first trial began.
        last: When nothing may run any more but the ending.
        slots: Trials or networks side by side.
        margin: What an epoch may take over what is expected.
        candidates: Trials that may become members, best first.
        done: Networks that are done.
        running: Seconds that networks which run will take yet.
        searches: Whether the search goes on until the plan ends it.
        latency: Seconds until slots are free once the search stops.
        noise: Other seeds of the best configuration that are left to do.
        repeat: Seconds of one of them.
        epoch: Seconds of the slowest candidate's epoch.
        owed: Seconds that probes take yet before they are judged.
    """

    now: float
    first: float
    last: float
    slots: int
    margin: float
    candidates: Sequence[Candidate] = ()
    done: Collection[Network] = ()
    running: Mapping[Network, float] = field(default_factory=dict)
    searches: bool = True
    latency: float = 0.0
    noise: int = 0
    repeat: float = 0.0
    epoch: float = 0.0
    owed: float = 0.0


@dataclass(frozen=True)
class Plan:
    """When what ends.

    Attributes:
        search_end: When no trial is begun for the search's sake any more.
        training_end: When whatever trains is cut off.
        shape: Members and folds that are exported; none is the best trial alone.
        candidates: Of which trials, best first.
        networks: Seconds reserved for networks out of fold.
        noise: Other seeds that are trained.
        repeats: Seconds reserved for them.
        closing: Seconds reserved for choosing and writing.
        margin: What networks may take over what is expected of them.
    """

    search_end: float
    training_end: float
    shape: Rectangle | None = None
    candidates: Sequence[Candidate] = ()
    networks: float = 0.0
    noise: int = 0
    repeats: float = 0.0
    closing: float = 0.0
    margin: float = 1.0
