"""Another augmentation for photos of named classes."""

from __future__ import annotations

from typing import Any

from maskopt.catalog import load
from maskopt.catalog.augmentations import POLICIES
from maskopt.vision.augmentations import Augmentation, Photo
from maskopt.vision.stock import Stock


class ByClass:
    """Changes each photo by the policy of its class.

    Args:
        policies: Names of policies, of which one is `others`', by class or by range of a number.
        stock: Tells which photos are of which.
    """

    def __init__(self, stock: Stock, others: str, policies: dict[str, str]) -> None:
        self._names = {**policies, "others": others}
        self._built = built = {name: _build(name, stock) for name in {*self._names.values()}}
        self._own: list[Augmentation] = [built[others]] * len(stock)
        for chosen, policy in policies.items():
            for photo in stock.having(chosen).nonzero()[0].tolist():
                self._own[photo] = built[policy]

    def __call__(self, photo: Photo, seed: int, position: int, index: int) -> Photo:
        """Return the photo changed; see `Augmentation`."""
        return self._own[index](photo, seed, position, index)

    @property
    def transforms(self) -> dict[str, tuple[Any, ...]]:
        """What is done to photos, in order, by class or range of a number."""
        return {
            chosen: getattr(self._built[policy], "transforms", ())
            for chosen, policy in self._names.items()
        }

    def __str__(self) -> str:
        """Name the policies, for the log."""
        return ", ".join(f"{policy} for {chosen}" for chosen, policy in self._names.items())


def by_class(stock: Stock, /, *, others: str, **named: str) -> ByClass:
    """Build one policy for named classes and another for all others.

    Args:
        stock: The photos.
        others: The policy of photos that are of none of the names.
        **named: Policies, by class or by range of a number; no photo is in two of them.
    """
    return ByClass(stock, others, named)


def _build(name: str, stock: Stock) -> Augmentation:
    made: Augmentation = load(POLICIES[name].builder)(stock)
    return made
