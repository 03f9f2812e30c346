"""`maskopt verify`: a bundle predicts the photos stored in it again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from maskopt.bundle import read_bundle, versions
from maskopt.catalog.views import Input
from maskopt.data.unlabelled import Unlabelled
from maskopt.ensembles import Bundle
from maskopt.errors import BundleError
from maskopt.predict.answers import Asking
from maskopt.predict.voters import Voted, Voter, load_voter, plain_facts

TOLERANCE = 1e-4


@dataclass(frozen=True)
class Verified:
    """How well a bundle's photos were predicted again.

    Attributes:
        bundle: Its folder.
        photos: How many it holds.
        difference: The greatest between a probability then and now.
    """

    bundle: str
    photos: int
    difference: float

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return {**vars(self), "tolerance": TOLERANCE}


def run_verify(place: Path) -> Verified:
    """Check a bundle's files, and predict its photos again.

    Raises:
        BundleError: It is broken, or predicts something else than when it was made.
    """
    bundle = read_bundle(place)
    if not bundle.photos:
        raise BundleError(
            f"{place}: holds no photos that could be predicted again; its files are as they were"
        )
    worst = max(_differences(bundle, place), key=lambda found: found.difference)
    if worst.difference > TOLERANCE:
        raise BundleError(_disagreement(bundle, place, worst))
    return Verified(str(place), len(bundle.photos), worst.difference)


@dataclass(frozen=True)
class _Difference:
    file: str
    attribute: str
    difference: float


@dataclass(frozen=True)
class _AsSeen:
    """A voter on photos to which its networks' views were applied already."""

    voter: Voter

    @property
    def inputs(self) -> Sequence[Input]:
        return tuple(dict.fromkeys(Input(each.size) for each in self.voter.inputs))

    def __call__(self, pixels: Mapping[Input, NDArray[np.uint8]], /) -> Voted:
        return self.voter({each: pixels[Input(each.size)] for each in self.voter.inputs})


def _differences(bundle: Bundle, place: Path) -> Iterator[_Difference]:
    files = [photo.file for photo in bundle.photos]
    photos = Unlabelled(str(place), str(place), files, files)
    voter: Voter = load_voter(bundle, place, alone=True)
    if all(photo.seen for photo in bundle.photos):
        voter = _AsSeen(voter)
    for answers in Asking(photos, bundle.attributes).answers(voter):
        for row, stored in enumerate(bundle.photos[answers.places.start : answers.places.stop]):
            for name, probabilities in stored.probabilities.items():
                difference = np.abs(answers.probabilities[name][row] - probabilities).max()
                yield _Difference(stored.file, name, float(difference))


def _disagreement(bundle: Bundle, place: Path, worst: _Difference) -> str:
    made, here = plain_facts(bundle, "versions"), versions()
    others = [
        f"  {name} {made[name]} when it was made, {here[name]} here"
        for name in made
        if name in here and made[name] != here[name]
    ]
    why = (
        "it was made with other versions, which may be why:"
        if others
        else "versions are those it was made with; another kind of machine may be why"
    )
    return "\n".join(
        [
            f"{place}: predicts other probabilities than when it was made: {worst.attribute} of "
            f"{worst.file} differs by {worst.difference:.2g}, at most {TOLERANCE:g} is allowed",
            why,
            *others,
        ]
    )
