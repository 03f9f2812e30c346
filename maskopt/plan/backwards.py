"""Planning backwards: from the deadline to the moment at which the search stops.

    first trial .. search .. noise .. networks out of fold .. closing .. ending .. deadline

Closing (who votes, the folder) and ending (Ray, the process) cannot be cut off, so they are
reserved several times over. What trains can be cut off at any moment, so an estimate that is
wrong costs a fold or a member and never the deadline.

Search and networks share what is left. A search's gain shrinks with the logarithm of its time
[1], and averaging n networks of like errors takes 1 - 1/n of their variance away, nearly all of
it with the first few [2]: so networks get as much as they can use, up to half, and the best
trial's first few up to three quarters. Where so few trials fit in that it matters, known-good
starts are as good as what would be found after them.

References:
    [1] J. Bergstra, Y. Bengio: Random search for hyper-parameter optimization. JMLR 13 (2012).
    [2] L. Breiman: Bagging predictors. Machine Learning 24 (1996).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import accumulate

from maskopt.plan.costs import FACTOR, Costs
from maskopt.plan.networks import Rectangle, begun_worth, makespan, work, worth
from maskopt.plan.situation import Export, Plan, Situation

SHARE, LARGEST_SHARE = 0.5, 0.75
"""Of the time to train in, for networks out of fold; the larger for the best trial's first ones,
where there is time for a full trial before."""

FIRST = 4
"""Of the best trial's networks these many are the first ones: with more the vote gains little."""

TIGHT = 1.02
"""What these may take over what is expected, where with the margin fewer would fit: to be cut off
costs no more than not to be begun."""

NOISE_SHARE = 0.1
"""Of the time to train in, for the best configuration's other seeds."""


def plan_backwards(at: Situation, costs: Costs, export: Export | None) -> Plan:
    """Return the plan that is worth most.

    Args:
        at: How things stand.
        costs: What cannot be cut off.
        export: What is wanted; none exports nothing.
    """
    if export is None:
        return _with_noise(at, at.last - FACTOR * costs.expected("close"))
    planned = _best(at, costs, export)
    able = {each.number for each in at.candidates}  # of a trial that failed nothing is kept
    begun = Counter(number for number, _ in {*at.done, *at.running} if number in able)
    # A trial that came late may be the best. Others keep their place if it cannot catch up with
    # what they have, and not because further networks of theirs would take less.
    if at.searches or begun_worth(begun, export.searched) < _worth(planned, export):
        return planned
    order = sorted(at.candidates, key=lambda each: each.number not in begun)
    sticky = _best(replace(at, candidates=order), costs, export)
    return max(planned, sticky, key=lambda plan: _worth(plan, export))


def _best(at: Situation, costs: Costs, export: Export) -> Plan:
    """Return the plan with the shape that is worth most, or with none."""
    areas, best = _areas(at, export), None
    for share, margin, shapes in _passes(at, export):
        eased = replace(at, margin=margin)
        for shape in shapes:
            if best is not None and worth(shape, export.searched) <= _worth(best, export):
                break  # those that follow are worth less
            if shape.members <= len(at.candidates):
                planned = _try(eased, costs, export, shape, share, areas(shape))
                if planned is not None:
                    best = planned
                    break
    if best is not None:
        return best
    fallback = closing_seconds(costs, export, None, at.epoch)
    return _with_noise(at, at.last - fallback, closing=fallback)


def _passes(at: Situation, export: Export) -> Sequence[tuple[float, float, Sequence[Rectangle]]]:
    """Return shapes, best first, with their share of time and their margin.

    The best trial's first networks may take more than half, and may be cut off: all of them vote,
    and without one that never saw the photos which chose its trial all votes would rest on these.
    """
    most = export.searched + FIRST
    first = [s for s in export.shapes if s.members == 1 and export.searched < s.folds <= most]
    share, larger = (SHARE, LARGEST_SHARE) if at.searches else (1.0, 1.0)
    margins = (at.margin, min(at.margin, TIGHT))
    return [(share, at.margin, export.shapes), *((larger, margin, first) for margin in margins)]


def loses_votes(old: Plan, new: Plan, export: Export | None, *, ends_soon: bool) -> bool:
    """Tell whether a plan gives votes up that may be saved by ending the search at once.

    Args:
        old: The plan till now.
        new: The one that takes its place.
        export: What is wanted.
        ends_soon: Whether by the old one the search was about to end anyway.
    """
    if old.shape is None or new.shape is None or export is None:
        return old.shape is not None and new.shape is None
    return ends_soon and new.shape.folds <= export.searched < old.shape.folds


def _worth(plan: Plan, export: Export) -> tuple[bool, float, int]:
    return worth(plan.shape, export.searched) if plan.shape else (False, 0.0, 0)


def closing_seconds(costs: Costs, export: Export, shape: Rectangle | None, epoch: float) -> float:
    """Return what is reserved between the last training and the ending."""
    close = costs.expected("close")
    if shape is not None:
        close += costs.choosing(export.photos, shape.members)
        close += costs.writing(shape.members * shape.folds, epoch / max(1, export.photos))
    return FACTOR * close


def _areas(at: Situation, export: Export) -> Callable[[Rectangle], float]:
    """Return what gives the least device-seconds that a shape can need yet; most need more."""
    train = list(accumulate((each.seconds for each in at.candidates), initial=0.0))
    look = list(accumulate((each.look for each in at.candidates), initial=0.0))
    own = {each.number: each for each in at.candidates}
    begun = [network for network in {*at.done, *at.running} if network[0] in own]
    spent = sum(
        own[number].look if fold < export.searched else own[number].seconds
        for number, fold in begun
    )

    def area(shape: Rectangle) -> float:
        trained = train[shape.members] * (shape.folds - export.searched)
        return look[shape.members] * export.searched + trained - spent

    return area


def _try(
    at: Situation, costs: Costs, export: Export, shape: Rectangle, share: float, area: float
) -> Plan | None:
    """Return the plan with a shape, or none if there is no time for it."""
    closing = closing_seconds(costs, export, shape, at.epoch)
    end = at.last - closing
    room = end - at.now
    if at.searches:
        whole = end - at.first
        room -= max(at.latency, at.owed if share > SHARE else 0.0)
        room = min(room, share * whole)
        if shape.folds > export.searched:  # what is to be trained again has to be trained first
            longest = max(each.seconds - each.look for each in at.candidates[: shape.members])
            room = min(room, whole - longest)
    if room < 0 or at.margin * area > room * at.slots:
        return None
    begun = {*at.done, *at.running}
    left = [seconds for _, seconds in work(at.candidates, shape, export.searched, begun)]
    # What runs takes a slot; that it ends in time matters only where it is wanted.
    longest = max(_wanted(at, shape), default=0.0)
    busy = () if at.searches else tuple(at.running.values())
    seconds = at.margin * max(makespan(left, at.slots, busy), longest)
    if seconds > room:
        return None
    return _with_noise(at, end, shape, seconds, closing)


def _wanted(at: Situation, shape: Rectangle) -> Iterator[float]:
    members = {each.number for each in at.candidates[: shape.members]}
    for (number, fold), seconds in at.running.items():
        if number in members and fold < shape.folds:
            yield seconds


def _with_noise(
    at: Situation,
    end: float,
    shape: Rectangle | None = None,
    networks: float = 0.0,
    closing: float = 0.0,
) -> Plan:
    """Lay as many other seeds before the networks as a tenth of the time allows."""
    search_end = end - networks - (at.latency if networks else 0.0)
    most = min(NOISE_SHARE * (end - at.first), search_end - at.now)
    noise = at.noise
    while noise and at.margin * makespan([at.repeat] * noise, at.slots) > most:
        noise -= 1
    repeats = at.margin * makespan([at.repeat] * noise, at.slots)
    begin = search_end - repeats
    real = [each for each in at.candidates if each.number >= 0]  # the others are expected yet
    return Plan(begin, end, shape, real, networks, noise, repeats, closing, at.margin)
