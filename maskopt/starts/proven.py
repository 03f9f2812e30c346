"""Proven settings for the backbones of a space, and a fair probe of each of its families."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from maskopt.catalog.families import family, most_different
from maskopt.catalog.portfolio import PORTFOLIO, Proven
from maskopt.records import Start
from maskopt.space import Choice, Domain, Fixed, FloatRange, SearchSpace, Value
from maskopt.starts.completing import middle_value, plain_value
from maskopt.starts.fitting import Fitted, fit_point

Point = dict[str, Value]


def backbones_of(space: SearchSpace) -> dict[str, list[str]]:
    """Return a space's backbones by family, both in the space's order."""
    domain = space.domains["backbone"]
    assert isinstance(domain, Choice)
    found: dict[str, list[str]] = {}
    for option in domain.options:
        found.setdefault(family(str(option.name)), []).append(str(option.name))
    return found


@dataclass(frozen=True)
class Offer:
    """A start that the portfolio offers to a space.

    Attributes:
        family: Of its backbone.
        words: What of it the space has not, as people read it.
    """

    family: str
    start: Start
    words: tuple[str, ...]


def proven_starts(space: SearchSpace, scratch: Sequence[str]) -> list[Offer]:
    """Return what the portfolio knows of a space, in the order to try it.

    Families take turns, those that differ most first; within a family its best point with each
    backbone comes before its second.

    Args:
        space: What is searched.
        scratch: Backbones that start from random weights, of which the portfolio knows nothing.
    """
    queues = {
        name: [
            Offer(name, Start(fitted.point, f"portfolio: {name}"), tuple(fitted.words))
            for proven in PORTFOLIO.get(name, ())
            for backbone in backbones
            if backbone not in scratch
            for fitted in _fitted(proven, backbone, space)
        ]
        for name, backbones in backbones_of(space).items()
    }
    order = most_different(queues)
    longest = max(map(len, queues.values()), default=0)
    turns = [queues[n][t] for t in range(longest) for n in order if t < len(queues[n])]
    kept: list[Offer] = []
    for offer in turns:
        if all(offer.start.point != each.start.point for each in kept):
            kept.append(offer)
    return kept


def _fitted(proven: Proven, backbone: str, space: SearchSpace) -> list[Fitted]:
    """Return a proven point as the space takes it, or none where its optimiser is not offered."""
    batch = fit_point(proven.point, space)
    wanted = proven.at(photos_a_step(batch.point, proven.point, space))
    beside = fit_point(proven.offered, space).point
    fitted = fit_point({**wanted, **beside, "backbone": backbone}, space)
    return [] if "optimizer" in fitted.dropped else [fitted]


def photos_a_step(
    fitted: Mapping[str, Value], wanted: Mapping[str, Value], space: SearchSpace
) -> float:
    """Return the photos of an optimiser's step: batches times their size.

    Args:
        fitted: What the space takes of a point.
        wanted: The point; its own where the space does not know of it.
        space: What is searched; what fits none of it is plain, as the point is completed.
    """
    product = 1.0
    for path in ("batch_size", "accumulate"):
        value = fitted.get(path, _otherwise(path, space.domains.get(path), wanted))
        assert isinstance(value, int | float)
        product *= value
    return product


def _otherwise(path: str, domain: Domain | None, wanted: Mapping[str, Value]) -> Value:
    if domain is None:
        return wanted[path]
    return domain.value if isinstance(domain, Fixed) else plain_value(path, domain)


def middle_start(name: str, backbones: Sequence[str], space: SearchSpace) -> Start:
    """Return the probe of a family that nothing is known of: the middle of the learning rates."""
    point: Point = {"backbone": backbones[0]}
    domain = space.domains.get("lr")
    if isinstance(domain, Choice):
        rates = sorted((option.name for option in domain.options), key=_number)
        point["lr"] = rates[len(rates) // 2]
    elif isinstance(domain, FloatRange):
        # Of the logarithm, however it is drawn: learning rates differ by factors.
        point["lr"] = middle_value(FloatRange(domain.low, domain.high, log=domain.low > 0))
    return Start(fit_point(point, space).point, f"probe: {name}", reach=1)


def _number(value: Value) -> float:
    return float(value) if isinstance(value, int | float) else 0.0
