"""Probabilities as rows of a CSV file: a table of everything, or a competition's answers.

Letters of shapes: B photos, C classes of an attribute. A photo that could not be read has `nan`
for probabilities, and empty cells.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from maskopt.data.competition import ANSWER, CLASS_ID, PHOTO
from maskopt.errors import BundleError
from maskopt.labels import Attribute

Probabilities = Mapping[str, NDArray[np.float32]]
"""By attribute, [B, C]."""


class Format(Protocol):
    """A way to write answers."""

    @property
    def header(self) -> list[str]:
        """The columns' names."""

    def rows(self, names: Sequence[str], probabilities: Probabilities) -> Iterator[list[str]]:
        """Yield the cells of each photo."""


def make_format(name: str, attributes: Sequence[Attribute]) -> Format:
    """Return the format of a name, `table` or `competition`.

    Raises:
        BundleError: The attributes are not those that the format needs.
    """
    return Competition(attributes) if name == "competition" else Table(attributes)


class Table:
    """Each attribute's class and the probabilities of all its classes.

    Example:
        >>> table = Table([Attribute("age", ("young", "old"))])
        >>> table.header
        ['path', 'age', 'age:young', 'age:old']
        >>> list(table.rows(["a.jpg"], {"age": np.array([[0.25, 0.75]], dtype=np.float32)}))
        [['a.jpg', 'old', '0.250000', '0.750000']]
    """

    def __init__(self, attributes: Sequence[Attribute]) -> None:
        self._attributes = attributes

    @property
    def header(self) -> list[str]:
        """The columns' names."""
        columns = ([a.name, *(f"{a.name}:{name}" for name in a.classes)] for a in self._attributes)
        return ["path", *chain.from_iterable(columns)]

    def rows(self, names: Sequence[str], probabilities: Probabilities) -> Iterator[list[str]]:
        """Yield the cells of each photo."""
        ids = class_ids(probabilities)
        plain = {name: values.tolist() for name, values in probabilities.items()}
        for place, photo in enumerate(names):
            row = [photo]
            for attribute in self._attributes:
                class_id, values = int(ids[attribute.name][place]), plain[attribute.name][place]
                row.append(attribute.classes[class_id] if class_id >= 0 else "")
                row += [f"{value:.6f}" if class_id >= 0 else "" for value in values]
            yield row


class Competition:
    """`ImageID,ans` with `ans = 6 * mask + 3 * gender + age`.

    Raises:
        BundleError: An attribute is missing, or has other classes.
    """

    def __init__(self, attributes: Sequence[Attribute]) -> None:
        given = {attribute.name: attribute for attribute in attributes}
        wanted = ANSWER.attributes
        wrong = [text for a in wanted if (text := _misfit(a, given.get(a.name)))]
        if wrong:
            known = ", ".join(given)
            raise BundleError(
                "\n".join(
                    [
                        f"`--format competition` needs mask, gender and age; this bundle answers "
                        f"{known}",
                        *(f"  {text}" for text in wrong),
                    ]
                )
            )
        # A study may order the classes of an attribute in its own way.
        self._places = {
            a.name: [a.classes.index(name) for name in given[a.name].classes] for a in wanted
        }

    @property
    def header(self) -> list[str]:
        """The columns' names."""
        return [PHOTO, CLASS_ID]

    def rows(self, names: Sequence[str], probabilities: Probabilities) -> Iterator[list[str]]:
        """Yield the cells of each photo."""
        ids = class_ids({name: probabilities[name] for name in self._places})
        for photo, found in zip(names, zip(*ids.values(), strict=True), strict=True):
            if min(found) < 0:
                yield [photo, ""]
            else:
                places = zip(self._places.values(), found, strict=True)
                yield [photo, str(ANSWER.join([order[class_id] for order, class_id in places]))]


def class_ids(probabilities: Probabilities) -> dict[str, NDArray[np.int64]]:
    """Return each attribute's most probable class, [B]; -1 where there are no probabilities."""
    return {
        name: np.where(np.isnan(values).any(axis=1), -1, values.argmax(axis=1))
        for name, values in probabilities.items()
    }


def _misfit(wanted: Attribute, given: Attribute | None) -> str:
    """Return why an attribute's answer is not the competition's; nothing where it is."""
    remedy = "export it together with a study that knows it: maskopt export-best STUDY STUDY ..."
    if given is None:
        return f"{wanted.name} is missing: {remedy}"
    if set(given.classes) != set(wanted.classes) or len(given.classes) != len(wanted.classes):
        classes, others = ", ".join(wanted.classes), ", ".join(given.classes)
        return f"{wanted.name} must have the classes {classes}, has {others}: {remedy}"
    return ""
