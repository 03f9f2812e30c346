"""A point of another space, or of a book, mapped into a search space."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from maskopt.space import (
    Choice,
    Domain,
    Fixed,
    FloatRange,
    IntRange,
    Option,
    SearchSpace,
    Value,
    is_settled,
    show_value,
)

NEAR = 2.0
"""A number outside of a range goes to its end if that is within this factor."""

_KIN = {"adam": "adamw", "adamw": "adam"}
"""Optimisers that learn at the same rates."""


@dataclass
class Fitted:
    """What became of a point in a space.

    Attributes:
        point: What is to be suggested; all else is drawn or fixed.
        moved: What was wanted and what is taken, of values that the space has near ones of.
        dropped: What the space has not.
    """

    point: dict[str, Value] = field(default_factory=dict)
    moved: dict[str, tuple[Value, Value]] = field(default_factory=dict)
    dropped: dict[str, Value] = field(default_factory=dict)

    @property
    def words(self) -> list[str]:
        """What did not fit, each as a person reads it: `lr 0.1`, `lr 0.005 -> 0.003`."""
        moved = [
            f"{path} {show_value(wanted)} -> {show_value(taken)}"
            for path, (wanted, taken) in self.moved.items()
        ]
        return [*moved, *(f"{path} {show_value(value)}" for path, value in self.dropped.items())]


def in_short(words: Iterable[str], most: int = 4) -> str:
    """Return what did not fit as the end of a sentence, nothing where all did.

    Example:
        >>> in_short(["lr 0.1", "clip 1", "lr 0.1"]), in_short(["a", "b", "c"], most=2)
        ('; not in this space: lr 0.1, clip 1', '; not in this space: a, b and 1 more')
    """
    left = list(dict.fromkeys(words))
    rest = f" and {len(left) - most} more" if len(left) > most else ""
    return f"; not in this space: {', '.join(left[:most])}{rest}" if left else ""


def fit_point(point: Mapping[str, Value], space: SearchSpace) -> Fitted:
    """Return what a space takes of a point.

    Names that the space does not offer are left out, with all that is below them. A number goes
    to the nearest that there is if that is within a factor of two, and is left to be drawn
    otherwise. A learning rate and a weight decay belong to their optimiser: without it they are
    left out too.

    Args:
        point: Values by dotted path; paths that the space does not know are none of its business.
        space: Where it is to lie.

    Example:
        >>> space = SearchSpace({"lr": FloatRange(1e-4, 3e-3, log=True), "clip": Fixed(5.0)})
        >>> fit_point({"lr": 5e-3, "clip": 5.0}, space)
        Fitted(point={'lr': 0.003}, moved={'lr': (0.005, 0.003)}, dropped={})
    """
    fitted = Fitted()
    for path, domain in space.domains.items():
        _fit(path, domain, point, fitted)
    _check_optimizer(point, space, fitted)
    order = [path for path, _ in space.varying()]
    fitted.point = {path: fitted.point[path] for path in order if path in fitted.point}
    return fitted


def _fit(path: str, domain: Domain, point: Mapping[str, Value], fitted: Fitted) -> None:
    if isinstance(domain, Choice):
        _fit_choice(path, domain, point, fitted)
        return
    if path not in point:
        return
    wanted = point[path]
    if is_settled(domain):
        if not _equal(wanted, domain.value if isinstance(domain, Fixed) else domain.low):
            fitted.dropped[path] = wanted
    elif (found := _nearest(domain, wanted)) is None:
        fitted.dropped[path] = wanted
    else:
        _take(path, wanted, found, fitted)


def _fit_choice(path: str, domain: Choice, point: Mapping[str, Value], fitted: Fitted) -> None:
    option = domain.options[0] if is_settled(domain) else None
    if path in point:
        chosen = _nearest_option(path, domain, point[path])
        if chosen is None:
            fitted.dropped[path] = point[path]
            return
        if option is None:
            _take(path, point[path], chosen.name, fitted)
        option = chosen
    elif option is None:
        return
    for key, inner in option.parameters.items():
        _fit(f"{path}.{option.name}.{key}", inner, point, fitted)


def _take(path: str, wanted: Value, taken: Value, fitted: Fitted) -> None:
    fitted.point[path] = taken
    if not _equal(wanted, taken):
        fitted.moved[path] = (wanted, taken)


def nearest_value(
    path: str, domain: FloatRange | IntRange | Choice, wanted: Value
) -> tuple[Value] | None:
    """Return what a domain has at a value or near it, alone in a tuple; none if that is too far.

    Args:
        path: The domain's.
        domain: What varies there.
        wanted: Which may be none, where a domain offers that.
    """
    if isinstance(domain, Choice):
        option = _nearest_option(path, domain, wanted)
        return None if option is None else (option.name,)
    number = _nearest(domain, wanted)
    return None if number is None else (number,)


def _nearest_option(path: str, choice: Choice, wanted: Value) -> Option | None:
    for option in choice.options:
        if _equal(option.name, wanted):
            return option
    if path == "optimizer" and wanted in _KIN:
        return next((each for each in choice.options if each.name == _KIN[str(wanted)]), None)
    apart = {_factor(option.name, wanted): option for option in choice.options}
    least = min(apart)
    return apart[least] if least <= NEAR else None


def _nearest(domain: FloatRange | IntRange | Fixed, wanted: Value) -> Value:
    """Return the number of a range that is nearest, or none if that is too far."""
    if isinstance(domain, Fixed) or not _is_number(wanted):
        return None
    assert isinstance(wanted, int | float)
    number = min(max(wanted, domain.low), domain.high)
    if number != wanted and _factor(number, wanted) > NEAR:
        return None
    if domain.step:
        number = domain.low + round((number - domain.low) / domain.step) * domain.step
        number = min(float(f"{number:.12g}"), domain.high)  # 0.3 and not 0.1 + 0.2
    return round(number) if isinstance(domain, IntRange) else float(number)


def _factor(one: Value, other: Value) -> float:
    """Return by what factor two numbers are apart; infinity where that says nothing."""
    if not (_is_number(one) and _is_number(other)):
        return float("inf")
    assert isinstance(one, int | float)
    assert isinstance(other, int | float)
    if one == other:
        return 1.0
    return max(one / other, other / one) if one > 0 and other > 0 else float("inf")


def _check_optimizer(point: Mapping[str, Value], space: SearchSpace, fitted: Fitted) -> None:
    if "optimizer" not in point or "optimizer" not in space.domains:
        return
    gone = "optimizer" in fitted.dropped
    moved = "optimizer" in fitted.moved
    bound = ("lr", "weight_decay") if gone else ("weight_decay",) if moved else ()
    for path in bound:
        if path in fitted.point:
            del fitted.point[path]
            fitted.moved.pop(path, None)
            fitted.dropped[path] = point[path]


def _is_number(value: Value) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _equal(one: Value, other: Value) -> bool:
    if _is_number(one) and _is_number(other):
        return one == other
    return type(one) is type(other) and one == other
