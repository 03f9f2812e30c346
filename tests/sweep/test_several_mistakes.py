"""What is wrong with one of several models, and what becomes of the others; sweeps are stubs."""

from __future__ import annotations

from pathlib import Path

import pytest

from maskopt.errors import DataError, MaskoptError, SpecError, StudyError
from maskopt.sweep import several

from .modelled import FILE, Sweeps, run, stubbed


@pytest.fixture
def sweeps(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Sweeps:
    return stubbed(monkeypatch, tmp_path)


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


def test_under_a_deadline_a_later_model_that_cannot_be_swept_leaves_the_others_their_bundle(
    sweeps: Sweeps, capsys: pytest.CaptureFixture[str]
) -> None:
    sweeps.broken = ("two",)
    outcome = run(export=Path("b"), time="300s")
    ((_, ballots, _),) = sweeps.joined
    assert [each.name for each in ballots] == ["faces-one", "faces-three"]
    assert (outcome.exit_code, list(outcome.models)) == (1, ["one", "three"])
    assert outcome.to_dict()["bundle"] == "b"
    said = "warning: model two is left out: photos of two cannot be read"
    assert capsys.readouterr().err.splitlines().count(said) == 1


@pytest.mark.parametrize(("broken", "time"), [("one", "300s"), ("two", None)], ids=str)
def test_where_nothing_is_done_yet_or_there_is_no_deadline_a_mistake_ends_all(
    sweeps: Sweeps, broken: str, time: str | None
) -> None:
    sweeps.broken = (broken,)
    with pytest.raises(DataError, match=f"^photos of {broken} cannot be read$"):
        run(export=Path("b"), time=time)
    assert (sweeps.joined, list(Path("studies").iterdir())) == ([], [])


def test_a_command_typed_twice_leaves_the_first_ones_promise_alone(sweeps: Sweeps) -> None:
    promise = Path("studies/faces-one-and-others-promise.json")
    with several.holding_several(promise, ["faces-one"]):
        promise.write_text("the first one's")
        with pytest.raises(
            StudyError, match=r"^studies 'faces-one', .* are being swept by process"
        ):
            run(export=Path("b"), time="300s")
    assert (promise.read_text(), sweeps.seen) == ("the first one's", [])


def test_photos_that_are_not_there_are_told_before_the_first_model_begins(sweeps: Sweeps) -> None:
    text = FILE.replace("two: {", "two: {data: {photos: nowhere}, ")
    Path("faces.yaml").write_text(text)
    with pytest.raises(MaskoptError, match=r"^nowhere: no such file or folder$"):
        run(export=Path("b"), time="300s")
    assert sweeps.seen == []
