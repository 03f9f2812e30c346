"""What a name that a file chooses stands for: the photos of a class, or of a range of a number."""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import inf, nextafter

from maskopt.errors import did_you_mean
from maskopt.labels import Attribute, LabelSpace

_NUMBER = r"-?\d+(?:\.\d+)?"
_RANGE = re.compile(rf"(?:(?P<of>.+?)[ =] *)?(?P<low>{_NUMBER})(?:\+|-(?P<high>{_NUMBER}))")


@dataclass(frozen=True)
class Selection:
    """The photos that a name stands for: those of a class, or with a number in a range.

    Attributes:
        attribute: Whose class it is, or whose number.
        class_id: None where it is a range.
        low: The least number, included.
        high: The greatest number, included.
    """

    attribute: Attribute
    class_id: int | None = None
    low: float = -inf
    high: float = inf

    def overlaps(self, other: Selection) -> bool:
        """Tell whether a photo can be in both: of two attributes it always can."""
        if self.attribute != other.attribute:
            return True
        if self.class_id is not None and other.class_id is not None:
            return self.class_id == other.class_id
        (low, high), (others_low, others_high) = self._bounds(), other._bounds()
        return max(low, others_low) <= min(high, others_high)

    def _bounds(self) -> tuple[float, float]:
        """Return the least and the greatest number of a range, or of a class that is cut."""
        if self.class_id is None:
            return self.low, self.high
        edges = (-inf, *self.attribute.cuts, inf)
        return edges[self.class_id], nextafter(edges[self.class_id + 1], -inf)


def select(name: str, label_space: LabelSpace) -> Selection:
    """Return what a name stands for: `senior`, `age senior`, `age 30-49`, `60+`.

    A class that two attributes have, and a range where several attributes are numbers, stand
    behind their attribute's name, with a space or `=` between.

    Raises:
        ValueError: It stands for nothing, or for several things; the text says what to write.

    Example:
        >>> from maskopt.labels import Head
        >>> age = Attribute("age", ("young", "middle", "senior"), (30, 60))
        >>> space = LabelSpace((Head((age, Attribute("mask", ("on", "off")))),))
        >>> select("senior", space).class_id, select("mask off", space).class_id
        (2, 1)
        >>> [(each.low, each.high) for each in (select("age 30-49", space), select("60+", space))]
        [(30.0, 49.0), (60.0, inf)]
    """
    having = [each for each in label_space.attributes if name in each.classes]
    if len(having) == 1:
        return Selection(having[0], having[0].classes.index(name))
    if having:
        owners = " and ".join(each.name for each in having)
        write = f"write {f'{having[0].name} {name}'!r} for one of them"
        raise ValueError(f"{name!r} is a class of {owners}; {write}")
    for attribute in label_space.attributes:
        rest = name.removeprefix(attribute.name)
        if rest != name and rest[:1] in (" ", "=") and rest[1:] in attribute.classes:
            return Selection(attribute, attribute.classes.index(rest[1:]))
    found = _RANGE.fullmatch(name)
    if not found:
        raise ValueError(_unknown_class(name, label_space))
    return _range(name, found, label_space)


def _range(name: str, found: re.Match[str], label_space: LabelSpace) -> Selection:
    numbers = [each for each in label_space.attributes if each.cuts]
    wanted = [each for each in numbers if found["of"] in (None, each.name)]
    if not wanted and found["of"]:
        known = [each.name for each in label_space.attributes]
        if found["of"] in known:
            raise ValueError(f"{name!r} is a range, and {found['of']} is no number")
        hint = did_you_mean(found["of"], known) or f"; known: {', '.join(known)}"
        raise ValueError(f"unknown attribute {found['of']!r}{hint}")
    if not wanted:
        raise ValueError(f"{name!r} is a range, and no attribute of the heads is a number")
    if len(wanted) > 1:
        owners = " or of ".join(each.name for each in wanted)
        write = f"write {f'{wanted[0].name} {name}'!r} for one of them"
        raise ValueError(f"{name!r} is a range of {owners}; {write}")
    low, high = float(found["low"]), float(found["high"] or inf)
    if low > high:
        raise ValueError(f"{name!r} begins above its end; write the lesser number first")
    return Selection(wanted[0], None, low, high)


def _unknown_class(name: str, label_space: LabelSpace) -> str:
    classes = [each for attribute in label_space.attributes for each in attribute.classes]
    owned = [f"{a.name} {each}" for a in label_space.attributes for each in a.classes]
    hint = did_you_mean(name, [*classes, *owned]) or f"; known: {', '.join(classes)}"
    cut = next((each.name for each in label_space.attributes if each.cuts), None)
    ranges = f", or a range of {cut} such as '30-49' or '60+'" if cut and "known" in hint else ""
    return f"unknown class {name!r}{hint}{ranges}"
