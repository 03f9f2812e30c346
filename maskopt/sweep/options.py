"""What the command line says of a sweep, and what a sweep gives back."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from maskopt.ensembles import Bundle
from maskopt.errors import SpecError
from maskopt.plan.clock import seconds_until
from maskopt.records import StudyRecord
from maskopt.spec import StudySpec, read_spec
from maskopt.spec.times import parse_seconds
from maskopt.study.storage import default_storage

if TYPE_CHECKING:
    from maskopt.export.ballots import Ballot

EXIT_DONE, EXIT_MISTAKE, EXIT_INTERRUPTED = 0, 1, 130


@dataclass(frozen=True)
class SweepOptions:
    """The options of `maskopt sweep`, as they were typed.

    Attributes:
        export: Where a bundle is to stand at the end; none makes none.
        joined: Whether the study is one of several that become a bundle together: its networks
            are trained in its time, and it is left to others to let them vote.
        command: The whole command; typed again, it goes on with what was interrupted.
        began: Monotonic time at which the command began; none is now.
        model: Which one of the file's `models`; none where it is one study.
        seconds: What a model may take of the time of all; none where `time` or `deadline` says.
    """

    file: str
    data: str | None = None
    preset: str | None = None
    sets: tuple[str, ...] = ()
    trials: int | None = None
    time: str | None = None
    deadline: str | None = None
    study: str | None = None
    studies: Path = Path("studies")
    storage: str | None = None
    workers: int | None = None
    gpus_per_trial: float | None = None
    address: str | None = None
    tracker: str | None = None
    export: Path | None = None
    joined: bool = False
    command: str = "maskopt sweep"
    began: float | None = None
    model: str | None = None
    seconds: float | None = None

    @property
    def storage_url(self) -> str:
        """Where studies are kept: what was said, or the SQLite file under the studies."""
        return self.storage or default_storage(self.studies)

    @property
    def exports(self) -> bool:
        """Whether networks are trained that vote."""
        return self.joined or self.export is not None

    def read(self) -> StudySpec:
        """Read the file with the options laid over it.

        Raises:
            SpecError: Something is wrong; one line a problem.
        """
        return read_spec(
            self.file,
            sets=self.sets,
            preset=self.preset,
            data=self.data,
            study=self.study,
            trials=self.trials,
            seconds=self._seconds(),
            gpus_per_trial=self.gpus_per_trial,
            model=self.model,
        )

    def _seconds(self) -> float | None:
        if self.seconds is not None:
            return self.seconds
        if self.time and self.deadline:
            raise SpecError("--time and --deadline exclude each other, got both; leave one out")
        if self.deadline:
            return seconds_until(self.deadline, datetime.now())
        return parse_seconds(self.time, "--time") if self.time else None

    def next_commands(self, study: str) -> list[str]:
        """Return what can be typed when a study has trials."""
        places: list[Any] = []
        if self.studies != Path("studies"):
            places += ["--studies", self.studies]
        if self.storage:
            places += ["--storage", self.storage]
        there = [str(place) for place in places]
        return [
            shlex.join(["maskopt", "show", study, *there]),
            shlex.join(["maskopt", "dashboard", *there]),
            shlex.join(["maskopt", "export-best", study, "-o", f"{study}.bundle", *there]),
        ]


@dataclass(frozen=True)
class SweepOutcome:
    """How a sweep ended.

    Attributes:
        record: The whole study, trials of earlier sweeps included.
        reason: A short phrase: `all 12 trials done`.
        exit_code: 0 done, 1 stopped by failures, 130 interrupted.
        places: Where everything lies, by name.
        next_commands: What can be typed next.
        varying: Dotted paths that vary.
        bundle: What was exported; none where nothing was.
        ballot: What the study brings to a bundle of several; none where it is none of them.
    """

    record: StudyRecord
    reason: str
    exit_code: int
    places: dict[str, str]
    next_commands: list[str]
    varying: tuple[str, ...]
    bundle: Bundle | None = None
    ballot: Ballot | None = None
