"""What a bundle says of photos: its networks rebuilt, its members' vote counted.

Letters of shapes: B photos of a batch, S height and width in pixels, K networks of a member,
C classes of an attribute, F features.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from maskopt.bundle.environment import versions
from maskopt.catalog.views import Input
from maskopt.data.decode import BrokenPhotoError
from maskopt.data.views import see_file
from maskopt.ensembles import VIEWS, Bundle, Member
from maskopt.errors import BundleError, did_you_mean, plural
from maskopt.space import Part
from maskopt.vision.failures import TrainingError
from maskopt.vision.networks import build_network
from maskopt.vision.precision import find_device, strict_float32
from maskopt.vision.vote import MemberVote, Vote, voting

Floats = NDArray[np.float32]

_LOOKS = {"cpu": 64, "cuda": 256}  # photos times views in one pass: more only takes memory


@dataclass(frozen=True, eq=False)
class Voted:
    """What a bundle says of a batch.

    Attributes:
        probabilities: By attribute, [B, C].
        by_fold: By attribute, [K, B, C]: the vote of the k-th networks of all members. Filled
            where details were asked for, with the attributes whose members all have a network a
            fold; K is the least number of them.
        features: By attribute, as `by_fold`, [K, B, F]: what the networks of the member with the
            largest share saw of the photos as they are.
    """

    probabilities: Mapping[str, Floats]
    by_fold: Mapping[str, Floats] = field(default_factory=dict)
    features: Mapping[str, Floats] = field(default_factory=dict)


class Voter:
    """Counts the vote of a bundle's members on batches of any size.

    A photo's probabilities are the same whatever stands beside it, to 1e-5.

    Attributes:
        inputs: What it needs of photos.
    """

    def __init__(self, vote: Vote, device: torch.device, details: bool) -> None:
        self.inputs = vote.inputs
        self.vote = vote.to(device).eval()
        self._device = device
        self._details = [a for a in vote.attributes if details and vote.folds(a) > 1]
        self._batch = max(1, _LOOKS[device.type] // vote.looks)

    def __call__(self, pixels: Mapping[Input, NDArray[np.uint8]]) -> Voted:
        """Return what the members say.

        Args:
            pixels: The same photos for each of `inputs`, RGB, [B, S, S, 3].

        Raises:
            ValueError: An input is missing, or an array has another shape.
        """
        photos = _count(pixels, self.inputs)
        with torch.inference_mode(), strict_float32():
            parts = [
                self._look(pixels, slice(start, start + self._batch))
                for start in range(0, max(photos, 1), self._batch)
            ]
        return Voted(
            _joined([part.probabilities for part in parts], axis=0),
            _joined([part.by_fold for part in parts], axis=1),
            _joined([part.features for part in parts], axis=1),
        )

    def _look(self, pixels: Mapping[Input, NDArray[np.uint8]], rows: slice) -> Voted:
        vote = self.vote
        said = vote.ask([self._place(pixels[each][rows]) for each in self.inputs])
        details = {a.name: vote.by_fold(a, said) for a in self._details}
        return Voted(
            {a.name: _numpy(vote.join(a, said)) for a in vote.attributes},
            {name: _numpy(votes) for name, (votes, _) in details.items()},
            {name: _numpy(seen) for name, (_, seen) in details.items()},
        )

    def _place(self, pixels: NDArray[np.uint8]) -> Tensor:
        """Return images on the device, [B, 3, S, S] in 0..255, channels last as they lie."""
        given = np.require(pixels, np.uint8, ["C", "W"])  # torch warns of what is read-only
        return torch.from_numpy(given).to(self._device).permute(0, 3, 1, 2).float()


def _count(pixels: Mapping[Input, NDArray[np.uint8]], inputs: Sequence[Input]) -> int:
    """Return B, once all inputs are there and agree."""
    shapes = {each.name: pixels[each].shape if each in pixels else None for each in inputs}
    first = shapes[inputs[0].name]
    photos = first[0] if first else 0
    wanted: dict[str, tuple[int, ...]] = {e.name: (photos, e.size, e.size, 3) for e in inputs}
    if shapes != wanted:
        raise ValueError(f"pixels by input must have the shapes {wanted}, got {shapes}")
    return photos


def _joined(parts: Sequence[Mapping[str, Floats]], axis: int) -> dict[str, Floats]:
    return {name: np.concatenate([part[name] for part in parts], axis) for name in parts[0]}


def _numpy(values: Tensor) -> Floats:
    found: Floats = values.cpu().numpy()
    return found


def build_voter(
    bundle: Bundle, folder: Path, *, device: str | None = None, details: bool = False
) -> Voter:
    """Build what predicts with a bundle.

    Args:
        bundle: What its `bundle.json` says.
        folder: Where the members' weights lie.
        device: torch's name of a device; none takes the GPU if there is one.
        details: Give the votes of each fold's networks and features too.

    Raises:
        BundleError: Members' weights are missing, broken or of another model, or the members do
            not know what they vote on; the text has one line a problem.
    """
    problems = list(_problems(bundle))
    if problems:
        raise BundleError("\n".join(problems))
    members: dict[int, MemberVote] = {}
    for place in sorted({at for each in bundle.ensembles for at in voting(each)}):
        try:
            members[place] = _build_member(bundle.members[place], folder)
        except TrainingError as error:
            problems.append(f"member {bundle.members[place].name}: {error}")
    if problems:
        raise BundleError("\n".join(problems))
    chosen = find_device() if device is None else torch.device(device)
    vote = Vote(bundle, members).to(memory_format=torch.channels_last)
    return Voter(vote, chosen, details)


def _build_member(member: Member, folder: Path) -> MemberVote:
    part = Part(member.backbone, member.options)
    networks = [
        build_network(part, member.label_space, member.image_size, folder / name)
        for name in member.weights
    ]
    return MemberVote(member, networks)


def _problems(bundle: Bundle) -> Iterator[str]:
    """Yield what would keep members from voting; files apart."""
    ensembles = {name: each for each in bundle.ensembles for name in each.attributes}
    for member in bundle.members:
        heads = len(member.label_space.heads)
        if len(member.temperatures) not in (0, heads):
            count = plural(len(member.temperatures), "temperature")
            yield f"member {member.name}: {count} for {plural(heads, 'head')}"
        if member.views not in VIEWS:
            near = did_you_mean(member.views, VIEWS)
            yield f"member {member.name}: no test-time augmentation {member.views!r}{near}"
    for attribute in bundle.attributes:
        if attribute.name not in ensembles:
            yield f"no ensemble votes on {attribute.name}"
            continue
        for place in voting(ensembles[attribute.name]):
            member = bundle.members[place]
            known = {each.name: each.classes for each in member.label_space.attributes}
            if known.get(attribute.name) != attribute.classes:
                yield f"member {member.name} does not know {attribute.name} with these classes"


def predict_stored(payload: Mapping[str, Any]) -> dict[str, Any]:
    """Predict the photos that are stored in a bundle's folder; a job for a worker.

    Args:
        payload: `folder`: the bundle's; `bundle`: what `Bundle.to_dict` gives, whose photos need
            no probabilities yet.

    Returns:
        `probabilities`: by attribute, a list a photo, of one number a class, in the order of the
        bundle's photos; `versions`: what `versions` gives.

    Raises:
        BundleError: The bundle cannot predict, or a photo cannot be read.
    """
    folder, bundle = Path(payload["folder"]), Bundle.from_dict(payload["bundle"])
    voter = build_voter(bundle, folder)
    files = [folder / photo.file for photo in bundle.photos]
    pixels = {each: np.stack([_read(file, each) for file in files]) for each in voter.inputs}
    said = voter(pixels).probabilities
    return {
        "probabilities": {name: values.tolist() for name, values in said.items()},
        "versions": versions(),
    }


def _read(file: Path, wanted: Input) -> NDArray[np.uint8]:
    try:
        return see_file(file, wanted.size, wanted.view, file.name).pixels
    except (OSError, BrokenPhotoError) as error:
        raise BundleError(f"{file}: a stored photo cannot be read ({error})") from error
