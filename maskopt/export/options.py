"""What the command line says of an export."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from maskopt.ensembles import VIEWS
from maskopt.errors import SpecError, did_you_mean
from maskopt.study.storage import default_storage

VOTES = ("auto", "greedy", "soft", "single")
REFITS = ("folds", "all")
AUTO = "auto"


@dataclass(frozen=True)
class ExportOptions:
    """The options of `maskopt export-best`.

    Attributes:
        names: The studies.
        output: Where the bundle is to stand.
        members: Complete trials of each study that may vote, its best ones.
        folds: Folds of each study that are predicted out of fold; none is all of them.
        refit: `folds` keeps the networks of the folds, `all` trains again on all photos.
        vote: `auto`, `greedy`, `soft` or `single`.
        tta: `auto`, or a name of `ensembles.VIEWS`.
        calibrate: Fit temperatures.
        attributes: What the bundle is to answer; empty is all that the studies know.
        seed: Of everything that is drawn.
        command: The whole command; typed again, it goes on with what was interrupted.
    """

    names: tuple[str, ...]
    output: Path
    members: int = 5
    folds: int | None = None
    refit: str = "folds"
    vote: str = AUTO
    tta: str = AUTO
    calibrate: bool = True
    attributes: tuple[str, ...] = ()
    seed: int = 0
    onnx: bool = False
    studies: Path = Path("studies")
    storage: str | None = None
    workers: int | None = None
    gpus_per_trial: float | None = None
    address: str | None = None
    command: str = "maskopt export-best"

    @property
    def storage_url(self) -> str:
        """Where studies are kept: what was said, or the SQLite file under the studies."""
        return self.storage or default_storage(self.studies)

    def places(self) -> dict[str, str]:
        """Return where everything lies, by name."""
        members = [str(self.studies / name / "members") for name in self.names]
        return {"bundle": str(self.output), "networks": ", ".join(members)}

    def next_commands(self) -> list[str]:
        """Return what can be typed when there is a bundle."""
        bundle = str(self.output)
        predict = ["maskopt", "predict", bundle, "PHOTOS", "-o", "predicted.csv"]
        return [shlex.join(predict), shlex.join(["maskopt", "verify", bundle])]


def read_names(text: str) -> tuple[str, ...]:
    """Return names that have commas between them; brackets around them are fine.

    Raises:
        ValueError: There is none.
    """
    names = tuple(name.strip() for name in text.strip("[]").split(",") if name.strip())
    if not names:
        raise ValueError(f"must be names with commas between them, got {text!r}")
    return names


_WORDS = {
    "members": "a whole number from 1",
    "folds": "a whole number from 1",
    "seed": "a whole number from 0",
    "calibrate": "true or false",
    "attributes": "names with commas between them",
}
_CHOICES = {"refit": REFITS, "vote": VOTES, "tta": (AUTO, *VIEWS)}
SETTINGS = (*_WORDS, *_CHOICES)
"""Keys that `--set` takes."""


def read_settings(sets: Sequence[str], given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings of every `--set`, with those that options of their own gave.

    Args:
        sets: `KEY=VALUE` each.
        given: Values by key; none is not given.

    Raises:
        SpecError: One line a problem.

    Example:
        >>> read_settings(["members=3", "calibrate=false"], {"refit": "all", "vote": None})
        {'refit': 'all', 'members': 3, 'calibrate': False}
    """
    settings = {key: value for key, value in given.items() if value is not None}
    wrong = []
    for text in sets:
        key, equals, value = (part.strip() for part in text.partition("="))
        if not equals or key not in SETTINGS:
            known = did_you_mean(key, SETTINGS) or f"; it takes {', '.join(SETTINGS)}"
            wrong.append(f"--set {text}: must be KEY=VALUE with a known key{known}")
        elif key in settings:
            wrong.append(f"--set {text}: `{key}` is given twice; leave one out")
        else:
            try:
                settings[key] = _read(key, value)
            except ValueError:
                rule = _WORDS.get(key) or f"one of {', '.join(_CHOICES[key])}"
                wrong.append(f"--set {text}: `{key}` must be {rule}, got {value!r}")
    if wrong:
        raise SpecError("\n".join(wrong))
    return settings


def _read(key: str, text: str) -> Any:
    if key == "attributes":
        return read_names(text)
    if key == "calibrate":
        return ("false", "true").index(text.lower()) == 1
    if key in _CHOICES:
        return _CHOICES[key][_CHOICES[key].index(text)]
    number = int(text)
    if number < (key != "seed"):
        raise ValueError
    return number
