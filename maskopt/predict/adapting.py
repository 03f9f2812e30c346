"""New class proportions: what is kept of new photos while they stream by, and what it says.

Letters of shapes: b photos of a batch, B of them that could be read, M photos of the sample,
K fold networks, C classes of an attribute, D features.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate
from pathlib import Path
from tempfile import TemporaryFile

import numpy as np
from numpy.typing import NDArray

from maskopt.bundle import read_evidence
from maskopt.ensembles import Bundle
from maskopt.errors import BundleError
from maskopt.labels import Attribute
from maskopt.predict.answers import Answers
from maskopt.predict.voters import Floats
from maskopt.votes.evidence import Rehearsed, from_arrays
from maskopt.votes.shift import Adaptation, NewPhotos, adapt, reweight

SAMPLE = 5_000  # photos that proportions are estimated on
_BLOCK = 4_096  # photos that are rewritten at a time
_SEED = 0

Adaptations = Mapping[str, Adaptation | str]
"""By attribute; a text says why nothing could be estimated."""


class Sample:
    """A part of the photos that is the same at each call, with what each fold's vote says."""

    def __init__(self, photos: int, rehearsed: Mapping[str, Rehearsed]) -> None:
        chosen = np.random.default_rng(_SEED).permutation(photos)[:SAMPLE]
        self._chosen = np.sort(chosen)
        self._rehearsed = rehearsed
        self._votes: dict[str, list[Floats]] = {name: [] for name in rehearsed}
        self._features: dict[str, list[Floats]] = {name: [] for name in rehearsed}

    def add(self, answers: Answers) -> None:
        """Keep what belongs to the sample."""
        places = np.array(answers.sound, dtype=np.int64)
        rows = np.flatnonzero(np.isin(places, self._chosen))
        if answers.voted is None or not len(rows):
            return
        for name, rehearsed in self._rehearsed.items():
            if name not in answers.voted.by_fold:
                continue
            self._votes[name].append(answers.voted.by_fold[name][:, rows])
            if rehearsed.projections:
                seen = answers.voted.features[name][:, rows]
                self._features[name].append(rehearsed.project(seen))

    def __len__(self) -> int:
        """Return the number of attributes."""
        return len(self._rehearsed)

    def adapt(self) -> Iterator[tuple[str, Adaptation | str]]:
        """Yield what each attribute's photos say of its proportions."""
        for name, rehearsed in self._rehearsed.items():
            votes, features = self._votes[name], self._features[name]
            if not votes:
                yield name, "no photo could be read"
            else:
                seen = np.concatenate(features, axis=1) if features else None
                new = NewPhotos(np.concatenate(votes, axis=1), seen)
                yield name, adapt(rehearsed.evidence, new, seed=_SEED)


def read_rehearsed(folder: Path, bundle: Bundle) -> tuple[dict[str, Rehearsed], dict[str, str]]:
    """Return what new photos can be held against, and why it cannot be done, by attribute.

    Raises:
        BundleError: The evidence is broken.
    """
    arrays = read_evidence(folder, bundle)
    able: dict[str, Rehearsed] = {}
    unable: dict[str, str] = {}
    for attribute in bundle.attributes:
        try:
            found = from_arrays(attribute.name, arrays)
        except ValueError as error:
            raise BundleError(f"{folder}: evidence.npz: {attribute.name}: {error}") from error
        why = _hindrance(bundle, attribute, found)
        if found is None or why:
            unable[attribute.name] = why
        else:
            able[attribute.name] = found
    return able, unable


def _hindrance(bundle: Bundle, attribute: Attribute, found: Rehearsed | None) -> str:
    """Return why an attribute's proportions cannot be estimated; nothing where they can."""
    ensemble = next(e for e in bundle.ensembles if attribute.name in e.attributes)
    folds = min(len(bundle.members[place].weights) for place in ensemble.shares)
    if folds < 2:
        return (
            "its members have one network each, so that nothing tells how they judge photos that "
            "they never saw; export with --refit folds and two folds or more"
        )
    if found is None or not len(found.evidence.targets):
        return "the bundle holds no out-of-fold predictions to rehearse on; export it again"
    networks = len(found.projections) or max(found.folds, folds)
    if networks != folds or found.folds > folds or found.evidence.folds.min() < 0:
        return (
            f"its out-of-fold predictions are of {max(networks, found.folds)} networks a member, "
            f"and {folds} vote; export it with members of as many folds each"
        )
    return ""


class Spool:
    """All probabilities, on disk, so that they can be rewritten once the proportions are known.

    The file has no name: nothing stays of it, however this process ends.
    """

    def __init__(self, attributes: Sequence[Attribute]) -> None:
        self._names = [attribute.name for attribute in attributes]
        self._ends = list(accumulate(len(attribute.classes) for attribute in attributes))
        self._stream = TemporaryFile()  # noqa: SIM115 - closed by __exit__

    def __enter__(self) -> Spool:
        return self

    def __exit__(self, *_: object) -> None:
        self._stream.close()

    def add(self, probabilities: Mapping[str, Floats]) -> None:
        """Write a batch, [b, C] by attribute."""
        rows = np.concatenate([probabilities[name] for name in self._names], axis=1)
        self._stream.write(rows.astype(np.float32).tobytes())

    def blocks(self, weights: Mapping[str, NDArray[np.float64]]) -> Iterator[dict[str, Floats]]:
        """Yield all probabilities in the order in which they came.

        Args:
            weights: New proportion over old by attribute, [C]: the attribute's probabilities are
                reweighted; those left out stay as they are.
        """
        self._stream.seek(0)
        width = self._ends[-1]
        while content := self._stream.read(_BLOCK * width * np.dtype(np.float32).itemsize):
            rows = np.frombuffer(content, dtype=np.float32).reshape(-1, width)
            parts = np.split(rows, self._ends[:-1], axis=1)
            yield {
                name: reweight(part, weights[name]) if name in weights else part
                for name, part in zip(self._names, parts, strict=True)
            }
