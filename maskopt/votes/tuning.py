"""Tuning: what is fitted of a study before its members vote: temperatures and augmentation.

Letters of shapes: M members, N photos, C_h classes of a head, C_a classes of an attribute.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

import numpy as np

from maskopt.ensembles import VIEWS
from maskopt.labels import LabelSpace
from maskopt.records import standard_error
from maskopt.votes.calibration import fit_temperature, temper
from maskopt.votes.marginals import decide, marginalise
from maskopt.votes.out_of_fold import Floats, Ints, OutOfFold
from maskopt.votes.selection import Judge, soft_vote
from maskopt.votes.significance import RESAMPLES, Doubles, Interval, mean_interval

MIRRORED = "hflip"
"""The photo and its mirror image."""

Marginals = dict[str, Floats]
"""Members' probabilities by attribute, [M, N, C_a]."""


@dataclass(frozen=True)
class Settings:
    """What is asked of the vote.

    Attributes:
        objective: `macro_f1` or `accuracy`.
        views: Name of the test-time augmentation, or `auto`.
        calibrate: Whether temperatures are fitted.
        seed: Of bags, resamples and parts.
        resamples: Of the comparison of augmentations.
    """

    objective: str
    views: str = "auto"
    calibrate: bool = True
    seed: int = 0
    resamples: int = RESAMPLES


@dataclass(frozen=True)
class Tuned:
    """What was fitted of one study.

    Attributes:
        views: Name of the test-time augmentation.
        temperatures: One a head of each member, [M][H].
        gain: By how much the log loss of the equal soft vote changes with these views, less the
            log loss with the plain photo; None where there was nothing to choose.
    """

    views: str
    temperatures: tuple[tuple[float, ...], ...]
    gain: Interval | None = None


def joint_targets(label_space: LabelSpace, targets: dict[str, Ints]) -> list[Ints]:
    """Return the true class ids of each head, [N] each."""
    return [
        np.ravel_multi_index([targets[a.name] for a in head.attributes], head.shape)
        for head in label_space.heads
    ]


def member_marginals(study: OutOfFold, tuned: Tuned, rows: Ints) -> Marginals:
    """Return what members say of some photos of their study."""
    heads = []
    for place, logs in enumerate(study.log_probabilities[tuned.views]):
        temperatures = np.array([each[place] for each in tuned.temperatures], np.float32)
        heads.append(temper(logs[:, rows], temperatures[:, None, None]))
    return marginalise(study.label_space, heads)


def tune(
    study: OutOfFold, rows: Ints, groups: Ints, attributes: Sequence[str], settings: Settings
) -> Tuned:
    """Fit temperatures and choose the augmentation on some photos of a study.

    Mirror images are taken if the log loss of the equal soft vote falls and the objective does not
    fall by more than luck. A mean of two views has at most the mean of their log losses, which is
    convex, so where the mirrored photo is told as well as the photo, it can only help; a thousand
    photos seldom prove it. A dearer augmentation has to: with its interval over groups the log
    loss falls, and the objective does not fall at all.

    Args:
        study: What its members say.
        rows: Places of the photos to look at, [N].
        groups: Numbers of their groups, [N].
        attributes: Those of the study that are wanted.
        settings: What is asked.

    Raises:
        ValueError: The study was not predicted with these views.
    """
    auto = settings.views == "auto"
    known = [n for n in VIEWS if n in study.log_probabilities and settings.views in ("auto", n)]
    if not known:
        raise ValueError(f"{study.study} was not predicted with views {settings.views!r}")
    tried = [Tuned(name, _temperatures(study, rows, name, settings.calibrate)) for name in known]
    if not auto or len(tried) == 1:
        return tried[0]
    _, group_codes = np.unique(groups, return_inverse=True)
    start = best = _try(study, tried[0], rows, attributes, settings)
    found = tried[0]
    for tuned in tried[1:]:
        loss, score = _try(study, tuned, rows, attributes, settings)
        found_by = (group_codes.reshape(-1), settings)
        change = _change(best[0], loss, *found_by)
        mirrored = tuned.views == MIRRORED
        least = best[1] - (standard_error(best[1], len(rows)) if mirrored else 0.0)
        if (change.score if mirrored else change.high) < 0 and score >= least:
            best = loss, score
            found = Tuned(tuned.views, tuned.temperatures, _change(start[0], loss, *found_by))
    return found


def _change(before: Doubles, after: Doubles, groups: Ints, settings: Settings) -> Interval:
    return mean_interval(after - before, groups, resamples=settings.resamples, seed=settings.seed)


def _temperatures(
    study: OutOfFold, rows: Ints, views: str, calibrate: bool
) -> tuple[tuple[float, ...], ...]:
    heads = study.log_probabilities[views]
    if not calibrate:
        return ((1.0,) * len(heads),) * len(study.trials)
    targets = joint_targets(study.label_space, {n: t[rows] for n, t in study.targets.items()})
    return tuple(
        tuple(
            fit_temperature(logs[m][rows], true) for logs, true in zip(heads, targets, strict=True)
        )
        for m in range(len(study.trials))
    )


def _try(
    study: OutOfFold, tuned: Tuned, rows: Ints, attributes: Sequence[str], settings: Settings
) -> tuple[Doubles, float]:
    """Return the log loss of the equal soft vote, [N], and its score."""
    marginals = member_marginals(study, tuned, rows)
    soft = soft_vote([marginals[name] for name in attributes])
    targets = [study.targets[name][rows] for name in attributes]
    each = np.arange(len(rows))
    likely = prod(p[each, true] for p, true in zip(soft, targets, strict=True))
    judge = Judge(settings.objective, targets, [p.shape[-1] for p in soft])
    loss = -np.log(np.maximum(np.asarray(likely, np.float64), 1e-30))
    return loss, judge.score([decide(p) for p in soft])
