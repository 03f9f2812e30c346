"""The competition's layout: a folder a person, seven photos in it.

`000001_female_Asian_45/` holds `mask1` to `mask5`, `incorrect_mask` and `normal`, each with any
photo's extension. Of a photo are known `mask` from its name; `gender`, `age` and `person` from its
folder's, `person` being the whole name: numbers alone occur twice in the competition.
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

from maskopt.data.facts import Facts
from maskopt.data.listing import Listing
from maskopt.data.problems import Problems

LOOKS = "folders named number_gender_origin_age: 000001_female_Asian_45/mask1.jpg"

_FOLDER = re.compile(r"(?P<number>[^_]+)_(?P<gender>[^_]+)_[^_]*_(?P<age>[^_]+)")
_MASKS = {
    **{f"mask{number}": "wear" for number in range(1, 6)},
    "incorrect_mask": "incorrect",
    "normal": "not_wear",
}


def is_person(folder: str) -> bool:
    """Tell whether a folder is named like a person.

    Example:
        >>> is_person("001498-1_female_Asian_23"), is_person("wear"), is_person("my_old_photo_set")
        (True, False, False)
    """
    found = _FOLDER.fullmatch(folder)
    return found is not None and found["age"].replace(".", "", 1).isdecimal()


def read_people(root: Path, listing: Listing, problems: Problems) -> Facts:
    """Return the facts of all photos that lie directly in persons' folders."""
    found = {folder: _FOLDER.fullmatch(folder) for folder in listing.folders}
    persons = {folder: person for folder, person in found.items() if person}
    strangers = [folder for folder in listing.folders if folder not in persons]
    paths = [path for path in listing.photos if _folder(path) in persons]
    split = [path.split("/") for path in paths]
    remedy = "rename or remove"
    are_not = "named number_gender_origin_age"
    problems.error(strangers, f"folder is not {are_not}", f"folders are not {are_not}", remedy)
    _tell_others(listing, problems)
    _tell_persons(split, list(persons), problems)
    columns: dict[str, list[str]] = {"mask": [], "gender": [], "age": [], "person": []}
    for folder, file in split:
        columns["mask"].append(_MASKS.get(_stem(file), ""))
        columns["gender"].append(persons[folder]["gender"])
        columns["age"].append(persons[folder]["age"])
        columns["person"].append(folder)
    return Facts(root, "people", paths, columns)


def _folder(path: str) -> str:
    """Return the folder of a photo that lies directly in a folder of the root, else nothing."""
    folder, _, file = path.partition("/")
    return folder if file and "/" not in file else ""


def _stem(file: str) -> str:
    return file.rpartition(".")[0].lower()


def _tell_others(listing: Listing, problems: Problems) -> None:
    loose = [path for path in listing.photos if not _folder(path)]
    one = "photo lies in no person's folder and is ignored"
    many = "photos lie in no person's folder and are ignored"
    problems.warn(loose, one, many, "move it into the folder of its person")
    numbers: dict[str, list[str]] = {}
    for folder in listing.folders:
        if is_person(folder):
            numbers.setdefault(folder.partition("_")[0], []).append(folder)
    twice = [" and ".join(folders) for folders in numbers.values() if len(folders) > 1]
    one = "number belongs to several persons"
    many = "numbers belong to several persons"
    problems.warn(twice, one, many, "if they are one person, put the photos into one folder")


def _tell_persons(split: list[list[str]], folders: list[str], problems: Problems) -> None:
    stems: dict[str, list[str]] = {folder: [] for folder in folders}
    for folder, file in split:
        stems[folder].append(_stem(file))
    lacking, extra = [], []
    for folder, found in stems.items():
        missing = [stem for stem in _MASKS if stem not in found]
        if found and missing:
            lacking.append(f"{folder} (no {', '.join(missing)})")
        more = sorted((Counter(found) - Counter(_MASKS.keys())).keys())
        if more:
            extra.append(f"{folder} ({', '.join(more)})")
    seven = f"the {len(_MASKS)} photos of a person"
    one, many = f"person lacks some of {seven}", f"persons lack some of {seven}"
    problems.warn(lacking, one, many, "copy them again if they should be there")
    one, many = f"person has more than {seven}", f"persons have more than {seven}"
    problems.warn(extra, one, many, "remove what should not be there")
