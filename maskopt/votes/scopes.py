"""Scopes: photos on which blocks of attributes are decided, together where they share photos.

Letters of shapes: N photos of a scope, M members, C_a classes of an attribute.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from maskopt.labels import Attribute
from maskopt.votes.ballots import (
    JOINTLY,
    Block,
    Predictions,
    Shares,
    ballots,
    fit_votes,
    wanted_of,
)
from maskopt.votes.honest import nested
from maskopt.votes.out_of_fold import Floats, OutOfFold
from maskopt.votes.shared import Shared, merge_groups, share
from maskopt.votes.significance import interval
from maskopt.votes.tuning import Settings, Tuned, tune
from maskopt.votes.verdicts import Resampling, resample


class Scope:
    """Blocks that are decided on the same photos.

    Args:
        shared: The photos, which all the blocks' studies know.
        blocks: What is decided.
        tuned: Temperatures and views by study, fitted on all its photos.
        settings: What is asked.
    """

    def __init__(
        self,
        shared: Shared,
        blocks: Sequence[Block],
        tuned: Mapping[str, Tuned],
        settings: Settings,
    ) -> None:
        self.shared, self.blocks = shared, tuple(blocks)
        self._tuned, self._settings = tuned, settings

    @property
    def attributes(self) -> tuple[Attribute, ...]:
        """All the blocks' attributes."""
        return tuple(attribute for block in self.blocks for attribute in block.attributes)

    @cached_property
    def predictions(self) -> Predictions:
        """What each strategy decides of photos that it was not fitted on."""
        return nested(self.shared, self.blocks, self._settings)

    @cached_property
    def ballots(self) -> list[list[Floats]]:
        """The candidates' probabilities of each block, [M, N, C_a] an attribute."""
        return ballots(self.shared, self.blocks, self._tuned)

    @cached_property
    def votes(self) -> dict[str, tuple[Shares, ...]]:
        """Each strategy's vote shares, fitted on all photos: [M] a block."""
        shared = self.shared
        return fit_votes(self.ballots, self.blocks, shared.targets, shared.groups, self._settings)

    @cached_property
    def resampled(self) -> Resampling:
        """Each strategy's honest score over all the attributes, also on resampled groups."""
        settings = self._settings
        return resample(
            self.shared, self.attributes, self.predictions, settings.objective, settings.seed
        )

    def members(self) -> dict[str, int]:
        """Return the number of different members that vote, by strategy."""
        found = {
            strategy: len({name for voting in self._voting(shares) for name in voting})
            for strategy, shares in self.votes.items()
        }
        return found | {"hard": found["soft"]}

    def surplus(self) -> dict[str, int]:
        """Return by strategy how many votes there are beyond one a block."""
        return {
            strategy: sum(len(voting) - 1 for voting in self._voting(shares))
            for strategy, shares in self.votes.items()
        }

    def only(self, block: Block) -> Scope:
        """Return one of the blocks on the same photos, with what is known of it already."""
        scope = Scope(self.shared, [block], self._tuned, self._settings)
        scope.predictions = {
            strategy: {name: said[name] for name in block.names}
            for strategy, said in self.predictions.items()
            if strategy != JOINTLY
        }
        place = self.blocks.index(block)
        scope.ballots = [self.ballots[place]]
        scope.votes = {n: (each[place],) for n, each in self.votes.items() if n != JOINTLY}
        return scope

    def _voting(self, shares: Sequence[Shares]) -> list[list[tuple[str, int]]]:
        names = [candidates(self.shared, block) for block in self.blocks]
        return [
            [known[m] for m in np.flatnonzero(each)]
            for known, each in zip(names, shares, strict=True)
        ]


def candidates(shared: Shared, block: Block) -> list[tuple[str, int]]:
    """Return study and trial of each of a block's candidates, [M]."""
    trials = {study.study: study.trials for study in shared.studies}
    return [(study, trial) for study in block.studies for trial in trials[study]]


@dataclass(frozen=True, eq=False)
class Found:
    """What is decided where.

    Attributes:
        own: One scope a block, on all the photos that its studies share.
        whole: All blocks on the photos that all studies share; the block's own where there is
            one block; None where they share too few.
        tuned: Temperatures and views by study.
        notes: What is to be known, sentences.
    """

    own: tuple[Scope, ...]
    whole: Scope | None
    tuned: Mapping[str, Tuned]
    notes: tuple[str, ...]


def find_scopes(
    studies: Sequence[OutOfFold], blocks: Sequence[Block], settings: Settings
) -> Found:
    """Return the photos on which each block is decided, and those for all together."""
    by_name = {study.study: study for study in studies}
    tuned = {
        name: _tune_whole(study, wanted_of(name, blocks), settings)
        for name, study in by_name.items()
        if wanted_of(name, blocks)
    }
    own, notes = [], []
    for block in blocks:
        scope, note = _scope_of(block, by_name, tuned, settings)
        own.append(scope)
        notes += note
    whole = own[0]
    if len(own) > 1:
        voting = {name for scope in own for block in scope.blocks for name in block.studies}
        shared = share([study for name, study in by_name.items() if name in voting])
        if shared is None:
            return Found(tuple(own), None, tuned, tuple(notes))
        whole = Scope(shared, [scope.blocks[0] for scope in own], tuned, settings)
        same = [len(scope.shared) == len(shared) for scope in own]
        own = [
            whole.only(scope.blocks[0]) if equal else scope
            for scope, equal in zip(own, same, strict=True)
        ]
        notes += shared.notes
    return Found(tuple(own), whole, tuned, tuple(dict.fromkeys(notes)))


def _tune_whole(study: OutOfFold, attributes: Sequence[str], settings: Settings) -> Tuned:
    return tune(study, np.arange(len(study)), merge_groups([study.groups]), attributes, settings)


def _scope_of(
    block: Block,
    studies: Mapping[str, OutOfFold],
    tuned: Mapping[str, Tuned],
    settings: Settings,
) -> tuple[Scope, list[str]]:
    """Return a block's scope; of the best of its studies alone where they share no photos."""
    shared = share([studies[name] for name in block.studies])
    if shared is not None:
        return Scope(shared, [block], tuned, settings), list(shared.notes)
    alone, scores = [], []
    for name in block.studies:
        one = share([studies[name]])
        assert one is not None  # a study shares all photos with itself
        alone.append(Scope(one, [replace(block, studies=(name,))], tuned, settings))
        scores.append(alone[-1].resampled["greedy"])
    best = max(range(len(alone)), key=lambda place: scores[place][0])
    figures = " and ".join(
        f"{name} {interval(*each)}" for name, each in zip(block.studies, scores, strict=True)
    )
    return alone[best], [
        f"{' and '.join(block.studies)} share too few photos to be compared on "
        f"{'+'.join(block.names)}: {block.studies[best]} alone answers, as it scores higher on "
        f"its own photos ({figures})"
    ]
