"""What stands at the end of a sweep of several models, without a device or a network."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from maskopt.errors import BundleError
from maskopt.export.ballots import Ballot
from maskopt.export.composing import Exporting
from maskopt.export.options import ExportOptions
from maskopt.export.sources import Source
from maskopt.labels import Attribute, Head, LabelSpace
from maskopt.plan.alarm import OutOfTime
from maskopt.plan.costs import Costs
from maskopt.records import EpochReport, TrialRecord, TrialState
from maskopt.sweep import delivery, joined

# As in test_delivery: reserved for the ending are 10 s. A network costs 0.1 s and 50 photos of
# 0.1 s: a study of one member with two networks takes 10.2 s of the 1 + 1 s that are there anyway.
COSTS = Costs({"choose": [0.0], "write": [1.0], "end": [3.0], "fall back": [1.0]})
ENDING = 10.0
ALONE = "the best trial of each study is exported"


def source(name: str) -> Source:
    space = LabelSpace((Head((Attribute(name, ("x", "y")),)),))
    data = SimpleNamespace(attributes=space.attributes)
    spec: Any = SimpleNamespace(study=name, label_space=space, data=data, objective="macro_f1")
    return Source(spec, Path(), range(100), (), (), "")  # type: ignore[arg-type]


def ballot(name: str, *trials: int, best: bool = True) -> Ballot:
    """Return what a study brings: two networks a trial, of 100 photos in 10 s an epoch."""
    members: Any = {(name, number): [run(number), run(number)] for number in trials}
    return Ballot(source(name), members, Path(name) if best else None)


def run(number: int) -> SimpleNamespace:
    reports = (EpochReport(1, 0.5, 1.0, 1.0, 8.0), EpochReport(2, 0.6, 1.0, 1.0, 10.0))
    return SimpleNamespace(trial=TrialRecord(number, TrialState.COMPLETE, {}, reports))


class Joining:
    """The end of a sweep; `said` is what composing is to do or to raise."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.output, self.said, self.left = folder / "b", "the vote", None
        self.asked: list[Any] = []
        self.places: list[list[str]] = []
        self.broken = False
        monkeypatch.setattr(joined, "compose", self.compose)
        monkeypatch.setattr(joined, "join_bundles", self.join)
        monkeypatch.setattr(joined, "holding_all", self.holding)
        monkeypatch.setattr(joined.time, "monotonic", lambda: 1000.0)
        monkeypatch.setattr(Costs, "read", lambda studies: COSTS)
        monkeypatch.setattr(Costs, "write", lambda costs, studies: None)
        monkeypatch.setattr(delivery, "ringing", self.ringing)

    @contextmanager
    def ringing(self, seconds: float | None) -> Iterator[None]:
        self.rings = seconds
        yield

    @contextmanager
    def holding(self, export: Exporting) -> Iterator[None]:
        yield None

    def join(self, places: Sequence[Path], output: Path, order: Sequence[str]) -> str:
        if self.broken:
            raise BundleError("it is broken")
        self.places.append([str(place) for place in places])
        output.mkdir(exist_ok=True)
        return "the best trials"

    def compose(self, export: Exporting, members: Any, devices: Any, costs: Costs) -> Any:
        own = {s.name: [trial.number for trial in s.trials] for s in export.sources}
        self.asked.append((own, list(members), [a.name for a in export.attributes]))
        if isinstance(self.said, BaseException):
            raise self.said
        return self.said

    def deliver(self, *ballots: Ballot) -> Any:
        options = ExportOptions(("mask", "age"), self.output)
        deadline = None if self.left is None else 1000.0 + self.left
        return joined.deliver_joined(options, ballots, deadline)


@pytest.fixture
def joining(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Joining:
    return Joining(tmp_path, monkeypatch)


def told(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return capsys.readouterr().err.splitlines()


def test_the_members_of_all_studies_vote_and_the_best_trials_stand_there_meanwhile(
    joining: Joining,
) -> None:
    assert joining.deliver(ballot("mask", 3, 1), ballot("age", 2)) == "the vote"
    assert joining.places == [["mask", "age"]]
    members = [("mask", 3), ("mask", 1), ("age", 2)]
    assert joining.asked == [({"mask": [3, 1], "age": [2]}, members, ["mask", "age"])]
    assert joining.rings is None


def test_a_bundle_that_stands_there_is_not_replaced_by_the_best_trials(joining: Joining) -> None:
    joining.output.mkdir()
    assert joining.deliver(ballot("mask", 3), ballot("age", 2)) == "the vote"
    assert joining.places == []


@pytest.mark.parametrize(
    ("left", "voting"),
    [
        # Three members take 1 + 1 + 3 x 10.2 s, and half of it more to be sure: 48.9 s.
        (49.0, {"mask": [3, 1], "age": [2]}),
        (48.8, {"mask": [3], "age": [2]}),
        (33.7, {"mask": [3], "age": [2]}),
    ],
)
def test_only_so_many_members_vote_as_can_be_written_in_time(
    joining: Joining, left: float, voting: dict[str, list[int]]
) -> None:
    joining.left = ENDING + left
    assert joining.deliver(ballot("mask", 3, 1), ballot("age", 2)) == "the vote"
    assert [own for own, _, _ in joining.asked] == [voting]
    assert joining.rings == pytest.approx(left)


@pytest.mark.parametrize(
    ("left", "second"), [(33.5, [2]), (1000.0, [])], ids=["no time", "no network"]
)
def test_where_not_all_studies_can_vote_their_best_trials_stand_side_by_side(
    joining: Joining, capsys: pytest.CaptureFixture[str], left: float, second: list[int]
) -> None:
    joining.left = ENDING + left
    assert joining.deliver(ballot("mask", 3), ballot("age", *second)) == "the best trials"
    assert (joining.asked, joining.places) == ([], [["mask", "age"]])
    assert told(capsys) == [f"note: not all studies have networks that can vote in time; {ALONE}"]


@pytest.mark.parametrize(
    ("said", "line"),
    [
        (OutOfTime(), f"note: the vote was not composed in time; {ALONE}"),
        (BundleError("disk full"), f"warning: the vote could not be composed: disk full; {ALONE}"),
    ],
)
def test_a_vote_that_cannot_be_composed_leaves_the_best_trials(
    joining: Joining, capsys: pytest.CaptureFixture[str], said: BaseException, line: str
) -> None:
    joining.said = said  # type: ignore[assignment]
    joining.output.mkdir()
    assert joining.deliver(ballot("mask", 3), ballot("age", 2)) == "the best trials"
    assert told(capsys)[-1] == line


def test_a_study_without_a_trial_is_left_out_and_named(
    joining: Joining, capsys: pytest.CaptureFixture[str]
) -> None:
    assert joining.deliver(ballot("mask", 3), ballot("age", best=False)) == "the vote"
    assert [attributes for _, _, attributes in joining.asked] == [["mask"]]
    assert told(capsys)[0] == "warning: study 'age' has no trial to export: it is left out"
    assert joining.deliver(ballot("age", best=False)) is None


def test_best_trials_that_cannot_be_joined_do_not_keep_the_vote_away(
    joining: Joining, capsys: pytest.CaptureFixture[str]
) -> None:
    joining.broken = True
    assert joining.deliver(ballot("mask", 3), ballot("age", 2)) == "the vote"
    assert told(capsys)[0] == "warning: the best trials could not be joined: it is broken"


def test_what_studies_brought_is_reserved_several_times_over() -> None:
    brought = [ballot("mask", 3, 1), ballot("age", 2)]
    assert joined.reserved_seconds(brought, COSTS) == pytest.approx(2.5 * (1 + 1 + 3 * 10.2))
    assert joined.reserved_seconds([], COSTS) == 0.0
