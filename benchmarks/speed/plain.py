"""A plain loop: photos decoded and changed by loader processes, float32, contiguous, AdamW."""

from __future__ import annotations

from rivals.dataset import PhotoRows
from rivals.loading import make_loader

from maskopt.data.photos import read_photos
from speed.cases import Job
from speed.network import plain_steps, time_epoch
from speed.worker import Side

HALF = (0.5, 0.5, 0.5)


def prepare(job: Job) -> Side:
    """Build network and loader, and train the first epoch."""
    table = read_photos(job.table)
    ids = table.class_ids["class"].tolist()
    rows = [(table.file(index), target) for index, target in enumerate(ids)]
    photos = PhotoRows(rows, job.case.image_size, HALF, HALF, augmented=True)
    loader = make_loader(photos, job.case.batch_size, job.workers, training=True)
    steps = plain_steps(job)

    def measure() -> dict[str, float]:
        return {"": time_epoch(steps, loader)}

    measure()
    return Side(measure, {})
