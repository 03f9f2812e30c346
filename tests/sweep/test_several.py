"""The models of a file, one after another; sweeps themselves are stubs."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from maskopt.errors import SpecError
from maskopt.records import StudyRecord
from maskopt.sweep import several
from maskopt.sweep.options import SweepOptions, SweepOutcome

FILE = """\
study: faces
data: {attributes: {a: {classes: [x, y]}, b: {classes: [x, y]}, c: {classes: [x, y]}}, group: none}
budget: {trials: 2, epochs: 3}
space: {backbone: resnet18}
models: {one: {heads: [a]}, two: {heads: [b]}, three: {heads: [c]}}
"""
MODELS = ("one", "two", "three")


@dataclass
class Sweeps:
    """Sweeps that take some seconds of a clock, and end with a code."""

    now: float = 1000.0
    takes: dict[str, float] = field(default_factory=dict)
    codes: dict[str, int] = field(default_factory=dict)
    seen: list[SweepOptions] = field(default_factory=list)
    exported: list[Any] = field(default_factory=list)

    def run(self, options: SweepOptions) -> SweepOutcome:
        self.seen.append(options)
        spec = options.read()
        self.now += self.takes.get(str(options.model), 0.0)
        record = StudyRecord(spec.study, "macro_f1", ())
        return SweepOutcome(record, "done", self.codes.get(str(options.model), 0), {}, [], ())

    def export(self, options: Any) -> str:
        self.exported.append(options)
        return "a bundle"


@pytest.fixture
def sweeps(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Sweeps:
    made = Sweeps()
    monkeypatch.chdir(tmp_path)
    Path("faces.yaml").write_text(FILE)
    monkeypatch.setattr(several, "run_sweep", made.run)
    monkeypatch.setattr(several, "run_export", made.export)
    monkeypatch.setattr(several.time, "monotonic", lambda: made.now)
    return made


def run(*, told: list[str] | None = None, **changes: Any) -> several.SeveralOutcome:
    heard = [] if told is None else told
    options = SweepOptions("faces.yaml", **changes)
    return several.run_models(options, MODELS, lambda each: heard.append(each.record.study))


def test_models_are_swept_one_after_another_each_told_as_it_ends(sweeps: Sweeps) -> None:
    told: list[str] = []
    outcome = run(told=told, trials=5, study="mine")
    assert told == ["mine-one", "mine-two", "mine-three"]
    assert [(each.model, each.trials, each.seconds) for each in sweeps.seen] == [
        (name, 5, None) for name in MODELS
    ]
    assert outcome.exit_code == 0
    assert list(outcome.to_dict()) == ["models"]
    assert [each["study"] for each in outcome.to_dict()["models"].values()] == told


@pytest.mark.parametrize("limit", [{"time": "300s"}, {"sets": ("budget.time=300s",)}], ids=str)
def test_each_model_has_an_equal_share_of_the_time_that_is_left(
    sweeps: Sweeps, limit: dict[str, Any]
) -> None:
    sweeps.takes = {"one": 40.0, "two": 130.0, "three": 130.0}
    run(began=1000.0, **limit)
    # 300 / 3, then (300 - 40) / 2, then what is left.
    assert [each.seconds for each in sweeps.seen] == [100.0, 130.0, 130.0]
    assert {(each.time, each.deadline) for each in sweeps.seen} == {(None, None)}
    assert [each.read().budget.seconds for each in sweeps.seen] == [100.0, 130.0, 130.0]


def test_a_model_whose_time_is_over_has_a_moment_to_say_so(sweeps: Sweeps) -> None:
    sweeps.takes = {"one": 400.0}
    run(began=1000.0, time="300s")
    assert [each.seconds for each in sweeps.seen] == [100.0, 1.0, 1.0]


def test_an_interrupted_model_ends_all_and_one_that_gave_up_does_not(sweeps: Sweeps) -> None:
    sweeps.codes = {"two": 130}
    assert (run(export=Path("b")).exit_code, len(sweeps.seen), sweeps.exported) == (130, 2, [])
    sweeps.codes = {"two": 1}
    assert (run(export=Path("b")).exit_code, len(sweeps.seen), sweeps.exported) == (1, 5, [])


def test_all_studies_become_one_bundle(sweeps: Sweeps) -> None:
    outcome = run(export=Path("faces.bundle"), workers=2)
    (wanted,) = sweeps.exported
    assert wanted.names == ("faces-one", "faces-two", "faces-three")
    assert (wanted.output, wanted.workers) == (Path("faces.bundle"), 2)
    assert outcome.to_dict()["bundle"] == "faces.bundle"


@pytest.mark.parametrize("limit", [{"time": "2h"}, {"sets": ("budget.time=2h",)}], ids=str)
def test_a_bundle_of_several_is_not_promised_in_a_given_time(
    sweeps: Sweeps, limit: dict[str, Any]
) -> None:
    with pytest.raises(SpecError) as caught:
        run(export=Path("b"), **limit)
    assert str(caught.value) == (
        "--export of several models cannot keep to a time limit; sweep each with its own part of "
        "the time, then join them:\n"
        "  maskopt sweep faces.yaml --model one --time 1h    (and so on, for each model)\n"
        "  maskopt export-best faces-one faces-two faces-three -o b"
    )
    assert sweeps.seen == []


def test_what_is_wrong_with_any_model_is_told_before_the_first_begins(sweeps: Sweeps) -> None:
    text = FILE.replace("[b]", "[bb]").replace("[c]", "[cc]").replace("resnet18", "resnet81")
    Path("faces.yaml").write_text(text)
    with pytest.raises(SpecError) as caught:
        run()
    lines = str(caught.value).splitlines()
    assert len(lines) == 3, "what all models share is told once"
    assert [word for line in lines for word in ("'bb'", "'cc'", "resnet81") if word in line] == [
        "resnet81", "'bb'", "'cc'",
    ]  # fmt: skip
    assert sweeps.seen == []
