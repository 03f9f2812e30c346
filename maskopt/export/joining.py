"""Bundles side by side as one, without a network that is run: each answers what it knows best."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from math import inf
from pathlib import Path
from typing import Any

from maskopt.bundle import read_bundle, seal, staging, versions, write_card
from maskopt.ensembles import Bundle, Ensemble, Member, StoredPhoto
from maskopt.export.facts import policy_words, preprocessing_words
from maskopt.labels import Attribute


@dataclass(frozen=True)
class _Part:
    """A bundle that is joined with others.

    Attributes:
        place: Its folder.
        answers: The attributes that it is asked for.
        first: Place of its first member in the whole.
    """

    place: Path
    bundle: Bundle
    answers: tuple[str, ...]
    first: int = 0


def join_bundles(places: Sequence[Path], output: Path, order: Sequence[str] = ()) -> Bundle:
    """Write bundles of different studies as one, and return it.

    An attribute that several know is answered by the one with the highest score of it, the first
    of equals. What none is asked for is left out. Each photo that is stored comes with what its
    own bundle said of it.

    Args:
        places: Folders of bundles.
        output: Where the whole is to stand.
        order: Attributes as the whole is to have them; the others come after these.

    Raises:
        BundleError: One of them is broken, or nothing can be written to the place.
    """
    parts = _parts(places)
    with staging(output) as folder:
        bundle = Bundle(
            attributes=_attributes(parts, order),
            members=tuple(member for part in parts for member in _bring(part, folder)),
            ensembles=tuple(each for part in parts for each in _ensembles(part)),
            priors={name: part.bundle.priors[name] for part in parts for name in part.answers},
            photos=_photos(parts, folder),
            facts=_facts(parts),
        )
        write_card(folder, bundle)
        seal(folder, bundle, {})
    return bundle


def _parts(places: Sequence[Path]) -> list[_Part]:
    """Return the bundles that are asked for something, with what that is."""
    bundles = [read_bundle(place) for place in places]
    best: dict[str, int] = {}
    for number, bundle in enumerate(bundles):
        for attribute in bundle.attributes:
            name, other = attribute.name, best.get(attribute.name)
            if other is None or _score(bundle, name) > _score(bundles[other], name):
                best[name] = number
    parts: list[_Part] = []
    for number, (place, bundle) in enumerate(zip(places, bundles, strict=True)):
        answers = tuple(a.name for a in bundle.attributes if best[a.name] == number)
        if answers:
            first = sum(len(part.bundle.members) for part in parts)
            parts.append(_Part(place, bundle, answers, first))
    return parts


def _attributes(parts: Sequence[_Part], order: Sequence[str]) -> tuple[Attribute, ...]:
    known = {a.name: a for p in parts for a in p.bundle.attributes if a.name in p.answers}
    names = dict.fromkeys([*(name for name in order if name in known), *known])
    return tuple(known[name] for name in names)


def _score(bundle: Bundle, attribute: str) -> float:
    scores = bundle.facts.get("scores", {}).get("attributes", {})
    value = scores.get(attribute, {}).get("score")
    return -inf if value is None else float(value)


def _bring(part: _Part, folder: Path) -> tuple[Member, ...]:
    """Copy weights, whose names tell their study, into the whole's folder."""
    (folder / "members").mkdir(exist_ok=True)
    for member in part.bundle.members:
        for file in member.weights:
            shutil.copyfile(part.place / file, folder / file)
    return part.bundle.members


def _ensembles(part: _Part) -> list[Ensemble]:
    found = []
    for each in part.bundle.ensembles:
        names = tuple(name for name in each.attributes if name in part.answers)
        if names:
            shares = {part.first + place: share for place, share in each.shares.items()}
            found.append(Ensemble(names, shares))
    return found


def _photos(parts: Sequence[_Part], folder: Path) -> tuple[StoredPhoto, ...]:
    """Copy stored photos; those as networks see them only where all are."""
    (folder / "photos").mkdir()
    stored = [(part, photo) for part in parts for photo in part.bundle.photos]
    if not all(photo.seen for _, photo in stored):
        stored = [(part, photo) for part, photo in stored if not photo.seen]
    photos = []
    for number, (part, photo) in enumerate(stored):
        file = f"photos/{number:02d}.png"
        shutil.copyfile(part.place / photo.file, folder / file)
        said = {name: photo.probabilities[name] for name in part.answers}
        photos.append(replace(photo, file=file, probabilities=said))
    return tuple(photos)


def _facts(parts: Sequence[_Part]) -> Mapping[str, Any]:
    first = parts[0].bundle.facts
    configs = [member.config for part in parts for member in part.bundle.members]
    scores = {
        name: part.bundle.facts["scores"]["attributes"][name]
        for part in parts
        for name in part.answers
    }
    why = "; ".join(f"{', '.join(part.answers)}: {part.bundle.facts['reason']}" for part in parts)
    return {
        **first,
        "preprocessing": preprocessing_words(configs),
        "label_policy": policy_words(configs),
        "versions": versions(),
        "made": datetime.now().astimezone().isoformat(timespec="seconds"),
        "scores": {
            "attributes": scores,
            "joint": None,
            "joint_reason": "studies were joined as they are: nothing scored them together",
            "how": " ".join(dict.fromkeys(part.bundle.facts["scores"]["how"] for part in parts)),
        },
        "reason": why,
        "splits": [split for part in parts for split in part.bundle.facts["splits"]],
    }
