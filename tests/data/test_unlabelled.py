from collections.abc import Callable
from pathlib import Path

import pytest

from maskopt.data.problems import Problems
from maskopt.data.unlabelled import find_broken, find_photos, single_photos

Write = Callable[[Path], Path]
NO_COLUMN = (
    "must have a column `path` (relative to the file) or `ImageID` (photos beside the file or in "
    "images/)"
)


def found(place: Path) -> tuple[list[str], list[str], list[str]]:
    """Return the names of the photos, the errors and the warnings, of a place called `here`."""
    problems = Problems("here")
    photos = find_photos(place, problems)
    return list(photos.names) if photos else [], problems.errors, problems.warnings


def test_a_folder_gives_every_photo_below_it_by_path(tmp_path: Path, write_photo: Write) -> None:
    for name in ("b.jpg", "a/z.png", "a/b/c.jpg", ".hidden.jpg"):
        write_photo(tmp_path / name)
    (tmp_path / "old.tiff").touch()
    assert found(tmp_path) == (
        ["a/b/c.jpg", "a/z.png", "b.jpg"],
        [],
        [
            "here: 1 file is left by another system and is ignored: .hidden.jpg; remove what you "
            "do not need",
            "here: 1 picture is none of .jpg, .jpeg, .png, .bmp, .webp and is ignored: old.tiff; "
            "save as one of these",
        ],
    )


def test_a_folder_without_photos_is_refused(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    wanted = "here: holds no photo (.jpg, .jpeg, .png, .bmp, .webp), however deep"
    assert found(tmp_path) == ([], [wanted], [])


@pytest.mark.parametrize("folder", ["", "images/"], ids=["beside", "in_images"])
def test_a_folder_with_an_info_is_taken_in_its_order(
    folder: str, tmp_path: Path, write_photo: Write
) -> None:
    for name in ("a.jpg", "b.jpg", "c.jpg"):
        write_photo(tmp_path / folder / name)
    (tmp_path / "info.csv").write_text("ImageID,ans\nc.jpg,\na.jpg,17\n")
    names, errors, warnings = found(tmp_path)
    assert (names, errors) == (["c.jpg", "a.jpg"], [])
    assert warnings == [
        f"{tmp_path}/info.csv: 1 photo of the folder is not named and is left out: {folder}b.jpg; "
        "name them, or remove the file to take all photos"
    ]
    photos = find_photos(tmp_path, Problems("here"))
    assert photos is not None
    assert [Path(photos.file(place)).is_file() for place in range(2)] == [True, True]


@pytest.mark.parametrize(
    ("info", "why"),
    [
        (
            "ImageID,ans\na.jpg,\nlost.jpg,\n",
            "1 photo that it names is not there: lost.jpg",
        ),
        ("ImageID,ans\n", "names no photos"),
        ("name,ans\na.jpg,\n", "no column 'ImageID'; columns: name, ans"),
    ],
    ids=["lost", "empty", "other_columns"],
)
def test_an_info_that_does_not_fit_its_folder_is_left_aside_with_a_warning(
    info: str, why: str, tmp_path: Path, write_photo: Write
) -> None:
    write_photo(tmp_path / "b.jpg")
    write_photo(tmp_path / "a.jpg")
    (tmp_path / "info.csv").write_text(info)
    warning = f"{tmp_path}/info.csv: {why}; all photos of the folder are taken, by path"
    assert found(tmp_path) == (["a.jpg", "b.jpg"], [], [warning])


def test_a_manifest_is_taken_in_its_order_and_relative_to_itself(
    tmp_path: Path, write_manifest: Callable[..., Path]
) -> None:
    text = "path,age\nb.jpg,1\ndeep/a.jpg,2\nb.jpg,1\n./deep/../c.jpg,\n"
    file = write_manifest(tmp_path / "photos.csv", text)
    assert found(file) == (["b.jpg", "deep/a.jpg", "b.jpg", "./deep/../c.jpg"], [], [])
    photos = find_photos(file, Problems("here"))
    assert photos is not None
    assert photos.file(3) == f"{tmp_path}/c.jpg"
    assert find_broken(photos) == {}


def test_what_is_wrong_with_a_manifest_is_told_at_once(tmp_path: Path) -> None:
    file = tmp_path / "photos.csv"
    file.write_text("path,age\n,1\n/x/a.jpg,2\nC:\\a.jpg,3\n")
    errors = [
        "here: 1 row has no path: line 2; write one or remove the row",
        "here: 2 paths are absolute: /x/a.jpg (line 3), C:\\a.jpg (line 4); write paths relative "
        "to the file",
    ]
    assert found(file)[1:] == (errors, [])


@pytest.mark.parametrize(
    ("name", "text", "error"),
    [
        (
            "photos.csv",
            "file,age\na.jpg,1\n",
            f"{NO_COLUMN}, got file, age",
        ),
        (
            "photos.csv",
            "path,ImageID\na.jpg,a.jpg\n",
            f"{NO_COLUMN}, got path, ImageID",
        ),
        ("photos.csv", "path,age\n", "names no photos"),
        ("photos.csv", "", "is empty; the first line names the columns"),
        (
            "photos.txt",
            "a.jpg\n",
            "is a file, but neither a photo (.jpg, .jpeg, .png, .bmp, .webp) nor a .csv; give a "
            "folder of photos, one photo, or a .csv that lists them in a column `path` or "
            "`ImageID`",
        ),
    ],
    ids=["no_column", "both_columns", "no_rows", "empty", "text"],
)
def test_a_file_that_lists_no_photos_is_refused(
    name: str, text: str, error: str, tmp_path: Path
) -> None:
    (tmp_path / name).write_text(text)
    assert found(tmp_path / name) == ([], [f"here: {error}"], [])


def test_an_answers_file_is_a_list_too(tmp_path: Path, write_photo: Write) -> None:
    write_photo(tmp_path / "images" / "a.jpg")
    (tmp_path / "answers.csv").write_text("ImageID,ans\na.jpg,17\n")
    assert found(tmp_path / "answers.csv") == (["a.jpg"], [], [])


def test_a_place_that_is_not_there_is_told(tmp_path: Path, write_photo: Write) -> None:
    write_photo(tmp_path / "photos" / "a.jpg")
    wanted = "here: no such file or folder; did you mean 'photos'?"
    assert found(tmp_path / "photoz") == ([], [wanted], [])


def test_broken_photos_are_told_by_the_names_they_were_given_by(
    tmp_path: Path, write_photo: Write
) -> None:
    files = [write_photo(tmp_path / "a.jpg"), tmp_path / "b.jpg", tmp_path / "c.jpg"]
    files[1].touch()
    photos = single_photos(files)
    wrong = find_broken(photos)
    assert wrong == {1: "is empty", 2: "is missing"}
    problems = Problems("photos")
    photos.tell(wrong, problems)
    assert problems.errors == [
        f"photos: 1 photo is empty: {tmp_path}/b.jpg; copy again or remove",
        f"photos: 1 photo is missing: {tmp_path}/c.jpg; put back or leave out",
    ]
