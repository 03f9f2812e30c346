"""One Ray for all tests of this folder, and a conductor that follows a script."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from maskopt.labels import LabelSpace
from maskopt.records import Ending, EpochReport, TrialSetup, TrialTask, Verdict
from maskopt.space import TrialConfig

STUBS = Path(__file__).parent / "stubs.py"


@dataclass
class Script:
    """A conductor with fixed trials; it notes all that it is told, in order."""

    folder: Path
    configs: list[dict]
    epochs: int = 3
    answer: Callable[[int, EpochReport], Verdict] = lambda number, report: Verdict.CONTINUE
    goes_on: Callable[[], bool] = lambda: True
    given: int = 0
    reports: dict[int, list[int]] = field(default_factory=dict)
    ends: list[tuple[int, Ending]] = field(default_factory=list)
    errors: dict[int, str | None] = field(default_factory=dict)

    def ask(self):
        if self.finished():
            return None
        number, self.given = self.given, self.given + 1
        config = TrialConfig({"quality": 0.1} | self.configs[number])
        setup = TrialSetup("s", LabelSpace(()), "", "", (0,), "macro_f1", self.epochs)
        folder = self.folder / f"{number:05d}"
        self.reports[number] = []
        return TrialTask(number, config, 1, 0, str(folder), setup)

    def finished(self):
        return self.given == len(self.configs)

    def report(self, number, report):
        self.reports[number].append(report.epoch)
        return self.answer(number, report)

    def close(self, number, ending, error=None):
        self.ends.append((number, ending))
        self.errors[number] = error

    def tick(self):
        return self.goes_on()


@pytest.fixture(scope="module")
def plan():
    """Two trials at once, on a Ray that the module shares."""
    from maskopt.cluster.devices import DevicePlan
    from maskopt.cluster.session import shutdown, start

    shared = DevicePlan(2, 1, 0.0, "2 CPU cores")
    start(shared)
    yield shared
    shutdown()


@pytest.fixture(scope="session")
def script_class():
    return Script


@pytest.fixture
def script(tmp_path):
    """Makes conductors: `script([{config}, ...])`."""
    return lambda configs, **settings: Script(tmp_path / "trials", configs, **settings)


@pytest.fixture(scope="session")
def stub():
    """Names a function of stubs.py as workers load it: `stub("run")`."""
    return lambda function: f"{STUBS}:{function}"
