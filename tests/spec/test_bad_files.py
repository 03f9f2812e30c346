from pathlib import Path

import pytest

from maskopt.errors import SpecError
from maskopt.spec import read_spec

BAD = Path(__file__).parents[1] / "specs" / "bad"
START = "study: a\ndata:\n  attributes: {m: {classes: [x, y]}}\n  group: none\nheads: [m]\n"
WHOLE = START + "budget: {trials: 3}\nspace:\n  backbone: resnet18\n"


@pytest.mark.parametrize("file", sorted(BAD.glob("*.yaml")), ids=lambda file: file.stem)
def test_every_problem_of_a_file_is_told_with_its_line(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(BAD)
    with pytest.raises(SpecError) as caught:
        read_spec(file.name)
    assert str(caught.value) == file.with_suffix(".txt").read_text(encoding="utf-8").rstrip()


def test_every_expected_message_has_its_file() -> None:
    assert {f.stem for f in BAD.glob("*.txt")} == {f.stem for f in BAD.glob("*.yaml")}


def test_lines_of_one_message_are_in_the_order_of_the_file() -> None:
    for file in BAD.glob("*.txt"):
        starts = [line.split(": ")[0] for line in file.read_text(encoding="utf-8").splitlines()]
        lines = [int(start.partition(":")[2] or 0) for start in starts]
        assert lines == sorted(lines), file.name


def test_a_missing_file_is_told_with_the_nearest_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("age.yaml").touch()
    with pytest.raises(SpecError) as caught:
        read_spec("agee.yaml")
    assert str(caught.value) == "agee.yaml: there is no such file; did you mean 'age.yaml'?"


def test_a_folder_is_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("spaces").mkdir()
    Path("spaces/age.yaml").touch()
    with pytest.raises(SpecError) as caught:
        read_spec("spaces")
    message = "spaces: this is a folder; name a search-space file in it, such as age.yaml"
    assert str(caught.value) == message


def test_a_name_too_long_is_told() -> None:
    with pytest.raises(SpecError) as caught:
        read_spec("a" * 300)
    assert str(caught.value) == f"{'a' * 300}: cannot be read: File name too long"


def test_a_folder_on_the_way_that_is_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "age.yaml").touch()
    file = tmp_path / "age.yaml" / "more.yaml"
    with pytest.raises(SpecError) as caught:
        read_spec(file)
    assert str(caught.value) == f"{file}: cannot be read: Not a directory"


def test_a_weights_file_must_be_there(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text(WHOLE.replace("resnet18", "{resnet18: {weights: w/r.pth}}"))
    with pytest.raises(SpecError) as caught:
        read_spec(file)
    missing = tmp_path / "w" / "r.pth"
    where = f"{file}:8: `space.backbone.resnet18.weights`"
    assert str(caught.value) == f"{where}: there is no file {missing}"


def test_nesting_without_end_is_a_mistake_and_no_crash(tmp_path: Path) -> None:
    file = tmp_path / "deep.yaml"
    file.write_text("study: " + "[" * 800)
    with pytest.raises(SpecError, match="lists and mappings are nested too deeply"):
        read_spec(file)


def test_paths_below_the_folder_of_nobody_and_names_too_long_are_told(tmp_path: Path) -> None:
    long = "a" * 300 + ".pt"
    options = f"\n    resnet18: {{weights: {long}}}\n"
    (tmp_path / "a.yaml").write_text(WHOLE.replace(" resnet18\n", options))
    with pytest.raises(SpecError) as caught:
        read_spec(tmp_path / "a.yaml", data="~nobody-at-all/photos")
    assert str(caught.value).splitlines() == [
        f"{tmp_path}/a.yaml:9: `space.backbone.resnet18.weights`: there is no file "
        f"{tmp_path}/{long}",
        "--data ~nobody-at-all/photos: `data.photos`: whose folder is ~nobody-at-all? "
        "write the whole path",
    ]
