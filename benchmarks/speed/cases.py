"""What is measured: a backbone at an image size; and the job that a side's process is given."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

CLASSES = 3
"""Of the one head: how many costs nothing beside a backbone."""

OTHER_PHOTOS = 1_280  # an epoch's, of a case that is named on the command line


@dataclass(frozen=True)
class Case:
    """A backbone at an image size.

    Attributes:
        backbone: timm's name.
        image_size: Height and width, in pixels.
        batch_size: Photos a step.
        photos: Of an epoch.
    """

    backbone: str
    image_size: int
    batch_size: int
    photos: int

    @property
    def name(self) -> str:
        """How results call it: `resnet18@128`."""
        return f"{self.backbone}@{self.image_size}"


# As many photos as take each side 5 to 30 seconds: in a shorter epoch the loaders' start would
# weigh more than in a real one.
CPU_CASES: tuple[Case, ...] = (
    Case("mobilenetv2_100", 128, 64, 1_280),
    Case("mobilenetv2_035", 128, 64, 2_560),
    Case("resnet18", 128, 64, 1_280),
    Case("test_resnet", 64, 64, 10_240),
)
GPU_CASES: tuple[Case, ...] = (
    Case("resnet50", 224, 128, 20_000),
    Case("efficientnet_b3", 224, 128, 20_000),
)
QUICK = 4  # times fewer photos


@dataclass(frozen=True)
class Job:
    """What a side's process needs to know.

    Attributes:
        side: Its name; see `worker.SIDES`.
        case: What it trains.
        table: The `photos.csv` of all photos of an epoch.
        cache: Folder of decoded photos.
        tree: Folder with the same photos, a folder a class.
        threads: CPU threads of maskopt and of the limit; others take torch's own number.
        workers: Loader processes of the plain loop and of timm.
        step_seconds: Least time that steps on one batch are measured for, each way.
        weights: A weights file of the backbone; none starts at random.
        compile: Whether maskopt's steps are compiled, as `budget.compile: always` has it.
    """

    side: str
    case: Case
    table: str
    cache: str
    tree: str
    threads: int
    workers: int
    step_seconds: float
    weights: str | None = None
    compile: bool = False


def write_job(job: Job) -> str:
    """Return a job as text."""
    return json.dumps(asdict(job))


def read_job(text: str) -> Job:
    """Return the job that `write_job` gave."""
    values = json.loads(text)
    return Job(**{**values, "case": Case(**values["case"])})


def read_case(text: str, batch_size: int) -> Case:
    """Return a case by the name that results give it.

    Raises:
        ValueError: It has no image size.
    """
    known = {case.name: case for case in (*CPU_CASES, *GPU_CASES)}
    if text in known:
        return known[text]
    backbone, _, size = text.partition("@")
    if not size.isdigit():
        raise ValueError(f"a model is written NAME@PIXELS, such as resnet18@128, got {text}")
    return Case(backbone, int(size), batch_size, OTHER_PHOTOS)
