"""A bundle that stands where a vote was to stand, and is better than what would replace it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from maskopt.bundle import read_bundle
from maskopt.ensembles import Bundle
from maskopt.errors import MaskoptError, plural


@dataclass(frozen=True)
class Earlier:
    """An earlier vote that stays.

    Attributes:
        words: Say so: `age.bundle stays: ...`.
    """

    bundle: Bundle
    words: str


def earlier_vote(
    output: Path, studies: Collection[str], best: Sequence[Path], others: str
) -> Earlier | None:
    """Return what stands in a place if best trials alone would be less; none where they go there.

    It is a vote of the same studies, on the same photos, that answers as much and has more
    networks: a sweep that was killed before it could say so put it there, or an earlier one.

    Args:
        output: The place.
        studies: Names of all that may have members in it.
        best: Folders of the best trials' own bundles; empty where nothing would go there.
        others: What these are called: `the best trial's`.
    """
    stands = _read(output) if best else None
    if stands is None:
        return None
    alone = [bundle for bundle in map(_read, best) if bundle is not None]
    voting = list(dict.fromkeys(member.study for member in stands.members))
    if not set(voting) <= set(studies) or not _is_of_same_photos(stands, alone):
        return None
    answered = {each.name for bundle in alone for each in bundle.attributes}
    fewer, count = sum(map(_networks, alone)), _networks(stands)
    if count <= fewer or not answered <= {each.name for each in stands.attributes}:
        return None
    noun = "study" if len(voting) == 1 else "studies"
    names = ", ".join(map(repr, voting))
    words = f"{plural(count, 'network')} of {noun} {names} vote in it, more than {others} {fewer}"
    return Earlier(stands, f"{output} stays: {words}")


def _read(place: Path) -> Bundle | None:
    try:
        return read_bundle(place)
    except MaskoptError:
        return None


def _networks(bundle: Bundle) -> int:
    return sum(len(member.weights) for member in bundle.members)


def _is_of_same_photos(stands: Bundle, alone: Sequence[Bundle]) -> bool:
    """Tell whether photos and folds are the same: a study made anew may bear an old one's name."""
    now = {
        split.get("study"): split for bundle in alone for split in bundle.facts.get("splits", ())
    }
    then = stands.facts.get("splits", ())
    return all(now.get(split.get("study"), split) == split for split in then)
