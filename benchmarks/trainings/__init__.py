"""What benchmarks of whole trainings share: their photos, and differences over seeds."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from math import sqrt
from pathlib import Path
from statistics import fmean, stdev

from scipy.stats import t as student

from maskopt.data.audit import audit
from maskopt.data.people import draw_people
from maskopt.data.photos import write_photos
from maskopt.records import TrialSetup
from maskopt.spec import read_spec


def prepare(study: str, asked: argparse.Namespace, folder: Path) -> TrialSetup:
    """Read what is learned and the photos; return what all trials share.

    Args:
        study: The benchmark's name.
        asked: Its `file`, `data` (none draws 300 people), `backbone` and `epochs`; `set`, if any,
            is laid over the file.
        folder: Where photos are drawn and listed.
    """
    data = asked.data
    if data is None:
        draw_people(folder / "people", 300, eval_people=1)
        data = str(folder / "people" / "train")
    spec = read_spec(asked.file, data=data, sets=getattr(asked, "set", ()))
    found = audit(spec.data, spec.label_space, spec.folds, source=data)
    if found.table is None or found.errors:
        sys.exit("\n".join(found.errors))
    write_photos(found.table, folder / "photos.csv")
    return TrialSetup(
        study=study,
        label_space=spec.label_space,
        photos_table=str(folder / "photos.csv"),
        cache_folder=str(folder / "cache"),
        folds=(0,),
        objective="macro_f1",
        epochs=asked.epochs,
        scratch=(asked.backbone,),
        threads=1,
    )


def mean_interval(values: Sequence[float]) -> dict[str, float]:
    """Return the mean of paired differences, with a 95 % interval by Student's t."""
    mean = fmean(values)
    wide = student.ppf(0.975, len(values) - 1) * stdev(values) / sqrt(len(values))
    told = {"mean": mean, "low": mean - wide, "high": mean + wide}
    return {key: round(float(value), 4) for key, value in told.items()}
