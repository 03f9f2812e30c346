"""What is seen of several studies before the first of them begins."""

from pathlib import Path
from typing import Any

import pytest

from maskopt.errors import DataError, MaskoptError, SpecError, StudyError
from maskopt.records import Ending, EpochReport
from maskopt.spec import StudySpec, read_spec
from maskopt.study.study import Study
from maskopt.sweep.identity import PHOTOS
from maskopt.sweep.options import SweepOptions
from maskopt.sweep.preparing import look_ahead

FILE = """\
study: faces
data:
  photos: photos
  attributes: {a: {classes: [x, y]}, b: {classes: [x, y]}}
  group: none
heads: [a]
budget: {trials: 2, epochs: 3}
space: {backbone: resnet18}
"""


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "photos").mkdir()
    (tmp_path / "faces.yaml").write_text(FILE)
    return tmp_path / "faces.yaml"


def spec(study: str, *sets: str, **options: Any) -> StudySpec:
    return read_spec("faces.yaml", study=study, sets=sets, **options)


def sweep(study: str, *sets: str) -> None:
    """Leave a study with a trial."""
    made = spec(study, *sets)
    object.__setattr__(made, "content", {**made.content, PHOTOS: "1 photo (a)"})
    options = SweepOptions("faces.yaml")
    with Study.open(made, options.storage_url, Path("studies") / study) as held:
        number = held.ask().number  # type: ignore[union-attr]
        held.report(number, EpochReport(1, 0.5, 1.0, 1.0, 1.0))
        held.close(number, Ending.ENDED)


def test_studies_that_are_new_or_go_on_are_fine(file: Path) -> None:
    sweep("old")
    look_ahead(SweepOptions(str(file)), [spec("old"), spec("new", "heads=[b]")])


def test_all_that_is_seen_to_be_wrong_with_any_study_is_told_at_once(file: Path) -> None:
    sweep("two")
    looked = [
        spec("one"),
        spec("two", "budget.epochs=4"),
        spec("three", data="photo"),
        spec("four", data="photo"),
    ]
    with pytest.raises(MaskoptError) as caught:
        look_ahead(SweepOptions(str(file)), looked)
    assert str(caught.value).splitlines() == [
        "study 'two' in studies was made differently:",
        "  budget.epochs: 3 -> 4",
        "put that back to resume it, or start another one with --study NAME",
        "photo: no such file or folder; did you mean 'photos'?",
    ]


def test_one_mistake_is_told_as_what_it_is(file: Path) -> None:
    options = SweepOptions(str(file))
    with pytest.raises(DataError, match=r"^nowhere: no such file or folder$"):
        look_ahead(options, [spec("one", data="nowhere")])
    sweep("two")
    with pytest.raises(StudyError, match=r"^study 'two' in studies was made differently:"):
        look_ahead(options, [spec("two", "heads=[b]")])


def test_photos_that_are_not_named_are_asked_for_once(file: Path) -> None:
    file.write_text(FILE.replace("  photos: photos\n", ""))
    with pytest.raises(SpecError) as caught:
        look_ahead(SweepOptions(str(file)), [spec("one"), spec("two", "heads=[b]")])
    assert str(caught.value).count("no photos are given") == 1


def test_built_in_people_are_drawn_and_need_no_photos(file: Path) -> None:
    text = FILE.replace("  photos: photos\n", "  built_in_people: 30\n")
    text = text.replace("a: {classes: [x, y]}, b: {classes: [x, y]}", "gender: {classes: [f, m]}")
    file.write_text(text.replace("[a]", "[gender]").replace("[f, m]", "[female, male]"))
    look_ahead(SweepOptions(str(file)), [spec("one")])
    assert not Path("studies").exists(), "not yet"
