"""Honest scores: everything that looks at scores is fitted on other groups than it is scored on.

Letters of shapes: N photos.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from maskopt.data.folds import split
from maskopt.votes.ballots import Block, Predictions, ballots, fit_votes, predict, wanted_of
from maskopt.votes.marginals import join_classes
from maskopt.votes.out_of_fold import Ints
from maskopt.votes.shared import Shared
from maskopt.votes.tuning import Settings, tune

PARTS = 5
RESAMPLES_OF_A_PART = 200


def nested(shared: Shared, blocks: Sequence[Block], settings: Settings) -> Predictions:
    """Return what each strategy decides of photos that it was not fitted on.

    The groups are dealt into five parts. For each, temperatures, augmentation, the single best
    member and the vote shares are fitted on the other four and applied to it. Of a single group
    all are fitted on its own photos, as there are no others.

    Args:
        shared: Photos that all the blocks' studies know.
        blocks: What votes.
        settings: What is asked.
    """
    attributes = [attribute for block in blocks for attribute in block.attributes]
    joint = join_classes(attributes, [shared.targets[a.name] for a in attributes])
    group_count = int(shared.groups.max()) + 1
    names = np.char.add("group ", shared.groups.astype(str))
    count = min(PARTS, group_count)
    part_of = split(joint, names, count=count, seed=settings.seed)
    quick = replace(settings, resamples=min(settings.resamples, RESAMPLES_OF_A_PART))
    pooled: Predictions = {}
    for part in range(count):
        scored = np.flatnonzero(part_of == part)
        fitted = np.flatnonzero(part_of != part) if count > 1 else scored
        for strategy, facts in _outside(shared, blocks, quick, fitted, scored).items():
            for name, ids in facts.items():
                whole = pooled.setdefault(strategy, {}).setdefault(name, np.zeros_like(joint))
                whole[scored] = ids
    return pooled


def _outside(
    shared: Shared, blocks: Sequence[Block], settings: Settings, fitted: Ints, scored: Ints
) -> Predictions:
    """Return what strategies fitted on some photos decide of others."""
    groups = shared.groups[fitted]
    tuned = {
        study.study: tune(study, rows[fitted], groups, wanted_of(study.study, blocks), settings)
        for study, rows in zip(shared.studies, shared.rows, strict=True)
    }
    given = ballots(shared, blocks, tuned)
    inside = [[each[:, fitted] for each in marginals] for marginals in given]
    targets = {name: ids[fitted] for name, ids in shared.targets.items()}
    votes = fit_votes(inside, blocks, targets, groups, settings)
    return predict([[each[:, scored] for each in m] for m in given], blocks, votes)


def unsearched(shared: Shared, class_ids: Ints) -> NDArray[np.bool_]:
    """Return which photos scores are computed on, [N].

    Photos of folds that the search judged trials by are left out, as their scores chose the
    trials; unless that leaves less than a third of the photos, or misses a class.

    Args:
        shared: The photos.
        class_ids: True class ids of what is scored, [N].
    """
    rest = ~shared.searched
    enough = 3 * rest.sum() >= len(rest)
    whole = len(np.unique(class_ids[rest])) == len(np.unique(class_ids))
    return rest if enough and whole else np.ones_like(rest)
