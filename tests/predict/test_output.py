from pathlib import Path

import pytest

from maskopt.errors import DataError
from maskopt.predict import output
from maskopt.predict.output import check_output, writing_rows


def test_a_file_stands_in_its_place_only_once_all_rows_are_written(tmp_path: Path) -> None:
    place = tmp_path / "out.csv"
    place.write_text("old")
    with writing_rows(str(place), ["path"]) as write:
        write([["a.jpg"], ["with, comma"]])
        assert place.read_text() == "old"
    assert place.read_text() == 'path\na.jpg\n"with, comma"\n'


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "link.csv").symlink_to("real.csv")
    with writing_rows(str(tmp_path / "link.csv"), ["path"]):
        pass
    assert (tmp_path / "link.csv").is_symlink()
    assert (tmp_path / "real.csv").read_text() == "path\n"


def test_a_device_stays_a_device() -> None:
    with writing_rows("/dev/null", ["path"]) as write:
        write([["a.jpg"]])
    assert Path("/dev/null").is_char_device()


def test_names_that_are_no_utf_8_are_written_as_they_are(tmp_path: Path) -> None:
    with writing_rows(str(tmp_path / "out.csv"), ["path"]) as write:
        write([[b"\xff.jpg".decode("utf-8", "surrogateescape")]])
    assert (tmp_path / "out.csv").read_bytes() == b"path\n\xff.jpg\n"


def test_a_folder_is_no_output(tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        check_output(str(tmp_path), tmp_path)
    wanted = f"{tmp_path}: is a folder; name a file: -o {tmp_path}/output.csv"
    assert str(caught.value) == wanted


@pytest.mark.parametrize("photos", ["info.csv", "."], ids=["file", "folder"])
def test_the_list_of_photos_is_not_written_over(photos: str, tmp_path: Path) -> None:
    info = tmp_path / "info.csv"
    info.touch()
    with pytest.raises(DataError) as caught:
        check_output(str(info), tmp_path / photos)
    assert str(caught.value) == (
        f"{info}: is the list of photos itself; name another file with -o"
    )


def test_a_photo_is_not_written_over(tmp_path: Path) -> None:
    photo = tmp_path / "a.JPG"
    photo.touch()
    with pytest.raises(DataError) as caught:
        check_output(str(photo), tmp_path)
    assert str(caught.value) == f"{photo}: is a photo; name another file with -o"


def test_a_file_takes_no_output_in_it(tmp_path: Path) -> None:
    (tmp_path / "note.txt").touch()
    place = tmp_path / "note.txt" / "out.csv"
    with pytest.raises(DataError) as caught:
        check_output(str(place), tmp_path)
    wanted = f"{place}: cannot be written, {tmp_path}/note.txt is no folder"
    assert str(caught.value) == wanted


def test_a_folder_that_takes_no_files_is_told_before_the_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(**_: object) -> None:
        raise PermissionError(13, "Permission denied", "x")

    monkeypatch.setattr(output, "TemporaryFile", refuse)
    with pytest.raises(DataError) as caught:
        check_output(str(tmp_path / "out.csv"), tmp_path)
    assert str(caught.value) == f"{tmp_path}/out.csv: cannot be written (Permission denied)"
    check_output("/dev/null", tmp_path)
