"""When slots go from the search to networks, and to which."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from maskopt.plan.networks import Network, work
from maskopt.plan.situation import Export, Plan
from maskopt.plan.slots import Slots


def wanted(
    plan: Plan,
    export: Export | None,
    running: Slots,
    able: Callable[[int], bool],
    clock: Callable[[], float],
) -> Iterator[Network]:
    """Yield networks that are wanted and end in time, in the order of their worth.

    Args:
        plan: Says which.
        export: What is exported; none is nothing.
        running: What runs, and what is done.
        able: Tells of a trial whether it can become a member now.
        clock: Gives the time of the plan.
    """
    if plan.shape is None or export is None:
        return
    # What runs is about to be able; till then no worse trial takes its networks' time.
    known = [c for c in plan.candidates if c.number in running.trials or able(c.number)]
    taken = {*running.done, *running.networks}
    for network, seconds in work(known, plan.shape, export.searched, taken):
        fits = clock() + plan.margin * seconds <= plan.training_end
        if fits and able(network[0]):
            yield network


def finishes(plan: Plan, running: Slots, number: int) -> bool:
    """Tell whether a trial takes its last epoch although its slot is wanted.

    The best one does: its networks are trained as far as it was, and one epoch is no more than
    what other slots are waited for.
    """
    run = running.trials.get(number)
    is_best = any(each.number == number for each in plan.candidates[:1])
    return is_best and run is not None and run.epoch + 1 >= run.last
