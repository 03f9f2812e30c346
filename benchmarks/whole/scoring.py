"""Macro F1 of each side on the same photos, with 95 % intervals over resampled groups."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from maskopt.votes.significance import difference_interval, interval, resample_scores
from whole.photos import Photos
from whole.sides import Answered

OURS = "maskopt"


def score(aside: Photos, answered: Mapping[str, Answered]) -> dict[str, Any]:
    """Return each side's `macro_f1`, `low`, `high` and seconds, and `difference`: ours less it.

    Differences are paired: both sides are scored on the same resamples.
    """
    resampled = resample_scores(
        "macro_f1",
        aside.label_space.scored.class_count,
        aside.targets,
        {name: each.predicted for name, each in answered.items()},
        aside.groups,
    )
    found: dict[str, Any] = {"difference": {}}
    for name, scores in resampled.items():
        own, side = interval(*scores), answered[name]
        found[name] = {
            "macro_f1": own.score,
            "low": own.low,
            "high": own.high,
            "seconds": side.seconds,
            "predict_seconds": side.predict_seconds,
        }
        if name != OURS and OURS in resampled:
            less = difference_interval(resampled[OURS], scores)
            found["difference"][name] = {
                "macro_f1": less.score,
                "low": less.low,
                "high": less.high,
            }
    return found
