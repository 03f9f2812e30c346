"""The vote of a bundle as one torch module: from pixels to each attribute's probabilities.

Letters of shapes: B photos of a batch, S height and width in pixels, K networks of a member,
C classes of an attribute or of a head, F features.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn

from maskopt.ensembles import Bundle, Ensemble, Member
from maskopt.labels import Attribute, LabelSpace
from maskopt.vision.models import Model
from maskopt.vision.views import VIEW_COUNTS, average, look


class Said(NamedTuple):
    """What a member's networks say of a batch.

    Attributes:
        probabilities: By attribute, tempered, [K, B, C].
        features: Of the photos as they are, [K, B, F].
    """

    probabilities: dict[str, Tensor]
    features: Tensor


class MemberVote(nn.Module):
    """A member: its networks, the views they look at, and its temperatures."""

    scale: Tensor
    shift: Tensor

    def __init__(self, member: Member, networks: Sequence[Model]) -> None:
        super().__init__()
        self.networks = networks
        self.registered = nn.ModuleList(networks)  # which forgets that they are models
        self.views = member.views
        self.label_space = member.label_space
        self.temperatures = member.temperatures or (1.0,) * len(member.label_space.heads)
        std = torch.tensor(member.std, dtype=torch.float32).view(3, 1, 1)
        mean = torch.tensor(member.mean, dtype=torch.float32).view(3, 1, 1)
        self.register_buffer("scale", 1 / (255 * std))
        self.register_buffer("shift", -mean / std)

    def forward(self, images: Tensor) -> Said:
        """Look at a batch, [B, 3, S, S], RGB in 0..255."""
        normalised = images * self.scale + self.shift
        looks = [look(network, normalised, self.views) for network in self.networks]
        heads = [
            torch.stack([self._tempered(network[place], t) for network, _ in looks])  # [K, B, C]
            for place, t in enumerate(self.temperatures)
        ]
        return Said(marginals(self.label_space, heads), torch.stack([seen for _, seen in looks]))

    def _tempered(self, log_probabilities: Tensor, temperature: float) -> Tensor:
        mean = average(log_probabilities, self.views)  # [B, C]
        return (mean / temperature).softmax(dim=1)


def marginals(label_space: LabelSpace, heads: Sequence[Tensor]) -> dict[str, Tensor]:
    """Return each attribute's probabilities, [..., C], given those of each head.

    Heads are independent given the photo, so that an attribute's own head tells all.
    """
    found = {}
    for head, joint in zip(label_space.heads, heads, strict=True):
        apart = joint.reshape(*joint.shape[:-1], *head.shape)
        for place, attribute in enumerate(head.attributes):
            others = [at - len(head.shape) for at in range(len(head.shape)) if at != place]
            found[attribute.name] = apart.sum(dim=others) if others else joint
    return found


class Vote(nn.Module):
    """All members that vote, and the ensembles that they form.

    Attributes:
        inputs: What it takes of photos, in this order.
        attributes: What the outputs are, in order.
        looks: V of the member with the most views.
    """

    def __init__(self, bundle: Bundle, members: Mapping[int, MemberVote]) -> None:
        super().__init__()
        wanted = {place: bundle.members[place].input for place in members}
        self.inputs = tuple(sorted(set(wanted.values()), key=lambda each: (each.size, each.name)))
        self.attributes = bundle.attributes
        self.members = members
        self.looks = max(VIEW_COUNTS[each.views] for each in members.values())
        self.registered = nn.ModuleList(members.values())
        self._inputs = {place: self.inputs.index(each) for place, each in wanted.items()}
        self._ensembles = {name: each for each in bundle.ensembles for name in each.attributes}

    def forward(self, *images: Tensor) -> tuple[Tensor, ...]:
        """Return each attribute's probabilities, [B, C].

        Args:
            images: A batch for each input, [B, 3, S, S], RGB in 0..255.
        """
        said = self.ask(images)
        return tuple(self.join(attribute, said) for attribute in self.attributes)

    def folds(self, attribute: Attribute) -> int:
        """Return K, the least number of networks of a member that votes on an attribute."""
        shares = voting(self._ensembles[attribute.name])
        return min(len(self.members[at].networks) for at in shares)

    def ask(self, images: Sequence[Tensor]) -> dict[int, Said]:
        """Return what every member says of a batch, by its place; each network runs once."""
        return {at: self.members[at](images[given]) for at, given in self._inputs.items()}

    def join(self, attribute: Attribute, said: Mapping[int, Said]) -> Tensor:
        """Return an attribute's probabilities, [B, C]: the vote of the members' means."""
        shares = voting(self._ensembles[attribute.name])
        means = [
            share * said[at].probabilities[attribute.name].mean(dim=0)
            for at, share in shares.items()
        ]
        return torch.stack(means).sum(dim=0)

    def by_fold(self, attribute: Attribute, said: Mapping[int, Said]) -> tuple[Tensor, Tensor]:
        """Return the votes of the members' k-th networks, [K, B, C], and features, [K, B, F].

        The features are those of the member with the largest share, the first of equals.
        """
        shares = voting(self._ensembles[attribute.name])
        count = self.folds(attribute)
        parts = [
            share * said[at].probabilities[attribute.name][:count] for at, share in shares.items()
        ]
        first = max(shares, key=lambda at: (shares[at], -at))
        return torch.stack(parts).sum(dim=0), said[first].features[:count]


def voting(ensemble: Ensemble) -> dict[int, float]:
    """Return the vote shares of those who have one, by place, rising."""
    return {at: share for at, share in sorted(ensemble.shares.items()) if share > 0}
