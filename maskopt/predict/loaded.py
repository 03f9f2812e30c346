"""A bundle in three lines of Python."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from maskopt.bundle import read_bundle
from maskopt.data.unlabelled import single_photos
from maskopt.ensembles import Bundle
from maskopt.predict.answers import BATCH_SIZE, ON_ERROR, Asking, refuse_broken, take_photos
from maskopt.predict.formats import class_ids
from maskopt.predict.voters import Voter, load_voter, plain_facts

if TYPE_CHECKING:
    from maskopt.data.frames import Frame

_REMEDY = 'on_error="skip" leaves their cells empty'


class LoadedBundle:
    """A bundle that is ready to predict; its networks stay in memory.

    Example:
        bundle = maskopt.load_bundle("people.bundle")
        table = bundle.predict("photos/")
        table[["path", "age", "age:senior"]]
    """

    def __init__(self, bundle: Bundle, voter: Voter) -> None:
        self._bundle = bundle
        self._voter = voter

    @property
    def attributes(self) -> dict[str, tuple[str, ...]]:
        """The classes of each attribute that it answers, in their order."""
        return {attribute.name: attribute.classes for attribute in self._bundle.attributes}

    @property
    def scores(self) -> Mapping[str, Any]:
        """What was measured when it was made, as its `bundle.json` has it."""
        return plain_facts(self._bundle, "scores")

    def predict(
        self,
        paths: str | Path | Iterable[str | Path],
        *,
        on_error: Literal["stop", "skip"] = "stop",
        batch_size: int = BATCH_SIZE,
    ) -> Frame:
        """Predict photos.

        Args:
            paths: Photos; or one place: a folder, a .csv that lists photos, or a photo.
            on_error: What photos do that cannot be read: `stop` raises an error that lists them,
                `skip` leaves their cells empty and warns of them.
            batch_size: Photos at a time.

        Returns:
            One row a photo in the order given: `path`, then for each attribute its class under
            its own name, and each class's probability under `attribute:class`.

        Raises:
            DataError: There are no photos, or some cannot be read.
            ValueError: `on_error` is neither, or `batch_size` is below 1.

        Example:
            bundle.predict(["a.jpg", "b.jpg"], on_error="skip")
        """
        if on_error not in ON_ERROR:
            raise ValueError(f"on_error must be 'stop' or 'skip', got {on_error!r}")
        if batch_size < 1:
            raise ValueError(f"batch_size must be at least 1, got {batch_size}")
        if isinstance(paths, str | Path):
            photos, told = take_photos(Path(paths))
        else:
            photos, told = single_photos(list(paths)), []
        if on_error == "stop":
            refuse_broken(photos, _REMEDY)
        asking = Asking(photos, self._bundle.attributes, batch_size, on_error, _REMEDY)
        frame = self._frame(asking)
        for warning in [*told, *asking.warnings]:
            warnings.warn(warning, stacklevel=2)
        return frame

    def _frame(self, asking: Asking) -> Frame:
        from maskopt.data.frames import make_frame

        parts = [each.probabilities for each in asking.answers(self._voter)]
        columns: dict[str, Any] = {"path": list(asking.photos.names)}
        for attribute in self._bundle.attributes:
            empty = np.empty((0, len(attribute.classes)), dtype=np.float32)
            values = np.concatenate([empty, *(part[attribute.name] for part in parts)])
            ids = class_ids({attribute.name: values})[attribute.name]
            names = (*attribute.classes, None)  # -1 finds the last
            columns[attribute.name] = [names[class_id] for class_id in ids]
            for class_id, name in enumerate(attribute.classes):
                columns[f"{attribute.name}:{name}"] = values[:, class_id]
        return make_frame(columns)


def load(place: Path) -> LoadedBundle:
    """Read a bundle with every check, and build its networks.

    Raises:
        BundleError: It cannot be used.
    """
    bundle = read_bundle(place)
    return LoadedBundle(bundle, load_voter(bundle, place))
