"""What samplers and augmentations know of the training photos that they choose among and change.

Letters of shapes: N training photos.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from maskopt.labels import LabelSpace
from maskopt.selections import select
from maskopt.vision.failures import TrainingError


@dataclass(frozen=True, eq=False)
class Stock:
    """The training photos of a fold, without their pixels.

    Attributes:
        label_space: What is known of each of them.
        joint: Class ids over the product of all attributes, [N].
        image_size: Height and width of a photo, in pixels.
        numbers: Of attributes that are cut out of one, where photos tell it, [N] each.
    """

    label_space: LabelSpace
    joint: NDArray[np.int64]
    image_size: int
    numbers: Mapping[str, NDArray[np.float64]] = field(default_factory=dict)

    def __len__(self) -> int:
        """Return N."""
        return len(self.joint)

    def having(self, name: str) -> NDArray[np.bool_]:
        """Tell which photos a class, or a range of a number, holds, [N].

        Args:
            name: As a search space has it: `senior`, `age senior`, `age 30-49`, `60+`.

        Raises:
            TrainingError: It is a range of a number that photos do not tell.
        """
        chosen = select(name, self.label_space)
        attribute = chosen.attribute.name
        if chosen.class_id is not None:
            places = [each.name for each in self.label_space.attributes]
            ids = np.unravel_index(self.joint, self.label_space.joint.shape)
            found: NDArray[np.bool_] = ids[places.index(attribute)] == chosen.class_id
            return found
        if attribute not in self.numbers:
            raise TrainingError(f"{name!r} is a range of {attribute}, and photos tell no numbers")
        numbers = self.numbers[attribute]
        return (numbers >= chosen.low) & (numbers <= chosen.high)
