"""Where the classes of a regression part: fitted on photos that the network is not taught.

Letters of shapes: N photos apart, C classes of an attribute.
"""

from __future__ import annotations

import torch
from torch import Tensor

from maskopt.vision.joins import Product, Regression, between_cuts
from maskopt.vision.learning import Learner
from maskopt.vision.loaders import Loader
from maskopt.vision.models import Model

PRIOR_PHOTOS = 4.0
"""How many photos' weight holds a cut where it is scored, against photos of few."""

ITERATIONS = 50


def fit_all_cuts(learner: Learner) -> None:
    """Fit the cuts of every regression in what is judged, on the photos apart."""
    assert learner.apart is not None
    model = learner.judged.eval()
    outputs, targets = _look(model, learner.apart, learner)
    for join, said, true in zip(model.joins, outputs, targets, strict=True):
        if not isinstance(join, Product):
            continue
        class_ids = torch.unravel_index(true, join.shape)
        for part, own, ids in zip(join.parts, join.divide(said), class_ids, strict=True):
            if isinstance(part, Regression):
                part.cuts.copy_(fit_cuts(own, ids, part.scored.double().cpu()))


def _look(model: Model, loader: Loader, learner: Learner) -> tuple[list[Tensor], Tensor]:
    """Return outputs of each head, [N, K], and true class ids, [H, N], on the CPU."""
    said: list[tuple[Tensor, ...]] = []
    targets: list[Tensor] = []
    with torch.inference_mode(), learner.precision.autocast():
        for batch in loader.epoch(0):
            said.append(model.outputs(batch.images))
            targets.append(batch.targets)
    heads = [torch.cat(each).double().cpu() for each in zip(*said, strict=True)]
    return [each.clone() for each in heads], torch.cat(targets, dim=1).cpu().clone()


def fit_cuts(outputs: Tensor, class_ids: Tensor, scored: Tensor) -> Tensor:
    """Return the cuts under which photos' classes are likeliest, [C - 1].

    The logarithm of the likelihood of an ordered logistic model is concave in its cuts (Pratt,
    Concavity of the Log Likelihood, 1981), so that what is found does not depend on the start. A
    few photos' weight holds each cut where it is scored.

    Args:
        outputs: Of a regression, [N, 2].
        class_ids: True ones, [N].
        scored: Where they are scored, in the numbers' standard deviations, [C - 1].
    """
    moved = torch.zeros_like(scored, requires_grad=True)
    search = torch.optim.LBFGS([moved], max_iter=ITERATIONS, line_search_fn="strong_wolfe")

    def loss() -> Tensor:
        search.zero_grad()
        logs = between_cuts(outputs, scored + moved)
        total = -logs.gather(1, class_ids[:, None]).sum() + PRIOR_PHOTOS / 2 * moved.square().sum()
        total.backward()  # type: ignore[no-untyped-call]
        return total.detach()

    with torch.enable_grad():
        search.step(loss)  # type: ignore[no-untyped-call]
    found = (scored + moved).detach()
    rising = bool((found.diff() > 0).all()) and bool(found.isfinite().all())
    return found if rising else scored
