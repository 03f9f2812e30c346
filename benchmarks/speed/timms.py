"""timm's own loader, with its defaults, before the same steps as the plain loop's."""

from __future__ import annotations

from timm.data.dataset_factory import create_dataset
from timm.data.loader import create_loader

from speed.cases import Job
from speed.network import find_device, plain_steps, time_epoch
from speed.worker import Side


def prepare(job: Job) -> Side:
    """Build network and loader, and train the first epoch."""
    device, size = find_device(), job.case.image_size
    loader = create_loader(
        create_dataset("", root=job.tree, is_training=True),
        input_size=(3, size, size),
        batch_size=job.case.batch_size,
        is_training=True,
        num_workers=job.workers,
        device=device,
        use_prefetcher=device.type == "cuda",  # it moves photos to a GPU, and knows no CPU
    )
    steps = plain_steps(job)

    def measure() -> dict[str, float]:
        return {"": time_epoch(steps, loader)}

    measure()
    return Side(measure, {})
