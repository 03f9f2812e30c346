"""Points of a search space as rows of numbers, drawn and varied many at a time.

A row has one place for each path that may vary: a number in [0, 1] for a range (in the logarithm
where the range says so), an option's index for a choice. Places whose option was not chosen hold
something, but do not count.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from maskopt.space import Choice, Domain, FloatRange, IntRange, SearchSpace, Value

Floats = NDArray[np.float64]
ABSENT = 0.5
"""What a range that does not exist in a point counts as: the middle is nearest to all."""


@dataclass(frozen=True)
class Axis:
    """One path that may vary.

    Attributes:
        parent: Place of the choice that it depends on, and the option's index; none always exists.
    """

    path: str
    domain: FloatRange | IntRange | Choice
    parent: tuple[int, int] | None

    @property
    def options(self) -> int:
        """Options of a choice; 0 of a range."""
        return len(self.domain.options) if isinstance(self.domain, Choice) else 0


class Points:
    """Turns points of one search space into rows, and rows into features.

    Attributes:
        axes: What may vary, a choice before what depends on it.
    """

    def __init__(self, space: SearchSpace) -> None:
        self.axes: list[Axis] = []
        for name, domain in space.domains.items():
            self._add(name, domain, None)
        self._scales = [_option_scale(axis.domain) for axis in self.axes]

    def encode(self, point: Mapping[str, Value]) -> Floats:
        """Return a point as a row [axes]; nan where it has no value."""
        row = np.full(len(self.axes), np.nan)
        for place, axis in enumerate(self.axes):
            if axis.path in point:
                row[place] = _encode(axis.domain, point[axis.path])
        return row

    def decode(self, row: Floats, place: int) -> Value:
        """Return the value at one place of a row."""
        domain = self.axes[place].domain
        if isinstance(domain, Choice):
            return domain.options[int(row[place])].name
        number = float(_number(domain, row[place : place + 1])[0])
        if isinstance(domain, IntRange):
            return round(number)
        return float(f"{number:.12g}") if domain.step else number  # 0.3, not 0.30000000000000004

    def draw(self, chance: np.random.Generator, count: int) -> Floats:
        """Return rows [count, axes], each value drawn by itself."""
        rows = chance.random((count, len(self.axes)))
        for place, axis in enumerate(self.axes):
            if axis.options:
                rows[:, place] = chance.integers(axis.options, size=count)
        return self._snap(rows)

    def vary(
        self, chance: np.random.Generator, rows: Floats, *, step: float, share: float = 1.0
    ) -> Floats:
        """Return rows with some of their values changed.

        Args:
            chance: What is random.
            rows: [n, axes].
            step: Standard deviation of a range's change; choices change with this probability.
            share: Probability that a value is among those that may change.
        """
        moved = np.clip(rows + step * chance.normal(size=rows.shape), 0.0, 1.0)
        for place, axis in enumerate(self.axes):
            if axis.options:
                jumps = chance.random(len(rows)) < step
                other = chance.integers(axis.options, size=len(rows))
                moved[:, place] = np.where(jumps, other, rows[:, place])
        may = chance.random(rows.shape) < share
        return self._snap(np.where(may, moved, rows))

    def features(self, rows: Floats) -> tuple[Floats, NDArray[np.intp]]:
        """Return rows as features [n, features], and each feature's axis.

        The squared distance of two options is 1; options that are numbers lie on a line.
        """
        columns: list[Floats] = []
        owners: list[int] = []
        exists = self._existing(rows)
        for place, axis in enumerate(self.axes):
            here, scale = exists[:, place], self._scales[place]
            if axis.options and scale is None:
                chosen = rows[:, place]
                for option in range(axis.options):
                    columns.append(np.where(here & (chosen == option), math.sqrt(0.5), 0.0))
                    owners.append(place)
                continue
            values = rows[:, place] if scale is None else scale[_indices(rows[:, place])]
            columns.append(np.where(here, values, ABSENT))
            owners.append(place)
        if not columns:
            return np.zeros((len(rows), 0)), np.zeros(0, np.intp)
        return np.stack(columns, axis=1), np.array(owners, np.intp)

    def _existing(self, rows: Floats) -> NDArray[np.bool_]:
        exists = ~np.isnan(rows)
        for place, axis in enumerate(self.axes):
            if axis.parent is not None:
                parent, option = axis.parent
                exists[:, place] &= exists[:, parent] & (rows[:, parent] == option)
        return exists

    def _snap(self, rows: Floats) -> Floats:
        for place, axis in enumerate(self.axes):
            domain = axis.domain
            if not isinstance(domain, Choice) and (isinstance(domain, IntRange) or domain.step):
                rows[:, place] = _place(domain, _number(domain, rows[:, place]))
        return rows

    def _add(self, path: str, domain: Domain, parent: tuple[int, int] | None) -> None:
        for axis_domain in _varying(domain):
            self.axes.append(Axis(path, axis_domain, parent))
        if isinstance(domain, Choice):
            place = len(self.axes) - 1
            for index, option in enumerate(domain.options):
                inner_parent = (place, index) if len(domain.options) > 1 else parent
                for key, inner in option.parameters.items():
                    self._add(f"{path}.{option.name}.{key}", inner, inner_parent)


def _varying(domain: Domain) -> Iterator[FloatRange | IntRange | Choice]:
    if isinstance(domain, Choice):
        if len(domain.options) > 1:
            yield domain
    elif isinstance(domain, FloatRange | IntRange) and domain.low < domain.high:
        yield domain


def _indices(column: Floats) -> NDArray[np.intp]:
    return np.where(np.isnan(column), 0, column).astype(np.intp)


def _option_scale(domain: Domain) -> Floats | None:
    """Return where a choice's options lie in [0, 1] if all of them are numbers."""
    if not isinstance(domain, Choice):
        return None
    names = [option.name for option in domain.options]
    if any(isinstance(name, bool) or not isinstance(name, int | float) for name in names):
        return None
    numbers = np.array(names, float)
    if (numbers > 0).all():
        numbers = np.log(numbers)
    width = float(np.ptp(numbers))
    return (numbers - numbers.min()) / width if width > 0 else None


def _encode(domain: FloatRange | IntRange | Choice, value: Value) -> float:
    if isinstance(domain, Choice):
        return float(domain.index(value))
    assert isinstance(value, int | float)
    # Another program's trial may lie outside.
    inside = min(max(float(value), domain.low), domain.high)
    return float(_place(domain, np.array([inside]))[0])


def _place(domain: FloatRange | IntRange, numbers: Floats) -> Floats:
    if domain.log:
        return np.asarray(np.log(numbers / domain.low) / math.log(domain.high / domain.low))
    return np.asarray((numbers - domain.low) / (domain.high - domain.low))


def _number(domain: FloatRange | IntRange, places: Floats) -> Floats:
    low, high = float(domain.low), float(domain.high)
    numbers = low * (high / low) ** places if domain.log else low + (high - low) * places
    if domain.step:
        most = math.floor((high - low) / domain.step + 1e-9)
        steps = np.clip(np.round((numbers - low) / domain.step), 0, most)
        numbers = low + steps * domain.step
    return np.clip(numbers, low, high)
