"""Selection: which members vote, and how often, judged out of fold.

Letters of shapes: M members, N photos, C_a classes of an attribute.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from maskopt.votes.marginals import decide
from maskopt.votes.polls import Poll
from maskopt.votes.significance import score_of

Floats = NDArray[np.float32]
Ids = NDArray[np.integer[Any]]

BAGS = 10
ROUNDS = 25
START = 10
KEPT = 50
PATIENCE = 6
_MANY = 20  # above so many members, a bag holds half of them
_FEW_GROUPS = 10  # below so many groups, a bag holds all of them


@dataclass(frozen=True, eq=False)
class Decided:
    """Attributes that others decide: their true and predicted joint class ids, [N] each."""

    targets: Ids
    predicted: Ids
    class_count: int


class Judge:
    """Scores predicted ids of some attributes over the product of all, decided ones included.

    Args:
        objective: `macro_f1` or `accuracy`.
        targets: True class ids, [N] an attribute.
        class_counts: C_a of each attribute.
        decided: What is fixed.
    """

    def __init__(
        self,
        objective: str,
        targets: Sequence[Ids],
        class_counts: Sequence[int],
        decided: Decided | None = None,
    ) -> None:
        nothing = np.zeros(len(targets[0]), np.int32)
        decided = decided or Decided(nothing, nothing, 1)
        self._counts = tuple(class_counts)
        self._score = score_of(objective, prod(self._counts) * decided.class_count)
        self._start = decided.predicted.astype(np.int32)
        self._targets = self._joined(decided.targets.astype(np.int32), targets)

    def score(self, predicted: Sequence[Ids]) -> float:
        """Return the score of predicted class ids, [N] an attribute."""
        return self._score(self._targets, self._joined(self._start, predicted))

    def at(self, rows: Ids) -> Judge:
        """Return a judge of some photos only."""
        part = object.__new__(Judge)
        part._counts, part._score = self._counts, self._score
        part._start, part._targets = self._start[rows], self._targets[rows]
        return part

    def _joined(self, start: Ids, class_ids: Sequence[Ids]) -> Ids:
        for ids, count in zip(class_ids, self._counts, strict=True):
            start = start * count + ids
        return start


def rank_members(marginals: Sequence[Floats], judge: Judge) -> list[int]:
    """Return the members' places, the highest own score first; the earlier of equals.

    Args:
        marginals: Probabilities by attribute, [M, N, C_a].
        judge: What scores are.
    """
    scores = [
        judge.score([decide(each[m]) for each in marginals]) for m in range(len(marginals[0]))
    ]
    return sorted(range(len(scores)), key=lambda m: (-scores[m], m))


def soft_vote(marginals: Sequence[Floats], shares: Sequence[float] | None = None) -> list[Floats]:
    """Return the members' mean probabilities, [N, C_a] an attribute, by shares or equally."""
    count = len(marginals[0])
    weights = np.asarray([1 / count] * count if shares is None else shares, np.float32)
    voting = np.flatnonzero(weights)
    return [
        np.asarray(sum(weights[m] * each[m] for m in voting), dtype=np.float32)
        for each in marginals
    ]


def hard_vote(marginals: Sequence[Floats]) -> list[NDArray[np.int64]]:
    """Return the class that most members choose, [N] an attribute; the soft vote breaks ties."""
    chosen = []
    for each, soft in zip(marginals, soft_vote(marginals), strict=True):
        votes = sum(np.eye(each.shape[-1], dtype=np.float32)[decide(one)] for one in each)
        chosen.append(decide(np.asarray(votes + soft / 2, np.float32)))  # soft / 2 < one vote
    return chosen


def greedy_shares(
    marginals: Sequence[Floats],
    targets: Sequence[Ids],
    objective: str,
    *,
    decided: Decided | None = None,
    groups: Ids | None = None,
    seed: int = 0,
) -> NDArray[np.float64]:
    """Return vote shares, [M], that sum to 1, by greedy selection with replacement.

    A bag holds half of the groups, and of many members half. In each bag the selection starts
    from the best so many members by their own score, then adds whichever member helps most, again
    and again, and keeps the ensemble that scored highest on the way (the smallest of equals). A
    member's share is its mean over the bags. What the bags agree on must at least score like the
    best single member on all photos, or that member votes alone.

    Args:
        marginals: Probabilities by attribute, [M, N, C_a].
        targets: True class ids by attribute, [N].
        objective: `macro_f1` or `accuracy`, over the product of the attributes.
        decided: Attributes that others decide, which the objective covers too.
        groups: Number of each photo's group, [N]; each photo is its own where left out.
        seed: Another seed draws other bags.

    References:
        Caruana, Niculescu-Mizil, Crew, Ksikes: Ensemble Selection from Libraries of Models.
        ICML 2004 (sorted start, bags of members).
        Caruana, Munson, Niculescu-Mizil: Getting the Most Out of Ensemble Selection. ICDM 2006
        (only the best of many members are candidates).
        Bühlmann, Yu: Analyzing Bagging. Annals of Statistics 2002 (bags of half the photos).
    """
    judge = Judge(objective, targets, [each.shape[-1] for each in marginals], decided)
    order = rank_members(marginals, judge)[:KEPT]
    shares = np.zeros(len(marginals[0]))
    if len(order) > 1:
        shares[order] = _bagged([each[order] for each in marginals], judge, groups, seed)
        bagged = judge.score([decide(each) for each in soft_vote(marginals, shares.tolist())])
        alone = judge.score([decide(each[order[0]]) for each in marginals])
        if bagged > alone:
            return shares
    return np.asarray(np.eye(len(shares))[order[0]], np.float64)


def _bagged(
    marginals: Sequence[Floats], judge: Judge, groups: Ids | None, seed: int
) -> NDArray[np.float64]:
    """Return mean shares over the bags, [M]; members come best first."""
    random = np.random.default_rng(seed)
    polls = [Poll.of(each, ROUNDS) for each in marginals]
    members, photos = len(marginals[0]), len(marginals[0][0])
    group_of = np.arange(photos) if groups is None else groups
    group_count = int(group_of.max()) + 1
    shares = np.zeros(members)
    for _ in range(BAGS):
        held = random.permutation(members)[: members if members <= _MANY else (members + 1) // 2]
        held.sort()
        drawn = random.permutation(group_count) < (group_count + 1) // 2
        rows = np.flatnonzero(drawn[group_of] | (group_count < _FEW_GROUPS))
        counts = _climb([poll.at(held, rows) for poll in polls], judge.at(rows))
        shares[held] += counts / counts.sum() / BAGS
    return shares


def _climb(polls: Sequence[Poll], judge: Judge) -> NDArray[np.int64]:
    """Return how often each member votes, [M], in the best ensemble on the greedy way."""
    members = range(polls[0].members)
    counts = np.zeros(len(members), np.int64)
    best, kept = -1.0, counts
    for member in range(min(START, len(members))):  # sorted start: the longest list that pays
        counts = counts + (np.arange(len(members)) == member)
        for poll in polls:
            poll.add(member)
        score = judge.score([poll.winners() for poll in polls])
        if score > best:
            best, kept = score, counts
    for poll in polls:
        poll.restart(kept)
    counts, since = kept, 0
    while counts.sum() < ROUNDS and since < PATIENCE:
        scores = [judge.score([poll.winners_with(m) for poll in polls]) for m in members]
        member = int(np.argmax(scores))
        counts = counts + (np.arange(len(members)) == member)
        for poll in polls:
            poll.add(member)
        since += 1
        if scores[member] > best:
            best, kept, since = scores[member], counts, 0
    return kept
