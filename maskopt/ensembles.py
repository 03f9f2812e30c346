"""What votes: members, the ensembles they form, and the bundle that ensembles become.

A member is a trial's configuration with the weights of its refit. Members vote as an ensemble on
one or more attributes; ensembles that together know every attribute once are a bundle.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from maskopt.catalog.views import WHOLE, Input, View
from maskopt.labels import Attribute, Head, LabelSpace
from maskopt.space import Value

VIEWS = ("none", "hflip", "hflip+crops")
"""Names of test-time augmentations, the cheapest first; each includes the ones before it."""


@dataclass(frozen=True)
class Member:
    """A model that votes: one network, or one a fold whose probabilities are averaged.

    Attributes:
        study: Where its trial was searched.
        trial: The trial's number.
        label_space: What it knows, by heads.
        backbone: timm's name.
        options: What the backbone was built with, weights apart.
        image_size: Height and width in pixels.
        mean: What is subtracted from pixels in [0, 1], by channel.
        std: What they are divided by then.
        weights: Files in the bundle's folder, in the order of the folds: one each of a network
            that never saw that fold, or a single one that was trained on all photos.
        config: The trial's values by dotted path.
        views: Name of the test-time augmentation.
        temperatures: One a head: probabilities are raised to 1 / temperature and normalised.
        view: What its networks see of a photo.
    """

    study: str
    trial: int
    label_space: LabelSpace
    backbone: str
    options: Mapping[str, Value]
    image_size: int
    mean: tuple[float, float, float]
    std: tuple[float, float, float]
    weights: tuple[str, ...]
    config: Mapping[str, Value]
    views: str = "none"
    temperatures: tuple[float, ...] = ()
    view: View = WHOLE

    @property
    def input(self) -> Input:
        """What it takes of a photo."""
        return Input(self.image_size, self.view)

    @property
    def name(self) -> str:
        """The study's name and the trial's number: `age/17`."""
        return f"{self.study}/{self.trial}"

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        plain = {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in vars(self).items()
            if name != "view"
        }
        seen = {} if self.view == WHOLE else {"view": self.view.to_dict()}
        return {
            **plain,
            **seen,
            "label_space": self.label_space.to_dict(),
            "options": dict(self.options),
            "config": dict(self.config),
        }

    @staticmethod
    def from_dict(values: Mapping[str, Any]) -> Member:
        """Return the member that `to_dict` gave."""
        tuples = ("mean", "std", "weights", "temperatures")
        given: dict[str, Any] = {k: tuple(v) if k in tuples else v for k, v in values.items()}
        given["label_space"] = LabelSpace.from_dict(values["label_space"])
        for name in ("options", "config"):  # JSON knows no tuples, values no lists
            given[name] = {path: _value(each) for path, each in values[name].items()}
        if "view" in values:  # where networks see whole photos, none is written
            given["view"] = View.from_dict(values["view"])
        return Member(**given)


def _value(given: Any) -> Value:
    return tuple(map(_value, given)) if isinstance(given, list) else given


@dataclass(frozen=True)
class Ensemble:
    """Members that vote on some attributes: each attribute's probabilities are averaged.

    Attributes:
        attributes: Names; every member that votes knows them all.
        shares: Vote share by the member's place in the bundle; they sum to 1.
    """

    attributes: tuple[str, ...]
    shares: Mapping[int, float]

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        shares = {str(place): share for place, share in self.shares.items()}
        return {"attributes": list(self.attributes), "shares": shares}

    @staticmethod
    def from_dict(values: Mapping[str, Any]) -> Ensemble:
        """Return the ensemble that `to_dict` gave."""
        shares = {int(place): float(share) for place, share in values["shares"].items()}
        return Ensemble(tuple(values["attributes"]), shares)


@dataclass(frozen=True)
class StoredPhoto:
    """A photo inside a bundle with what the bundle said of it when it was made.

    Attributes:
        file: Path in the bundle's folder.
        probabilities: By attribute, one a class; where bundles were joined, those that the
            photo's own one answers.
        seen: Whether it is stored as the bundle's networks see it, their view applied already.
    """

    file: str
    probabilities: Mapping[str, tuple[float, ...]]
    seen: bool = False

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        plain = {"file": self.file, "probabilities": _lists(self.probabilities)}
        return {**plain, "seen": True} if self.seen else plain

    @staticmethod
    def from_dict(values: Mapping[str, Any]) -> StoredPhoto:
        """Return the photo that `to_dict` gave."""
        said = _tuples(values["probabilities"])
        return StoredPhoto(values["file"], said, values.get("seen", False))


@dataclass(frozen=True)
class Bundle:
    """What a bundle's `bundle.json` says.

    Attributes:
        attributes: What it answers, in order.
        members: Their places are what ensembles name them by.
        ensembles: Each attribute stands in exactly one.
        priors: Class proportions among the training photos, by attribute.
        photos: What `maskopt verify` predicts again.
        facts: What people want to know, plain values: `preprocessing`, `label_policy`, `splits`,
            `scores`, `versions`, `made`; their forms are those of `bundle.card`.
    """

    attributes: tuple[Attribute, ...]
    members: tuple[Member, ...]
    ensembles: tuple[Ensemble, ...]
    priors: Mapping[str, tuple[float, ...]]
    photos: tuple[StoredPhoto, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return {
            "attributes": LabelSpace((Head(self.attributes),)).to_dict()[0],
            "members": [member.to_dict() for member in self.members],
            "ensembles": [ensemble.to_dict() for ensemble in self.ensembles],
            "priors": _lists(self.priors),
            "photos": [photo.to_dict() for photo in self.photos],
            "facts": dict(self.facts),
        }

    @staticmethod
    def from_dict(values: Mapping[str, Any]) -> Bundle:
        """Return the bundle that `to_dict` gave."""
        return Bundle(
            LabelSpace.from_dict([values["attributes"]]).attributes,
            tuple(map(Member.from_dict, values["members"])),
            tuple(map(Ensemble.from_dict, values["ensembles"])),
            _tuples(values["priors"]),
            tuple(map(StoredPhoto.from_dict, values["photos"])),
            values["facts"],
        )


def _lists(table: Mapping[str, tuple[float, ...]]) -> dict[str, list[float]]:
    return {name: list(row) for name, row in table.items()}


def _tuples(table: Mapping[str, list[float]]) -> dict[str, tuple[float, ...]]:
    return {name: tuple(row) for name, row in table.items()}
