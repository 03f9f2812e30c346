"""Keeps the plan of a sweep, and makes it anew where something has changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from maskopt.plan.backwards import loses_votes, plan_backwards
from maskopt.plan.costs import Costs
from maskopt.plan.ranking import Ranking
from maskopt.plan.situation import Export, Plan, Situation


class Planner:
    """Plans at the next look after a change, until the training is over.

    Args:
        clock: Gives seconds that never go back.
        costs: What cannot be cut off.
        export: What is exported afterwards; none is nothing.
        situation: Tells how things stand.
        epoch: Tells the longest that an epoch of what runs takes.
        ranking: The trials that may become members; those that failed are taken out.

    Attributes:
        is_search: Whether the search goes on; it never begins again.
        is_old: Whether something has changed since the plan was made.
    """

    def __init__(
        self,
        clock: Callable[[], float],
        costs: Costs,
        export: Export | None,
        situation: Callable[[], Situation],
        epoch: Callable[[], float],
        ranking: Ranking,
    ) -> None:
        self._clock, self._costs, self._export = clock, costs, export
        self._situation, self._epoch, self._ranking = situation, epoch, ranking
        self._planned: Plan | None = None
        self.is_search, self.is_old = True, False

    @property
    def plan(self) -> Plan:
        """What is planned now; once the training is over, the plan stays."""
        old = self._planned
        if old is not None and self._clock() >= old.search_end:
            self.is_search = False  # before a new plan finds that a smaller one would do
        if old is None or (self.is_old and not self.is_over()):
            self.is_old = False
            self._planned = self._anew(old)
        assert self._planned is not None
        return self._planned

    def is_over(self) -> bool:
        """Tell whether whatever trains has to end now."""
        planned = self._planned or self.plan
        return self._clock() >= planned.training_end

    def end_search(self) -> None:
        """Have what comes after the search begin now."""
        self.is_search, self.is_old = False, True

    def _anew(self, old: Plan | None) -> Plan:
        """Return a new plan; where it would give all networks up, the search ends instead."""
        new = self._backwards()
        soon = old is not None and self._clock() + self._epoch() >= old.search_end
        if old is None or not loses_votes(old, new, self._export, ends_soon=soon):
            return new
        if not self.is_search:  # what is begun goes on, but for trials that failed since
            return replace(
                old, candidates=[c for c in old.candidates if c.number in self._ranking]
            )
        self.is_search = False
        return self._backwards()

    def _backwards(self) -> Plan:
        return plan_backwards(self._situation(), self._costs, self._export)
