"""Decisions: which strategy's shares each ensemble takes, and how strategies compare.

Letters of shapes: N photos, M candidates, C_a classes of an attribute.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from maskopt.labels import Attribute
from maskopt.votes.ballots import JOINTLY, Block, Shares
from maskopt.votes.out_of_fold import Floats, Ints
from maskopt.votes.scopes import Found, Scope, candidates
from maskopt.votes.selection import soft_vote
from maskopt.votes.shared import Shared
from maskopt.votes.verdicts import Comparison, judge_vote, standings


@dataclass(frozen=True, eq=False)
class Decision:
    """Who votes in one block.

    Attributes:
        scope: The block, on its own photos.
        strategy: Whose shares they are.
        shares: Vote shares of all candidates, [M].
        scored: The photos of the nested predictions.
        said: What the strategy decides of them, nested: class ids by attribute.
    """

    scope: Scope
    strategy: str
    shares: Shares
    scored: Shared
    said: Mapping[str, Ints]

    @property
    def block(self) -> Block:
        """The attributes and the candidates' studies."""
        return self.scope.blocks[0]

    @property
    def voters(self) -> dict[tuple[str, int], float]:
        """Vote shares by study and trial, of members that have one."""
        names = candidates(self.scope.shared, self.block)
        return {names[m]: float(self.shares[m]) for m in np.flatnonzero(self.shares)}

    def probabilities(self) -> dict[str, Floats]:
        """Return what the ensemble says out of fold, [N, C_a] by attribute."""
        mean = soft_vote(self.scope.ballots[0], self.shares.tolist())
        return dict(zip(self.block.names, mean, strict=True))


def decide_votes(found: Found, vote: str) -> tuple[list[Decision], str]:
    """Return each block's decision and the reason, a sentence or one a block.

    Where the blocks share photos there is one strategy for all, judged by all attributes
    together; otherwise each block has its own.

    Args:
        found: What is decided where.
        vote: `auto`, `greedy`, `soft` or `single`.
    """
    if found.whole is None:
        verdicts = [_judge(scope, vote) for scope in found.own]
        names = ["+".join(scope.blocks[0].names) for scope in found.own]
        reasons = [f"{name}: {why}" for name, (_, why) in zip(names, verdicts, strict=True)]
        strategies = [strategy for strategy, _ in verdicts]
        return [_take(*each) for each in zip(found.own, strategies, strict=True)], "; ".join(
            reasons
        )
    strategy, reason = _judge(found.whole, vote)
    if strategy != JOINTLY:
        return [_take(scope, strategy) for scope in found.own], reason
    shared, said = found.whole.shared, found.whole.predictions[JOINTLY]
    shares = found.whole.votes[JOINTLY]
    return [
        Decision(scope, JOINTLY, each, shared, said)
        for scope, each in zip(found.own, shares, strict=True)
    ], reason


def compare(
    found: Found, decisions: Sequence[Decision], attributes: Sequence[Attribute]
) -> tuple[Comparison, ...]:
    """Return strategies side by side: of each block, and of all attributes where they can be.

    Shares that were selected jointly are compared jointly only: no row of a block is of them.
    """
    compared = []
    for decision in decisions:
        scope = decision.scope
        of = "joint" if 1 < len(attributes) == len(scope.attributes) else None
        rows = standings(scope.resampled, scope.members())
        compared.append(Comparison(of or "+".join(decision.block.names), decision.strategy, rows))
    if found.whole is not None and len(found.own) > 1:
        rows = standings(found.whole.resampled, found.whole.members())
        compared.append(Comparison("joint", decisions[0].strategy, rows))
    return tuple(compared)


def plain(strategy: str) -> str:
    """Return `greedy` for both greedy votes."""
    return "greedy" if strategy == JOINTLY else strategy


def _judge(scope: Scope, vote: str) -> tuple[str, str]:
    return judge_vote(vote, scope.resampled, scope.members(), scope.surplus())


def _take(scope: Scope, strategy: str) -> Decision:
    shares = scope.votes[strategy][0]
    return Decision(scope, strategy, shares, scope.shared, scope.predictions[strategy])
