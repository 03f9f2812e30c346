from __future__ import annotations

import codecs

import pytest

ROWS = "a.jpg,wear,anna\nb/c.jpg,wear,bert\nd.jpg,incorrect,anna\ne.jpg,incorrect,bert\n"
ROWS += "f.jpg,not_wear,anna\ng.jpg,not_wear,bert\n"


@pytest.fixture
def sound(tmp_path, write_manifest):
    return write_manifest(tmp_path / "all.csv", "path,mask,person\n" + ROWS)


def semicolons(text: str) -> bytes:
    return text.replace(",", ";").encode()


def tabs(text: str) -> bytes:
    return text.replace(",", "\t").encode()


def spaces(text: str) -> bytes:
    return text.replace(",", " , ").replace("\n", " \n\n").encode()


def mark(text: str) -> bytes:
    return codecs.BOM_UTF8 + text.encode()


def windows(text: str) -> bytes:
    return text.replace("\n", "\r\n").replace("b/c", "b\\c").encode()


def quotes(text: str) -> bytes:
    return text.replace("anna", '"anna"').replace(",wear", ', "wear"').encode()


def dots(text: str) -> bytes:
    return text.replace("a.jpg", "./a.jpg").replace("b/c", "b/x/../c").encode()


@pytest.mark.parametrize(
    "write", [str.encode, semicolons, tabs, spaces, mark, windows, quotes, dots]
)
def test_manifests_are_read_as_people_write_them(sound, run_audit, write):
    sound.write_bytes(write(sound.read_text()))
    found = run_audit(sound, group="person")
    assert found.errors == ()
    assert found.table.paths.tolist() == ["a.jpg", "b/c.jpg", "d.jpg", "e.jpg", "f.jpg", "g.jpg"]
    assert found.table.groups.tolist() == ["anna", "bert"] * 3
    assert found.table.class_ids["mask"].tolist() == [0, 0, 1, 1, 2, 2]


def test_the_order_of_rows_does_not_matter(sound, run_audit):
    one = run_audit(sound, group="person").table
    head, *rows = sound.read_text().splitlines()
    sound.write_text("\n".join([head, *reversed(rows)]))
    two = run_audit(sound, group="person").table
    assert (one.paths == two.paths).all()
    assert (one.folds == two.folds).all()
    assert one.fingerprint == two.fingerprint


def test_photos_may_lie_beside_the_manifests_folder(tmp_path, write_photo, sound, run_audit):
    (tmp_path / "lists").mkdir()
    sound.rename(tmp_path / "lists" / "all.csv")
    file = tmp_path / "lists" / "all.csv"
    file.write_text("".join(f"../{line}\n" for line in file.read_text().splitlines())[3:])
    found = run_audit(file, group="person")
    assert found.errors == ()
    assert found.table.paths[0] == "../a.jpg"


def test_every_wrong_row_is_told(sound, run_audit):
    with sound.open("a") as stream:
        stream.write("./a.jpg,wear,anna\n")  # line 8
        stream.write("gone.jpg,wear,anna\n")
        stream.write("b,wear,anna\n")
        stream.write(",wear,anna\n")
        stream.write("/x/y.jpg,wear,anna\n")
        stream.write("C:\\y.jpg,wear,anna\n")
        stream.write("b/._c.jpg,wear,anna\n")
        stream.write("h.jpg,wear\n")
    found = run_audit(sound, group="person")
    assert found.errors == (
        "photos: 1 line has not the 3 cells of the first one: line 15 has 2; quote cells that hold"
        " the separator, and fill up short lines",
        "photos: 1 row has no path: line 11; write one or remove the row",
        "photos: 2 paths are absolute: /x/y.jpg (line 12), C:/y.jpg (line 13); write paths "
        "relative to the manifest",
        "photos: 1 path stands twice: a.jpg (lines 2 and 8); keep one row of each photo",
        "photos: 1 photo is missing: gone.jpg (line 9); put back or leave out",
        "photos: 1 photo is no file: b (line 10); copy again or remove",
    )
    assert found.warnings == (
        "photos: 1 row names a file that is no photo of yours and is ignored: b/._c.jpg (line 14);"
        " remove the row",
    )


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty; the first line names the columns: path"),
        (b" \n\n", "is empty; the first line names the columns: path"),
        (b',,\n"", ,\n', "is empty; the first line names the columns: path"),
        (b"path,mask\n", "names no photos"),
        (
            b"Path,mask\na.jpg,wear\n",
            "no column 'path'; columns: Path, mask; did you mean 'Path'?",
        ),
        (b"a.jpg,wear\n", "no column 'path'; columns: a.jpg, wear"),
        (
            b"path,mask,mask\na.jpg,wear,wear\n",
            "column 'mask' stands twice in the first line; columns: path, mask, mask",
        ),
        (
            b"path,mask\na.jpg,wear\n\xff.jpg,wear\n",
            "line 3 is not UTF-8; save the file as CSV in UTF-8",
        ),
        (
            "path,mask\na.jpg,wear\n".encode("utf-16"),
            "line 1 is not UTF-8; save the file as CSV in UTF-8",
        ),
        (
            b"path,mask\na.jpg,wear\n\0.jpg,wear\n",
            "line 3 holds a zero byte; save the file as CSV in UTF-8",
        ),
        (
            b"path,mask\na.jpg," + b"x" * 200_000,
            "line 2 cannot be read (field larger than field limit (131072))",
        ),
    ],
    ids=[
        "empty",
        "blank",
        "empty-cells",
        "header",
        "case",
        "no-header",
        "twice",
        "latin",
        "utf-16",
        "zero-byte",
        "long",
    ],
)
def test_files_that_are_no_manifest_are_told(tmp_path, run_audit, content, message):
    (tmp_path / "all.csv").write_bytes(content)
    assert run_audit(tmp_path / "all.csv").errors == (f"photos: {message}",)


def test_a_manifest_of_nothing_but_wrong_lines_is_told_like_any_other(sound, run_audit):
    sound.write_text("path,mask,person\n/x/a.jpg,wear,anna\n/x/b.jpg,not_wear,bert\n")
    found = run_audit(sound, group="person")
    assert found.errors == (
        "photos: 2 paths are absolute: /x/a.jpg (line 2), /x/b.jpg (line 3); write paths "
        "relative to the manifest",
    )
    assert found.table is None
