"""What a bundle says of photos, batch by batch, whatever becomes of it.

Letters of shapes: b photos of a batch, B of them that could be read, C classes of an attribute.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from maskopt.data.problems import Problems, shown
from maskopt.data.stream import Batch, stream_photos
from maskopt.data.unlabelled import Unlabelled, find_broken, find_photos
from maskopt.errors import BundleError, DataError, plural
from maskopt.labels import Attribute
from maskopt.predict.voters import Floats, Voted, Voter

ON_ERROR = ("stop", "skip")
BATCH_SIZE = 64
_REMEDY = "--on-error skip answers them with empty rows"


@dataclass(frozen=True, eq=False)
class Answers:
    """What a bundle says of photos that follow each other.

    Attributes:
        places: Of the photos, [b].
        sound: Of those that could be read, [B].
        probabilities: By attribute, [b, C]; `nan` for photos that could not be read.
        voted: All that the voter said of the sound ones; none where there is none.
    """

    places: range
    sound: Sequence[int]
    probabilities: Mapping[str, Floats]
    voted: Voted | None


@dataclass
class Asking:
    """Photos that a voter is asked about.

    Attributes:
        photos: In the order of the answers.
        attributes: What is answered.
        batch_size: Photos at a time.
        on_error: What a photo that cannot be read does: `stop` or `skip`.
        remedy: What the user can do about photos that cannot be read.
        wrong: Photos that were skipped so far, with what is wrong, by place.
    """

    photos: Unlabelled
    attributes: Sequence[Attribute]
    batch_size: int = BATCH_SIZE
    on_error: str = "stop"
    remedy: str = _REMEDY
    wrong: dict[int, str] = field(default_factory=dict)

    def answers(self, voter: Voter) -> Generator[Answers]:
        """Yield the answers of all photos, in order.

        Raises:
            DataError: A photo cannot be read, and `on_error` is `stop`.
        """
        with closing(stream_photos(self.photos, voter.inputs, self.batch_size)) as batches:
            for batch in batches:
                self.wrong.update(batch.wrong)
                if self.on_error == "stop":
                    refuse(self.photos, self.wrong, self.remedy)
                yield self._answer(batch, voter)

    def _answer(self, batch: Batch, voter: Voter) -> Answers:
        shape = len(batch.places)
        filled = {
            a.name: np.full((shape, len(a.classes)), np.nan, dtype=np.float32)
            for a in self.attributes
        }
        voted = _vote(voter, batch) if batch.sound else None
        if voted:
            rows = np.array(batch.sound) - batch.places.start
            for name, values in filled.items():
                found = voted.probabilities[name]
                self._check_numbers(name, found, batch.sound)
                values[rows] = found
        return Answers(batch.places, batch.sound, filled, voted)

    def _check_numbers(self, attribute: str, found: Floats, places: Sequence[int]) -> None:
        bad = np.flatnonzero(~np.isfinite(found).all(axis=1))
        if len(bad):
            name = shown(self.photos.names[places[bad[0]]])
            raise BundleError(
                f"the bundle's networks give no finite probabilities of {attribute} for {name}; "
                "`maskopt verify` tells whether they do so for the photos stored in it"
            )

    @property
    def warnings(self) -> list[str]:
        """One line a kind of photos that were skipped."""
        return describe(self.photos, self.wrong)


def _vote(voter: Voter, batch: Batch) -> Voted:
    try:
        return voter(batch.pixels)
    except RuntimeError as error:
        if "out of memory" not in str(error):
            raise
        photos = plural(len(batch.sound), "photo")
        raise BundleError(
            f"the device's memory does not hold the networks and {photos} at a time; take fewer "
            "with --batch-size, or end what else uses the device"
        ) from error


def take_photos(place: Path) -> tuple[Unlabelled, list[str]]:
    """Return the photos of a place, and warnings.

    Raises:
        DataError: There are none, or what lists them cannot be used.
    """
    problems = Problems(str(place))
    photos = find_photos(place, problems)
    if photos is None or problems.errors:
        raise DataError("\n".join(problems.errors))
    return photos, problems.warnings


def refuse_broken(photos: Unlabelled, remedy: str = _REMEDY) -> None:
    """Look at all photos before any is predicted.

    Raises:
        DataError: Some cannot be read; all of them are told.
    """
    refuse(photos, find_broken(photos), remedy)


def refuse(photos: Unlabelled, wrong: Mapping[int, str], remedy: str) -> None:
    """Raise a DataError that tells all photos with which something is wrong, if there are any."""
    if wrong:
        lines = describe(photos, wrong)
        raise DataError("\n".join([*lines, remedy]))


def describe(photos: Unlabelled, wrong: Mapping[int, str]) -> list[str]:
    """Return one line a kind of wrong photos."""
    problems = Problems(photos.source)
    photos.tell(wrong, problems)
    return problems.errors
