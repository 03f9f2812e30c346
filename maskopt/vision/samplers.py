"""Samplers: which training photos an epoch shows, in which order.

A builder takes what is known of the N training photos, and gives a function from a random
generator to an epoch's photos: indices into those N, as many as the epoch is long.

Classes are those of all attributes together where a sampler names none.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import floor

import numpy as np
from numpy.typing import NDArray

from maskopt.vision.failures import TrainingError
from maskopt.vision.stock import Stock
from maskopt.votes.scores import scored_ids

Order = NDArray[np.int64]
Sampler = Callable[[np.random.Generator], Order]


def shuffled(stock: Stock, /) -> Sampler:
    """Build a sampler that shows every photo once, in random order."""
    photos = len(stock)

    def draw(random: np.random.Generator) -> Order:
        return random.permutation(photos)

    return draw


def class_balanced(stock: Stock, /) -> Sampler:
    """Build a sampler that shows every class that occurs equally often.

    An epoch is as long as with `shuffled`; the classes' shares of it differ by one photo at most,
    and a class's photos are drawn with replacement.
    """
    members = _members(stock)

    def draw(random: np.random.Generator) -> Order:
        drawn = random.permutation(np.arange(len(stock)) % len(members))
        order = np.empty(len(stock), dtype=np.int64)
        for index, photos in enumerate(members):
            mine = drawn == index
            order[mine] = random.choice(photos, size=int(mine.sum()))
        return order

    return draw


def sqrt_balanced(stock: Stock, /) -> Sampler:
    """Build a sampler that shows classes in proportion to the square roots of their photos.

    An epoch is as long as with `shuffled`, and the photos of a class are shown equally often, give
    or take one.

    References:
        Kang et al., Decoupling Representation and Classifier for Long-Tailed Recognition, 2020.
    """
    members = _members(stock)
    roots = np.sqrt([len(photos) for photos in members])
    counts = apportion(roots / roots.sum(), len(stock))
    return _shows(members, counts)


def class_targets(stock: Stock, /, **named: int) -> Sampler:
    """Build a sampler that shows so many photos of a class an epoch, and all others once.

    Of a class with more photos than that a new random part is shown each epoch; of one with fewer
    each is shown equally often, give or take one.

    Args:
        stock: The photos.
        **named: Photos an epoch, by class or by range of a number; no photo is in two of them.

    Raises:
        TrainingError: An epoch would have fewer than two photos.
    """
    wanted = [(np.flatnonzero(stock.having(name)), count) for name, count in named.items()]
    found = [(photos, count) for photos, count in wanted if len(photos)]
    rest = np.ones(len(stock), dtype=bool)
    for photos, _ in found:
        rest[photos] = False
    others = np.flatnonzero(rest)
    members = [*(photos for photos, _ in found), *([others] if len(others) else [])]
    counts = [*(count for _, count in found), *([len(others)] if len(others) else [])]
    _check_length("class_targets", sum(counts))
    return _shows(members, counts)


def factors(stock: Stock, /, **named: float) -> Sampler:
    """Build a sampler that shows photos a number of times an epoch, all others once.

    Of a factor's whole part every photo has as many turns; the rest decides by chance who has one
    more, so that an epoch's length is the sum of the factors, give or take one. Factors of a photo
    that several names hold are multiplied.

    Args:
        stock: The photos.
        **named: Factors, by class or by range of a number; 0 leaves photos out.

    Raises:
        TrainingError: An epoch would have fewer than two photos.
    """
    times = np.ones(len(stock))
    for name, factor in named.items():
        times[stock.having(name)] *= factor
    _check_length("factors", floor(times.sum() + 1e-9))
    whole = np.floor(times)

    def draw(random: np.random.Generator) -> Order:
        turns = whole + _one_more(times - whole, random)
        return random.permutation(np.repeat(np.arange(len(stock)), turns.astype(np.int64)))

    return draw


def under(stock: Stock, /, *, ratio: float) -> Sampler:
    """Build a sampler that shows no class more than a number of times as often as the rarest.

    Of a class with more photos a new random part is shown each epoch.

    Args:
        stock: The photos.
        ratio: Most photos of a class for one of the rarest that occurs.
    """
    members = _members(stock)
    most = floor(ratio * min(map(len, members)))
    return _shows(members, [min(len(photos), most) for photos in members])


def apportion(shares: NDArray[np.float64], count: int) -> list[int]:
    """Return whole numbers in proportion to shares, whose sum is `count`: by largest remainders.

    Example:
        >>> apportion(np.array([0.5, 0.3, 0.2]), 9)
        [4, 3, 2]
    """
    exact = shares * count
    whole = np.floor(exact)
    left = count - int(whole.sum())
    whole[np.argsort(whole - exact, kind="stable")[:left]] += 1
    return [int(each) for each in whole]


def _members(stock: Stock) -> list[Order]:
    """Return the photos of each class that occurs, in the order of class ids.

    Classes are those that are scored: what auxiliary heads learn is not balanced.
    """
    scored = scored_ids(stock.label_space, stock.joint)
    classes, where = np.unique(scored, return_inverse=True)
    return [np.flatnonzero(where == index) for index in range(len(classes))]


def _shows(members: Sequence[Order], counts: Sequence[int]) -> Sampler:
    """Return a sampler that shows so many photos of each part, all of it equally often or so."""

    def draw(random: np.random.Generator) -> Order:
        parts = []
        for photos, count in zip(members, counts, strict=True):
            whole, rest = divmod(count, len(photos))
            parts += [np.tile(photos, whole), random.choice(photos, rest, replace=False)]
        return random.permutation(np.concatenate(parts))

    return draw


def _one_more(chances: NDArray[np.float64], random: np.random.Generator) -> NDArray[np.bool_]:
    """Draw who has one more turn, each by its own chance, as many as the chances' sum or so.

    Photos of one chance lie side by side on a line, in random order, each as long as its chance;
    those on which a comb with teeth 1 apart strikes are drawn (systematic sampling).
    """
    order = random.permutation(len(chances))
    order = order[np.argsort(chances[order], kind="stable")]
    ends = np.round(np.cumsum(chances[order]), 9) + random.random()
    drawn = np.empty(len(chances), dtype=bool)
    drawn[order] = np.diff(np.floor(ends), prepend=0.0) > 0
    return drawn


def _check_length(name: str, photos: int) -> None:
    if photos < 2:
        raise TrainingError(f"sampler {name}: an epoch would have {photos} photos; show more")
