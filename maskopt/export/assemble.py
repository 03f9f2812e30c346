"""What is put together for a bundle: weights and their description, vote shares, predictions."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from maskopt.catalog.views import WHOLE, View
from maskopt.ensembles import Bundle, Ensemble, Member, StoredPhoto
from maskopt.labels import LabelSpace
from maskopt.records import TrialRecord
from maskopt.votes.choices import Choice
from maskopt.votes.glimpse import read_facts


@dataclass(frozen=True, eq=False)
class Candidate:
    """A trial that may become a member, with the weights of its networks.

    Attributes:
        label_space: What it knows.
        weights: In the order of the folds; a single one was trained on all photos.
    """

    study: str
    trial: TrialRecord
    label_space: LabelSpace
    weights: tuple[Path, ...]


def build_members(
    folder: Path, choice: Choice, candidates: Mapping[tuple[str, int], Candidate]
) -> tuple[Member, ...]:
    """Copy the weights of those that vote into a bundle's folder, and describe them.

    Args:
        folder: The bundle's.
        choice: Who votes, how.
        candidates: By study and trial number.
    """
    chosen = dict.fromkeys(key for _, shares in choice.ensembles for key in shares)
    (folder / "members").mkdir()
    return tuple(
        replace(
            bring_member(folder, candidates[key]),
            views=choice.views[key[0]],
            temperatures=choice.temperatures[key],
        )
        for key in chosen
    )


def bring_member(folder: Path, candidate: Candidate) -> Member:
    """Copy one's weights into `members/` of a bundle's folder, and describe it."""
    stem = f"{candidate.study}-{candidate.trial.number:05d}"
    several = len(candidate.weights) > 1
    paths = [
        f"members/{stem}-fold{place}.safetensors" if several else f"members/{stem}.safetensors"
        for place in range(len(candidate.weights))
    ]
    for file, path in zip(candidate.weights, paths, strict=True):
        shutil.copyfile(file, folder / path)
    facts = read_facts(candidate.weights[0])
    return Member(
        study=candidate.study,
        trial=candidate.trial.number,
        label_space=candidate.label_space,
        backbone=facts["backbone"]["name"],
        options=facts["backbone"]["options"],
        image_size=facts["image_size"],
        mean=tuple(facts["mean"]),
        std=tuple(facts["std"]),
        weights=tuple(paths),
        config=dict(candidate.trial.config),
        temperatures=(1.0,) * len(candidate.label_space.heads),
        # Weights of versions that knew no views saw whole photos.
        view=View.from_dict(facts["view"]) if "view" in facts else WHOLE,
    )


def build_ensembles(choice: Choice, members: Sequence[Member]) -> tuple[Ensemble, ...]:
    """Return who votes on what, by the members' places."""
    places = {(member.study, member.trial): place for place, member in enumerate(members)}
    return tuple(
        Ensemble(tuple(attributes), {places[key]: share for key, share in shares.items()})
        for attributes, shares in choice.ensembles
    )


def with_predictions(bundle: Bundle, predicted: Mapping[str, Sequence[Sequence[float]]]) -> Bundle:
    """Return a bundle whose stored photos have what it says of them.

    Args:
        bundle: Its photos have paths.
        predicted: By attribute, for each photo one probability a class.
    """
    said = [
        {name: tuple(map(float, rows[place])) for name, rows in predicted.items()}
        for place in range(len(bundle.photos))
    ]
    pairs = zip(bundle.photos, said, strict=True)
    return replace(bundle, photos=tuple(StoredPhoto(photo.file, each) for photo, each in pairs))
