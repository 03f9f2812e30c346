"""Label policies that teach the order of a number, or the number itself.

Letters of shapes: N training photos, C classes of a head, T thresholds. Builders as in
`maskopt.vision.label_policies`.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from functools import partial

import numpy as np
import torch

from maskopt.labels import Head
from maskopt.vision.joins import Classes, Join, Ordinal, Product, Regression
from maskopt.vision.label_policies import Lesson, has_numbers, official, threshold_edges
from maskopt.vision.number_shares import Floats, Ints, blurred, middles
from maskopt.vision.taught import OrdinalLoss, RegressionLoss


def ordinal(
    head: Head,
    numbers: Mapping[str, Floats],
    class_ids: Ints,
    *,
    width: float,
    spread: float,
    weight: float,
) -> Lesson:
    """Teach one question a threshold: does the number reach it, if it reached the one below?

    The loss over classes is the one that was chosen; to it the cross entropy between thresholds
    is added, so that no order of a number is to be learned. A head of several attributes tells
    each apart and multiplies them.

    Args:
        head: What is taught.
        numbers: By attribute.
        class_ids: Of the head.
        width: Between two thresholds, about, in the number's own unit; all cuts are thresholds.
        spread: Standard deviation of a normal distribution around a number, in the same unit.
        weight: Of the added cross entropy.

    Raises:
        TrainingError: There would be more than 2,000 thresholds.

    References:
        Niu et al., Ordinal Regression with Multiple Output CNN for Age Estimation, 2016; Shi, Cao
        and Raschka, Rank-Consistent Ordinal Regression Based on Conditional Probabilities, 2021.
    """
    if not has_numbers(head, numbers):
        return official(head, numbers, class_ids)
    parts: list[Join] = []
    told: list[Floats] = []
    for attribute in head.attributes:
        if attribute.name not in numbers:
            parts.append(Classes(len(attribute.classes)))
            continue
        edges = threshold_edges("ordinal", attribute, numbers, width)
        places = torch.from_numpy(np.searchsorted(edges, attribute.cuts).astype(np.int64))
        parts.append(Ordinal(torch.from_numpy(edges.astype(np.float32)), places))
        told.append(blurred(numbers[attribute.name], edges, spread))
    product = Product(parts)
    shares = np.concatenate(told, axis=1).astype(np.float32)
    return Lesson(shares, product, partial(OrdinalLoss, product=product, weight=weight))


def regression(
    head: Head,
    numbers: Mapping[str, Floats],
    class_ids: Ints,
    *,
    weight: float,
    apart: float,
) -> Lesson:
    """Teach the number itself, as a logistic distribution whose parts are the classes.

    The loss over classes is the one that was chosen; to it minus the logarithm of the number's
    density is added. Where classes part is fitted after each epoch on photos that the network is
    not taught, so that a network that answers too near to the mean is put right. A head of
    several attributes tells each apart and multiplies them.

    Args:
        head: What is taught.
        numbers: By attribute.
        class_ids: Of the head.
        weight: Of the number's own loss.
        apart: Share of the training groups that cuts are fitted on; 0 leaves the official ones.

    References:
        Rothe, Timofte and Van Gool, DEX: Deep Expectation of Apparent Age, 2015 (an age's class by
        its number); McCullagh, Regression Models for Ordinal Data, 1980 (the logistic model).
    """
    if not has_numbers(head, numbers):
        return official(head, numbers, class_ids)
    parts: list[Join] = []
    told: list[Floats] = []
    places = [place for place, each in enumerate(head.attributes) if each.name in numbers]
    for place, attribute in enumerate(head.attributes):
        if place not in places:
            parts.append(Classes(len(attribute.classes)))
            continue
        each = middles(numbers[attribute.name])
        mean, spread = float(each.mean()), float(each.std()) or 1.0
        cuts = torch.tensor([(at - mean) / spread for at in attribute.cuts])
        parts.append(Regression(cuts, torch.tensor([mean, spread])))
        told.append((each - mean) / spread)
    product = Product(parts)
    scored = deepcopy(product)  # its cuts stay, those of the network's move
    return Lesson(
        np.stack(told, axis=1).astype(np.float32),
        product,
        partial(RegressionLoss, product=scored, places=places, weight=weight),
        apart=apart,
    )
