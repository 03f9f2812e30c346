"""Which networks out of fold are worth the time that is left.

A member is one network a fold. Those of the searched folds are there, and only have to be looked
at; the others are trained. A study's members are compared on the photos that all of them
predicted, so what counts is a rectangle: so many members, each with so many folds.
"""

from __future__ import annotations

import heapq
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

Network = tuple[int, int]
"""A trial's number and a fold."""

MEMBER, MEMBER_DONE = 0.25, 0.5
"""What a further member is worth beside a further fold: where it is to be trained, and where it is
there. All folds of a member always vote together, and with each more photos are judged; whether a
further member is let in is decided on these photos, and is refused where they are few: of four
members with two folds each, 993 photos judged, one alone was taken."""


@dataclass(frozen=True)
class Candidate:
    """A trial that may become a member.

    Attributes:
        seconds: What a network of another fold takes, all in all.
        look: What predicting with a network that is there takes.
    """

    number: int
    seconds: float
    look: float


@dataclass(frozen=True)
class Rectangle:
    """So many members, each with so many folds; the searched ones count."""

    members: int
    folds: int


def work(
    candidates: Sequence[Candidate], shape: Rectangle, searched: int, done: Collection[Network]
) -> list[tuple[Network, float]]:
    """Return the networks of a rectangle that are left to do, with their seconds.

    They come fold by fold, in each the best trial first: whatever is cut off, what was done
    before is a rectangle, or nearly one.

    Args:
        candidates: Best first.
        shape: What is wanted.
        searched: Folds that the search trained; they have the lowest numbers.
        done: Networks that are done.
    """
    return [
        ((each.number, fold), each.look if fold < searched else each.seconds)
        for fold in range(shape.folds)
        for each in candidates[: shape.members]
        if (each.number, fold) not in done
    ]


def makespan(seconds: Sequence[float], slots: int, busy: Sequence[float] = ()) -> float:
    """Return when all is done if each slot takes the next as soon as it is free.

    Args:
        seconds: What each takes, in their order.
        slots: How many run side by side.
        busy: Seconds until slots are free; the others are free now.

    Example:
        >>> makespan([3, 2, 2, 1], slots=2)
        4.0
    """
    free = [float(each) for each in sorted(busy)[:slots]]
    free = [0.0] * (slots - len(free)) + free
    end = 0.0
    for each in seconds:
        done = heapq.heappop(free) + each
        heapq.heappush(free, done)
        end = max(end, done)
    return end


def worth(shape: Rectangle, searched: int, member: float = MEMBER) -> tuple[bool, float, int]:
    """Return what rectangles are ordered by: one fold more than chose the trials goes first.

    Args:
        shape: So many members and folds.
        searched: Folds that chose the trials.
        member: What a further member is worth beside a further fold.
    """
    value = shape.folds * (1 + member * (shape.members - 1))
    return shape.folds > searched, value, shape.folds


def begun_worth(begun: Mapping[int, int], searched: int) -> tuple[bool, float, int]:
    """Return the worth of the best rectangle of networks that are done or run.

    Args:
        begun: How many, by trial number.
        searched: Folds that chose the trials.

    Example:
        >>> begun_worth({7: 4, 3: 4, 5: 1}, searched=1)
        (True, 5.0, 4)
    """
    folds = sorted(begun.values(), reverse=True)
    found = [worth(Rectangle(m, k), searched) for m, k in enumerate(folds, start=1)]
    return max(found, default=(False, 0.0, 0))


def shapes(members: int, folds: int, searched: int) -> list[Rectangle]:
    """Return all rectangles, those that are worth most first."""
    found = [Rectangle(m, k) for m in range(1, members + 1) for k in range(searched, folds + 1)]
    return sorted(found, key=lambda shape: worth(shape, searched), reverse=True)


def whole_part(
    ranking: Sequence[int], done: Mapping[int, Collection[int]], searched: int, members: int
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return the members and folds of the most valuable rectangle that is done.

    Args:
        ranking: Trial numbers, best first.
        done: Folds that are done, by trial number.
        searched: Folds that the search trained.
        members: The most members wanted.

    Returns:
        Trial numbers, best first, and folds, rising; both empty where nothing is done.

    Example:
        >>> whole_part([7, 3, 5], {7: {0, 1}, 3: {0, 1}, 5: {0}}, searched=1, members=5)
        ((7, 3), (0, 1))
    """
    own = {number: frozenset(done.get(number, ())) for number in ranking}
    found: list[tuple[Rectangle, tuple[int, ...], frozenset[int]]] = []
    for folds in dict.fromkeys(a & b for a in own.values() for b in own.values() if a & b):
        able = tuple(number for number, each in own.items() if folds <= each)[:members]
        found.append((Rectangle(len(able), len(folds)), able, folds))
    if not found:
        return (), ()
    _, able, folds = max(found, key=lambda each: worth(each[0], searched, MEMBER_DONE))
    return able, tuple(sorted(folds))
