"""The folder of built-in people: `train/`, `eval/`, the answers, and the truth about faults."""

from __future__ import annotations

import csv
import errno
import json
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random

from maskopt.data.competition import ANSWER
from maskopt.data.people.census import AgeProportions, Folder, Person, draw_eval, draw_train
from maskopt.data.people.hidden import PREFIX, hidden_folder
from maskopt.data.people.photo import PHOTO_NAMES
from maskopt.data.people.sittings import Sitting, draw_sittings
from maskopt.errors import DataError

VERSION = 1  # of the drawings: raised whenever the same numbers give other bytes
_DISK = (errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS)  # may come without a file's name
_RECORD = "people.json"  # written last: a folder that has it is whole
_CONTENTS = ("train", "eval", "train_truth.csv", "eval_answers.csv", _RECORD)


@dataclass(frozen=True)
class _Order:
    """What was asked for; it stands in `people.json` once everything is drawn."""

    people: int
    seed: int
    eval_people: int
    eval_proportions: AgeProportions
    version: int = VERSION


def draw_people(
    folder: Path,
    people: int,
    *,
    seed: int = 0,
    eval_people: int | None = None,
    eval_proportions: AgeProportions = "shifted",
    workers: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> None:
    """Draw people into a folder; one that holds the same people already is left as it is.

    Everything is written under a hidden name and renamed once it is whole, so that an
    interrupted run leaves no half set; what a killed one leaves is removed by the next. The
    bytes depend on the numbers given, never on `workers`.

    Args:
        folder: New, empty, or drawn before with the same numbers.
        people: Folders in `train/`, 7 photos each.
        seed: Of everything drawn.
        eval_people: People in `eval/`, 7 photos each; none is a third of `people`.
        eval_proportions: `shifted` has three times the share of people of 60 and more, `same`
            the training set's ages.
        workers: Processes; none is one a CPU core.
        progress: Called with the photos drawn so far and all photos to draw.

    Raises:
        DataError: The folder holds something else or cannot be written, or a number is too small.
    """
    order = _order(people, seed, eval_people, eval_proportions)
    try:
        if not _may_reuse(folder, order):
            _draw(folder, order, workers, progress)
    except OSError as error:
        if error.filename is None and error.errno not in _DISK:
            raise  # of processes, not of files
        raise DataError(_refusal(folder, error)) from error


def _draw(
    folder: Path, order: _Order, workers: int | None, progress: Callable[[int, int], None] | None
) -> None:
    place = folder.absolute()  # `.` has no name to draw under
    place.parent.mkdir(parents=True, exist_ok=True)
    # An empty folder may be a mounted disk: nothing can be renamed onto it, only inside it.
    around = place if place.is_dir() else place.parent
    with hidden_folder(around, _CONTENTS) as hidden:
        _write_set(hidden / place.name, order, workers, progress)
        _publish(hidden / place.name, place, order)


def _refusal(folder: Path, error: OSError) -> str:
    """Return what is said of a folder that was given, whichever file in it failed."""
    files = [each for each in folder.parents if each.exists() and not each.is_dir()]
    reason = f", {files[0]} is no folder" if files else f" ({error.strerror})"
    return f"{folder}: cannot be written{reason}; name another folder"


def has_people(
    folder: Path,
    people: int,
    seed: int = 0,
    *,
    eval_people: int | None = None,
    eval_proportions: AgeProportions = "shifted",
) -> bool:
    """Tell whether `draw_people` finished this folder with the same numbers."""
    return _read_order(folder) == _order(people, seed, eval_people, eval_proportions)


def _order(
    people: int, seed: int, eval_people: int | None, eval_proportions: AgeProportions
) -> _Order:
    if eval_people is None:
        eval_people = max(1, round(people / 3))
    if people < 1 or eval_people < 1:
        raise DataError(f"at least 1 person must be drawn, got {min(people, eval_people)}")
    return _Order(people, seed, eval_people, eval_proportions)


def _read_order(folder: Path) -> _Order | None:
    try:
        return _Order(**json.loads((folder / _RECORD).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):  # no record, or not one of ours
        return None


def _may_reuse(folder: Path, order: _Order) -> bool:
    """Tell whether the folder holds what is asked for; refuse one that holds anything else."""
    found = _read_order(folder)
    if found == order:
        return True
    if found is not None:
        wanted, there = asdict(order), asdict(found)
        raise DataError(
            f"{folder}: other people were drawn here ("
            + ", ".join(
                f"{k} {there[k]}, not {wanted[k]}" for k in wanted if there[k] != wanted[k]
            )
            + "); name another folder, or remove this one"
        )
    if os.path.lexists(folder) and not (folder.is_dir() and _is_empty(folder)):
        raise DataError(
            f"{folder}: people are drawn into a new or an empty folder only, and this holds"
            " something else; name another folder"
        )
    return False


def _is_empty(folder: Path) -> bool:
    return all(entry.name.startswith(PREFIX) for entry in folder.iterdir())


def _publish(drawn: Path, folder: Path, order: _Order) -> None:
    try:
        if drawn.parent.parent == folder:
            for entry in sorted(drawn.iterdir(), key=lambda entry: entry.name == _RECORD):
                entry.rename(folder / entry.name)
        else:
            drawn.rename(folder)
    except OSError:
        if not _may_reuse(folder, order):  # another process may have been faster
            raise


def _write_set(
    root: Path, order: _Order, workers: int | None, progress: Callable[[int, int], None] | None
) -> None:
    train = draw_train(order.people, order.seed)
    persons = draw_eval(order.eval_people, order.seed, order.eval_proportions)
    names = _eval_names(len(persons), order.seed)
    sittings = [Sitting(folder.person, _train_files(folder), folder.again) for folder in train]
    sittings += [
        Sitting(person, tuple(f"eval/{name}" for name in row))
        for person, row in zip(persons, names, strict=True)
    ]
    draw_sittings(root, sittings, workers, progress)
    _write_truth(root, train)
    _write_answers(root, persons, names, order.seed)
    (root / _RECORD).write_text(json.dumps(asdict(order), indent=1) + "\n", encoding="utf-8")


def _train_files(folder: Folder) -> tuple[str, ...]:
    names = list(PHOTO_NAMES)
    if folder.swapped:
        first, second = names.index(folder.swapped), names.index("incorrect_mask")
        names[first], names[second] = names[second], names[first]
    return tuple(f"train/{folder.name}/{name}.jpg" for name in names)


def _eval_names(people: int, seed: int) -> list[list[str]]:
    """Return names that tell nothing, like the competition's: 40 hexadecimal digits."""
    chance = Random(f"{seed}/eval/names")
    return [[f"{chance.getrandbits(160):040x}.jpg" for _ in PHOTO_NAMES] for _ in range(people)]


def _write_truth(root: Path, train: Sequence[Folder]) -> None:
    header = ("folder", "gender", "age", "wrong_label", "swapped", "duplicate_of")
    rows = (
        (f.name, f.person.gender, f.person.age, f.wrong_label, f.swapped, f.duplicate_of)
        for f in train
    )
    _write_csv(root / "train_truth.csv", header, rows)


def _write_answers(
    root: Path, persons: Sequence[Person], names: Sequence[Sequence[str]], seed: int
) -> None:
    answers = [
        (name, _answer(person, photo))
        for person, row in zip(persons, names, strict=True)
        for photo, name in zip(PHOTO_NAMES, row, strict=True)
    ]
    Random(f"{seed}/eval/order").shuffle(answers)
    _write_csv(root / "eval" / "info.csv", ("ImageID", "ans"), ((name, "") for name, _ in answers))
    _write_csv(root / "eval_answers.csv", ("ImageID", "ans"), answers)


def _answer(person: Person, photo: str) -> int:
    mask = {"incorrect_mask": "incorrect", "normal": "not_wear"}.get(photo, "wear")
    facts: tuple[str | float, ...] = (mask, person.gender, person.age)
    ids = [a.class_id(fact) for a, fact in zip(ANSWER.attributes, facts, strict=True)]
    return ANSWER.join(ids)


def _write_csv(file: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    with file.open("w", encoding="utf-8", newline="") as stream:
        table = csv.writer(stream, lineterminator="\n")
        table.writerow(header)
        table.writerows(rows)
