"""What the command line says of a sweep, and what a sweep gives back."""

from __future__ import annotations

import shlex
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from maskopt.ensembles import Bundle
from maskopt.errors import SpecError
from maskopt.plan.clock import means_tomorrow, seconds_until
from maskopt.records import StudyRecord
from maskopt.report.wording import duration
from maskopt.spec import StudySpec, read_spec
from maskopt.spec.times import parse_seconds
from maskopt.study.storage import default_storage
from maskopt.tracking import check_tracker

if TYPE_CHECKING:
    from maskopt.export.ballots import Ballot

EXIT_DONE, EXIT_MISTAKE, EXIT_INTERRUPTED = 0, 1, 130
_SOME = 3_600.0  # seconds that stand for a time that is wrong
_LONG = 43_200.0  # seconds until a deadline tomorrow from which it is likely a slip


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
        """Read the file with the options laid over it, and look at all other options too.

        Raises:
            SpecError: Something is wrong; one line a problem.
        """
        seconds, wrong = self._beside_the_file()
        try:
            spec = read_spec(
                self.file,
                sets=self.sets,
                preset=self.preset,
                data=self.data,
                study=self.study,
                trials=self.trials,
                seconds=seconds,
                gpus_per_trial=self.gpus_per_trial,
                model=self.model,
            )
        except SpecError as error:
            raise SpecError("\n".join((str(error), *wrong))) from None
        if wrong:
            raise SpecError("\n".join(wrong))
        return spec

    def _beside_the_file(self) -> tuple[float | None, list[str]]:
        """Return the seconds that a sweep may take, and all that is wrong with other options."""
        # That a wrong time is none at all would be told as a second mistake.
        seconds: float | None = _SOME
        wrong = []
        try:
            seconds = self._seconds()
        except SpecError as error:
            wrong.append(str(error))
        try:
            if self.tracker is not None:
                check_tracker(self.tracker)
        except SpecError as error:
            wrong.append(str(error))
        return seconds, wrong

    def _seconds(self) -> float | None:
        if self.seconds is not None:
            return self.seconds
        if self.time is not None and self.deadline is not None:
            raise SpecError("--time and --deadline exclude each other, got both; leave one out")
        if self.deadline is not None:
            return seconds_until(self.deadline, self._typed_at())
        return None if self.time is None else parse_seconds(self.time, "--time")

    def _typed_at(self) -> datetime:
        """Return when the command began: of a deadline that passes while it is read, today's."""
        ago = 0.0 if self.began is None else time.monotonic() - self.began
        return datetime.now() - timedelta(seconds=ago)

    def tell_tomorrow(self, note: Callable[[str], None], warn: Callable[[str], None]) -> None:
        """Say when a deadline means tomorrow: a warning where it has only just passed.

        Args:
            note: Is handed what is likely meant.
            warn: Is handed what is likely a slip, as it is most of a day until then.
        """
        try:
            late = self.deadline is not None and means_tomorrow(self.deadline, self._typed_at())
        except SpecError:
            return  # `read` says so, with all else that is wrong
        if late and self.deadline is not None:
            seconds = seconds_until(self.deadline, self._typed_at())
            say = warn if seconds > _LONG else note
            words = f"it means tomorrow, in {duration(seconds)}"
            say(f"--deadline {self.deadline} has passed today: {words}")

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
