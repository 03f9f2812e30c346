"""What may vary: domains, choices and options, and a trial's configuration drawn from them.

A search space maps a name (`lr`, `loss`) to a domain. An option of a choice may carry domains of
its own, which exist only where it was chosen. Every value has a dotted path: `loss`,
`loss.focal.gamma`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

Value = bool | int | float | str | tuple[Any, ...] | None
"""A plain value: it prints, compares, and goes to JSON."""


@dataclass(frozen=True)
class FloatRange:
    """Numbers from low to high, both included; evenly in the logarithm where log is set."""

    low: float
    high: float
    log: bool = False
    step: float | None = None

    def __post_init__(self) -> None:
        _check_range(self.low, self.high, self.log, self.step)


@dataclass(frozen=True)
class IntRange:
    """Whole numbers from low to high, both included."""

    low: int
    high: int
    log: bool = False
    step: int = 1

    def __post_init__(self) -> None:
        _check_range(self.low, self.high, self.log, None if self.step == 1 else self.step)


def _check_range(low: float, high: float, log: bool, step: float | None) -> None:
    if low > high:
        raise ValueError(f"`low <= high` must hold, got low={low:g}, high={high:g}")
    if log and low <= 0:
        raise ValueError(f"`low > 0` must hold where `log: true`, got low={low:g}")
    if log and step is not None:
        raise ValueError("`log` and `step` exclude each other, got both")
    if step is not None and step <= 0:
        raise ValueError(f"`step > 0` must hold, got step={step:g}")


@dataclass(frozen=True)
class Fixed:
    """A plain value that does not vary."""

    value: Value


@dataclass(frozen=True)
class Option:
    """One name that can be chosen, and the domains that exist only then."""

    name: Value
    parameters: Mapping[str, Domain] = field(default_factory=dict)


@dataclass(frozen=True)
class Choice:
    """A set of options; one option alone is simply what is used."""

    options: tuple[Option, ...]

    def option(self, name: Value) -> Option:
        """Return the option of that name.

        Raises:
            KeyError: There is none.
        """
        return self.options[self.index(name)]

    def index(self, name: Value) -> int:
        """Return the place of the option of that name; 1, 1.0 and true are three names.

        Raises:
            KeyError: There is none.
        """
        for place, option in enumerate(self.options):
            if option.name == name and type(option.name) is type(name):
                return place
        raise KeyError(name)


Domain = FloatRange | IntRange | Choice | Fixed
Suggest = Callable[[str, FloatRange | IntRange | Choice], Value]
"""Gives a value of a domain, or an option's name of a choice, for a dotted path."""


@dataclass(frozen=True)
class Part:
    """A chosen option with its drawn parameters: `focal(gamma=2)`."""

    name: str
    parameters: Mapping[str, Value] = field(default_factory=dict)

    def __str__(self) -> str:
        inside = ", ".join(f"{key}={show_value(value)}" for key, value in self.parameters.items())
        return f"{self.name}({inside})" if inside else self.name


@dataclass(frozen=True)
class TrialConfig:
    """One point of a search space: a value for every dotted path, fixed ones included.

    Example:
        >>> config = TrialConfig({"lr": 0.001, "loss": "focal", "loss.focal.gamma": 2.0})
        >>> config["lr"], str(config.part("loss"))
        (0.001, 'focal(gamma=2)')
    """

    values: Mapping[str, Value]

    def __getitem__(self, path: str) -> Value:
        return self.values[path]

    def part(self, name: str) -> Part:
        """Return what was chosen under a name, with its parameters."""
        chosen = str(self.values[name])
        start = f"{name}.{chosen}."
        inside = {p[len(start) :]: v for p, v in self.values.items() if p.startswith(start)}
        return Part(chosen, inside)

    def number(self, path: str) -> float:
        """Return a value as a number.

        Raises:
            TypeError: The value is none.
        """
        value = self.values[path]
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise TypeError(f"`{path}` must be a number, got {value!r}")
        return value


@dataclass(frozen=True)
class SearchSpace:
    """What may vary, by name, in the order in which it is drawn."""

    domains: Mapping[str, Domain]

    def draw(self, suggest: Suggest) -> TrialConfig:
        """Return a trial config whose varying values come from `suggest`, asked in order."""
        values: dict[str, Value] = {}
        for name, domain in self.domains.items():
            _draw(name, domain, suggest, values)
        return TrialConfig(values)

    def varying(self) -> Iterator[tuple[str, FloatRange | IntRange | Choice]]:
        """Give each dotted path that varies, with its domain; conditional ones too."""
        for name, domain in self.domains.items():
            yield from _varying(name, domain)


def is_settled(domain: Domain) -> bool:
    """Tell whether a domain holds one value only, so that nothing is to be suggested."""
    match domain:
        case Fixed():
            return True
        case Choice(options):
            return len(options) == 1
        case FloatRange(low, high) | IntRange(low, high):
            return low == high


def _draw(path: str, domain: Domain, suggest: Suggest, values: dict[str, Value]) -> None:
    if isinstance(domain, Fixed):
        values[path] = domain.value
    elif isinstance(domain, Choice):
        settled = is_settled(domain)
        name = domain.options[0].name if settled else suggest(path, domain)
        values[path] = name
        for key, inner in domain.option(name).parameters.items():
            _draw(f"{path}.{name}.{key}", inner, suggest, values)
    else:
        values[path] = domain.low if is_settled(domain) else suggest(path, domain)


def _varying(path: str, domain: Domain) -> Iterator[tuple[str, FloatRange | IntRange | Choice]]:
    if not isinstance(domain, Fixed) and not is_settled(domain):
        yield path, domain
    if isinstance(domain, Choice):
        for option in domain.options:
            for key, inner in option.parameters.items():
                yield from _varying(f"{path}.{option.name}.{key}", inner)


def show_value(value: object) -> str:
    """Return a value as a person writes it: 0.00031, [0.5, 0.5], focal, none."""
    if isinstance(value, float):
        return f"{value:.3g}"
    if isinstance(value, tuple | list):
        return "[" + ", ".join(map(show_value, value)) + "]"
    return "none" if value is None else str(value)
