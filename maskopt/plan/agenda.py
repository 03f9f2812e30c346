"""What people are shown of a plan."""

from __future__ import annotations

from maskopt.plan.costs import FACTOR
from maskopt.plan.situation import Plan
from maskopt.roles import Agenda


def agenda_of(plan: Plan, *, now: float, ending: float, done: int, phase: str) -> Agenda:
    """Return what people are shown of a plan.

    Args:
        plan: The plan.
        now: The time.
        ending: Seconds reserved at the very end.
        done: Networks out of fold that are done.
        phase: What goes on, see `Agenda`.
    """
    spare = (plan.networks + plan.repeats) * (1 - 1 / plan.margin)
    return Agenda(
        phase=phase,
        search=max(0.0, plan.search_end - now),
        noise=plan.repeats,
        out_of_fold=plan.networks,
        closing=plan.closing,
        ending=ending,
        slack=spare + (plan.closing + ending) * (1 - 1 / FACTOR),
        members=plan.shape.members if plan.shape else 0,
        folds=plan.shape.folds if plan.shape else 0,
        networks=done,
    )
