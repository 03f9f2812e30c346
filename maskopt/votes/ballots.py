"""Ballots: blocks of attributes, what their candidates say, and each strategy's vote on them.

Letters of shapes: M members, N photos, C_a classes of an attribute.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from maskopt.labels import Attribute, Head
from maskopt.votes.marginals import decide, join_classes
from maskopt.votes.out_of_fold import Floats, Ints
from maskopt.votes.selection import (
    Decided,
    Judge,
    greedy_shares,
    hard_vote,
    rank_members,
    soft_vote,
)
from maskopt.votes.shared import Shared
from maskopt.votes.tuning import Settings, Tuned, member_marginals

JOINTLY = "greedy jointly"
"""Each block selected again for the joint objective, the other blocks' decisions fixed."""

Shares = NDArray[np.float64]
Votes = Mapping[str, tuple[Shares, ...]]
"""Vote shares by strategy: [M] a block."""

Predictions = dict[str, dict[str, Ints]]
"""Class ids by strategy and attribute, [N]."""


@dataclass(frozen=True)
class Block:
    """Attributes that the same studies know; they become one ensemble.

    Attributes:
        attributes: Which.
        studies: Names; their members, in this order, are the candidates.
    """

    attributes: tuple[Attribute, ...]
    studies: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The attributes' names."""
        return tuple(attribute.name for attribute in self.attributes)


def wanted_of(study: str, blocks: Sequence[Block]) -> list[str]:
    """Return the attributes that a study votes on."""
    return [name for block in blocks if study in block.studies for name in block.names]


def ballots(
    shared: Shared, blocks: Sequence[Block], tuned: Mapping[str, Tuned]
) -> list[list[Floats]]:
    """Return the candidates' probabilities of each block: [M, N, C_a] an attribute."""
    said = {
        study.study: member_marginals(study, tuned[study.study], rows)
        for study, rows in zip(shared.studies, shared.rows, strict=True)
    }
    return [
        [np.concatenate([said[study][name] for study in block.studies]) for name in block.names]
        for block in blocks
    ]


def fit_votes(
    given: Sequence[Sequence[Floats]],
    blocks: Sequence[Block],
    targets: Mapping[str, Ints],
    groups: Ints,
    settings: Settings,
) -> dict[str, tuple[Shares, ...]]:
    """Return each strategy's vote shares; `hard` has none, its members are those of `soft`.

    Args:
        given: What `ballots` gave of some photos.
        blocks: Whose ballots they are.
        targets: True class ids of these photos by attribute.
        groups: Numbers of their groups.
        settings: What is asked.
    """
    greedy, soft, single = [], [], []
    codes = np.unique(groups, return_inverse=True)[1].reshape(-1)
    for block, marginals in zip(blocks, given, strict=True):
        true = [targets[name] for name in block.names]
        greedy.append(
            greedy_shares(marginals, true, settings.objective, groups=codes, seed=settings.seed)
        )
        members = len(marginals[0])
        soft.append(np.full(members, 1 / members))
        judge = Judge(settings.objective, true, [each.shape[-1] for each in marginals])
        single.append(np.eye(members)[rank_members(marginals, judge)[0]])
    votes = {"greedy": tuple(greedy), "soft": tuple(soft), "single": tuple(single)}
    if len(blocks) > 1:
        votes[JOINTLY] = _jointly(given, blocks, targets, settings, greedy, codes)
    return votes


def _jointly(
    given: Sequence[Sequence[Floats]],
    blocks: Sequence[Block],
    targets: Mapping[str, Ints],
    settings: Settings,
    start: Sequence[Shares],
    groups: Ints,
) -> tuple[Shares, ...]:
    shares = list(start)
    said = [_decided(m, s) for m, s in zip(given, shares, strict=True)]
    for place, (block, marginals) in enumerate(zip(blocks, given, strict=True)):
        others = [p for p in range(len(blocks)) if p != place]
        attributes = [a for p in others for a in blocks[p].attributes]
        true = join_classes(attributes, [targets[a.name] for a in attributes])
        predicted = join_classes(attributes, [ids for p in others for ids in said[p]])
        shares[place] = greedy_shares(
            marginals,
            [targets[name] for name in block.names],
            settings.objective,
            decided=Decided(true, predicted, Head(tuple(attributes)).class_count),
            groups=groups,
            seed=settings.seed,
        )
        said[place] = _decided(marginals, shares[place])
    return tuple(shares)


def _decided(marginals: Sequence[Floats], shares: Shares) -> list[Ints]:
    return [decide(each) for each in soft_vote(marginals, shares.tolist())]


def predict(
    given: Sequence[Sequence[Floats]], blocks: Sequence[Block], votes: Votes
) -> Predictions:
    """Return the class ids that each strategy decides, and those of the hard vote."""
    said: Predictions = {strategy: {} for strategy in (*votes, "hard")}
    for place, (block, marginals) in enumerate(zip(blocks, given, strict=True)):
        for strategy, shares in votes.items():
            ids = _decided(marginals, shares[place])
            said[strategy] |= dict(zip(block.names, ids, strict=True))
        said["hard"] |= dict(zip(block.names, hard_vote(marginals), strict=True))
    return said
