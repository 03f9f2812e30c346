"""Who is drawn: genders and ages in the competition's proportions, and the faults in the folders.

Everything here follows from the number of people and the seed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import accumulate
from random import Random
from typing import Literal

from maskopt.data.people.photo import PHOTO_NAMES

AgeProportions = Literal["shifted", "same"]
AgeGroup = Literal["young", "middle", "senior"]

# The competition's own counts over 2,700 people.
_TRAIN_SHARES: dict[AgeGroup, int] = {"young": 1281, "middle": 1227, "senior": 192}
_SENIORS_SHIFTED = 3  # times as many of them in the evaluation folder
_FEMALE_SHARE = 0.614
_WRONG_LABEL_SHARE = 0.02
_SWAPPED_SHARE = 0.01
_DUPLICATE_SHARE = 0.01
# Years of each age group with their weights: most of the young are students, most of the others
# past fifty, and 60 stands for 60 and more.
_YEARS: dict[AgeGroup, tuple[range, tuple[int, ...]]] = {
    "young": (range(18, 30), (5, 8, 9, 9, 8, 8, 7, 6, 5, 4, 3, 3)),
    "middle": (range(30, 60), (2,) * 10 + (3,) * 10 + (4,) * 10),
    "senior": (range(60, 61), (1,)),
}


@dataclass(frozen=True)
class Person:
    """Somebody to draw: `seed` fixes all that gender and age leave open."""

    seed: str
    gender: str
    age: int


@dataclass(frozen=True)
class Folder:
    """One folder of the training set, with what is wrong about it.

    Attributes:
        name: As the competition's: `000001_female_Asian_45`.
        person: Who is on its photos, truly.
        wrong_label: `gender` or `age` where the name tells a false one, else empty.
        swapped: Name of the photo that changed places with `incorrect_mask`, else empty.
        duplicate_of: Name of the folder that shows the same photos of the same person, else empty.
        again: 0, or the number of the duplicate's upload.
    """

    name: str
    person: Person
    wrong_label: str = ""
    swapped: str = ""
    duplicate_of: str = ""
    again: int = 0


def draw_train(people: int, seed: int) -> tuple[Folder, ...]:
    """Return the training set's folders in the order of their ids."""
    chance = Random(f"{seed}/train")
    persons = _draw_persons(f"{seed}/train", _age_counts(people, "same"), chance)
    ids = list(accumulate(chance.randint(1, 3) for _ in persons))
    order = chance.sample(range(people), people)  # whom a fault befalls
    folders = [
        Folder(_name(number, p.gender, p.age), p) for number, p in zip(ids, persons, strict=True)
    ]
    for index in [order.pop() for _ in range(round(_WRONG_LABEL_SHARE * people))]:
        folders[index] = _wrongly_named(folders[index], ids[index], chance)
    for index in [order.pop() for _ in range(round(_SWAPPED_SHARE * people))]:
        swapped = chance.choice([name for name in PHOTO_NAMES if name[-1].isdigit()])
        folders[index] = replace(folders[index], swapped=swapped)
    for again, index in enumerate(order[: round(_DUPLICATE_SHARE * people)], start=1):
        _duplicate(folders, index, order, again, ids, chance)
    return tuple(folders)


def draw_eval(people: int, seed: int, proportions: AgeProportions) -> tuple[Person, ...]:
    """Return the evaluation folder's people, of whom none is in the training set."""
    chance = Random(f"{seed}/eval")
    return _draw_persons(f"{seed}/eval", _age_counts(people, proportions), chance)


def _name(number: int, gender: str, age: int) -> str:
    return f"{number:06d}_{gender}_Asian_{age}"


def _age_counts(people: int, proportions: AgeProportions) -> dict[AgeGroup, int]:
    total = sum(_TRAIN_SHARES.values())
    seniors = _TRAIN_SHARES["senior"] * (_SENIORS_SHIFTED if proportions == "shifted" else 1)
    senior = round(people * seniors / total)
    rest = people - senior
    young = round(rest * _TRAIN_SHARES["young"] / (total - _TRAIN_SHARES["senior"]))
    return {"young": young, "middle": rest - young, "senior": senior}


def _draw_persons(seed: str, counts: dict[AgeGroup, int], chance: Random) -> tuple[Person, ...]:
    """Draw people in any order; each age group has its share of women, as exactly as can be."""
    drawn: list[tuple[str, int]] = []
    for group, count in counts.items():
        years, weights = _YEARS[group]
        for age in chance.choices(years, weights, k=count):
            place = len(drawn)
            female = int((place + 1) * _FEMALE_SHARE) > int(place * _FEMALE_SHARE)
            drawn.append(("female" if female else "male", age))
    chance.shuffle(drawn)
    return tuple(Person(f"{seed}/{n}", gender, age) for n, (gender, age) in enumerate(drawn))


def _wrongly_named(folder: Folder, number: int, chance: Random) -> Folder:
    person = folder.person
    if chance.random() < 0.5:
        gender = "male" if person.gender == "female" else "female"
        return replace(folder, name=_name(number, gender, person.age), wrong_label="gender")
    group: AgeGroup = "middle" if person.age < 30 or person.age >= 60 else "young"
    years, weights = _YEARS[group]
    age = chance.choices(years, weights)[0]
    return replace(folder, name=_name(number, person.gender, age), wrong_label="age")


def _duplicate(
    folders: list[Folder], index: int, order: list[int], again: int, ids: list[int], chance: Random
) -> None:
    """Let a folder show somebody else of the same gender and age group, if there is one."""
    person = folders[index].person
    same = [
        other
        for other in order
        if other != index and not folders[other].again and _alike(folders[other].person, person)
    ]
    if same:
        first = folders[chance.choice(same)]
        name = _name(ids[index], first.person.gender, first.person.age)
        folders[index] = Folder(name, first.person, duplicate_of=first.name, again=again)


def _alike(one: Person, other: Person) -> bool:
    return one.gender == other.gender and (one.age < 30, one.age < 60) == (
        other.age < 30,
        other.age < 60,
    )
