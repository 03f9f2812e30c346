"""What stands at the end of a sweep with `--export`, without a device, a network or a wait."""

import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from maskopt.ensembles import Bundle
from maskopt.errors import BundleError
from maskopt.export.composing import Exporting
from maskopt.export.sources import Source
from maskopt.plan.alarm import OutOfTime
from maskopt.plan.costs import Costs
from maskopt.records import EpochReport, StudyRecord, TrialRecord, TrialState
from maskopt.spec import FoldsSpec
from maskopt.sweep import delivery
from maskopt.sweep.options import SweepOptions

# Reserved for the ending: 2.5 x (3 + 1) s. A network costs 0.1 s and 50 photos of 0.1 s, a member
# two of them, so that one member takes 1 + 1 + 10.2 s, and half of it more to be sure: 18.3 s;
# two take 33.6 s and three 48.9 s.
COSTS = Costs({"choose": [0.0], "write": [1.0], "end": [3.0], "fall back": [1.0]})
ENDING = 10.0
RECORD = StudyRecord("age", "macro_f1")


def trial(number: int, score: float, loss: float = 1.0) -> TrialRecord:
    """Return a complete trial of two epochs."""
    reports = (EpochReport(1, 0.1, 1.0, 2.0, 8.0), EpochReport(2, score, 1.0, loss, 10.0))
    return TrialRecord(number, TrialState.COMPLETE, {}, reports)


class Best:
    """Writes the best trial's bundle, if there is one, where `standing` looks for it."""

    def __init__(self, scene: Any, warn: Callable[[str], None]) -> None:
        self._scene = scene

    def catch_up(self, record: StudyRecord) -> None:
        if self._scene.has_weights:
            self._scene.place.mkdir(exist_ok=True)
            (self._scene.place / "bundle.json").write_text("the best alone")

    def closed(self, record: StudyRecord, reason: str) -> None:
        """Nothing is written any more."""


class Sweep:
    """A sweep that is over; `said` is what composing is to do or to raise."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.output, self.said, self.asked = folder / "age.bundle", "the vote", []
        self.left: float | None = None
        self.scene = SimpleNamespace(place=folder / "best.bundle", has_weights=True)
        monkeypatch.setattr(delivery, "BestBundle", Best)
        monkeypatch.setattr(delivery, "standing", lambda place: 7 if place.exists() else None)
        monkeypatch.setattr(delivery, "read_bundle", lambda place: self.standing)
        monkeypatch.setattr(delivery, "compose", self.compose)

    @property
    def standing(self) -> str | None:
        file = self.output / "bundle.json"
        return file.read_text() if file.exists() else None

    def compose(self, export: Exporting, members: Any, devices: Any, costs: Costs) -> Any:
        (source,) = export.sources
        self.asked.append((self.standing, [trial.number for trial in source.trials]))
        if isinstance(self.said, BaseException):
            raise self.said
        return self.said

    def deliver(self, *trials: int, record: StudyRecord = RECORD) -> Bundle | None:
        labels = SimpleNamespace(scored=SimpleNamespace(attributes=()))
        spec = SimpleNamespace(study="age", label_space=labels, folds=FoldsSpec())
        stage: Any = SimpleNamespace(
            spec=spec,
            scene=self.scene,
            options=SweepOptions("age.yaml"),
            left=self.left,
            deadline=None if self.left is None else time.monotonic() + self.left,
        )
        source = Source(spec, Path(), range(100), (), (), "")  # type: ignore[arg-type]
        members: Any = {("age", number): [run(number), run(number)] for number in trials}
        return delivery.deliver(
            stage, self.output, source, members, None, COSTS, record  # type: ignore[arg-type]
        )  # fmt: skip


def run(number: int) -> SimpleNamespace:
    reports = (EpochReport(1, 0.5, 1.0, 1.0, 8.0), EpochReport(2, 0.6, 1.0, 1.0, 10.0))
    return SimpleNamespace(trial=TrialRecord(number, TrialState.COMPLETE, {}, reports))


@pytest.fixture
def sweep(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Sweep:
    return Sweep(tmp_path, monkeypatch)


def test_the_best_trial_alone_stands_there_while_the_vote_is_composed(sweep: Sweep) -> None:
    assert sweep.deliver(3, 1) == "the vote"
    assert sweep.asked == [("the best alone", [3, 1])]


def test_a_bundle_that_stands_there_is_not_replaced_by_the_best_trial_alone(sweep: Sweep) -> None:
    sweep.output.mkdir()
    (sweep.output / "bundle.json").write_text("of last week")
    assert sweep.deliver(3) == "the vote"
    assert sweep.asked == [("of last week", [3])]


@pytest.mark.parametrize(
    ("left", "trials"),
    [(None, [3, 1, 2]), (49.0, [3, 1, 2]), (48.8, [3, 1]), (33.7, [3, 1]), (18.4, [3])],
)
def test_only_so_many_members_vote_as_can_be_written_in_time(
    sweep: Sweep, left: float | None, trials: list[int]
) -> None:
    sweep.left = None if left is None else ENDING + left
    assert sweep.deliver(3, 1, 2) == "the vote"
    assert [asked for _, asked in sweep.asked] == [trials]


def test_where_not_even_one_can_be_written_the_best_trial_alone_stands(sweep: Sweep) -> None:
    sweep.left = ENDING + 18.2
    assert sweep.deliver(3, 1, 2) == "the best alone"
    assert sweep.asked == []


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (OutOfTime(), "note: the vote was not composed in time; the best trial alone is exported"),
        (
            BundleError("age.bundle: the disk is full"),
            "warning: the vote could not be composed: age.bundle: the disk is full; the best "
            "trial alone is exported",
        ),
    ],
    ids=["out of time", "an error"],
)
@pytest.mark.parametrize("before", [False, True], ids=["nothing there", "one of last week"])
def test_a_vote_that_fails_leaves_the_best_trial_alone_and_says_so(
    sweep: Sweep, said: Exception, told: str, before: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    if before:
        sweep.output.mkdir()
    sweep.said = said  # type: ignore[assignment]
    assert sweep.deliver(3) == "the best alone"
    assert " ".join(capsys.readouterr().err.split()) == told


def test_where_no_trial_has_weights_there_is_no_bundle(sweep: Sweep) -> None:
    sweep.scene.has_weights = False
    assert sweep.deliver() is None
    assert not sweep.output.exists()


def test_without_members_the_best_trial_alone_replaces_what_stood_there(sweep: Sweep) -> None:
    sweep.output.mkdir()
    (sweep.output / "bundle.json").write_text("of last week")
    assert sweep.deliver() == "the best alone"


def test_an_earlier_vote_of_the_study_stays_where_no_member_fits(
    sweep: Sweep, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    sweep.output.mkdir()
    (sweep.output / "bundle.json").write_text("of last week")
    asked: list[object] = []

    def earlier(*given: object) -> Any:
        asked.append(given)
        return SimpleNamespace(bundle=sweep.standing, words="it stays")

    monkeypatch.setattr(delivery, "earlier_vote", earlier)
    assert sweep.deliver() == "of last week"
    assert asked == [(sweep.output, ["age"], [sweep.scene.place], "the best trial's")]
    assert capsys.readouterr().err == "note: it stays\n"


def test_how_long_ray_took_to_end_is_kept_for_the_next_sweep(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery.time, "monotonic", lambda: 104.5)
    delivery.note_ending(Costs(), 100.0, tmp_path)
    assert Costs.read(tmp_path).expected("end") == 5.5  # and one for the process itself


def test_a_ray_that_is_kept_for_the_next_study_says_nothing_of_how_long_it_takes_to_end(
    tmp_path: Path,
) -> None:
    costs = Costs({"end": [4.0]})
    costs.note("close", 1.5)
    delivery.note_ending(costs, None, tmp_path)
    kept = Costs.read(tmp_path)
    assert (kept.expected("end"), kept.expected("close")) == (4.0, 1.5)


@pytest.mark.parametrize(
    ("best", "said"),
    [
        # Of 20 photos 0.75 has a standard error of 0.097, and 0.90 one of 0.067.
        (
            trial(2, 0.75, loss=1.5),
            "0.750, which may be luck: trial 3 has less validation loss and",
        ),
        (trial(2, 0.75, loss=0.5), "0.750, too late for networks of its own: trial 3"),
        (trial(2, 0.90, loss=1.5), "0.900, too late for networks of its own: trial 3"),
        (trial(3, 0.80), None),
    ],
    ids=["luck", "less loss", "surely better", "votes itself"],
)
def test_why_the_highest_score_does_not_vote_is_said(
    sweep: Sweep, capsys: pytest.CaptureFixture[str], best: TrialRecord, said: str | None
) -> None:
    others = [trial(number, 0.6) for number in (1, 3) if number != best.number]
    sweep.deliver(3, 1, record=StudyRecord("age", "macro_f1", (best, *others)))
    told = capsys.readouterr().err
    assert told == (f"note: trial 2 scored highest, {said} votes\n" if said else "")
