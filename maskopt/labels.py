"""What can be learned: attributes, their classes, and the heads that predict them.

A head is one softmax over every combination of its attributes' classes. Class ids count
combinations with the last attribute fastest: mask x gender x age is `6 * mask + 3 * gender + age`.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod


@dataclass(frozen=True)
class Attribute:
    """A fact of a photo that can be learned.

    Attributes:
        name: The fact's name: a manifest's column, or what a layout reads from folder names.
        classes: Names in the order of their class ids.
        cuts: Rising bounds of a number; class i holds cuts[i-1] <= number < cuts[i].
    """

    name: str
    classes: tuple[str, ...]
    cuts: tuple[float, ...] = ()

    def class_id(self, fact: str | float) -> int:
        """Return the class id of a fact.

        Raises:
            ValueError: The fact is no class of this attribute, or no number where one is cut.

        Example:
            >>> Attribute("age", ("young", "middle", "senior"), (30, 60)).class_id(60)
            2
        """
        if self.cuts:
            number = float(fact)
            if number != number:
                raise ValueError("nan is not a number that can be cut")
            return bisect_right(self.cuts, number)
        return self.classes.index(str(fact))


@dataclass(frozen=True)
class Head:
    """One softmax over every combination of its attributes' classes.

    Example:
        >>> head = Head((Attribute("mask", ("on", "off")), Attribute("age", ("young", "old"))))
        >>> head.name, head.classes
        ('mask+age', ('on+young', 'on+old', 'off+young', 'off+old'))
        >>> head.join([1, 0]), head.split(2)
        (2, (1, 0))
    """

    attributes: tuple[Attribute, ...]

    @property
    def name(self) -> str:
        """The attributes' names joined by `+`."""
        return "+".join(attribute.name for attribute in self.attributes)

    @property
    def shape(self) -> tuple[int, ...]:
        """The number of classes of each attribute."""
        return tuple(len(attribute.classes) for attribute in self.attributes)

    @property
    def class_count(self) -> int:
        """The number of combinations."""
        return prod(self.shape)

    @property
    def classes(self) -> tuple[str, ...]:
        """The combinations' names in the order of their class ids."""
        return tuple("+".join(names) for names in product(*(a.classes for a in self.attributes)))

    def join(self, class_ids: Sequence[int]) -> int:
        """Return the class id of a combination, given one class id an attribute."""
        joined = 0
        for class_id, classes in zip(class_ids, self.shape, strict=True):
            joined = joined * classes + class_id
        return joined

    def split(self, class_id: int) -> tuple[int, ...]:
        """Return one class id an attribute, given the class id of a combination."""
        parts = []
        for classes in reversed(self.shape):
            class_id, part = divmod(class_id, classes)
            parts.append(part)
        return tuple(reversed(parts))


@dataclass(frozen=True)
class LabelSpace:
    """The attributes that a study learns and the heads that learn them.

    Attributes:
        heads: Each attribute stands in exactly one head.
        auxiliary: Names of heads that only teach the backbone: neither scored nor exported.
    """

    heads: tuple[Head, ...]
    auxiliary: tuple[str, ...] = ()

    @property
    def attributes(self) -> tuple[Attribute, ...]:
        """All attributes in the order of the heads."""
        return tuple(attribute for head in self.heads for attribute in head.attributes)

    @property
    def joint(self) -> Head:
        """The head over all attributes together."""
        return Head(self.attributes)

    @property
    def scored(self) -> Head:
        """The head over the attributes of all heads that are scored."""
        heads = filter(self.is_scored, self.heads)
        return Head(tuple(attribute for head in heads for attribute in head.attributes))

    def is_scored(self, head: Head) -> bool:
        """Tell whether a head is more than auxiliary."""
        return head.name not in self.auxiliary

    def to_dict(self) -> list[list[dict[str, object]]]:
        """Return plain values for JSON: heads of attributes, auxiliary or not."""
        return [
            [
                {"name": a.name, "classes": list(a.classes), "cuts": list(a.cuts)}
                for a in head.attributes
            ]
            for head in self.heads
        ]

    @staticmethod
    def from_dict(heads: Sequence[Sequence[Mapping[str, object]]]) -> LabelSpace:
        """Return the label space that `to_dict` gave."""
        return LabelSpace(tuple(Head(tuple(map(_attribute, head))) for head in heads))


def _attribute(values: Mapping[str, object]) -> Attribute:
    classes, cuts = values["classes"], values["cuts"]
    assert isinstance(classes, list)
    assert isinstance(cuts, list)
    return Attribute(str(values["name"]), tuple(classes), tuple(cuts))
