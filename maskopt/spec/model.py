"""What a search-space file says, read once into types that cannot be wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from maskopt.labels import Attribute, LabelSpace
from maskopt.space import Part, SearchSpace, Value


@dataclass(frozen=True)
class DataSpec:
    """Where photos come from and what is known of them.

    Attributes:
        photos: Absolute path of a folder or a manifest; none where the file leaves it out.
        layout: `people`, `classes` or `manifest`; none is guessed from the photos.
        attributes: Facts that can be learned, those that no head uses included.
        group: The fact that photos of one fold share; none where the file says `group: none`.
        corrections: Absolute path of a corrections file, if any.
        built_in_people: Number of drawn people to use instead of photos; none uses photos.
    """

    photos: str | None
    layout: str | None
    attributes: tuple[Attribute, ...]
    group: str | None
    corrections: str | None = None
    built_in_people: int | None = None


@dataclass(frozen=True)
class FoldsSpec:
    """How photos are split: into `count` folds by `seed`; a trial is scored on `use` of them."""

    count: int = 5
    use: int = 1
    seed: int = 20

    def judged(self, photos: int) -> int:
        """Return about how many of so many photos a trial's score is of, 1 at least."""
        return max(1, photos * self.use // self.count)


@dataclass(frozen=True)
class BudgetSpec:
    """What a study may cost.

    Attributes:
        trials: Complete and pruned trials of the whole study; none where only time ends it.
        epochs: Epochs of a full trial.
        seconds: Wall time of one sweep; none is no limit.
        gpus_per_trial: GPUs that a trial takes where there are any; fractions share one.
        trials_per_device: Trials that share a GPU, or the CPU cores of a machine without one;
            `auto` measures it; none leaves it to `gpus_per_trial`.
        patience: Epochs without a better score after which a trial ends itself; none never.
        disk: Gigabytes that the checkpoints of paused trials may take.
        cache: Gigabytes that the decoded photos of all studies of a folder may take.
        compile: Whether training steps are compiled: `never`, `always`, or `auto`, on a GPU where
            the epochs left pay for it.
    """

    trials: int | None
    epochs: int
    seconds: float | None = None
    gpus_per_trial: float = 1.0
    patience: int | None = None
    disk: float = 20.0
    cache: float = 50.0
    compile: str = "never"
    trials_per_device: int | Literal["auto"] | None = None


@dataclass(frozen=True)
class StudySpec:
    """A whole search-space file with its preset and overrides applied.

    Attributes:
        study: The study's name.
        pretrained: `auto` (weights where they can be had), `require` or `none`.
        objective: What trials are compared by; the first of `objectives`.
        objectives: All that are searched for at once; more than one gives a Pareto front.
        try_first: Points to try before the search: values by dotted path; the rest is drawn.
        warm_start: Former studies whose best points are tried too: `auto` finds similar ones in
            the storage, `none` takes none, or their names.
        referee: Share of paused trials that are finished anyway, to see how often the pruner is
            wrong.
        noise: Other seeds that the best configuration is trained with at the end.
        content: The file's content with preset, overrides and defaults applied, as plain values
            with absolute paths: what a study stores, and compares when it is resumed.
        warnings: What the reader noticed and went on over, one line each.
        file: Path of the search-space file as it was given.
    """

    study: str
    data: DataSpec
    label_space: LabelSpace
    folds: FoldsSpec
    objective: str
    budget: BudgetSpec
    searcher: Part
    pruner: Part
    try_first: tuple[Mapping[str, Value], ...]
    space: SearchSpace
    pretrained: str
    content: Mapping[str, Any]
    warnings: tuple[str, ...] = field(default=(), compare=False)
    file: str = field(default="", compare=False)
    objectives: tuple[str, ...] = ()
    warm_start: str | tuple[str, ...] = "auto"
    referee: float = 0.05
    noise: int = 3

    def __post_init__(self) -> None:
        """Let one objective be all of them."""
        if not self.objectives:
            object.__setattr__(self, "objectives", (self.objective,))
